"""Syncs whose fields may go both ways: what is one, what it may write now, what people call its sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations import registry
from integrations.core.conflict import Names, Side
from integrations.models import Sync
from integrations.services.mappings import field_rules
from integrations.syncs.base import FieldRule
from integrations.syncs.base import Sync as SyncKind

MATCHED = "matched"
"""Key in the sync's memory: {"at", "who"} of the person who confirmed the matching."""
BY_ITSELF = "automatic"


def is_two_way(kind: SyncKind) -> bool:
    """Whether its fields have a winner where both sides changed them."""
    return any(rule.winner is not None for rule in kind.fields)


def option_of(sync: Sync, name: str) -> Any:
    """As the admin set it, else the declared default; None where the kind declares no such option."""
    declared = next((one for one in registry.sync(sync.kind).options if one.name == name), None)
    return None if declared is None else sync.options.get(name, declared.default)


def is_read_only(sync: Sync) -> bool:
    """Nothing is written to the source of this sync."""
    return bool(option_of(sync, "read_only"))


def matched(sync: Sync) -> Mapping[str, str] | None:
    """Who confirmed the matching, and when; None while nobody has."""
    return sync.memory.get(MATCHED) or None


def may_write_source(sync: Sync) -> bool:
    """Read-only is off, and a person has seen how the records are paired, unless the sync begins by itself."""
    return not is_read_only(sync) and (bool(matched(sync)) or option_of(sync, "two_way_start") == BY_ITSELF)


def names_of(sync: Sync | SyncKind) -> Names:
    """The two applications."""
    kind = registry.sync(sync.kind) if isinstance(sync, Sync) else sync
    return Names(registry.vendor(kind.source).label, registry.vendor(kind.target).label)


def other_side(side: str) -> Side:
    return "target" if side == "source" else "source"


class Ways:
    """Which way values of the sync's fields may go now. Reads the field table once."""

    def __init__(self, sync: Sync) -> None:
        self.sync, self.names = sync, names_of(sync)
        self.rules = field_rules(sync)

    def rule(self, stream: str, field: str) -> FieldRule | None:
        """The row of the field table, by a stream's own name of the field or by the whole name."""
        return self.rules.get(f"{stream}.{field}") or self.rules.get(field)

    def why_not(self, stream: str, field: str, side: Side) -> str:
        """Why no value of this field may go to that side, in words that say what to do; '' when it may."""
        rule = self.rule(stream, field)
        here, there = self.names.of(side), self.names.of(other_side(side))
        if rule is None or rule.direction == "off":
            return "This field is not synced. Choose a direction for it on the sync's Fields page first."
        if side == "source" and is_read_only(self.sync):
            return (
                f"{here} is read-only in this sync, so nothing is written there. Use {here}'s value, or turn read-only "
                "off in the sync's settings."
            )
        if side == "source" and not may_write_source(self.sync):
            return f"Nothing is written to {here} yet: confirm the matching of this sync first."
        if rule.direction not in ("both", f"to_{side}"):
            return (
                f"This field only goes from {here} to {there}. Use {here}'s value, or change the direction on the "
                "sync's Fields page."
            )
        return ""
