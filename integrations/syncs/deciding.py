"""How a rule of a sync answers: with a value and its reason, or by stopping the record. Django-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from integrations.core.records import Fields, Json


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
