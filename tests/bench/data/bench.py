"""The reference data sync: memory, time beside bare scripts, growth, calls. See README.md."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

from integrations.sandbox import Control
from tests.bench.account import Account, account, server
from tests.bench.data.samples import supplier
from tests.bench.data.table import tables

SIZES = (2_500, 10_000, 25_000, 100_000)
"""Memory is compared between the first and the third, growth between the second and the last."""
ROUNDS = 3
CHANGED = 100
BARELY = 25_000
"""Larger accounts are neither previewed nor written by the bare script: their growth is what is asked."""
FORGET = """TRUNCATE integrations_link, integrations_intent, integrations_run CASCADE;
UPDATE integrations_sync SET memory = '{}'"""
RUN = ("manage.py", "sync", "run", "acme", "data", "--json")
BARE = ("-m", "tests.bench.data.bare")
UNPACED = {"PORTAL_EXPENSEIN_MAPPING": str(Path(__file__).parents[2] / "expensein.yaml")}


def first(one: Account, forms: str) -> None:
    """The creates by the bare script and, with ExpenseIn as empty as before, a first run: in turn, ROUNDS times."""
    expensein = Control(one.url, "expensein")
    if one.size <= BARELY:
        one.measured("preview", *RUN, "--preview")
        for _ in range(ROUNDS):
            one.asked(FORGET)
            expensein.reset()
            one.measured("writes", *BARE, "write", forms)
            expensein.reset()
            one.measured("creating", *RUN)
    else:
        one.measured("creating", *RUN)
    one.asked("ANALYZE")  # as the server itself does within a minute
    one.measured("warm", *BARE, "read", forms)  # the sandbox renders each list now, and hands it out again later


def again(one: Account, forms: str) -> None:
    one.measured("unchanged", *RUN)
    one.measured("reads", *BARE, "read", forms)


def changed(one: Account) -> None:
    """A run after some suppliers got another name."""
    codes = [supplier(number)[0] for number in range(CHANGED)]
    rows = [{"Code": code, "Name": f"Renamed {code}"} for code in codes]
    Control(one.url, "accountsiq").act("put", table="suppliers", rows=rows)
    one.measured("changed", *RUN)


def report(folder: str, sizes: tuple[int, ...]) -> str:
    """The tables of accounts of so many records, on the cluster whose socket is in `folder`."""
    with ExitStack() as stack:
        accounts = [stack.enter_context(account(folder, "data", size, UNPACED)) for size in sizes or SIZES]
        forms = [json.dumps(one.prepared("tests.bench.data.prepare")) for one in accounts]
        for one, calls in zip(accounts, forms, strict=True):
            first(one, calls)
        for _ in range(ROUNDS):
            for one, calls in zip(accounts, forms, strict=True):
                again(one, calls)
        for one in accounts:
            changed(one)
        return tables({one.size: one.took for one in accounts}, server(folder, "SHOW server_version"))
