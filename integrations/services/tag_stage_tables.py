"""Temporary tables of this database session: what PostgreSQL and SQLite do differently about them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, islice
from typing import Any

from django.db import connection

LUMP = 5_000
"""Rows in memory at a time."""
TYPES = {
    "int": "integer NOT NULL",
    "one": "integer NOT NULL DEFAULT 1",
    "text": "text NOT NULL",
    "null": "text",
    "bool": "boolean NOT NULL",
}
SESSION = {"work_mem": "64MB", "enable_nestloop": "off", "enable_mergejoin": "off", "jit": "off"}
"""PostgreSQL, while the tables live. Nothing is known of their contents: taken for nearly empty, a join would go
through all rows once for each row. Hashing is always good enough."""
_numbers = count(1)


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def run(query: str, values: Sequence[Any] = ()) -> int:
    """Rows that the statement changed."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return int(cursor.rowcount)


def first(query: str, values: Sequence[Any] = ()) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return tuple(cursor.fetchone())


def rows_of(query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows: for few."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def stream(query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows, some at a time: the query's answer is never in memory as a whole."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, values)
        while rows := cursor.fetchmany(2_000):
            yield from rows


class Tables:
    """Tables with names of their own, dropped on leaving; SESSION holds until then. Not one within another."""

    def __init__(self) -> None:
        self.number = next(_numbers)
        self.made: list[str] = []

    def __enter__(self) -> Tables:
        if is_postgres():
            settings = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in SESSION.items())
            run(f"SELECT {settings}")
        return self

    def __exit__(self, *error: object) -> None:
        failed = connection.in_atomic_block and error[0] is not None
        if connection.connection is None or failed:
            return  # they go with the session, or with the transaction that made them
        for name in self.made:
            run(f"DROP TABLE IF EXISTS {name}")
        self.made.clear()
        if is_postgres():
            run("; ".join(f"RESET {name}" for name in SESSION))

    def create(self, name: str, /, **columns: str) -> str:
        """A new table; each column's type is one of TYPES. Its full name."""
        full = self._named(name)
        run(f"CREATE TEMPORARY TABLE {full} ({', '.join(f'{key} {TYPES[kind]}' for key, kind in columns.items())})")
        return full

    def select(self, name: str, query: str) -> str:
        """A new table with what the query gives. Its full name."""
        full = self._named(name)
        run(f"CREATE TEMPORARY TABLE {full} AS {query}")
        return full

    def side(self, name: str, query: str) -> str:
        """A query as one side of joins by path, as after FROM. SQLite needs a table with an index: left to itself it
        goes through the whole query for each row of the other side."""
        if is_postgres():
            return f"({query})"
        full = self.select(name, query)
        index(full, "path")
        return full

    def _named(self, name: str) -> str:
        full = f"tag_{name}_{self.number}"
        if full in self.made:
            run(f"DROP TABLE IF EXISTS {full}")
        else:
            self.made.append(full)
        return full


def index(table: str, *columns: str) -> None:
    """SQLite joins by an index only; PostgreSQL hashes, which is quicker than making one."""
    if not is_postgres():
        run(f"CREATE INDEX {table}_{columns[0]} ON {table} ({', '.join(columns)})")


def fill(
    table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], beat: Callable[[], None] = lambda: None
) -> int:
    """Appends the rows, and says how many. `beat` is called between lumps, when it may use the database."""
    rest, total = iter(rows), 0
    put = copy_rows if is_postgres() else insert_rows
    while lump := list(islice(rest, LUMP)):
        put(table, columns, lump)
        total += len(lump)
        beat()
    return total


def copy_text(table: str, columns: Sequence[str], text: str) -> None:
    """`text` in COPY's own format, nothing in it that would have to be escaped."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        copied = io.BytesIO(text.encode())
        cursor.cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", copied, 65_536)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """As CSV, which is written at the speed of C whatever the texts hold. None is not for it.

    Only what stands in its line ends is quoted: hence both signs in them, or a bare return would not be.
    """
    names, text = ", ".join(columns), io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        copied = io.BytesIO(text.getvalue().encode())
        cursor.cursor.copy_expert(
            f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({names}))", copied, 65_536
        )


def insert_rows(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """One transaction for all: a savepoint begins one where there is none, and leaves the portal's tables unlocked."""
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT tag_rows")
        cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        cursor.execute("RELEASE SAVEPOINT tag_rows")
