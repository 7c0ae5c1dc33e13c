"""By what companies and people are recognised, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from integrations.syncs.salesforce_accelo.keys import (
    blocking_keys,
    company_keys,
    contact_keys,
    host_key,
    name_key,
    phone_key,
    skeleton,
)
from integrations.syncs.salesforce_accelo.text import fold


@pytest.mark.parametrize(
    "name",
    [
        "Harbour Trust", "HARBOUR  TRUST", "Harbour Trust Ltd", "Harbour Trust Limited", "Harbour Trust Pty. Ltd.",
        "The Harbour Trust, Inc.", "Harbour-Trust GmbH", "Harbour Trust LLC", "Harbour Trust plc", "Harbour Trust S.A.",
        "Harbour Trust S. A.", "Harbour Trust B.V.", "Harbour Trust & Co. KG", "Harbour Trust GmbH & Co. KG",
        "Hárbour Trust", "Harbour Trust Sp. z o.o.", "“Harbour” Trust S.p.A.", "Harbour Trust (Pty) Ltd",
    ],
)  # fmt: skip
def test_a_company_name_is_one_whatever_its_legal_form_case_and_marks(name: str) -> None:
    assert name_key(name) == "harbour trust"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Smith & Sons", "Smith and Sons"), ("O'Brien's", "OBriens"), ("Møller", "Moller"), ("Straße", "STRASSE"),
        ("A + B", "A and B"), ("Crédit Agricole SA", "credit agricole"), ("株式会社日立", "株式会社日立 Ltd"),
    ],
)  # fmt: skip
def test_marks_accents_and_signs_do_not_tell_names_apart(one: str, other: str) -> None:
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Harbour Trust", "Trust Harbour"), ("Harbour Trust", "Harbour Trust Services"), ("Limited", "Harbour Limited"),
     ("Co", "Corp"), ("Branch 1", "Branch 2")],
)  # fmt: skip
def test_other_names_stay_others(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=30))
@example("The The Ltd & Co")
@example("& S. A. &")
@example("ŉ Ltd")
def test_the_key_of_a_key_is_the_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
    assert fold(fold(name)) == fold(name)


@pytest.mark.parametrize(
    ("website", "host"),
    [
        ("https://www.Harbour.example/shop?x=1", "harbour.example"), ("harbour.example", "harbour.example"),
        ("http://harbour.example:8080", "harbour.example"), ("shop.harbour.example.", "shop.harbour.example"),
        ("www.facebook.com/harbour", ""), ("https://en-gb.facebook.com/harbour", ""), ("sites.google.com/x", ""),
        ("harbour.wordpress.com", "harbour.wordpress.com"), ("wordpress.com", ""), ("n/a", ""), ("none", ""),
        ("", ""), ("we have none.", ""), ("http://[::1", ""),
    ],
)  # fmt: skip
def test_only_a_website_of_ones_own_says_who_one_is(website: str, host: str) -> None:
    assert host_key(website) == host


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+61 2 9999 1234", "(02) 9999-1234"), ("+44 (0)20 7946 0958", "020 7946 0958"),
        ("+45 12 34 56 78", "12345678"), ("0299991234 ext. 5", "02 9999 1234"), ("0299991234x7", "02 9999 1234 #3"),
    ],
)  # fmt: skip
def test_a_phone_number_is_one_with_and_without_country_and_extension(one: str, other: str) -> None:
    assert phone_key(one) == phone_key(other) != ""


@pytest.mark.parametrize("phone", ["", "n/a", "12345", "ext. 123456"])
def test_what_is_too_short_is_nobodys_number(phone: str) -> None:
    assert phone_key(phone) == ""


def test_records_that_can_be_rated_share_a_blocking_key() -> None:
    one = company_keys({"name": "Harbour Trust Ltd", "website": "www.harbour.example", "phone": "02 9999 1234"})
    for other in (
        {"name": "The harbour trust"},
        {"name": "HT", "website": "http://harbour.example/"},
        {"name": "HT", "phone": "+61 2 9999 1234"},
        {"name": "Harbor Trust"},
    ):
        assert set(blocking_keys(one)) & set(blocking_keys(company_keys(other)))
    jane = contact_keys({"first_name": "Jane", "last_name": "Miller", "email": "Jane@Harbour.example"}, ["12", ""])
    for person, companies in (
        ({"last_name": "Other", "email": "jane@harbour.example"}, []),
        ({"first_name": "JANE", "last_name": "Miller"}, []),
        ({"first_name": "J", "last_name": "Miler"}, ["7", "12"]),
    ):
        assert set(blocking_keys(jane)) & set(blocking_keys(contact_keys(person, companies)))


def test_names_that_differ_in_a_number_are_never_laid_side_by_side_for_their_sound() -> None:
    keys = [set(blocking_keys(company_keys({"name": f"Store {number}"}))) for number in range(50)]
    assert len(set.union(*keys)) == sum(len(one) for one in keys)


def test_a_record_without_anything_has_no_keys() -> None:
    assert blocking_keys(company_keys({})) == blocking_keys(contact_keys({})) == []
    assert skeleton("aia") == "a" and skeleton("") == ""
