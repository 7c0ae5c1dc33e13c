"""The `reportStatus` updater and the creators of expenses and reports. Raises Refused.

Source: the vendor's Integration Server manual; answers as recorded by a public client.
"""

from __future__ import annotations

from datetime import date, datetime

from integrations.vendors.emulator import Response
from integrations.vendors.ieatta.sandbox.answers import Refused, envelope
from integrations.vendors.ieatta.sandbox.people import act
from integrations.vendors.ieatta.sandbox.state import LABELS, Row, State


def report_status(state: State, wanted: Row, now: datetime) -> Response:
    """Only Approved reports move; 200 even when all were skipped."""
    status = wanted.get("status")
    if status != "REIMBURSED":
        raise Refused(410, f"Status '{status}' is not supported")
    filters = wanted.get("filters") or {}
    ids = [id.strip() for id in str(filters.get("reportIDList") or "").split(",") if id.strip()]
    start, end = filters.get("startDate"), filters.get("endDate") or "9999"
    if not ids and not start:
        raise Refused(410, "Required parameter 'reportIDList' is missing")
    if not ids:
        ids = [id for id, row in state.reports.items() if start <= max(row["created"], row["submitted"]) <= end]
    done: list[str] = []
    skipped: list[Row] = []
    for id in ids:
        row = state.reports.get(id)
        if row is None:
            skipped.append({"reportID": id, "reason": "Report not found"})
        elif row["state"] != "APPROVED":
            skipped.append({"reportID": id, "reason": f"Report is in status '{LABELS[row['state']]}'"})
        else:
            act(row, "reimburse", now.strftime("%Y-%m-%d %H:%M:%S"))
            done.append(id)
    return envelope(reportIDs=done, skippedReports=skipped) if skipped else envelope(reportIDs=done)


def create_expenses(state: State, wanted: Row, today: date) -> Response:
    """Opens a report for those that name none."""
    owner = wanted.get("employeeEmail")
    rows = wanted.get("transactionList")
    if not owner:
        raise Refused(410, "'employeeEmail' parameter is missing or malformed")
    if not isinstance(rows, list) or any(set(row) < {"merchant", "created", "amount", "currency"} for row in rows):
        raise Refused(410, "Argument 'transactionList' is missing or malformed")
    opened = ""
    answer = []
    for row in rows:
        if not row.get("reportID") and not opened:
            opened = state.put_report({"accountEmail": owner}, today)
        report = row.get("reportID") or opened
        full = {"category": "Uncategorized", **row, "reportID": report, "accountEmail": owner}
        full.pop("tax", None)
        full.pop("policyID", None)
        id = state.put_expense(full, today)
        held = state.expenses[report][id]
        shown = {key: held.get(key, "") for key in ("merchant", "created", "amount", "currency", "comment", "tag")}
        answer.append({"transactionID": id, "reportID": report, **shown, "category": held["category"], "mcc": 0})
    return envelope(transactionList=answer)


def create_report(state: State, wanted: Row, today: date) -> Response:
    report = wanted.get("report") or {}
    if not wanted.get("employeeEmail") or not report.get("title"):
        raise Refused(410, "'employeeEmail' or 'report' parameter is missing or malformed")
    if wanted.get("policyID") not in state.policies:
        raise Refused(404, "Policy not found")
    values = {"reportName": report["title"], "accountEmail": wanted["employeeEmail"], "policyID": wanted["policyID"]}
    id = state.put_report({**values, "customField": report.get("fields") or {}}, today)
    for line in wanted.get("expenses") or []:
        row = {key: line[key] for key in ("currency", "merchant", "amount") if key in line}
        state.put_expense({**row, "created": line.get("date", today.isoformat()), "reportID": id}, today)
    return envelope(reportName=report["title"], reportID=id)
