"""The four lists of the directory: where each is read, what is asked for, how a row becomes a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from integrations.vendors.accelo.records import (
    ADDRESS_FIELDS,
    AFFILIATION_FIELDS,
    COMPANY_FIELDS,
    CONTACT_FIELDS,
    Address,
    Affiliation,
    Company,
    Contact,
)
from integrations.vendors.accelo.transport import Row


class Identified(Protocol):
    @property
    def id(self) -> str: ...


class Dated(Identified, Protocol):
    @property
    def modified(self) -> int: ...


R = TypeVar("R", bound=Identified)
D = TypeVar("D", bound=Dated)


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """`orders_by_id`: the list takes order_by_asc(id); else its default order, which is by id, is relied on."""

    path: str
    fields: str
    parse: Callable[[Row], R]
    orders_by_id: bool = True


COMPANIES = Kind("companies", COMPANY_FIELDS, Company.from_wire)
CONTACTS = Kind("contacts", CONTACT_FIELDS, Contact.from_wire)
AFFILIATIONS = Kind("affiliations", AFFILIATION_FIELDS, Affiliation.from_wire, orders_by_id=False)
ADDRESSES = Kind("addresses", ADDRESS_FIELDS, Address.from_wire)
