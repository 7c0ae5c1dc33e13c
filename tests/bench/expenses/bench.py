"""The expense sync: memory of large runs, and a run without changes beside the bare script. See README.md."""

from __future__ import annotations

import json
from contextlib import ExitStack

from tests.bench.account import Account, account, server
from tests.bench.expenses.table import table
from tests.bench.measured import measure

SIZES = (10_000, 100_000)
ROUNDS = 3
RUN = ("manage.py", "sync", "run", "acme", "expenses", "--json")
CREATED = 10
"""Every tenth expense is created by the command; the links of the others are put there (seed.py)."""


def first(one: Account) -> None:
    """A preview of everything, then a run that creates a part of it."""
    one.measured("preview", *RUN, "--preview")
    measure("-m", "tests.bench.expenses.seed", str(CREATED), env=one.env)
    one.measured("creating", *RUN)


def again(one: Account, forms: str) -> None:
    one.measured("unchanged", *RUN)
    one.measured("bare", "-m", "tests.bench.expenses.floor", forms)


def report(folder: str, sizes: tuple[int, ...]) -> str:
    """The table of accounts of so many expenses, on the cluster whose socket is in `folder`."""
    with ExitStack() as stack:
        accounts = [stack.enter_context(account(folder, "expenses", size)) for size in sizes or SIZES]
        forms = [json.dumps(one.prepared("tests.bench.expenses.prepare")) for one in accounts]
        for one in accounts:
            first(one)
        for _ in range(ROUNDS):
            for one, calls in zip(accounts, forms, strict=True):
                again(one, calls)
        return table({one.size: one.took for one in accounts}, server(folder, "SHOW server_version"))
