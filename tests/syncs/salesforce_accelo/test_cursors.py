"""Trouble in mid-run: crashes, dead lists, late commits, records that are refused, sign-ins that end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integrations.models import Budget, Connection, Intent, Link, Run
from integrations.services.runs import run_enqueue, runs_reap
from integrations.services.work import run_work
from tests.killing import killed_while_hanging
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 5_000


@pytest.fixture(autouse=True)
def impatient(settings: Any) -> None:
    settings.PORTAL_HTTP_READ_SECONDS = 5
    settings.PORTAL_HTTP_WAIT_SECONDS = 0.01


def linked(url: str, number: int, **options: Any) -> Accounts:
    accounts = Accounts(url, **(options or BOTH))
    rows = [{"Name": f"Company {n}", "Website": f"www.company{n}.example"} for n in range(number)]
    accounts.salesforce.act("bulk", object="Account", rows=rows)
    there = [{"name": row["Name"], "website": row["Website"], "standing": "active"} for row in rows]
    accounts.accelo.act("bulk", table="companies", rows=there)
    run = accounts.run()
    assert run.counts["linked"] == number, run.message
    for vendor in (accounts.salesforce, accounts.accelo):
        vendor.shift(5)
    return accounts


def puts(accounts: Accounts) -> list[str]:
    return [call["path"] for call in accounts.accelo.calls() if call["method"] == "PUT"]


def phones(accounts: Accounts) -> int:
    return sum(1 for row in accounts.table("companies").values() if row.get("phone"))


def edit_some(accounts: Accounts, number: int) -> str:
    """Every so manieth account gets a phone number, and all get one time of change. Its stamp."""
    ids = sorted(accounts.org("Account"))
    rows = [{"Id": id, "Phone": f"1 {n}"} for n, id in enumerate(ids[::number])]
    accounts.salesforce.act("put", object="Account", rows=rows)
    stamp = accounts.salesforce.now().replace(microsecond=0).isoformat()
    accounts.salesforce.act("bulk_stamp", object="Account", stamp=stamp)
    accounts.salesforce.shift(10)
    return stamp


def test_of_thousands_of_one_second_a_crash_after_the_third_page_leaves_each_to_be_carried_over_once(
    sandbox: Any,
) -> None:
    accounts = linked(sandbox.url, MANY)
    edit_some(accounts, 100)
    accounts.salesforce.act("settings", short_pages=500)
    accounts.salesforce.faults({"match": "GET query", "nth": 4, "do": "hang", "when": "before"})
    run = run_enqueue(sync=accounts.sync, wake=False)
    accounts.accelo.clear_calls()
    assert killed_while_hanging(accounts.salesforce, lambda: run_work(run.pk, slice_seconds=None))
    assert 0 < phones(accounts) < MANY // 100
    runs_reap()
    accounts.salesforce.act("audit", clear=True)
    run_work(run.pk, slice_seconds=None)
    run.refresh_from_db()
    assert run.status == Run.Status.DONE, run.message
    assert phones(accounts) == MANY // 100
    assert len(puts(accounts)) == len(set(puts(accounts))) == MANY // 100
    assert accounts.salesforce.act("audit")["calls"]["by_kind"]["queryAll"] <= MANY // 500
    accounts.assert_quiet()


def test_a_list_that_dies_in_the_middle_is_gone_on_with(sandbox: Any) -> None:
    accounts = linked(sandbox.url, 300)
    edit_some(accounts, 10)
    accounts.salesforce.act("settings", short_pages=50, locator_pages=1)
    assert accounts.run().status == Run.Status.DONE
    assert (phones(accounts), len(puts(accounts))) == (30, 30)


def test_changes_that_show_late_and_edits_of_one_second_on_both_sides_arrive(sandbox: Any) -> None:
    accounts = linked(sandbox.url, 3)
    ids, there = sorted(accounts.org("Account")), sorted(accounts.table("companies"))
    accounts.edit("Account", ids[0], Phone="1")
    accounts.put("companies", there[0], fax="2")
    accounts.run()
    accounts.edit("Account", ids[0], Phone="11")
    accounts.put("companies", there[0], fax="22")
    stamp = (accounts.salesforce.now() - timedelta(minutes=9)).isoformat()
    accounts.salesforce.act("commit_late", object="Account", rows=[{"Id": ids[1], "Phone": "3"}], stamp=stamp)
    accounts.run()
    company, account = accounts.table("companies")[there[0]], accounts.org("Account")[ids[0]]
    assert (company["phone"], company["fax"], account["Phone"], account["Fax"]) == ("11", "22", "11", "22")
    assert accounts.table("companies")[there[1]]["phone"] == "3"
    accounts.assert_quiet()


def push(accounts: Accounts, number: int) -> list[str]:
    there = sorted(accounts.table("companies"), key=int)[:number]
    accounts.accelo.act("put", table="companies", rows=[{"id": id, "phone": f"1 {id}"} for id in there])
    return [Link.objects.get(target_id=id).source_id for id in there]


def pushed(accounts: Accounts) -> int:
    return sum(1 for row in accounts.org("Account").values() if row.get("Phone"))


def again(accounts: Accounts) -> Run:
    """As when the pauses of failed records are over."""
    Link.objects.filter(state="failed").update(next_attempt_at=None)
    return accounts.run()


def test_of_200_records_of_which_7_are_locked_193_are_written_and_7_tried_again(sandbox: Any) -> None:
    accounts = linked(sandbox.url, 200)
    ids = push(accounts, 200)
    accounts.salesforce.act("lock", ids=ids[::30], times=1)
    run = accounts.run()
    assert (run.counts["updated"], pushed(accounts)) == (200, 200), run.message
    audit = accounts.salesforce.act("audit")
    assert audit["calls"]["by_kind"]["collections_write"] == 2
    assert {one["times"] for one in audit["writes"].values()} == {1}
    accounts.assert_quiet()


def test_an_answer_200_in_which_every_record_failed_is_no_success(sandbox: Any) -> None:
    accounts = linked(sandbox.url, 10)
    push(accounts, 10)
    refusal = {"object": "Account", "field": "Phone", "regex": "^1", "message": "Phones begin with +."}
    accounts.salesforce.act("rules", validations=[refusal])
    run = accounts.run()
    assert (run.counts["failed"], pushed(accounts)) == (10, 0)
    assert {item.reason.count("Phones begin with +.") for item in run.items.all()} == {1}
    accounts.salesforce.act("rules")
    assert again(accounts).counts["updated"] == 10
    assert pushed(accounts) == 10


def test_a_session_that_ends_in_the_middle_is_renewed(sandbox: Any) -> None:
    accounts = linked(sandbox.url, 10)
    push(accounts, 10)
    accounts.salesforce.act("expire_tokens")
    assert accounts.run().status == Run.Status.DONE
    assert pushed(accounts) == 10


def test_an_inactive_user_stops_the_run_until_somebody_signs_in(sandbox: Any) -> None:
    accounts = linked(sandbox.url, 5)
    push(accounts, 5)
    accounts.salesforce.act("user", username="alex.morgan@acme.example", active=False)
    accounts.salesforce.act("expire_tokens")
    run = accounts.run()
    assert (run.status, run.error_kind) == (Run.Status.HELD, "config"), run.message
    connection = Connection.objects.get(vendor="salesforce")
    assert connection.state == Connection.State.SIGN_IN
    accounts.salesforce.act("user", username="alex.morgan@acme.example", active=True)
    assert accounts.run().status == Run.Status.DONE
    connection.refresh_from_db()
    assert (connection.state, pushed(accounts)) == (Connection.State.CONNECTED, 5)


def test_the_day_s_limit_holds_the_run_which_goes_on_by_itself(sandbox: Any) -> None:
    accounts = linked(sandbox.url, 5)
    push(accounts, 5)
    accounts.salesforce.act("settings", daily_limit=10, used_by_others=10)
    run = accounts.run()
    assert (run.status, run.error_kind) == (Run.Status.HELD, "budget"), run.message
    assert run.resume_at is not None
    accounts.salesforce.act("settings", daily_limit=15_000, used_by_others=0)
    Run.objects.filter(pk=run.pk).update(resume_at=run.started_at)  # the time is over
    Budget.objects.all().delete()
    runs_reap()
    run_work(run.pk, slice_seconds=None)
    run.refresh_from_db()
    assert (run.status, pushed(accounts)) == (Run.Status.DONE, 5), run.message


def test_a_maintenance_page_holds_the_run_and_is_never_taken_for_an_empty_list(sandbox: Any) -> None:
    accounts = linked(sandbox.url, 5)
    push(accounts, 5)
    accounts.salesforce.faults({"match": "* /services/data/", "do": "html", "status": 503, "times": -1})
    run = accounts.run()
    assert (run.status, run.error_kind) == (Run.Status.HELD, "transient"), run.message
    assert not Link.objects.exclude(state="linked").exists()
    accounts.salesforce.faults()
    assert accounts.run().status == Run.Status.DONE
    assert pushed(accounts) == 5


@pytest.mark.parametrize("vendor", ["salesforce", "accelo"])
def test_a_create_whose_answer_is_lost_is_found_in_the_same_run_and_not_sent_again(sandbox: Any, vendor: str) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    accounts.account("Harbour Trust", Phone="1")
    accounts.company("Northwind Energy", phone="2")
    path = {"salesforce": "POST /composite/sobjects", "accelo": "POST /api/v0/companies"}[vendor]
    getattr(accounts, vendor).faults({"match": path, "do": "cut", "when": "after"})
    accounts.run()
    assert Intent.objects.exclude(settled_by="").count() == 1
    accounts.run()
    assert sorted(row["Name"] for row in accounts.org("Account").values()) == ["Harbour Trust", "Northwind Energy"]
    assert sorted(row["name"] for row in accounts.table("companies").values()) == ["Harbour Trust", "Northwind Energy"]
    accounts.assert_quiet()
