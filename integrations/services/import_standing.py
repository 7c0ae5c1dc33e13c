"""Where an import stands: whether it can be begun or gone on with, and who is at work on it, in words."""

from __future__ import annotations

from django.utils import timezone

from integrations.core.errors import ConfigError
from integrations.models import Import, Run, Sync
from integrations.services.runs import run_active

State = Import.State
OPEN = [State.DRAFT, State.RUNNING, State.UNDOING]
AT_WORK = [State.RUNNING, State.UNDOING]


class Begun(ConfigError):
    """Somebody else began this import."""


def run_of(row: Import) -> Run | None:
    """The run that does its work now, or did last."""
    return row.undo if row.state == State.UNDOING else row.run


def import_left(sync: Sync) -> tuple[Import, Run] | None:
    """The import of this sync that has begun and that no process works on: its own vanished, or its run is held. The
    run can be taken up at once."""
    row = Import.objects.filter(sync=sync, state__in=AT_WORK).select_related("run", "undo").first()
    run = run_of(row) if row else None
    if row is None or run is None:
        return None
    run_active(sync)  # queues it where its process is gone
    Run.objects.filter(pk=run.pk, status=Run.Status.HELD).update(resume_at=timezone.now())
    run.refresh_from_db()
    begun = run.attempt > 0 and run.status in (Run.Status.QUEUED, Run.Status.HELD)
    return (row, run) if begun else None


def refuse_at_work(row: Import) -> None:
    """Raises Begun, which tells who started it, and when."""
    if row.state in AT_WORK:
        work = "is being undone" if row.state == State.UNDOING else "is at work"
        raise Begun(f"{started_words(row)} and {work}. Wait for its end, or cancel it.{left_words(row)}")


def left_words(row: Import) -> str:
    run, do = run_of(row), "undo" if row.state == State.UNDOING else "retry"
    if run and run.status == Run.Status.HELD:
        return f" It is held: {run.message}"
    if run and run.status == Run.Status.QUEUED and run.attempt:
        return f" It was cut off: a worker goes on with it, and so does the command `import {do}`."
    return ""


def refuse_begun(row: Import) -> None:
    refuse_at_work(row)
    if row.state == State.DISCARDED:
        raise ConfigError(f"Import {row.pk} was discarded. Open a new one.")
    if row.state != State.DRAFT:
        raise Begun(f"{started_words(row)} and is over. Open a new one.")


def started_words(row: Import) -> str:
    """Who started it, and when, as the beginning of a sentence."""
    who = row.started_by or ("a command" if row.run and row.run.trigger == "command" else "")
    by, on = f" by {who}" if who else "", f" on {row.started_at:%d %b at %H:%M} UTC" if row.started_at else ""
    return f"Import {row.pk} was started{by}{on}"


def refuse_other(row: Import) -> None:
    other = Import.objects.filter(sync=row.sync, state__in=OPEN).exclude(pk=row.pk).first()
    if other is None:
        return
    refuse_at_work(other)
    raise ConfigError(f"A draft (import {other.pk}) is open. Start or discard it first.")
