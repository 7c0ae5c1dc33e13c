from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import Schedule

from integrations.models import Incident, Mapping, Run, Sync
from integrations.services.runs import run_due
from integrations.services.syncs import (
    REAP,
    last_due,
    next_times,
    schedule_name,
    schedules_install,
    silence_check,
    sync_defaults,
    sync_pause,
)
from tests.factories import make_expense_sync

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sync() -> Sync:
    return make_expense_sync("http://127.0.0.1:1")


def schedule(sync: Sync) -> Any:
    return Schedule.objects.filter(name=schedule_name(sync)).first()


def test_a_new_sync_has_its_schedule_and_its_status_table(sync: Sync) -> None:
    assert schedule(sync).cron == f"{sync.offset_minutes} * * * *"
    rows = dict(Mapping.objects.filter(sync=sync, kind="status").values_list("source_value", "target_id"))
    assert rows == {
        "OPEN": "submitted", "SUBMITTED": "submitted", "APPROVED": "approved", "REIMBURSED": "approved",
        "ARCHIVED": "approved", "REJECTED": "declined",
    }  # fmt: skip


def test_defaults_leave_alone_what_an_admin_changed(sync: Sync) -> None:
    Mapping.objects.filter(sync=sync, source_value="OPEN").update(target_id="approved")
    sync_defaults(sync)
    assert Mapping.objects.get(sync=sync, source_value="OPEN").target_id == "approved"


def test_schedules_are_installed_once_and_follow_the_syncs(sync: Sync) -> None:
    Schedule.objects.create(name="sync:999999", func="integrations.tasks.sync_due")
    for _ in range(2):
        schedules_install()
    assert set(Schedule.objects.values_list("name", flat=True)) == {schedule_name(sync), REAP}
    sync.schedule = "30 4 * * *"
    sync.save()
    schedules_install()
    assert schedule(sync).cron.endswith("4 * * *")


def test_a_paused_sync_has_no_schedule_and_is_not_run_by_one(sync: Sync) -> None:
    sync_pause(sync=sync, paused=True)
    assert schedule(sync) is None and run_due(sync.pk, "") == "paused"
    sync_pause(sync=sync, paused=False)
    assert schedule(sync) is not None
    sync.refresh_from_db()
    assert sync.next_at is not None


def test_the_next_times_are_an_hour_apart(sync: Sync) -> None:
    first, second = next_times(sync, 2, datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
    assert second - first == timedelta(hours=1) and first.minute == sync.offset_minutes


def test_a_run_that_never_came_is_trouble_until_one_comes(sync: Sync) -> None:
    sync.schedule, sync.offset_minutes = "* * * * *", 0
    sync.schedule = f"0 {(timezone.now() - timedelta(hours=3)).hour} * * *"
    sync.save()
    Sync.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert silence_check() == 1
    incident = Incident.objects.get(closed_at=None)
    assert incident.kind == "silence" and "runworker" in incident.message
    assert last_due(sync) < timezone.now()
    Run.objects.create(workspace=sync.workspace, sync=sync, status=Run.Status.QUEUED)
    assert silence_check() == 0
    assert not Incident.objects.filter(closed_at=None).exists()


def test_a_new_sync_is_not_silent(sync: Sync) -> None:
    assert silence_check() == 0
