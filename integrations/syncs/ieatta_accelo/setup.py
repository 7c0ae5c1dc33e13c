"""What decides besides the record: options, field rules, mappings, the cached candidates. And how a rule answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from integrations.core.mapping import Mappings
from integrations.core.records import Fields, Json
from integrations.core.tags import TagBook
from integrations.syncs.base import FieldRule, Policy
from integrations.syncs.ieatta_accelo.declared import FIELDS
from integrations.syncs.ieatta_accelo.options import Options
from integrations.syncs.queries import References

DECLARED = {rule.target: rule for rule in FIELDS}


@dataclass(frozen=True, slots=True)
class PeriodDays:
    """One period of a retainer in calendar days of the Accelo account, both ends included; None = open-ended."""

    id: str
    first: date | None
    last: date | None
    open: bool


@dataclass(frozen=True, slots=True)
class Setup:
    """`books`: ISO code of the books' currency. `periods(contract id)`: the retainer's periods."""

    mappings: Mappings
    references: References
    periods: Callable[[str], Sequence[PeriodDays]]
    options: Options = Options()
    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    books: str = ""
    tags: TagBook | None = None

    def rule(self, target: str) -> FieldRule:
        return self.fields.get(target) or DECLARED[target]

    def policy(self, target: str) -> Policy:
        """A fixed policy is the declared one, whatever is stored."""
        declared = DECLARED[target]
        return declared.policy if declared.fixed_policy else self.rule(target).policy


@dataclass(frozen=True, slots=True)
class Decided:
    """One rule's answer: the value, the reason in plain words, and remarks that go with the written record."""

    value: Json
    because: str
    notes: tuple[str, ...] = ()


class Stop(Exception):
    """The record cannot go on by one rule.

    `kind` blocked: a person can free it; skip: a person wants it left out. `needs`: the unmapped value it waits for,
    {"kind": mapping kind, "source": source value}.
    """

    def __init__(
        self,
        code: str,
        reason: str,
        *,
        kind: Literal["blocked", "skip"] = "blocked",
        candidates: tuple[Mapping[str, str], ...] = (),
        needs: Fields | None = None,
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.kind: Literal["blocked", "skip"] = kind
        self.candidates = candidates
        self.needs: Fields = needs or {}


def left_out(what: str, value: str) -> Stop:
    return Stop("ignored", f"{what} {value} is left out by the mapping.", kind="skip")


def parse_day(text: str) -> date:
    """The calendar day of the vendor's date text: its first ten characters, never shifted. Raises Stop: no_date."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Stop("no_date", f"The expense has no readable date ({text!r}). Correct it in Ieatta.") from None
