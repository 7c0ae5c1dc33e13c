"""Countries and states by what people call them, and what an organisation's picklists take."""

from __future__ import annotations

import pytest

from integrations.syncs.salesforce_accelo import place_countries, place_states
from integrations.syncs.salesforce_accelo.places import (
    Offered,
    country_code,
    country_name,
    for_salesforce,
    offered_by,
    same_country,
    same_state,
    state_code,
    state_name,
)
from integrations.syncs.salesforce_accelo.text import fold
from tests.syncs.salesforce_accelo.vendor_rows import described, field

OFFERED = Offered(
    frozenset({"AU", "GB", "US", "CA", "DE", "IN", "IE"}), frozenset({"NSW", "WA", "CA", "NY", "TS", "D"})
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Australia", "AU"), ("AU", "AU"), ("aus", "AU"), ("Commonwealth of Australia", "AU"), ("USA", "US"),
        ("U.S.A.", "US"), ("United States of America", "US"), ("U.K.", "GB"), ("uk", "GB"), ("England", "GB"),
        ("Holland", "NL"), ("The Netherlands", "NL"), ("Kingdom of the Netherlands", "NL"), ("Deutschland", "DE"),
        ("Federal Republic of Germany", "DE"), ("Österreich", "AT"), ("Cote d'Ivoire", "CI"), ("Côte d’Ivoire", "CI"),
        ("Türkiye", "TR"), ("Bosnia & Herzegovina", "BA"), ("St. Lucia", "LC"), ("Congo", "CG"),
        ("Democratic Republic of the Congo", "CD"), ("Republic of Korea", "KR"), ("Republic of China", "TW"),
        ("Atlantis", None), ("", None), ("Sydney, Australia", None),
    ],
)  # fmt: skip
def test_a_country_is_known_by_code_name_and_other_names(text: str, code: str | None) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("country", "text", "code"),
    [
        ("AU", "N.S.W.", "NSW"), ("AU", "new south wales", "NSW"), ("AU", "State of Victoria", "VIC"),
        ("AU", "Western Australia", "WA"), ("US", "WA", "WA"), ("US", "Washington State", "WA"),
        ("US", "Washington, D.C.", "DC"), ("US", "Calif.", "CA"), ("CA", "Québec", "QC"), ("BR", "Sao Paulo", "SP"),
        ("CN", "Guangdong Province", "44"), ("CN", "GD", "44"), ("IN", "Orissa", "OR"), ("IE", "Co. Dublin", "D"),
        ("IE", "County Cork", "CO"), ("IT", "Rome", "RM"), ("IT", "Sudtirol", "BZ"), ("JP", "Tokyo-to", "13"),
        ("MX", "Estado de México", "ME"), ("MX", "Ciudad de México", "DF"), ("AU", "California", None),
        ("DE", "Bayern", None), ("AU", "", None),
    ],
)  # fmt: skip
def test_a_state_is_known_within_its_country_only(country: str, text: str, code: str | None) -> None:
    assert state_code(country, text) == code


def test_no_two_places_share_a_code_or_name() -> None:
    for table in (place_countries.ROWS, *place_states.ROWS.values()):
        owners: dict[str, str] = {}
        for row in " ".join(table.split()).split("; "):
            code, _, rest = row.partition(" ")
            alpha3, _, names = rest.partition(" ") if table is place_countries.ROWS else ("", "", rest)
            for name in {fold(one) for one in (code, alpha3, *names.split("|")) if one}:
                assert owners.setdefault(name, code) == code, f"{name}: {owners[name]} and {code}"


def test_the_tables_are_whole() -> None:
    countries = [row[:2] for row in " ".join(place_countries.ROWS.split()).split("; ")]
    assert len(countries) == 249
    assert all(country_code(country_name(code)) == code for code in countries)
    counts = {country: len(" ".join(table.split()).split("; ")) for country, table in place_states.ROWS.items()}
    assert {country: counts[country] for country in ("AU", "BR", "CA", "IE", "JP", "MX")} == {
        "AU": 8, "BR": 27, "CA": 13, "IE": 26, "JP": 47, "MX": 32,
    }  # fmt: skip
    assert state_code("IE", state_name("IE", "LM")) == "LM"


def test_places_are_compared_by_what_is_meant() -> None:
    assert same_country("UK", "United Kingdom") and same_country("Atlantis", "ATLANTIS") and same_country("", "")
    assert not same_country("Austria", "Australia") and not same_country("", "Australia")
    assert not same_country("Atlantis", "Lemuria")
    assert same_state("AU", "NSW", "New South Wales") and same_state("Oz", "Nsw", "NSW")
    assert not same_state("United States", "WA", "Western Australia") and not same_state("", "NSW", "New South Wales")


@pytest.mark.parametrize(
    ("state", "country", "fields"),
    [
        ("New South Wales", "Australia", {"CountryCode": "AU", "StateCode": "NSW"}),
        ("nsw", "AUS", {"CountryCode": "AU", "StateCode": "NSW"}),
        ("Washington", "United States", {"CountryCode": "US", "StateCode": "WA"}),
        ("", "UK", {"CountryCode": "GB", "StateCode": None}),
        ("Telangana", "India", {"CountryCode": "IN", "StateCode": "TS"}),
        ("", "", {"CountryCode": None, "StateCode": None}),
    ],
)
def test_picklists_are_given_the_code_that_they_offer(state: str, country: str, fields: dict[str, str | None]) -> None:
    assert for_salesforce("billing", state, country, OFFERED) == (fields, ())


@pytest.mark.parametrize(
    ("state", "country", "fields", "code", "value"),
    [
        ("NSW", "Atlantis", {}, "unknown_country", "Atlantis"),
        ("", "France", {}, "unknown_country", "France"),
        ("Ontario", "Canada", {"CountryCode": "CA"}, "unknown_state", "Ontario"),
        ("California", "Australia", {"CountryCode": "AU"}, "unknown_state", "California"),
        ("Bayern", "Germany", {"CountryCode": "DE"}, "unknown_state", "Bayern"),
        ("NSW", "", {}, "state_without_country", "NSW"),
    ],
)
def test_what_is_not_offered_is_left_out_and_reported(
    state: str, country: str, fields: dict[str, str | None], code: str, value: str
) -> None:
    found, problems = for_salesforce("shipping", state, country, OFFERED)
    assert found == fields
    assert [(problem.field, problem.side, problem.code, problem.value) for problem in problems] == [
        ("shipping", "source", code, value)
    ]
    assert f"“{value}”" in problems[0].words


@pytest.mark.parametrize(
    ("held", "state", "country", "fields", "reported"),
    [
        (("Bayern", "Germany"), "Bayern", "Deutschland", {}, False),
        (("North", "Atlantis"), "North", "Atlantis", {}, False),
        (("North", "Atlantis"), "", "Atlantis", {"StateCode": None}, False),
        (("Bayern", "Germany"), "Hessen", "Germany", {"CountryCode": "DE"}, True),
        (("California", "United States"), "Bayern", "Germany", {"CountryCode": "DE", "StateCode": None}, True),
        (("", "United States"), "Bayern", "Germany", {"CountryCode": "DE"}, True),
        (("New South Wales", "Australia"), "", "Australia", {"CountryCode": "AU", "StateCode": None}, False),
    ],
)
def test_what_stays_is_not_written_and_a_state_of_another_country_is_cleared(
    held: tuple[str, str], state: str, country: str, fields: dict[str, str | None], reported: bool
) -> None:
    now = {"state": held[0], "country": held[1], "city": "x"}
    found, problems = for_salesforce("billing", state, country, OFFERED, now)
    assert (found, bool(problems)) == (fields, reported)


def test_an_organisation_with_codes_of_its_own_gets_these() -> None:
    own = Offered(frozenset({"UK", "Atlantis"}), frozenset({"Leinster", "DUBLIN"}))
    assert for_salesforce("billing", "", "Great Britain", own)[0]["CountryCode"] == "UK"
    assert for_salesforce("billing", "", "atlantis", own)[0]["CountryCode"] == "Atlantis"


def test_without_picklists_places_are_plain_text() -> None:
    fields = described(field("BillingCountry"), field("BillingState")).fields
    assert offered_by(fields, "Billing") == Offered()
    assert for_salesforce("billing", "The North", "", Offered()) == ({"State": "The North", "Country": None}, ())


def test_picklists_are_on_where_the_code_fields_exist() -> None:
    fields = described(field("BillingCountryCode", values=("AU",)), field("BillingStateCode", values=("NSW",))).fields
    assert offered_by(fields, "Billing") == Offered(frozenset({"AU"}), frozenset({"NSW"}))
    assert offered_by(fields, "Shipping") == Offered()
