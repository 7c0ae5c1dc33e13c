"""Whether a value can be written on a side, before it is tried: one that does not fit is reported by its field, and the
rest of the record is written. Pure.

State and country of addresses are a matter of places.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from integrations.core.conflict import Side
from integrations.core.records import Json, canonical_text
from integrations.syncs.salesforce_accelo.outgoing import NEVER
from integrations.syncs.salesforce_accelo.problems import SIDES, Problem, label, other
from integrations.syncs.salesforce_accelo.shape import PARTS, PREFIXES, TEXTS

EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}"
)
"""Narrower than the standards, for Salesforce refuses the whole record for what it takes for no e-mail address."""
NONE = ("", "")
SHOWN = 60
"""Characters of a refused value that a message repeats."""


class Described(Protocol):
    """A field of an object as the vendor describes it."""

    @property
    def length(self) -> int: ...
    @property
    def nillable(self) -> bool: ...
    @property
    def createable(self) -> bool: ...
    @property
    def updateable(self) -> bool: ...
    @property
    def restricted(self) -> bool: ...
    @property
    def values(self) -> tuple[str, ...]: ...


class DescribedObject(Protocol):
    @property
    def fields(self) -> Mapping[str, Described]: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What a side takes, by its own field names: API names at Salesforce, our field names in Accelo.

    `lengths`: characters, 0 = no limit known; a name that is missing from a table that is not empty cannot be seen.
    `required`: cannot be blank. `readonly`: the user of the connection may not change it. `picklists`: the only
    values that are taken.
    """

    lengths: Mapping[str, int] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    readonly: frozenset[str] = frozenset()
    picklists: Mapping[str, frozenset[str]] = field(default_factory=dict)


ACCELO = Limits(required=frozenset({"name", "last_name"}))
"""Accelo documents neither lengths nor forms. Source: Accelo API docs, create company, create contact."""


def limits_from_describe(describe: DescribedObject, *, creating: bool = False) -> Limits:
    """`creating`: what may be given to a new record, which is not always what may be changed."""
    fields = describe.fields
    writable = {name for name, one in fields.items() if (one.createable if creating else one.updateable)}
    return Limits(
        lengths={name: one.length for name, one in fields.items()},
        required=frozenset(name for name in writable if not fields[name].nillable),
        readonly=frozenset(fields.keys() - writable),
        picklists={name: frozenset(one.values) for name, one in fields.items() if one.restricted},
    )


def accelo_limits(filler: str, profiles: Mapping[str, frozenset[str]]) -> Limits:
    """`filler`: what stands for a missing first name, '' = nothing does. `profiles`: type and industry, where they go
    to a profile field -> the options it offers, none for a field of free text."""
    return Limits(
        required=ACCELO.required | (frozenset() if filler.strip() else frozenset({"first_name"})),
        readonly=NEVER - profiles.keys(),
        picklists={name: options for name, options in profiles.items() if options},
    )


def fits(
    side: Side, stream: str, field: str, value: Json, limits: Limits | None, accelo: Limits = ACCELO
) -> Problem | None:
    """The first thing that keeps `value` from being written to `side`, or None.

    `limits`: of the object at Salesforce, None while it was never asked. `accelo`: of Accelo.
    """
    if side == "source" and field in NEVER:
        return Problem(field, side, "never", f"{label(stream, field)} is never written to Salesforce.")
    known = (limits or Limits()) if side == "source" else accelo
    for part, name, text in _texts(side, stream, field, value, known):
        code, words = _judged(side, field, name, text, known)
        if code:
            shown = label(stream, field, part)
            return Problem(
                field, side, code, words.format(label=shown, here=SIDES[side], there=SIDES[other(side)]), text
            )
    return None


def _texts(side: Side, stream: str, field: str, value: Json, limits: Limits) -> Iterator[tuple[str, str, str]]:
    """(part of an address or '', the side's name of the field, text). With picklists state and country go as codes."""
    prefix = PREFIXES[stream].get(field)
    if prefix is None:
        yield "", TEXTS[stream][field] if side == "source" else field, canonical_text(value)
        return
    held = value if isinstance(value, Mapping) else {}
    by_code = side == "source" and f"{prefix}CountryCode" in limits.lengths
    for part in ("street", "city", "zip") if by_code else PARTS:
        name = f"{prefix}{PARTS[part]}" if side == "source" else f"{field}.{part}"
        yield part, name, canonical_text(held.get(part))


def _judged(side: Side, field: str, name: str, text: str, limits: Limits) -> tuple[str, str]:
    """(code, words) of what is wrong; ('', '') when it fits."""
    if limits.lengths and name not in limits.lengths:
        return (
            "not_visible",
            "{here} does not show {label} to the user of the connection. Give that user the right to it.",
        )
    if name in limits.readonly:
        return "readonly", _readonly(side)
    if not text:
        return (
            ("required", "{here} cannot be without {label}. Fill it in in {there}.")
            if name in limits.required
            else NONE
        )
    longest = limits.lengths.get(name, 0)
    if longest and len(text) > longest:
        words = f"{{label}} has {len(text)} characters and {{here}} takes {longest}. Shorten it in {{there}}."
        return "too_long", words
    if side == "source" and field == "email" and not EMAIL.fullmatch(text):
        return "no_email", f"{{here}} takes “{_shown(text)}” for no e-mail address. Correct it in {{there}}."
    if name in limits.picklists and text not in limits.picklists[name]:
        words = (
            f"{{here}} offers no {{label}} “{_shown(text)}”. Add it to the list there, or choose another in {{there}}."
        )
        return "not_offered", words
    return NONE


def _readonly(side: Side) -> str:
    if side == "source":
        return "The user of the connection may not change {label} in {here}. Give that user the right to it."
    return "{label} has no place in {here}: choose a profile field for it in the sync's options."


def _shown(text: str) -> str:
    """Safe for a message that is formatted afterwards."""
    cut = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    return cut.replace("{", "{{").replace("}", "}}")
