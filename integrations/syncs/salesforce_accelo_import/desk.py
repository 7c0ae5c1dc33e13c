"""What is to be imported and what it needs, laid in a temporary database, so that memory stays flat."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from integrations.syncs.desk import Desk
from integrations.syncs.salesforce_accelo_import.declared import SALES
from integrations.syncs.salesforce_accelo_import.placing import NEW, TWINS, Fate
from integrations.syncs.salesforce_accelo_import.shape import Work

TABLES = """
CREATE TABLE work (stream TEXT, id TEXT, row TEXT, account TEXT, contact TEXT, linked INT, idle INT, person TEXT,
                   PRIMARY KEY (stream, id));
CREATE INDEX work_account ON work (account);
CREATE INDEX work_person ON work (person);
CREATE TABLE party (stream TEXT, id TEXT, name TEXT, row TEXT, company TEXT, how TEXT, target TEXT, held TEXT,
                    candidates TEXT, first TEXT, made INT, own INT, needed INT, PRIMARY KEY (stream, id));
CREATE TABLE there (id TEXT PRIMARY KEY, name TEXT, host TEXT, label TEXT, first TEXT);
CREATE INDEX there_name ON there (name);
"""
"""`work`: sales and tickets. `account`, `contact`: Salesforce ids, '' for none; `linked`: Accelo has it; `idle`: it
needs nothing, for it is linked or will not come; `person`: the contact that is meant.
`party`: accounts and contacts. `row`: values by Accelo's names; `company`: of a contact, the account it belongs to;
`how`, `target`, `candidates`: see placing.Fate; `held`: id of the record that it is at Accelo (of a contact not its
affiliation); `first`: of a company its default affiliation; `made`: by an import; `own`: this sync has linked it;
`needed`: by something that is not imported yet. `there`: companies of Accelo, when they are read whole."""
BLANK = "'', '{}', '', '', '', '', '[]', '', 0, 0, 0"
"""The columns of a party of which nothing is known but its stream and id."""
PARTY = "id, name, how, target, candidates, first, made"


class ImportDesk(Desk):
    def __init__(self) -> None:
        super().__init__(TABLES)

    # --- sales and tickets --------------------------------------------------------------------------------------

    def add_work(self, rows: Iterable[tuple[Work, bool, bool, str]]) -> None:
        """`rows`: each with whether Accelo has it, whether it needs nothing, and the contact it was imported with."""
        self.many(
            "INSERT OR REPLACE INTO work VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (work.stream, work.id, packed(work), work.account, work.contact, linked, idle, person)
                for work, linked, idle, person in rows
            ],
        )

    def many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self.db.execute("BEGIN")
        self.db.executemany(statement, rows)
        self.db.execute("COMMIT")

    def works(self, stream: str, size: int) -> Iterator[list[tuple[Work, bool, bool, str]]]:
        """In the order of Salesforce's ids: each with whether Accelo has it, whether it needs nothing, and the contact
        that is meant. One without an account has that of its contact."""
        query = f"SELECT row, account, linked, idle, person FROM work WHERE stream = '{stream}' ORDER BY id"
        for part in self.stream(query, size):
            yield [
                (replace(unpacked(row), account=account), bool(linked), bool(idle), person)
                for row, account, linked, idle, person in part
            ]

    def meant(self, stream: str, id: str) -> tuple[bool, str]:
        """Of one: whether it needs nothing, and the contact that is meant."""
        row = self.one("SELECT idle, person FROM work WHERE stream = ? AND id = ?", stream, id)
        return (bool(row[0]), str(row[1])) if row else (True, "")

    def column(self, query: str, *values: Any) -> list[str]:
        return [str(row[0]) for row in self.rows(query, *values)]

    # --- accounts and contacts ----------------------------------------------------------------------------------

    def fates(self, stream: str, ids: Iterable[str]) -> dict[str, Fate]:
        found: dict[str, Fate] = {}
        wanted = [id for id in dict.fromkeys(ids) if id]
        for part in in_parts(wanted):
            marks = ", ".join("?" * len(part))
            rows = self.rows(f"SELECT {PARTY} FROM party WHERE stream = ? AND id IN ({marks})", stream, *part)
            found |= {row[0]: fate_of(row) for row in rows}
        return found

    def parties(self, stream: str, where: str, size: int = 500) -> Iterator[list[dict[str, Any]]]:
        """Whole rows by column, in the order of their ids. The table may be changed between two parts."""
        after = ""
        query = f"SELECT * FROM party WHERE stream = ? AND ({where}) AND id > ? ORDER BY id LIMIT {size}"
        while rows := self._whole(query, stream, after):
            yield rows
            after = rows[-1]["id"]

    def party(self, stream: str, id: str) -> list[dict[str, Any]]:
        """The whole row of one, [] where there is none."""
        return self._whole("SELECT * FROM party WHERE stream = ? AND id = ?", stream, id)

    def _whole(self, query: str, *values: Any) -> list[dict[str, Any]]:
        names = [one[0] for one in self.db.execute("SELECT * FROM party LIMIT 0").description]
        return [dict(zip(names, row, strict=True)) for row in self.rows(query, *values)]

    def put_party(self, stream: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Set these columns of these rows, which are made where they are not there."""
        self.db.execute("BEGIN")
        for id, values in rows:
            self.db.execute(f"INSERT OR IGNORE INTO party VALUES (?, ?, {BLANK})", (stream, id))
            if values:
                names = ", ".join(f"{name} = ?" for name in values)
                self.db.execute(f"UPDATE party SET {names} WHERE stream = ? AND id = ?", (*values.values(), stream, id))
        self.db.execute("COMMIT")

    def tell_twins(self, stream: str) -> None:
        """Of several that were found to be the same record none is it, before a person has said so."""
        self.db.execute(
            "UPDATE party SET how = ?, target = '', held = '' WHERE stream = ? AND how = 'found' AND held IN "
            "(SELECT held FROM party WHERE stream = ? AND how = 'found' GROUP BY held HAVING count(*) > 1)",
            (TWINS, stream, stream),
        )

    def sales_without(self) -> list[str]:
        """Accounts of sales that are still to be imported and have no contact of their own."""
        return self.column(
            "SELECT DISTINCT account FROM work WHERE stream = ? AND NOT idle AND person = '' AND account != ''", SALES
        )

    def coming(self, stream: str) -> Iterator[list[str]]:
        """Ids of those that were not there when this was laid."""
        for part in self.parties(stream, f"how = '{NEW}' AND target = ''"):
            yield [row["id"] for row in part]


def packed(work: Work) -> str:
    return json.dumps([getattr(work, name) for name in Work.__slots__], ensure_ascii=False)


def unpacked(row: str) -> Work:
    return Work(*json.loads(row))


def fate_of(row: tuple[Any, ...]) -> Fate:
    id, name, how, target, candidates, first, made = row
    return Fate(id, name, how, target, tuple(json.loads(candidates)), first, bool(made))


def in_parts(ids: list[str], size: int = 500) -> Iterator[list[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
