"""The same company and the same contact on both sides, field by field, for tests that change one field at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.syncs.salesforce_accelo.outgoing import NEVER
from integrations.syncs.salesforce_accelo.shape import PREFIXES, TEXTS, TITLES
from tests.syncs.salesforce_accelo.accounts import Accounts

Values = Mapping[str, Any]
STREET = {"street": "1 Pitt St", "city": "Sydney", "zip": "2000", "state": "New South Wales", "country": "Australia"}
MOVED = {"street": "9 Bay St", "city": "Broome", "zip": "6725", "state": "Western Australia", "country": "Australia"}
ENDS = {"street": "Street", "city": "City", "zip": "PostalCode", "state": "State", "country": "Country"}
PLACE = {"title": "position", "phone": "phone", "fax": "fax", "mobile": "mobile", "email": "email"}
COMPANY: Values = {
    "name": "Harbour {}", "phone": "+61 2 5550 11{}", "fax": "+61 2 5550 22{}", "website": "www.harbour{}.example",
    "billing": STREET, "shipping": {**STREET, "street": "2 Kent St"},
}  # fmt: skip
CONTACT: Values = {
    "first_name": "Ava", "last_name": "Wilson {}", "title": "CFO", "phone": "+61 2 5551 11{}",
    "fax": "+61 2 5551 22{}", "mobile": "0400 33{}", "email": "ava{}@harbour.example", "mailing": STREET,
    "other": {**STREET, "street": "3 George St"},
}  # fmt: skip
NEW: Values = {
    "name": "Northwind", "phone": "0299", "fax": "0298", "website": "northwind.example", "first_name": "Ben",
    "last_name": "Carter", "title": "CEO", "mobile": "0411", "email": "ben@northwind.example", "billing": MOVED,
    "shipping": MOVED, "mailing": MOVED, "other": MOVED,
}  # fmt: skip


def numbered(values: Values, number: int) -> dict[str, Any]:
    """Every record has values of its own, so that no two are alike."""
    return {key: value.format(number) if isinstance(value, str) else value for key, value in values.items()}


def in_salesforce(stream: str, values: Values) -> dict[str, Any]:
    """As Salesforce's row; '' and {} as null."""
    row: dict[str, Any] = {}
    for key, value in values.items():
        if key in TITLES:
            row |= {f"{PREFIXES[stream][key]}{end}": (value or {}).get(part) or None for part, end in ENDS.items()}
        else:
            row[TEXTS[stream][key]] = value or None
    return row


class Both:
    """What both sides hold of linked records, in this sync's words."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def account(self, values: Values) -> str:
        return str(self.accounts.salesforce.act("put", object="Account", rows=[in_salesforce("companies", values)])[0])

    def person(self, values: Values, account: str) -> str:
        row = {**in_salesforce("contacts", values), "AccountId": account}
        return str(self.accounts.salesforce.act("put", object="Contact", rows=[row])[0])

    def edit_salesforce(self, stream: str, id: str, **values: Any) -> None:
        self.accounts.edit("Account" if stream == "companies" else "Contact", id, **in_salesforce(stream, values))

    def edit_accelo(self, stream: str, id: str, **values: Any) -> None:
        """As a person would, each part where Accelo keeps it."""
        for key, value in values.items():
            if key in TITLES:
                self._edit_address(stream, id, key, value)
            elif stream == "companies":
                self.accounts.put("companies", id, **{key: value})
            elif key in PLACE:
                self.accounts.put("affiliations", self.place_of(id)["id"], **{PLACE[key]: value})
            else:
                self.accounts.put("contacts", id, **{"firstname" if key == "first_name" else "surname": value})

    def _edit_address(self, stream: str, id: str, key: str, value: Values) -> None:
        row = self.address_row(stream, id, TITLES[key])
        street = (value or {}).get("street", "")
        parts = {
            "title": TITLES[key], "street1": street, "street2": "", "city": (value or {}).get("city", ""),
            "zipcode": (value or {}).get("zip", ""), "state": (value or {}).get("state", ""),
            "country": (value or {}).get("country", ""), "against_id": id,
            "against_type": "company" if stream == "companies" else "contact",
        }  # fmt: skip
        known = {"id": row["id"]} if row else {}
        self.accounts.accelo.act("put", table="addresses", rows=[{**known, **parts}])

    def place_of(self, contact: str) -> dict[str, Any]:
        return next(row for row in self.accounts.table("affiliations").values() if row["contact"] == contact)

    def address_row(self, stream: str, id: str, title: str) -> dict[str, Any] | None:
        kind = "company" if stream == "companies" else "contact"
        rows = self.accounts.table("addresses").values()
        mine = (row for row in rows if (row["against_type"], row["against_id"], row["title"]) == (kind, id, title))
        return next(mine, None)

    def target_of(self, stream: str, source: str) -> str:
        from integrations.models import Link

        return str(Link.objects.get(sync=self.accounts.sync, stream=stream, source_id=source).target_id)

    def salesforce(self, stream: str, id: str) -> dict[str, Any]:
        row = self.accounts.org("Account" if stream == "companies" else "Contact")[id]
        held: dict[str, Any] = {key: row.get(api) or "" for key, api in TEXTS[stream].items() if key not in NEVER}
        for key, prefix in PREFIXES[stream].items():
            held[key] = {part: row.get(f"{prefix}{end}") for part, end in ENDS.items() if row.get(f"{prefix}{end}")}
        return held

    def accelo(self, stream: str, id: str) -> dict[str, Any]:
        if stream == "companies":
            row = self.accounts.table("companies")[id]
            held: dict[str, Any] = {key: row.get(key) or "" for key in ("name", "phone", "fax", "website")}
        else:
            row, place = self.accounts.table("contacts")[id], self.place_of(id)
            held = {"first_name": row["firstname"], "last_name": row["surname"]}
            held |= {key: place.get(name) or "" for key, name in PLACE.items()}
        return held | {key: self._address(stream, id, title) for key, title in PREFIXES[stream].items()}

    def _address(self, stream: str, id: str, title: str) -> dict[str, str]:
        row = self.address_row(stream, id, title) or {}
        streets = [row[name] for name in ("street1", "street2") if row.get(name)]
        parts = {
            "street": "\n".join(streets), "city": row.get("city"), "zip": row.get("zipcode"),
            "state": self._place_name("states", row.get("state_id")),
            "country": self._place_name("countries", row.get("country_id")),
        }  # fmt: skip
        return {part: text for part, text in parts.items() if text}

    def _place_name(self, table: str, id: str | None) -> str:
        return str(self.accounts.table(table)[id]["title"]) if id else ""
