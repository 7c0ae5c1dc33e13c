"""What decides besides the record, and how a rule answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from integrations.core.mapping import Mappings
from integrations.core.records import Fields, Json
from integrations.syncs.queries import References
from integrations.syncs.salesforce_accelo_import.options import Options


@dataclass(frozen=True, slots=True)
class Setup:
    """`rates`: units of each currency that one unit of the corporate currency is worth, {} in an org with one
    currency. `corporate`: its ISO code."""

    mappings: Mappings
    references: References
    options: Options = Options()
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    corporate: str = ""

    def label(self, kind: str, id: str, what: str) -> str:
        """Of an Accelo value: its title, else what it is and its id."""
        found = self.references.get("target", kind, id)
        return found.label if found and found.label else f"{what} {id}"

    def source_label(self, kind: str, value: str) -> str:
        """Of a Salesforce value: as people see it."""
        found = self.references.get("source", kind, value)
        return found.label if found and found.label else value


@dataclass(frozen=True, slots=True)
class Decided:
    """One rule's answer: the value, the reason in plain words, and remarks that go with the written record."""

    value: Json
    because: str
    notes: tuple[str, ...] = ()


class Stop(Exception):
    """The record cannot go on by one rule.

    `kind` blocked: a person can free it; skip: a person wants it left out. `needs`: the unmapped value it waits for,
    {"kind": mapping kind, "source": source value, "label": what people call it}.
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
