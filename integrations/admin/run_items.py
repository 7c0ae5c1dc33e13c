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
from integrations.admin.sheets import neutralise
from integrations.models import Run, RunItem

PAGE = 50
FAILED = [RunItem.Status.FAILED, RunItem.Status.UNKNOWN]
TO_RETRY = [*FAILED, RunItem.Status.BLOCKED]
COUNT_FILTER = {
    "created": "created", "updated": "updated", "linked": "linked", "skipped": "skipped", "blocked": "blocked",
    "conflicts": "conflict", "failed": "failed", "unknown": "unknown",
}  # fmt: skip
"""Name of a count -> item status that it counts. In a preview all items are planned: there the action tells."""
PROBLEMS = "problems"
PROBLEM_STATUSES = ["failed", "unknown", "blocked", "conflict"]
PLANNED = {
    "created": ("create",), "updated": ("update", "replace"), "linked": ("link",), "skipped": ("skip",),
    "blocked": ("blocked",), "conflict": ("conflict",), PROBLEMS: ("blocked", "conflict"),
}  # fmt: skip
ACTIONS = {
    "create": "Create", "update": "Update", "replace": "Replace", "link": "Link", "skip": "Skip",
    "conflict": "Conflict", "blocked": "Blocked", "none": "Nothing",
}  # fmt: skip
COLUMNS = ["stream", "source_id", "target_id", "label", "action", "status", "code", "reason", "changes", "at"]


@dataclass(frozen=True)
class Shown:
    """An item with its differences as (label, before, after), and the word of its outcome."""

    item: RunItem
    changes: list[tuple[str, str, str]]
    state: str
    words: str
    why: str


def items_context(run: Run, given: Any) -> dict[str, Any]:
    """`status`, `code`, `q` (beginning of a source id) narrow; `after` is the last id of the page before.

    Without `status`, a run with troubles shows these first.
    """
    given = {name: given.get(name, "") for name in ("code", "q", "after")} | {"status": wanted_status(run, given)}
    rows = filtered(run, given)
    after = given["after"]
    if after.isdecimal():
        rows = rows.filter(pk__gt=int(after))
    page = list(rows.order_by("pk")[: PAGE + 1])
    labels = {rule.target: rule.target_label for rule in registry.sync(run.sync.kind).fields}
    kept = {"status": given["status"] or "all"} | {name: given[name] for name in ("code", "q") if given[name]}
    return {
        "items": [shown(run, item, labels) for item in page[:PAGE]],
        "next": urlencode({**kept, "after": page[PAGE - 1].pk}) if len(page) > PAGE else "",
        "first": not after.isdecimal(),
        "kept": urlencode(kept),
        "status": given["status"],
        "code": given["code"],
        "item_q": given["q"],
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
    status, code, text = (given.get(name, "").strip() for name in ("status", "code", "q"))
    if status and status != "all":
        rows = rows.filter(status_is(run, status))
    if code:
        rows = rows.filter(code=code)
    if text:
        rows = rows.filter(source_id__startswith=text)
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
    return Shown(item, differences(item.changes, labels), state, words, why_address(run.sync_id, item))


def why_address(sync_id: int, item: Any) -> str:
    query = urlencode({"stream": item.stream, "id": item.source_id})
    return f"{reverse('admin:integrations_sync_record', args=[sync_id])}?{query}"


def differences(changes: dict[str, Any], labels: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(labels.get(name, name), value_words(pair[0]), value_words(pair[1])) for name, pair in changes.items()]


def value_words(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def chosen(run: Run, picked: list[str], *, do: str, every: bool) -> tuple[str, ...]:
    """Source ids of the ticked items of this run, or of all that failed (and for a retry all blocked ones)."""
    rows = RunItem.objects.filter(run=run)
    if every:
        rows = rows.filter(status__in=TO_RETRY if do == "retry" else [RunItem.Status.FAILED])
    else:
        rows = rows.filter(pk__in=[pk for pk in picked if pk.isdecimal()])
    return tuple(rows.order_by("pk").values_list("source_id", flat=True)[:5000])


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
