"""More companies for the demo, with people and addresses; some under names that vary from how sales writes them."""

from __future__ import annotations

import random

from integrations.vendors.accelo.sandbox.store import Row, Store

FIRST = (
    "Amber", "Arctic", "Beacon", "Cedar", "Cobalt", "Copper", "Coral", "Crescent", "Ember", "Falcon", "Granite",
    "Granville", "Hazel", "Indigo", "Juniper", "Keystone", "Lantern", "Magnolia", "Maple", "Meridian", "Mosaic",
    "Oakridge", "Pacific", "Quarry", "Saffron",
)  # fmt: skip
SECOND = (
    "Analytics", "Bakery", "Builders", "Clinics", "Dental", "Engineering", "Foods", "Hotels", "Insurance", "Logistics",
    "Media", "Partners",
)  # fmt: skip
LEGAL = ("Pty Ltd", "Ltd", "Inc.", "GmbH", "Limited")
CLIENT_VARIANTS = ("Harbour Trust Ltd", "Northwind Energy Pty Ltd", "Kestrel Legal LLP")
"""Beside the clients of these names, as companies of their own: which is meant is for a person to say."""
GIVEN = (
    "Anna", "Bruno", "Carla", "David", "Elena", "Farid", "Gita", "Hugo", "Ines", "Jonas", "Karin", "Leo", "Marta",
    "Nils", "Oscar", "Paula", "Renée", "Søren", "Tomás", "Yuki",
)  # fmt: skip
FAMILY = (
    "Adams", "Baker", "Costa", "Dubois", "Evans", "Fischer", "García", "Hughes", "Ito", "Jensen", "Khan", "Lopez",
    "Müller", "Nguyen", "O’Brien", "Patel",
)  # fmt: skip
POSITIONS = ("Chief Executive", "Finance Manager", "Office Manager", "Head of Marketing", "Buyer", "")
PLACES = (
    ("Sydney", "2000", "1", "1"), ("Melbourne", "3000", "2", "1"), ("Brisbane", "4000", "3", "1"),
    ("San Francisco", "94107", "13", "2"), ("London", "EC2A 4NE", None, "3"), ("Berlin", "10115", None, "6"),
)  # fmt: skip
"""City, post code, state id, country id."""
COMPANY_TITLES = ("Billing", "Shipping", "Head office")
CONTACT_TITLES = ("Mailing", "Other", "Home")
SPREAD = 300
"""Days over which the rows were last changed."""


def fill_directory(store: Store, chance: random.Random) -> None:
    """300 companies and three variants of clients, about 450 people, 500 addresses. The ids follow those in place."""
    names = [f"{first} {second}" for first in FIRST for second in SECOND]
    for number, name in enumerate((*names, *CLIENT_VARIANTS)):
        legal = f" {chance.choice(LEGAL)}" if number % 5 == 0 and number < len(names) else ""
        company = _company(store, chance, f"{name}{legal}", _host(name))
        for place in range(number % 3 if number % 7 else 3):
            _person(store, chance, company, number + place)
        for title in COMPANY_TITLES[: 1 + number % 3]:
            _address(store, chance, title, "company", company["id"])


def _company(store: Store, chance: random.Random, name: str, host: str) -> Row:
    inactive = chance.random() < 0.05
    row: Row = {
        "name": name,
        "website": f"https://www.{host}.example" if chance.random() < 0.8 else "",
        "phone": f"+61 2 5550 {chance.randrange(1000, 9999)}",
        "fax": f"+61 2 5551 {chance.randrange(1000, 9999)}" if chance.random() < 0.3 else None,
        "standing": "inactive" if inactive else "active",
        "status": "4" if inactive else "3",
    }
    return store.insert("companies", {**row, **_dates(store, chance)})


def _person(store: Store, chance: random.Random, company: Row, number: int) -> None:
    """Every twentieth shares the department's mailbox; every thirtieth works for the first client as well."""
    first, last = GIVEN[number % len(GIVEN)], FAMILY[(number * 7 + number // 20) % len(FAMILY)]
    host = _host(company["name"])
    email = f"office@{host}.example" if number % 20 == 0 else f"{_host(first)}.{_host(last)}@{host}.example"
    contact = store.insert("contacts", {"firstname": first, "surname": last, **_dates(store, chance)})
    tie = {
        "contact": contact["id"],
        "email": email,
        "position": chance.choice(POSITIONS),
        "phone": company["phone"],
        "mobile": f"+61 4{chance.randrange(10, 99)} 555 {chance.randrange(100, 999)}" if number % 2 else "",
        "portal_access": False,
        "communication": number % 4 == 0,
    }
    made = store.insert("affiliations", {**tie, "company": company["id"], **_dates(store, chance)})
    contact["default_affiliation"] = made["id"]
    company.setdefault("default_affiliation", made["id"])
    if number % 30 == 0:
        store.insert("affiliations", {**tie, "company": "1", "position": "Adviser", **_dates(store, chance)})
    if number % 3 == 0:
        _address(store, chance, chance.choice(CONTACT_TITLES), "contact", contact["id"])


def _address(store: Store, chance: random.Random, title: str, against_type: str, against_id: str) -> None:
    city, code, state, country = chance.choice(PLACES)
    place: Row = {"city": city, "zipcode": code, "state_id": state, "country_id": country}
    street = f"{chance.randrange(1, 400)} {chance.choice(FIRST)} Street"
    ties = {"against_type": against_type, "against_id": against_id}
    made = store.insert("addresses", {"title": title, "street1": street, **place, **ties})
    if against_type == "company":
        store.tables["companies"][against_id].setdefault("postal_address", made["id"])


def _dates(store: Store, chance: random.Random) -> Row:
    created = store.now() - 86_400 * SPREAD - chance.randrange(86_400 * 365)
    return {"date_created": created, "date_modified": store.now() - chance.randrange(3_600, 86_400 * SPREAD)}


def _host(name: str) -> str:
    return "".join(char for char in name.lower() if char.isascii() and char.isalpha())
