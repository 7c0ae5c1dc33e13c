"""Values that cannot be written are found before they are sent, each in words that say what to do."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.core.conflict import Side
from integrations.syncs.salesforce_accelo.fit import Limits, accelo_limits, fits, limits_from_describe
from tests.syncs.salesforce_accelo.vendor_rows import described, field

ACCOUNT = limits_from_describe(
    described(
        field("Name", length=255, nillable=False),
        field("Phone", length=40),
        field("Website", length=10, updateable=False),
        field("BillingStreet", length=20),
        field("BillingCity", length=5, restricted=True, values=("Ulm", "Bonn")),
        field("BillingPostalCode", length=20),
        field("BillingState", length=80),
        field("BillingCountry", length=80),
    )
)
CONTACT = limits_from_describe(
    described(field("LastName", length=8, nillable=False), field("FirstName", length=40), field("Email", length=80))
)


@pytest.mark.parametrize(
    ("stream", "key", "value", "code"),
    [
        ("companies", "name", "ä" * 255, ""),
        ("companies", "name", "ä" * 256, "too_long"),
        ("companies", "name", " ", "required"),
        ("companies", "phone", "", ""),
        ("companies", "phone", "1" * 41, "too_long"),
        ("companies", "fax", "1", "not_visible"),
        ("companies", "website", "a.example", "readonly"),
        ("companies", "website", "", "readonly"),
        ("companies", "type", "Customer", "never"),
        ("companies", "industry", "", "never"),
        ("companies", "billing", {}, ""),
        ("companies", "billing", {"city": "Ulm", "street": "a\nb"}, ""),
        ("companies", "billing", {"street": "x" * 21}, "too_long"),
        ("companies", "billing", {"city": "Kiel"}, "not_offered"),
        ("companies", "shipping", {"city": "Ulm"}, "not_visible"),
        ("contacts", "last_name", "", "required"),
        ("contacts", "last_name", "Featherstone", "too_long"),
        ("contacts", "first_name", "", ""),
    ],
)  # fmt: skip
def test_a_value_fits_salesforce_or_the_reason_is_told(stream: str, key: str, value: Any, code: str) -> None:
    problem = fits("source", stream, key, value, ACCOUNT if stream == "companies" else CONTACT)
    assert (problem.code if problem else "") == code


@pytest.mark.parametrize(
    ("email", "taken"),
    [
        ("jane@harbour.example", True), ("o'neil+a.b@sub.harbour.example", True), ("", True), ("jane", False),
        ("jane@harbour", False), ("jane@harbour.example, joe@harbour.example", False), ("jané@harbour.example", False),
        (".jane@harbour.example", False), ("jane@harbour..example", False), ("jane @harbour.example", False),
        ("{jane}@x", False),
    ],
)  # fmt: skip
def test_an_e_mail_is_written_to_salesforce_only_in_the_form_it_takes(email: str, taken: bool) -> None:
    assert (fits("source", "contacts", "email", email, CONTACT) is None) is taken
    assert fits("target", "contacts", "email", email, CONTACT) is None


def test_the_words_name_the_field_the_number_and_where_to_act() -> None:
    problem = fits("source", "companies", "billing", {"street": "x" * 21}, ACCOUNT)
    assert problem is not None
    assert (
        problem.words
        == "Street of the billing address has 21 characters and Salesforce takes 20. Shorten it in Accelo."
    )
    assert (problem.field, problem.side, problem.value) == ("billing", "source", "x" * 21)
    braced = fits("source", "contacts", "email", "{label}@x", CONTACT)
    assert braced is not None and "“{label}@x”" in braced.words


@pytest.mark.parametrize(
    ("side", "stream", "key"),
    [("target", "companies", "name"), ("target", "contacts", "last_name"), ("target", "contacts", "first_name")],
)
def test_accelo_wants_names_unless_something_stands_for_them(side: Side, stream: str, key: str) -> None:
    problem = fits(side, stream, key, "", None, accelo_limits("", {}))
    assert problem is not None and problem.code == "required" and "in Salesforce" in problem.words
    assert (fits(side, stream, key, "", None, accelo_limits("-", {})) is None) is (key == "first_name")


def test_type_and_industry_fit_accelo_only_where_a_profile_field_takes_them() -> None:
    limits = accelo_limits("-", {"type": frozenset({"Customer"})})
    assert fits("target", "companies", "type", "Customer", None, limits) is None
    assert fits("target", "companies", "type", "", None, limits) is None
    codes = [fits("target", "companies", key, "Partner", ACCOUNT, limits) for key in ("type", "industry")]
    assert [problem.code for problem in codes if problem] == ["not_offered", "readonly"]
    free = accelo_limits("-", {"industry": frozenset()})
    assert fits("target", "companies", "industry", "anything", None, free) is None


def test_with_picklists_the_text_of_state_and_country_is_not_what_is_written() -> None:
    parts = [field(f"Billing{end}") for end in ("Street", "City", "PostalCode")]
    texts = [field(f"Billing{end}", length=5, updateable=False) for end in ("State", "Country")]
    place = {"state": "New South Wales", "country": "Australia"}
    plain, coded = (described(*parts, *texts, *codes) for codes in ((), (field("BillingCountryCode"),)))
    assert fits("source", "companies", "billing", place, limits_from_describe(plain)) is not None
    assert fits("source", "companies", "billing", place, limits_from_describe(coded)) is None


def test_what_a_new_record_takes_is_not_always_what_may_be_changed() -> None:
    one = described(field("Name", nillable=False, updateable=False), field("Phone", createable=False))
    assert limits_from_describe(one).readonly == {"Name"}
    assert limits_from_describe(one, creating=True) == Limits(
        {"Name": 0, "Phone": 0}, frozenset({"Name"}), frozenset({"Phone"})
    )


def test_nothing_is_refused_on_account_of_limits_that_were_never_asked() -> None:
    assert fits("source", "companies", "name", "x" * 1000, None) is None
    assert fits("target", "companies", "name", "x" * 1000, ACCOUNT) is None
