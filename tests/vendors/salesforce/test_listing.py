"""Reading by query, by bulk job and by id, against the emulated org."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.core.errors import ConfigError, ProtocolError
from integrations.vendors.salesforce.client import SalesforceClient
from integrations.vendors.salesforce.soql import build_condition, quote
from tests.vendors.salesforce.conftest import Org, all_rows


def test_all_pages_of_a_query_come(org: Org, client: SalesforceClient) -> None:
    org.control.act("generate", accounts=4_500)
    pages = list(client.query("SELECT Id FROM Account ORDER BY Id"))
    assert [len(page.rows) for page in pages] == [2_000, 2_000, 512]
    assert {page.total for page in pages} == {4_512}
    assert abs(pages[0].server_time - datetime.now(UTC)) < timedelta(seconds=10)


def test_a_short_page_is_not_the_last(org: Org, client: SalesforceClient) -> None:
    org.control.act("generate", accounts=2_000)
    org.switch(short_pages=True)
    assert len(all_rows(client)) == 2_012


def test_a_long_list_of_ids_is_read_through_a_composite_request(org: Org, client: SalesforceClient) -> None:
    org.control.act("generate", accounts=300)
    ids = [row["Id"] for row in all_rows(client)]
    condition = f"Id IN ({', '.join(map(quote, ids))})"
    assert client.count("Account", condition) == 312
    assert org.calls("/composite")


def test_a_field_that_is_gone_is_for_a_person(org: Org, client: SalesforceClient) -> None:
    org.control.act("hide_fields", object="Account", fields=["Fax"])
    with pytest.raises(ConfigError, match="Fax") as caught:
        all_rows(client, ("Name", "Fax"))
    assert caught.value.code == "INVALID_FIELD"


def test_a_query_that_is_none_is_our_own_mistake(client: SalesforceClient) -> None:
    with pytest.raises(ProtocolError):
        list(client.query("SELECT FROM"))


@pytest.mark.parametrize(
    "name", ["O'Neil & Söhne", 'The "Best" \\ Company', "100%_sure", "株式会社", "Robert'; DROP", "50\\% \\_x"]
)
def test_a_name_is_found_by_itself_whatever_is_in_it(org: Org, client: SalesforceClient, name: str) -> None:
    org.put("Account", {"Name": name}, {"Name": "Another"}, {"Name": "100 be sure"})
    describe = client.describe("Account")
    for operator in ("is", "contains", "starts_with"):
        row = {"field": "Name", "operator": operator, "values": [name]}
        found = all_rows(client, where=build_condition([row], describe))
        assert [one["Name"] for one in found] == [name]


def test_all_records_are_read_from_the_one_after_a_given_one(org: Org, client: SalesforceClient) -> None:
    rows = all_rows(client)
    assert [row["Name"] for row in all_rows(client, after_id=rows[4]["Id"])] == [row["Name"] for row in rows[5:]]
    one = all_rows(client, where=f"Name = {quote(rows[7]['Name'])} OR Name = 'x'", after_id=rows[4]["Id"])
    assert one == [rows[7]]


def test_dead_lists_are_resumed_while_all_is_read(org: Org, client: SalesforceClient) -> None:
    org.control.act("generate", accounts=6_000)
    org.switch(locator_pages=1)
    names = [row["Name"] for row in all_rows(client)]
    assert len(names) == len(set(names)) == 6_012


FIELDS = (
    "Name",
    "Phone",
    "Fax",
    "IsDeleted",
    "NumberOfEmployees",
    "AnnualRevenue",
    "CreatedDate",
    "Owner.Name",
    "Parent.Name",
)


def test_a_bulk_job_brings_the_same_rows_as_queries(org: Org, client: SalesforceClient) -> None:
    (parent,) = org.put("Account", {"Name": 'A "quoted", name\nof two lines', "AnnualRevenue": 1234.5})
    org.put("Account", {"Name": "Child", "ParentId": parent, "NumberOfEmployees": 12})
    plain = all_rows(client, FIELDS)
    assert all_rows(client, FIELDS, bulk_above=5) == plain
    assert org.calls("/jobs/query")
    assert sum(org.sleeps) > 0
    assert {type(row["AnnualRevenue"]) for row in plain if row["AnnualRevenue"]} == {Decimal}
    assert plain[-1]["Parent"]["Name"].startswith('A "quoted", name')


def test_bulk_results_come_in_parts(org: Org, client: SalesforceClient) -> None:
    org.control.act("generate", accounts=10_500)
    pages = list(client.read_all("Account", ["Name"], bulk_above=10_000))
    assert [len(page) for page in pages] == [10_000, 512]
    assert [row["Id"] for page in pages for row in page] == sorted(row["Id"] for page in pages for row in page)


def test_a_bulk_job_is_at_work_before_its_rows_are_asked_for(org: Org, client: SalesforceClient) -> None:
    pages = client.read_all("Account", ["Name"], bulk_above=5)
    assert [call["method"] for call in org.calls("/jobs/query")] == ["POST"]
    assert sum(map(len, pages)) == 12


@pytest.mark.parametrize("refusal", ["FEATURENOTENABLED", "API_DISABLED_FOR_ORG"])
def test_without_bulk_rights_queries_bring_all(org: Org, client: SalesforceClient, refusal: str) -> None:
    org.switch(bulk_refusal=refusal)
    assert len(all_rows(client, bulk_above=5)) == 12


def test_a_bulk_job_that_fails_is_replaced_by_queries(org: Org, client: SalesforceClient) -> None:
    body = '{"id": "750000000000001AAA", "state": "Failed", "errorMessage": "InternalServerError"}'
    org.control.faults({"match": "GET /jobs/query", "do": "status", "status": 200, "times": -1, "body_text": body})
    assert len(all_rows(client, bulk_above=5)) == 12


def test_bulk_results_that_vanish_half_way_are_finished_by_queries(org: Org, client: SalesforceClient) -> None:
    org.control.act("generate", accounts=10_500)
    gone = '[{"errorCode": "INVALID_QUERY_LOCATOR", "message": "gone"}]'
    org.control.faults(
        {"match": "GET /results.*locator", "do": "status", "status": 400, "times": -1, "body_text": gone}
    )
    names = [row["Name"] for row in all_rows(client, bulk_above=5)]
    assert len(names) == len(set(names)) == 10_512


def test_records_are_found_by_id_and_missing_ones_left_out(org: Org, client: SalesforceClient) -> None:
    ids = [row["Id"] for row in all_rows(client)]
    org.control.act("delete", ids=[ids[1]])
    wanted = [ids[0][:15], ids[1], "001000000000000AAA", ids[2], ids[2]]
    found = client.retrieve("Account", wanted, ["Name"])
    assert set(found) == {ids[0], ids[2]}
    refused = '[{"errorCode": "METHOD_NOT_ALLOWED", "message": "no"}]'
    org.control.faults(
        {"match": "POST /composite/sobjects", "do": "status", "status": 405, "times": -1, "body_text": refused}
    )
    assert client.retrieve("Account", wanted, ["Name"]) == found


def test_more_ids_than_one_call_takes_are_asked_in_several(org: Org, client: SalesforceClient) -> None:
    org.control.act("generate", accounts=2_500)
    ids = [row["Id"] for row in all_rows(client)]
    assert len(client.retrieve("Account", ids, ["Name"])) == 2_512
    assert len(org.calls("/composite/sobjects")) == 2
