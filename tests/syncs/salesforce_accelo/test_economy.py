"""What a run costs in calls, counted by the vendors."""

from __future__ import annotations

from math import ceil
from typing import Any

import pytest

from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = 9
"""Calls of a first read beside its pages, for both objects: what it is like, the clock, up to when changes are visible,
how many there are; and the page of the contacts. Told in the README."""
QUIET = 3


def calls(accounts: Accounts) -> tuple[dict[str, int], list[str]]:
    """Since the last run began: Salesforce's by kind, and Accelo's by path."""
    org = accounts.salesforce.act("audit")["calls"]["by_kind"]
    return org, [f"{call['method']} {call['path']}" for call in accounts.accelo.calls()]


def linked(url: str, number: int) -> Accounts:
    """So many companies on both sides, linked by a first run."""
    accounts = Accounts(url, **BOTH)
    rows = [{"Name": f"Company {n}", "Website": f"www.company{n}.example"} for n in range(number)]
    accounts.salesforce.act("bulk", object="Account", rows=rows)
    there = [{"name": row["Name"], "website": row["Website"], "standing": "active"} for row in rows]
    accounts.accelo.act("bulk", table="companies", rows=there)
    run = accounts.run()
    assert run.counts["linked"] == number, run.message
    return accounts


def assert_cheap(accounts: Accounts) -> None:
    accounts.assert_quiet()
    org, accelo = calls(accounts)
    assert sum(org.values()) <= QUIET, org
    assert len(accelo) <= QUIET, accelo


@pytest.mark.parametrize("number", [10, 2_500])
def test_a_first_read_costs_its_pages_and_little_else_and_what_objects_are_like_is_asked_once(
    sandbox: Any, number: int
) -> None:
    accounts = Accounts(sandbox.url, create_in_accelo=False)
    accounts.salesforce.act("bulk", object="Account", rows=[{"Name": f"Company {n}"} for n in range(number)])
    accounts.salesforce.shift(5)  # the second of the load is over
    run = accounts.run()
    assert run.counts["read"] == number, run.message
    org, _ = calls(accounts)
    assert sum(org.values()) <= ceil(number / 2_000) + FIRST, org
    assert org["describe"] == 2
    accounts.run()
    org, accelo = calls(accounts)
    assert "describe" not in org


def test_after_a_bulk_load_a_poll_costs_three_calls_at_either_side(sandbox: Any) -> None:
    accounts = linked(sandbox.url, 2_500)
    for vendor in (accounts.salesforce, accounts.accelo):
        vendor.shift(5)  # the second of the load is over
    accounts.run()
    assert_cheap(accounts)


def test_records_are_pushed_200_a_call_and_what_was_written_is_not_read_again(sandbox: Any, settings: Any) -> None:
    settings.PORTAL_SETTLE_SECONDS = 5
    accounts = linked(sandbox.url, 800)
    companies = sorted(accounts.table("companies"), key=int)
    ids = sorted(accounts.org("Account"))
    accounts.accelo.act("put", table="companies", rows=[{"id": id, "phone": f"1 {id}"} for id in companies[:450]])
    rows = [{"Id": id, "Fax": f"2 {number}"} for number, id in enumerate(ids[:300])]
    accounts.salesforce.act("put", object="Account", rows=rows)
    run = accounts.run()
    assert run.status == "done", run.message
    assert len({row.get("Phone") for row in accounts.org("Account").values()} - {None}) == 450
    assert len({row.get("fax") for row in accounts.table("companies").values()} - {None, ""}) == 300
    org, _ = calls(accounts)
    assert org["collections_write"] == ceil(450 / 200)
    assert_cheap(accounts)
