"""What blocked records wait for, and the rows that admins decide about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from integrations import registry
from integrations.core.mapping import mapping_key
from integrations.models import Link, Mapping, Reference, Sync

BATCH = 500
VALUE = Coalesce(KT("needs__value"), KT("needs__source"))
"""A link's `needs` is {"kind", "source" or "value", "label"}."""


@dataclass(slots=True)
class Need:
    """A source value that blocked records need: as the first of them writes it, and how many there are."""

    value: str
    label: str
    waiting: int


def blocked_links(sync: Sync) -> Any:
    return Link.objects.filter(sync=sync, state=Link.State.BLOCKED)


def needs_by_value(sync: Sync, kind: str | None = None) -> dict[tuple[str, str], Need]:
    """(mapping kind, source key) -> what is needed, in one query whatever the number of links."""
    rows = blocked_links(sync).filter(needs__has_key="kind").annotate(kind=KT("needs__kind"), value=VALUE)
    rows = rows.filter(needs__kind=kind) if kind else rows
    found: dict[tuple[str, str], Need] = {}
    grouped = rows.order_by().values("kind", "value").annotate(n=Count("pk"), label=Max(KT("needs__label")))
    for row in grouped.order_by("kind", "value"):
        value = row["value"] or ""
        if value:
            need = found.setdefault((row["kind"], mapping_key(value)), Need(value, row["label"] or "", 0))
            need.waiting += row["n"]
    return found


def waiting_for(sync: Sync, kind: str, value: str) -> int:
    """How many blocked records wait for this source value."""
    need = needs_by_value(sync, kind).get((kind, mapping_key(value)))
    return need.waiting if need else 0


def waiting_ids(sync: Sync, kind: str, value: str, limit: int = 5000) -> tuple[str, ...]:
    """Source ids of the records that wait for this value, to run just them again."""
    rows = blocked_links(sync).filter(needs__kind=kind).annotate(value=VALUE).order_by("pk")
    wanted = mapping_key(value)
    ids = (source_id for source_id, text in rows.values_list("source_id", "value") if mapping_key(text or "") == wanted)
    return tuple(source_id for source_id, _ in zip(ids, range(limit), strict=False))


def mappings_collect(sync: Sync) -> int:
    """A row for every source value that is known or needed, and the number of records that wait for each.

    Known: the source's cached candidates, for an import inactive ones too: it carries what they own. Decided rows keep
    their decision; only their count is brought up to date. Returns how many rows are new.
    """
    needs, declared = needs_by_value(sync), registry.sync(sync.kind)
    kinds = {kind.key: kind for kind in declared.mapping_kinds}
    wanted = {key: (need.value, need.label) for key, need in needs.items() if key[0] in kinds}
    for kind in kinds.values():
        for value, label in _known_values(sync, kind.source_kind, inactive=declared.once):
            wanted[kind.key, mapping_key(value)] = (value, label)
    with transaction.atomic():
        rows_held(sync)
        present = set(Mapping.objects.filter(sync=sync).values_list("kind", "source_key").distinct())
        new = [_open_row(sync, key, *text) for key, text in wanted.items() if key not in present]
        Mapping.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    _count_waiting(sync, needs)
    return len(new)


def rows_held(sync: Sync) -> None:
    """Until the end of the transaction nobody else adds rows to this sync's mappings or suggests targets."""
    list(Sync.objects.select_for_update(no_key=True).filter(pk=sync.pk).values_list("pk"))


def _known_values(sync: Sync, source_kind: str, *, inactive: bool) -> list[tuple[str, str]]:
    if not source_kind:
        return []
    rows = Reference.objects.filter(connection=sync.source_id, kind=source_kind)
    rows = rows.exclude(extra__has_key="gone") if inactive else rows.filter(active=True)
    return list(rows.order_by("label_key", "pk").values_list("external_id", "label"))


def _open_row(sync: Sync, key: tuple[str, str], value: str, label: str) -> Mapping:
    kind, source_key = key
    return Mapping(
        sync=sync, kind=kind, source_value=value[:500], source_key=source_key[:500], source_label=(label or value)[:500]
    )


def _count_waiting(sync: Sync, needs: dict[tuple[str, str], Need]) -> None:
    """Only rows whose number changed are written."""
    rows = Mapping.objects.filter(sync=sync)
    changed = []
    for row in rows.only("kind", "source_key", "waiting").iterator():
        need = needs.get((row.kind, row.source_key))
        number = need.waiting if need else 0
        if row.waiting != number:
            row.waiting = number
            changed.append(row)
    Mapping.objects.bulk_update(changed, ["waiting"], batch_size=BATCH)
