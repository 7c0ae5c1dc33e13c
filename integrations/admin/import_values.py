"""A step of an import's wizard: its values with counts, suggestions and choices, in sections by mapping kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.urls import reverse

from integrations import registry
from integrations.admin.import_words import blank_words
from integrations.models import Import, Mapping, Reference
from integrations.services import mappings
from integrations.services.import_steps import StepState, Value
from integrations.syncs.base import MappingKind
from integrations.vendors.base import Candidate

PAGE = 100
FEW = 40
"""Targets up to so many are offered in a list; more are searched for."""
LEAVE_OUT = "-"
FILTERS = (
    ("", "All"),
    ("undecided", "Undecided only"),
    ("suggested", "With a suggestion"),
    ("ignored", "Left out"),
    ("new", "New since"),
)
CERTAIN = {"same e-mail address": 100, "same code": 100, "equal name": 95}
"""Grounds by which all suggestions may be accepted at once -> the least confidence that they have."""


@dataclass(frozen=True)
class Row:
    """`now`: id of the decided target, `-` for one that is left out, '' undecided. `marks`: (state, words)."""

    value: Value
    now: str
    counts: list[tuple[str, int]]
    marks: list[tuple[str, str]]
    new: bool
    lost: bool

    @property
    def name(self) -> str:
        return self.value.row.source_label or self.value.row.source_value


@dataclass(frozen=True)
class Default:
    """What undecided values of a kind get: an option of the sync. `id` '' = nothing."""

    key: str
    label: str
    help: str
    id: str
    text: str


@dataclass(frozen=True)
class Section:
    """`targets`: few enough to choose from; None = searched for."""

    kind: MappingKind
    rows: list[Row]
    streams: list[str]
    targets: list[Candidate] | None
    default: Default | None
    search: str
    number: int
    undecided: int
    left: int


def step_context(draft: Import, state: StepState, given: Any) -> dict[str, Any]:
    """`q`, `show` narrow; `page` from 1."""
    show, text = given.get("show", ""), given.get("q", "").strip()
    news = {value.row.pk for value in state.news}
    found = [value for value in state.values if fits(value, news, show, text)]
    shown = Paginator(found, PAGE).get_page(given.get("page"))
    kept = {"step": state.step.key, **{name: given[name] for name in ("q", "show") if given.get(name)}}
    return {
        "step": state.step,
        "state": state,
        "sections": sections(draft, state, shown.object_list, bool(show or text)),
        "shown": shown,
        "filters": FILTERS if state.news else FILTERS[:-1],
        "show": show,
        "q": text,
        "kept": urlencode(kept),
        "grounds": grounds(state.values),
        "blanks": blank_words(state),
        "waiting": sum(value.number for value in state.undecided),
    }


def fits(value: Value, news: set[int], show: str, text: str) -> bool:
    row = value.row
    if text and text.casefold() not in f"{row.source_label} {row.source_value} {row.target_label}".casefold():
        return False
    return {
        "undecided": value.undecided,
        "suggested": row.state == Mapping.State.SUGGESTED,
        "ignored": row.state == Mapping.State.IGNORED,
        "new": value.row.pk in news,
    }.get(show, True)


def sections(draft: Import, state: StepState, shown: Iterable[Value], narrowed: bool) -> list[Section]:
    """Those with rows on this page; unless narrowed, also those whose records have no value at all: their default
    counts."""
    kinds = {kind.key: kind for kind in registry.sync(draft.sync.kind).mapping_kinds}
    rows: dict[str, list[Value]] = {}
    for value in shown:
        rows.setdefault(value.kind.key, []).append(value)
    wanted = [name for name in names_of(draft, state) if name in rows or not narrowed]
    return [section(draft, state, kinds[name], rows.get(name, [])) for name in wanted]


def names_of(draft: Import, state: StepState) -> list[str]:
    """Mapping kinds of the step that the chosen records need, in their order."""
    used = (name for stream, names in state.step.mappings.items() if stream in draft.kinds for name in names)
    return list(dict.fromkeys(used))


def section(draft: Import, state: StepState, kind: MappingKind, values: list[Value]) -> Section:
    labels = {stream.key: stream.label for stream in registry.sync(draft.sync.kind).streams}
    streams = [labels[name] for name in draft.kinds if kind.key in state.step.mappings.get(name, ())]
    targets = mappings.candidates(draft.sync, kind.key, "", FEW + 1)
    own = [value for value in state.values if value.kind.key == kind.key]
    offered, news = {one.id for one in targets}, {value.row.pk for value in state.news}
    search = f"{reverse('admin:integrations_sync_mappings_candidates', args=[draft.sync_id])}?kind={kind.key}"
    return Section(
        kind,
        [row_of(value, news, labels, offered) for value in values],
        streams,
        targets if len(targets) <= FEW else None,
        default_of(draft, kind),
        search,
        len(own),
        sum(value.undecided for value in own),
        sum(value.row.state == Mapping.State.IGNORED for value in own),
    )


def row_of(value: Value, news: set[int], labels: dict[str, str], targets: set[str]) -> Row:
    now = now_of(value.row)
    counts = [(labels.get(name, name), number) for name, number in value.counts.items()]
    lost = now not in ("", LEAVE_OUT) and now not in targets
    return Row(value, now, counts, marks_of(value), value.row.pk in news, lost)


def now_of(row: Mapping) -> str:
    if row.state == Mapping.State.IGNORED:
        return LEAVE_OUT
    return row.target_id if row.state == Mapping.State.CONFIRMED else ""


def marks_of(value: Value) -> list[tuple[str, str]]:
    """What a person must know before choosing: a queue, somebody who left, a stage that means won."""
    extra, found = value.extra, []
    if extra.get("type") == "queue":
        found.append(("queued", "Queue"))
    if extra.get("won") == "true":
        found.append(("done", "Won"))
    elif extra.get("closed") == "true":
        found.append(("", "Closed"))
    if not value.active:
        found.append(("blocked", "Inactive"))
    return found


def default_of(draft: Import, kind: MappingKind) -> Default | None:
    name = f"default_{kind.key}"
    option = next((one for one in registry.sync(draft.sync.kind).options if one.name == name), None)
    if option is None:
        return None
    id = str(draft.sync.options.get(name, option.default) or "")
    found = target_of(draft, kind, id) if id else None
    return Default(name, option.label, kind.help, id, found.label if found else id)


def target_of(draft: Import, kind: MappingKind, id: str) -> Reference | None:
    rows = Reference.objects.filter(connection=draft.sync.target_id, kind__in=kind.target_kinds, external_id=id)
    return rows.first()


# --- suggestions ----------------------------------------------------------------------------------------------------


def grounds(values: list[Value]) -> list[tuple[str, str, int]]:
    """(ground, its article, number of suggestions) of those that may be accepted at once."""
    counts = dict.fromkeys(CERTAIN, 0)
    for value in values:
        if ground := ground_of(value):
            counts[ground] += 1
    return [(ground, "an" if ground == "equal name" else "the", number) for ground, number in counts.items() if number]


def ground_of(value: Value) -> str:
    """Of a suggestion that is certain enough; '' for others."""
    if value.row.state != Mapping.State.SUGGESTED:
        return ""
    ground = value.row.ground.partition(":")[0]
    return ground if (value.row.confidence or 0) >= CERTAIN.get(ground, 101) else ""
