"""simple-salesforce, a client that others wrote, against the emulator over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceMoreThanOneRecord

from integrations.sandbox import Control, Sandbox
from integrations.vendors.salesforce.sandbox import CLIENT_ID, CLIENT_SECRET, SalesforceSandbox


class Plain(HTTPAdapter):
    """The client insists on https and drops the path of the instance: both are put right on the way."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        request.url = parts._replace(scheme="http", path=f"/salesforce{parts.path}").geturl()
        return super().send(request, *args, **kwargs)


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox([SalesforceSandbox()]) as sandbox:
        yield sandbox


@pytest.fixture
def control(served: Sandbox) -> Control:
    control = Control(served.url, "salesforce")
    control.reset()
    return control


@pytest.fixture
def org(served: Sandbox, control: Control) -> Iterator[Salesforce]:
    with requests.Session() as session:
        session.trust_env = False
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        token = session.post(f"{served.url}/salesforce/services/oauth2/token", data=form, timeout=5).json()
        host = served.url.removeprefix("http://")
        session.mount(f"https://{host}", Plain())
        yield Salesforce(instance=host, session_id=token["access_token"], session=session, version="66.0")


def test_it_follows_pages_of_a_query_and_counts_its_calls(org: Salesforce, control: Control) -> None:
    control.act("generate", accounts=4100)
    found = org.query_all("SELECT Id, Name, Owner.Email FROM Account ORDER BY Id")
    assert (found["totalSize"], len(found["records"]), found["done"]) == (4100, 4100, True)
    assert len({row["Id"] for row in found["records"]}) == 4100
    assert org.api_usage["api-usage"] == (3, 100_000)
    assert org.limits()["DailyApiRequests"]["Remaining"] == 99_996


def test_it_creates_reads_changes_upserts_and_deletes(org: Salesforce, control: Control) -> None:
    control.act("add_field", object="Account", field="Code__c", type="string", length=20, external=True)
    made = org.Account.create({"Name": "Ann"})
    assert made["success"] is True
    assert org.Account.update(made["id"], {"Phone": "1", "Code__c": "a/b"}) == 204
    assert org.Account.get(made["id"])["Phone"] == "1"
    assert org.Account.get_by_custom_id("Code__c", "a/b")["Id"] == made["id"]
    assert org.Account.upsert("Code__c/c.d", {"Name": "Cy"}) == 201
    assert org.Account.upsert("Code__c/c.d", {"Name": "Di"}) == 200
    assert org.Account.delete(made["id"]) == 204
    assert org.query("SELECT Id FROM Account WHERE IsDeleted = true", include_deleted=True)["totalSize"] == 1
    assert org.query("SELECT Id FROM Account")["totalSize"] == 1
    with pytest.raises(SalesforceMalformedRequest, match="REQUIRED_FIELD_MISSING"):
        org.Account.create({"Phone": "1"})


def test_it_understands_two_records_with_one_key(org: Salesforce, control: Control) -> None:
    control.act("put", object="Contact", rows=[{"LastName": name, "Email": "x@y.example"} for name in ("A", "B")])
    with pytest.raises(SalesforceMoreThanOneRecord):
        org.Contact.upsert("Email/x@y.example", {"LastName": "C"})


def test_it_reads_what_was_updated_and_deleted(org: Salesforce, control: Control) -> None:
    keep, gone = control.act("put", object="Account", rows=[{"Name": "Ann"}, {"Name": "Bob"}])
    control.act("delete", ids=[gone])
    control.shift(120)
    end = datetime.now(UTC) + timedelta(seconds=120)
    start = end - timedelta(hours=1)
    assert org.Account.updated(start, end)["ids"] == [keep]
    assert [row["id"] for row in org.Account.deleted(start, end)["deletedRecords"]] == [gone]


def test_it_describes_and_sends_composites(org: Salesforce) -> None:
    assert "LastName" in [field["name"] for field in org.Contact.describe()["fields"]]
    assert "Account" in [one["name"] for one in org.describe()["sobjects"]]
    request = {"method": "POST", "url": "/services/data/v66.0/sobjects/Account", "body": {"Name": "Ann"}}
    sent = {"compositeRequest": [{**request, "referenceId": "one"}]}
    answer = org.restful("composite", method="POST", json=sent)
    assert answer["compositeResponse"][0]["httpStatusCode"] == 201


def test_it_loads_and_reads_in_bulk(org: Salesforce, control: Control) -> None:
    people = [{"LastName": f"Person{number}", "Email": "" if number else "wrong"} for number in range(30)]
    done = org.bulk2.Contact.insert(records=people, wait=0)[0]
    assert (done["numberRecordsTotal"], done["numberRecordsFailed"]) == (30, 1)
    failed = org.bulk2.Contact.get_failed_records(done["job_id"])
    assert "INVALID_EMAIL_ADDRESS" in failed
    pages = list(org.bulk2.Contact.query("SELECT Id, LastName FROM Contact ORDER BY Id", max_records=20, wait=0))
    assert [page.count("Person") for page in pages] == [20, 9]


def test_it_reads_sales_and_tickets_with_their_owners_and_counts_them(org: Salesforce, control: Control) -> None:
    control.act("pipeline", opportunities=2_100, cases=120)
    sales = org.query_all("SELECT Id, StageName, Amount, CloseDate, Owner.Name, Account.Name FROM Opportunity")
    assert len({row["Id"] for row in sales["records"]}) == 2_100
    assert sum(row["Amount"] is None for row in sales["records"]) == 124
    cases = org.query_all("SELECT CaseNumber, Owner.Type, Owner.Name FROM Case")["records"]
    queues = [row["Owner"]["Name"] for row in cases if row["Owner"] and row["Owner"]["Type"] == "Group"]
    assert sorted(set(queues)) == ["Billing Questions", "Support Tier 1"]
    groups = org.query("SELECT Status, COUNT(Id) n FROM Case GROUP BY Status")["records"]
    assert sum(row["n"] for row in groups) == 120
    labels = {one["value"]: one["label"] for one in _field(org.Opportunity.describe(), "StageName")["picklistValues"]}
    assert labels["Closed Won"] == "Signed"
    with pytest.raises(SalesforceMalformedRequest, match="CurrencyType"):
        org.query("SELECT IsoCode FROM CurrencyType")


def _field(described: Any, name: str) -> Any:
    return next(field for field in described["fields"] if field["name"] == name)
