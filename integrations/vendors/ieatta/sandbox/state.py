"""What the emulated account holds: policies, reports with their expenses, receipts. No HTTP here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

Row = dict[str, Any]

USER, SECRET = "aa_portal_acme_example", "sandbox-secret"
POLICY_ID = "0123456789ABCDEF"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_EMPTY = (
    "externalID modifiedAmount modifiedCreated modifiedMerchant modifiedMCC modifiedTaxAmount convertedAmount "
    "currencyConversionRate merchant comment category categoryGlCode categoryPayrollCode mcc bank details tag "
    "tagGlCode taxName taxRateName taxCode taxRate taxAmount receiptID receiptFilename type cardID cardNumber"
)
EXPENSE_DEFAULTS: Row = {
    **dict.fromkeys(_EMPTY.split(), ""),
    **dict.fromkeys(("billable", "hasTax", "unverified", "modified", "isDistance"), False),
    "reimbursable": True,
    "amount": 0,
    "currency": "AUD",
    "attendees": [],
}
"""What an export shows for an attribute that a row does not name. `units` and `receiptObject` are then absent."""

CORRECTED = {
    "amount": "modifiedAmount",
    "created": "modifiedCreated",
    "merchant": "modifiedMerchant",
    "mcc": "modifiedMCC",
    "taxAmount": "modifiedTaxAmount",
}
"""A person's edit of these leaves the original and fills the other."""

LABELS = {
    "OPEN": "Open",
    "SUBMITTED": "Processing",
    "APPROVED": "Approved",
    "REIMBURSED": "Reimbursed",
    "ARCHIVED": "Closed",
}
NEWER = {"OPEN": "Draft", "SUBMITTED": "Outstanding", "APPROVED": "Approved", "REIMBURSED": "Paid", "ARCHIVED": "Done"}


def base62(number: int, width: int) -> str:
    text = ""
    for _ in range(width):
        number, rest = divmod(number, 62)
        text = DIGITS[rest] + text
    return text


class State:
    """Ids are deterministic: 19 digits for an expense, `R00…` with a matching decimal id for a report."""

    def __init__(self) -> None:
        self.accounts: dict[str, str] = {USER: SECRET}
        self.policies: dict[str, Row] = {}
        self.reports: dict[str, Row] = {}
        self.expenses: dict[str, dict[str, Row]] = {}
        self.home: dict[str, str] = {}
        self.receipts: dict[str, Row] = {}
        self._count = 0
        self.put_policy({"id": POLICY_ID})

    def _next(self) -> int:
        self._count += 1
        return self._count

    # policies

    def put_policy(self, row: Row) -> str:
        id = str(row["id"])
        default: Row = {
            "id": id, "name": "Acme Services", "owner": "ops@acme.example", "role": "admin", "outputCurrency": "AUD",
            "type": "control", "categories": [], "reportFields": [], "tags": [], "tax": {}, "employees": [],
            "connected": False,
        }  # fmt: skip
        self.policies[id] = {**default, **self.policies.get(id, {}), **row}
        return id

    # reports and expenses

    def put_report(self, row: Row, today: date) -> str:
        """Insert, or change the named values. `state` is a filter value (OPEN, SUBMITTED, …)."""
        id = str(row.get("reportID") or "")
        if id not in self.reports:
            number = self._next()
            id = id or "R00" + base62(7_000_000_000_000 + number * 7919, 9)
            self.reports[id] = {
                "reportID": id, "oldReportID": str(5_000_000_000_000_000 + number), "reportName": f"Report {number}",
                "policyID": POLICY_ID, "state": "OPEN", "created": today.isoformat(), "submitted": "", "approved": "",
                "reimbursed": "", "currency": "AUD", "accountEmail": "ava.wilson@acme.example", "managerEmail": "",
                "actionList": [], "labels": [],
            }  # fmt: skip
            self.expenses[id] = {}
        self.reports[id].update({**row, "reportID": id})
        return id

    def put_expense(self, row: Row, today: date) -> str:
        """Insert, or edit as a person would. Without `reportID` a report is opened for it."""
        id = str(row.get("transactionID") or "")
        if id in self.home and not row.get("raw"):
            self._edit(self.expenses[self.home[id]][id], row)
        else:
            id = self._insert(id, {k: v for k, v in row.items() if k != "raw"}, today)
        target = str(row.get("reportID") or self.home[id])
        if target != self.home[id]:
            self.put_report({"reportID": target}, today)
            moved = self.expenses[self.home[id]].pop(id)
            self.expenses[target][id] = {**moved, "reportID": target}
            self.home[id] = target
        return id

    def _insert(self, id: str, row: Row, today: date) -> str:
        id = id or str(6_000_000_000_000_000_000 + self._next() * 104_729)
        report = self.home.get(id) or self.put_report(
            {k: row[k] for k in ("reportID", "accountEmail", "policyID") if row.get(k)}, today
        )
        held = self.expenses[report].get(id, {"created": today.isoformat(), "inserted": today.isoformat()})
        self.expenses[report][id] = {**held, **row, "transactionID": id, "reportID": report}
        self.home[id] = report
        return id

    def _edit(self, held: Row, row: Row) -> None:
        changed = {CORRECTED.get(key, key): value for key, value in row.items()}
        held.update({**changed, "modified": True, "reportID": held["reportID"]})

    def remove(self, table: str, ids: list[str]) -> None:
        for id in ids:
            if table == "expenses":
                del self.expenses[self.home.pop(id)][id]
            elif table == "reports":
                del self.reports[id]
                for gone in self.expenses.pop(id):
                    del self.home[gone]
            elif table == "policies":
                del self.policies[id]
            else:
                del self.receipts[id]

    # what an export shows

    def report_view(self, row: Row, base: str, spelling: str) -> ReportView:
        state = row["state"]
        view = ReportView(row)
        view.state, view.base = self, base
        view["status"] = state if spelling == "upper" else LABELS[state]
        view["displayStatus"] = NEWER[state]
        view["policyName"] = self.policies.get(row["policyID"], {}).get("name", "")
        return view

    def expense_view(self, row: Row, base: str) -> Row:
        view = {**EXPENSE_DEFAULTS, **row}
        if tag := view["tag"]:
            self._add_levels(view, tag)
        receipt = self.receipts.get(view["receiptID"])
        if receipt:
            address = f"{base}/receipts/{receipt['file']}"
            view["receiptObject"] = {"url": address, "thumbnail": address, "type": receipt["type"], "state": 4}
        return view

    def _add_levels(self, view: Row, tag: str) -> None:
        names = [part.replace("\0", ":") for part in tag.replace("\\:", "\0").split(":")]
        for number, name in enumerate(names, 1):
            view.setdefault(f"ntag{number}", name)
            view.setdefault(f"ntag{number}GlCode", view["tagGlCode"] if number == len(names) else "")


class ReportView(dict[str, Any]):
    """A report as a template sees it. Its expenses are built when asked for, so that a big export stays small."""

    state: State
    base: str

    def get(self, key: str, default: Any = None) -> Any:
        if key == "transactionList" and key not in self:
            return list(self._views())
        if key == "total" and key not in self:
            return sum(int(v["convertedAmount"] or v["modifiedAmount"] or v["amount"]) for v in self._views())
        return super().get(key, default)

    def _views(self) -> Iterator[Row]:
        for row in self.state.expenses[self["reportID"]].values():
            yield self.state.expense_view(row, self.base)
