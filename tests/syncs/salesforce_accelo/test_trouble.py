"""Trouble in the middle of a run at Salesforce: the session ends, rows stay locked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest

from integrations.models import Link, Run
from integrations.syncs.base import Scope
from integrations.vendors.salesforce import saving
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts

pytestmark = pytest.mark.django_db(transaction=True)
COLLECTION = "PATCH /composite/sobjects"


def linked(url: str, number: int) -> tuple[Accounts, list[str]]:
    """So many linked pairs; the Accelo ids."""
    accounts = Accounts(url, **BOTH)
    rows = [{"Name": f"Company {n}", "Website": f"www.company{n}.example"} for n in range(number)]
    accounts.salesforce.act("bulk", object="Account", rows=rows)
    there = [{"name": row["Name"], "website": row["Website"], "standing": "active"} for row in rows]
    accounts.accelo.act("bulk", table="companies", rows=there)
    run = accounts.run()
    assert run.counts["linked"] == number, run.message
    for vendor in (accounts.salesforce, accounts.accelo):
        vendor.shift(5)  # the second of the load is over
    accounts.assert_quiet()
    return accounts, sorted(accounts.table("companies"), key=int)


@contextmanager
def session_ends(accounts: Accounts, match: str, nth: int) -> Iterator[None]:
    """While the nth of these calls is on its way; it must come."""
    control = accounts.salesforce
    control.faults({"match": match, "nth": nth, "do": "hang"})
    failed: list[Exception] = []

    def end() -> None:
        try:
            control.wait_hanging()
            control.act("expire_tokens")
            control.release()
        except Exception as error:  # told below, by the test's own thread
            failed.append(error)

    thread = Thread(target=end)
    thread.start()
    yield
    thread.join()
    control.faults()
    assert not failed, failed


def refused_sessions(accounts: Accounts) -> tuple[int, int]:
    """Calls that were refused for their session, and sign-ins."""
    calls = accounts.salesforce.calls()
    return sum(call["status"] == 401 for call in calls), sum("oauth2/token" in call["path"] for call in calls)


def test_a_session_that_ends_between_two_pages_is_renewed_once_and_each_record_is_read_once(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    accounts.salesforce.act("settings", short_pages=True)
    accounts.salesforce.act("bulk", object="Account", rows=[{"Name": f"Company {n}"} for n in range(150)])
    accounts.salesforce.shift(5)
    accounts.salesforce.clear_calls()
    with session_ends(accounts, "GET /query/0r8", 1):
        run = accounts.run()
    assert (run.status, run.counts["created"]) == ("done", 150), run.message
    assert refused_sessions(accounts) == (1, 2)  # the first sign-in is the run's own
    names = [row["name"] for row in accounts.table("companies").values()]
    assert sorted(names) == sorted(f"Company {n}" for n in range(150))
    accounts.assert_quiet()


def test_a_session_that_ends_between_two_collections_is_renewed_once_and_each_record_is_written_once(
    sandbox: Any,
) -> None:
    accounts, companies = linked(sandbox.url, 250)
    accounts.accelo.act("put", table="companies", rows=[{"id": id, "phone": f"1 {id}"} for id in companies])
    accounts.salesforce.clear_calls()
    with session_ends(accounts, COLLECTION, 2):
        run = accounts.run()
    assert (run.status, run.counts["updated"]) == ("done", 250), run.message
    assert refused_sessions(accounts) == (1, 1)
    written = accounts.writes()[0]
    assert len(written) == 250
    assert {one["times"] for one in written.values()} == {1}
    assert len({row["Phone"] for row in accounts.org("Account").values()}) == 250
    accounts.assert_quiet()


@pytest.mark.parametrize("together", [False, True], ids=["here and there", "in a row"])
def test_rows_that_stay_locked_are_written_by_a_later_run_and_no_others(
    sandbox: Any, monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    monkeypatch.setattr(saving, "LOCK_PAUSE", 0.0)  # a length of time
    accounts, companies = linked(sandbox.url, 200)
    accounts.accelo.act("put", table="companies", rows=[{"id": id, "phone": f"1 {id}"} for id in companies])
    pairs = dict(Link.objects.values_list("target_id", "source_id"))
    locked = [pairs[id] for id in (companies[100:107] if together else companies[::28][:7])]
    assert len(locked) == 7
    accounts.salesforce.act("lock", ids=locked, times=len(saving.LOCK_SIZES) + 1)
    first = accounts.run()
    assert phones(accounts) == {id: "" if id in locked else f"1 {target}" for target, id in pairs.items()}
    assert (first.status, first.counts["updated"], first.counts["failed"]) == (
        "done_with_failures", 193, 7,
    ), first.message  # fmt: skip
    assert set(first.items.filter(status="failed").values_list("code", flat=True)) == {"UNABLE_TO_LOCK_ROW"}
    Link.objects.filter(state="failed").update(next_attempt_at=None)
    second = accounts.run()
    assert (second.status, second.counts["updated"]) == ("done", 7), second.message
    assert set(accounts.writes()[0]) == set(locked)
    assert phones(accounts) == {id: f"1 {target}" for target, id in pairs.items()}
    accounts.assert_quiet()
    third: Run = accounts.run(scope=Scope(full=True))
    assert (third.status, accounts.writes()) == ("done", ({}, []))


def phones(accounts: Accounts) -> dict[str, str]:
    return {id: row.get("Phone") or "" for id, row in accounts.org("Account").items()}
