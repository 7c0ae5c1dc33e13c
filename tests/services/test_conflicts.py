"""Fields that both sides claim: choosing, restoring, remembering as a rule."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.core.conflict import Choice, Held
from integrations.core.errors import ConfigError
from integrations.models import FieldConflict, FieldRule, Incident, Link, Run, Sync
from integrations.services.conflicts import (
    conflict_choose,
    conflict_restore,
    conflicts_choose,
    conflicts_incident,
    conflicts_open,
)
from integrations.services.link_store import LinkStore
from tests.factories import run_sync
from tests.two_way import make_conflict, make_decided, make_two_way

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_way_kind")]


@pytest.fixture
def sync(db: None, two_way_kind: None) -> Sync:
    return make_two_way()


def stored(row: FieldConflict) -> FieldConflict:
    row.refresh_from_db()
    return row


def waiting(sync: Sync) -> Run:
    return Run.objects.get(sync=sync, status="queued")


def test_a_choice_is_what_the_next_run_reads(sync: Sync) -> None:
    row = make_conflict(sync)
    conflict_choose(conflict=row, side="target", who="ada")
    assert (stored(row).state, row.winner, row.decided_by) == ("chosen", "target", "ada")
    run = waiting(sync)
    seen = Held("Harbour Trust", "Harbour Trust Ltd")
    assert LinkStore(run).choices("companies", ["001A"]) == {
        "001A": {"name": Choice("Harbour Trust Ltd", seen, row.pk)}
    }
    assert run.trigger == "conflict" and run.scope["source_ids"] == ["001A"] and run.scope["streams"] == ["companies"]
    assert Link.objects.get(source_id="001A").fingerprint == ""  # else the run would pass it over as unchanged


def test_what_is_decided_is_not_decided_again(sync: Sync) -> None:
    row = make_conflict(sync)
    conflict_choose(conflict=row, side="target", who="ada")
    with pytest.raises(ConfigError, match="decided already"):
        conflict_choose(conflict=row, side="source", who="bob")
    assert stored(row).winner == "target"


def test_many_are_chosen_with_one_run(sync: Sync) -> None:
    rows = [make_conflict(sync, f"00{number}") for number in range(3)]
    done = make_decided(sync, "009")
    assert conflicts_choose(rows=FieldConflict.objects.all(), side="source", who="ada") == 3
    assert {stored(row).state for row in rows} == {"chosen"} and stored(done).state == "decided"
    assert sorted(waiting(sync).scope["source_ids"]) == ["000", "001", "002"]
    assert {row.value for row in rows} == {"Harbour Trust"}


@pytest.mark.parametrize(
    ("options", "side", "words"),
    [
        ({"read_only": True}, "target", "Ieatta is read-only in this sync"),
        ({"matched": False}, "target", "confirm the matching"),
        ({"direction": "to_source"}, "source", "only goes from Accelo to Ieatta"),
        ({"direction": "off"}, "source", "not synced"),
    ],
)
def test_a_value_does_not_go_where_nothing_may_be_written(
    two_way_kind: None, options: dict[str, Any], side: Any, words: str
) -> None:
    direction = options.pop("direction", "")
    sync = make_two_way(**options)
    if direction:
        FieldRule.objects.create(sync=sync, target="companies.name", direction=direction)
    row = make_conflict(sync)
    with pytest.raises(ConfigError, match=words):
        conflict_choose(conflict=row, side=side, who="ada")
    assert stored(row).state == "open" and not Run.objects.exists()


def test_what_may_not_be_written_is_passed_over_among_many(sync: Sync) -> None:
    stays, goes = make_conflict(sync, field="companies.type"), make_conflict(sync, field="companies.phone")
    assert conflicts_choose(rows=FieldConflict.objects.all(), side="target", who="ada") == 1
    assert (stored(stays).state, stored(goes).state) == ("open", "chosen")


def test_a_choice_is_remembered_as_a_rule_with_its_history(sync: Sync) -> None:
    conflict_choose(conflict=make_conflict(sync), side="target", who="ada", remember=True)
    rule = FieldRule.objects.get(sync=sync, target="companies.name")
    assert rule.winner == "target" and rule.history.get().history_change_reason == "remembered from a conflict"
    conflict_choose(conflict=make_conflict(sync, "002"), side="target", who="ada", remember=True)
    assert rule.history.count() == 1


def test_the_losing_value_is_restored_against_what_both_held_after_the_decision(sync: Sync) -> None:
    row = make_decided(sync)
    conflict_restore(conflict=row, who="ada")
    assert (row.state, row.winner, row.value) == ("chosen", "target", "Harbour Trust Ltd")
    assert (row.seen_source, row.seen_target) == ("Harbour Trust", "Harbour Trust")
    assert "ada restored Accelo’s value" in row.rule and waiting(sync).scope["source_ids"] == ["001A"]


def test_a_value_that_a_side_stored_in_its_own_way_can_be_restored(sync: Sync) -> None:
    row = make_decided(sync, field="companies.phone", source_value="02 1234", target_value="9", value="02 1234")
    base = {"source": {"phone": "02 1234"}, "target": {"phone": "+61 2 1234"}}
    Link.objects.filter(source_id="001A").update(base=base)
    conflict_restore(conflict=row, who="ada")
    assert (row.seen_source, row.seen_target, row.value) == ("02 1234", "+61 2 1234", "9")


@pytest.mark.parametrize("rival", ["open", "chosen"])
def test_nothing_is_restored_while_another_decision_about_the_field_waits(sync: Sync, rival: str) -> None:
    row = make_decided(sync)
    make_conflict(sync, state=rival)
    with pytest.raises(ConfigError, match="waits for a decision or a run already"):
        conflict_restore(conflict=row, who="ada")
    assert stored(row).state == "decided"


def test_a_source_that_is_read_only_gets_no_value_back(two_way_kind: None) -> None:
    row = make_decided(make_two_way(read_only=True), winner="target", value="Harbour Trust Ltd")
    with pytest.raises(ConfigError, match="read-only"):
        conflict_restore(conflict=row, who="ada")


def test_what_is_no_pair_any_more_is_not_restored(sync: Sync) -> None:
    row = make_decided(sync)
    Link.objects.all().delete()
    with pytest.raises(ConfigError, match="not linked any more"):
        conflict_restore(conflict=row, who="ada")


def make_addresses(sync: Sync) -> None:
    """So that the clients can be opened; nothing is called."""
    for connection in (sync.source, sync.target):
        connection.settings = {"base_url": "http://127.0.0.1:1", "policy_id": "P1"}
        connection.credentials = {"client_id": "x", "client_secret": "x", "partner_user_id": "x"}
        connection.save()


def test_a_run_tells_of_open_conflicts_and_the_next_one_that_they_are_over(sync: Sync) -> None:
    make_addresses(sync)
    row = make_conflict(sync)
    run = run_sync(sync)
    assert run.status == "done", run.message
    assert Incident.objects.get(kind="conflicts").closed_at is None
    FieldConflict.objects.filter(pk=row.pk).update(state="outdated")
    run_sync(sync)
    assert Incident.objects.get(kind="conflicts").closed_at is not None


def test_open_conflicts_are_one_incident_until_the_last_is_decided(sync: Sync) -> None:
    rows = [make_conflict(sync, "001"), make_conflict(sync, "002")]
    assert conflicts_open(sync) == conflicts_open(sync.workspace) == 2
    for _ in range(2):
        conflicts_incident(sync)
    assert "2 fields" in Incident.objects.get(kind="conflicts", closed_at=None).message
    conflict_choose(conflict=rows[0], side="source", who="ada")
    assert Incident.objects.filter(closed_at=None).exists()
    conflict_choose(conflict=rows[1], side="source", who="ada")
    assert not Incident.objects.filter(closed_at=None).exists()
