"""Suggested targets for source values, each with a confidence and its ground. Suggestions decide nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from rapidfuzz import fuzz, process, utils

from integrations import registry
from integrations.core.mapping import mapping_key
from integrations.models import Mapping, Reference, Sync
from integrations.services.mapping_needs import rows_held
from integrations.syncs.base import MappingKind

SAME, EQUAL_NAME, LEAST = 100, 95, 70
"""Confidences; a similar name counts for less than an equal one, and below LEAST for nothing."""
FUZZY_ROWS = 1000
"""Rows compared by similarity in one call, those that records wait for first: it costs time for each candidate."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    target: Reference
    confidence: int
    ground: str


@dataclass(slots=True)
class Candidates:
    """Active candidates of one mapping kind's target, ready to be searched."""

    rows: list[Reference]
    codes: dict[str, list[Reference]] = field(default_factory=dict)
    emails: dict[str, list[Reference]] = field(default_factory=dict)
    labels: dict[str, list[Reference]] = field(default_factory=dict)
    prepared: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for row in self.rows:
            for index, key in ((self.codes, row.code_key), (self.emails, row.email), (self.labels, row.label_key)):
                if key:
                    index.setdefault(key, []).append(row)
        self.prepared = [utils.default_process(row.label) for row in self.rows]


def mappings_suggest(sync: Sync, kind: str | None = None) -> int:
    """Suggest a target for every undecided row; rows for which nothing fits any more become open again.

    By ground: same code and same e-mail address (100), equal name (95), similar name (by its likeness, at least 70).
    Two candidates that fit equally well are no suggestion. Returns how many rows now have one.
    """
    kinds = [item for item in registry.sync(sync.kind).mapping_kinds if kind in (None, item.key)]
    return sum(_suggest_kind(sync, item) for item in kinds if item.target_kinds)


def _suggest_kind(sync: Sync, kind: MappingKind) -> int:
    return suggestions_store(sync, kind, suggestions_find(sync, kind))


def _undecided(sync: Sync, kind: MappingKind) -> QuerySet[Mapping]:
    states = [Mapping.State.OPEN, Mapping.State.SUGGESTED]
    return Mapping.objects.filter(sync=sync, kind=kind.key, state__in=states).order_by("-waiting", "pk")


def suggestions_find(sync: Sync, kind: MappingKind) -> dict[int, Suggestion | None]:
    """What fits each undecided row, by the row's number; nothing is stored."""
    targets = Reference.objects.filter(connection=sync.target_id, kind__in=kind.target_kinds, active=True)
    candidates, sources = Candidates(list(targets.order_by("kind", "pk"))), _sources(sync, kind)
    suggestions: dict[int, Suggestion | None] = {}
    fuzzy = FUZZY_ROWS
    for row in _undecided(sync, kind):
        found = exact(row, sources.get(row.source_key), candidates)
        if found is None and fuzzy > 0:
            fuzzy -= 1
            found = similar(row, candidates)
        suggestions[row.pk] = found
    return suggestions


def suggestions_store(sync: Sync, kind: MappingKind, suggestions: dict[int, Suggestion | None]) -> int:
    """Store them with the rows that are still undecided: what somebody decided meanwhile stands, and what another row
    of the value has already is not suggested once more. Returns how many rows have a suggestion."""
    changed, suggested = [], 0
    with transaction.atomic():
        rows_held(sync)
        taken = set(Mapping.objects.filter(sync=sync, kind=kind.key).values_list(*IDENTITY))
        for row in _undecided(sync, kind).select_for_update():
            before = _identity(row)
            if row.pk not in suggestions or not _apply(row, suggestions[row.pk], kind):
                suggested += row.state == Mapping.State.SUGGESTED
            elif (after := _identity(row)) == before or after not in taken:
                taken.discard(before)
                taken.add(after)
                suggested += row.state == Mapping.State.SUGGESTED
                changed.append(row)
        Mapping.objects.bulk_update(changed, SUGGESTED_COLUMNS, batch_size=200)
    return suggested


def _identity(row: Mapping) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in IDENTITY)


IDENTITY = ["source_key", "qualifier", "target_kind", "target_id"]
"""No two rows of a kind may be the same in these."""
SUGGESTED_COLUMNS = ["target_kind", "target_id", "target_label", "state", "confidence", "ground", "updated_at"]


def _sources(sync: Sync, kind: MappingKind) -> dict[str, Reference]:
    rows = Reference.objects.filter(connection=sync.source_id, kind=kind.source_kind)
    return {mapping_key(row.external_id): row for row in rows.only("external_id", "label", "code", "email")}


def exact(row: Mapping, source: Reference | None, candidates: Candidates) -> Suggestion | None:
    """The one candidate with the same code, e-mail address or name."""
    names = list(dict.fromkeys(spellings(row)))
    codes = [mapping_key(source.code)] if source and source.code else []
    email = mapping_key(source.email) if source and source.email else row.source_key if "@" in row.source_key else ""
    grounds: tuple[tuple[Iterable[str], dict[str, list[Reference]], int, str], ...] = (
        ([*codes, *names], candidates.codes, SAME, "same code"),
        ([email], candidates.emails, SAME, "same e-mail address"),
        (names, candidates.labels, EQUAL_NAME, "equal name"),
    )
    for keys, index, confidence, ground in grounds:
        for key in keys:
            found = index.get(key, [])
            if len(found) == 1:
                return Suggestion(found[0], confidence, f"{ground}: {key}"[:200])
    return None


def spellings(row: Mapping) -> list[str]:
    """The value and its label as keys; for one with levels (`Client:Website`) also each level, the last one first."""
    whole = [row.source_key, mapping_key(row.source_label)]
    levels = [mapping_key(part) for part in row.source_value.split(":")]
    return [key for key in [*whole, *reversed(levels)] if key]


def similar(row: Mapping, candidates: Candidates) -> Suggestion | None:
    """The candidate with the most similar name, unless a second is just as similar."""
    text = utils.default_process(row.source_label or row.source_value)
    best = process.extract(text, candidates.prepared, scorer=fuzz.token_sort_ratio, limit=2, score_cutoff=LEAST)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    target = candidates.rows[best[0][2]]
    return Suggestion(target, min(int(best[0][1]), EQUAL_NAME - 1), f"similar name: {target.label}"[:200])


def _apply(row: Mapping, found: Suggestion | None, kind: MappingKind) -> bool:
    """Whether the row (not saved) is now another."""
    before = [getattr(row, name) for name in SUGGESTED_COLUMNS]
    row.state = Mapping.State.SUGGESTED if found else Mapping.State.OPEN
    row.target_kind = found.target.kind if found and len(kind.target_kinds) > 1 else ""
    row.target_id = found.target.external_id if found else ""
    row.target_label = found.target.label if found else ""
    row.confidence = found.confidence if found else None
    row.ground = found.ground if found else ""
    if before == [getattr(row, name) for name in SUGGESTED_COLUMNS]:
        return False
    row.updated_at = timezone.now()
    return True
