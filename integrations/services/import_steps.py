"""What the steps of an import's wizard show: every value that must become another one, with counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations import registry
from integrations.core.mapping import mapping_key
from integrations.models import Import, Mapping, Reference, Sync
from integrations.services.import_changes import import_change
from integrations.services.import_survey import blank_of, kept_of
from integrations.services.mappings import DECIDED
from integrations.syncs.base import MappingKind, Step

Seen = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the source. `counts`: stream -> records that have it and meet the conditions. `told`: these are all,
    so that one without any needs no decision. `covered`: a default stands in for it."""

    row: Mapping
    kind: MappingKind
    counts: dict[str, int]
    active: bool
    extra: dict[str, str]
    covered: bool
    told: bool = False

    @property
    def number(self) -> int:
        """Records that have it; of a value that no list told, those that a run found to wait for it."""
        return sum(self.counts.values()) or (0 if self.told else self.row.waiting)

    @property
    def undecided(self) -> bool:
        """A record waits for a decision about it."""
        return self.kind.required and not self.covered and self.row.state not in DECIDED and bool(self.number)


@dataclass(frozen=True, slots=True)
class Blank:
    """Records of a stream that have no value of a kind, and no default to stand in for it: they wait. `default`: what
    the option of that default is called."""

    kind: MappingKind
    stream: str
    number: int
    default: str


@dataclass(frozen=True, slots=True)
class StepState:
    """`news`: values that came since somebody finished the step; they open it again. `blanks`: what waits for a
    default, which no value can tell."""

    step: Step
    values: list[Value]
    news: list[Value]
    finished: bool
    blanks: list[Blank]

    @property
    def undecided(self) -> list[Value]:
        return [value for value in self.values if value.undecided]

    @property
    def done(self) -> bool:
        return self.finished and not self.news and not self.left

    @property
    def left(self) -> int:
        """How much is left undecided."""
        return len(self.undecided) + len(self.blanks)


def steps_of(draft: Import) -> list[StepState]:
    """In the wizard's order. Local: what both applications last told."""
    return [step_state(draft, step) for step in registry.sync(draft.sync.kind).steps]


def step_state(draft: Import, step: Step) -> StepState:
    values = step_values(draft, step)
    seen: Seen | None = draft.seen.get(step.key)
    known = {(kind, key) for kind, keys in (seen or {}).items() for key in keys}
    news = [value for value in values if seen is not None and (value.kind.key, value.row.source_key) not in known]
    return StepState(step, values, news, seen is not None, blanks(draft, step))


def blanks(draft: Import, step: Step) -> list[Blank]:
    declared = registry.sync(draft.sync.kind)
    kinds = {kind.key: kind for kind in declared.mapping_kinds}
    labels = {option.name: option.label for option in declared.options}
    needed = {name for stream, names in step.mappings.items() if stream in draft.kinds for name in names}
    open_ = [kinds[name] for name in kinds if name in needed and not draft.sync.options.get(f"default_{name}")]
    return [
        Blank(kind, stream, number, labels.get(f"default_{kind.key}", kind.label))
        for kind in open_
        if kind.required
        for stream, number in blank_of(draft.sync, kind.source_kind).items()
        if stream in draft.kinds
    ]


def step_finish(*, draft: Import, step: Step, user: Any = None) -> None:
    """Remember what was there when a person went on."""
    seen: Seen = {}
    for value in step_values(draft, step):
        seen.setdefault(value.kind.key, []).append(value.row.source_key)
    import_change(draft, user, seen={**draft.seen, step.key: seen})


def step_values(draft: Import, step: Step) -> list[Value]:
    """Those of the chosen kinds of record: what records have, and of required kinds what the setup has too. Most used
    first within each mapping kind."""
    kinds = {kind.key: kind for kind in registry.sync(draft.sync.kind).mapping_kinds}
    streams: dict[str, list[str]] = {}
    for stream, names in step.mappings.items():
        for name in names if stream in draft.kinds else ():
            streams.setdefault(name, []).append(stream)
    return [value for name, used in streams.items() for value in _values(draft.sync, kinds[name], used)]


def _values(sync: Sync, kind: MappingKind, streams: list[str]) -> list[Value]:
    rows = Mapping.objects.filter(sync=sync, kind=kind.key)
    told = Reference.objects.filter(connection=sync.source_id, kind=kind.source_kind)
    by_key = {mapping_key(one.external_id): one for one in told}
    covered = bool(sync.options.get(f"default_{kind.key}"))
    kept = kept_of(sync, kind.source_kind)
    found = [_value(row, kind, streams, by_key.get(row.source_key), covered, kept) for row in rows]
    everywhere = [stream.key for stream in registry.sync(sync.kind).streams]
    wanted = [value for value in found if value.number or (kind.required and _may_come(value, everywhere))]
    return sorted(wanted, key=lambda value: (-value.number, value.row.source_label.casefold()))


def _may_come(value: Value, streams: list[str]) -> bool:
    """The setup has it; nothing has it yet, not even records of another kind."""
    return value.active and not any(int(value.extra.get(stream) or 0) for stream in streams)


def _value(
    row: Mapping,
    kind: MappingKind,
    streams: list[str],
    one: Reference | None,
    covered: bool,
    kept: dict[str, dict[str, int]],
) -> Value:
    """By what the conditions leave, where that is known (`kept`); else by all records."""
    extra, id = dict(one.extra) if one else {}, one.external_id if one else row.source_value
    every = {stream: 0 if "gone" in extra else int(extra.get(stream) or 0) for stream in streams}
    counts = {stream: kept[stream].get(id, 0) if stream in kept else every[stream] for stream in streams}
    return Value(row, kind, counts, bool(one and one.active), extra, covered, all(stream in kept for stream in streams))
