"""Work in the background, whatever it is about: claiming it, ending it, asking it to stop, taking it from the dead.

The tables are the truth; the queue only wakes workers. Rows are changed by conditional updates, so that of two
processes one wins.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from integrations.models.jobs import ACTIVE, Job
from integrations.services.lease import LEASE, JobLease, owner_is_dead

STALLED_LIMIT = 3
TAKEN_AFTER = timedelta(minutes=2)
WAITING = ["queued", "held"]
CUT_SHORT = "Cancelled while it waited to go on. What it had done stays."
HOLD_STEPS = (60, 120, 300, 900, 1800)
"""Seconds of growing pauses for trouble that names no time."""


def job_claim(model: type[Job], pk: int, owner: str) -> bool:
    """Make this process the job's owner: one conditional update that must change one row."""
    now = timezone.now()
    free = Q(status="queued") | Q(status="held", resume_at__lte=now)
    claimed = {
        "status": "running", "owner": owner, "lease_until": now + LEASE, "attempt": F("attempt") + 1,
        "resume_at": None, "error_kind": "", "message": "",
    }  # fmt: skip
    rows: Any = model._default_manager
    try:
        with transaction.atomic():
            if not rows.filter(free, pk=pk).update(**claimed):
                return False
            rows.filter(pk=pk, started_at=None).update(started_at=now)
    except IntegrityError:  # another one of its kind is at work
        return False
    return True


def lease_is_over(job: Job) -> bool:
    return job.lease_until is None or job.lease_until < timezone.now() or owner_is_dead(job.owner)


def job_close(job: Any, status: str, message: str, **values: Any) -> None:
    job.status, job.message, job.finished_at = status, message, timezone.now()
    rows = type(job)._default_manager.filter(pk=job.pk)
    rows.update(
        status=status, message=message, finished_at=job.finished_at, lease_until=None, owner="", **values
    )  # fmt: skip


def job_account(job: Any, calls: Mapping[str, int], seconds: float) -> None:
    """Add this attempt's calls, by connection, and its time."""
    for key, number in calls.items():
        job.calls[key] = job.calls.get(key, 0) + number
    job.seconds = round(job.seconds + seconds, 2)
    type(job)._default_manager.filter(pk=job.pk).update(calls=job.calls, seconds=job.seconds)


def job_cancel(job: Any, next_stop: str) -> str:
    """Ask a job to stop, or close one that has not begun. Returns what happens, in words.

    `next_stop`: where one at work stops, in words.
    """
    rows = type(job)._default_manager.filter(pk=job.pk)
    words = (
        "Cancelled while it waited to go on. What it had done stays." if job.attempt else "Cancelled before it began."
    )
    closed = {"status": "cancelled", "finished_at": timezone.now(), "message": words}
    if rows.filter(status__in=WAITING).update(**closed):
        return words
    if rows.filter(status="running").update(status="cancelling"):
        return next_stop
    return "It has already ended."


def job_take_back(job: Any, mark: str, words: str) -> bool:
    """Put a job whose process vanished back into the queue; False when somebody else was faster.

    `mark`: how far it is, to count attempts that got no further. Raises IntegrityError when another one of its kind
    already waits.
    """
    stalled = job.stalled + 1 if mark == (job.progress_mark or mark) else 0
    values = {
        "status": "queued", "queued_at": timezone.now(), "owner": "", "lease_until": None, "stalled": stalled,
        "progress_mark": mark, "message": words,
    }  # fmt: skip
    rows = type(job)._default_manager
    held = rows.filter(pk=job.pk, status=job.status, owner=job.owner, lease_until=job.lease_until)
    if not held.update(**values):
        return False
    job.refresh_from_db()
    return True


def jobs_reap(rows: Any, revive: Callable[[Any], bool], wake: Callable[[Any], None]) -> tuple[int, int]:
    """Revive those of `rows` whose lease is over; wake held ones that are due and queued ones that nobody took."""
    now = timezone.now()
    revived = sum(revive(job) for job in rows.filter(status__in=ACTIVE) if lease_is_over(job))
    held = rows.filter(status="held", resume_at__lte=now)
    old = rows.filter(status="queued", queued_at__lt=now - TAKEN_AFTER)
    return revived, sum(_woken(job, wake) for job in _all(held, old))


def _all(*parts: Iterable[Any]) -> list[Any]:
    return [job for part in parts for job in part]


def _woken(job: Any, wake: Callable[[Any], None]) -> bool:
    """Only the process whose update counts puts it into the queue."""
    same = type(job)._default_manager.filter(pk=job.pk, status=job.status, queued_at=job.queued_at)
    with transaction.atomic():
        if not same.update(status="queued", resume_at=None, queued_at=timezone.now()):
            return False
        wake(job)
    return True


def pausing(lease: JobLease) -> Callable[[float], None]:
    """A pause during which the lease is kept."""

    def pause(seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            lease.renew()
            time.sleep(min(1.0, left))

    return pause
