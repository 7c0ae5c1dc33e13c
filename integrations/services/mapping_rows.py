"""Mapping rows as text, for CSV, xlsx and YAML: what `row_dump` writes, `row_apply` takes as no change."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from integrations import registry
from integrations.core.mapping import mapping_key
from integrations.models import Mapping, Sync
from integrations.services.mapping_needs import rows_held
from integrations.services.mapping_resolve import CachedTargets, resolve
from integrations.services.mapping_words import (
    kind_named,
    plain_word,
    state_named,
    stored_target_kind,
    target_kind_named,
)
from integrations.syncs.base import MappingKind
from integrations.syncs.base import Sync as SyncKind

COLUMNS = ("kind", "source", "qualifier", "target", "target_kind", "target_label", "state")
UNDECIDED = (Mapping.State.OPEN, Mapping.State.SUGGESTED)
Identity = tuple[str, str, str, str, str]
"""kind, source key, qualifier, target kind, target id: unique in a sync."""


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row as read; words are already the portal's own. `label`: the target's name as the file gives it."""

    kind: MappingKind
    source: str
    qualifier: str
    target: str
    target_kind: str
    label: str
    state: str

    @property
    def identity(self) -> Identity:
        return (self.kind.key, mapping_key(self.source)[:500], self.qualifier, self.target_kind, self.target)


def row_dump(mapping: Mapping) -> dict[str, str]:
    """A stored row by COLUMNS."""
    texts = (
        mapping.kind, mapping.source_value, mapping.qualifier, mapping.target_id, mapping.target_kind,
        mapping.target_label, mapping.state,
    )  # fmt: skip
    return dict(zip(COLUMNS, (str(text) for text in texts), strict=True))


def row_parse(kind: SyncKind, values: dict[str, Any]) -> TextRow:
    """A row from a file. Other columns are left alone; a missing one counts as blank. Raises ValueError in words."""
    text = {plain_word(str(name)): "" if value is None else str(value).strip() for name, value in values.items()}
    cells = {name: text.get(plain_word(name), "") for name in COLUMNS}
    if not cells["source"]:
        raise ValueError("The column source is empty; write the value that comes from the source.")
    declared = kind_named(kind, cells["kind"])
    state = state_named(cells["state"], cells["target"])
    target_kind = stored_target_kind(declared, target_kind_named(declared, cells["target_kind"]))
    if state == Mapping.State.IGNORED or not cells["target"]:
        target_kind, cells["target"], cells["target_label"] = "", "", ""
    if state in (Mapping.State.CONFIRMED, Mapping.State.SUGGESTED) and not cells["target"]:
        raise ValueError(
            f"The state is {state}, but the column target is empty. Write the target's id, or state ignored."
        )
    if cells["qualifier"] and not declared.qualified:
        raise ValueError(f"{declared.label} take no qualifier; leave that column empty.")
    return TextRow(
        declared, cells["source"], cells["qualifier"], cells["target"], target_kind, cells["target_label"], state
    )


def rows_named(sync: Sync, rows: Iterable[dict[str, Any]]) -> set[Identity]:
    """Identities of all rows of a file, for `row_apply`. Rows that cannot be read are left out."""
    kind = registry.sync(sync.kind)
    found: set[Identity] = set()
    for values in rows:
        try:
            found.add(row_parse(kind, values).identity)
        except ValueError:
            continue
    return found


def row_apply(sync: Sync, values: dict[str, Any], named: Collection[Identity] = ()) -> str:
    """Make the stored rows agree with one row of a file: 'changed' or 'unchanged'.

    A row with the same value but another target takes the place of one that is stored, unless `named` (see
    `rows_named`) says that the file keeps that one too. Without `named`, a kind that may have several rows for a value
    gets one more. Raises ValueError in plain words.
    """
    row = row_parse(registry.sync(sync.kind), values)
    with transaction.atomic():
        rows_held(sync)
        rows = Mapping.objects.filter(sync=sync, kind=row.kind.key, source_key=row.identity[1])
        stored = list(rows.filter(qualifier=row.qualifier).order_by("position", "pk"))
        row = row_resolved(sync, row, {identity_of(one) for one in stored})
        mapping = next((one for one in stored if identity_of(one) == row.identity), None)
        mapping = mapping or _replaced(row, stored, named) or new_row(sync, row)
        return "changed" if row_fill(mapping, row) else "unchanged"


def identity_of(mapping: Mapping) -> Identity:
    return (mapping.kind, mapping.source_key, mapping.qualifier, mapping.target_kind, mapping.target_id)


def _replaced(row: TextRow, stored: list[Mapping], named: Collection[Identity]) -> Mapping | None:
    """The stored row whose place this one takes: an undecided one, else one that the file no longer has."""
    undecided = next((one for one in stored if one.state in UNDECIDED and identity_of(one) not in named), None)
    if undecided or (row.kind.qualified and not named):
        return undecided
    return next((one for one in stored if identity_of(one) not in named), None)


def row_resolved(sync: Sync, row: TextRow, stored: Collection[Identity]) -> TextRow:
    """The row with its target found among the cached candidates, when the file names it by code or name.

    A decision that is stored already is taken as it stands. Raises ValueError when the target names nothing.
    """
    if not row.target or row.identity in stored:
        return row
    target = resolve(row.kind, row.target, row.target_kind, CachedTargets(sync.target))
    return replace(row, target=target.id[:255], target_kind=target.kind, label=target.label or row.label)


def new_row(sync: Sync, row: TextRow) -> Mapping:
    key = mapping_key(row.source)[:500]
    same = Mapping.objects.filter(sync=sync, kind=row.kind.key, source_key=key).first()
    value, label = (same.source_value, same.source_label) if same else (row.source, row.source)
    return Mapping(
        sync=sync, kind=row.kind.key, source_value=value[:500], source_key=key, source_label=label[:500],
        waiting=same.waiting if same else 0,
    )  # fmt: skip


def row_fill(mapping: Mapping, row: TextRow) -> bool:
    """Store the row's decision; False when it stands there already. Names are for people and no decision."""
    wanted = {
        "qualifier": row.qualifier, "target_kind": row.target_kind, "target_id": row.target, "state": row.state,
    }  # fmt: skip
    if mapping.pk and all(getattr(mapping, name) == value for name, value in wanted.items()):
        return False
    for name, value in wanted.items():
        setattr(mapping, name, value)
    mapping.target_label = row.label[:500]
    if row.state != Mapping.State.SUGGESTED:
        mapping.confidence, mapping.ground = None, ""
    mapping.save()
    return True
