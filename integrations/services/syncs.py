"""Syncs: creating with defaults, schedules, pausing, the next times they run."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from typing import Any

from croniter import croniter
from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule

from integrations import registry
from integrations.core.mapping import mapping_key
from integrations.core.schedule import shift_cron
from integrations.models import Mapping, Run, Sync
from integrations.services import incidents
from integrations.services.feeds import enabled_streams

OFFSETS = 10
"""Minutes over which the starts of different syncs are spread."""
REAP = "portal:reap"


def default_offset(workspace: str, key: str) -> int:
    return zlib.crc32(f"{workspace}/{key}".encode()) % OFFSETS


def sync_create(**values: Any) -> Sync:
    """A sync with its kind's default schedule and default mapping rows, and its schedule installed."""
    kind = registry.sync(values["kind"])
    values.setdefault("schedule", kind.schedule)
    values.setdefault("offset_minutes", default_offset(values["workspace"].slug, values["key"]))
    with transaction.atomic():
        sync = Sync.objects.create(**values)
        sync_defaults(sync)
        schedule_install(sync)
    return sync


def sync_defaults(sync: Sync) -> None:
    """Rows a new sync starts with (such as the status table); those that exist stay as they are."""
    for mapping in registry.sync(sync.kind).mapping_kinds:
        for position, (value, label, target, target_label) in enumerate(mapping.defaults):
            if not Mapping.objects.filter(sync=sync, kind=mapping.key, source_key=mapping_key(value)).exists():
                Mapping.objects.create(
                    sync=sync, kind=mapping.key, source_value=value, source_key=mapping_key(value), source_label=label,
                    target_id=target, target_label=target_label, state=Mapping.State.CONFIRMED, position=position,
                )  # fmt: skip


def effective_cron(sync: Sync) -> str:
    return shift_cron(sync.schedule, sync.offset_minutes) if sync.schedule else ""


def schedule_name(sync: Sync) -> str:
    return f"sync:{sync.pk}"


def schedule_install(sync: Sync) -> None:
    """Make django-q2's schedule row equal to the sync's. Idempotent; a paused sync has none, nor has an import."""
    name, cron = schedule_name(sync), effective_cron(sync)
    if not sync.enabled or not cron or not enabled_streams(sync) or registry.sync(sync.kind).once:
        Schedule.objects.filter(name=name).delete()
        Sync.objects.filter(pk=sync.pk).update(next_at=None)
        return
    following = next_times(sync, 1)[0]
    present = Schedule.objects.filter(name=name).first()
    if present and present.cron == cron and present.func == "integrations.tasks.sync_due":
        return
    Schedule.objects.update_or_create(
        name=name,
        defaults={
            "func": "integrations.tasks.sync_due", "args": f"({sync.pk},)", "schedule_type": Schedule.CRON,
            "cron": cron, "repeats": -1, "next_run": following, "intended_date_kwarg": "due",
        },
    )  # fmt: skip
    Sync.objects.filter(pk=sync.pk).update(next_at=following)


def schedules_install() -> None:
    """Every sync's schedule, the reaper's, and no schedule of a sync that is gone."""
    with transaction.atomic():
        names = {REAP}
        for sync in Sync.objects.all():
            schedule_install(sync)
            names.add(schedule_name(sync))
        Schedule.objects.filter(name__startswith="sync:").exclude(name__in=names).delete()
        Schedule.objects.get_or_create(
            name=REAP,
            defaults={
                "func": "integrations.tasks.reap", "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1,
                "next_run": timezone.now(),
            },
        )  # fmt: skip


def next_times(sync: Sync, count: int = 5, after: datetime | None = None) -> list[datetime]:
    """The next moments this sync is due, aware UTC; [] when it runs by hand only."""
    cron = effective_cron(sync)
    if not cron:
        return []
    steps = croniter(cron, after or timezone.now())
    return [steps.get_next(datetime) for _ in range(count)]


def sync_pause(*, sync: Sync, paused: bool) -> None:
    sync.enabled = not paused
    sync.save(update_fields=["enabled"])
    schedule_install(sync)


def silence_check() -> int:
    """A scheduled run that never came is trouble too. Returns how many syncs are silent."""
    silent = 0
    for sync in Sync.objects.filter(enabled=True).exclude(schedule="").select_related("workspace"):
        if not enabled_streams(sync) or registry.sync(sync.kind).once:
            continue
        due = last_due(sync)
        subject = f"sync:{sync.pk}:silence"
        newest = Run.objects.filter(sync=sync).order_by("-id").first()
        covered = newest and (not newest.finished or newest.created_at >= due - timedelta(minutes=2))
        if covered or sync.created_at > due or due > timezone.now() - timedelta(minutes=15):
            if covered:
                incidents.incident_close(workspace=sync.workspace, subject=subject)
            continue
        silent += 1
        message = f"{sync}: the run due at {due:%d %b %H:%M} UTC never came. Is a worker running (manage.py runworker)?"
        incidents.incident_open(workspace=sync.workspace, subject=subject, kind="silence", message=message, sync=sync)
    return silent


def last_due(sync: Sync) -> datetime:
    moment: datetime = croniter(effective_cron(sync), timezone.now()).get_prev(datetime)
    return moment
