"""Rows as the two vendors send them, with what a test wants to say of them."""

from __future__ import annotations

from typing import Any

from integrations.vendors.accelo.records import Address, Affiliation, Company, Contact
from integrations.vendors.salesforce.describe import Describe, Field

PARTS = ("Street", "City", "State", "PostalCode", "Country")


def account(**given: Any) -> dict[str, Any]:
    """An Account row: all fields are there, null unless given."""
    names = ["Name", "Phone", "Fax", "Website", "Type", "Industry"]
    return _row("001Ab000001cdEFIAY", names, ("Billing", "Shipping"), given)


def person(**given: Any) -> dict[str, Any]:
    """A Contact row."""
    names = ["FirstName", "LastName", "Title", "Phone", "Fax", "MobilePhone", "Email", "AccountId"]
    return _row("003Ab000001cdEFIAY", names, ("Mailing", "Other"), given)


def _row(id: str, names: list[str], prefixes: tuple[str, str], given: dict[str, Any]) -> dict[str, Any]:
    names = names + [f"{prefix}{part}" for prefix in prefixes for part in PARTS]
    return {"Id": id, **dict.fromkeys(names), **given}


def company(**given: Any) -> Company:
    return Company.from_wire({"id": "12", **given})


def contact(**given: Any) -> Contact:
    return Contact.from_wire({"id": "34", **given})


def affiliation(**given: Any) -> Affiliation:
    return Affiliation.from_wire({"id": "56", "company": "12", "contact": "34", **given})


def address(id: str = "1", title: str = "Billing", **given: Any) -> Address:
    """`state`, `country`: titles."""
    places: dict[str, Any] = {
        name: {"id": "1", "title": given.pop(name)} for name in ("state", "country") if name in given
    }
    return Address.from_wire({"id": id, "title": title, **places, **given})


def described(*fields: Field, object: str = "Account") -> Describe:
    return Describe(object, object, True, True, {field.name: field for field in fields})


def field(name: str, **given: Any) -> Field:
    return Field(name, **{"createable": True, "updateable": True, **given})
