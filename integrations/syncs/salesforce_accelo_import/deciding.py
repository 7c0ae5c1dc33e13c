"""What decides besides the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from integrations.core.mapping import Mappings
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
