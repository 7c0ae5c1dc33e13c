"""Runs: asking for one, claiming it, cancelling, retrying, reviving. Carrying out is in services/work.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django_q.tasks import async_task

from integrations.core.errors import ConfigError
from integrations.models import Link, Run, RunItem, Sync
from integrations.models.jobs import ACTIVE
from integrations.services import incidents
from integrations.services.feeds import NOTHING_ENABLED, enabled_streams
from integrations.services.jobs import (
    STALLED_LIMIT,
    WAITING,
    job_cancel,
    job_claim,
    job_close,
    job_take_back,
    jobs_reap,
    lease_is_over,
)
from integrations.services.scopes import merge_scope, scope_json, scope_of
from integrations.syncs.base import Scope

EVERYTHING = Scope()


# --- asking for a run ---------------------------------------------------------------------------------------------


def run_enqueue(
    *,
    sync: Sync,
    kind: str = Run.Kind.RUN,
    trigger: str = "manual",
    user: Any = None,
    scope: Scope = EVERYTHING,
    plan: Run | None = None,
    due_at: datetime | None = None,
    wake: bool = True,
) -> Run:
    """A run that waits for a worker. One that already waits for the same sync is refreshed, not doubled.

    `wake`: put it into the queue (a command that runs it itself does not). Raises ConfigError when the plan of an
    apply is not a finished preview of this sync.
    """
    if kind == Run.Kind.APPLY and not (plan and plan.kind == Run.Kind.PREVIEW and plan.sync_id == sync.pk):
        raise ConfigError("Only a finished preview of this sync can be applied. Make a preview first.")
    if kind == Run.Kind.APPLY and plan and plan.status not in (Run.Status.DONE, Run.Status.DONE_WITH_FAILURES):
        raise ConfigError(
            f"Preview {plan.pk} is not finished ({plan.get_status_display()}). Wait for it or make another."
        )
    refuse_disabled(sync, scope)
    values = {
        "workspace_id": sync.workspace_id, "sync": sync, "kind": kind, "trigger": trigger, "requested_by": user,
        "scope": scope_json(scope), "plan": plan, "due_at": due_at, "queued_at": timezone.now(),
    }  # fmt: skip
    with transaction.atomic():
        run = _waiting(sync, scope, trigger) if kind == Run.Kind.RUN else None
        run = run or _insert(sync, values)
        if wake and run.status == Run.Status.QUEUED:
            run_wake(run)
    return run


def refuse_disabled(sync: Sync, scope: Scope) -> None:
    """A disabled stream is neither read nor written, whoever asks. Raises ConfigError."""
    enabled = enabled_streams(sync)
    if not enabled:
        raise ConfigError(NOTHING_ENABLED)
    disabled = [name for name in scope.streams if name not in enabled]
    if disabled:
        raise ConfigError(f"{', '.join(disabled)}: disabled in this sync. Enable it first, or leave it out.")


def _insert(sync: Sync, values: dict[str, Any]) -> Run:
    try:
        with transaction.atomic():
            return Run.objects.create(**values)
    except IntegrityError:  # another process asked at the same moment, or the due time already has its run
        waiting = Run.objects.filter(sync=sync, kind=Run.Kind.RUN, status__in=WAITING).first()
        due = Run.objects.filter(sync=sync, due_at=values["due_at"]).first() if values["due_at"] else None
        if waiting or due:
            return waiting or due  # type: ignore[return-value]
        raise


def _waiting(sync: Sync, scope: Scope, trigger: str) -> Run | None:
    """The run that already waits. One asked for by hand takes the place of a held one."""
    run = Run.objects.select_for_update().filter(sync=sync, kind=Run.Kind.RUN, status__in=WAITING).first()
    if run is None:
        return None
    if run.status == Run.Status.HELD and trigger != "schedule":
        job_close(
            run,
            Run.Status.CANCELLED,
            "A newer run was asked for and covers what this one left.",
        )
        return None
    wider = merge_scope(scope_of(run), scope)
    Run.objects.filter(pk=run.pk).update(scope=scope_json(wider))
    run.scope = scope_json(wider)
    run_restart(run)
    return run


def run_wake(run: Run) -> None:
    """Tell the workers. In the transaction: a rolled-back run leaves nothing in the queue."""
    async_task("integrations.tasks.run_sync", run.pk, task_name=f"run-{run.pk}")


def run_due(sync_id: int, due: str) -> str:
    """A schedule's moment: one run for it, none when one already waits or works."""
    sync = Sync.objects.filter(pk=sync_id, enabled=True).select_related("workspace").first()
    if sync is None:
        return "paused"
    moment = parse_datetime(due) if due else None
    if Run.objects.filter(sync=sync, status__in=ACTIVE).exists():
        return "already waiting or running"
    if waiting := Run.objects.filter(sync=sync, status__in=WAITING, kind=Run.Kind.RUN).first():
        run_restart(waiting)
        return "already waiting or running"
    if not enabled_streams(sync):
        return "nothing enabled"
    run = run_enqueue(sync=sync, trigger="schedule", due_at=moment)
    return f"run {run.pk}"


def run_restart(run: Run) -> None:
    """A run that waits with some streams done does them again: what they brought is older than what is now wanted."""
    if run.progress.get("done"):
        run.progress = {**run.progress, "done": []}
        Run.objects.filter(pk=run.pk, status__in=WAITING).update(progress=run.progress)
        Run.objects.filter(pk=run.pk, status=Run.Status.HELD).update(resume_at=timezone.now())


# --- claiming -----------------------------------------------------------------------------------------------------


def run_claim(run_id: int, owner: str) -> Run | None:
    """Make this process the run's owner. None: not to be had."""
    if not job_claim(Run, run_id, owner):
        return None
    return Run.objects.select_related("sync__source", "sync__target", "workspace").get(pk=run_id)


def run_active(sync: Sync) -> Run | None:
    """The run that works on this sync now; one whose process is gone is put back into the queue first."""
    run = Run.objects.filter(sync=sync, status__in=ACTIVE).first()
    if run and lease_is_over(run):
        run_revive(run)
        run.refresh_from_db()
        return run if run.active else None
    return run


def run_revive(run: Run) -> bool:
    """Take a run from a process that vanished: queue it again, or close it after three attempts without progress."""
    mark = f"{run.read}:{RunItem.objects.filter(run=run).count()}:{len(run.progress.get('streams', {}))}"
    run.progress_mark = run.progress_mark or "0:0:0"
    cancelling = run.status == Run.Status.CANCELLING
    words = "Its worker vanished; another one takes over from the last recorded page."
    try:
        with transaction.atomic():
            if not job_take_back(run, mark, words):
                return False
            revived(run, cancelling)
    except IntegrityError:  # a newer run of this sync already waits and covers what is left
        job_close(run, Run.Status.CANCELLED, "Its worker vanished. The run that already waits covers what is left.")
    return True


def revived(run: Run, cancelling: bool) -> None:
    if cancelling:
        job_close(run, Run.Status.CANCELLED, "Cancelled; its worker had vanished.")
    elif run.stalled >= STALLED_LIMIT:
        run_fail_stalled(run)
    else:
        run_wake(run)


def run_fail_stalled(run: Run) -> None:
    message = (
        f"{STALLED_LIMIT} workers in a row died at this run without getting further. "
        "Look at the workers' memory and logs, then run the sync again."
    )
    job_close(run, Run.Status.FAILED, message, error_kind="internal")
    incidents.incident_open(
        workspace=run.workspace, subject=f"sync:{run.sync_id}:run", kind="internal", message=f"{run.sync}: {message}",
        sync=run.sync,
    )  # fmt: skip


def run_cancel(*, run: Run) -> str:
    """Ask a run to stop between two records, or close one that has not begun. Returns what happens, in words."""
    return job_cancel(run, "It stops after the record at hand.")


def run_retry(*, run: Run, user: Any = None, keys: Iterable[tuple[str, str]] = ()) -> Run:
    """Run the failed and blocked records of a run again (or those named by stream and id), leaving all others alone.
    Where a list as a whole could not be read, its stream is run."""
    rows = run.items.filter(status__in=["failed", "blocked", "unknown"])
    chosen = list(keys) or list(rows.values_list("stream", "source_id")[:5000])
    links = keyed(Link.objects.filter(sync=run.sync), chosen)
    links.filter(state__in=["failed", "skipped"]).update(next_attempt_at=None, fingerprint="", attempts=0)
    streams = tuple(dict.fromkeys(stream for stream, _ in chosen))
    ids = tuple(dict.fromkeys(id for _, id in chosen))
    scope = Scope(streams=streams, source_ids=() if "" in ids else ids, undo=scope_of(run).undo)
    return run_enqueue(sync=run.sync, trigger="retry", user=user, scope=scope)


def keyed(rows: Any, keys: Iterable[tuple[str, str]]) -> Any:
    """Those of `rows`, links or items, that are named by stream and source id: ids repeat from stream to stream."""
    by_stream: dict[str, list[str]] = {}
    for stream, id in keys:
        by_stream.setdefault(stream, []).append(id)
    named = (Q(stream=stream, source_id__in=ids) for stream, ids in by_stream.items())
    return rows.filter(reduce(or_, named, Q(pk__in=[])))


def runs_reap() -> str:
    """Revive runs whose lease is over, wake held ones that are due and queued ones that nobody took."""
    revived, woken = jobs_reap(Run.objects.select_related("sync", "workspace"), run_revive, run_wake)
    return f"{revived} revived, {woken} woken"
