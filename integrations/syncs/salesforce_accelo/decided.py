"""What is gathered while the fields of a pair are decided. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.core.begun import Begun, Fate
from integrations.core.conflict import Held, Verdict, canonical
from integrations.core.records import Json, Why
from integrations.syncs.salesforce_accelo.telling import shown


@dataclass(slots=True)
class Decided:
    """`to_source`, `to_target`: what is to be written. `base`: by side and field, as far as it is settled whatever
    becomes of the writes. `notes`: sentences about values that do not fit."""

    to_source: dict[str, Json] = field(default_factory=dict)
    to_target: dict[str, Json] = field(default_factory=dict)
    base: dict[str, dict[str, Json]] = field(default_factory=lambda: {"source": {}, "target": {}})
    changes: dict[str, tuple[Json, Json]] = field(default_factory=dict)
    why: list[Why] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    turns: dict[str, Any] = field(default_factory=dict)
    apart: list[str] = field(default_factory=list)
    """Fields that stay different for no other reason than that nothing goes to Salesforce."""
    carried: list[int] = field(default_factory=list)
    overtaken: list[int] = field(default_factory=list)
    begun: dict[str, Begun] = field(default_factory=dict)
    """What is noted before the writes are sent."""
    earlier: dict[str, Begun] = field(default_factory=dict)
    """What was noted before an earlier attempt, whose end was not recorded."""
    fates: dict[str, Fate] = field(default_factory=dict)
    """By field, what became of that attempt."""

    @property
    def open(self) -> list[str]:
        """Labels of fields that wait for a person."""
        return [entry["label"] for entry in self.conflicts if not entry["winner"]]

    @property
    def found(self) -> bool:
        """Whether an earlier attempt had written something."""
        return "written" in self.fates.values()


def put(
    decided: Decided, key: str, now: Held, base: Held | None, verdict: Verdict, told: Mapping[str, Any] | None
) -> None:
    value = "" if verdict.value is None else verdict.value
    sent = Held(value if verdict.to_source else None, value if verdict.to_target else None)
    if verdict.to_source:
        decided.to_source[key] = verdict.value
    if verdict.to_target:
        decided.to_target[key] = verdict.value
    show_changes(decided, key, now, sent)
    fresh = key not in decided.earlier
    decided.begun[key] = Begun(base, now, sent, told, verdict.chosen, fresh)


def show_changes(decided: Decided, key: str, before: Held, sent: Held) -> None:
    if sent.source is not None:
        decided.changes[f"salesforce.{key}"] = (shown(before.source), shown(sent.source))
    if sent.target is not None:
        decided.changes[f"accelo.{key}"] = (shown(before.target), shown(sent.target))


def keep(decided: Decided, key: str, values: Held | None) -> None:
    if values is not None:
        decided.base["source"][key], decided.base["target"][key] = canonical(values.source), canonical(values.target)
