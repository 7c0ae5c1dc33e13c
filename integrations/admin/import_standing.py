"""How an import stands once it has begun: progress while it runs, its result and its e-mail when it has ended."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.urls import reverse
from django.utils import timezone

from integrations import registry
from integrations.admin.import_words import BADGES
from integrations.admin.mail import BADGES as MAIL_BADGES
from integrations.admin.run_items import COUNT_FILTER
from integrations.admin.run_streams import counts_by_stream
from integrations.admin.run_words import duration
from integrations.admin.runs import SHOWN, calls_of, waited
from integrations.admin.waiting import value_needs
from integrations.core.forecast import about
from integrations.models import Import, Message, Run
from integrations.services import jobs, lease

WORDS = {
    "read": "read", "created": "created", "updated": "changed", "linked": "already there, linked",
    "unchanged": "imported before", "skipped": "left out", "blocked": "waiting", "conflicts": "in conflict",
    "failed": "failed", "unknown": "outcome unknown",
}  # fmt: skip
UNDO_WORDS = {**WORDS, "updated": "taken back", "skipped": "kept", "unchanged": "as before"}
STOPS = "Stop this import? What is imported stays."
UNDO_STOPS = "Stop the undo? What is taken back stays so; the rest can be taken back later."
TO_RETRY = ("failed", "unknown", "blocked")
SURE = 20
"""Records after which a rate says something."""


def run_of(row: Import) -> Run | None:
    """The run that the import is about now."""
    return row.undo or row.run


def badge_of(row: Import) -> tuple[str, str]:
    """(look, words): an import that has ended is told by its run."""
    run = run_of(row)
    if run and row.state in (Import.State.RUNNING, Import.State.ENDED, Import.State.UNDOING):
        undone = "Undone" if row.undo_id and run.status == Run.Status.DONE else ""
        return run.status, undone or run.get_status_display()
    return BADGES.get(row.state, row.state), row.get_state_display()


def live_context(row: Import) -> dict[str, Any]:
    run = run_of(row)
    look, words = badge_of(row)
    context = {"import": row, "look": look, "words": words, "run": run, "moves": moves(row)}
    return context | (run_context(row, run) if run else {})


def moves(row: Import) -> bool:
    return row.state in (Import.State.RUNNING, Import.State.UNDOING)


def run_context(row: Import, run: Run) -> dict[str, Any]:
    total, counts = total_of(row, run), counts_of(run)
    undo = run.pk == row.undo_id
    words, shown = (UNDO_WORDS, ("read", "updated")) if undo else (WORDS, ("read", "created"))
    vanished = run.active and jobs.lease_is_over(run)
    return {
        "counts": [
            (name, words[name], counts[name], items_address(run, name))
            for name in SHOWN
            if counts.get(name) or name in shown
        ],
        "stops": UNDO_STOPS if undo else STOPS,
        "total": total,
        "percent": min(100, round(100 * run.read / total)) if total and not run.finished else None,
        "pace": pace(run, total),
        "stream": stream_of(run),
        "vanished": vanished,
        "holder": lease.owner_words(run) if run.active and not vanished else "",
        "waiting_long": run.status == Run.Status.QUEUED and waited(run) > jobs.TAKEN_AFTER,
        "took": duration(run.seconds),
        "calls": calls_of(run),
        "email": email_of(row, run),
        "may_retry": row.state == Import.State.ENDED and row.undo_id is None and left_something(run),
        "needs": value_needs(row.sync) if row.state == Import.State.ENDED else [],
        "again": row.state == Import.State.ENDED and not later_one(row),
    }


def left_something(run: Run) -> bool:
    """It broke off, or some records failed or wait."""
    broke_off = run.status in (Run.Status.FAILED, Run.Status.CANCELLED)
    return broke_off or any(run.counts.get(name) for name in TO_RETRY)


def counts_of(run: Run) -> dict[str, int]:
    """By name; while it works, what is recorded by now."""
    if run.finished:
        return dict.fromkeys(WORDS, 0) | dict(run.counts)
    tally = sum(counts_by_stream(run).values(), Counter())
    return dict.fromkeys(WORDS, 0) | tally | {"read": run.read, "unchanged": run.unchanged}


def items_address(run: Run, count: str) -> str:
    status = COUNT_FILTER.get(count)
    page = reverse("admin:integrations_run_change", args=[run.pk])
    return f"{page}?status={status}#items" if status and run.finished else ""


def total_of(row: Import, run: Run) -> int | None:
    """Records that it will read: as many as its preview did, else what the stream at hand tells."""
    whole = run.pk == row.run_id and not run.scope.get("source_ids")
    if whole and row.preview and row.preview.finished and row.preview.read >= run.read:
        return row.preview.read
    total = run.progress.get("total")
    return int(total) if total and int(total) >= run.read else None


def pace(run: Run, total: int | None) -> str:
    """ "About 120 records a minute, about 5 minutes left"; '' while nothing can be said."""
    if run.started_at is None or run.finished or run.read < SURE or not run.active:
        return ""
    seconds = (timezone.now() - run.started_at).total_seconds()
    if seconds <= 0:
        return ""
    each = run.read / seconds
    words = f"About {max(1, round(each * 60)):,} records a minute"
    left = about((total - run.read) / each) if total else ""
    return f"{words}, {left or 'less than a minute'} left" if total else words


def stream_of(run: Run) -> str:
    streams = registry.sync(run.sync.kind).streams
    return next((one.label for one in streams if one.key == run.progress.get("stream")), "")


def email_of(row: Import, run: Run) -> tuple[Message, str] | None:
    """The e-mail about the end of this run and the look of its state."""
    found = Message.objects.filter(workspace=row.workspace, key=f"import:{row.pk}:{run.pk}").first()
    return (found, MAIL_BADGES.get(found.state, found.state)) if found else None


def later_one(row: Import) -> bool:
    """Whether another import of the same accounts is open: it must be done with first."""
    return Import.objects.filter(sync=row.sync_id, state__in=["draft", "running", "undoing"]).exists()
