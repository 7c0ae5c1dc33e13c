"""Whose job it is: the lease under which one process at a time works on it, and how it is asked to stop."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psutil
from django.db import Error, connection
from django.utils import timezone

from integrations.engine import LeaseLost, Stopped
from integrations.models.jobs import ACTIVE

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
RENEW_EVERY = 5.0
LOOK_EVERY = 1.0


class JobLease:
    """A job (a run, an upload) belongs to the process whose name stands in its `owner` while `lease_until` lies ahead.

    `draining()` tells that the process must end; `deadline`: monotonic seconds at which the slice ends.
    """

    def __init__(
        self,
        run: Any,
        owner: str,
        *,
        draining: Callable[[], bool] = lambda: False,
        deadline: float | None = None,
    ) -> None:
        self.run = run
        self.owner = owner
        self.draining = draining
        self.deadline = deadline
        self.renewed = time.monotonic()
        self.looked = 0.0
        self.lost = False
        self.passed = 0

    def rows(self) -> Any:
        return type(self.run)._default_manager.filter(pk=self.run.pk, owner=self.owner)

    def mine(self) -> Any:
        return self.rows().filter(status__in=ACTIVE)

    def renew(self) -> None:
        """For pauses and calls: keep the lease, never raise (a vendor's answer may be on its way)."""
        if not self.lost and time.monotonic() - self.renewed >= RENEW_EVERY:
            self.extend()

    def extend(self, **more: Any) -> None:
        self.renewed = time.monotonic()
        self.lost = not self.mine().update(lease_until=timezone.now() + LEASE, **{**self.standing(), **more})

    def standing(self) -> dict[str, Any]:
        """What the page of a run at work shows besides, stored with each renewal."""
        return {}

    def beat(self, passed: int = 0) -> None:
        self.passed = passed
        self.renew()
        if self.lost:
            raise LeaseLost
        now = time.monotonic()
        if now - self.looked < LOOK_EVERY:
            return
        self.looked = now
        status = self.rows().values_list("status", flat=True).first()
        if status is None:
            raise LeaseLost
        if status == "cancelling":
            raise Stopped("cancelled")
        if self.draining():
            raise Stopped("drain")
        if self.deadline is not None and now > self.deadline:
            raise Stopped("slice")


@contextmanager
def kept(lease: JobLease) -> Iterator[None]:
    """Renew the lease from a thread of its own during a call that may take longer than it lasts."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(LEASE.total_seconds() / 4):
            try:
                lease.extend()
            except Error:
                log.exception("The lease could not be renewed")
            finally:
                connection.close()

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def owner_name() -> str:
    """host:pid:start:random. Pid and start time tell whether the process still lives, on its own host."""
    started = int(psutil.Process().create_time())
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{started}:{uuid.uuid4().hex[:8]}"


def owner_is_dead(owner: str) -> bool:
    """True only when it surely is: the process ran on this host and no longer exists."""
    parts = owner.rsplit(":", 3)
    if len(parts) != 4 or parts[0] != socket.gethostname()[:60]:
        return False
    try:
        process = psutil.Process(int(parts[1]))
        return int(process.create_time()) != int(parts[2]) or process.status() == psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, ValueError):
        return True
    except psutil.AccessDenied:
        return False


def owner_words(job: Any) -> str:
    """Who holds a run or an upload since when, for people."""
    host, pid = (job.owner.rsplit(":", 3) + ["", ""])[:2]
    since = f"{job.started_at:%d %b %H:%M} UTC" if job.started_at else "just now"
    return f"{job} has been running since {since} on {host or 'a worker'} (process {pid or '?'})."
