"""How well two records fit: what makes a match exact, what makes it likely, what speaks against it."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.syncs.salesforce_accelo.keys import company_keys, contact_keys
from integrations.syncs.salesforce_accelo.rating import Candidate, name_score, rate

HARBOUR = {"name": "Harbour Trust Ltd", "website": "www.harbour.example", "phone": "02 9999 1234"}
JANE = {"first_name": "Jane", "last_name": "Doe", "email": "jane@harbour.example", "phone": "02 9999 1234"}
DIRECT = {"phone": "+61 2 9999 1234"}


@pytest.mark.parametrize(
    ("other", "code", "exact"),
    [
        ({"name": "Harbour Trust", "website": "https://harbour.example/"}, "matched_website", True),
        ({**HARBOUR, "phone": "08 1111 2222"}, "matched_website", True),
        ({"name": "HARBOUR TRUST LIMITED", "phone": "+61 2 9999 1234"}, "matched_phone", True),
        ({**HARBOUR, "website": "other.example"}, "matched_phone", True),
        ({"name": "harbour trust  LTD"}, "matched_name", True),
        ({"name": "Harbour Trust"}, "likely", False),
        ({"name": "Harbour Trust Ltd", "website": "other.example"}, "likely", False),
        ({"name": "Harbour Trust Ltd", "website": "other.example", "phone": "08 1111 2222"}, "likely", False),
        ({"name": "Harbour Trust Holdings", "website": "harbour.example"}, "likely", False),
        ({"name": "Quay Partners", "website": "harbour.example", "phone": "02 9999 1234"}, "likely", False),
        ({"name": "Quay Partners", "website": "harbour.example"}, "", False),
        ({"name": "Harbour Trusts Group", "phone": "02 9999 1234"}, "likely", False),
        ({"name": "Quay Partners", "phone": "02 9999 1234"}, "", False),
        ({"name": "Harbor Trust"}, "likely", False),
        ({"name": "Harbor Trust", "website": "other.example", "phone": "08 1111 2222"}, "", False),
        ({"name": "Harbour Trust 2"}, "", False),
        ({"name": ""}, "", False),
    ],
)  # fmt: skip
def test_companies_match_by_name_with_website_or_phone(other: dict[str, Any], code: str, exact: bool) -> None:
    pick = rate(company_keys(HARBOUR), Candidate("7", company_keys(other)))
    assert (pick.code if pick else "", bool(pick and pick.exact)) == (code, exact)


def test_the_bare_name_is_exact_only_where_nothing_else_can_be_compared() -> None:
    bare = company_keys({"name": "Harbour Trust Ltd", "website": "facebook.com/harbour"})
    pick = rate(bare, Candidate("7", company_keys({"name": "Harbour Trust Ltd", "website": "facebook.com/other"})))
    assert pick is not None and pick.code == "matched_name"


@pytest.mark.parametrize(
    ("other", "companies", "code", "exact"),
    [
        ({"first_name": "Jane", "last_name": "Doe", "email": "JANE@harbour.example"}, "", "matched_email", True),
        ({"first_name": "doe", "last_name": "JANE", "email": "jane@harbour.example"}, "", "matched_email", True),
        ({"first_name": "J.", "last_name": "Doe", "email": "jane@harbour.example"}, "", "matched_email", True),
        ({"first_name": "", "last_name": "Doe", "email": "jane@harbour.example"}, "9", "matched_email", True),
        ({"first_name": "John", "last_name": "Doe", "email": "jane@harbour.example"}, "", "likely", False),
        ({"first_name": "Jane", "last_name": "Roe", "email": "jane@harbour.example"}, "12", "likely", False),
        ({"first_name": "Jane", "last_name": "Doe", **DIRECT}, "", "matched_phone", True),
        ({"first_name": "Jane", "last_name": "Doe", **DIRECT, "email": "j@x.example"}, "12", "matched_phone", True),
        ({"first_name": "Jane", "last_name": "Doe", **DIRECT, "email": "j@x.example"}, "9", "likely", False),
        ({"first_name": "Jane", "last_name": "Doe"}, "12", "matched_name", True),
        ({"first_name": "Jane", "last_name": "Doe", "phone": "08 1111 2222"}, "12", "matched_name", True),
        ({"first_name": "Jane", "last_name": "Doe", "email": "j@x.example"}, "12", "likely", False),
        ({"first_name": "Jane", "last_name": "Doe"}, "", "likely", False),
        ({"first_name": "Jane", "last_name": "Doe", "email": "j@x.example"}, "", "", False),
        ({"first_name": "Jane", "last_name": "Doe"}, "9", "", False),
        ({"first_name": "J", "last_name": "Doe"}, "12", "likely", False),
        ({"first_name": "J", "last_name": "Doe"}, "9", "", False),
        ({"first_name": "John", "last_name": "Roe", "phone": "02 9999 1234"}, "12", "", False),
    ],
)  # fmt: skip
def test_people_match_by_e_mail_then_name_with_phone_or_company(
    other: dict[str, Any], companies: str, code: str, exact: bool
) -> None:
    pick = rate(contact_keys(JANE, ["12"]), Candidate("7", contact_keys(other, [companies])))
    assert (pick.code if pick else "", bool(pick and pick.exact)) == (code, exact)


def test_a_surname_alone_with_the_same_phone_is_not_enough() -> None:
    one = contact_keys({"last_name": "Doe", "phone": "02 9999 1234"}, ["12"])
    pick = rate(one, Candidate("7", one))
    assert pick is not None and not pick.exact


def test_the_reason_says_what_agrees_before_what_does_not() -> None:
    other = {"name": "Harbor Trust", "website": "harbour.example", "phone": "08 1111 2222"}
    pick = rate(company_keys(HARBOUR), Candidate("7", company_keys(other), "Harbor Trust, Sydney"))
    assert pick is not None
    assert pick.as_json() == {
        "id": "7", "label": "Harbor Trust, Sydney", "reason": "similar name (96); same website; other phone",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [("a b", "b a", 100, 100), ("x 1", "x 2", 0, 0), ("", "", 0, 0), ("harbour", "quay", 0, 60)],
)
def test_names_are_scored_by_their_letters_and_numbers_must_be_equal(
    one: str, other: str, least: int, most: int
) -> None:
    assert least <= name_score(one, other) <= most
