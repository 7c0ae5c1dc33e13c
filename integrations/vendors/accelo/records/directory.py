"""Companies, contacts (people), affiliations (a person at a company) and addresses, read leniently.

Phone, fax, mobile, e-mail and position of a person stand on the affiliation. Times are unix seconds, 0 when Accelo
sent none; ids are '' when there is none; text is as Accelo keeps it, '' for null.
Source: Accelo API docs, _companies, _contacts, _affiliations, _addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.vendors.accelo.records.values import Wire, wire_flag, wire_id, wire_ref, wire_text, wire_time

COMPANY_FIELDS = (
    "id,name,website,phone,fax,comments,standing,status,custom_id,date_modified,default_affiliation,postal_address"
)
CONTACT_FIELDS = (
    "id,firstname,middlename,surname,title,comments,standing,date_modified,default_affiliation,email,mobile"
)
AFFILIATION_FIELDS = (
    "id,company,contact,phone,fax,mobile,email,position,standing,date_modified,postal_address,physical_address"
)
ADDRESS_FIELDS = (
    "id,title,street1,street2,city,zipcode,state(title,abbreviation),country(title,suffix),postal,physical,"
    "against_type,against_id"
)
"""What is asked for with `_fields`, so that the whole record comes back."""


@dataclass(frozen=True, slots=True)
class Company:
    """`standing`: the fixed word behind the status (active, inactive, potential, ...), lower case."""

    id: str
    name: str
    website: str
    phone: str
    fax: str
    comments: str
    standing: str
    status_id: str
    custom_id: str
    modified: int
    default_affiliation: str
    postal_address: str

    @classmethod
    def from_wire(cls, row: Wire) -> Company:
        """Raises ProtocolError when the id is missing."""
        return cls(
            id=wire_id(row),
            name=wire_text(row.get("name")),
            website=wire_text(row.get("website")),
            phone=wire_text(row.get("phone")),
            fax=wire_text(row.get("fax")),
            comments=wire_text(row.get("comments")),
            standing=_standing(row),
            status_id=wire_ref(row.get("status")),
            custom_id=wire_text(row.get("custom_id")),
            modified=_seconds(row),
            default_affiliation=wire_ref(row.get("default_affiliation")),
            postal_address=wire_ref(row.get("postal_address")),
        )


@dataclass(frozen=True, slots=True)
class Contact:
    """A person. `email` and `mobile` are leftovers that Accelo calls deprecated: read them from the affiliation.
    `title` is the form of address (Ms, Dr)."""

    id: str
    firstname: str
    middlename: str
    surname: str
    title: str
    comments: str
    standing: str
    modified: int
    default_affiliation: str
    email: str
    mobile: str

    @classmethod
    def from_wire(cls, row: Wire) -> Contact:
        """Raises ProtocolError when the id is missing."""
        return cls(
            id=wire_id(row),
            firstname=wire_text(row.get("firstname")),
            middlename=wire_text(row.get("middlename")),
            surname=wire_text(row.get("surname")),
            title=wire_text(row.get("title")),
            comments=wire_text(row.get("comments")),
            standing=_standing(row),
            modified=_seconds(row),
            default_affiliation=wire_ref(row.get("default_affiliation")),
            email=wire_text(row.get("email")),
            mobile=wire_text(row.get("mobile")),
        )


@dataclass(frozen=True, slots=True)
class Affiliation:
    """One person at one company. `company` and `contact`: their ids; neither can change."""

    id: str
    company: str
    contact: str
    phone: str
    fax: str
    mobile: str
    email: str
    position: str
    standing: str
    modified: int
    postal_address: str
    physical_address: str

    @classmethod
    def from_wire(cls, row: Wire) -> Affiliation:
        """Raises ProtocolError when the id is missing."""
        return cls(
            id=wire_id(row),
            company=wire_ref(row.get("company")),
            contact=wire_ref(row.get("contact")),
            phone=wire_text(row.get("phone")),
            fax=wire_text(row.get("fax")),
            mobile=wire_text(row.get("mobile")),
            email=wire_text(row.get("email")),
            position=wire_text(row.get("position")),
            standing=_standing(row),
            modified=_seconds(row),
            postal_address=wire_ref(row.get("postal_address")),
            physical_address=wire_ref(row.get("physical_address")),
        )


@dataclass(frozen=True, slots=True)
class Address:
    """`state`, `country`: their titles; `state_abbreviation` NSW; `country_code` two letters. `against_type` is
    company or contact; it and `against_id` are '' where Accelo does not tell whose address it is."""

    id: str
    title: str
    street1: str
    street2: str
    city: str
    zipcode: str
    state: str
    state_abbreviation: str
    country: str
    country_code: str
    postal: bool
    physical: bool
    against_type: str
    against_id: str

    @classmethod
    def from_wire(cls, row: Wire) -> Address:
        """Raises ProtocolError when the id is missing. A state or country that was not expanded has no title."""
        state, country = _inner(row.get("state")), _inner(row.get("country"))
        return cls(
            id=wire_id(row),
            title=wire_text(row.get("title")),
            street1=wire_text(row.get("street1")),
            street2=wire_text(row.get("street2")),
            city=wire_text(row.get("city")),
            zipcode=wire_text(row.get("zipcode")),
            state=wire_text(state.get("title")),
            state_abbreviation=wire_text(state.get("abbreviation")),
            country=wire_text(country.get("title")),
            country_code=wire_text(country.get("suffix")),
            postal=wire_flag(row.get("postal")),
            physical=wire_flag(row.get("physical")),
            against_type=wire_text(row.get("against_type")),
            against_id=wire_ref(row.get("against_id")),
        )


def _standing(row: Wire) -> str:
    return wire_text(row.get("standing")).lower()


def _seconds(row: Wire) -> int:
    return wire_time(row.get("date_modified")) or 0


def _inner(value: Any) -> Wire:
    return value if isinstance(value, Mapping) else {}
