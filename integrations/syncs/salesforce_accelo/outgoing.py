"""What is sent to write values: API fields for Salesforce, fields of each object concerned for Accelo. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from integrations.core.records import Json, canonical_text
from integrations.syncs.salesforce_accelo.declared import COMPANIES, CONTACTS
from integrations.syncs.salesforce_accelo.places import (
    Offered,
    country_code,
    country_name,
    for_salesforce,
    state_code,
    state_name,
)
from integrations.syncs.salesforce_accelo.problems import Problem
from integrations.syncs.salesforce_accelo.shape import PREFIXES, TEXTS, split_street

NEVER = frozenset({"type", "industry"})
"""Fields of a company that are never written to Salesforce."""

ACCELO: Mapping[str, Mapping[str, tuple[str, str]]] = {
    COMPANIES: {
        "name": ("company", "name"),
        "phone": ("company", "phone"),
        "fax": ("company", "fax"),
        "website": ("company", "website"),
        "type": ("profiles", "type"),
        "industry": ("profiles", "industry"),
    },
    CONTACTS: {
        "first_name": ("contact", "firstname"),
        "last_name": ("contact", "surname"),
        "title": ("affiliation", "position"),
        "phone": ("affiliation", "phone"),
        "fax": ("affiliation", "fax"),
        "mobile": ("affiliation", "mobile"),
        "email": ("affiliation", "email"),
    },
}
"""Stream -> field -> which Accelo object holds it, under which name."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Fields to send to Accelo, by object; '' clears. `addresses`: our field -> all fields of that address but its
    title. `profiles`: our field (type, industry) -> the value of the profile field it goes to."""

    company: dict[str, str] = field(default_factory=dict)
    contact: dict[str, str] = field(default_factory=dict)
    affiliation: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, dict[str, str]] = field(default_factory=dict)
    profiles: dict[str, str] = field(default_factory=dict)


def by_object(stream: str, keys: Iterable[str]) -> dict[str, list[str]]:
    """Which of these fields each Accelo object holds: company, contact, affiliation, profiles, addresses."""
    found: dict[str, list[str]] = {}
    for key in keys:
        if key in PREFIXES[stream]:
            found.setdefault("addresses", []).append(key)
        elif key != "company":
            found.setdefault(ACCELO[stream][key][0], []).append(key)
    return found


def to_accelo(stream: str, changes: Mapping[str, Json], filler: str = "") -> Calls:
    """`changes`: field -> value. `filler` is sent for a blank first name. A blank address blanks all its parts.

    `company` of a contact is none of these: an Accelo contact cannot be moved, it gets a further affiliation.
    """
    calls = Calls()
    for name, value in changes.items():
        if name in PREFIXES[stream]:
            calls.addresses[name] = accelo_address(value or {})
        elif name != "company":
            holder, key = ACCELO[stream][name]
            text = canonical_text(value)
            getattr(calls, holder)[key] = text or (filler if name == "first_name" else "")
    return calls


def accelo_address(address: Mapping[str, str]) -> dict[str, str]:
    """Countries and states go by their English names, where they are known: Accelo takes names, not every spelling."""
    street1, street2 = split_street(address.get("street", ""))
    country, state = canonical_text(address.get("country")), canonical_text(address.get("state"))
    code = country_code(country)
    within = state_code(code, state) if code else None
    return {
        "street1": street1,
        "street2": street2,
        "city": canonical_text(address.get("city")),
        "zipcode": canonical_text(address.get("zip")),
        "state": state_name(code, within) if code and within else state,
        "country": country_name(code) if code else country,
    }


def to_salesforce(
    stream: str,
    changes: Mapping[str, Json],
    offered: Offered | None = None,
    held: Mapping[str, Json] | None = None,
) -> tuple[dict[str, str | None], tuple[Problem, ...]]:
    """API fields, None for blank, and the parts of addresses that could not be carried over.

    `offered`: what the state and country picklists take. `held`: Salesforce's own values now, for an update. Raises
    ValueError for a field that is never written to Salesforce.
    """
    if never := NEVER & changes.keys():
        raise ValueError(f"Never written to Salesforce: {', '.join(sorted(never))}")
    fields: dict[str, str | None] = {}
    problems: tuple[Problem, ...] = ()
    for name, value in changes.items():
        if name in PREFIXES[stream]:
            parts, found = _salesforce_address(name, value or {}, offered or Offered(), (held or {}).get(name) or {})
            fields |= {PREFIXES[stream][name] + end: part for end, part in parts.items()}
            problems += found
        else:
            fields["AccountId" if name == "company" else TEXTS[stream][name]] = canonical_text(value) or None
    return fields, problems


def _salesforce_address(
    field: str, address: Mapping[str, str], offered: Offered, held: Mapping[str, str]
) -> tuple[dict[str, str | None], tuple[Problem, ...]]:
    def part(name: str) -> str:
        return canonical_text(address.get(name))

    place, problems = for_salesforce(field, part("state"), part("country"), offered, held)
    return {
        "Street": part("street") or None,
        "City": part("city") or None,
        "PostalCode": part("zip") or None,
        **place,
    }, problems
