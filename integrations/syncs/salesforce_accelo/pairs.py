"""A record of Salesforce and a record of Accelo, laid beside each other. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from integrations.core.conflict import Choice, Side, equal
from integrations.core.records import Json, LazyFields, Record
from integrations.syncs.salesforce_accelo.values import digest

ACCELO_ONLY = "accelo:"
"""Begins the source id of a record that is in Accelo only."""
Values = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Half:
    """One side's record. `values`: by field. `modified`: unix seconds, 0 = not known. `company`: id of the account or
    company that a contact belongs to on this side, '' = none. `ids`: what is needed to write: `affiliation`, and the
    address of each address field, in Accelo."""

    id: str
    values: Values
    label: str = ""
    modified: int = 0
    company: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pair:
    """`how`: linked, or why these two were laid together or stand alone: a code of matching.py. `ground`: that in
    words. `candidates`: whom a person may choose from. `gone`: a code when one side's record is no more (deleted,
    merged, inactive, not_visible, not_selected). `account`, `company`: of a contact, the account and the company that
    its place at the other side stands for; '' = not linked."""

    stream: str
    source: Half | None = None
    target: Half | None = None
    how: str = "linked"
    ground: str = ""
    candidates: tuple[Mapping[str, str], ...] = ()
    gone: str = ""
    account: str = ""
    company: str = ""
    choices: Mapping[str, Choice] = field(default_factory=dict)
    limits: str = ""
    """Digest of what Salesforce takes: what did not fit yesterday may fit today."""

    @property
    def id(self) -> str:
        return self.source.id if self.source else f"{ACCELO_ONLY}{self.target.id if self.target else ''}"

    @property
    def label(self) -> str:
        half = self.source or self.target
        return half.label if half else ""

    def half(self, side: Side) -> Half | None:
        return self.source if side == "source" else self.target

    def as_fields(self) -> dict[str, Any]:
        """JSON for the record's history."""
        shown: dict[str, Any] = {"how": self.how, "gone": self.gone, "account": self.account, "company": self.company}
        for name, half in (("salesforce", self.source), ("accelo", self.target)):
            shown[name] = {"id": half.id, **{key: value for key, value in half.values.items() if value}} if half else {}
        return {name: value for name, value in shown.items() if value}


def pair_of(record: Record) -> Pair:
    """What the record was made of. Raises TypeError for a record that this sync did not read."""
    if isinstance(record.fields, LazyFields) and isinstance(record.fields.made_of, Pair):
        return record.fields.made_of
    raise TypeError("The record is none of this sync's.")


def pair_digest(pair: Pair) -> str:
    """Covers what decides a plan: both sides' values, what a person chose, and whom one of them alone may be.

    How two found each other decides nothing once they stand together, and is forgotten when they are linked.
    """
    together = pair.source is not None and pair.target is not None
    how = "" if together or pair.how == "linked" else pair.how
    extra = [pair.limits, how, pair.gone, str(bool(pair.account)), str(bool(pair.company))]
    if not together:
        extra += [candidate["id"] for candidate in pair.candidates]
    if pair.choices:
        heard = (name for name, choice in pair.choices.items() if is_heard(pair, name, choice))
        extra += [f"{name}={pair.choices[name].number}" for name in sorted(heard)]
    if pair.target:
        extra += [str(bool(pair.target.ids.get("affiliation")))]
    return digest(
        pair.source.values if pair.source else None,
        pair.target.values if pair.target else None,
        extra,
    )


def heard(pair: Pair, choices: Mapping[str, Choice], limits: str) -> Pair:
    """The pair with what people chose and what Salesforce takes now, which is known already of most."""
    return pair if not choices and pair.limits == limits else replace(pair, choices=choices, limits=limits)


def is_heard(pair: Pair, field: str, choice: Choice) -> bool:
    """Whether both sides still hold what the person saw. A choice that was overtaken decides nothing."""
    source, target = (half.values.get(field, "") if half else "" for half in (pair.source, pair.target))
    return equal(choice.seen.source, source) and equal(choice.seen.target, target)


def digest_after(pair: Pair, source: Half, target: Half) -> str:
    """The digest of the pair once both sides hold these values."""
    return pair_digest(
        replace(pair, source=source, target=target, how="linked", gone="", candidates=(), choices={}, ground="")
    )


def as_record(pair: Pair) -> Record:
    """A contact's parent is its account, or its company while it is in Accelo only."""
    half = pair.source or pair.target
    parent = half.company if half else ""
    standing = bool(pair.gone)
    return Record(
        pair.stream, pair.id, pair_digest(pair), LazyFields(pair), pair.label[:300], parent_id=parent, standing=standing
    )
