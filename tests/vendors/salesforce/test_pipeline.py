"""Sales and tickets through the client, against the emulated org; every count is made anew from the emulator's rows."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.core.errors import ConfigError, TransientError
from integrations.vendors.salesforce.changes import Mark
from integrations.vendors.salesforce.client import SalesforceClient
from integrations.vendors.salesforce.pipeline import CASES, OPPORTUNITIES, is_multi_currency
from integrations.vendors.salesforce.records import Case, Opportunity
from integrations.vendors.salesforce.soql import build_condition
from tests.vendors.salesforce.conftest import Org


@pytest.fixture
def used(org: Org) -> Org:
    """The org after years of selling."""
    org.control.act("pipeline", opportunities=450, cases=450)
    return org


def rows(org: Org, object: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = org.control.act("state", object=object)[object]
    return found


def sales(client: SalesforceClient, where: str = "", after_id: str = "") -> list[Opportunity]:
    describe = client.describe("Opportunity")
    return [one for page in client.read_records(OPPORTUNITIES, describe, where, after_id) for one in page.records]


def tickets(client: SalesforceClient, where: str = "") -> list[Case]:
    pages = client.read_records(CASES, client.describe("Case"), where)
    return [one for page in pages for one in page.records]


def test_one_call_brings_two_thousand_and_none_is_made_besides(org: Org, client: SalesforceClient) -> None:
    org.control.act("pipeline", opportunities=4_001, cases=2_000)
    deals, cases = client.describe("Opportunity"), client.describe("Case")
    org.control.clear_calls()
    pages = list(client.read_records(OPPORTUNITIES, deals))
    assert [len(page.records) for page in pages] == [2_000, 2_000, 1]
    assert {page.total for page in pages} == {4_001}
    assert len({one.id for page in pages for one in page.records}) == 4_001
    assert sum(len(page.records) for page in client.read_records(CASES, cases)) == 2_000
    assert len(org.control.calls()) == 4


def test_each_sale_says_what_the_org_holds(used: Org, client: SalesforceClient) -> None:
    names = {row["Id"]: row["Name"] for row in rows(used, "Account")}
    expected = [
        (
            row["Id"],
            row["Name"],
            row["StageName"],
            date.fromisoformat(row["CloseDate"]),
            None if row.get("Amount") is None else Decimal(str(row["Amount"])),
            row.get("AccountId", ""),
            names.get(row.get("AccountId"), ""),
            row["OwnerId"],
            (row["IsClosed"], row["IsWon"]),
            int(row["Probability"]),
        )
        for row in rows(used, "Opportunity")
    ]
    found = [
        (
            one.id,
            one.name,
            one.stage,
            one.closes,
            one.amount,
            one.account_id,
            one.account_name,
            one.owner_id,
            (one.is_closed, one.is_won),
            one.probability,
        )
        for one in sales(client)
    ]
    assert found == expected
    amounts = {amount for *_, amount, _, _, _, _, _ in found}
    assert {None, Decimal("0.00")} <= amounts
    assert any("🚀" in name and len(name) <= 120 for _, name, *_ in found)


def test_each_ticket_says_what_the_org_holds(used: Org, client: SalesforceClient) -> None:
    expected = [
        (row["Id"], row["CaseNumber"], row.get("Subject", ""), row["Status"], row.get("ContactId", ""), row["IsClosed"])
        for row in rows(used, "Case")
    ]
    found = tickets(client)
    assert [(one.id, one.number, one.subject, one.status, one.contact_id, one.is_closed) for one in found] == expected
    alone = next(one for one in found if not one.contact_id)
    assert (alone.contact_name, alone.supplied_email[:7]) == ("", "visitor")
    assert all(one.contact_name.startswith("Person") for one in found if one.contact_id)


def test_owners_are_people_queues_or_somebody_who_is_not_seen(used: Org, client: SalesforceClient) -> None:
    queues = {row["Id"]: row["Name"] for row in rows(used, "Group") if row["Type"] == "Queue"}
    people = {row["Id"]: row["Name"] for row in rows(used, "User") if row["Name"] != "Former Partner"}
    for one in tickets(client):
        if one.owner_type == "queue":
            assert one.owner_name == queues[one.owner_id]
        else:
            assert one.owner_name == people.get(one.owner_id, "")
    assert {one.owner_name for one in sales(client)} >= {"", "Import Robot", "Sam Carter"}


def test_an_interrupted_reading_goes_on_after_the_last_record(used: Org, client: SalesforceClient) -> None:
    used.switch(short_pages=True, locator_pages=2)
    every = [row["Id"] for row in rows(used, "Opportunity")]
    assert [one.id for one in sales(client)] == every
    assert [one.id for one in sales(client, after_id=every[99])] == every[100:]


def test_a_selection_is_built_from_fields_and_counted(used: Org, client: SalesforceClient) -> None:
    describe = client.describe("Opportunity")
    chosen = [
        {"field": "IsClosed", "operator": "is", "values": ["false"]},
        {"field": "Amount", "operator": "greater", "values": ["1000.50"]},
        {"field": "CloseDate", "operator": "greater", "values": [date.today().isoformat()]},
    ]
    pages = list(client.read_records(OPPORTUNITIES, describe, build_condition(chosen, describe)))
    expected = [
        row["Id"]
        for row in rows(used, "Opportunity")
        if not row["IsClosed"] and row.get("Amount", 0) > 1000.5 and row["CloseDate"] > date.today().isoformat()
    ]
    assert [one.id for page in pages for one in page.records] == expected
    assert pages[0].total == len(expected) > 0


def test_a_selection_too_long_for_an_address_keeps_sums_to_the_cent(used: Org, client: SalesforceClient) -> None:
    names = [row["Name"] for row in rows(used, "Opportunity")][:90]
    describe = client.describe("Opportunity")
    where = build_condition([{"field": "Name", "operator": "in", "values": names}], describe)
    used.put("Opportunity", {"Name": names[0], "StageName": "x", "CloseDate": "2026-01-01", "Amount": 12345678901.23})
    found = sales(client, where)
    assert used.calls("/composite")
    assert (len(found), found[-1].amount) == (91, Decimal("12345678901.23"))


def test_nothing_to_read_is_one_page_that_tells_the_time(client: SalesforceClient) -> None:
    pages = list(client.read_records(OPPORTUNITIES, client.describe("Opportunity")))
    assert [(page.records, page.total) for page in pages] == [([], 0)]
    assert pages[0].began.tzinfo is not None


# What is new


def test_what_is_new_since_shows_new_changed_and_deleted_ones(used: Org, client: SalesforceClient) -> None:
    describe = client.describe("Opportunity")
    began = next(client.read_records(OPPORTUNITIES, describe)).began
    used.control.shift(60)
    ids = [row["Id"] for row in rows(used, "Opportunity")]
    used.control.act("delete", ids=[ids[1]])
    used.put("Opportunity", {"Id": ids[0], "StageName": "Closed Won"})
    new = used.put("Opportunity", {"Name": "New", "StageName": "Prospecting", "CloseDate": "2026-12-01"})[0]
    pages = list(client.read_changed_records(OPPORTUNITIES, describe, Mark(began), "IsClosed = false"))
    found = {one.id: one for page in pages for one in page.records}
    assert set(found) == {ids[1], new}
    assert (found[ids[1]].is_deleted, found[new].is_deleted) == (True, False)
    again = list(client.read_changed_records(OPPORTUNITIES, describe, pages[-1].mark))
    assert [one.id for page in again for one in page.records if one.id not in found] == []


def test_cases_that_changed_come_with_their_new_owner(used: Org, client: SalesforceClient) -> None:
    describe = client.describe("Case")
    used.control.shift(60)
    id = rows(used, "Case")[5]["Id"]
    queue = next(row["Id"] for row in rows(used, "Group") if row["Name"] == "Billing Questions")
    since = Mark(used.control.now() - timedelta(seconds=10))
    used.put("Case", {"Id": id, "OwnerId": queue, "Status": "Closed"})
    pages = client.read_changed_records(CASES, describe, since)
    found = [(one.id, one.owner_type, one.owner_name, one.is_closed) for page in pages for one in page.records]
    assert found == [(id, "queue", "Billing Questions", True)]


# By id


def test_records_are_fetched_by_short_and_long_ids(used: Org, client: SalesforceClient) -> None:
    ids = [row["Id"] for row in rows(used, "Opportunity")]
    used.control.act("delete", ids=[ids[0]])
    describe = client.describe("Opportunity")
    found = client.fetch_records(OPPORTUNITIES, describe, [id[:15] for id in ids[:200]] + ids[150:250])
    assert list(found) == ids[1:250]
    assert all(one.id == id for id, one in found.items())
    assert client.fetch_records(OPPORTUNITIES, describe, []) == {}


# Orgs and users


def test_sums_have_a_currency_only_where_the_org_has_several(used: Org, client: SalesforceClient) -> None:
    assert not is_multi_currency(client.describe("Opportunity"))
    assert {one.currency for one in sales(client)} == {""}
    used.switch(multi_currency=True)
    used.control.act("pipeline", opportunities=10)
    assert is_multi_currency(client.describe("Opportunity"))
    assert {one.currency for one in sales(client)} == {"USD", "EUR", "GBP", "AUD", "JPY"}


def test_a_hidden_sum_is_none_and_told(used: Org, client: SalesforceClient) -> None:
    used.control.act("hide_fields", object="Opportunity", fields=["Amount", "AccountId"])
    describe = client.describe("Opportunity")
    assert OPPORTUNITIES.hidden(describe) == ["Amount", "AccountId"]
    assert {(one.amount, one.account_id, one.account_name) for one in sales(client)} == {(None, "", "")}


def test_without_its_stage_no_sale_is_read(used: Org, client: SalesforceClient) -> None:
    used.control.act("hide_fields", object="Opportunity", fields=["StageName"])
    with pytest.raises(ConfigError, match=r"opportunities: StageName\. Make them visible"):
        sales(client)


@pytest.fixture
def slow(used: Org) -> Iterator[Org]:
    used.switch(query_timeout_rows=100)
    yield used


def test_a_whole_reading_that_takes_too_long_is_for_later(slow: Org, client: SalesforceClient) -> None:
    with pytest.raises(TransientError) as error:
        sales(client)
    assert error.value.code == "QUERY_TIMEOUT"
