"""Looking for a create whose answer was lost: found when it arrived, and nothing else in its place."""

from datetime import datetime

import pytest

from integrations.core.errors import OutcomeUnknown
from integrations.vendors.accelo.client import AcceloClient
from integrations.vendors.accelo.records import SaleFields, TicketFields
from integrations.vendors.accelo.work import Lost
from tests.vendors.accelo.conftest import World

FILTERS = ["affiliation", "against_type", "against_id", "date_created_after", "date_modified_after"]
IGNORED = [[], FILTERS, ["id_greater_than"], ["order_by_asc", "id_greater_than"]]
LONG = "A very long title of a sale that the deployment surely cannot keep as a whole"


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


@pytest.mark.parametrize("ignored", IGNORED)
def test_a_lost_sale_is_found_among_newer_ones_of_its_affiliation_only(
    world: World, client: AcceloClient, ignored: list[str]
) -> None:
    world.control.act("bulk", table="prospects", rows=[{"title": "Twin", "affiliation": "4"} for _ in range(120)])
    marker = client.work.highest_sale_id()
    world.control.shift(60)
    since = seconds(world.control.now())
    world.control.act("settings", ignored_filters=ignored)
    for lost in (Lost("Twin", after_id=marker), Lost("Twin", since=since)):
        assert client.work.find_sales(lost, "4") == []
    world.put("prospects", {"title": "Twin", "affiliation": "5"}, {"title": "Other", "affiliation": "4"})
    world.control.faults({"match": "POST /prospects", "do": "cut", "when": "after"})
    with pytest.raises(OutcomeUnknown):
        client.work.create_sale(SaleFields("twin ", "4", "1"))
    for lost in (Lost("twin ", after_id=marker), Lost("twin ", since=since)):
        world.control.clear_calls()
        [found] = client.work.find_sales(lost, "4")
        assert (found.id, found.company) == ("123", "4")
        if not ignored:
            assert len(world.calls("/prospects")) == 1


@pytest.mark.parametrize("ignored", IGNORED)
def test_a_lost_ticket_is_found_among_those_submitted_since(
    world: World, client: AcceloClient, ignored: list[str]
) -> None:
    old = world.put("issues", *({"title": "Twin", "against_id": "4", "date_submitted": 1_000} for _ in range(3)))
    world.control.shift(60)
    since = seconds(world.control.now())
    world.put("issues", {"id": old[0], "description": "edited since"}, {"title": "Twin", "against_id": "5"})
    world.control.act("settings", ignored_filters=ignored)
    assert client.work.find_tickets(Lost("Twin", since=since), "company", "4") == []
    assert client.work.find_tickets(Lost("Twin", after_id=old[-1]), "company", "4") == []
    made = client.work.create_ticket(TicketFields("Twin", "1", "company", "4"))
    assert client.work.find_tickets(Lost("Twin", since=since), "company", "4") == [made]
    assert client.work.find_tickets(Lost("Twin", after_id=old[-1]), "company", "4") == [made]
    assert client.work.find_tickets(Lost("Twin", since=since), "job", "4") == []


def test_two_equal_ones_are_for_a_person_unless_one_is_known(world: World, client: AcceloClient) -> None:
    ids = world.put("prospects", *({"title": "Twin", "affiliation": "4"} for _ in range(2)))
    assert [one.id for one in client.work.find_sales(Lost("Twin"), "4")] == ids
    assert [one.id for one in client.work.find_sales(Lost("Twin", known={ids[0]}), "4")] == ids[1:]
    assert client.work.find_sales(Lost("Twin", known=ids), "4") == []


def test_a_reference_decides_even_when_the_title_was_edited(world: World, client: AcceloClient) -> None:
    made = client.work.create_sale(SaleFields("Twin", "4", "1", comments="From Salesforce 006A1"))
    other = client.work.create_sale(SaleFields("Twin", "4", "1", comments="From Salesforce 006A2"))
    world.put("prospects", {"id": made.id, "title": "Renamed by a person"})
    assert [one.id for one in client.work.find_sales(Lost("Twin", reference="006A1"), "4")] == [made.id]
    world.put("prospects", {"id": other.id, "comments": ""})
    assert [one.id for one in client.work.find_sales(Lost("Twin", reference="006A2"), "4")] == [other.id]
    ticket = client.work.create_ticket(TicketFields("X", "1", "company", "4", description="Case 500A"))
    assert client.work.find_tickets(Lost("Y", reference="500A"), "company", "4") == [ticket]


@pytest.mark.parametrize(
    ("title", "settings", "found"),
    [
        ("Rocket 🚀 launch", {"store_as": {"prospects.title": "plain"}}, True),
        (LONG, {"length_limits": {"prospects.title": 40}}, True),
        (LONG, {"length_limits": {"prospects.title": 6}}, False),
        ("  Two   words ", {"store_as": {"prospects.title": "trim"}}, True),
    ],
)
def test_a_title_that_the_deployment_rewrote_is_still_ours(
    world: World, client: AcceloClient, title: str, settings: dict[str, object], found: bool
) -> None:
    world.put("prospects", {"title": "A very", "affiliation": "4"}, {"title": "🚀", "affiliation": "4"})
    world.control.act("settings", **settings)
    made = client.work.create_sale(SaleFields(title, "4", "1"))
    assert client.work.find_sales(Lost(title), "4") == ([made] if found else [])


@pytest.mark.parametrize("ignored", [[], ["order_by_desc"], ["order_by_desc", "id_greater_than"]])
def test_the_markers_are_exact(world: World, client: AcceloClient, ignored: list[str]) -> None:
    world.control.act("settings", ignored_filters=ignored)
    assert (client.work.highest_sale_id(), client.work.highest_ticket_id()) == ("0", "40")
    world.control.act("bulk", table="prospects", rows=[{} for _ in range(130)])
    assert client.work.highest_sale_id() == "130"
