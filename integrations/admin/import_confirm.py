"""The last step of an import's wizard: what a preview found, what it costs, ten records before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from integrations import registry
from integrations.admin.home import Calls, calls_left
from integrations.admin.import_words import CONFIRM, bar, blank_words, news_words, not_ready, step_address
from integrations.admin.run_items import differences, field_labels, value_words, why_address
from integrations.core.forecast import about, seconds_for
from integrations.models import Budget, Connection, Import, Mapping, Reference, Run, RunItem
from integrations.services.connections import budget_key
from integrations.services.import_reasons import reason_words
from integrations.services.import_steps import steps_of
from integrations.services.import_survey import hidden_words
from integrations.services.mappings import DECIDED
from integrations.services.run_ends import call_windows

SAMPLES = 10
GROUPS = (
    ("create", "Will be created", "created"),
    ("link", "Already in Accelo: linked, not created again", "linked"),
    ("skip", "Left out", "skipped"),
    ("blocked", "Waits for a decision", "blocked"),
)
"""Action of a preview's items, words with the target's name to be put in, status that the run's page filters by."""


@dataclass(frozen=True)
class Reason:
    """`words`: what they are, behind the number; with `told` the whole sentence is there. `example`: the reason of one
    of them."""

    words: str
    number: int
    address: str
    example: str = ""
    told: str = ""


@dataclass(frozen=True)
class Group:
    key: str
    words: str
    number: int
    address: str
    reasons: list[Reason]


@dataclass(frozen=True)
class Cost:
    """Of one connection: calls that the import takes, how long that is at least, what is left now."""

    connection: Connection
    calls: int
    time: str
    left: Calls
    short: bool


@dataclass(frozen=True)
class Sample:
    """`before`: (field, value) as the source has it; `after`: (field, value, why)."""

    item: RunItem
    kind: str
    why: str
    before: list[tuple[str, str]]
    after: list[tuple[str, str, str]]


def confirm_context(draft: Import) -> dict[str, Any]:
    steps = steps_of(draft)
    preview = draft.preview
    ended = bool(preview and preview.finished)
    good = bool(preview and preview.status in (Run.Status.DONE, Run.Status.DONE_WITH_FAILURES))
    context = {
        "draft": draft,
        "bar": bar(draft, steps, CONFIRM),
        "preview": preview,
        "making": bool(preview and not ended),
        "good": good,
        "percent": percent_of(preview) if preview and not ended else None,
        "trouble": not_ready(draft, steps) if good else "",
        "hidden": hidden_words(draft.sync, draft.kinds),
        "news": [(s, news_words(s), step_address(draft, s.step.key, show="new")) for s in steps if s.news],
        "unfinished": [(s, step_address(draft, s.step.key)) for s in steps if not s.finished],
        "blanks": [(words, step_address(draft, s.step.key)) for s in steps for words in blank_words(s)],
        "undecided": [(s, sum(v.number for v in s.undecided), step_address(draft, s.step.key, show="undecided"))
                      for s in steps if s.undecided and s.finished and not s.news],
    }  # fmt: skip
    return context | (preview_context(draft, preview) if good and preview else {})


def percent_of(run: Run) -> int | None:
    total = run.progress.get("total")
    return min(100, round(100 * run.read / total)) if total else None


def preview_context(draft: Import, preview: Run) -> dict[str, Any]:
    groups = groups_of(draft, preview)
    return {
        "groups": groups,
        "creates": next((group.number for group in groups if group.key == "create"), 0),
        "outdated": decided_since(draft, preview),
        "costs": costs_of(draft, preview),
        "samples": samples_of(preview),
        "chosen": [one for one in registry.sync(draft.sync.kind).streams if one.key in draft.kinds],
        "target": registry.vendor(draft.sync.target.vendor).label,
        "source": registry.vendor(draft.sync.source.vendor).label,
    }


def decided_since(draft: Import, preview: Run) -> bool:
    """By the mappings' own page, or a file."""
    rows = Mapping.objects.filter(sync=draft.sync, state__in=DECIDED)
    return rows.filter(updated_at__gt=preview.created_at).exists()


# --- what would be done ---------------------------------------------------------------------------------------------


def groups_of(draft: Import, preview: Run) -> list[Group]:
    rows = preview.items.order_by().values_list("action", "stream", "code").annotate(n=Count("pk"))
    found: dict[str, list[tuple[str, str, int]]] = {}
    for action, stream, code, number in rows:
        found.setdefault(action, []).append((stream, code, number))
    labels = {stream.key: stream.label for stream in registry.sync(draft.sync.kind).streams}
    order = {name: at for at, name in enumerate(labels)}
    groups = []
    for action, words, status in GROUPS:
        entries = sorted(found.get(action, []), key=lambda entry: (order.get(entry[0], 99), -entry[2]))
        number = sum(entry[2] for entry in entries)
        reasons = list(reasons_of(preview, action, status, entries, labels))
        if number or action == "create":
            groups.append(Group(action, words, number, items_address(preview, status), reasons))
    if before := preview.counts.get("unchanged", 0):
        groups.insert(1, Group("unchanged", "Imported before, not touched again", before, "", []))
    return groups


def reasons_of(
    preview: Run, action: str, status: str, entries: list[tuple[str, str, int]], labels: dict[str, str]
) -> Iterator[Reason]:
    """What is created is told by kind of record alone."""
    if action in ("create", "link"):
        counts: dict[str, int] = {}
        for stream, _, number in entries:
            counts[stream] = counts.get(stream, 0) + number
        for stream, number in counts.items():
            yield Reason(labels.get(stream, stream), number, items_address(preview, status, stream))
        return
    for stream, code, number in entries:
        label = labels.get(stream, stream)
        one = preview.items.filter(action=action, stream=stream, code=code).order_by("pk").first()
        told = f"{label}: {reason_words(preview, code, number)}"
        address = items_address(preview, status, stream, code)
        yield Reason(label, number, address, one.reason if one else "", told)


def items_address(run: Run, status: str, stream: str = "", code: str = "") -> str:
    page = reverse("admin:integrations_run_change", args=[run.pk])
    given = {"status": status, "stream": stream, "code": code}
    return f"{page}?{urlencode({name: text for name, text in given.items() if text})}#items"


# --- what it costs --------------------------------------------------------------------------------------------------


def costs_of(draft: Import, preview: Run) -> list[Cost]:
    """The preview's own calls, for the import reads the same, and one for each record that is created."""
    creates = preview.counts.get("created", 0)
    sides = ((draft.sync.source, 0), (draft.sync.target, creates))
    return [cost_of(connection, preview.calls.get(connection.key, 0) + writes) for connection, writes in sides]


def cost_of(connection: Connection, calls: int) -> Cost:
    time = about(seconds_for(calls, call_windows(connection))) or "less than a minute"
    left = calls_to_use(connection)
    return Cost(connection, calls, time, calls_left(connection), left is not None and left < calls)


def calls_to_use(connection: Connection) -> int | None:
    """What the vendor last said is left, without what we leave to others; None where it says nothing."""
    budget, vendor = Budget.objects.filter(key=budget_key(connection)).first(), registry.vendor(connection.vendor)
    if budget is None or budget.remaining is None or not budget.limit:
        return None
    return max(0, budget.remaining - min(vendor.reserve, budget.limit // 10))


# --- records before and after ---------------------------------------------------------------------------------------


def samples_of(preview: Run) -> list[Sample]:
    """As many of each chosen kind of record, the first ones that would be created."""
    kind = registry.sync(preview.sync.kind)
    chosen = [name for name in kind.chosen_streams if name in (preview.scope.get("streams") or kind.chosen_streams)]
    rows = [list(preview.items.filter(stream=name, action="create").order_by("pk")[:SAMPLES]) for name in chosen]
    names = target_names(preview)
    return [sample(preview, item, names) for item in spread(rows)]


def spread(parts: list[list[RunItem]]) -> list[RunItem]:
    """Ten in all, as many of each part as can be."""
    parts = [part for part in parts if part]
    each = SAMPLES // max(1, len(parts))
    found = [item for part in parts for item in part[:each]]
    return found + [item for part in parts for item in part[each:]][: SAMPLES - len(found)]


def target_names(preview: Run) -> dict[str, list[str]]:
    """Id at the target -> what the things with that id are called there."""
    kinds = {name for kind in registry.sync(preview.sync.kind).mapping_kinds for name in kind.target_kinds}
    found: dict[str, list[str]] = {}
    rows = Reference.objects.filter(connection=preview.sync.target_id, kind__in=kinds)
    for id, label in rows.values_list("external_id", "label"):
        found.setdefault(id, []).append(label)
    return found


def sample(preview: Run, item: RunItem, names: dict[str, list[str]]) -> Sample:
    kind = registry.sync(preview.sync.kind)
    streams = {stream.key: stream.label for stream in kind.streams}
    before = [(name.replace("_", " ").capitalize(), value_words(value)) for name, value in item.source.items()]
    after = [(one["field"], named(one, names), one["because"]) for one in item.why]
    if not after:
        after = [(label, value, "") for label, _, value in differences(item.changes, field_labels(kind))]
    return Sample(item, streams.get(item.stream, item.stream), why_address(preview.sync_id, item), before, after)


def named(one: dict[str, Any], names: dict[str, list[str]]) -> str:
    """An id by the name that its reason gives it."""
    text = value_words(one["value"])
    return next((name for name in names.get(text, ()) if name in one["because"]), text)
