"""What a customer's org does to writes: validation and duplicate rules, automation, locks, owner assignment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.vendors.salesforce.sandbox.answers import Refused
from integrations.vendors.salesforce.sandbox.store import Row, Store

ASSIGNED = ("Account", "Case", "Lead")
_CHANGES: Mapping[str, Callable[[str, str], str]] = {
    "set": lambda value, given: given,
    "upper": lambda value, given: value.upper(),
    "append": lambda value, given: value if value.endswith(given) else value + given,
}


@dataclass(frozen=True, slots=True)
class Validation:
    """A row whose field matches `regex` somewhere is refused with `message`."""

    object: str
    field: str
    regex: str
    message: str


@dataclass(frozen=True, slots=True)
class Duplicates:
    """`action`: alert (may be overridden by the header) or block."""

    object: str
    field: str
    action: str = "alert"


@dataclass(frozen=True, slots=True)
class Automation:
    """After a write through the API: `how` set, upper or append; `delay`: seconds until its own change."""

    object: str
    field: str
    how: str = "set"
    value: str = ""
    delay: int = 0


@dataclass(slots=True)
class Rules:
    """`locks`: id to how many more writes it refuses. `locked_rows`: which rows written through the API, counted from
    `seen_rows` on, are refused once."""

    validations: list[Validation] = field(default_factory=list)
    duplicates: list[Duplicates] = field(default_factory=list)
    automations: list[Automation] = field(default_factory=list)
    locks: dict[str, int] = field(default_factory=dict)
    locked_rows: set[int] = field(default_factory=set)
    seen_rows: int = 0

    def check_lock(self, ids: list[str]) -> None:
        """Raises Refused UNABLE_TO_LOCK_ROW. `ids`: the row's own, if it has one, and its parents'."""
        self.seen_rows += 1
        held = [id for id in ids if self.locks.get(id, 0) > 0]
        for id in held:
            self.locks[id] -= 1
        if held or self.seen_rows in self.locked_rows:
            shown = ",".join(held) or "unknown"
            words = f"unable to obtain exclusive access to this record or 1 records: {shown}"
            raise Refused("UNABLE_TO_LOCK_ROW", words, ())

    def check_row(self, object: str, row: Row) -> None:
        """Raises Refused FIELD_CUSTOM_VALIDATION_EXCEPTION with the customer's own words."""
        for rule in self.validations:
            if rule.object == object and re.search(rule.regex, str(row.get(rule.field) or "")):
                raise Refused("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, (rule.field,))

    def check_duplicates(self, store: Store, object: str, row: Row, allow: bool) -> None:
        """Raises Refused DUPLICATES_DETECTED, unless the rule only alerts and the header allows it."""
        for rule in self.duplicates:
            value = row.get(rule.field)
            if rule.object != object or not value or (allow and rule.action == "alert"):
                continue
            table = store.tables[object]
            others = table.with_values(rule.field, [str(value).casefold()]) - {row["Id"]}
            if any(not table.rows[id]["IsDeleted"] for id in others):
                raise Refused("DUPLICATES_DETECTED", "Use one of these records?", ())

    def automate(self, object: str, row: Row) -> tuple[dict[str, Any], int]:
        """What automation changes in a row that was just written, and how many seconds later."""
        changes: dict[str, Any] = {}
        delay = 0
        for rule in self.automations:
            old = str(row.get(rule.field) or "")
            new = _CHANGES[rule.how](old, rule.value)
            if rule.object == object and new != old:
                changes[rule.field] = new
                delay = max(delay, rule.delay)
        return changes, delay


def assigned_owner(store: Store, object: str) -> str:
    """The owner that assignment rules give a row, '' when they leave it."""
    return str(store.settings["auto_assign_to"]) if object in ASSIGNED else ""
