"""Tags from a file: beside django-import-export, beside a bare COPY, memory, SQLite. See README.md."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.bench.account import environment, server
from tests.bench.measured import Took, measure
from tests.bench.tags.samples import write_file
from tests.bench.tags.table import table

SIZES = (10_000, 100_000, 1_000_000)
"""The first is compared with django-import-export, the others with COPY, the first and the last for memory."""
ROUNDS = 3
NAME = "tags"
CHANGED = "X"


class Bench:
    """What the processes took, by number of tags and name: first, again, bare, stock, stock again, sqlite ..."""

    def __init__(self, cluster: str, folder: Path) -> None:
        server(cluster, f"CREATE DATABASE {NAME}")
        self.database = json.dumps({"host": cluster, "user": "postgres", "dbname": NAME})
        self.postgres = environment(cluster, NAME, "http://127.0.0.1:1")
        self.sqlite = {**self.postgres, "DATABASE_URL": f"sqlite:///{folder}/tags.sqlite3"}
        self.took: dict[int, dict[str, list[Took]]] = {}
        for env in (self.postgres, self.sqlite):
            measure("manage.py", "migrate", "--verbosity", "0", env=env)

    def measured(self, size: int, name: str, env: dict[str, str], *arguments: str) -> None:
        took = measure("-m", *arguments, env=env)
        self.took.setdefault(size, {}).setdefault(name, []).append(took)
        print(f"{size:>9,} {name:14} {took.said['seconds']:8.3f} s {took.peak:6.1f} MiB", file=sys.stderr, flush=True)

    def upload(self, size: int, file: str) -> None:
        """Once: the portal's two databases and the bare COPY, in turn."""
        files = {"first": file, "again": file, "changed": file.replace(".csv", f"{CHANGED}.csv")}
        for when, path in files.items():
            self.measured(size, when, self.postgres, "tests.bench.tags.upload", path, when)
        self.measured(size, "bare", self.postgres, "tests.bench.tags.bare", file, self.database)
        for when, path in files.items():
            self.measured(size, f"sqlite {when}", self.sqlite, "tests.bench.tags.upload", path, when)

    def stock(self, size: int, file: str) -> None:
        for when in ("first", "again"):
            self.measured(size, f"stock {when}", self.postgres, "tests.bench.tags.stock", file, when)


def report(cluster: str, sizes: tuple[int, ...]) -> str:
    """The table for files of so many tags, on the cluster whose socket is in the folder `cluster`."""
    with tempfile.TemporaryDirectory(prefix="portal-tags-") as home:
        bench, chosen = Bench(cluster, Path(home)), sizes or SIZES
        files = {size: str(write_file(Path(home), size)) for size in chosen}
        for size in chosen:
            write_file(Path(home), size, CHANGED)
        for _ in range(ROUNDS):
            for size, file in files.items():
                bench.upload(size, file)
            bench.stock(chosen[0], files[chosen[0]])
        return table(bench.took, server(cluster, "SHOW server_version"))
