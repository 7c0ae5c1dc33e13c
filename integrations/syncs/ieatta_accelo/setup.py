"""What decides besides the record: options, field rules, mappings, the cached candidates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from integrations.core.mapping import Mappings
from integrations.core.tags import TagBook
from integrations.syncs.base import FieldRule, Policy
from integrations.syncs.deciding import Stop
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


def left_out(what: str, value: str) -> Stop:
    return Stop("ignored", f"{what} {value} is left out by the mapping.", kind="skip")


def parse_day(text: str) -> date:
    """The calendar day of the vendor's date text: its first ten characters, never shifted. Raises Stop: no_date."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Stop("no_date", f"The expense has no readable date ({text!r}). Correct it in Ieatta.") from None
