"""What both sides hold: companies, and two people to each. Pure; every value is the same on both sides."""

from __future__ import annotations

from typing import Any

PEOPLE = 2
"""Contacts of a company."""
Row = dict[str, Any]


def account(number: int) -> Row:
    """One company as Salesforce has it."""
    return {
        "Name": f"Harbour Company {number:06}",
        "Website": f"www.company{number:06}.example",
        "Phone": f"+61 2 7{number:07}",
    }


def company(number: int, second: int) -> Row:
    """The same as Accelo has it, changed last at `second`."""
    held = account(number)
    return {"name": held["Name"], "website": held["Website"], "phone": held["Phone"], "date_modified": second}


def address(number: int) -> Row:
    """Its address as Accelo has it; company ids begin at 1."""
    return {
        "title": "Billing", "street1": f"{number % 300 + 1} Long Road", "city": "Sydney", "zipcode": "2000",
        "against_type": "company", "against_id": str(number + 1),
    }  # fmt: skip


def billing(number: int) -> Row:
    """The same as Salesforce has it."""
    held = address(number)
    return {"BillingStreet": held["street1"], "BillingCity": held["city"], "BillingPostalCode": held["zipcode"]}


def person(number: int) -> Row:
    """One contact as Salesforce has it, without its account."""
    return {
        "FirstName": f"Person{number % 500:03}",
        "LastName": f"Number{number:06}",
        "Email": f"person{number:06}@company{number // PEOPLE:06}.example",
        "Phone": f"+61 2 8{number:07}",
    }


def contact(number: int, second: int) -> Row:
    """The same as Accelo has it; its place has the same id as the contact."""
    held, id = person(number), str(number + 1)
    return {
        "firstname": held["FirstName"], "surname": held["LastName"], "default_affiliation": id, "date_modified": second,
    }  # fmt: skip


def place(number: int, second: int) -> Row:
    """Where the contact works, with what stands there."""
    held = person(number)
    return {
        "contact": str(number + 1), "company": str(number // PEOPLE + 1), "email": held["Email"],
        "phone": held["Phone"], "date_modified": second,
    }  # fmt: skip
