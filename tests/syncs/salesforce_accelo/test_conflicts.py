"""Both sides changed the same field: who wins, what is kept of the loser, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from integrations.models import FieldConflict, FieldRule, Link, Run
from integrations.services.conflicts import conflict_choose, conflict_restore
from integrations.services.work import run_work
from integrations.syncs.base import Scope
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts

pytestmark = pytest.mark.django_db(transaction=True)
FULL = Scope(full=True)
State = FieldConflict.State


def linked(url: str, winner: str = "", **options: Any) -> tuple[Accounts, str]:
    """A linked company whose phone has this winner."""
    accounts = Accounts(url, **(options or BOTH))
    if winner:
        FieldRule.objects.create(
            sync=accounts.sync, target="companies.phone", source="phone", policy="overwrite", winner=winner
        )
    id = accounts.account("Harbour", Phone="1", Fax="1")
    accounts.run()
    return accounts, id


def phones(accounts: Accounts, id: str) -> tuple[str, str]:
    return accounts.org("Account")[id].get("Phone") or "", accounts.table("companies")["1"].get("phone") or ""


def clash(accounts: Accounts, id: str, org: str = "2", deployment: str = "3") -> Run:
    accounts.edit("Account", id, Phone=org)
    accounts.put("companies", "1", phone=deployment)
    return accounts.run()


def chosen_run(accounts: Accounts) -> Run:
    """The run that a choice asked for."""
    run = Run.objects.get(sync=accounts.sync, status="queued")
    run_work(run.pk, slice_seconds=None)
    run.refresh_from_db()
    assert run.status == "done", run.message
    return run


@pytest.mark.parametrize(("winner", "value"), [("", "2"), ("source", "2"), ("target", "3")])
def test_the_winner_of_the_field_wins_and_the_other_value_is_kept(sandbox: Any, winner: str, value: str) -> None:
    accounts, id = linked(sandbox.url, winner)
    run = clash(accounts, id)
    assert run.status == "done", run.message
    assert phones(accounts, id) == (value, value)
    conflict = FieldConflict.objects.get()
    assert (conflict.state, conflict.code, conflict.winner) == (State.DECIDED, "both_changed", winner or "source")
    assert (conflict.base_source, conflict.base_target, conflict.source_value, conflict.target_value) == (
        "1", "1", "2", "3",
    )  # fmt: skip
    accounts.assert_quiet()


@pytest.mark.parametrize(("salesforce", "accelo", "value"), [(60, 120, "3"), (120, 60, "2")])
def test_the_later_change_wins_where_the_field_says_so(sandbox: Any, salesforce: int, accelo: int, value: str) -> None:
    accounts, id = linked(sandbox.url, "newest")
    accounts.salesforce.shift(salesforce)
    accounts.accelo.shift(accelo)
    clash(accounts, id)
    assert phones(accounts, id) == (value, value)
    accounts.run()
    accounts.assert_quiet()


def test_a_field_that_asks_waits_and_all_others_go_on(sandbox: Any) -> None:
    accounts, id = linked(sandbox.url, "ask")
    accounts.put("companies", "1", fax="4")
    run = clash(accounts, id)
    assert phones(accounts, id) == ("2", "3")
    assert accounts.org("Account")[id]["Fax"] == "4"
    assert FieldConflict.objects.get().state == State.OPEN
    assert accounts.told(run)[id] == ("updated", "")
    accounts.assert_quiet()
    accounts.edit("Account", id, Website="harbour.example")
    accounts.run()
    assert accounts.table("companies")["1"]["website"] == "harbour.example"
    assert (phones(accounts, id), FieldConflict.objects.count()) == (("2", "3"), 1)
    accounts.assert_quiet()


@pytest.mark.parametrize(("side", "value"), [("source", "2"), ("target", "3")])
def test_the_value_that_a_person_chooses_goes_to_both_sides(sandbox: Any, side: Any, value: str) -> None:
    accounts, id = linked(sandbox.url, "ask")
    run = clash(accounts, id)
    assert accounts.told(run) == {id: ("conflict", "conflict")}
    conflict_choose(conflict=FieldConflict.objects.get(), side=side, who="Ava")
    chosen_run(accounts)
    assert phones(accounts, id) == (value, value)
    assert FieldConflict.objects.get().state == State.SETTLED
    accounts.assert_quiet()


def test_a_choice_remembered_is_the_rule_from_then_on(sandbox: Any) -> None:
    accounts, id = linked(sandbox.url, "ask")
    clash(accounts, id)
    conflict_choose(conflict=FieldConflict.objects.get(), side="target", who="Ava", remember=True)
    chosen_run(accounts)
    accounts.run()
    clash(accounts, id, "5", "6")
    assert phones(accounts, id) == ("6", "6")
    accounts.assert_quiet()


@pytest.mark.parametrize(
    "edit",
    [
        lambda accounts, id: accounts.edit("Account", id, Phone="9"),
        lambda accounts, id: accounts.put("companies", "1", phone="9"),
    ],
    ids=["in Salesforce", "in Accelo"],
)
def test_a_choice_that_an_edit_overtook_is_not_carried_out(sandbox: Any, edit: Callable[[Accounts, str], None]) -> None:
    accounts, id = linked(sandbox.url, "ask")
    clash(accounts, id)
    conflict = FieldConflict.objects.get()
    conflict_choose(conflict=conflict, side="target", who="Ava")
    edit(accounts, id)
    before = phones(accounts, id)
    chosen_run(accounts)
    assert phones(accounts, id) == before
    conflict.refresh_from_db()
    assert conflict.state == State.OUTDATED
    waiting = FieldConflict.objects.get(state=State.OPEN)
    assert (waiting.source_value, waiting.target_value) == before
    accounts.assert_quiet()


def test_a_value_that_lost_can_be_restored(sandbox: Any) -> None:
    accounts, id = linked(sandbox.url)
    clash(accounts, id)
    conflict_restore(conflict=FieldConflict.objects.get(), who="Ava")
    chosen_run(accounts)
    assert phones(accounts, id) == ("3", "3")
    accounts.assert_quiet()


def test_the_same_value_typed_on_both_sides_is_no_conflict(sandbox: Any) -> None:
    accounts, id = linked(sandbox.url, "ask")
    run = clash(accounts, id, "5", "5")
    assert accounts.writes() == ({}, [])
    assert (list(run.items.all()), FieldConflict.objects.count()) == ([], 0)
    accounts.put("companies", "1", phone="6")
    accounts.run()
    assert phones(accounts, id) == ("6", "6")
    accounts.assert_quiet()


def test_a_conflict_that_people_settle_at_the_vendors_is_no_conflict_any_more(sandbox: Any) -> None:
    accounts, id = linked(sandbox.url, "ask")
    clash(accounts, id)
    accounts.edit("Account", id, Phone="3")
    accounts.run()
    assert FieldConflict.objects.get().state == State.OUTDATED
    accounts.assert_quiet()
    accounts.edit("Account", id, Phone="7")
    accounts.run()
    assert phones(accounts, id) == ("7", "7")
    accounts.assert_quiet()


def test_an_edit_against_a_clearing_is_a_conflict_like_any_other(sandbox: Any) -> None:
    accounts, id = linked(sandbox.url, "target")
    clash(accounts, id, "2", "")
    assert phones(accounts, id) == ("", "")
    assert FieldConflict.objects.get().source_value == "2"
    accounts.assert_quiet()


def test_read_only_puts_an_edit_in_accelo_back_and_keeps_what_it_was(sandbox: Any) -> None:
    accounts, id = linked(sandbox.url, read_only=True)
    accounts.put("companies", "1", phone="3")
    accounts.run()
    assert phones(accounts, id) == ("1", "1")
    conflict = FieldConflict.objects.get()
    assert (conflict.code, conflict.source_value, conflict.target_value) == ("one_way", "1", "3")
    accounts.assert_quiet()
    accounts.sync.options = BOTH
    accounts.sync.save()
    accounts.run()
    conflict_restore(conflict=conflict, who="Ava")
    chosen_run(accounts)
    assert phones(accounts, id) == ("3", "3")
    accounts.assert_quiet()


def test_read_only_leaves_an_edit_in_accelo_where_accelo_wins_until_both_ways_come_on(sandbox: Any) -> None:
    accounts, id = linked(sandbox.url, "target", read_only=True)
    accounts.put("companies", "1", phone="3")
    accounts.run()
    assert phones(accounts, id) == ("1", "3")
    accounts.assert_quiet()
    accounts.run(scope=FULL)
    assert accounts.writes() == ({}, [])
    accounts.sync.options = BOTH
    accounts.sync.save()
    accounts.run()
    assert phones(accounts, id) == ("3", "3")
    accounts.assert_quiet()


def test_read_only_leaves_what_accelo_fills_in_where_salesforce_has_nothing(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    id = accounts.account("Harbour")
    accounts.run()
    accounts.put("companies", "1", phone="3")
    accounts.run(scope=FULL)
    assert phones(accounts, id) == ("", "3")
    accounts.assert_quiet()
    accounts.sync.options = BOTH
    accounts.sync.save()
    accounts.run()
    assert phones(accounts, id) == ("3", "3")
    accounts.assert_quiet()


def test_an_edit_in_salesforce_survives_where_accelo_alone_counts_and_has_nothing(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    FieldRule.objects.create(
        sync=accounts.sync, target="companies.phone", source="phone", policy="overwrite", direction="to_source"
    )
    id = accounts.account("Harbour", Phone="1")
    accounts.run()
    accounts.edit("Account", id, Phone="2")
    accounts.run()
    assert (phones(accounts, id), FieldConflict.objects.count()) == (("2", ""), 0)
    accounts.assert_quiet()
    accounts.put("companies", "1", phone="3")
    accounts.run()
    assert phones(accounts, id) == ("3", "3")
    accounts.assert_quiet()


def test_what_was_blank_in_salesforce_is_filled_once_both_ways_come_on(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    id = accounts.account("Harbour", Website="harbour.example")
    accounts.company("Harbour", website="harbour.example", phone="3")
    accounts.run()
    assert accounts.writes()[0] == {}
    accounts.assert_quiet()
    accounts.sync.options = BOTH
    accounts.sync.save()
    accounts.run()
    assert phones(accounts, id) == ("3", "3")
    accounts.assert_quiet()


def test_two_automations_that_fight_over_a_field_are_stopped_and_told(sandbox: Any) -> None:
    accounts, id = linked(sandbox.url)
    automation = {"object": "Account", "field": "Phone", "how": "set", "value": "100"}
    accounts.salesforce.act("rules", automations=[automation])
    told = 0
    for _ in range(8):
        if accounts.table("companies")["1"]["phone"] != "200":  # what an automation of Accelo makes of every change
            accounts.put("companies", "1", phone="200")
        accounts.run()
        told = FieldConflict.objects.filter(state=State.OPEN, code="loop").count()
        if told:
            break
    assert told == 1
    before = phones(accounts, id)
    accounts.run()
    accounts.assert_quiet()
    assert phones(accounts, id) == before
    accounts.salesforce.act("rules")
    conflict_choose(conflict=FieldConflict.objects.get(state=State.OPEN), side="target", who="Ava")
    chosen_run(accounts)
    assert phones(accounts, id) == ("200", "200")
    accounts.assert_quiet()


def test_an_automation_that_changes_every_write_comes_to_rest(sandbox: Any) -> None:
    accounts, id = linked(sandbox.url)
    accounts.salesforce.act(
        "rules", automations=[{"object": "Account", "field": "Phone", "how": "append", "value": "#"}]
    )
    accounts.accelo.act("settings", store_as={"companies.phone": "append:*"})
    accounts.put("companies", "1", phone="2")
    for _ in range(4):
        accounts.run()
    accounts.assert_quiet()
    assert not FieldConflict.objects.filter(state=State.OPEN).exists()
    accounts.edit("Account", id, Fax="7")
    accounts.run()
    for _ in range(4):
        accounts.run()
    accounts.assert_quiet()


def test_a_failed_write_loses_neither_the_edit_nor_the_conflict(sandbox: Any) -> None:
    accounts, id = linked(sandbox.url, "target")
    rule = {"object": "Account", "field": "Phone", "regex": "^3$", "message": "No."}
    accounts.salesforce.act("rules", validations=[rule])
    run = clash(accounts, id)
    assert accounts.told(run)[id][0] == "failed"
    assert (phones(accounts, id), FieldConflict.objects.count()) == (("2", "3"), 0)
    accounts.salesforce.act("rules")
    Link.objects.update(next_attempt_at=None)
    accounts.run()
    assert phones(accounts, id) == ("3", "3")
    assert FieldConflict.objects.get().state == State.DECIDED
    accounts.assert_quiet()
