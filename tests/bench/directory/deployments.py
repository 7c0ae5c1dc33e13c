"""The accounts that are measured: of one kind and size, on PostgreSQL or SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from integrations.sandbox import Control
from tests.bench.account import Account, environment, server
from tests.bench.measured import measure, vendors

RUN = ("manage.py", "sync", "run", "acme", "directory", "--json")
VENDORS = "tests.bench.directory.vendors"
FORGOTTEN = [f"integrations_{name}" for name in ("fieldconflict", "runitem", "intent", "link", "cursor", "run")]
MEMORY = "UPDATE integrations_sync SET memory = '{}'"
BOTH_WAYS = """UPDATE integrations_sync SET options = '{"read_only": false, "two_way_start": "automatic"}'"""


@dataclass
class Deployment(Account):
    """`kind`: see prepare.py; `forms`: what prepare.py printed."""

    kind: str = "companies"
    forms: dict[str, Any] = field(default_factory=dict)

    def prepare(self) -> None:
        measure("manage.py", "migrate", "--verbosity", "0", env=self.env)
        self.forms = measure(
            "-m", "tests.bench.directory.prepare", self.url, str(self.size), self.kind, env=self.env
        ).said

    def run(self, name: str, *options: str) -> None:
        self.measured(name, *RUN, *options)

    def bare(self, name: str, what: str) -> None:
        forms = {key: value for key, value in self.forms.items() if key != "accounts"}
        self.measured(name, "-m", "tests.bench.directory.bare", what, json.dumps(forms))

    def forget(self) -> None:
        """Nothing is linked, no run was ever made."""
        self.asked(f"TRUNCATE {', '.join(FORGOTTEN)} CASCADE; {MEMORY}")

    def render_anew(self) -> None:
        """Whoever acts at a vendor ends the pages that were kept."""
        for vendor in ("salesforce", "accelo"):
            Control(self.url, vendor).act("settings")


@dataclass
class OnSqlite(Deployment):
    """`path`: the database's file."""

    path: Path = Path()

    def asked(self, query: str) -> None:
        with closing(sqlite3.connect(self.path)) as database, database:
            database.executescript(query)


@contextmanager
def deployment(folder: str, size: int, kind: str) -> Iterator[Deployment]:
    """On a new database of the cluster whose socket is in `folder`."""
    name = f"directory_{kind}_{size}"
    server(folder, f"CREATE DATABASE {name}")
    with vendors(VENDORS) as url:
        database = {"host": folder, "user": "postgres", "dbname": name}
        one = Deployment(size, url, database, environment(folder, name, url), kind=kind)
        one.prepare()
        yield one


@contextmanager
def on_sqlite(folder: str, size: int, home: str) -> Iterator[Deployment]:
    """Companies, in a file below the folder `home`."""
    path = Path(home) / f"directory_{size}.sqlite3"
    with vendors(VENDORS) as url:
        env = environment(folder, "postgres", url) | {"DATABASE_URL": f"sqlite:///{path}"}
        one = OnSqlite(size, url, {}, env, path=path)
        one.prepare()
        yield one
