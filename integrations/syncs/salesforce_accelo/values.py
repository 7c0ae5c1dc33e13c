"""What one side holds of a company or contact, as the values that are compared: from the vendors' rows. Pure.

A value is text ('' = none); an address is a mapping of `PARTS`, all text, {} = none. `company` of a contact is the id
of its account or company on that side. A field that the side does not show to the connection's user is left out: not
visible is not blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, Protocol

import orjson

from integrations.core.records import Json, canonical_text
from integrations.syncs.salesforce_accelo.declared import COMPANIES, CONTACTS
from integrations.syncs.salesforce_accelo.shape import PARTS, PREFIXES, TEXTS, TITLES
from integrations.vendors.accelo.records import Address, Affiliation, Company, Contact
from integrations.vendors.salesforce.ids import to18

Values = dict[str, Json]


ADDRESS_NAMES: Mapping[str, Mapping[str, str]] = {
    prefix: {part: f"{prefix}{end}" for part, end in PARTS.items()}
    for of in PREFIXES.values()
    for prefix in of.values()
}
"""How an address begins at Salesforce -> part -> API name."""


class Described(Protocol):
    def has(self, name: str) -> bool: ...


def salesforce_fields(stream: str, describe: Described) -> tuple[str, ...]:
    """API names to query of the stream's object: those of them that the user of the connection sees."""
    wanted = ["Id", *TEXTS[stream].values()]
    for prefix in PREFIXES[stream].values():
        wanted += [f"{prefix}{part}" for part in (*PARTS.values(), "StateCode", "CountryCode")]
    wanted += ["AccountId"] if stream == CONTACTS else []
    return tuple(name for name in (*wanted, "IsPersonAccount") if describe.has(name))


def company_from_salesforce(row: Mapping[str, Any]) -> Values:
    """`row`: an Account as Salesforce's REST JSON; null is none."""
    return _from_salesforce(COMPANIES, row)


def contact_from_salesforce(row: Mapping[str, Any]) -> Values:
    values = _from_salesforce(CONTACTS, row)
    if "AccountId" in row:
        values["company"] = to18(row["AccountId"]) if row["AccountId"] else ""
    return values


def company_from_accelo(company: Company, addresses: Iterable[Address], profiles: Mapping[str, str]) -> Values:
    """`profiles`: the values of the profile fields that type and industry go to, by our field; those that go nowhere
    are left out."""
    values: Values = {
        "name": canonical_text(company.name),
        "phone": canonical_text(company.phone),
        "fax": canonical_text(company.fax),
        "website": canonical_text(company.website),
    }
    values.update({field: canonical_text(text) for field, text in profiles.items()})
    return values | _addresses(COMPANIES, addresses)


def contact_from_accelo(
    contact: Contact, affiliation: Affiliation | None, addresses: Iterable[Address], filler: str = ""
) -> Values:
    """`affiliation`: the contact's place; None: it has none that is meant, and then what stands there is not known,
    which is not blank.

    `filler`: the text that stands for a missing first name, which Accelo asks for.
    """
    first = canonical_text(contact.firstname)
    values: Values = {
        "first_name": "" if first == filler.strip() else first,
        "last_name": canonical_text(contact.surname),
        "company": affiliation.company if affiliation else "",
    }
    if affiliation:
        values |= {
            "title": canonical_text(affiliation.position),
            "phone": canonical_text(affiliation.phone),
            "fax": canonical_text(affiliation.fax),
            "mobile": canonical_text(affiliation.mobile),
            "email": canonical_text(affiliation.email),
        }
    return values | _addresses(CONTACTS, addresses)


def address_ids(addresses: Iterable[Address]) -> dict[str, str]:
    """Which Accelo address holds which of our fields: field -> id. Of several with one title the oldest."""
    return {field: address.id for field, address in _titled(addresses).items()}


def digest(source: Mapping[str, Json] | None, target: Mapping[str, Json] | None, extra: Iterable[str] = ()) -> str:
    """Of the values of both sides as they are; None: there is no record on that side. `extra`: whatever else decides
    what is done with the pair."""
    both = [None if values is None else _told(values) for values in (source, target)]
    return blake2b(orjson.dumps([*both, list(extra)], option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def describe_values(stream: str, values: Mapping[str, Json]) -> str:
    """For people: `Harbour Trust Ltd, www.harbour.example, Sydney`; `Jane Doe, jane@harbour.example, +61 2 9999`."""
    if stream == COMPANIES:
        name, more = values.get("name"), [values.get("website"), values.get("phone")]
    else:
        name = " ".join(filter(None, [values.get("first_name"), values.get("last_name")]))
        more = [values.get("email"), values.get("phone") or values.get("mobile")]
    cities = [(values.get(field) or {}).get("city") for field in PREFIXES[stream]]
    place = next((city for city in cities if city), "")
    return ", ".join(str(one) for one in (name or "(no name)", *more, place) if one)


def _from_salesforce(stream: str, row: Mapping[str, Any]) -> Values:
    values: Values = {field: _text(row[api]) for field, api in TEXTS[stream].items() if api in row}
    for field, prefix in PREFIXES[stream].items():
        if all(name in row for name in ADDRESS_NAMES[prefix].values()):
            values[field] = _salesforce_address(row, prefix)
    return values


def _salesforce_address(row: Mapping[str, Any], prefix: str) -> dict[str, str]:
    address = {part: _text(row[name]) for part, name in ADDRESS_NAMES[prefix].items() if row[name]}
    if any(address.values()):
        address = dict.fromkeys(PARTS, "") | address
        address["state"] = address["state"] or _text(row.get(f"{prefix}StateCode"))
        address["country"] = address["country"] or _text(row.get(f"{prefix}CountryCode"))
        return address
    return {}


def _addresses(stream: str, addresses: Iterable[Address]) -> Values:
    titled = _titled(addresses)
    return {field: _accelo_address(titled[field]) if field in titled else {} for field in PREFIXES[stream]}


def _titled(addresses: Iterable[Address]) -> dict[str, Address]:
    found: dict[str, Address] = {}
    if not addresses:
        return found
    for address in sorted(addresses, key=lambda one: (len(one.id), one.id), reverse=True):
        field = address.title.strip().casefold()
        if field in TITLES:
            found[field] = address
    return found


def _accelo_address(address: Address) -> dict[str, str]:
    lines = (canonical_text(address.street1), canonical_text(address.street2))
    parts = {
        "street": "\n".join(line for line in lines if line),
        "city": canonical_text(address.city),
        "zip": canonical_text(address.zipcode),
        "state": canonical_text(address.state or address.state_abbreviation),
        "country": canonical_text(address.country or address.country_code),
    }
    return parts if any(parts.values()) else {}


def _text(value: Any) -> str:
    return canonical_text(value) if type(value) is str else "" if value is None else canonical_text(str(value))


def _told(values: Mapping[str, Json]) -> dict[str, Json]:
    """In canonical text; of an address only the parts that are there."""
    told: dict[str, Json] = {}
    for field, value in values.items():
        if type(value) is str:
            told[field] = canonical_text(value)
        elif type(value) is dict or isinstance(value, Mapping):
            parts = {part: _text(one) for part, one in value.items() if one}
            if parts:
                told[field] = parts
        else:
            told[field] = _text(value)
    return told
