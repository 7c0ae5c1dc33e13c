"""What every registered sync promises, whatever it moves."""

from typing import Any

import pytest

from integrations import registry
from integrations.models import Intent, Link, Run, RunItem
from integrations.sandbox import Control
from tests.factories import run_sync
from tests.syncs.scenarios import SCENARIOS, Scenario

pytestmark = pytest.mark.django_db(transaction=True)
SYNCS = [sync.key for sync in registry.syncs()]
HARMLESS = ("oauth", "retrieve", "/composite/sobjects/")


def writes_of(scenario: Scenario, url: str) -> list[str]:
    """Calls since the last look at vendors that the sync writes to. Records are asked for by id with a POST, too."""
    calls = [call for vendor in scenario.calls for call in Control(url, vendor).clear_calls()]
    return [
        f"{call['method']} {call['path']}"
        for call in calls
        if call["method"] != "GET" and not any(harmless in call["path"] for harmless in HARMLESS)
    ]


def told(run: Run) -> list[tuple[str, str, str]]:
    """Without ids: a record that is made at the source has another one before."""
    rows = run.items.values_list("stream", "label", "action", "changes")
    return sorted((stream, label, f"{action} {changes}") for stream, label, action, changes in rows)


def test_every_registered_sync_has_a_scenario() -> None:
    assert set(SCENARIOS) == set(SYNCS)


@pytest.mark.parametrize("key", SYNCS)
def test_a_second_run_writes_nothing_stores_no_item_and_says_unchanged(sandbox: Any, key: str) -> None:
    scenario = SCENARIOS[key]
    sync = scenario.prepare(sandbox.url)
    first = run_sync(sync)
    assert first.status == Run.Status.DONE, (first.message, list(first.items.values_list("reason", "detail")))
    assert first.counts["created"] == first.counts["read"] > 0
    before = scenario.state(sandbox.url)
    writes_of(scenario, sandbox.url)
    second = run_sync(sync)
    assert second.counts["unchanged"] == second.counts["read"]
    assert second.counts["read"] == first.counts["read"] or scenario.follows
    assert not second.items.exists()
    assert writes_of(scenario, sandbox.url) == []
    assert scenario.state(sandbox.url) == before


@pytest.mark.parametrize("key", SYNCS)
def test_a_preview_is_the_run_and_writes_nothing(sandbox: Any, key: str) -> None:
    scenario = SCENARIOS[key]
    sync = scenario.prepare(sandbox.url)
    preview = run_sync(sync, kind=Run.Kind.PREVIEW)
    assert writes_of(scenario, sandbox.url) == []
    assert not Link.objects.exists() and not Intent.objects.exists()
    run = run_sync(sync)
    assert preview.counts == run.counts
    assert told(preview) == told(run)


@pytest.mark.parametrize("key", SYNCS)
def test_applying_a_preview_carries_out_just_that_and_refuses_what_changed_since(sandbox: Any, key: str) -> None:
    scenario = SCENARIOS[key]
    sync = scenario.prepare(sandbox.url)
    preview = run_sync(sync, kind=Run.Kind.PREVIEW)
    scenario.change(sandbox.url)
    applied = run_sync(sync, kind=Run.Kind.APPLY, plan=preview)
    refused = applied.items.filter(code="changed_since_preview")
    assert refused.count() == applied.counts["skipped"] == 2
    assert applied.counts["created"] == preview.counts["created"] - 2
    assert Link.objects.count() == applied.counts["created"]


@pytest.mark.parametrize("key", SYNCS)
def test_a_change_at_the_source_arrives_and_nothing_else_moves(sandbox: Any, key: str) -> None:
    scenario = SCENARIOS[key]
    sync = scenario.prepare(sandbox.url)
    run_sync(sync)
    scenario.change(sandbox.url)
    changed = run_sync(sync)
    touched = set(changed.items.values_list("source_id", flat=True))
    assert changed.status == Run.Status.DONE
    assert changed.counts["unchanged"] == changed.counts["read"] - len(touched)
    assert changed.counts["unchanged"] or scenario.follows
    assert not run_sync(sync).items.exists()


@pytest.mark.parametrize("key", SYNCS)
def test_every_created_record_has_one_settled_intent_and_one_link(sandbox: Any, key: str) -> None:
    sync = SCENARIOS[key].prepare(sandbox.url)
    run = run_sync(sync)
    assert set(Intent.objects.values_list("state", flat=True)) == {Intent.State.DONE}
    assert Intent.objects.count() == Link.objects.count() == run.counts["created"]
    assert not Link.objects.filter(fingerprint="").exists()
    assert RunItem.objects.filter(run=run).count() == run.counts["created"]
