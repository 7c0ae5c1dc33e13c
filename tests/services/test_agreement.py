"""What the last full comparison counted, and asking for another."""

from __future__ import annotations

import pytest

from integrations.models import Run, Sync
from integrations.services.agreement import agreement, agreement_start
from tests.two_way import make_two_way

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync(db: None, two_way_kind: None) -> Sync:
    return make_two_way()


def test_a_sync_that_was_never_compared_is_not_proven(sync: Sync) -> None:
    found = agreement(sync)
    assert found.at is None and not found.proven and found.streams == ()


@pytest.mark.parametrize(("differ", "waiting", "proven"), [(0, 0, True), (2, 0, False), (0, 1, False)])
def test_both_sides_agree_when_every_pair_does(sync: Sync, differ: int, waiting: int, proven: bool) -> None:
    run = Run.objects.create(workspace=sync.workspace, sync=sync, status="done")
    counts = {"source": 40, "target": 50, "linked": 39, "agree": 36, "differ": differ, "waiting": waiting, "later": 1}
    sync.memory = {"agreement": {"at": "2026-11-22T03:00:00+00:00", "run": run.pk, "streams": {"contacts": counts}}}
    found = agreement(sync)
    assert found.proven == proven and found.run == run
    assert [(one.label, one.linked, one.only_target) for one in found.streams] == [("Contacts", 39, 0)]


def test_a_full_run_is_asked_for_once(sync: Sync) -> None:
    run = agreement_start(sync=sync)
    assert run.scope["full"] and agreement_start(sync=sync) == run
    assert agreement(sync).asked == run
