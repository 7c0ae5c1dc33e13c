"""The emulated deployment's state: plain rows by table name, and the switches a test may set."""

from __future__ import annotations

import copy
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from integrations.vendors.accelo.sandbox.specs import PLURALS, SPECS
from integrations.vendors.emulator import Clock

Row = dict[str, Any]

DEFAULT_SETTINGS: Mapping[str, Any] = {
    "deployment": "acme",
    "deployment_name": "Acme Services",
    "time_zone": "Australia/Sydney",
    "currency_symbol": "$",
    # Allowance and lock-out
    "limit": 5000,
    "window_seconds": 3600,
    "retry_after_on_429": False,
    "lockout_limit": 100,
    "lockout_seconds": 300,
    "lockout_http": 401,
    "lockout_meta": False,
    # Sign-in
    "token_seconds": 2_592_000,
    "expiry_as": "text",
    "scope_error": "invalid_permission",
    "refused_lists": [],
    # Answers
    "created_status": 200,
    "unknown_path_as": "400",
    "ignored_filters": [],
    "types_show_tax": True,
    # Expenses
    "first_standing": "submitted",
    "engagement_check": True,
    "retainer_periods": False,
    "submitter_writable": False,
    "accepts_dates": "both",
    "accepts_booleans": "both",
    "locked_standings": [],
    "progressions_allowed": True,
    "progression_shape": "nested",
}
"""What is not documented is a switch here; README.md says what each does."""

DEFAULT_ROWS: Mapping[str, Row] = {
    "staff": {"firstname": "", "surname": "", "standing": "active", "financial_level": "all", "title": "", "email": ""},
    "companies": {"name": "", "standing": "active", "status": "3", "comments": "", "staff_bookmarked": False},
    "contacts": {"firstname": "", "surname": "", "email": "", "mobile": "", "standing": "active"},
    "affiliations": {"mobile": "", "email": "", "standing": "active", "affiliation_status": "0"},
    "issues": {
        "title": "", "custom_id": "", "description": "", "against_type": "company", "against_id": "1",
        "standing": "open", "status": "2", "issue_type": "1", "billable_seconds": 0, "staff_bookmarked": False,
    },
    "jobs": {
        "title": "", "custom_id": "", "against_type": "company", "against_id": "1", "standing": "active",
        "status": "5", "job_type": "3", "rate": "3", "rate_charged": "125.00", "paused": 0, "staff_bookmarked": False,
    },
    "contracts": {
        "title": "", "period_template_id": "2", "against_type": "company", "against_id": "1", "standing": "active",
        "status": "2", "contract_type": "1", "value": "0.00", "auto_renew": False, "renew_days": "0",
        "send_invoice": "none", "notes": "", "staff_bookmarked": False,
    },
    "periods": {
        "contract_id": "1", "budget_type": "pre-paid", "allowance_type": "unlimited_hours", "rate_type": "object",
        "rate_id": "11", "service_item_id": "1", "duration_type": "fixed", "rollover": False, "standing": "opened",
        "contract_budget": "1",
    },
    "expenses": {
        "title": "", "unit_cost": "0.0000", "price": "0.0000", "quantity": "1.0000", "standing": "submitted",
        "against_type": "job", "against_id": "1", "type_id": "1", "billable": False, "reimbursable": False,
        "submitter_id": "1", "approver_id": "1", "activity_id": None, "resource_id": None, "date_incurred": None,
    },
    "expense_types": {"title": "", "standing": "active", "ledger_id": "3", "tax_id": None},
    "taxes": {"title": "", "standing": "active", "rate": "0.00000"},
    "resources": {"title": "", "mimetype": "application/octet-stream", "filesize": 0},
    "activities": {"subject": "", "body": "", "medium": "note", "visibility": "all", "owner_type": "staff"},
    "history": {"to_title": ""},
}  # fmt: skip


class Store:
    """`tables[name][id]` is a row of JSON values: ids text, times unix seconds, amounts decimal text, flags bool."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.settings: dict[str, Any] = copy.deepcopy(dict(DEFAULT_SETTINGS))
        self.tables: dict[str, dict[str, Row]] = {name: {} for name in SPECS}
        self.files: dict[str, bytes] = {}
        self._last: dict[str, int] = dict.fromkeys(SPECS, 0)
        self._ids: dict[str, list[int]] = {name: [] for name in SPECS}

    def now(self) -> int:
        return int(self.clock.now().timestamp())

    def find(self, table: str, id: str) -> Row | None:
        return self.tables[table].get(id)

    def rows(self, table: str) -> list[Row]:
        """By ascending id."""
        return list(self.scan(table))

    def scan(
        self, table: str, *, only: Iterable[str] | None = None, above: int = 0, down: bool = False
    ) -> Iterator[Row]:
        """Rows by ascending id, or descending: those of `only`, else those with an id greater than `above`.

        Lazily, and without a look at the others, so that a page stays cheap among 100,000 rows.
        """
        if only is not None:
            found = sorted({int(id) for id in only if id.isdigit() and str(int(id)) in self.tables[table]})
        else:
            found = self._ids[table]
        start = bisect_right(found, above)
        places = range(len(found) - 1, start - 1, -1) if down else range(start, len(found))
        return (self.tables[table][str(found[place])] for place in places)

    def insert(self, table: str, row: Row) -> Row:
        """A new row with the table's defaults; ids grow and are never used again."""
        id = str(int(row.get("id") or self._last[table] + 1))
        now = self.now()
        dates = {name: now for name in ("date_created", "date_modified") if name in SPECS[table].fields}
        full = {**copy.deepcopy(DEFAULT_ROWS[table]), **dates, **row, "id": id}
        if table == "periods":
            full["contract_path"] = f"{PLURALS['contract']}/{full['contract_id']}"
        self._last[table] = max(self._last[table], int(id))
        self.tables[table][id] = full
        insort(self._ids[table], int(id))
        return full

    def edit(self, table: str, id: str, changes: Row) -> Row:
        row = self.tables[table][id]
        if "date_modified" in SPECS[table].fields:
            row["date_modified"] = self.now()
        row.update(changes)
        return row

    def put(self, table: str, row: Row) -> str:
        """Insert, or edit when the id exists, as a person would in the web application. Returns the id."""
        id = str(row.get("id") or "")
        if id in self.tables[table]:
            return str(self.edit(table, id, {**row, "id": id})["id"])
        return str(self.insert(table, row)["id"])

    def remove(self, table: str, id: str) -> None:
        if self.tables[table].pop(id, None) is not None:
            self._ids[table].remove(int(id))
        if table == "resources":
            self.files.pop(id, None)

    def state(self) -> dict[str, list[Row]]:
        return {name: copy.deepcopy(self.rows(name)) for name in self.tables}
