"""The connection test, what can be mapped, and how objects are described."""

from datetime import timedelta
from typing import Any

import pytest

from integrations.core.errors import ConfigError, RejectedError
from integrations.vendors.salesforce.client import SalesforceClient
from integrations.vendors.salesforce.describe import Describe
from integrations.vendors.salesforce.ids import is_id
from tests.vendors.salesforce.conftest import Org


def test_the_test_tells_who_is_connected_and_what_is_left(org: Org, client: SalesforceClient) -> None:
    org.switch(daily_limit=5000, used_by_others=100)
    checked = client.check()
    assert is_id(checked.identity)
    assert len(checked.identity) == 18
    assert checked.facts["Organisation"] == "Acme Services"
    assert checked.facts["Kind"] == "Production"
    assert "Alex Morgan" in checked.facts["Signed in as"]
    assert checked.missing == ()
    assert "of 5,000 calls left" in checked.budget
    assert "at most 2,500 calls a day for this portal" in checked.budget


def test_missing_rights_are_told_as_what_to_do(org: Org, client: SalesforceClient) -> None:
    org.control.act("hide_fields", object="Contact", fields=["MobilePhone"])
    org.control.act("rights", object="Account", createable=False, updateable=False)
    org.control.act("edit_field", object="Contact", field="Fax", updateable=False)
    accounts, hidden, locked = client.check().missing
    assert "may not create or change companies" in accounts
    assert "does not see these fields of contacts: MobilePhone" in hidden
    assert "may not change these fields of contacts: Fax" in locked


def test_a_version_that_the_org_does_not_have_is_refused_with_those_it_has(org: Org) -> None:
    with pytest.raises(ConfigError, match="api_version"):
        org.client(api_version="99.0").check()


def test_an_identity_address_that_leads_elsewhere_is_asked_at_the_org(org: Org, client: SalesforceClient) -> None:
    client.check()
    org.tokens.stored["identity_url"] = org.tokens.stored["identity_url"].replace("/id/", "/elsewhere/id/")
    assert is_id(org.client().check().identity)


# Candidates


def test_people_queues_stages_and_statuses_can_be_mapped(org: Org, client: SalesforceClient) -> None:
    org.put("User", {"LastName": "Gone", "Username": "gone@acme.example", "Email": "gone@acme.example"})
    org.control.act("user", username="gone@acme.example", active=False)
    org.put("Group", {"Name": "Support", "Type": "Queue"}, {"Name": "Everybody", "Type": "Regular"})
    users = {one.email: one for one in client.list_candidates("user")}
    assert users["alex.morgan@acme.example"].label == "Alex Morgan"
    assert (users["gone@acme.example"].label, users["gone@acme.example"].active) == ("Gone", False)
    assert users["autoproc@acme.example"].extra == {"type": "AutomatedProcess"}
    assert [one.label for one in client.list_candidates("queue")] == ["Support"]
    stages = list(client.list_candidates("opportunity_stage"))
    assert (stages[0].id, stages[0].active) == ("Prospecting", True)
    assert stages[0].extra == {"closed": "false", "won": "false", "probability": "10"}
    assert [one.id for one in client.list_candidates("case_status")] == ["New", "Working", "Escalated", "Closed"]
    with pytest.raises(ConfigError, match="no list of 'invoice'"):
        client.list_candidates("invoice")


def test_only_people_changed_since_are_read_again(org: Org, client: SalesforceClient) -> None:
    later = org.control.now() + timedelta(hours=1)
    assert list(client.list_candidates("user", later)) == []
    assert list(client.list_candidates("queue", later)) == list(client.list_candidates("queue"))


# Describing


def test_a_description_is_read_again_only_when_it_changed(org: Org, client: SalesforceClient) -> None:
    org.control.shift(-7200)
    org.control.act("edit_field", object="Account", field="Name", length=80)
    org.control.shift(0)
    first = client.describe("Account")
    assert (first.fields["Name"].length, first.fields["Name"].updateable) == (80, True)
    assert "Customer - Direct" in first.fields["Type"].values
    assert not first.fields["Description"].filterable
    assert Describe.from_json(first.as_json()) == first
    assert client.describe("Account", first.as_json()) == first
    assert org.calls("/describe")[-1]["status"] == 304
    org.control.act("edit_field", object="Account", field="Name", length=90)
    assert client.describe("Account", first.as_json()).fields["Name"].length == 90


@pytest.mark.parametrize("known", [{}, {"fields": [{"odd": 1}]}, {"object": "Account"}])
def test_what_an_older_release_stored_is_read_anew(client: SalesforceClient, known: dict[str, Any]) -> None:
    assert client.describe("Account", known).has("Name")
    contact = client.describe("Contact").as_json()
    assert client.describe("Account", contact).has("Industry")


def test_an_object_that_is_not_there_is_refused(client: SalesforceClient) -> None:
    with pytest.raises(RejectedError):
        client.describe("Nothing")
