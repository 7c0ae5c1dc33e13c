"""The emulated deployment's state: plain rows by table name, and the switches a test may set."""

from __future__ import annotations

import copy
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from integrations.vendors.accelo.sandbox.choices import CHOICES
from integrations.vendors.accelo.sandbox.defaults import DEFAULT_ROWS, DEFAULT_SETTINGS
from integrations.vendors.accelo.sandbox.index import Index
from integrations.vendors.accelo.sandbox.places import COUNTRIES, STATES, STATUSES
from integrations.vendors.accelo.sandbox.specs import PLURALS, SPECS
from integrations.vendors.accelo.sandbox.specs_directory import INDEXED as DIRECTORY_INDEXED
from integrations.vendors.accelo.sandbox.specs_work import INDEXED as WORK_INDEXED
from integrations.vendors.emulator import Clock

Row = dict[str, Any]

INDEXED = {**DIRECTORY_INDEXED, **WORK_INDEXED}

Listener = Callable[[str, Row, str], None]
"""Told of the table, the row and "create" or "update"."""


class Store:
    """`tables[name][id]` is a row of JSON values: ids text, times unix seconds, amounts decimal text, flags bool."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.settings: dict[str, Any] = copy.deepcopy(dict(DEFAULT_SETTINGS))
        self.tables: dict[str, dict[str, Row]] = {name: {} for name in SPECS}
        self.files: dict[str, bytes] = {}
        self._last: dict[str, int] = dict.fromkeys(SPECS, 0)
        self._ids: dict[str, list[int]] = {name: [] for name in SPECS}
        self.indexes = {
            name: Index("date_modified" in spec.fields, INDEXED.get(name, ())) for name, spec in SPECS.items()
        }
        self.listener: Listener = lambda table, row, what: None
        self._settle()

    def _settle(self) -> None:
        """What every deployment has from its first day."""
        for table, rows in {"countries": COUNTRIES, "states": STATES, **STATUSES, **CHOICES}.items():
            self.insert_many(table, [dict(row) for row in rows])

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
        full = self._full(table, row)
        insort(self._ids[table], int(full["id"]))
        self.indexes[table].add(full)
        self.listener(table, full, "create")
        return full

    def insert_many(self, table: str, rows: Iterable[Row]) -> list[str]:
        """Like `insert`, for many rows at once and without telling anybody."""
        fresh = [self._full(table, row) for row in rows]
        self._ids[table].extend(int(row["id"]) for row in fresh)
        self._ids[table].sort()
        self.indexes[table].add_many(fresh)
        return [row["id"] for row in fresh]

    def _full(self, table: str, row: Row) -> Row:
        id = str(int(row.get("id") or self._last[table] + 1))
        if id in self.tables[table]:
            raise ValueError(f"There is already a row {id} in {table}.")
        now = self.now()
        dates = {name: now for name in ("date_created", "date_modified") if name in SPECS[table].fields}
        full = {**DEFAULT_ROWS[table], **dates, **row, "id": id}
        if table == "periods":
            full["contract_path"] = f"{PLURALS['contract']}/{full['contract_id']}"
        self._last[table] = max(self._last[table], int(id))
        self.tables[table][id] = full
        return full

    def edit(self, table: str, id: str, changes: Row) -> Row:
        row = self.tables[table][id]
        self.indexes[table].drop(row)
        if "date_modified" in SPECS[table].fields:
            row["date_modified"] = self.now()
        row.update(changes)
        self.indexes[table].add(row)
        self.listener(table, row, "update")
        return row

    def put(self, table: str, row: Row) -> str:
        """Insert, or edit when the id exists, as a person would in the web application. Returns the id."""
        id = str(row.get("id") or "")
        if id in self.tables[table]:
            return str(self.edit(table, id, {**row, "id": id})["id"])
        return str(self.insert(table, row)["id"])

    def remove(self, table: str, id: str) -> None:
        row = self.tables[table].pop(id, None)
        if row is not None:
            del self._ids[table][bisect_left(self._ids[table], int(id))]
            self.indexes[table].drop(row)
        if table == "resources":
            self.files.pop(id, None)

    def state(self) -> dict[str, list[Row]]:
        return {name: copy.deepcopy(self.rows(name)) for name in self.tables}
