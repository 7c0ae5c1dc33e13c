"""Values that are written differently and count as the same, and those that do not."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.syncs.salesforce_accelo.alike import alike, website_key

HOME = {"street": "1 Pitt Street\nLevel 3\nSuite 4", "city": "Sydney", "zip": "2000", "state": "NSW", "country": "AU"}


@pytest.mark.parametrize(
    ("field", "one", "other", "same"),
    [
        ("companies.website", "https://www.Harbour.example/", "harbour.example", True),
        ("website", "http://harbour.example/Shop", "HTTPS://HARBOUR.example/Shop/", True),
        ("website", "harbour.example/Shop", "harbour.example/shop", False),
        ("website", "harbour.example?a=1", "harbour.example", False),
        ("website", "shop.harbour.example", "harbour.example", False),
        ("website", "", "harbour.example", False),
        ("website", "not [a] site", "NOT [A] SITE", True),
        ("contacts.email", "Jane@Harbour.Example", " jane@harbour.example", True),
        ("email", "jane@harbour.example", "", False),
        ("contacts.phone", " 02 9999 1234\r\n", "02 9999 1234", True),
        ("phone", "02 9999 1234", "+61 2 9999 1234", False),
        ("companies.name", "Harbour", "HARBOUR", False),
        ("fax", "", None, True),
        ("companies.billing", {}, {"street": "", "city": " "}, True),
        ("billing", "", {}, True),
        ("billing", HOME, {}, False),
        ("contacts.other", HOME, {**HOME, "state": "New South Wales", "country": "Australia"}, True),
        ("mailing", HOME, {**HOME, "street": "1 Pitt Street\r\n\r\nLevel 3, Suite 4"}, True),
        ("mailing", HOME, {**HOME, "street": "1 Pitt Street, Level 3, Suite 4"}, False),
        ("shipping", HOME, {**HOME, "country": "US"}, False),
        ("shipping", HOME, {**HOME, "state": "VIC"}, False),
        ("shipping", HOME, {**HOME, "zip": "2001"}, False),
        ("shipping", HOME, {**HOME, "city": "sydney"}, False),
    ],
)
def test_two_values_are_alike_or_not_whichever_comes_first(field: str, one: Any, other: Any, same: bool) -> None:
    assert alike(field)(one, other) is same
    assert alike(field)(other, one) is same


@pytest.mark.parametrize("text", ["http://[::1", "//", "http://", "mailto:x", "a b", "www."])
def test_what_is_no_website_is_compared_all_the_same(text: str) -> None:
    assert isinstance(website_key(text), str)
    assert alike("website")(text, text)
