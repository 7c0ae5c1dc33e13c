"""The items of a run: filtered, by keyset pages, as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import StreamingHttpResponse
from django.urls import reverse

from integrations import registry
from integrations.admin.conflict_words import PARTS, one_line
from integrations.admin.run_words import list_words
from integrations.imports.cells import neutralise
from integrations.models import Run, RunItem
from integrations.services.two_way import is_two_way
from integrations.syncs.base import Sync as SyncKind

PAGE = 50
FAILED = [RunItem.Status.FAILED, RunItem.Status.UNKNOWN]
TO_RETRY = [*FAILED, RunItem.Status.BLOCKED]
COUNT_FILTER = {
    "created": "created", "updated": "updated", "linked": "linked", "skipped": "skipped", "blocked": "blocked",
    "conflicts": "conflict", "failed": "failed", "unknown": "unknown",
}  # fmt: skip
"""Name of a count -> item status that it counts. In a preview all items are planned: there the action tells."""
NARROWING = ("code", "q", "stream")
PROBLEMS = "problems"
PROBLEM_STATUSES = ["failed", "unknown", "blocked", "conflict"]
PLANNED = {
    "created": ("create",), "updated": ("update", "replace"), "linked": ("link",), "skipped": ("skip",),
    "blocked": ("blocked",), "conflict": ("conflict",), PROBLEMS: ("blocked", "conflict"),
}  # fmt: skip
ACTIONS = {
    "create": "Create", "update": "Update", "replace": "Replace", "link": "Link", "skip": "Skip",
    "conflict": "Conflict", "blocked": "Blocked", "none": "Nothing", "read": "Read",
}  # fmt: skip
COLUMNS = ["stream", "source_id", "target_id", "label", "action", "status", "code", "reason", "changes", "at"]


@dataclass(frozen=True)
class Shown:
    """An item with its differences as (label, before, after), and the word of its outcome.

    `why`: '' where the item is no record but a list that could not be read. `kind`: what it is one of, where there
    are several.
    """

    item: RunItem
    changes: list[tuple[str, str, str]]
    state: str
    words: str
    why: str
    label: str = ""
    kind: str = ""


def items_context(run: Run, given: Any) -> dict[str, Any]:
    """`status`, `stream`, `code`, `q` (beginning of a source id) narrow; `after` is the last id of the page before.

    Without `status`, a run with troubles shows these first.
    """
    given = {name: given.get(name, "") for name in (*NARROWING, "after")} | {"status": wanted_status(run, given)}
    rows = filtered(run, given)
    after = given["after"]
    if after.isdecimal():
        rows = rows.filter(pk__gt=int(after))
    page = list(rows.order_by("pk")[: PAGE + 1])
    kind = registry.sync(run.sync.kind)
    labels = field_labels(kind)
    kept = {"status": given["status"] or "all"} | {name: given[name] for name in NARROWING if given[name]}
    return {
        "items": [shown(run, item, labels) for item in page[:PAGE]],
        "next": urlencode({**kept, "after": page[PAGE - 1].pk}) if len(page) > PAGE else "",
        "first": not after.isdecimal(),
        "kept": urlencode(kept),
        "status": given["status"],
        "code": given["code"],
        "item_q": given["q"],
        "stream_key": given["stream"],
        "stream_choices": [(one.key, one.label) for one in kind.streams] if len(kind.streams) > 1 else [],
        "codes": codes(run, given["status"]),
        "as_before": as_before(run, given["status"]),
        "statuses": [
            (PROBLEMS, "Needs a person"),
            *((s, words) for s, words in RunItem.Status.choices if s != "planned"),
        ],
    }


def wanted_status(run: Run, given: Any) -> str:
    """ "all" stands for no narrowing."""
    asked = given.get("status")
    if (
        asked is None
        and not given.get("q")
        and not given.get("stream")
        and any(run.counts.get(name) for name in ("failed", "unknown", "blocked", "conflicts"))
    ):
        return PROBLEMS
    return "" if asked in (None, "all") else str(asked)


def as_before(run: Run, status: str) -> str:
    """State of the records that this run counted but has no news of; '' when there are none."""
    asked = {PROBLEMS: ("blocked", "failed"), "blocked": ("blocked",), "failed": ("failed",)}.get(status, ())
    return next((state for state in asked if run.counts.get(state)), "")


def filtered(run: Run, given: Any) -> QuerySet[RunItem]:
    rows = RunItem.objects.filter(run=run)
    status, code, text, stream = (given.get(name, "").strip() for name in ("status", "code", "q", "stream"))
    if status and status != "all":
        rows = rows.filter(status_is(run, status))
    if code:
        rows = rows.filter(code=code)
    if text:
        rows = rows.filter(source_id__startswith=text)
    if stream:
        rows = rows.filter(stream=stream)
    return rows


def status_is(run: Run, status: str) -> Q:
    if run.kind == Run.Kind.PREVIEW:
        return Q(action__in=PLANNED.get(status, ()))
    return Q(status__in=PROBLEM_STATUSES if status == PROBLEMS else [status])


def codes(run: Run, status: str) -> list[tuple[str, str]]:
    """Machine words of the reasons in this run, commonest first."""
    rows = filtered(run, {"status": status}).exclude(code="").order_by()
    counted = rows.values_list("code").annotate(n=Count("pk")).order_by("-n")[:20]
    return [(code, f"{code.replace('_', ' ')} ({number})") for code, number in counted]


def shown(run: Run, item: RunItem, labels: dict[str, str]) -> Shown:
    planned = item.status == RunItem.Status.PLANNED
    state = f"plan-{item.action}" if planned else item.status
    words = f"Would {ACTIONS.get(item.action, item.action).lower()}" if planned else item.get_status_display()
    if planned and item.action in ("blocked", "conflict", "skip"):
        state, words = {"skip": "skipped"}.get(item.action, item.action), ACTIONS[item.action]
    streams = {stream.key: stream.label for stream in registry.sync(run.sync.kind).streams}
    kind = streams.get(item.stream, item.stream)
    changes = differences(item.changes, labels)
    if not item.source_id:
        words = {"failed": "Not read", "blocked": "Held"}.get(state, words)
        return Shown(item, changes, state, words, "", list_words(kind))
    return Shown(
        item, changes, state, words, why_address(run.sync_id, item), str(item), kind if len(streams) > 1 else ""
    )


def why_address(sync_id: int, item: Any) -> str:
    query = urlencode({"stream": item.stream, "id": item.source_id})
    return f"{reverse('admin:integrations_sync_record', args=[sync_id])}?{query}"


def field_labels(kind: SyncKind) -> dict[str, str]:
    """Of a field by the name that a run tells it by: the whole one, where fields go both ways also that of one side
    (`accelo.phone`: what is written there), or the stream's own."""
    labels = {rule.target: rule.target_label for rule in kind.fields}
    for rule in kind.fields if is_two_way(kind) else ():
        name = rule.target.removeprefix(f"{rule.stream}.")
        labels.setdefault(name, rule.target_label)
        for side in (kind.source, kind.target):
            labels.setdefault(f"{side}.{name}", f"{registry.vendor(side).label}: {rule.target_label}")
    return labels


def differences(changes: dict[str, Any], labels: dict[str, str]) -> list[tuple[str, str, str]]:
    """Fields that the sync declares by their labels, others by their names."""
    return [
        (labels.get(name) or name.replace("_", " ").capitalize(), value_words(pair[0]), value_words(pair[1]))
        for name, pair in changes.items()
    ]


def value_words(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if isinstance(value, dict) and value and set(value) <= set(PARTS):
        return one_line(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def chosen(run: Run, picked: list[str], *, do: str, every: bool) -> list[tuple[str, str]]:
    """Stream and source id of the ticked items of this run, or of all that failed; for a retry the blocked ones too."""
    rows = RunItem.objects.filter(run=run)
    if every:
        rows = rows.filter(status__in=TO_RETRY if do == "retry" else [RunItem.Status.FAILED])
    else:
        rows = rows.filter(pk__in=[pk for pk in picked if pk.isdecimal()])
    return list(rows.order_by("pk").values_list("stream", "source_id")[:5000])


# --- CSV ----------------------------------------------------------------------------------------------------------


class Line:
    """What csv writes to: gives the line back."""

    def write(self, text: str) -> str:
        return text


def export(run: Run, given: Any) -> StreamingHttpResponse:
    """The filtered items, streamed; texts that a spreadsheet would run are neutralised."""
    answer = StreamingHttpResponse(lines(filtered(run, given).order_by("pk")), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="run-{run.pk}.csv"'
    return answer


def lines(rows: QuerySet[RunItem]) -> Iterator[str]:
    writer = csv.writer(Line())
    yield "\ufeff" + str(writer.writerow(COLUMNS))
    for item in rows.iterator(chunk_size=500):
        yield str(writer.writerow([neutralise(text) for text in cells(item)]))


def cells(item: RunItem) -> list[str]:
    changes = "; ".join(f"{name}: {value_words(a)} → {value_words(b)}" for name, (a, b) in item.changes.items())
    return [
        item.stream, item.source_id, item.target_id, item.label, item.action, item.status, item.code, item.reason,
        changes, item.created_at.isoformat(timespec="seconds"),
    ]  # fmt: skip
