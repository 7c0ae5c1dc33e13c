"""A worker killed with SIGKILL around each call of a run: afterwards all is as if nothing had happened."""

from typing import Any

import pytest

from integrations import registry
from integrations.models import Budget, Intent, Link, Run, Sync
from integrations.sandbox import Control
from integrations.services.runs import run_enqueue, runs_reap
from integrations.services.work import run_work
from tests.factories import run_sync
from tests.killing import killed_while_hanging
from tests.syncs.scenarios import SCENARIOS

pytestmark = pytest.mark.django_db(transaction=True)
SYNCS = [(sync.key, vendor) for sync in registry.syncs() for vendor in SCENARIOS[sync.key].calls]
STEPS = range(1, 41)
"""Calls at the target that are interrupted; a run with fewer ends the test early."""


def kill_at(control: Control, calls: str, sync: Sync, nth: int, when: str) -> bool:
    """Kill the run's process while its nth of these calls hangs, before or after the vendor did the work.

    False when the run made fewer calls and ended by itself.
    """
    control.faults({"match": calls, "nth": nth, "do": "hang", "when": when})
    run = run_enqueue(sync=sync, wake=False)
    return killed_while_hanging(control, lambda: run_work(run.pk, slice_seconds=None))


def prepared(url: str, key: str, changed: bool) -> Sync:
    """A sync before its first run, or after a first run and a change at the source."""
    scenario = SCENARIOS[key]
    sync = scenario.prepare(url)
    if changed:
        run_sync(sync)
        scenario.change(url)
    unpaced()
    return sync


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("changed", [False, True], ids=["first run", "run with changes"])
@pytest.mark.parametrize(("key", "vendor"), SYNCS)
def test_a_killed_run_is_resumed_and_nothing_is_doubled_or_lost(
    sandbox: Any, key: str, vendor: str, changed: bool, when: str
) -> None:
    scenario = SCENARIOS[key]
    control = Control(sandbox.url, vendor)
    sync = prepared(sandbox.url, key, changed)
    run_sync(sync)
    undisturbed = scenario.state(sandbox.url)
    interrupted = 0
    for nth in STEPS[1 if when == "after" and scenario.stride > 1 else 0 :: scenario.stride]:
        sync = fresh_start(sandbox.url, key, changed, sync)
        if not kill_at(control, scenario.calls[vendor], sync, nth, when):
            break
        interrupted += 1
        recover(sync, whole=not scenario.follows)
        assert scenario.state(sandbox.url) == undisturbed, f"killed {when} call {nth}"
        assert not Intent.objects.filter(state__in=["sent", "unknown"]).exists()
        unpaced()
        assert not run_sync(sync).items.exists()
    assert interrupted > 5 / scenario.stride


def fresh_start(url: str, key: str, changed: bool, old: Sync) -> Sync:
    """Both vendors and the portal as on the first day, with call allowances unused."""
    for vendor in {old.source.vendor, old.target.vendor}:
        Control(url, vendor).reset()
    unpaced()
    old.workspace.syncs.all().delete()
    old.workspace.connections.all().delete()
    old.workspace.delete()
    return prepared(url, key, changed)


def unpaced() -> None:
    """Forget the calls sent so far: pacing has its own tests and would only slow these."""
    Budget.objects.all().delete()


def recover(sync: Sync, whole: bool) -> None:
    """What the reaper and the next free worker do. `whole`: the run reads all records again, and counts them."""
    unpaced()
    runs_reap()
    waiting = Run.objects.filter(sync=sync, status=Run.Status.QUEUED)
    assert waiting.count() == 1
    run = waiting.get()
    run_work(run.pk, slice_seconds=None)
    run.refresh_from_db()
    assert run.status == Run.Status.DONE, run.message
    assert run.attempt == 2
    if whole:
        assert run.counts["read"] == Link.objects.filter(sync=sync).count()
        assert run.counts["unchanged"] + run.items.count() == run.counts["read"]
