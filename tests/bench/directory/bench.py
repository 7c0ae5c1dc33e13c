"""Companies and contacts: first link, quiet run, comparison and pushes, beside bare scripts. See README.md."""

from __future__ import annotations

import tempfile

from integrations.sandbox import Control
from tests.bench.account import server
from tests.bench.directory.deployments import BOTH_WAYS, Deployment, deployment, on_sqlite
from tests.bench.directory.table import tables

SIZES = (10_000, 100_000)
"""Companies. Memory is compared between the first and the last; SQLite is measured at the last."""
ROUNDS = 2
POLLS = 3
FEW = 5
"""Addresses are measured with this part of the first size: where owners are not told, each is a call."""


def report(folder: str, sizes: tuple[int, ...]) -> str:
    """The tables of so many companies, on the cluster whose socket is in `folder`."""
    chosen = sorted(sizes or SIZES)
    companies = {size: companies_of(folder, size) for size in chosen}
    people = {size: people_of(folder, size) for size in chosen}
    few = chosen[0] // FEW
    addressed = {kind: few_of(folder, few, kind) for kind in ("companies", "addresses")}
    lite = {"PostgreSQL": companies[chosen[-1]], "SQLite": sqlite_of(folder, chosen[-1])}
    return tables(companies, people, addressed, lite, server(folder, "SHOW server_version"))


def companies_of(folder: str, size: int) -> Deployment:
    with deployment(folder, size, "companies") as one:
        linked(one, ROUNDS)
        unchanged(one)
        pushed(one)
        return one


def people_of(folder: str, size: int) -> Deployment:
    """With two contacts to each company."""
    with deployment(folder, size, "contacts") as one:
        linked(one, 1)
        unchanged(one)
        return one


def few_of(folder: str, size: int, kind: str) -> Deployment:
    with deployment(folder, size, kind) as one:
        one.run("linking")
        one.run("full", "--full")
        return one


def sqlite_of(folder: str, size: int) -> Deployment:
    with tempfile.TemporaryDirectory(prefix="portal-directory-") as home, on_sqlite(folder, size, home) as one:
        linked(one, 1)
        unchanged(one)
        pushed(one)
        return one


def linked(one: Deployment, rounds: int) -> None:
    """Bare reading and first link in turn, with nothing linked before each. The vendors make each page when it is asked
    for, as vendors do; one reading of pages that they have kept stands beside."""
    for number in range(rounds):
        if number:
            one.forget()
        one.render_anew()
        one.bare("reads", "read")
        one.bare("kept", "read")
        one.render_anew()
        one.run("linking")
    one.asked("ANALYZE")  # as the server itself does within a minute


def unchanged(one: Deployment) -> None:
    for _ in range(POLLS):
        one.run("quiet")
        one.bare("polls", "poll")
    one.render_anew()
    one.run("full", "--full")


def pushed(one: Deployment) -> None:
    """Some accounts change in Salesforce; then, both ways, as many other companies change in Accelo."""
    accounts = one.forms["accounts"]
    rows = [{"Id": id, "Phone": f"+61 3 {number:08}"} for number, id in enumerate(accounts)]
    Control(one.url, "salesforce", timeout=600).act("put", object="Account", rows=rows)
    one.run("to accelo")
    one.asked(BOTH_WAYS)
    one.run("both ways")
    others = range(len(accounts) + 1, 2 * len(accounts) + 1)
    changes = [{"id": str(id), "phone": f"+61 4 {id:08}"} for id in others]
    Control(one.url, "accelo", timeout=600).act("put", table="companies", rows=changes)
    one.run("to salesforce")
    one.run("after")
