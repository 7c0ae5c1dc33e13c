"""A temporary database on disk that a run lays lists in, so that memory stays flat however long they are."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class Desk:
    """`tables`: the statements that make its tables. One sync's desk adds the questions it asks of them."""

    def __init__(self, tables: str) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="portal-desk-")
        self.db = sqlite3.connect(Path(self.folder.name) / "desk.sqlite3", isolation_level=None)
        self.db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4000;" + tables
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.db.close()
        self.folder.cleanup()

    def fill(self, table: str, rows: Iterable[tuple[Any, ...]]) -> int:
        """Put in all rows, or none. How many the table then has."""
        columns = len(self.db.execute(f"SELECT * FROM {table} LIMIT 0").description)
        marks = ", ".join("?" * columns)
        self.db.execute("BEGIN")
        try:
            self.db.execute(f"DELETE FROM {table}")
            self.db.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)
        except BaseException:
            self.db.execute(f"DELETE FROM {table}")  # without a journal SQLite cannot roll back
            self.db.execute("COMMIT")
            raise
        self.db.execute("COMMIT")
        return self.count(table)

    def count(self, table: str) -> int:
        return int(self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.db.execute(query, values).fetchall()

    def stream(self, query: str, size: int = 2000) -> Iterator[list[tuple[Any, ...]]]:
        """Rows in parts of `size`."""
        cursor = self.db.execute(query)
        while part := cursor.fetchmany(size):
            yield part

    def one(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self.db.execute(query, values).fetchone()
        return found
