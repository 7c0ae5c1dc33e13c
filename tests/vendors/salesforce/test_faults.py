"""What the client makes of trouble on the wire, of its allowance, and of other software at its address."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from integrations.core.errors import BudgetExhausted, ConfigError, OutcomeUnknown, TransientError
from integrations.vendors.salesforce.changes import Mark
from integrations.vendors.salesforce.client import SalesforceClient
from tests.vendors.salesforce.conftest import Org

Call = Callable[[SalesforceClient], Any]
ID = "001000000000001AAA"


def _deleted(client: SalesforceClient) -> Any:
    end = client._access.now()
    return client.deleted("Account", end - timedelta(hours=1), end)


READS: dict[str, tuple[str, Call]] = {
    "token": ("POST /oauth2/token", lambda client: client.count("Account")),
    "identity": ("GET /id/", lambda client: client.check()),
    "versions": ("GET /services/data/$", lambda client: client.check()),
    "describe": ("GET /describe", lambda client: client.describe("Account")),
    "count": ("GET /query", lambda client: client.count("Account")),
    "changes": ("GET /queryAll", lambda client: list(client.read_changes("Account", [], Mark()))),
    "all": ("GET /query.*ORDER", lambda client: list(client.read_all("Account", ["Name"]))),
    "bulk job": ("POST /jobs/query", lambda client: list(client.read_all("Account", ["Name"], bulk_above=1))),
    "bulk results": ("GET /results", lambda client: list(client.read_all("Account", ["Name"], bulk_above=1))),
    "retrieve": ("POST /composite/sobjects", lambda client: client.retrieve("Account", [ID], ["Name"])),
    "update": ("PATCH /composite", lambda client: client.update_records("Account", [{"Id": ID, "Phone": "1"}])),
    "deleted": ("GET /deleted", _deleted),
    "candidates": ("GET /query", lambda client: list(client.list_candidates("user"))),
}
"""Calls that may be repeated, with the request a fault strikes."""

PASSING: dict[str, dict[str, Any]] = {
    "refused": {"do": "refuse"},
    "reset after the work": {"do": "reset", "when": "after"},
    "server error": {"do": "status", "status": 500},
    "bad gateway as a web page": {"do": "html", "status": 502},
    "web page": {"do": "html"},
    "cut": {"do": "cut", "when": "after"},
    "edge": {"do": "empty", "status": 420},
    "limit, soon over": {"do": "status", "status": 429, "headers": {"Retry-After": "1"}},
}
LOST = [name for name in PASSING if name not in ("limit, soon over",)]


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("name", [name for name in READS if name != "token"])
def test_a_repeatable_call_survives_a_passing_fault(org: Org, client: SalesforceClient, name: str, fault: str) -> None:
    match, call = READS[name]
    org.control.faults({"match": match, **PASSING[fault]})
    call(client)
    assert any(entry["fault"] for entry in org.control.calls())


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_to_a_create_is_an_unknown_outcome_and_sent_once(
    org: Org, client: SalesforceClient, fault: str
) -> None:
    org.control.faults({"match": "POST /composite/sobjects", **PASSING[fault]})
    with pytest.raises(OutcomeUnknown):
        client.create_records("Account", [{"Name": "New"}])
    assert len(org.calls("/composite/sobjects")) == 1


def test_a_lasting_fault_ends_as_transient(org: Org, client: SalesforceClient) -> None:
    org.control.faults({"match": "GET /query", "do": "status", "status": 500, "times": -1})
    with pytest.raises(TransientError) as caught:
        client.count("Account")
    assert caught.value.kind == "transient"


def test_maintenance_as_a_web_page_everywhere_names_the_address(org: Org) -> None:
    org.control.faults({"match": "", "do": "html", "times": -1})
    with pytest.raises(ConfigError, match="login_url"):
        org.client().check()


def test_the_used_up_day_is_held_for_a_quarter_of_an_hour(org: Org, client: SalesforceClient) -> None:
    org.switch(daily_limit=3)
    for _ in range(3):
        client.count("Account")
    with pytest.raises(BudgetExhausted) as caught:
        client.create_records("Account", [{"Name": "New"}])
    assert caught.value.retry_after == 900
    assert org.pacer.seen[-1] == (1, 0, 900.0)
    org.control.shift(86_401)
    client.create_records("Account", [{"Name": "New"}])


@pytest.mark.parametrize("header", ["short", "long"])
def test_the_portal_stops_at_its_share_and_at_eighty_percent_of_all(
    org: Org, client: SalesforceClient, header: str
) -> None:
    org.switch(daily_limit=1000, limit_header=header, used_by_others=100)
    client.count("Account")
    org.switch(used_by_others=798)
    client.count("Account")
    assert org.pacer.seen == [(500, 499, None), (500, 0, 900.0)]


def test_refusals_for_calls_at_once_are_asked_again(org: Org, client: SalesforceClient) -> None:
    org.switch(concurrency_refusals=1)
    assert client.count("Account") == 12


def test_no_message_holds_a_pattern(org: Org) -> None:
    with pytest.raises(ConfigError) as caught:
        org.client({"client_secret": "wrong"}).check()
    assert caught.value.message.endswith(".")
    assert "{" not in caught.value.message
