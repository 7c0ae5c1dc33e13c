"""The e-mail that tells how an import has ended: to who started it and to the workspace's addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse

from integrations import registry
from integrations.core.plan import empty_counts
from integrations.imports.cells import neutralise
from integrations.models import Import, Link, Message, Run, RunItem, Workspace
from integrations.services import mail
from integrations.services.import_reasons import reason_words
from integrations.services.reports import WAITING_STATES
from integrations.services.tag_lists import csv_bytes

TROUBLED = ["skipped", "blocked", "conflict", "failed", "unknown"]
HEADINGS = ["kind", "id", "name", "result", "reason", "code"]
MOST_BYTES = 5_000_000
"""Of the list that goes with it; a longer one is to be had on the run's page."""
WORDS = {
    "read": "read", "created": "created", "updated": "changed", "linked": "linked with what was there",
    "unchanged": "imported before", "skipped": "left out", "blocked": "waiting for a decision",
    "conflicts": "in conflict", "failed": "failed", "unknown": "with unknown outcome",
}  # fmt: skip
UNDO_WORDS = {**WORDS, "updated": "taken back", "skipped": "kept"}


def ended_mail(row: Import, run: Run) -> Message | None:
    """Owe it, in the caller's transaction; the same run is told once. None when there is nobody to tell."""
    data = mail_data(row, run)
    attachments, data["troubled"] = troubled_rows(row, run)
    data["listed"] = bool(attachments)
    starter = run.requested_by or row.started_by
    return mail.post(
        workspace=row.workspace, kind="import_ended", key=f"import:{row.pk}:{run.pk}", subject=data["subject"],
        text=render_to_string("mail/import_ended.txt", data), html=render_to_string("mail/import_ended.html", data),
        recipients=[*([starter.email] if starter else []), *row.workspace.addresses], attachments=attachments,
    )  # fmt: skip


def mail_data(row: Import, run: Run) -> dict[str, Any]:
    labels = {stream.key: stream.label for stream in registry.sync(row.sync.kind).streams}
    undo = run.pk == row.undo_id
    what = " and ".join(labels[name].lower() for name in row.kinds)
    ended = run.get_status_display().lower()
    name = f"Undoing the import of {what}" if undo else f"Import of {what}"
    counts = {**empty_counts(), **run.counts}
    return {
        "subject": f"[{row.workspace.name}] {name}: {ended}",
        "name": name, "ended": ended, "message": run.message, "workspace": row.workspace.name,
        "counts": [(text, counts[key]) for key, text in (UNDO_WORDS if undo else WORDS).items() if counts.get(key)],
        "done": "taken back" if undo else "imported", "reasons": reasons(row, run),
        "started": local(row.workspace, run.started_at) if run.started_at else "",
        "duration": duration(run), "who": str(run.requested_by or row.started_by or ""),
        "url": address("admin:integrations_run_change", run.pk),
    }  # fmt: skip


def reasons(row: Import, run: Run) -> list[str]:
    """Why records were left out or wait, by kind of record: "Sales: 12 belong to owners that are left out."

    What failed tells each its own reason, on the run's page and in the list that goes with the e-mail; an undo tells
    all of it in its message.
    """
    if run.pk == row.undo_id:
        return []
    streams = registry.sync(row.sync.kind).streams
    known = list(registry.sync(row.sync.kind).remarks)
    found: Counter[tuple[str, str]] = Counter()
    for rows in (run.items.filter(status__in=TROUBLED), standing_links(row, run)):
        found.update(rows.filter(code__in=known).order_by().values_list("stream", "code"))
    return [
        f"{stream.label}: {reason_words(run, code, number)}"
        for stream in streams
        for (name, code), number in found.most_common()
        if name == stream.key
    ]


def local(workspace: Workspace, at: datetime) -> str:
    """In the workspace's time, with its name: "22 November 2026, 21:00 AEDT". A template would turn it into UTC."""
    there = at.astimezone(workspace.zone)
    return f"{there.day} {there:%B %Y, %H:%M %Z}"


def address(view: str, *args: Any) -> str:
    return settings.PORTAL_URL.rstrip("/") + reverse(view, args=args)


def duration(run: Run) -> str:
    """From its first start to its end, pauses included: "1 h 5 min", "48 s"."""
    if not run.started_at or not run.finished_at:
        return "not begun"
    seconds = int(max(timedelta(), run.finished_at - run.started_at).total_seconds())
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def troubled_rows(row: Import, run: Run) -> tuple[list[mail.Attachment], int]:
    """Records that were left out, wait or failed, as CSV, and how many they are; no file when there are none or they
    are too many for an e-mail.

    A run has no items for what stands as an earlier one left it; those rows come from the links.
    """
    items = run.items.filter(status__in=TROUBLED).order_by("stream", "status", "id")
    links = standing_links(row, run)
    number = items.count() + links.count()
    if not number:
        return [], 0
    content = bytearray()
    for part in csv_bytes(_lines(items, links), mark=True):
        content += part
        if len(content) > MOST_BYTES:
            return [], number
    name = f"run-{run.pk}-{'kept' if run.pk == row.undo_id else 'not-imported'}.csv"
    return [mail.Attachment(name, "text/csv; charset=utf-8", bytes(content))], number


def standing_links(row: Import, run: Run) -> Any:
    """Of the kinds of record that it imports: what waits or is left out since earlier runs."""
    if run.pk == row.undo_id:
        return Link.objects.none()
    told = RunItem.objects.filter(run=run, stream=OuterRef("stream"), source_id=OuterRef("source_id"))
    states = [*WAITING_STATES, Link.State.SKIPPED, Link.State.IGNORED]
    links = Link.objects.filter(~Exists(told), sync=row.sync, stream__in=row.streams, state__in=states)
    return links.order_by("stream", "state", "pk")


def _lines(items: Any, links: Any) -> Iterator[list[str]]:
    yield HEADINGS
    item: RunItem
    for item in items.iterator(2000):
        yield _line(item, item.get_status_display())
    link: Link
    for link in links.iterator(2000):
        yield _line(link, f"{link.get_state_display()} since an earlier run")


def _line(one: RunItem | Link, result: str) -> list[str]:
    return [neutralise(cell) for cell in (one.stream, one.source_id, one.label, result, one.reason, one.code)]
