"""Creates and updates of companies, contacts, affiliations and addresses: what Accelo takes, and what was kept."""

import pytest

from integrations.core.errors import OutcomeUnknown, RejectedError
from integrations.vendors.accelo.client import AcceloClient
from tests.vendors.accelo.conftest import World

PERSON = {"firstname": "Zoë", "surname": "Quinn", "email": "zoe@x.example", "phone": "1", "position": "Buyer"}


@pytest.mark.parametrize("status", [200, 201])
def test_a_company_is_created_with_its_profile_values_and_updated(
    world: World, client: AcceloClient, status: int
) -> None:
    world.control.act("settings", created_status=status)
    [field] = world.put("profile_fields", {"field_name": "Industry"})
    fields = {"name": "New & Söhne", "website": "x.example", "phone": "1", "custom_id": "SF-1", "status_id": "1"}
    made = client.directory.create_company({**fields, f"profile.{field}": "Mining"})
    assert made == client.directory.companies_by_id([made.id])[made.id]
    assert (made.name, made.custom_id, made.status_id, made.standing) == ("New & Söhne", "SF-1", "1", "potential")
    assert [value.value for value in client.directory.profile_values_of("companies", made.id)] == ["Mining"]
    updated = client.directory.update_company(made.id, {"phone": "", "fax": "2"})
    assert (updated.phone, updated.fax, updated.website) == ("", "2", "x.example")


def test_names_that_accelo_does_not_take_are_refused_before_anything_is_sent(
    world: World, client: AcceloClient
) -> None:
    directory = client.directory
    for write in (
        lambda: directory.update_company("1", {"standing": "inactive"}),
        lambda: directory.update_company("1", {"profile.1": "x"}),
        lambda: directory.create_contact("1", {**PERSON, "mobile": "1"}),
        lambda: directory.update_contact("1", {"email": "x"}),
        lambda: directory.update_affiliation("1", {"company_id": "2"}),
        lambda: directory.create_address("company", "1", {"overwrite": "1"}),
    ):
        with pytest.raises(ValueError, match="cannot be written"):
            write()
    assert world.control.calls() == []


def test_a_contact_is_made_with_its_affiliation(world: World, client: AcceloClient) -> None:
    made = client.directory.create_contact("4", PERSON)
    tie = client.directory.affiliations_by_id([made.default_affiliation])[made.default_affiliation]
    assert (tie.company, tie.contact, tie.email, tie.phone, tie.position, tie.mobile) == (
        "4", made.id, "zoe@x.example", "1", "Buyer", "",
    )  # fmt: skip
    assert client.directory.update_affiliation(tie.id, {"mobile": "0400", "email": "new@x.example"}).mobile == "0400"
    renamed = client.directory.update_contact(made.id, {"surname": "Quill", "title": "Dr"})
    assert (renamed.surname, renamed.title, renamed.firstname) == ("Quill", "Dr", "Zoë")
    second = client.directory.create_affiliation("5", made.id, {"mobile": "0500", "position": "Adviser"})
    assert (second.company, second.mobile) == ("5", "0500")
    assert [one.id for one in client.directory.affiliations_of([made.id])[made.id]] == [tie.id, second.id]
    assert client.directory.contacts_by_id([made.id])[made.id].default_affiliation == tie.id


def test_a_contact_without_a_first_name_is_refused(world: World, client: AcceloClient) -> None:
    with pytest.raises(RejectedError):
        client.directory.create_contact("4", {**PERSON, "firstname": ""})
    assert client.directory.count("contacts") == 12


def test_an_address_is_written_by_names_and_an_unknown_state_is_seen_to_be_missing(client: AcceloClient) -> None:
    fields = {"title": "Billing", "street1": "1 George St", "city": "Sydney", "zipcode": "2000", "postal": "yes"}
    made = client.directory.create_address("company", "3", {**fields, "state": "nsw", "country": "Australia"})
    assert (made.state_abbreviation, made.country_code, made.against_type, made.against_id) == (
        "NSW", "AU", "company", "3",
    )  # fmt: skip
    moved = client.directory.update_address(made.id, {"state": "Bavaria", "country": "Germany", "physical": "no"})
    assert (moved.state, moved.country, moved.city, moved.physical) == ("", "Germany", "Sydney", False)
    assert client.directory.update_address(made.id, {"country": "", "street1": ""}).country == ""


@pytest.mark.parametrize("do", ["refuse", "cut", "html"])
def test_a_create_whose_answer_is_lost_is_unknown_and_sent_once(world: World, client: AcceloClient, do: str) -> None:
    marker = client.directory.highest_id("companies")
    world.control.faults({"match": "POST /companies", "do": do, "when": "after"})
    with pytest.raises(OutcomeUnknown):
        client.directory.create_company({"name": "Lost"})
    assert [one.name for one in client.directory.find_companies("Lost", marker)] == ["Lost"]
    assert len([call for call in world.calls("/companies") if call["method"] == "POST"]) == 1


def test_an_update_whose_answer_is_lost_is_sent_again(world: World, client: AcceloClient) -> None:
    world.control.faults({"match": "PUT /companies", "do": "refuse", "when": "after"})
    assert client.directory.update_company("1", {"phone": "7"}).phone == "7"


def test_an_equal_name_may_be_refused_as_a_duplicate(world: World, client: AcceloClient) -> None:
    world.control.act("settings", unique_company_names=True)
    with pytest.raises(RejectedError) as caught:
        client.directory.create_company({"name": "harbour trust "})
    assert caught.value.code == "duplicate"


def test_what_the_deployment_cuts_or_rewrites_is_in_the_answer(world: World, client: AcceloClient) -> None:
    rules = {"companies.phone": "digits", "companies.website": "lower"}
    world.control.act("settings", length_limits={"companies.name": 5}, store_as=rules)
    made = client.directory.create_company({"name": "Long name", "phone": "+61 (2) 5550", "website": "WWW.X.example"})
    assert (made.name, made.phone, made.website) == ("Long ", "+6125550", "www.x.example")


@pytest.mark.parametrize("kind", ["companies", "contacts"])
def test_a_standing_moves_by_progressions(world: World, client: AcceloClient, kind: str) -> None:
    moves = client.directory.list_progressions(kind, "2")  # type: ignore[arg-type]
    [leave] = [move for move in moves if move.standing == "inactive"]
    world.control.faults({"match": "PUT /progressions", "do": "refuse", "when": "after"})
    moved = client.directory.run_progression(kind, "2", leave.id, "active")  # type: ignore[arg-type]
    assert moved.standing == "inactive"
    assert [row["to_id"] for row in world.rows("history")] == [leave.status_id]
