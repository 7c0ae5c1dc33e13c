"""What the emulated account holds: users and the five kinds of records, with unique names. No HTTP here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from integrations.vendors.emulator import Clock

Row = dict[str, Any]

EXPENSE_TYPES = ("purchase", "mileage", "time")
PATHS: Mapping[str, str] = {
    "users": "users",
    "categories": "categories",
    "projects": "projects",
    "departments": "departments",
    "tax_rates": "taxrates",
    "suppliers": "suppliers",
}
"""Table -> path below the version."""
DEFAULTS: Mapping[str, Row] = {
    "users": {"firstName": "", "lastName": "", "email": ""},
    "categories": {
        "name": "", "reference": None, "description": None, "defaultTaxRateId": None, "fixedAmount": None,
        "isReportable": True, "enforceDefaultTaxRate": False, "appliesTo": EXPENSE_TYPES,
    },
    "projects": {"name": "", "code": None, "appliesTo": EXPENSE_TYPES},
    "departments": {"name": "", "code": None},
    "tax_rates": {"name": "", "reference": None, "rate": 0},
    "suppliers": {"name": "", "code": None, "isInactive": False},
}  # fmt: skip
"""A new category without appliesTo is for all kinds of expenses, so that a client that forgets to say is caught."""
COMMON = ("id", "isDeleted", "dateAdded")


@dataclass(slots=True)
class Settings:
    """What is not documented is a switch here.

    `update_body`: partial keeps what was not sent, full resets it. `answer`: what a write is answered with (record, id
    or empty). `clash_status`: 400 or 409. `wrap`: key below which lists stand, '' for bare arrays. `paging`: lists come
    in pages (page, pageSize), at most `page_size` long. `names`, `paths`: other names of fields and of paths.
    `calls_per_second`: 0 for no limit. `caller_address`: where calls seem to come from. `unique_names` off: an admin's
    edit may break the rule too.
    """

    name_length: int = 100
    reference_length: int = 50
    expense_types: list[str] = field(default_factory=lambda: list(EXPENSE_TYPES))
    unique_names: bool = True
    clash_status: int = 400
    update_method: str = "PUT"
    update_body: str = "partial"
    create_status: int = 201
    answer: str = "record"
    wrap: str = ""
    paging: bool = False
    page_size: int = 1000
    numeric_ids: bool = False
    names: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    calls_per_second: int = 0
    caller_address: str = "203.0.113.10"
    oauth: bool = False
    token_seconds: int = 3600


def name_key(name: Any) -> str:
    """Names that differ only in case or outer blanks are the same."""
    return str(name or "").strip().casefold()


class Store:
    """`tables[table][id]` is a row as the API shows it. Ids are opaque and never used again; `version` of a table grows
    with every change."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.tables: dict[str, dict[str, Row]] = {table: {} for table in DEFAULTS}
        self.version: dict[str, int] = dict.fromkeys(DEFAULTS, 0)
        self._names: dict[str, dict[str, str]] = {table: {} for table in DEFAULTS}
        self._count = 1000

    def holder(self, table: str, name: Any) -> str:
        """Id of the record that holds this name, '' when it is free. Deleted records hold no claim."""
        return self._names[table].get(name_key(name), "")

    def next_number(self) -> int:
        self._count += 1
        return self._count

    def insert(self, table: str, row: Row) -> Row:
        id = str(row.get("id") or f"{table[0]}-{self.next_number()}")
        now = self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        full: Row = {"id": id, **DEFAULTS[table], "isDeleted": False, "dateAdded": now, **row}
        full["id"] = id
        if "appliesTo" in full:
            full["appliesTo"] = list(full["appliesTo"])
        self.tables[table][id] = full
        self._claim(table, full)
        return full

    def edit(self, table: str, id: str, changes: Row) -> Row:
        row = self.tables[table][id]
        self._free(table, row)
        row.update(changes, id=id)
        self._claim(table, row)
        return row

    def put(self, table: str, row: Row) -> str:
        """Insert, or edit when the id exists, as an admin would. Returns the id."""
        id = str(row.get("id") or "")
        known = id in self.tables[table]
        return str((self.edit(table, id, row) if known else self.insert(table, row))["id"])

    def delete(self, table: str, id: str) -> None:
        """As the admin area does: only marked."""
        self.edit(table, id, {"isDeleted": True})

    def purge(self, table: str, id: str) -> None:
        self._free(table, self.tables[table].pop(id))

    def rows(self, table: str, start: int = 0, count: int | None = None) -> Iterable[Row]:
        """In order of creation."""
        return islice(self.tables[table].values(), start, None if count is None else start + count)

    def _claim(self, table: str, row: Row) -> None:
        self.version[table] += 1
        if table != "users" and not row["isDeleted"]:
            self._names[table].setdefault(name_key(row["name"]), row["id"])

    def _free(self, table: str, row: Row) -> None:
        self.version[table] += 1
        key = name_key(row.get("name"))
        if self._names[table].get(key) == row["id"]:
            del self._names[table][key]
