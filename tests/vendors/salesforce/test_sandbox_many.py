"""Many records in one call: collections, composite, batch, and the jobs of the Bulk API 2.0."""

import csv
import io
from typing import Any

import pytest

from integrations.vendors.emulator import Response
from tests.vendors.salesforce.sandbox_caller import Caller, body, error


@pytest.fixture
def caller() -> Caller:
    return Caller()


def record(object: str = "Account", **values: Any) -> dict[str, Any]:
    return {"attributes": {"type": object}, **values}


def send(caller: Caller, method: str, records: list[dict[str, Any]], path: str = "", **more: Any) -> Response:
    return caller.api(method, f"composite/sobjects{path}", {"records": records, **more}, sforce_auto_assign="FALSE")


def codes(answer: Response) -> list[str]:
    return [row["errors"][0]["statusCode"] if row["errors"] else "ok" for row in body(answer)]


# Collections


def test_results_come_in_order_and_with_200_even_if_every_row_failed(caller: Caller) -> None:
    sent = [record(Name="Ann"), record(), record("Contact", LastName="One"), record(Name="x" * 300)]
    answer = send(caller, "POST", sent)
    assert codes(answer) == ["ok", "REQUIRED_FIELD_MISSING", "ok", "STRING_TOO_LONG"]
    first, second = body(answer)[:2]
    assert first == {"id": first["id"], "success": True, "errors": []}
    assert second["errors"][0]["fields"] == ["Name"]
    assert "id" not in second
    assert send(caller, "POST", [record(), record()]).status == 200


def test_changes_tell_deleted_and_unknown_rows_apart(caller: Caller) -> None:
    ann, gone = caller.put("Account", {"Name": "Ann"}, {"Name": "Bob"})
    caller.control("delete", ids=[gone])
    sent = [record(id=ann[:15], Phone="1"), record(Id=gone, Phone="1"), record(id="001Hs000000009zIAA", Phone="1")]
    answer = send(caller, "PATCH", [*sent, record(Phone="1"), record(id="003Hs0000000001", Phone="1")])
    assert codes(answer) == [
        "ok",
        "ENTITY_IS_DELETED",
        "INVALID_CROSS_REFERENCE_KEY",
        "MISSING_ARGUMENT",
        "MALFORMED_ID",
    ]
    assert body(answer)[0]["id"] == ann
    assert caller.control("audit")["calls"]["by_kind"] == {"collections_write": 1}
    assert list(caller.control("audit")["writes"]) == [ann]


def test_all_or_none_puts_everything_back(caller: Caller) -> None:
    ann = caller.put("Account", {"Name": "Ann"})[0]
    before = caller.control("state")
    sent = [record(id=ann, Name="Bob"), record(id=ann, Name="")]
    answer = send(caller, "PATCH", sent, allOrNone=True)
    assert codes(answer) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    created = [record("Contact", LastName="One", AccountId=ann), record("Contact")]
    assert codes(send(caller, "POST", created, allOrNone=True))[0] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    unknown = "001Hs000000009zIAA"
    answer = caller.api("DELETE", f"composite/sobjects?ids={ann},{unknown}&allOrNone=true")
    assert codes(answer) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "INVALID_CROSS_REFERENCE_KEY"]
    assert caller.control("state") == before
    assert caller.control("audit")["writes"] == {}


def test_the_size_of_a_collection_is_limited(caller: Caller) -> None:
    assert send(caller, "POST", [record(Name="x")] * 201).status == 400
    turns = [record(Name="x"), record("Contact", LastName="x")]
    assert send(caller, "POST", turns * 6).status == 400
    assert send(caller, "POST", turns * 5).status == 200


def test_the_nth_row_of_a_collection_is_locked(caller: Caller) -> None:
    caller.control("lock", rows=[2])
    assert codes(send(caller, "POST", [record(Name="x")] * 3)) == ["ok", "UNABLE_TO_LOCK_ROW", "ok"]


def test_upsert_by_email_creates_changes_and_refuses_a_key_sent_twice(caller: Caller) -> None:
    caller.put("Contact", {"LastName": "One", "Email": "one@x.example"})
    sent = [record("Contact", LastName=name, Email=f"{name}@x.example") for name in ("ONE", "two", "TWO")]
    answer = send(caller, "PATCH", sent, "/Contact/Email")
    assert [row.get("created") for row in body(answer)] == [False, True, None]
    assert codes(answer)[2] == "DUPLICATE_VALUE"
    assert sorted(caller.column("SELECT LastName FROM Contact")) == ["ONE", "two"]


def test_retrieving_puts_null_for_unknown_and_deleted_rows(caller: Caller) -> None:
    ann, gone = caller.put("Account", {"Name": "Ann"}, {"Name": "Bob"})
    caller.control("delete", ids=[gone])
    unknown = "001Hs000000009zIAA"
    asked = {"ids": [unknown, gone, ann], "fields": ["Name"]}
    rows = body(caller.api("POST", "composite/sobjects/Account", asked))
    assert rows[:2] == [None, None]
    assert (rows[2]["Name"], rows[2]["Id"]) == ("Ann", ann)
    assert caller.get(f"composite/sobjects/Account?ids={ann}&fields=Name,Phone")[0]["Phone"] is None


# Composite


def sub(name: str, method: str, url: str, body: Any = None, **headers: str) -> dict[str, Any]:
    one = {"referenceId": name, "method": method, "url": f"/services/data/v66.0/{url}", "httpHeaders": headers}
    return one if body is None else {**one, "body": body}


def composite(caller: Caller, *requests: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    answer = caller.api("POST", "composite", {"compositeRequest": list(requests), **more})
    assert answer.status == 200, answer.body
    return list(body(answer)["compositeResponse"])


def test_later_requests_refer_to_earlier_answers(caller: Caller) -> None:
    answers = composite(
        caller,
        sub("one", "POST", "sobjects/Account", {"Name": "Ann"}),
        sub("two", "POST", "sobjects/Contact", {"LastName": "One", "AccountId": "@{one.id}"}),
        sub("three", "GET", "query?q=SELECT Id, Name FROM Account WHERE Id = '@{one.id}'"),
        sub("four", "PATCH", "sobjects/Account/@{three.records[0].Id}", {"Name": "@{three.records[0].Name}a"}),
        sub("five", "GET", "sobjects/Account/@{one.id}?fields=Name"),
    )
    assert [answer["httpStatusCode"] for answer in answers] == [201, 201, 200, 204, 200]
    assert [answer["referenceId"] for answer in answers] == ["one", "two", "three", "four", "five"]
    assert (answers[3]["body"], answers[4]["body"]["Name"]) == (None, "Anna")
    assert caller.control("audit")["calls"]["total"] == 1


def test_a_failed_subrequest_stops_only_those_that_need_it(caller: Caller) -> None:
    answers = composite(
        caller,
        sub("one", "GET", "sobjects/Foo"),
        sub("two", "GET", "sobjects/Account/@{one.id}"),
        sub("three", "GET", "query?q=SELECT Name FROM Account LIMIT 1"),
    )
    assert answers[0] == {
        "body": [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}],
        "httpHeaders": {},
        "httpStatusCode": 404,
        "referenceId": "one",
    }
    assert (answers[1]["body"][0]["errorCode"], answers[2]["httpStatusCode"]) == ("PROCESSING_HALTED", 200)


def test_a_composite_of_all_or_none_leaves_nothing(caller: Caller) -> None:
    before = caller.control("state")
    answers = composite(
        caller,
        sub("one", "POST", "composite/sobjects", {"records": [record(Name="Ann")], "allOrNone": True}),
        sub("two", "POST", "sobjects/Account", {}),
        sub("three", "POST", "sobjects/Account", {"Name": "Cy"}),
        allOrNone=True,
    )
    assert [one["body"][0]["errorCode"] for one in answers] == [
        "PROCESSING_HALTED",
        "REQUIRED_FIELD_MISSING",
        "PROCESSING_HALTED",
    ]
    assert caller.control("state") == before


def test_a_composite_takes_25_requests_5_queries_and_headers(caller: Caller) -> None:
    caller.control("generate", accounts=300)
    ask = sub("q", "GET", "query?q=SELECT Id FROM Account", **{"Sforce-Query-Options": "batchSize=200"})
    assert len(composite(caller, ask)[0]["body"]["records"]) == 200
    limits = [{**sub("l", "GET", "limits"), "referenceId": f"l{number}"} for number in range(26)]
    assert len(composite(caller, *limits[:25])) == 25
    assert caller.api("POST", "composite", {"compositeRequest": limits}).status == 400
    queries = [{**ask, "referenceId": f"q{number}"} for number in range(6)]
    assert caller.api("POST", "composite", {"compositeRequest": queries}).status == 400
    since = {"If-Modified-Since": "Fri, 08 May 2026 12:00:00 GMT"}
    described = composite(caller, sub("d", "GET", "sobjects/Account/describe", **since))[0]
    assert (described["httpStatusCode"], described["body"]) == (304, None)
    assert set(described["httpHeaders"]) == {"ETag", "Last-Modified"}


def test_a_batch_counts_a_call_for_each_request(caller: Caller) -> None:
    requests = [{"method": "GET", "url": "v66.0/limits"}, {"method": "GET", "url": "v66.0/nothing"}]
    answer = body(caller.api("POST", "composite/batch", {"batchRequests": requests}))
    assert (answer["hasErrors"], [one["statusCode"] for one in answer["results"]]) == (True, [200, 404])
    assert caller.control("audit")["calls"]["total"] == 2


# Bulk


def lines(answer: Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.body.decode())))


def run_ingest(caller: Caller, text: str, **job: str) -> str:
    made = body(caller.api("POST", "jobs/ingest", {"object": "Contact", "operation": "insert", **job}))
    assert made["state"] == "Open"
    path = f"jobs/ingest/{made['id']}"
    sent = caller.send("PUT", f"/services/data/v66.0/{path}/batches", body=text.encode(), content_type="text/csv")
    assert (sent.status, sent.body) == (201, b"")
    caller.api("PATCH", path, {"state": "UploadComplete"})
    states = [caller.get(path)["state"] for _ in range(3)]
    assert states == ["InProgress", "JobComplete", "JobComplete"]
    return path


def test_a_query_job_goes_on_with_each_look_and_gives_pages(caller: Caller) -> None:
    caller.put("Account", {"Name": 'A "b", c\nd', "AnnualRevenue": 5}, {"Name": "Bob"}, {"Name": "Cy"})
    soql = "SELECT Id, Name, AnnualRevenue, IsDeleted, SystemModstamp, Owner.Name FROM Account ORDER BY Id"
    job = body(caller.api("POST", "jobs/query", {"operation": "query", "query": soql}))
    path = f"jobs/query/{job['id']}"
    assert (job["state"], caller.api("GET", f"{path}/results").status) == ("UploadComplete", 400)
    assert [caller.get(path)["state"] for _ in range(2)] == ["InProgress", "JobComplete"]
    first = caller.api("GET", f"{path}/results?maxRecords=2")
    assert (first.content_type, first.headers["Sforce-NumberOfRecords"]) == ("text/csv", "2")
    assert lines(first)[0] == ["Id", "Name", "AnnualRevenue", "IsDeleted", "SystemModstamp", "Owner.Name"]
    assert lines(first)[1][1:] == ['A "b", c\nd', "5.0", "false", "2026-05-08T12:00:00.000Z", "Alex Morgan"]
    last = caller.api("GET", f"{path}/results?maxRecords=2&locator={first.headers['Sforce-Locator']}")
    assert (last.headers["Sforce-Locator"], last.headers["Sforce-NumberOfRecords"]) == ("null", "1")
    assert lines(last)[1][1:3] == ["Cy", ""]


@pytest.mark.parametrize("soql", ["SELECT BillingAddress FROM Account", "SELECT Id FROM CaseStatus"])
def test_bulk_queries_take_no_compounds_nor_statuses(caller: Caller, soql: str) -> None:
    answer = caller.api("POST", "jobs/query", {"operation": "query", "query": soql})
    assert answer.status == 400
    caller.control("settings", bulk_refusal="API_DISABLED_FOR_ORG")
    sent = {"operation": "query", "query": "SELECT Id FROM Account"}
    assert error(caller.api("POST", "jobs/query", sent))[:2] == (403, "API_DISABLED_FOR_ORG")


def test_an_ingest_job_is_complete_though_rows_failed_and_results_are_shuffled(caller: Caller) -> None:
    names = [f"Person{number}" for number in range(20)]
    text = "LastName,Email\n" + "".join(f"{name},{name if name[-1] == '7' else ''}\n" for name in names)
    path = run_ingest(caller, text)
    job = caller.get(path)
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (20, 2)
    done = lines(caller.api("GET", f"{path}/successfulResults/"))
    assert done[0] == ["sf__Id", "sf__Created", "LastName", "Email"]
    came = [line[2] for line in done[1:]]
    assert came != sorted(came, key=names.index)
    failed = lines(caller.api("GET", f"{path}/failedResults/"))[1:]
    assert {line[2] for line in failed} == {"Person7", "Person17"}
    assert all(line[1].startswith("INVALID_EMAIL_ADDRESS:") for line in failed)
    assert lines(caller.api("GET", f"{path}/unprocessedrecords/")) == [["LastName", "Email"]]


def test_an_empty_cell_leaves_alone_and_na_clears(caller: Caller) -> None:
    id = caller.put("Contact", {"LastName": "One", "Phone": "1", "Email": "one@x.example"})[0]
    run_ingest(caller, f"ID;phone;Email\r\n{id};;#N/A\r\n", operation="update", columnDelimiter="SEMICOLON")
    row = caller.row(id)
    assert (row["Phone"], "Email" in row) == ("1", False)
