"""Many rows at once, past the API: for tests and benches with 100,000 records."""

from __future__ import annotations

from typing import Any

from integrations.vendors.salesforce.sandbox.derive import derive
from integrations.vendors.salesforce.sandbox.moments import parse_moment
from integrations.vendors.salesforce.sandbox.store import Row, Store

TIED = 200
"""Rows of `generate` that share one stamp, as a bulk load leaves them."""


def bulk(store: Store, data: dict[str, Any]) -> list[str]:
    """{"object", "rows", "stamp", "by"}: new rows, unchecked, with one stamp (seconds or text; now). Ids in order.

    Rows have fields by their exact names; dates and times as the store keeps them.
    """
    object, stamp = data["object"], data.get("stamp")
    second = store.now() if stamp is None else stamp if isinstance(stamp, int) else parse_moment(stamp)
    by = data.get("by") or store.tables["User"].alive.ids[0]
    rows = [new_row(store, object, values, second, by) for values in data["rows"]]
    store.tables[object].load(rows)
    return [row["Id"] for row in rows]


def generate(store: Store, data: dict[str, Any]) -> dict[str, int]:
    """{"accounts", "contacts", "before"}: that many plain rows, always the same, contacts spread over the accounts.

    Each 200 rows share a stamp, a second after the 200 before; the last stamp is `before` seconds (60) ago.
    """
    accounts, contacts = int(data.get("accounts", 0)), int(data.get("contacts", 0))
    last = store.now() - int(data.get("before", 60))
    first = len(store.tables["Account"].rows)
    by = store.tables["User"].alive.ids[0]
    steps = max(accounts, contacts) // TIED + 1
    rows = [new_row(store, "Account", _account(first + n), last - steps + n // TIED, by) for n in range(accounts)]
    store.tables["Account"].load(rows)
    parents = store.tables["Account"].alive.ids
    people = []
    for number in range(contacts):
        values = _contact(number, parents[number % len(parents)] if parents else None)
        people.append(new_row(store, "Contact", values, last - steps + number // TIED, by))
    store.tables["Contact"].load(people)
    return {"accounts": accounts, "contacts": contacts}


def new_row(store: Store, object: str, values: dict[str, Any], second: int, by: str) -> Row:
    """Not yet in its table; stamped with `second`, owned by `by` unless the values say otherwise."""
    row: Row = {
        "Id": store.new_id(object),
        "IsDeleted": False,
        "OwnerId": by,
        "CreatedDate": second,
        "CreatedById": by,
        "LastModifiedDate": second,
        "LastModifiedById": by,
        "SystemModstamp": second,
    }
    row.update((name, value) for name, value in values.items() if value is not None and value != "")
    derive(store, object, row, set(values))
    return row


def _account(number: int) -> dict[str, Any]:
    return {
        "Name": f"Company {number:06d}",
        "Website": f"www.company{number:06d}.example",
        "Phone": f"+61 2 7{number % 10_000_000:07d}",
        "Industry": "Manufacturing" if number % 3 else "Retail",
        "BillingStreet": f"{number % 300 + 1} Long Road",
        "BillingCity": "Sydney",
        "BillingPostalCode": "2000",
        "BillingCountry": "Australia",
    }


def _contact(number: int, account_id: str | None) -> dict[str, Any]:
    return {
        "FirstName": f"Person{number % 500:03d}",
        "LastName": f"Number{number:06d}",
        "Email": f"person{number:06d}@company.example",
        "Phone": f"+61 2 8{number % 10_000_000:07d}",
        "AccountId": account_id,
        "MailingCity": "Sydney",
        "MailingCountry": "Australia",
    }
