"""Records by id, what belongs to whom, markers and look-ups, over real HTTP."""

from typing import Any

import pytest

from integrations.vendors.accelo.client import AcceloClient
from tests.vendors.accelo.conftest import World


def bulk(world: World, table: str, rows: list[dict[str, Any]]) -> list[str]:
    first = int(world.control.act("bulk", table=table, rows=rows)["first"])
    world.control.clear_calls()
    return [str(first + n) for n in range(len(rows))]


def test_a_company_is_read_with_all_its_fields(world: World, client: AcceloClient) -> None:
    row = {
        "name": "Ångström & Söhne", "website": None, "phone": "1", "fax": "2", "comments": "a\r\nb", "custom_id": "C-1",
        "date_modified": 1_700_000_000, "default_affiliation": "0", "postal_address": "4",
    }  # fmt: skip
    [id] = world.put("companies", row)
    company = client.directory.companies_by_id([id])[id]
    assert (company.name, company.website, company.phone, company.fax) == ("Ångström & Söhne", "", "1", "2")
    assert (company.comments, company.custom_id, company.postal_address) == ("a\r\nb", "C-1", "4")
    assert (company.standing, company.status_id, company.modified) == ("active", "3", 1_700_000_000)
    assert company.default_affiliation == ""


@pytest.mark.parametrize("ignored", [[], ["id"]])
@pytest.mark.parametrize("table", ["companies", "contacts", "affiliations", "addresses"])
def test_records_by_id_leave_out_what_is_gone(
    world: World, client: AcceloClient, table: str, ignored: list[str]
) -> None:
    ids = bulk(world, table, [{"against_id": str(n)} for n in range(120)])
    world.control.act("remove", table=table, ids=[ids[3]])
    world.control.act("settings", ignored_filters=ignored)
    wanted = ids[:3] + ids[3:5] + ["99999"] if ignored else ids + ["99999"]
    found = getattr(client.directory, f"{table}_by_id")(wanted)
    assert set(found) == set(wanted) - {ids[3], "99999"}
    assert all(row.id == id for id, row in found.items())
    if not ignored:
        assert len(world.calls(f"/{table}")) == 2


@pytest.mark.parametrize("ignored", [[], ["contact", "company"], ["id_greater_than"]])
def test_affiliations_are_dealt_to_their_owners(world: World, client: AcceloClient, ignored: list[str]) -> None:
    rows = [{"contact": str(n % 50 + 100), "company": str(n % 30 + 100)} for n in range(260)]
    ids = bulk(world, "affiliations", rows)
    world.control.act("settings", ignored_filters=ignored)
    of_people = client.directory.affiliations_of(["100", "149", "777"])
    assert {id: [one.id for one in found] for id, found in of_people.items()} == {
        "100": ids[0::50], "149": ids[49::50], "777": [],
    }  # fmt: skip
    of_companies = client.directory.affiliations_of_companies(["101"])
    assert [one.id for one in of_companies["101"]] == ids[1::30]


def test_affiliations_of_a_page_of_contacts_cost_two_calls(world: World, client: AcceloClient) -> None:
    bulk(world, "affiliations", [{"contact": str(n + 100), "company": "1"} for n in range(300)])
    found = client.directory.affiliations_of(str(n + 150) for n in range(100))
    assert all(len(ties) == 1 for ties in found.values())
    assert len(world.calls("/affiliations")) == 2


@pytest.mark.parametrize(
    "settings",
    [{}, {"addresses_tell_owner": True}, {"ignored_filters": ["against_id"]}, {"ignored_filters": ["against_type"]}],
)
def test_addresses_are_dealt_to_their_owners(world: World, client: AcceloClient, settings: dict[str, Any]) -> None:
    """A company and a contact may have the same id; neither gets the other's addresses."""
    rows = [
        {"title": f"{kind} {n}", "against_type": kind, "against_id": str(n % 12 + 1), "country_id": "1"}
        for n in range(130)
        for kind in ("company", "contact")
    ]
    bulk(world, "addresses", rows)
    world.control.act("settings", **settings)
    for kind in ("company", "contact"):
        found = client.directory.addresses_of(kind, ["1", "12", "500"])
        assert {id: [one.title for one in rows] for id, rows in found.items()} == {
            "1": [f"{kind} {n}" for n in range(0, 130, 12)],
            "12": [f"{kind} {n}" for n in range(11, 130, 12)],
            "500": [],
        }
        assert {(one.against_type, one.against_id) for one in found["12"]} == {(kind, "12")}


def test_an_address_names_its_state_and_country(world: World, client: AcceloClient) -> None:
    row = {"title": "Billing", "street1": "1 George St", "city": "Sydney", "state": "NSW", "country": "Australia"}
    world.put("addresses", {**row, "zipcode": "2000", "physical": False, "against_id": "2"})
    world.put("addresses", {"title": "Bare", "postal": False, "against_id": "2"})
    billing, bare = client.directory.addresses_of("company", ["2"])["2"]
    assert (billing.state, billing.state_abbreviation) == ("New South Wales", "NSW")
    assert (billing.country, billing.country_code, billing.zipcode) == ("Australia", "AU", "2000")
    assert (billing.postal, billing.physical, bare.postal) == (True, False, False)
    assert (bare.state, bare.country, bare.country_code) == ("", "", "")


def test_addresses_whose_owner_is_remembered_are_one_call_for_100_owners(world: World, client: AcceloClient) -> None:
    owners = [str(n + 1) for n in range(100)]
    ids = bulk(world, "addresses", [{"title": "Billing", "against_id": id} for id in owners[:60]])
    world.put("addresses", {"title": "Head office", "against_id": "7"})
    known = dict(zip(ids, owners, strict=False))
    world.control.clear_calls()
    found = client.directory.addresses_of("company", owners, known, lambda row: row.title == "Billing")
    assert {row.id: id for id, rows in found.items() for row in rows} == known
    assert len(world.calls("/addresses")) == 1
    new = world.put("addresses", {"title": "Billing", "against_id": "9"})
    found = client.directory.addresses_of("company", owners, known, lambda row: row.title == "Billing")
    assert [row.id for row in found["9"]] == [ids[8], *new]


@pytest.mark.parametrize("ignored", [[], ["order_by_desc"], ["id_greater_than"]])
@pytest.mark.parametrize("table", ["companies", "contacts", "affiliations", "addresses"])
def test_the_highest_id_is_exact(world: World, client: AcceloClient, table: str, ignored: list[str]) -> None:
    world.control.act("settings", ignored_filters=ignored)
    world.control.act("remove", table=table, ids=list(range(1, 13)))
    assert client.directory.highest_id(table) == "0"  # type: ignore[arg-type]
    for count in (1, 250):
        last = bulk(world, table, [{} for _ in range(count)])[-1]
        assert client.directory.highest_id(table) == last  # type: ignore[arg-type]


@pytest.mark.parametrize("ignored", [[], ["id_greater_than"], ["order_by_asc", "id_greater_than"]])
def test_a_lost_company_is_found_among_the_newer_ones_only(
    world: World, client: AcceloClient, ignored: list[str]
) -> None:
    old = bulk(world, "companies", [{"name": "Twin"} for _ in range(120)])
    marker = client.directory.highest_id("companies")
    assert marker == old[-1]
    world.control.act("settings", ignored_filters=ignored)
    assert client.directory.find_companies("Twin", marker) == []
    new = world.put("companies", {"name": "Other"}, {"name": " twin "})
    assert [one.id for one in client.directory.find_companies("Twin", marker)] == new[1:]


def test_a_lost_contact_is_found_by_surname_and_the_e_mail_of_its_affiliation(
    world: World, client: AcceloClient
) -> None:
    marker = client.directory.highest_id("contacts")
    first, second = world.put("contacts", {"surname": "O’Neil", "email": "stale@x.example"}, {"surname": "O’Neil"})
    world.put("affiliations", {"contact": second, "company": "1", "email": "Kim@x.example"})
    found = client.directory.find_contacts("kim@x.example", "o’neil", marker)
    assert [one.id for one in found] == [second]
    assert [one.id for one in client.directory.find_contacts("", "O’Neil", marker)] == [first, second]
    assert client.directory.find_contacts("kim@x.example", "Other", marker) == []


def test_counts_take_filters(world: World, client: AcceloClient) -> None:
    assert client.directory.count("companies") == 12
    world.put("companies", {"id": "3", "standing": "inactive"})
    assert client.directory.count("companies", "standing(active)") == 11
