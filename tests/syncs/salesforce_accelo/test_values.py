"""From the vendors' rows to values: each field, blanks, what is not visible, which address counts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.syncs.salesforce_accelo.outgoing import accelo_address, to_accelo, to_salesforce
from integrations.syncs.salesforce_accelo.shape import split_street
from integrations.syncs.salesforce_accelo.values import (
    address_ids,
    company_from_accelo,
    company_from_salesforce,
    contact_from_accelo,
    contact_from_salesforce,
    describe_values,
    digest,
    salesforce_fields,
)
from tests.syncs.salesforce_accelo.vendor_rows import (
    account,
    address,
    affiliation,
    company,
    contact,
    described,
    field,
    person,
)

SYDNEY = {
    "street": "1 Pitt Street\nLevel 3", "city": "Sydney", "zip": "2000", "state": "New South Wales",
    "country": "Australia",
}  # fmt: skip


@pytest.mark.parametrize(
    ("api", "key"),
    [("Name", "name"), ("Phone", "phone"), ("Fax", "fax"), ("Website", "website"), ("Type", "type"),
     ("Industry", "industry")],
)  # fmt: skip
def test_each_field_of_an_account_is_read_by_its_name(api: str, key: str) -> None:
    values = company_from_salesforce(account(**{api: " some text\r\n"}))
    assert {name for name, value in values.items() if value} == {key}
    assert values[key] == "some text"


@pytest.mark.parametrize(
    ("api", "key"),
    [("FirstName", "first_name"), ("LastName", "last_name"), ("Title", "title"), ("Phone", "phone"), ("Fax", "fax"),
     ("MobilePhone", "mobile"), ("Email", "email")],
)  # fmt: skip
def test_each_field_of_a_contact_is_read_by_its_name(api: str, key: str) -> None:
    values = contact_from_salesforce(person(**{api: "text"}))
    assert {name for name, value in values.items() if value} == {key}


@pytest.mark.parametrize(
    ("row", "read", "key"),
    [(account, company_from_salesforce, "billing"), (account, company_from_salesforce, "shipping"),
     (person, contact_from_salesforce, "mailing"), (person, contact_from_salesforce, "other")],
)  # fmt: skip
def test_each_address_is_read_part_by_part(row: Any, read: Any, key: str) -> None:
    prefix = key.capitalize()
    given = {
        f"{prefix}Street": "1 Pitt Street\r\nLevel 3", f"{prefix}City": "Sydney", f"{prefix}PostalCode": "2000",
        f"{prefix}State": "New South Wales", f"{prefix}Country": "Australia",
    }  # fmt: skip
    values = read(row(**given))
    assert values[key] == SYDNEY
    assert [name for name, value in values.items() if value] == [key]


def test_null_and_empty_text_are_the_same_none() -> None:
    blank = {name: "" for name in account() if name != "Id"}
    assert company_from_salesforce(account()) == company_from_salesforce(account(**blank))
    assert company_from_salesforce(account())["billing"] == {}


def test_a_field_the_user_may_not_see_is_left_out_and_not_blank() -> None:
    row = account(Name="Harbour")
    hidden = {name: value for name, value in row.items() if name != "Fax" and not name.startswith("Shipping")}
    values = company_from_salesforce(hidden)
    assert "fax" not in values and "shipping" not in values
    assert values["phone"] == "" and values["billing"] == {}


def test_a_place_known_by_its_code_only_is_read_by_the_code() -> None:
    row = account(BillingCity="Sydney", BillingStateCode="NSW", BillingCountryCode="AU")
    assert company_from_salesforce(row)["billing"] == {
        "street": "", "city": "Sydney", "zip": "", "state": "NSW", "country": "AU",
    }  # fmt: skip


@pytest.mark.parametrize("id", ["001Ab000001cdEF", "001Ab000001cdEFIAY"])
def test_the_account_of_a_contact_has_one_id_in_15_and_18_characters(id: str) -> None:
    full = contact_from_salesforce(person(AccountId="001Ab000001cdEF"))["company"]
    assert len(full) == 18
    assert contact_from_salesforce(person(AccountId=id[:15] + full[15:][: len(id) - 15]))["company"] == full


def test_a_contact_without_account_belongs_to_no_company() -> None:
    assert contact_from_salesforce(person())["company"] == ""


def test_an_accelo_company_is_read_with_the_profile_fields_that_are_carried() -> None:
    given = company(name="Harbour ", phone="1", fax="2", website="www.harbour.example")
    assert company_from_accelo(given, [], {"type": "Customer"}) == {
        "name": "Harbour", "phone": "1", "fax": "2", "website": "www.harbour.example", "type": "Customer",
        "billing": {}, "shipping": {},
    }  # fmt: skip


def test_phones_e_mail_and_position_of_a_contact_are_those_of_its_place_at_the_company() -> None:
    given = contact(firstname="Jane", surname="Doe", email="old@harbour.example", mobile="0", title="Ms")
    place = affiliation(phone="1", fax="2", mobile="3", email="jane@harbour.example", position="Director")
    assert contact_from_accelo(given, place, []) == {
        "first_name": "Jane", "last_name": "Doe", "title": "Director", "phone": "1", "fax": "2", "mobile": "3",
        "email": "jane@harbour.example", "company": "12", "mailing": {}, "other": {},
    }  # fmt: skip
    alone = contact_from_accelo(given, None, [])
    assert alone == {"first_name": "Jane", "last_name": "Doe", "company": "", "mailing": {}, "other": {}}


@pytest.mark.parametrize(
    ("first", "filler", "read"), [("-", "-", ""), (" - ", "-", ""), ("-", "", "-"), ("Jo", "-", "Jo")]
)
def test_the_text_that_stands_for_a_missing_first_name_is_none(first: str, filler: str, read: str) -> None:
    assert contact_from_accelo(contact(firstname=first, surname="Doe"), None, [], filler)["first_name"] == read


def test_only_an_address_with_the_right_title_counts_and_of_several_the_oldest() -> None:
    addresses = [
        address("20", "Billing", city="Perth"),
        address("3", " BILLING ", city="Sydney", postal="yes"),
        address("1", "Billing address", city="Hobart"),
        address("2", "Head office", city="Darwin"),
        address("4", "shipping", city="Cairns"),
    ]
    values = company_from_accelo(company(), addresses, {})
    assert (values["billing"]["city"], values["shipping"]["city"]) == ("Sydney", "Cairns")
    assert address_ids(addresses) == {"billing": "3", "shipping": "4"}


def test_an_accelo_address_is_read_with_the_names_of_its_places() -> None:
    given = address(
        title="Other", street1="1 Pitt Street ", street2="Level 3", city="Sydney", zipcode="2000",
        state="New South Wales", country="Australia",
    )  # fmt: skip
    assert contact_from_accelo(contact(), None, [given])["other"] == SYDNEY
    assert contact_from_accelo(contact(), None, [address(title="Other")])["other"] == {}


@pytest.mark.parametrize(
    ("street", "lines"),
    [
        ("", ("", "")),
        ("1 Pitt Street", ("1 Pitt Street", "")),
        ("a\r\nb", ("a", "b")),
        ("a\n\n b \nc\nd", ("a", "b, c, d")),
    ],
)
def test_a_street_of_any_number_of_lines_has_two_in_accelo(street: str, lines: tuple[str, str]) -> None:
    assert split_street(street) == lines


def test_only_fields_that_the_user_sees_are_asked_for() -> None:
    one = described(field("Id"), field("Name"), field("BillingCity"), field("BillingCountryCode"), field("Owner"))
    assert salesforce_fields("companies", one) == ("Id", "Name", "BillingCity", "BillingCountryCode")
    other = described(field("Id"), field("AccountId"), field("IsPersonAccount"), object="Contact")
    assert salesforce_fields("contacts", other) == ("Id", "AccountId", "IsPersonAccount")


def test_the_digest_sees_each_part_of_each_side_and_not_how_none_is_written() -> None:
    values = {"name": "Harbour", "billing": SYDNEY, "fax": ""}
    moved = {**values, "billing": {**SYDNEY, "zip": "2001"}}
    all_of = [
        digest(values, values), digest(moved, values), digest(values, moved), digest(values, None),
        digest(None, values), digest(values, values, ["likely"]), digest({**values, "fax": "1"}, values),
        digest({"name": "Harbour", "billing": SYDNEY}, values),
    ]  # fmt: skip
    assert len(set(all_of)) == len(all_of)
    assert digest(values, None) == digest({"fax": None, "billing": SYDNEY, "name": " Harbour\r\n"}, None)
    assert digest({"billing": {}}, None) == digest({"billing": dict.fromkeys(SYDNEY, "")}, None)


def test_a_record_is_named_by_what_tells_it_apart() -> None:
    values = {"name": "Harbour", "website": "harbour.example", "phone": "", "billing": SYDNEY}
    assert describe_values("companies", values) == "Harbour, harbour.example, Sydney"
    assert describe_values("contacts", {"last_name": "Doe", "mobile": "1"}) == "Doe, 1"
    assert describe_values("companies", {}) == "(no name)"


SURELY = settings(deadline=None, derandomize=True)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)


@SURELY
@given(st.fixed_dictionaries(dict.fromkeys(("name", "phone", "fax", "website"), TEXT)))
def test_what_salesforce_holds_comes_back_from_accelo(texts: dict[str, str]) -> None:
    fields, problems = to_salesforce("companies", texts)
    read = company_from_salesforce(account(**fields))
    sent = to_accelo("companies", {key: read[key] for key in texts})
    back = company_from_accelo(company(**sent.company), [], {})
    assert {key: back[key] for key in texts} == {key: read[key] for key in texts}
    assert problems == ()


@SURELY
@given(st.fixed_dictionaries({"street": st.lists(TEXT, max_size=2).map("\n".join), "city": TEXT, "zip": TEXT}))
def test_an_address_of_two_lines_comes_back_from_accelo(parts: dict[str, str]) -> None:
    fields, _ = to_salesforce("companies", {"billing": {**parts, "state": "", "country": ""}})
    read = company_from_salesforce(account(**fields))["billing"]
    sent = accelo_address(read)
    places = {name: sent.pop(name) for name in ("state", "country")}
    assert company_from_accelo(company(), [address(**sent, **places)], {})["billing"] == _without_blank_lines(read)


def _without_blank_lines(values: dict[str, str]) -> dict[str, str]:
    """Blank lines within a street are the one thing that Accelo's two lines cannot keep."""
    if not values:
        return {}
    lines = [line.strip() for line in values["street"].split("\n")]
    return {**values, "street": "\n".join(line for line in lines if line)}
