"""From what a person writes as a mapping's target (an id, a code, a name, `job:42`) to the one candidate meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from integrations.core.mapping import mapping_key
from integrations.models import Connection, Reference
from integrations.services.mapping_decide import fixed_targets
from integrations.services.mapping_words import (
    nearest,
    plain_word,
    stored_target_kind,
    target_kind_named,
    target_kind_or_none,
)
from integrations.services.references import candidate_of, read_at
from integrations.syncs.base import MappingKind
from integrations.vendors.base import Candidate

SHOWN = 5
"""Candidates named in a message about an ambiguous text."""


@dataclass(frozen=True, slots=True)
class Target:
    """`kind` is '' where the mapping has only one kind of target. `known`: found among the candidates."""

    kind: str
    id: str
    label: str = ""
    known: bool = True


class Targets(Protocol):
    """The candidates of one connection. `tiers`: those that fit the text by id, by code, by e-mail address and by
    name, each a list of its own; only active ones but for the id."""

    def has(self, kinds: Sequence[str]) -> bool: ...

    def tiers(self, kinds: Sequence[str], text: str) -> Iterator[list[Candidate]]: ...

    def labels(self, kinds: Sequence[str]) -> Iterable[str]: ...


class CachedTargets:
    """`Targets` of a connection's cache in the database."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def has(self, kinds: Sequence[str]) -> bool:
        """Whether these kinds were read at some time."""
        if all(read_at(self.connection, kind) is not None for kind in kinds):
            return True
        return Reference.objects.filter(connection=self.connection, kind__in=kinds).exists()

    def tiers(self, kinds: Sequence[str], text: str) -> Iterator[list[Candidate]]:
        rows = Reference.objects.filter(connection=self.connection, kind__in=kinds).order_by("kind", "pk")
        key = mapping_key(text)
        for found in (
            rows.filter(external_id=text.strip()),
            rows.filter(active=True, code_key=key),
            rows.filter(active=True, email=key),
            rows.filter(active=True, label_key=key),
        ):
            yield [candidate_of(row) for row in found[: SHOWN + 1]]

    def labels(self, kinds: Sequence[str]) -> Iterable[str]:
        rows = Reference.objects.filter(connection=self.connection, kind__in=kinds, active=True)
        return list(rows.values_list("label", flat=True)[:2000])


def resolve(kind: MappingKind, text: str, target_kind: str, targets: Targets) -> Target:
    """`target_kind`: any word for it, or ''. Ids win over codes, codes over e-mail addresses, those over names.

    Without any cached candidates the text is taken as an id (`known` False). Raises ValueError, in words, when it
    names nothing or several candidates.
    """
    if not kind.target_kinds:
        return _fixed(kind, text)
    wanted, rest = split_kind(kind, text)
    wanted = target_kind_named(kind, target_kind) or wanted
    kinds = [wanted] if wanted else list(kind.target_kinds)
    for found in targets.tiers(kinds, rest):
        if len(found) == 1:
            return Target(stored_target_kind(kind, found[0].kind), found[0].id, found[0].label)
        if found:
            raise ValueError(_ambiguous(kind, rest, found))
    if targets.has(kinds):
        raise ValueError(
            f"There is no {kind.target_label} with the id, code or name {rest!r}.{nearest(rest, targets.labels(kinds))}"
        )
    return Target(stored_target_kind(kind, wanted), rest, known=False)


def split_kind(kind: MappingKind, text: str) -> tuple[str, str]:
    """`job:42` is ("job", "42"); any other text, also one with a colon, is ("", text)."""
    head, colon, rest = text.strip().partition(":")
    found = target_kind_or_none(kind, head) if colon and rest.strip() else None
    return (found, rest.strip()) if found else ("", text.strip())


def _fixed(kind: MappingKind, text: str) -> Target:
    choices = fixed_targets(kind)
    word = plain_word(text)
    for key, label in choices.items():
        if word in (plain_word(key), plain_word(label)):
            return Target("", key, label)
    if choices:
        raise ValueError(f"{text!r} is no {kind.target_label}; choose {', '.join(choices)}.{nearest(text, choices)}")
    return Target("", text.strip(), known=False)


def _ambiguous(kind: MappingKind, text: str, found: list[Candidate]) -> str:
    named = ", ".join(f"{one.kind}:{one.id} ({one.label})" for one in found[:SHOWN])
    more = ", and others" if len(found) > SHOWN else ""
    return (
        f"{text!r} could be more than one {kind.target_label}: {named}{more}. Write the one that is meant in that form."
    )
