"""Mappings and field rules: as the rules want them, and everything an admin does with mappings.

mapping_needs.py    what blocked records wait for      mapping_suggest.py   suggestions
mapping_decide.py   a person's decisions               mapping_resolve.py   from a person's words to a candidate
mapping_rows.py     rows as text                       mapping_words.py     the words people use
"""

from __future__ import annotations

import logging
from dataclasses import replace

from django.db import transaction
from django_q.tasks import async_task

from integrations import registry
from integrations.core.errors import PortalError
from integrations.core.mapping import Mappings, Row
from integrations.models import FieldRule as StoredRule
from integrations.models import Mapping, Sync, TagList
from integrations.services.clients import Clients, both_sides
from integrations.services.mapping_decide import (
    candidates,
    mapping_decide,
    mapping_ignore,
    mapping_reopen,
    mappings_confirm,
)
from integrations.services.mapping_needs import mappings_collect, waiting_for, waiting_ids
from integrations.services.mapping_rows import COLUMNS, row_apply, row_dump, row_parse, rows_named
from integrations.services.mapping_suggest import mappings_suggest
from integrations.services.references import references_read
from integrations.services.tag_match import targets_match
from integrations.syncs.base import FieldRule

__all__ = [
    "COLUMNS",
    "candidates",
    "confirmed_rows",
    "field_rules",
    "mapping_decide",
    "mapping_ignore",
    "mapping_reopen",
    "mappings_collect",
    "mappings_confirm",
    "mappings_refresh",
    "mappings_refresh_later",
    "mappings_suggest",
    "row_apply",
    "row_dump",
    "row_parse",
    "rows_named",
    "waiting_for",
    "waiting_ids",
]

log = logging.getLogger(__name__)
DECIDED = [Mapping.State.CONFIRMED, Mapping.State.IGNORED]


def confirmed_rows(sync: Sync) -> Mappings:
    """What people decided, in their order; suggestions decide nothing."""
    rows = Mapping.objects.filter(sync=sync, state__in=DECIDED).order_by("kind", "position", "pk")
    return Mappings(
        Row(
            kind=row.kind,
            source=row.source_value,
            target=row.target_id,
            source_label=row.source_label,
            target_label=row.target_label,
            target_kind=row.target_kind,
            qualifier=row.qualifier,
            ignore=row.state == Mapping.State.IGNORED,
        )
        for row in rows
    )


def field_rules(sync: Sync) -> dict[str, FieldRule]:
    """The sync's field table with the admin's choices in it, by target field."""
    stored = {rule.target: rule for rule in StoredRule.objects.filter(sync=sync)}
    return {rule.target: apply_choice(rule, stored.get(rule.target)) for rule in registry.sync(sync.kind).fields}


def apply_choice(rule: FieldRule, stored: StoredRule | None) -> FieldRule:
    if stored is None:
        return rule
    if rule.winner is not None:
        return apply_two_way(rule, stored)
    policy = rule.policy if rule.fixed_policy else stored.policy
    return replace(rule, source=stored.source or rule.source, policy=policy)  # type: ignore[arg-type]


def apply_two_way(rule: FieldRule, stored: StoredRule) -> FieldRule:
    """A direction that is not offered any more stands at the default."""
    direction = stored.direction if stored.direction in rule.directions else rule.direction
    return replace(
        rule,
        winner=stored.winner or rule.winner,  # type: ignore[arg-type]
        direction=direction,
        blank=stored.blank or rule.blank,  # type: ignore[arg-type]
    )


def mappings_refresh(sync: Sync) -> dict[str, int]:
    """Read all candidates of both connections anew, then collect and suggest.

    Returns counts: each candidate kind as `connection key.kind`, `new` rows, `suggested` rows. Calls the vendors;
    raises PortalError with words for the admin. What was read until then is kept.
    """
    kinds = registry.sync(sync.kind).mapping_kinds
    wanted = {
        "source": list(dict.fromkeys(kind.source_kind for kind in kinds if kind.source_kind)),
        "target": list(dict.fromkeys(target for kind in kinds for target in kind.target_kinds)),
    }
    counts: dict[str, int] = {}
    with Clients(both_sides(sync), lambda: None) as clients:
        for side, connection in clients.connections.items():
            for kind in wanted[side]:
                read = references_read(connection=connection, kind=kind, client=clients.get(side))
                counts[f"{connection.key}.{kind}"] = read
    for tag_list in TagList.objects.filter(connection=sync.source_id):
        targets_match(tag_list)
    return {**counts, "new": mappings_collect(sync), "suggested": mappings_suggest(sync)}


def mappings_refresh_later(sync: Sync) -> None:
    """Have a worker do it: it takes as long as the vendors' call limits demand."""
    with transaction.atomic():
        async_task("integrations.tasks.refresh_mappings", sync.pk, task_name=f"mappings-{sync.pk}")


def refresh_by_id(sync_id: int) -> str:
    """In the worker: `mappings_refresh` in one line of text; the vendor's trouble is told there too."""
    sync = Sync.objects.filter(pk=sync_id).select_related("source", "target", "workspace").first()
    if sync is None:
        return "the sync is gone"
    try:
        counts = mappings_refresh(sync)
    except PortalError as error:
        log.warning("The lists for mappings could not be read: %s", error.message)
        return error.message
    return ", ".join(f"{name} {number}" for name, number in counts.items())
