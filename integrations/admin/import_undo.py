"""“Undo import” on an import's page: a look at what can be taken back, its button, and what an undo took back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from integrations import registry
from integrations.admin.import_confirm import SAMPLES, Reason, items_address, percent_of, spread
from integrations.admin.import_wizard import tried
from integrations.admin.import_words import import_address
from integrations.admin.run_items import filtered, why_address
from integrations.models import Import, Run, RunItem
from integrations.services import imports
from integrations.syncs.base import Stream

MOST_REASONS = 20
"""Each vendor's answer may be another sentence; the rest is on the run's page."""
GROUPS = (
    ("updated", "Can be taken back", "Taken back"),
    ("skipped", "Is kept", "Kept"),
    ("failed", "Could not be taken back before", "Could not be taken back"),
    ("unknown", "Outcome unknown", "Outcome unknown"),
)
"""Status that the run's page filters by, words for a look, words for what was done."""
GOOD = (Run.Status.DONE, Run.Status.DONE_WITH_FAILURES)
FOR_GOOD = "not_removable"
"""Code of the reason why a record is kept whoever looks again."""


@dataclass(frozen=True)
class Group:
    """`samples`: (item, what it is one of, address)."""

    key: str
    words: str
    number: int
    address: str
    reasons: list[Reason]
    samples: list[tuple[RunItem, str, str]]


def undo_context(row: Import) -> dict[str, Any]:
    """{} while there is nothing to undo. `over`: whatever an undo has kept stays for good, so there is no more to look
    at."""
    if row.state != Import.State.ENDED or not row.runs:
        return {}
    look = latest_look(row)
    good = bool(look and look.status in GOOD)
    groups = groups_of(look) if look and good else []
    return {
        "done": row.undo,
        "done_groups": groups_of(row.undo) if row.undo else [],
        "over": bool(row.undo and is_over(row.undo)),
        "look": look,
        "making": bool(look and not look.finished),
        "percent": percent_of(look) if look and not look.finished else None,
        "good": good,
        "groups": groups,
        "number": next((group.number for group in groups if group.key == "updated"), 0),
    }


def is_over(undo: Run) -> bool:
    kept = filtered(undo, {"status": "skipped"}).exclude(code=FOR_GOOD)
    return undo.status == Run.Status.DONE and not kept.exists()


def latest_look(row: Import) -> Run | None:
    """The newest look at what an undo of all its runs would do; none from before the last undo."""
    if not row.runs:
        return None
    looks = Run.objects.filter(sync=row.sync_id, kind=Run.Kind.PREVIEW, scope__undo=row.runs)
    return looks.filter(pk__gt=row.undo_id or 0).select_related("sync").order_by("-pk").first()


def groups_of(run: Run) -> list[Group]:
    groups = (group_of(run, key, planned if run.kind == Run.Kind.PREVIEW else done) for key, planned, done in GROUPS)
    return [group for group in groups if group.number or group.key == "updated"]


def group_of(run: Run, key: str, words: str) -> Group:
    """Kinds of record in the sync's own order, the commonest reason first."""
    streams = registry.sync(run.sync.kind).streams
    order = [stream.key for stream in streams]
    items = filtered(run, {"status": key})
    rows = items.order_by().values_list("stream", "code", "reason").annotate(n=Count("pk")).order_by("-n", "reason")
    reasons = [
        Reason(noun_of(stream, number, streams), number, items_address(run, key, stream, code), reason)
        for stream, code, reason, number in sorted(rows[:MOST_REASONS], key=lambda entry: order.index(entry[0]))
    ]
    number = items.count()
    shown = spread([list(items.filter(stream=name).order_by("pk")[:SAMPLES]) for name in order])
    samples = [(item, noun_of(item.stream, 1, streams), why_address(run.sync_id, item)) for item in shown]
    return Group(key, words, number, items_address(run, key) if number else "", reasons, samples)


def noun_of(key: str, number: int, streams: Iterable[Stream]) -> str:
    """ "sale", "sales"."""
    stream = next((one for one in streams if one.key == key), None)
    return (stream.target_label if number == 1 and stream.target_label else stream.label.lower()) if stream else key


# --- buttons --------------------------------------------------------------------------------------------------------


def look(request: HttpRequest, row: Import) -> HttpResponse:
    """One look at a time: a second press shows the first one's."""
    present = latest_look(row)
    if present is None or present.finished:
        tried(request, lambda: imports.import_undo(done=row, user=request.user, preview=True))
    return HttpResponseRedirect(f"{import_address(row)}#undo")


def undo(request: HttpRequest, row: Import) -> HttpResponse:
    tried(request, lambda: imports.import_undo(done=row, user=request.user))
    return HttpResponseRedirect(import_address(row))
