"""The emulator's own rules for sales and tickets."""

from datetime import date
from typing import Any

import pytest

from tests.vendors.salesforce.sandbox_caller import Caller, body, error


@pytest.fixture
def caller() -> Caller:
    return Caller()


def flags(caller: Caller, id: str) -> tuple[Any, ...]:
    row = caller.row(id)
    return row["IsClosed"], row.get("IsWon"), row.get("Probability")


def test_a_stage_says_whether_a_sale_is_closed_and_won(caller: Caller) -> None:
    sale = {"Name": "Fleet", "StageName": "Prospecting", "CloseDate": "2026-06-01", "Amount": 100.5}
    id = body(caller.api("POST", "sobjects/Opportunity", sale))["id"]
    assert flags(caller, id) == (False, False, 10)
    for stage, expected in (("Closed Won", (True, True, 100)), ("Closed Lost", (True, False, 0))):
        assert caller.api("PATCH", f"sobjects/Opportunity/{id}", {"StageName": stage}).status == 204
        assert flags(caller, id) == expected
    assert caller.row(id)["LastStageChangeDate"] == "2026-05-08T12:00:00.000+0000"
    assert error(caller.api("PATCH", f"sobjects/Opportunity/{id}", {"IsWon": True}))[1] == (
        "INVALID_FIELD_FOR_INSERT_UPDATE"
    )


def test_a_row_keeps_what_a_dropped_stage_or_status_said(caller: Caller) -> None:
    caller.control("stage", value="Lost to rival", closed=True)
    caller.control("status", value="Solved", closed=True)
    sale = caller.put("Opportunity", {"Name": "F", "StageName": "Lost to rival", "CloseDate": "2026-06-01"})[0]
    case = caller.put("Case", {"Subject": "F", "Status": "Solved"})[0]
    caller.control("stage", value="Lost to rival", gone=True)
    caller.control("status", value="Solved", gone=True)
    caller.put("Opportunity", {"Id": sale, "NextStep": "None"})
    caller.put("Case", {"Id": case, "Priority": "Low"})
    assert (flags(caller, sale)[:2], flags(caller, case)[0]) == ((True, False), True)
    caller.put("Case", {"Id": case, "Status": "Odd"})
    assert flags(caller, case)[0] is False


def test_sales_go_with_their_company_and_cases_hold_it_back(caller: Caller) -> None:
    account = caller.put("Account", {"Name": "Ann"})[0]
    contact = caller.put("Contact", {"LastName": "One", "AccountId": account})[0]
    sale = caller.put("Opportunity", {"Name": "F", "StageName": "x", "CloseDate": "2026-06-01", "AccountId": account})[
        0
    ]
    case = caller.put("Case", {"Subject": "F", "ContactId": contact})[0]
    assert error(caller.api("DELETE", f"sobjects/Contact/{contact}"))[1] == "DELETE_FAILED"
    caller.put("Case", {"Id": case, "ContactId": None, "AccountId": account})
    assert error(caller.api("DELETE", f"sobjects/Account/{account}"))[1] == "DELETE_FAILED"
    caller.control("delete", ids=[case])
    assert caller.api("DELETE", f"sobjects/Account/{account}").status == 204
    gone = caller.query("SELECT Id FROM Opportunity WHERE IsDeleted = true", deleted=True)
    assert [row["Id"] for row in gone] == [sale]


def test_a_relationship_that_leads_nowhere_is_null(caller: Caller) -> None:
    account = caller.put("Account", {"Name": "Ann"})[0]
    caller.put("Opportunity", {"Name": "F", "StageName": "x", "CloseDate": "2026-06-01", "AccountId": account})
    select = "SELECT AccountId, Account.Name FROM Opportunity"
    assert caller.query(select)[0]["Account"]["Name"] == "Ann"
    caller.control("hide", ids=[account])
    assert (caller.query(select)[0]["AccountId"], caller.query(select)[0]["Account"]) == (account, None)


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        ("SELECT Amount FROM Opportunity GROUP BY Amount", "MALFORMED_QUERY", "'Amount' can not be grouped"),
        ("SELECT Owner.Type FROM Opportunity", "INVALID_FIELD", "No such column 'Type' on entity 'User'"),
        ("SELECT Contact.Name FROM Opportunity", "INVALID_FIELD", "Didn't understand relationship 'Contact'"),
        ("SELECT MasterRecordId FROM Opportunity", "INVALID_FIELD", "MasterRecordId"),
        ("SELECT CurrencyIsoCode FROM Opportunity", "INVALID_FIELD", "CurrencyIsoCode"),
        ("SELECT IsoCode FROM CurrencyType", "INVALID_TYPE", "'CurrencyType' is not supported"),
        ("SELECT Id, COUNT(Id) FROM Case GROUP BY Id", "EXCEEDED_ID_LIMIT", "does not support queryMore()"),
    ],
)
def test_what_an_org_with_one_currency_refuses(caller: Caller, soql: str, code: str, words: str) -> None:
    caller.control("pipeline", cases=2_001)
    status, found, message = caller.refused(soql)
    assert (status, found) == (400, code)
    assert words in message


def test_groups_may_be_of_parents_and_sorted_by_their_number(caller: Caller) -> None:
    caller.control("pipeline", cases=100)
    found = caller.query("SELECT Owner.Name, COUNT(Id) n FROM Case GROUP BY Owner.Name ORDER BY COUNT(Id) DESC LIMIT 2")
    assert [row["n"] for row in found] == [13, 12]
    assert found[0]["Name"] in ("Support Tier 1", "Billing Questions")


def test_currencies_come_with_the_feature(caller: Caller) -> None:
    assert "CurrencyType" not in [one["name"] for one in caller.get("sobjects")["sobjects"]]
    caller.control("settings", multi_currency=True)
    caller.control("pipeline", opportunities=10)
    assert "CurrencyType" in [one["name"] for one in caller.get("sobjects")["sobjects"]]
    rows = caller.query("SELECT CurrencyIsoCode, COUNT(Id) n FROM Opportunity GROUP BY CurrencyIsoCode")
    assert {row["n"] for row in rows} == {2}


def test_the_lists_that_a_description_shows_are_those_of_the_org(caller: Caller) -> None:
    caller.control("stage", value="Closed Won", label="Signed")
    caller.control("status", value="Triage")
    sale, case = caller.get("sobjects/Opportunity/describe"), caller.get("sobjects/Case/describe")
    stages = next(field for field in sale["fields"] if field["name"] == "StageName")["picklistValues"]
    assert ("Closed Won", "Signed") in [(one["value"], one["label"]) for one in stages]
    statuses = next(field for field in case["fields"] if field["name"] == "Status")["picklistValues"]
    assert [(one["value"], one["defaultValue"]) for one in statuses][::4] == [("New", True), ("Triage", False)]


def test_generated_rows_are_the_same_each_time_and_have_what_old_orgs_have(caller: Caller) -> None:
    caller.control("generate", accounts=20, contacts=40)
    caller.control("pipeline", opportunities=1_000, cases=1_000)
    other = Caller()
    other.control("generate", accounts=20, contacts=40)
    other.control("pipeline", opportunities=1_000, cases=1_000)
    assert caller.control("state") == other.control("state")
    sales, cases = (caller.control("state", object=name)[name] for name in ("Opportunity", "Case"))
    assert {len(row["Name"]) for row in sales} >= {120}
    assert max(len(row.get("Subject", "")) for row in cases) == 255
    assert any("AccountId" not in row for row in sales)
    assert any(row["OwnerId"].startswith("00G") for row in cases)
    assert all(date.fromisoformat(row["CloseDate"]) for row in sales)
