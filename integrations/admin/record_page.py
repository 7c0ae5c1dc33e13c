"""Why? One record across all runs: what came, what decided, what was sent, what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse

from integrations import registry
from integrations.admin.run_items import differences, shown, value_words
from integrations.admin.waiting import grid_address
from integrations.models import Intent, Link, RunItem, Sync

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

PAGE = 20


@dataclass(frozen=True)
class Decision:
    field: str
    value: str
    because: str


@dataclass(frozen=True)
class Told:
    """What one run told about the record."""

    item: RunItem
    state: str
    words: str
    came: list[tuple[str, str]]
    decisions: list[Decision]
    changes: list[tuple[str, str, str]]


def why_page(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """`stream` and `id` name the record; newest run first, 20 a page by `before` (an item's id)."""
    stream, source_id = request.GET.get("stream", ""), request.GET.get("id", "")
    link = Link.objects.filter(sync=sync, stream=stream, source_id=source_id).first()
    rows = RunItem.objects.filter(run__sync=sync, stream=stream, source_id=source_id).select_related("run__sync")
    before = request.GET.get("before", "")
    if before.isdecimal():
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    if link is None and not found:
        raise Http404("This sync has not seen such a record.")
    labels = {rule.target: rule.target_label for rule in registry.sync(sync.kind).fields}
    label = (link.label if link else "") or (found[0].label if found else "") or source_id
    context = {
        "title": f"Why? {label}",
        "label": label,
        "sync": sync,
        "link": link,
        "stream": stream,
        "source_id": source_id,
        "told": [tell(item, labels) for item in found[:PAGE]],
        "next": urlencode({"stream": stream, "id": source_id, "before": found[PAGE - 1].pk})
        if len(found) > PAGE
        else "",
        "map_link": map_link(sync, link),
        "intents": Intent.objects.filter(sync=sync, stream=stream, source_id=source_id).order_by("-pk")[:10],
        "base": [(labels.get(name, name), value_words(value)) for name, value in (link.base if link else {}).items()],
    }
    return page.show(request, "sync/why.html", context)


def tell(item: RunItem, labels: dict[str, str]) -> Told:
    one = shown(item.run, item, labels)
    came = [
        (name.replace("_", " "), value_words(value))
        for name, value in item.source.items()
        if value not in (None, "", [], {})
    ]
    return Told(item, one.state, one.words, came, decisions(item, labels), differences(item.changes, labels))


def decisions(item: RunItem, labels: dict[str, str]) -> list[Decision]:
    return [
        Decision(labels.get(why["field"], why["field"]), value_words(why.get("value")), why.get("because", ""))
        for why in item.why
    ]


def map_link(sync: Sync, link: Link | None) -> dict[str, Any] | None:
    """Where the missing value is mapped, when the record waits for one."""
    needs = link.needs if link and link.state == Link.State.BLOCKED else {}
    kind = next((kind for kind in registry.sync(sync.kind).mapping_kinds if kind.key == needs.get("kind")), None)
    if kind is None:
        return None
    value = needs.get("value") or needs.get("source") or ""
    return {"address": grid_address(sync, kind.key, value), "value": value, "kind": kind}
