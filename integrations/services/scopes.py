"""Which records a run is asked for, as stored with the run."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from integrations.models import Run
from integrations.syncs.base import Scope


def scope_json(scope: Scope) -> dict[str, Any]:
    values = asdict(scope)
    for name in ("since", "until"):
        values[name] = values[name].isoformat() if values[name] else None
    return values


def scope_of(run: Run) -> Scope:
    value = run.scope or {}
    since, until = (date.fromisoformat(value[name]) if value.get(name) else None for name in ("since", "until"))
    return Scope(
        tuple(value.get("streams") or ()),
        tuple(value.get("source_ids") or ()),
        since,
        until,
        bool(value.get("full")),
        tuple(value.get("undo") or ()),
    )


def merge_scope(one: Scope, other: Scope) -> Scope:
    """The smallest scope that covers both: a run for everything covers a run for one record."""
    if one == other:
        return one
    both_named = bool(one.source_ids and other.source_ids)
    return Scope(
        streams=tuple(dict.fromkeys(one.streams + other.streams)) if one.streams and other.streams else (),
        source_ids=tuple(dict.fromkeys(one.source_ids + other.source_ids)) if both_named else (),
        since=min(one.since, other.since) if one.since and other.since else None,
        until=max(one.until, other.until) if one.until and other.until else None,
        full=one.full or other.full,
        undo=tuple(dict.fromkeys(one.undo + other.undo)) if one.undo and other.undo else (),
    )
