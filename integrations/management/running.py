"""Working on a run from a command: here, or by waiting for the workers."""

from __future__ import annotations

import time
from collections.abc import Callable

from integrations.core.errors import PortalError
from integrations.management.cli import Refused
from integrations.management.draining import draining
from integrations.models import Run, Sync
from integrations.services.lease import owner_words
from integrations.services.runs import run_active, run_cancel, run_enqueue
from integrations.services.work import run_work
from integrations.syncs.base import Scope

Tell = Callable[[str], None]
POLL = 0.5
"""Seconds between two looks at a run that another process works on."""
ENDED = {Run.Status.HELD}


def run_here(sync: Sync, kind: str, scope: Scope, plan: Run | None, *, wait: bool, tell: Tell) -> Run:
    """Work on a new run in this process. Raises Refused when another process works on the sync and `wait` is off.

    A signal gives the run back to the queue: its status is then queued.
    """
    while True:
        wait_for_others(sync, wait=wait, tell=tell)
        run, own = enqueue(sync, kind, scope, plan, wake=False)
        if work_on(run):
            return run
        if not own or not wait:
            withdraw(run, own)
            raise held_by_another(sync, run)
        withdraw(run, own)


def work_on(run: Run) -> bool:
    """Work on a run in this process. False when another process has it."""
    with draining() as drain:
        taken = run_work(run.pk, slice_seconds=None) != "not taken"
    run.refresh_from_db()
    return taken or run.finished or drain.asked.is_set()


def enqueue(sync: Sync, kind: str, scope: Scope, plan: Run | None, *, wake: bool) -> tuple[Run, bool]:
    """The run, and whether it was made just now (else it waited already and was widened)."""
    newest = Run.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    try:
        run = run_enqueue(sync=sync, kind=kind, trigger="command", scope=scope, plan=plan, wake=wake)
    except PortalError as error:
        raise Refused("--apply" if plan else "sync", error.message) from None
    return run, run.pk > newest


def withdraw(run: Run, own: bool) -> None:
    """A run that nobody took and that was made only for this command."""
    if own and run.status == Run.Status.QUEUED:
        run_cancel(run=run)


def held_by_another(sync: Sync, run: Run) -> Refused:
    active = run_active(sync)
    words = owner_words(active) if active else f"Another process took run {run.pk} in the meantime."
    return Refused("sync", f"{words} Wait for it (--wait), or cancel it.")


def wait_for_others(sync: Sync, *, wait: bool, tell: Tell) -> None:
    told = 0
    while active := run_active(sync):
        if not wait:
            raise Refused("sync", f"{owner_words(active)} Wait for it (--wait), or cancel it.")
        if told != active.pk:
            tell(f"{owner_words(active)} Waiting for it to end.")
            told = active.pk
        time.sleep(POLL)


def run_queued(sync: Sync, kind: str, scope: Scope, plan: Run | None, *, wait: bool, tell: Tell) -> Run:
    """Leave a run to the workers; with `wait` come back once it has ended or is held."""
    run, _ = enqueue(sync, kind, scope, plan, wake=True)
    return wait_until_ended(run, tell) if wait else run


def wait_until_ended(run: Run, tell: Tell) -> Run:
    """Follows a run that workers carry out. `tell` gets a line whenever its standing changes."""
    last = ""
    while not run.finished and run.status not in ENDED:
        line = progress_line(run)
        if line != last:
            tell(line)
            last = line
        time.sleep(POLL)
        run.refresh_from_db()
    return run


def progress_line(run: Run) -> str:
    total = run.progress.get("total")
    of = f" of {total}" if total else ""
    read = f", {run.read}{of} read" if run.read else ""
    return f"Run {run.pk}: {run.get_status_display()}{read}"
