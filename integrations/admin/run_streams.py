"""What a run did with each item (stream) of its sync, as a small table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef

from integrations import registry
from integrations.admin.run_words import list_words
from integrations.core.plan import COUNTED, PLANNED_AS
from integrations.models import Link, Run, RunItem

COLUMNS = (
    ("created", "New", ("created",)),
    ("updated", "Changed", ("updated",)),
    ("linked", "Taken over", ("linked",)),
    ("", "Unchanged", ("unchanged",)),
    ("skipped", "Skipped", ("skipped",)),
    ("blocked", "Blocked", ("blocked", "conflicts")),
    ("failed", "Failed", ("failed", "unknown")),
)
"""Status that the number leads to, heading, counts that it sums."""


@dataclass(frozen=True)
class StreamRow:
    """`cells`: (heading, number, status that it leads to). `remarks`, `wrong`: sentences, the latter for a person."""

    key: str
    label: str
    read: int
    cells: list[tuple[str, int, str]]
    remarks: list[str]
    wrong: list[str]


def stream_rows(run: Run) -> list[StreamRow]:
    """The streams that this run has news of, in their declared order; [] for a sync with only one."""
    streams = registry.sync(run.sync.kind).streams
    if len(streams) < 2:
        return []
    tallies: dict[str, Any] = run.progress.get("streams") or {}
    counted = counts_by_stream(run)
    codes = codes_by_stream(run)
    unread = {item.stream: item.reason for item in RunItem.objects.filter(run=run, source_id="")}
    rows = []
    for stream in streams:
        if stream.key not in tallies and stream.key not in counted and stream.key not in unread:
            continue
        counts = counted.get(stream.key, Counter()) + tally_counts(tallies.get(stream.key) or {})
        cells = [(words, sum(counts[name] for name in names), status) for status, words, names in COLUMNS]
        wrong = [f"{list_words(stream.label)}: {unread[stream.key]}"] if stream.key in unread else []
        rows.append(StreamRow(stream.key, stream.label, counts["read"], cells, codes.get(stream.key, []), wrong))
    return rows


def tally_counts(tally: dict[str, Any]) -> Counter[str]:
    """What was counted without an item."""
    counts = Counter({"read": tally.get("read", 0), "unchanged": tally.get("unchanged", 0)})
    for status, number in (tally.get("quiet") or {}).items():
        counts[COUNTED.get(status, status)] += number
    return counts


def counts_by_stream(run: Run) -> dict[str, Counter[str]]:
    """Items by stream and by the name of the count they belong to; a list that could not be read is no record."""
    rows = RunItem.objects.filter(run=run).exclude(source_id="").order_by()
    found: dict[str, Counter[str]] = {}
    for stream, status, action, number in rows.values_list("stream", "status", "action").annotate(n=Count("pk")):
        name = PLANNED_AS.get(action, "") if status == RunItem.Status.PLANNED else COUNTED[status]
        found.setdefault(stream, Counter())[name] += number
    return found


def codes_by_stream(run: Run) -> dict[str, list[str]]:
    """What is worth a sentence of its own, such as rates that differ: what the run found and, for the latest run, what
    earlier ones found and still stands."""
    words = registry.sync(run.sync.kind).remarks
    items = RunItem.objects.filter(run=run, code__in=list(words))
    counts = Counter(items.values_list("stream", "code"))
    is_latest = not Run.objects.filter(sync=run.sync, kind=Run.Kind.RUN, pk__gt=run.pk).exists()
    if is_latest and run.kind == Run.Kind.RUN:
        told = RunItem.objects.filter(run=run, stream=OuterRef("stream"), source_id=OuterRef("source_id"))
        stands = Link.objects.filter(sync=run.sync, code__in=list(words)).filter(~Exists(told))
        counts += Counter(stands.values_list("stream", "code"))
    found: dict[str, list[str]] = {}
    for (stream, code), number in sorted(counts.items()):
        one, many = words[code]
        found.setdefault(stream, []).append(one if number == 1 else many.format(number))
    return found
