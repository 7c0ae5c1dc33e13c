"""What is sent to write values, to each side."""

from __future__ import annotations

import pytest

from integrations.syncs.salesforce_accelo.outgoing import Calls, to_accelo, to_salesforce
from integrations.syncs.salesforce_accelo.places import Offered

PICKLISTS = Offered(frozenset({"AU", "DE"}), frozenset({"NSW", "VIC"}))


@pytest.mark.parametrize(
    ("stream", "key", "calls"),
    [
        ("companies", "name", Calls(company={"name": "x"})),
        ("companies", "phone", Calls(company={"phone": "x"})),
        ("companies", "fax", Calls(company={"fax": "x"})),
        ("companies", "website", Calls(company={"website": "x"})),
        ("companies", "type", Calls(profiles={"type": "x"})),
        ("companies", "industry", Calls(profiles={"industry": "x"})),
        ("contacts", "first_name", Calls(contact={"firstname": "x"})),
        ("contacts", "last_name", Calls(contact={"surname": "x"})),
        ("contacts", "title", Calls(affiliation={"position": "x"})),
        ("contacts", "phone", Calls(affiliation={"phone": "x"})),
        ("contacts", "fax", Calls(affiliation={"fax": "x"})),
        ("contacts", "mobile", Calls(affiliation={"mobile": "x"})),
        ("contacts", "email", Calls(affiliation={"email": "x"})),
        ("contacts", "company", Calls()),
    ],
)
def test_each_field_goes_to_the_accelo_object_that_holds_it(stream: str, key: str, calls: Calls) -> None:
    assert to_accelo(stream, {key: " x "}) == calls


@pytest.mark.parametrize(
    ("stream", "key", "api"),
    [
        ("companies", "name", "Name"), ("companies", "phone", "Phone"), ("companies", "fax", "Fax"),
        ("companies", "website", "Website"), ("contacts", "first_name", "FirstName"),
        ("contacts", "last_name", "LastName"), ("contacts", "title", "Title"), ("contacts", "phone", "Phone"),
        ("contacts", "fax", "Fax"), ("contacts", "mobile", "MobilePhone"), ("contacts", "email", "Email"),
        ("contacts", "company", "AccountId"),
    ],
)  # fmt: skip
def test_each_field_has_its_name_at_salesforce_and_null_clears_it(stream: str, key: str, api: str) -> None:
    assert to_salesforce(stream, {key: " x "}) == ({api: "x"}, ())
    assert to_salesforce(stream, {key: ""}) == ({api: None}, ())


@pytest.mark.parametrize("key", ["type", "industry"])
def test_type_and_industry_cannot_be_written_to_salesforce(key: str) -> None:
    with pytest.raises(ValueError, match=key):
        to_salesforce("companies", {"name": "Harbour", key: ""})


def test_a_missing_first_name_is_filled_in_accelo_and_blank_in_salesforce() -> None:
    assert to_accelo("contacts", {"first_name": ""}, "-").contact == {"firstname": "-"}
    assert to_salesforce("contacts", {"first_name": ""})[0] == {"FirstName": None}


@pytest.mark.parametrize(
    ("stream", "key"),
    [("companies", "billing"), ("companies", "shipping"), ("contacts", "mailing"), ("contacts", "other")],
)
def test_a_cleared_address_blanks_all_its_parts_on_both_sides(stream: str, key: str) -> None:
    parts = ("street1", "street2", "city", "zipcode", "state", "country")
    assert to_accelo(stream, {key: {}}).addresses == {key: dict.fromkeys(parts, "")}
    prefix = key.capitalize()
    fields, _ = to_salesforce(stream, {key: {}})
    assert fields == {f"{prefix}{end}": None for end in ("Street", "City", "PostalCode", "State", "Country")}
    fields, problems = to_salesforce(stream, {key: {}}, PICKLISTS, {key: {"state": "Victoria", "country": "Australia"}})
    assert fields == {f"{prefix}{end}": None for end in ("Street", "City", "PostalCode", "StateCode", "CountryCode")}
    assert problems == ()


def test_accelo_is_told_places_by_their_english_names_and_unknown_ones_as_they_are() -> None:
    sent = to_accelo("companies", {"billing": {"street": "a\nb\nc", "city": "x", "state": "NSW", "country": "AUS"}})
    assert sent.addresses["billing"] == {
        "street1": "a", "street2": "b, c", "city": "x", "zipcode": "", "state": "New South Wales",
        "country": "Australia",
    }  # fmt: skip
    sent = to_accelo("companies", {"billing": {"state": "The North", "country": "Atlantis"}})
    assert (sent.addresses["billing"]["state"], sent.addresses["billing"]["country"]) == ("The North", "Atlantis")


def test_an_unknown_country_leaves_out_the_place_and_nothing_else() -> None:
    wanted = {
        "name": "Harbour",
        "billing": {"street": "1 Pitt Street", "city": "Sydney", "state": "NSW", "country": "Oz"},
    }
    fields, problems = to_salesforce("companies", wanted, PICKLISTS)
    assert fields == {
        "Name": "Harbour", "BillingStreet": "1 Pitt Street", "BillingCity": "Sydney", "BillingPostalCode": None,
    }  # fmt: skip
    assert [(problem.field, problem.code, problem.value) for problem in problems] == [
        ("billing", "unknown_country", "Oz")
    ]
    assert "“Oz”" in problems[0].words
