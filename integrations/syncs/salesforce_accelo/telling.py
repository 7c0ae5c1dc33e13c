"""What is told of a decision, for people and for the page of conflicts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.core.conflict import Held, blank, canonical
from integrations.core.records import Json
from integrations.syncs.salesforce_accelo.declared import LABELS
from integrations.syncs.salesforce_accelo.pairs import Pair


def conflict_entry(
    pair: Pair, key: str, now: Held, base: Held | None, code: str, rule: str, *, winner: str, value: Json = None
) -> dict[str, Any]:
    """`winner` '': a person decides. `value`: what both sides hold from now on."""
    return {
        "field": key, "label": LABELS[f"{pair.stream}.{key}"], "code": code, "rule": rule, "winner": winner,
        "base": [base.source, base.target] if base else None, "now": [now.source, now.target],
        "at": [moment(half.modified if half else 0) for half in (pair.source, pair.target)],
        "value": value,
    }  # fmt: skip


def moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat() if at else ""


def shown(value: Json) -> Json:
    """An address as lines, for people."""
    if not isinstance(value, Mapping):
        return value
    parts = canonical(value)
    if blank(parts):
        return ""
    town = " ".join(filter(None, (parts.get("city"), parts.get("state"), parts.get("zip"))))
    return "\n".join(filter(None, (parts.get("street"), town, parts.get("country"))))
