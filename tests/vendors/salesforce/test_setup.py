from decimal import Decimal

from integrations.vendors.salesforce.client import SalesforceClient
from integrations.vendors.salesforce.records import User
from tests.vendors.salesforce.conftest import Org


def test_owners_are_found_whether_they_are_active_machines_or_gone(org: Org, client: SalesforceClient) -> None:
    org.control.act("pipeline", opportunities=70)
    ids = list(client.count_by("Opportunity", "OwnerId"))
    robot = next(row["Id"] for row in org.control.act("state", object="User")["User"] if "autoproc" in row["Username"])
    org.control.clear_calls()
    found = client.fetch_users([*ids, robot])
    assert len(org.control.calls()) == 1
    by_name = {user.name: user for user in found.values()}
    assert set(by_name) == {
        "Priya Raman", "Tom Okafor", "Lena Vogel", "Sam Carter", "Ana Duarte", "Import Robot", "Automated Process"
    }  # fmt: skip
    assert len(ids) == 7, "the seventh owner is not seen"
    assert by_name["Sam Carter"] == User(
        id=by_name["Sam Carter"].id,
        name="Sam Carter",
        first_name="Sam",
        last_name="Carter",
        email="sam.carter@acme.example",
        username="sam.carter@acme.example",
        active=False,
        type="Standard",
    )
    assert (by_name["Import Robot"].first_name, by_name["Import Robot"].is_person) == ("", True)
    assert not by_name["Automated Process"].is_person
    assert client.fetch_users([]) == {}


def test_labels_of_stages_and_statuses_are_not_their_names(org: Org, client: SalesforceClient) -> None:
    org.control.act("stage", value="Closed Won", label="Signed")
    org.control.act("stage", value="Qualification", active=False)
    org.control.act("stage", value="Legal", label="Legal check", probability=95)
    org.control.act("stage", value="Needs Analysis", gone=True)
    org.control.act("status", value="Working", label="In Progress")
    stages = {stage.name: stage for stage in client.list_stages()}
    won, legal = stages["Closed Won"], stages["Legal"]
    assert (won.label, won.closed, won.won, won.probability) == ("Signed", True, True, 100)
    assert (legal.label, legal.closed, legal.active, legal.probability) == ("Legal check", False, True, 95)
    assert (stages["Qualification"].active, "Needs Analysis" in stages) == (False, False)
    assert list(stages)[0] == "Prospecting"
    statuses = [(status.name, status.label, status.closed, status.default) for status in client.list_case_statuses()]
    assert statuses[:2] == [("New", "New", False, True), ("Working", "In Progress", False, False)]
    described = client.describe("Opportunity").fields["StageName"]
    assert dict(zip(described.values, described.labels, strict=True))["Closed Won"] == "Signed"
    assert "Qualification" not in described.values


def test_queues_are_told_from_other_groups(org: Org, client: SalesforceClient) -> None:
    org.put("Group", {"Name": "Support", "Type": "Queue", "Email": "help@acme.example"}, {"Name": "All"})
    assert [(queue.name, queue.email) for queue in client.list_queues()] == [("Support", "help@acme.example")]


def test_currencies_are_listed_where_there_are_several(org: Org, client: SalesforceClient) -> None:
    assert client.list_currencies() == []
    org.switch(multi_currency=True)
    currencies = client.list_currencies()
    assert [currency.code for currency in currencies if currency.corporate] == ["USD"]
    yen = next(currency for currency in currencies if currency.code == "JPY")
    assert (yen.rate, yen.places) == (Decimal("150.25"), 0)
