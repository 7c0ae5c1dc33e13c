"""An account that is measured: a database, a sandbox and an environment of its own, and what its processes took."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg2

from portal.envfile import new_credential_key, new_secret_key
from tests.bench.measured import Took, measure, vendors


@dataclass
class Account:
    """`size`: number of its records; `url`: its sandbox. `took`: by name, in order."""

    size: int
    url: str
    database: dict[str, str]
    env: dict[str, str]
    took: dict[str, list[Took]] = field(default_factory=dict)

    def prepared(self, module: str) -> Any:
        """Makes the portal's tables, then runs `python -m MODULE URL SIZE`. What it printed."""
        measure("manage.py", "migrate", "--verbosity", "0", env=self.env)
        return measure("-m", module, self.url, str(self.size), env=self.env).said

    def measured(self, name: str, *arguments: str) -> Took:
        """Runs `python ARGUMENTS` and keeps what it took under `name`."""
        self.free_calls()
        took = measure(*arguments, env=self.env)
        self.took.setdefault(name, []).append(took)
        words = took.said.get("message", "")
        print(f"{self.size:>7} {name:9} {took.wall:7.2f} s {took.peak:6.1f} MiB {words}", file=sys.stderr, flush=True)
        return took

    def free_calls(self) -> None:
        """The vendor's allowance forgets the calls of the last minute: no process is to wait for it."""
        self.asked("UPDATE integrations_budget SET sent = '[]'")

    def asked(self, query: str) -> None:
        with psycopg2.connect(**self.database) as database, database.cursor() as cursor:
            cursor.execute(query)
        database.close()


@contextmanager
def account(folder: str, bench: str, size: int, more: Mapping[str, str] | None = None) -> Iterator[Account]:
    """On a new database of the cluster whose socket is in `folder`, with the sandbox of tests.bench.BENCH.vendors.

    `more`: of the environment.
    """
    name = f"{bench}_{size}"
    server(folder, f"CREATE DATABASE {name}")
    with vendors(f"tests.bench.{bench}.vendors") as url:
        database = {"host": folder, "user": "postgres", "dbname": name}
        yield Account(size, url, database, {**environment(folder, name, url), **(more or {})})


def server(folder: str, query: str) -> str:
    """The first value that the query gives, as text."""
    database = psycopg2.connect(host=folder, user="postgres", dbname="postgres")
    database.autocommit = True
    with database.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchone() if cursor.description else None
    database.close()
    return str(found[0]) if found else ""


def environment(folder: str, name: str, sandbox: str) -> dict[str, str]:
    """The portal's real settings on this database, allowed to call this sandbox."""
    own = {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_ENV_FILE": os.devnull,
        "SECRET_KEY": new_secret_key(),
        "CREDENTIAL_KEYS": new_credential_key(),
        "DATABASE_URL": f"postgres://postgres@/{folder}/{name}",
        "PORTAL_ALLOWED_PRIVATE_HOSTS": sandbox.removeprefix("http://"),
    }
    return {**os.environ, **own}
