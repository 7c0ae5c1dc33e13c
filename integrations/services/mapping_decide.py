"""A person's decisions about mappings. Each tells how many blocked records the next run can take up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from integrations import registry
from integrations.core.mapping import mapping_key
from integrations.models import Mapping, Reference, Sync
from integrations.services.mapping_needs import needs_by_value
from integrations.services.mapping_words import nearest, stored_target_kind, target_kind_named
from integrations.syncs.base import MappingKind
from integrations.vendors.base import Candidate


def kind_of(sync: Sync, key: str) -> MappingKind:
    """Raises ValueError naming the sync's mapping kinds."""
    kinds = {kind.key: kind for kind in registry.sync(sync.kind).mapping_kinds}
    if key not in kinds:
        raise ValueError(f"{sync} has no mapping {key!r}; it has {', '.join(kinds)}.{nearest(key, kinds)}")
    return kinds[key]


def fixed_targets(kind: MappingKind) -> dict[str, str]:
    """Targets of a kind that no vendor list gives (statuses): id -> label."""
    return {} if kind.target_kinds else {target: label for _, _, target, label in kind.defaults}


def candidates(sync: Sync, kind: str, query: str = "", limit: int = 20) -> list[Candidate]:
    """Targets an admin may choose for this mapping kind: label, code or e-mail address contain `query`; an equal
    code comes first. Only from this sync's own target connection."""
    declared, text = kind_of(sync, kind), mapping_key(query)
    if not declared.target_kinds:
        fixed = [Candidate(kind, key, label) for key, label in fixed_targets(declared).items()]
        return [one for one in fixed if text in mapping_key(one.label) or text in mapping_key(one.id)][:limit]
    rows = Reference.objects.filter(connection=sync.target_id, kind__in=declared.target_kinds, active=True)
    first = list(rows.filter(code_key=text).order_by("label_key", "pk")[:limit]) if text else []
    found = {row.pk: row for row in first}
    if len(found) < limit:
        for column in ("label_key", "code_key", "email"):
            more = rows.filter(**{f"{column}__contains": text}) if text else rows
            found |= {row.pk: row for row in more.order_by("label_key", "pk")[:limit] if row.pk not in found}
    chosen = list(found.values())[:limit]
    return [Candidate(r.kind, r.external_id, r.label, r.code, r.email, r.active, r.extra) for r in chosen]


def target_reference(sync: Sync, kind: MappingKind, target_id: str, target_kind: str = "") -> Reference | None:
    """The cached candidate that a decision names, from the sync's own target connection."""
    kinds = [target_kind] if target_kind else list(kind.target_kinds)
    rows = Reference.objects.filter(connection=sync.target_id, kind__in=kinds, external_id=target_id)
    return rows.order_by("kind").first()


def mapping_decide(mapping: Mapping, target_id: str, target_kind: str = "", user: Any = None) -> int:
    """Confirm this target for the row's value. Returns how many blocked records wait for the value.

    Raises ValueError, in words, when the target is not one of this mapping's or is mapped to the value already.
    """
    declared = kind_of(mapping.sync, mapping.kind)
    target_id, target_kind = target_id.strip(), target_kind_named(declared, target_kind)
    label = target_label(mapping.sync, declared, target_id, target_kind)
    if len(declared.target_kinds) > 1 and not target_kind:
        found = target_reference(mapping.sync, declared, target_id)
        target_kind = found.kind if found else ""
    mapping.target_id, mapping.target_kind = target_id, stored_target_kind(declared, target_kind)
    mapping.target_label, mapping.state = label or mapping.target_label, Mapping.State.CONFIRMED
    _refuse_double(mapping)
    return _save(mapping, user)


def target_label(sync: Sync, kind: MappingKind, target_id: str, target_kind: str = "") -> str:
    """The target's name, '' when none is cached. Raises ValueError for a blank target or one that cannot be."""
    if not target_id:
        raise ValueError(f"Choose the {kind.target_label}, or leave {kind.source_label} values out.")
    fixed = fixed_targets(kind)
    if fixed and target_id not in fixed:
        raise ValueError(
            f"{target_id!r} is no {kind.target_label}; choose {', '.join(fixed)}.{nearest(target_id, fixed)}"
        )
    found = target_reference(sync, kind, target_id, target_kind)
    return fixed.get(target_id, "") or (found.label if found else "")


def _refuse_double(mapping: Mapping) -> None:
    same = Mapping.objects.filter(
        sync=mapping.sync, kind=mapping.kind, source_key=mapping.source_key, qualifier=mapping.qualifier,
        target_kind=mapping.target_kind, target_id=mapping.target_id,
    )  # fmt: skip
    if same.exclude(pk=mapping.pk).exists():
        target = mapping.target_label or mapping.target_id or "nothing"
        raise ValueError(
            f"{mapping.source_label or mapping.source_value} is already mapped to {target} in another row."
        )


def mapping_ignore(mapping: Mapping, user: Any = None) -> int:
    """Leave records with this value out. Returns how many blocked records wait for the value."""
    mapping.target_id = mapping.target_kind = mapping.target_label = ""
    mapping.state = Mapping.State.IGNORED
    _refuse_double(mapping)
    return _save(mapping, user)


def mapping_reopen(mapping: Mapping, user: Any = None) -> int:
    """Take a decision back: the row waits for a new one."""
    mapping.target_id = mapping.target_kind = mapping.target_label = ""
    mapping.state = Mapping.State.OPEN
    _refuse_double(mapping)
    return _save(mapping, user)


def _save(mapping: Mapping, user: Any) -> int:
    needs = needs_by_value(mapping.sync, mapping.kind)
    need = needs.get((mapping.kind, mapping.source_key))
    mapping.waiting = need.waiting if need else 0
    mapping.confidence, mapping.ground = None, ""
    if user is not None:
        setattr(mapping, "_history_user", user)  # noqa: B010 the name under which the history looks for it
    mapping.save()
    return mapping.waiting


def mappings_confirm(rows: Iterable[Mapping], user: Any = None) -> int:
    """Confirm suggestions as they stand; rows without a suggestion stay. Returns how many blocked records wait.

    Each value's records are counted once, also when several of its rows are confirmed.
    """
    freed: dict[tuple[int, str, str], int] = {}
    with transaction.atomic():
        for row in rows:
            if row.state == Mapping.State.SUGGESTED and row.target_id:
                row.state = Mapping.State.CONFIRMED
                freed[row.sync_id, row.kind, row.source_key] = _save(row, user)
    return sum(freed.values())
