"""Which fields a company and a contact have, and what they are called at Salesforce. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.core.records import canonical_text
from integrations.syncs.salesforce_accelo.declared import COMPANIES, CONTACTS

TEXTS: Mapping[str, Mapping[str, str]] = {
    COMPANIES: {
        "name": "Name", "phone": "Phone", "fax": "Fax", "website": "Website", "type": "Type", "industry": "Industry",
    },
    CONTACTS: {
        "first_name": "FirstName", "last_name": "LastName", "title": "Title", "phone": "Phone", "fax": "Fax",
        "mobile": "MobilePhone", "email": "Email",
    },
}  # fmt: skip
"""Stream -> field -> API name at Salesforce."""

PREFIXES: Mapping[str, Mapping[str, str]] = {
    COMPANIES: {"billing": "Billing", "shipping": "Shipping"},
    CONTACTS: {"mailing": "Mailing", "other": "Other"},
}
"""Stream -> address -> how its API names begin at Salesforce, which is also its title in Accelo."""

PARTS: Mapping[str, str] = {
    "street": "Street", "city": "City", "zip": "PostalCode", "state": "State", "country": "Country",
}  # fmt: skip
"""Part of an address -> how its API name ends at Salesforce."""

TITLES: Mapping[str, str] = {field: title for of in PREFIXES.values() for field, title in of.items()}


def split_street(street: str) -> tuple[str, str]:
    """The two lines that Accelo has for a street; what is below the second line joins it after a comma."""
    lines = [line.strip() for line in canonical_text(street).split("\n") if line.strip()]
    return (lines[0], ", ".join(lines[1:])) if lines else ("", "")
