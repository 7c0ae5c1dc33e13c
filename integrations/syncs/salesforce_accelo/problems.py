"""What keeps a value from being written, in words a person can act on. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.core.conflict import Side
from integrations.syncs.salesforce_accelo.declared import LABELS

SIDES: Mapping[Side, str] = {"source": "Salesforce", "target": "Accelo"}


@dataclass(frozen=True, slots=True)
class Problem:
    """`field`: of the stream (`website`). `side`: where the value does not fit. `value`: what does not fit; of an
    address the part. `code`: machine word (`too_long`). `words`: a sentence or two."""

    field: str
    side: Side
    code: str
    words: str
    value: str = ""


def other(side: Side) -> Side:
    return "target" if side == "source" else "source"


def label(stream: str, field: str, part: str = "") -> str:
    """`Website`; of a part `City of the billing address`."""
    return f"{part.capitalize()} of the {field} address" if part else LABELS[f"{stream}.{field}"]
