"""The emulated org's rows, with sorted indexes so that 100,000 of them stay fast, and its switches.

A row holds only what is not null, by field name: text, numbers and bool as in JSON, dates as text, date-times as whole
unix seconds, ids with 18 characters. Rows are never changed in place, so that an undo log can put the old ones back.
"""

from __future__ import annotations

import copy
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from integrations.vendors.emulator import Clock
from integrations.vendors.salesforce.sandbox.ids import build_id
from integrations.vendors.salesforce.sandbox.objects import SPECS
from integrations.vendors.salesforce.sandbox.schema import Schema

Row = dict[str, Any]
Mark = tuple[int, str]
"""(SystemModstamp, Id)"""

DEFAULT_SETTINGS: Mapping[str, Any] = {
    # The org
    "org_name": "Acme Services",
    "state_picklists": False,
    "person_accounts": False,
    "multi_currency": False,
    "auto_assign_to": "",
    "automation_user": "",
    "line_ends": "\r\n",
    # Sign-in
    "session_seconds": 7200,
    "code_seconds": 900,
    "rotate_refresh_tokens": False,
    "immediately_expire_refresh_tokens": False,
    "strict_redirects": False,
    "pkce_required": False,
    "instance_path": "",
    # Allowance
    "daily_limit": 100_000,
    "used_by_others": 0,
    "limit_header": "short",
    "per_app_limit": 0,
    "concurrency_refusals": 0,
    # Answers
    "short_pages": False,
    "locator_pages": -1,
    "query_timeout_rows": 0,
    "upsert_update_status": 200,
    "merge_moves_child_stamps": True,
    "long_transaction": "",
    "bulk_polls": 2,
    "bulk_refusal": "",
}
"""What is not documented, or differs between orgs, is a switch here; README.md says what each does."""

LOOKUPS: Mapping[str, tuple[str, ...]] = {
    "Contact": ("AccountId",),
    "Opportunity": ("AccountId",),
    "Case": ("AccountId", "ContactId"),
}


class Index:
    """Ids, and (stamp, id) pairs, both in order."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.marks: list[Mark] = []

    def add(self, mark: Mark) -> None:
        insort(self.ids, mark[1])
        insort(self.marks, mark)

    def remove(self, mark: Mark) -> None:
        del self.ids[bisect_left(self.ids, mark[1])]
        del self.marks[bisect_left(self.marks, mark)]

    def move(self, old: Mark, new: Mark) -> None:
        """The same id with another stamp."""
        del self.marks[bisect_left(self.marks, old)]
        insort(self.marks, new)

    def load(self, marks: Iterable[Mark]) -> None:
        """Many at once."""
        self.marks.extend(marks)
        self.marks.sort()
        self.ids = sorted(mark[1] for mark in self.marks)


def _folded(field: str, value: Any) -> str:
    """Ids tell upper from lower case, text does not."""
    return str(value) if field.endswith("Id") else str(value).casefold()


def mark_of(row: Row) -> Mark:
    return row["SystemModstamp"], row["Id"]


class Table:
    """Rows of one object. `hidden`: the sharing was lost, no read shows them, though they are not deleted."""

    def __init__(self, name: str, log: Callable[[Table, str, Row | None], None]) -> None:
        self.name = name
        self.rows: dict[str, Row] = {}
        self.hidden: set[str] = set()
        self.alive, self.dead = Index(), Index()
        self._valued: dict[str, dict[str, set[str]]] = {field: {} for field in LOOKUPS.get(name, ())}
        self._log = log

    def put(self, row: Row) -> None:
        """A new row, or another one in place of that with the same id."""
        id, old = row["Id"], self.rows.get(row["Id"])
        self._log(self, id, old)
        before, after = self._place(old), self._place(row)
        if old is not None and before is not None and before is after:
            if mark_of(old) != mark_of(row):
                before.move(mark_of(old), mark_of(row))
        else:
            if old is not None and before is not None:
                before.remove(mark_of(old))
            if after is not None:
                after.add(mark_of(row))
        self.rows[id] = row
        self._relate(old, row)

    def drop(self, id: str) -> None:
        """Gone for good."""
        old = self.rows[id]
        self._log(self, id, old)
        place = self._place(old)
        if place is not None:
            place.remove(mark_of(old))
        self._relate(old, None)
        del self.rows[id]

    def load(self, rows: Iterable[Row]) -> None:
        """Many rows at once, none of them deleted or known before. Cannot be undone."""
        added = {row["Id"]: row for row in rows}
        self.rows.update(added)
        self.alive.load(mark_of(row) for row in added.values())
        for row in added.values():
            self._relate(None, row)

    def reindex(self) -> None:
        """After many rows were replaced without `put`."""
        self.alive, self.dead = Index(), Index()
        shown = [row for row in self.rows.values() if row["Id"] not in self.hidden]
        self.alive.load(mark_of(row) for row in shown if not row["IsDeleted"])
        self.dead.load(mark_of(row) for row in shown if row["IsDeleted"])

    def hide(self, id: str, hidden: bool) -> None:
        row = self.rows[id]
        place = self.dead if row["IsDeleted"] else self.alive
        if hidden and id not in self.hidden:
            place.remove(mark_of(row))
            self.hidden.add(id)
        elif not hidden and id in self.hidden:
            self.hidden.discard(id)
            place.add(mark_of(row))

    def shown(self, id: str, *, deleted: bool = False) -> Row | None:
        """The row, if a read may show it; `deleted`: soft-deleted ones too."""
        row = self.rows.get(id)
        if row is None or id in self.hidden or (row["IsDeleted"] and not deleted):
            return None
        return row

    def related(self, field: str, parent_id: str) -> list[Row]:
        """Rows that point to this parent, deleted ones too, by id."""
        return [self.rows[id] for id in sorted(self._valued[field].get(parent_id, ()))]

    def with_values(self, field: str, values: Iterable[str]) -> set[str]:
        """Ids of rows with one of these values in a text or look-up field, deleted ones too; text folded.

        The first question about a field makes an index of it, which is kept from then on.
        """
        if field not in self._valued:
            self._valued[field] = {}
            for row in self.rows.values():
                self._relate_field(field, None, row)
        known = self._valued[field]
        return set().union(*(known.get(value, ()) for value in values))

    def _place(self, row: Row | None) -> Index | None:
        if row is None or row["Id"] in self.hidden:
            return None
        return self.dead if row["IsDeleted"] else self.alive

    def _relate(self, old: Row | None, new: Row | None) -> None:
        for field in self._valued:
            self._relate_field(field, old, new)

    def _relate_field(self, field: str, old: Row | None, new: Row | None) -> None:
        known = self._valued[field]
        before, after = old.get(field) if old else None, new.get(field) if new else None
        if before == after:
            return
        if old and before:
            known[_folded(field, before)].discard(old["Id"])
        if new and after:
            known.setdefault(_folded(field, after), set()).add(new["Id"])


class Store:
    """`deletions[object]`: (second, id) of each deletion that the log still holds, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.settings: dict[str, Any] = copy.deepcopy(dict(DEFAULT_SETTINGS))
        self.schema = Schema(self.settings, self.now())
        self.tables: dict[str, Table] = {name: Table(name, self._note) for name in SPECS}
        self.deletions: dict[str, list[tuple[int, str]]] = {name: [] for name in SPECS}
        self.deleted_with: dict[str, str] = {}
        self.log_since: dict[str, int] = dict.fromkeys(SPECS, 0)
        self._numbers: dict[str, int] = dict.fromkeys(SPECS, 0)
        self._undo: list[tuple[Table, str, Row | None]] = []
        self._marks: list[tuple[int, dict[str, list[tuple[int, str]]], dict[str, str]]] = []

    def now(self) -> int:
        return int(self.clock.now().timestamp())

    def new_id(self, name: str) -> str:
        """Ids grow and are never used again."""
        self._numbers[name] += 1
        return build_id(SPECS[name].prefix, self._numbers[name])

    def number(self, name: str) -> int:
        """How many ids of this object were given out."""
        return self._numbers[name]

    def table_of(self, id: str) -> Table | None:
        """By the id's prefix."""
        return next((self.tables[name] for name, spec in SPECS.items() if id.startswith(spec.prefix)), None)

    def begin(self) -> None:
        """From here on `rollback` puts everything back; may be nested."""
        deletions = {name: list(log) for name, log in self.deletions.items()}
        self._marks.append((len(self._undo), deletions, dict(self.deleted_with)))

    def commit(self) -> None:
        self._marks.pop()
        if not self._marks:
            self._undo.clear()

    def rollback(self) -> None:
        """Rows and delete log as at the last `begin`; ids given out since are lost."""
        start, self.deletions, self.deleted_with = self._marks[-1]
        undo, self._undo[start:] = self._undo[start:], []
        for table, id, row in reversed(undo):
            if row is not None:
                table.put(row)
            elif id in table.rows:
                table.drop(id)
        del self._undo[start:]
        self.commit()

    def _note(self, table: Table, id: str, row: Row | None) -> None:
        if self._marks:
            self._undo.append((table, id, row))
