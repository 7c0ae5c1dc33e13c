"""`python -m tests.bench [EXPENSES ...]`: memory and time of large syncs on PostgreSQL, as a table. See README.md."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import psycopg2

from portal.envfile import new_credential_key, new_secret_key
from tests.bench.measured import Took, measure, vendors
from tests.bench.table import markdown
from tests.postgres import cluster

SIZES = (10_000, 100_000)
ROUNDS = 3
RUN = ("manage.py", "sync", "run", "acme", "expenses", "--json")
CREATED = 10
"""Every tenth expense is created by the command; the links of the others are put there (seed.py)."""


@dataclass
class Account:
    """An account of `expenses` expenses with a database and a sandbox of its own. `took`: by name, in order."""

    expenses: int
    database: dict[str, str]
    env: dict[str, str]
    forms: str = ""
    took: dict[str, list[Took]] = field(default_factory=dict)

    def prepare(self, url: str) -> None:
        measure("manage.py", "migrate", "--verbosity", "0", env=self.env)
        self.forms = json.dumps(measure("-m", "tests.bench.prepare", url, str(self.expenses), env=self.env).said)

    def first(self) -> None:
        """A preview of everything, then a run that creates a part of it."""
        self.measured("preview", *RUN, "--preview")
        measure("-m", "tests.bench.seed", str(CREATED), env=self.env)
        self.measured("creating", *RUN)

    def again(self) -> None:
        self.measured("unchanged", *RUN)
        self.measured("bare", "-m", "tests.bench.floor", self.forms)

    def measured(self, name: str, *arguments: str) -> None:
        self.free_calls()
        took = measure(*arguments, env=self.env)
        self.took.setdefault(name, []).append(took)
        words = took.said.get("message", "")
        print(
            f"{self.expenses:>7} {name:9} {took.wall:7.2f} s {took.peak:6.1f} MiB {words}", file=sys.stderr, flush=True
        )

    def free_calls(self) -> None:
        """The vendor's allowance forgets the calls of the last minute: no process is to wait for it."""
        with psycopg2.connect(**self.database) as database, database.cursor() as cursor:
            cursor.execute("UPDATE integrations_budget SET sent = '[]'")
        database.close()


@contextmanager
def account(folder: str, expenses: int) -> Iterator[Account]:
    """Filled and ready, on a new database of the cluster whose socket is in `folder`."""
    name = f"bench_{expenses}"
    server(folder, f"CREATE DATABASE {name}")
    with vendors() as url:
        one = Account(expenses, {"host": folder, "user": "postgres", "dbname": name}, environment(folder, name, url))
        one.prepare(url)
        yield one


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


def main(sizes: tuple[int, ...]) -> None:
    with cluster() as url, ExitStack() as stack:
        folder = url.partition("@/")[2].rpartition("/")[0]
        accounts = [stack.enter_context(account(folder, size)) for size in sizes]
        for one in accounts:
            one.first()
        for _ in range(ROUNDS):
            for one in accounts:
                one.again()
        print(markdown({one.expenses: one.took for one in accounts}, server(folder, "SHOW server_version")))


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
