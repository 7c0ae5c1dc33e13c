"""Records that go: deleted, merged, no longer visible, inactive. Nothing is ever deleted on the other side."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Link, Run
from integrations.services.feeds import stream_accept
from integrations.syncs.base import Scope
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts

pytestmark = pytest.mark.django_db(transaction=True)
FULL = Scope(full=True)


def linked(url: str, **options: Any) -> tuple[Accounts, str, str]:
    """A linked company with a linked contact: (account, Salesforce contact)."""
    accounts = Accounts(url, **(options or BOTH))
    id = accounts.account("Harbour Trust", Phone="1", Website="harbour.example")
    person = accounts.person("Wilson", id, FirstName="Ava", Email="ava@harbour.example")
    run = accounts.run()
    assert run.status == "done", run.message
    return accounts, id, person


def state(id: str) -> tuple[str, str]:
    link = Link.objects.get(source_id=id)
    return link.state, link.target_id


def sizes(accounts: Accounts) -> tuple[int, int, int, int]:
    """Accounts, contacts; companies, contacts."""
    return (
        len(accounts.org("Account")), len(accounts.org("Contact")), len(accounts.table("companies")),
        len(accounts.table("contacts")),
    )  # fmt: skip


def assert_told_and_quiet(accounts: Accounts, run: Run, id: str, words: str) -> None:
    item = run.items.get(source_id=id)
    assert (item.status, words in item.reason) == ("skipped", True), item.reason
    assert accounts.writes() == ({}, [])
    accounts.assert_quiet()
    accounts.run(scope=FULL)
    assert accounts.writes() == ({}, [])
    accounts.assert_quiet()


# --- Salesforce -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", [Scope(), FULL], ids=["poll", "comparison"])
def test_a_deletion_in_salesforce_is_told_and_deletes_nothing(sandbox: Any, scope: Scope) -> None:
    accounts, id, person = linked(sandbox.url)
    accounts.salesforce.act("delete", ids=[person])
    run = accounts.run(scope=scope)
    assert_told_and_quiet(accounts, run, person, "deleted in Salesforce")
    assert state(person) == ("vanished", "1")
    assert sizes(accounts) == (1, 0, 1, 1)
    assert accounts.table("contacts")["1"]["standing"] == "active"


def test_an_account_deleted_with_its_contacts_is_told_for_each(sandbox: Any) -> None:
    accounts, id, person = linked(sandbox.url)
    accounts.salesforce.act("delete", ids=[id])
    run = accounts.run()
    assert set(accounts.told(run)) == {id, person}
    assert accounts.writes() == ({}, [])
    accounts.put("companies", "1", phone="9")
    accounts.run()
    assert accounts.writes() == ({}, [])
    assert sizes(accounts) == (0, 0, 1, 1)
    accounts.run(scope=FULL)
    assert sizes(accounts) == (0, 0, 1, 1)
    accounts.assert_quiet()


@pytest.mark.parametrize("scope", [Scope(), FULL], ids=["poll", "comparison"])
def test_an_undeleted_record_goes_on_with_its_old_counterpart(sandbox: Any, scope: Scope) -> None:
    accounts, id, person = linked(sandbox.url)
    accounts.salesforce.act("delete", ids=[id])
    accounts.run()
    accounts.salesforce.act("undelete", ids=[id])
    accounts.edit("Account", id, Phone="2")
    run = accounts.run(scope=scope)
    assert run.status == "done", run.message
    assert (state(id), state(person)) == (("linked", "1"), ("linked", "1"))
    assert accounts.table("companies")["1"]["phone"] == "2"
    assert sizes(accounts) == (1, 1, 1, 1)
    accounts.assert_quiet()


@pytest.mark.parametrize("scope", [Scope(), FULL], ids=["poll", "comparison"])
def test_a_record_that_was_purged_at_once_is_seen_in_the_log_of_deletions(sandbox: Any, scope: Scope) -> None:
    accounts, _, person = linked(sandbox.url)
    accounts.salesforce.act("purge", ids=[person])
    accounts.salesforce.shift(180)
    accounts.person("Carter", None)  # the log is asked when anything has changed
    run = accounts.run(scope=scope)
    assert accounts.told(run)[person][0] == "skipped"
    assert accounts.writes() == ({}, [])
    if scope is FULL:  # the comparison only misses it, the log tells why
        accounts.run()
    assert sizes(accounts)[2:] == (1, 1)
    assert state(person) == ("vanished", "1")
    accounts.assert_quiet()


@pytest.mark.parametrize("scope", [Scope(), FULL], ids=["poll", "comparison"])
def test_a_merge_goes_on_with_the_winner_where_it_has_no_counterpart(sandbox: Any, scope: Scope) -> None:
    accounts = Accounts(sandbox.url, create_in_accelo=False, **BOTH)
    loser = accounts.account("Harbour Trust", Phone="1", Website="harbour.example")
    person = accounts.person("Wilson", loser, FirstName="Ava", Email="ava@harbour.example")
    company = accounts.company("Harbour Trust", phone="1", website="harbour.example")
    accounts.contact("Ava", "Wilson", company, email="ava@harbour.example")
    winner = accounts.account("Harbour Trust Holdings", Phone="5")
    accounts.run()
    assert state(loser) == ("linked", "1")
    accounts.salesforce.act("merge", winner=winner, losers=[loser])
    run = accounts.run(scope=scope)
    assert run.status == "done", run.message
    assert state(winner) == ("linked", "1")
    assert not Link.objects.filter(source_id=loser).exists()
    assert state(person) == ("linked", "1")
    accounts.edit("Account", winner, Fax="7")
    accounts.run()
    assert accounts.table("companies")["1"]["fax"] == "7"
    assert sizes(accounts) == (1, 1, 1, 1)
    accounts.assert_quiet()


@pytest.mark.parametrize("scope", [Scope(), FULL], ids=["poll", "comparison"])
def test_a_merge_of_two_linked_records_is_told_and_leaves_both_companies(sandbox: Any, scope: Scope) -> None:
    accounts, id, person = linked(sandbox.url)
    winner = accounts.account("Northwind Energy")
    accounts.run()
    accounts.salesforce.act("merge", winner=winner, losers=[id])
    run = accounts.run(scope=scope)
    item = run.items.get(source_id=id)
    assert (item.status, "merged" in item.reason) == ("skipped", True)
    assert (state(id), state(winner)) == (("vanished", "1"), ("linked", "2"))
    assert (len(accounts.table("companies")), len(accounts.table("contacts"))) == (2, 1)
    accounts.run()
    accounts.assert_quiet()
    accounts.edit("Contact", person, Title="CFO")
    accounts.run()
    assert len(accounts.table("contacts")) == 1
    places = {row["company"]: row.get("position") or "" for row in accounts.table("affiliations").values()}
    assert places == {"1": "", "2": "CFO"}
    accounts.assert_quiet()


@pytest.mark.parametrize("edit", [True, False])
def test_what_can_no_longer_be_seen_is_not_deleted_and_comes_back(sandbox: Any, edit: bool) -> None:
    accounts, id, _ = linked(sandbox.url)
    accounts.salesforce.act("hide", ids=[id])
    accounts.put("companies", "1", phone="9")
    run = accounts.run(**({} if edit else {"scope": FULL}))
    item = run.items.get(source_id=id)
    assert (item.status, item.code, "does not show it any more" in item.reason) == ("skipped", "not_visible", True)
    assert state(id) == ("linked", "1")
    accounts.assert_quiet()
    accounts.run(scope=FULL)
    assert accounts.writes() == ({}, [])
    accounts.salesforce.act("unhide", ids=[id])
    accounts.run(scope=FULL)
    assert accounts.org("Account")[id]["Phone"] == "9"
    accounts.assert_quiet()


# --- Accelo -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", [Scope(), FULL], ids=["poll", "comparison"])
def test_what_is_set_inactive_in_accelo_is_left_alone_until_it_is_active_again(sandbox: Any, scope: Scope) -> None:
    accounts, id, _ = linked(sandbox.url)
    accounts.put("companies", "1", standing="inactive", status="4")
    run = accounts.run(scope=scope)
    assert_told_and_quiet(accounts, run, id, "set inactive in Accelo")
    accounts.edit("Account", id, Phone="2")
    accounts.run()
    assert accounts.table("companies")["1"]["phone"] == "1"
    assert sizes(accounts) == (1, 1, 1, 1)
    accounts.put("companies", "1", standing="active", status="3")
    accounts.run(scope=scope)
    assert accounts.table("companies")["1"]["phone"] == "2"
    assert state(id) == ("linked", "1")
    accounts.assert_quiet()


def test_what_was_deleted_in_accelo_is_told_and_not_made_again(sandbox: Any) -> None:
    accounts, id, person = linked(sandbox.url)
    accounts.accelo.act("remove", table="contacts", ids=["1"])
    run = accounts.run(scope=FULL)
    assert_told_and_quiet(accounts, run, person, "not in Accelo any more")
    accounts.edit("Contact", person, Title="CFO")
    accounts.run()
    accounts.run(scope=FULL)
    assert sizes(accounts) == (1, 1, 1, 0)
    accounts.assert_quiet()


def test_a_deletion_in_accelo_is_found_when_salesforce_changes(sandbox: Any) -> None:
    accounts, _, person = linked(sandbox.url)
    accounts.accelo.act("remove", table="contacts", ids=["1"])
    accounts.edit("Contact", person, Title="CFO")
    run = accounts.run()
    assert_told_and_quiet(accounts, run, person, "not in Accelo any more")
    assert sizes(accounts) == (1, 1, 1, 0)


def test_a_place_removed_in_accelo_is_made_again_only_where_salesforce_still_says_so(sandbox: Any) -> None:
    accounts, id, person = linked(sandbox.url)
    tie = next(iter(accounts.table("affiliations")))
    accounts.accelo.act("remove", table="affiliations", ids=[tie])
    accounts.put("contacts", "1", default_affiliation=None)
    run = accounts.run(scope=FULL)
    assert run.status == "done", run.message
    place = next(iter(accounts.table("affiliations").values()))
    assert (place["company"], place["email"]) == ("1", "ava@harbour.example")
    assert accounts.org("Contact")[person]["Email"] == "ava@harbour.example"
    accounts.assert_quiet()


# --- many at once -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", [Scope(), FULL], ids=["poll", "comparison"])
def test_many_deletions_at_once_are_held_until_a_person_accepts_them(sandbox: Any, scope: Scope) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    ids = [accounts.account(f"Company {name}") for name in "Harbour Northwind Kestrel Osprey Falcon Heron".split()]
    accounts.run()
    accounts.salesforce.act("delete", ids=ids[:4])
    run = accounts.run(scope=scope)
    assert "4 of 6 linked records would count as gone" in run.items.get(stream="companies").reason
    assert run.items.get(stream="companies").code == "many_vanish"
    assert {state(id)[0] for id in ids} == {"linked"}
    accounts.edit("Account", ids[5], Phone="2")
    accounts.run()
    assert accounts.writes() == ({}, [])
    accounts.sync.refresh_from_db()
    stream_accept(sync=accounts.sync, stream="companies")
    run = accounts.run()
    assert run.status == "done", run.message
    assert [state(id)[0] for id in ids] == ["vanished"] * 4 + ["linked"] * 2
    assert next(row["phone"] for row in accounts.table("companies").values() if row["name"] == "Company Heron") == "2"
    assert len(accounts.table("companies")) == 6
    accounts.assert_quiet()


def test_many_that_are_not_visible_any_more_are_held_too(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    ids = [accounts.account(f"Company {name}") for name in "Harbour Northwind Kestrel Osprey".split()]
    accounts.run()
    accounts.salesforce.act("hide", ids=ids)
    run = accounts.run(scope=FULL)
    assert run.items.get(stream="companies").code == "many_vanish"
    accounts.salesforce.act("unhide", ids=ids)
    run = accounts.run()
    assert run.status == "done", run.message
    accounts.sync.refresh_from_db()
    assert not accounts.sync.memory.get("held")
    accounts.assert_quiet()


def test_what_was_accepted_once_is_no_leave_for_the_next_time(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    ids = [accounts.account(f"Company {number}") for number in range(12)]
    accounts.run()
    accounts.salesforce.act("delete", ids=ids[:4])
    assert accounts.run(scope=FULL).status == "done_with_failures"
    stream_accept(sync=accounts.sync, stream="companies")
    accounts.run(scope=FULL)
    accounts.run(scope=FULL)
    accounts.sync.refresh_from_db()
    assert not accounts.sync.memory.get("lists") and not accounts.sync.memory.get("held")
