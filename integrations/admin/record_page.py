"""Why? One record across all runs: what came, what decided, what was sent, what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse

from integrations import registry
from integrations.admin.matching_list import rows_of
from integrations.admin.run_items import differences, field_labels, shown, value_words
from integrations.admin.two_way import conflicts_of
from integrations.admin.waiting import grid_address
from integrations.models import Intent, Link, RunItem, Sync
from integrations.services.matching import DOUBTFUL
from integrations.services.two_way import is_two_way, names_of
from integrations.syncs.base import Sync as SyncKind

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
    kind = registry.sync(sync.kind)
    labels = field_labels(kind)
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
        "base": base_of(kind, link.base if link else {}, labels),
        "conflicts": conflicts_of(sync, stream, source_id),
        "choice": choice_for(sync, link, found),
    }
    return page.show(request, "sync/why.html", context)


def base_of(kind: SyncKind, base: dict[str, Any], labels: dict[str, str]) -> list[tuple[str, str]]:
    """Where fields go both ways, what each side held; told once where it was the same."""
    if not is_two_way(kind):
        return [(labels.get(name, name), value_words(value)) for name, value in base.items()]
    names, (one, other) = names_of(kind), (base.get("source") or {}, base.get("target") or {})
    found = []
    for name in {**one, **other}:
        first, second = value_words(one.get(name)), value_words(other.get(name))
        text = first if first == second else f"{names.source}: {first or '–'}; {names.target}: {second or '–'}"
        found.append((labels.get(name, name), text))
    return found


def choice_for(sync: Sync, link: Link | None, items: list[RunItem]) -> Any:
    """What a person may say about a record that waits because its counterpart is in doubt; None for others."""
    newest = items[0] if items else None
    settled = link is not None and link.state in (Link.State.LINKED, Link.State.UNKNOWN)
    if newest is None or newest.code not in DOUBTFUL or settled or not is_two_way(registry.sync(sync.kind)):
        return None
    return rows_of(sync, [newest])[0]


def tell(item: RunItem, labels: dict[str, str]) -> Told:
    one = shown(item.run, item, labels)
    return Told(
        item, one.state, one.words, came_of(item, labels), decisions(item, labels), differences(item.changes, labels)
    )


def came_of(item: RunItem, labels: dict[str, str]) -> list[tuple[str, str]]:
    """Where both sides are read together, each side's values by its name."""
    kind = registry.sync(item.run.sync.kind)
    sides = {side: registry.vendor(side).label for side in (kind.source, kind.target)} if is_two_way(kind) else {}
    found = []
    for name, value in item.source.items():
        if name in sides and isinstance(value, dict):
            found += [(f"{sides[name]}: {labels.get(part, part)}", value_words(one)) for part, one in value.items()]
        else:
            found.append((name.replace("_", " "), value_words(value)))
    return [(name, words) for name, words in found if words not in ("", "[]", "{}")]


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
