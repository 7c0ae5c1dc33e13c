"""What the last full comparison counted, and asking for another."""

from __future__ import annotations

import pytest

from integrations.models import Run, Sync
from integrations.services.agreement import Disagreeing, agreement, agreement_start
from tests.two_way import make_two_way

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync(db: None, two_way_kind: None) -> Sync:
    return make_two_way()


def test_a_sync_that_was_never_compared_is_not_proven(sync: Sync) -> None:
    found = agreement(sync)
    assert found.at is None and not found.proven and found.streams == ()


@pytest.mark.parametrize(
    ("spoiled", "proven"),
    [({}, True), ({"only_source": 4}, True), ({"differ": 2}, False), ({"waiting": 1}, False), ({"unpaired": 1}, False)],
)
def test_both_sides_agree_when_every_pair_does_and_every_record_has_the_counterpart_it_should(
    sync: Sync, spoiled: dict[str, int], proven: bool
) -> None:
    run = Run.objects.create(workspace=sync.workspace, sync=sync, status="done")
    counts = {"source": 40, "target": 50, "linked": 39, "agree": 36, "later": 1, **spoiled}
    sync.memory = {"agreement": {"at": "2026-11-22T03:00:00+00:00", "run": run.pk, "streams": {"contacts": counts}}}
    found = agreement(sync)
    assert found.proven == proven and found.run == run
    assert [(one.label, one.linked, one.only_target) for one in found.streams] == [("Contacts", 39, 0)]


def test_at_most_200_records_are_named(sync: Sync) -> None:
    rows = [
        {"source_id": f"001{n}", "target_id": f"7{n}", "title": f"Company {n}", "fields": ["name"]} for n in range(150)
    ]
    streams = {key: {"differ": 150, "records": rows} for key in ("companies", "contacts")}
    sync.memory = {"agreement": {"at": "2026-11-22T03:00:00+00:00", "streams": streams}}
    found = agreement(sync)
    assert (len(found.records), found.spoiled) == (200, 300)
    assert found.records[0] == Disagreeing("companies", "0010", "70", "Company 0", ("name",))


def test_a_full_run_is_asked_for_once(sync: Sync) -> None:
    run = agreement_start(sync=sync)
    assert run.scope["full"] and agreement_start(sync=sync) == run
    assert agreement(sync).asked == run
