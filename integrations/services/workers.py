"""The workers as the database sees them: heartbeats, trial tasks (canaries), the wish to drain, the queue's health."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from importlib import metadata
from typing import Any
from uuid import uuid4

import structlog
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

from integrations.models import WorkerBeat
from integrations.services.broker import BEAT_VARIABLE, CANARY, canary_queue

State = WorkerBeat.State

FRESH = timedelta(seconds=60)
"""A watchdog beats every 10 seconds; one that has not beaten for this long counts as gone."""

KEPT = timedelta(days=7)


def beat_start(*, processes: int) -> WorkerBeat:
    """A new row for this process; rows of watchdogs long gone are cleared away."""
    now = timezone.now()
    WorkerBeat.objects.filter(beat_at__lt=now - KEPT).delete()
    host = socket.gethostname()[:80]
    return WorkerBeat.objects.create(
        name=f"{host}:{os.getpid()}:{uuid4().hex[:8]}",
        host=host,
        pid=os.getpid(),
        processes=processes,
        version=metadata.version("django-q2"),
        started_at=now,
        beat_at=now,
    )


def beat_write(beat: WorkerBeat) -> None:
    """Stores state, restarts and note with the present time; writes the row anew should it have been deleted."""
    beat.beat_at = timezone.now()
    fields = {name: getattr(beat, name) for name in ("beat_at", "state", "restarts", "note")}
    if not WorkerBeat.objects.filter(pk=beat.pk).update(**fields):
        beat.save(force_insert=True)


def beat_stop(beat: WorkerBeat) -> None:
    beat.state = State.STOPPED
    beat_write(beat)
    OrmQ.objects.filter(key=canary_queue(beat.pk)).delete()


def draining() -> bool:
    """True inside a worker process whose watchdog wants it to end, or is gone: save the cursor, queue the rest, return.

    One look-up by primary key. False in processes that no watchdog started (a command run by hand).
    """
    beat_id = os.environ.get(BEAT_VARIABLE, "")
    if not beat_id.isdecimal():
        return False
    found = WorkerBeat.objects.filter(pk=int(beat_id)).values_list("state", "beat_at").first()
    if found is None:
        return False
    state, beat_at = found
    return state in (State.DRAINING, State.STOPPED) or beat_at < timezone.now() - FRESH


def canary_send(beat: WorkerBeat) -> None:
    """Queues a trial task that only this watchdog's own cluster takes; an older one still waiting is replaced."""
    OrmQ.objects.filter(key=canary_queue(beat.pk)).delete()
    beat.canary_sent_at = timezone.now()
    WorkerBeat.objects.filter(pk=beat.pk).update(canary_sent_at=beat.canary_sent_at)
    options = {"cluster": canary_queue(beat.pk), "save": False, "task_name": "canary"}
    async_task("integrations.tasks.canary", beat.name, q_options=options)


def canary_touch(name: str) -> str:
    """Runs in a worker: proof that a task gets from the queue through the cluster to an end. `name` of the beat."""
    WorkerBeat.objects.filter(name=name).update(canary_at=timezone.now())
    return name


def canary_served(beat: WorkerBeat) -> bool:
    """Whether the last canary sent was carried out (True when none was sent)."""
    if beat.canary_sent_at is None:
        return True
    return WorkerBeat.objects.filter(pk=beat.pk, canary_at__gte=beat.canary_sent_at).exists()


def task_begins(*, task: dict[str, Any], **_: Any) -> None:
    """Receiver of the queue's `pre_execute`: log lines of the process carry the task's id from here on."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=task.get("id", ""))


def workers_fresh(now: datetime | None = None) -> list[WorkerBeat]:
    """Watchdogs that beat within the last minute and take new work, latest first."""
    oldest = (now or timezone.now()) - FRESH
    return list(WorkerBeat.objects.filter(kind="worker", beat_at__gte=oldest, state=State.RUNNING))


def workers_trouble(now: datetime | None = None) -> str:
    """'' when a worker is there for new work, else in plain words what to do."""
    if workers_fresh(now):
        return ""
    last = WorkerBeat.objects.filter(kind="worker").order_by("-beat_at").first()
    when = f" The last one was seen at {last.beat_at:%Y-%m-%d %H:%M:%S} UTC." if last else ""
    return f"No worker is running, so nothing is synchronised.{when} Start one: manage.py runworker"


def queue_waiting() -> int:
    """How many tasks wait for a worker or are at work now, trial tasks aside."""
    return OrmQ.objects.exclude(key__startswith=CANARY).count()


def pending_migrations() -> int:
    """How many migrations of the code are not yet in the database."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
