"""One item that cannot be read stops no other; a failed, empty or shortened list is never taken for the truth."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Connection, Incident, Link, Run
from integrations.services.feeds import held_streams, stream_accept
from tests.syncs.accountsiq_expensein.accounts import ITEMS, Accounts, only

pytestmark = pytest.mark.django_db(transaction=True)
READING: dict[str, dict[str, Any]] = {
    "HTTP 500": {"do": "status", "status": 500},
    "web page": {"do": "html"},
    "web page under 503": {"do": "html", "status": 503},
    "cut short": {"do": "cut"},
    "empty answer": {"do": "empty"},
    "connection dropped": {"do": "reset"},
}
"""What may happen on either side when a list is read."""
OF_ACCOUNTSIQ = {"soap fault": {"as": "fault"}, "failure in a 200": {"as": "failure"}}


@pytest.fixture(autouse=True)
def impatient(settings: Any) -> None:
    settings.PORTAL_HTTP_READ_SECONDS = 0.2
    settings.PORTAL_HTTP_WAIT_SECONDS = 0.01


def changed_accounts(url: str) -> Accounts:
    """A first run was made; then one record of each item was renamed, one removed, one added."""
    accounts = Accounts(url)
    for item in ITEMS:
        accounts.fill(item, "One", "Two", "Three")
    accounts.run()
    for item in ITEMS:
        accounts.put(item, "1", "Uno")
        accounts.remove(item, "2")
        accounts.put(item, "4", "Four")
    accounts.clear()
    return accounts


AFTER = {"1": "Uno", "2": "Two", "3": "Three", "4": "Four"}
BEFORE = {"1": "One", "2": "Two", "3": "Three"}


def assert_only_that_waits(accounts: Accounts, run: Run, item: str, kind: str = "transient") -> None:
    """It says so, writes nothing and forgets nothing of the item, and does all others. An answer that is not as
    documented ends the run, for a person must look at it; all else holds it."""
    undocumented = run.status == Run.Status.DONE_WITH_FAILURES and run.items.filter(error_kind="protocol").count() == 1
    assert undocumented or (run.status, run.error_kind) == (Run.Status.HELD, kind), run.message
    assert "Everything else is done" in run.message
    assert accounts.names(item) == BEFORE
    assert not Link.objects.filter(stream=item, state="vanished").exists()
    assert [row.stream for row in run.items.filter(source_id="")] == [item]
    for other in ITEMS.keys() - {item}:
        assert accounts.names(other) == AFTER


def assert_taken_up_again(accounts: Accounts, run: Run, item: str) -> None:
    """The same run goes on by itself with just that item, and ends done; where it had ended, the next one does it."""
    accounts.accountsiq.faults()
    accounts.expensein.faults()
    accounts.clear()
    again = accounts.next_day()
    assert (again.status, again.error_kind) == (Run.Status.DONE, ""), again.message
    assert all(accounts.names(name) == AFTER for name in ITEMS)
    accounts.assert_settled()
    if run.finished:
        return
    assert again.pk == run.pk
    assert accounts.listed() == [ITEMS[item].path]
    assert [name for name in accounts.asked() if not name.startswith("Token")] == [ITEMS[item].operation]
    assert not again.items.filter(source_id="").exists()
    assert again.counts["updated"] == again.counts["created"] == again.counts["skipped"] == len(ITEMS)


@pytest.mark.parametrize("fault", READING)
def test_a_list_of_accountsiq_that_cannot_be_read_stops_only_its_item(sandbox: Any, fault: str) -> None:
    item = "categories"
    accounts = changed_accounts(sandbox.url)
    accounts.accountsiq.faults({"match": "POST", "body": f"<{ITEMS[item].operation}", "times": -1, **READING[fault]})
    run = accounts.run()
    assert_only_that_waits(accounts, run, item)
    assert ITEMS[item].path not in accounts.listed()
    assert_taken_up_again(accounts, run, item)


@pytest.mark.parametrize("fault", OF_ACCOUNTSIQ)
def test_a_fault_and_a_failure_in_a_success_stop_only_their_item(sandbox: Any, fault: str) -> None:
    accounts = changed_accounts(sandbox.url)
    accounts.accountsiq.act("fail", operation="GetTaxCodeList", times=-1, message="Deadlock", **OF_ACCOUNTSIQ[fault])
    run = accounts.run()
    assert_only_that_waits(accounts, run, "tax_rates")
    assert "Deadlock" in run.message
    accounts.accountsiq.act("fail", operation="GetTaxCodeList", times=0)
    assert_taken_up_again(accounts, run, "tax_rates")


@pytest.mark.parametrize("fault", [*READING, "no answer"])
def test_a_list_of_expensein_that_cannot_be_read_stops_only_its_item(sandbox: Any, fault: str) -> None:
    item = "suppliers"
    accounts = changed_accounts(sandbox.url)
    deed = READING.get(fault, {"do": "hang"})
    accounts.expensein.faults({"match": f"GET /1.0/{ITEMS[item].path}", "times": -1, **deed})
    run = accounts.run()
    assert_only_that_waits(accounts, run, item)
    assert_taken_up_again(accounts, run, item)


def test_a_list_of_expensein_that_is_forbidden_asks_for_a_person_and_stops_only_its_item(sandbox: Any) -> None:
    accounts = changed_accounts(sandbox.url)
    forbidden = {"do": "status", "status": 403, "body_text": '{"message": "No right to suppliers"}'}
    accounts.expensein.faults({"match": "GET /1.0/suppliers", "times": -1, **forbidden})
    run = accounts.run()
    assert_only_that_waits(accounts, run, "suppliers", "config")
    assert "No right to suppliers" in run.message
    assert Connection.objects.get(key="expensein").state == Connection.State.SIGN_IN
    assert_taken_up_again(accounts, run, "suppliers")


def test_two_items_that_cannot_be_read_are_both_named_and_the_one_for_a_person_decides(sandbox: Any) -> None:
    accounts = changed_accounts(sandbox.url)
    accounts.accountsiq.act("fail", operation="GetTaxCodeList", times=-1, message="Deadlock")
    accounts.expensein.faults({"match": "GET /1.0/suppliers", "times": -1, "do": "status", "status": 403})
    run = accounts.run()
    assert (run.status, run.error_kind) == (Run.Status.HELD, "config")
    assert "Tax rates: " in run.message and "Suppliers: " in run.message and "Deadlock" in run.message
    assert {row.stream for row in run.items.filter(source_id="")} == {"tax_rates", "suppliers"}
    accounts.accountsiq.act("fail", operation="GetTaxCodeList", times=0)
    accounts.expensein.faults()
    assert accounts.next_day().status == Run.Status.DONE
    assert all(accounts.names(name) == AFTER for name in ITEMS)


def test_a_record_that_expensein_refuses_is_reported_and_stops_nothing(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.expensein.act("settings", name_length=10)
    accounts.fill("categories", "Rent", "A name of many words", "Water")
    run = accounts.run()
    assert run.status == Run.Status.DONE_WITH_FAILURES
    assert accounts.names("categories") == {"1": "Rent", "3": "Water"}
    assert accounts.told(run)["2"][0] == "failed"
    assert "at most 10 characters" in accounts.item(run, "2").reason
    accounts.expensein.act("settings", name_length=100)
    assert accounts.next_day().status == Run.Status.DONE
    assert accounts.names("categories")["2"] == "A name of many words"


def test_a_preview_shows_what_it_can_and_names_the_list_that_it_cannot_read(sandbox: Any) -> None:
    accounts = changed_accounts(sandbox.url)
    accounts.accountsiq.act("fail", operation="GetTaxCodeList", times=-1)
    preview = accounts.preview()
    assert preview.status == Run.Status.DONE_WITH_FAILURES and "Tax rates: " in preview.message
    assert preview.counts["updated"] == preview.counts["created"] == len(ITEMS) - 1
    assert accounts.writes() == []


# --- lists that shrink ---------------------------------------------------------------------------------------------


def shrunken_accounts(url: str, left: int) -> Accounts:
    """Ten suppliers were synced; AccountsIQ now lists the first of them, the categories changed too."""
    accounts = Accounts(url, "categories", "suppliers")
    accounts.fill("suppliers", *(f"Supplier {number}" for number in range(10)))
    accounts.run()
    accounts.remove("suppliers", *(str(number) for number in range(left + 1, 11)))
    accounts.put("categories", "1", "Travel")
    return accounts


@pytest.mark.parametrize("left", [0, 1, 4])
def test_a_list_that_lost_more_than_half_is_held_for_a_person_and_the_others_go_on(sandbox: Any, left: int) -> None:
    accounts = shrunken_accounts(sandbox.url, left)
    run = accounts.run()
    assert run.status == Run.Status.DONE_WITH_FAILURES
    assert f"listed {left} records where it listed 10 before" in run.message
    assert accounts.told(run) == {"": ("blocked", "list_shrank"), "1": ("created", "")}
    assert not Link.objects.filter(state="vanished").exists()
    accounts.sync.refresh_from_db()
    assert [(held.stream, held.was, held.now) for held in held_streams(accounts.sync)] == [("suppliers", 10, left)]
    assert accounts.run().status == Run.Status.DONE_WITH_FAILURES, "it stays held until a person says otherwise"


def test_accepting_the_shorter_list_lets_it_through_and_deletes_nothing(sandbox: Any) -> None:
    accounts = shrunken_accounts(sandbox.url, 1)
    accounts.run()
    accounts.sync.refresh_from_db()
    stream_accept(sync=accounts.sync, stream="suppliers", seen=(10, 1))
    run = accounts.run()
    assert run.status == Run.Status.DONE and run.counts["skipped"] == 9
    assert len(accounts.alive("suppliers")) == 10
    accounts.assert_quiet()
    assert not Incident.objects.filter(closed_at=None).exists()


def test_a_list_that_came_back_is_no_longer_held(sandbox: Any) -> None:
    accounts = shrunken_accounts(sandbox.url, 1)
    accounts.run()
    accounts.fill("suppliers", *(f"Supplier {number}" for number in range(10)))
    assert accounts.run().status == Run.Status.DONE
    accounts.sync.refresh_from_db()
    assert held_streams(accounts.sync) == []


def test_a_list_that_lost_half_or_less_is_believed(sandbox: Any) -> None:
    accounts = shrunken_accounts(sandbox.url, 5)
    run = accounts.run()
    assert run.status == Run.Status.DONE and run.counts["skipped"] == 5


def test_a_filter_or_another_source_that_leaves_less_is_no_shrunken_list(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "projects")
    accounts.fill("projects", *(f"Project {number}" for number in range(10)))
    accounts.put("departments", "P1", "Refit")
    accounts.run()
    narrow = {"filter": [{"field": "code", "comparison": "is_one_of", "values": ["1"]}]}
    for feed in (narrow, {"source": "dimension", "choice": "DEPT"}):
        accounts.sync.feeds = only("projects", projects=feed)
        accounts.sync.save()
        assert accounts.run().status == Run.Status.DONE


@pytest.mark.parametrize("purged", [6, 10])
def test_a_list_of_expensein_that_lost_more_than_half_is_held_and_nothing_is_created_twice(
    sandbox: Any, purged: int
) -> None:
    accounts = Accounts(sandbox.url, "suppliers", recreate_deleted=True)
    accounts.fill("suppliers", *(f"Supplier {number}" for number in range(10)))
    accounts.run()
    rows = accounts.rows("suppliers")
    accounts.expensein.act("remove", table="suppliers", ids=[row["id"] for row in rows[:purged]], purge=True)
    accounts.clear()
    run = accounts.run()
    assert run.status == Run.Status.DONE_WITH_FAILURES and accounts.writes() == []
    assert accounts.told(run) == {"": ("blocked", "list_shrank")}
    accounts.sync.refresh_from_db()
    stream_accept(sync=accounts.sync, stream="suppliers")
    assert accounts.run().counts["created"] == purged
    accounts.assert_quiet()


def test_a_preview_of_a_shrunken_list_says_so_and_keeps_the_length_it_is_held_against(sandbox: Any) -> None:
    accounts = shrunken_accounts(sandbox.url, 1)
    accounts.sync.refresh_from_db()
    before = accounts.sync.memory
    preview = accounts.preview()
    assert "where it listed 10 before" in preview.message
    accounts.sync.refresh_from_db()
    assert accounts.sync.memory["lists"] == before["lists"]
    assert accounts.sync.memory["held"]["suppliers"]["now"] == 1, "so that a person can accept it without a run"
