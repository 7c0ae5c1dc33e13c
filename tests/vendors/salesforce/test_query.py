"""Queries of odd lengths and answers of odd shapes."""

import json
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from integrations.core.errors import BudgetExhausted, ConfigError, ProtocolError, RejectedError, TransientError
from integrations.vendors.emulator import Request, Response, json_response
from integrations.vendors.salesforce.soql import in_list
from tests.vendors.salesforce.conftest import Shaped
from tests.vendors.salesforce.scripted import START, error, result, row

SHORT = "SELECT Id FROM Account"
LONG = f"{SHORT} WHERE Id IN {in_list([row(n, START)['Id'] for n in range(100)])}"
ENDLESS = f"{SHORT} WHERE Id IN {in_list([row(n, START)['Id'] for n in range(800)])}"


def composite(request: Request, status: int = 200, body: object = None) -> Response:
    part = json.loads(request.body)["compositeRequest"][0]
    inner = result([row(1, START)]) if body is None else json_response(body)
    answer = {
        "body": json.loads(inner.body),
        "httpHeaders": {},
        "httpStatusCode": status,
        "referenceId": part["referenceId"],
    }
    return json_response({"compositeResponse": [answer]})


def test_a_long_query_travels_inside_a_composite_request(shaped: Shaped) -> None:
    parts = []

    def answer(request: Request) -> Response:
        parts.append(json.loads(request.body)["compositeRequest"][0])
        return composite(request)

    client = shaped.answers(answer)
    assert [len(page.rows) for page in client.query(LONG)] == [1]
    (call,) = shaped.calls("/services/data")
    assert (call["method"], call["path"]) == ("POST", "/services/data/v66.0/composite")
    assert parts[0]["url"] == f"/services/data/v66.0/query?{urlencode({'q': LONG})}"
    assert parts[0]["httpHeaders"] == {"Sforce-Query-Options": "batchSize=2000"}


def test_a_long_query_keeps_sums_to_the_last_cent(shaped: Shaped) -> None:
    """18 digits, of which a float holds 15 to 17."""

    def answer(request: Request) -> Response:
        whole = composite(request, 200, {"totalSize": 1, "done": True, "records": [{"Amount": 0.25}]})
        return Response(200, whole.body.replace(b"0.25", b"9999999999999999.99"))

    rows = [one for page in shaped.answers(answer).query(LONG) for one in page.rows]
    assert rows == [{"Amount": Decimal("9999999999999999.99")}]


def test_where_composite_requests_are_refused_a_long_query_travels_in_the_address(shaped: Shaped) -> None:
    def answer(request: Request) -> Response:
        return error(405, "METHOD_NOT_ALLOWED") if request.method == "POST" else result([])

    client = shaped.answers(answer)
    assert [page.rows for page in client.query(LONG)] == [[]]
    with pytest.raises(ProtocolError):
        list(client.query(ENDLESS))
    assert [call["method"] for call in shaped.calls("/services/data")] == ["POST", "GET", "POST"]


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("INVALID_FIELD", "No such column", ConfigError),
        ("INVALID_TYPE", "sObject type is not supported", ConfigError),
        ("QUERY_TIMEOUT", "too long", TransientError),
        ("MALFORMED_QUERY", "unexpected token", ProtocolError),
        ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", BudgetExhausted),
        ("INVALID_QUERY_FILTER_OPERATOR", "invalid operator", RejectedError),
    ],
)
@pytest.mark.parametrize("text", [SHORT, LONG])
def test_a_refused_query_means_the_same_wherever_it_travels(
    shaped: Shaped, text: str, code: str, message: str, kind: type[Exception]
) -> None:
    def answer(request: Request) -> Response:
        if request.method == "POST":
            return composite(request, 400, [{"errorCode": code, "message": message}])
        return error(400, code, message)

    with pytest.raises(kind):
        list(shaped.answers(answer).query(text))


@pytest.mark.parametrize("body", [{}, {"compositeResponse": []}, {"compositeResponse": [{"body": {}}]}, []])
def test_a_composite_answer_without_its_part_stops_the_run(shaped: Shaped, body: object) -> None:
    with pytest.raises(ProtocolError):
        list(shaped.answers(lambda request: json_response(body)).query(LONG))


def test_a_list_that_has_died_is_told_by_its_code(shaped: Shaped) -> None:
    def answer(request: Request) -> Response:
        if request.path.endswith("/query"):
            return result([row(1, START)], "0r8-1")
        return error(400, "INVALID_QUERY_LOCATOR")

    pages = shaped.answers(answer).query(SHORT)
    assert len(next(pages).rows) == 1
    with pytest.raises(RejectedError) as caught:
        next(pages)
    assert caught.value.code == "INVALID_QUERY_LOCATOR"


def test_rows_are_plain_and_their_numbers_exact(shaped: Shaped) -> None:
    owner = {"attributes": {"type": "User"}, "Name": "Ann", "Manager": None}

    def answer(request: Request) -> Response:
        page = result([row(1, START, Owner=owner, Amount="@")])
        page.body = page.body.replace(b'"@"', b"950000000.10")
        return page

    (page,) = shaped.answers(answer).query(SHORT)
    assert page.rows[0]["Owner"] == {"Name": "Ann", "Manager": None}
    assert page.rows[0]["Amount"] == Decimal("950000000.10")
    assert "attributes" not in page.rows[0]


def test_the_next_page_is_asked_for_where_the_org_is_now(shaped: Shaped) -> None:
    """An org may move to another instance while a list is read: the next address is relative to the host."""

    def answer(request: Request) -> Response:
        if request.path.endswith("/query"):
            shaped.scripted.token = {"instance_url": request.base + "/moved"}
            return result([row(1, START)], "0r8-1")
        if not request.path.startswith("/moved"):
            return error(401, "INVALID_SESSION_ID")
        return result([row(2, START)])

    client = shaped.answers(answer)
    assert [len(page.rows) for page in client.query(SHORT)] == [1, 1]
    assert shaped.tokens.stored["instance_url"] == shaped.url + "/moved"
    assert shaped.scripted.tokens == 2


@pytest.mark.parametrize(
    "message", ["This session is not valid for use with the REST API", "Connected app is not attached to Agent"]
)
def test_a_session_that_is_not_for_programs_is_not_renewed(shaped: Shaped, message: str) -> None:
    client = shaped.answers(lambda request: error(401, "INVALID_SESSION_ID", message))
    with pytest.raises(ConfigError, match="scopes"):
        list(client.query(SHORT))
    assert (shaped.scripted.tokens, len(shaped.calls("/query"))) == (1, 1)


def test_a_session_that_is_refused_again_is_for_a_person(shaped: Shaped) -> None:
    client = shaped.answers(lambda request: error(401, "INVALID_SESSION_ID"))
    with pytest.raises(ConfigError, match="Press Connect"):
        list(client.query(SHORT))
    assert (shaped.scripted.tokens, len(shaped.calls("/query"))) == (2, 2)


def test_the_daily_limit_is_told_to_all_processes(shaped: Shaped) -> None:
    client = shaped.answers(lambda request: error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
    with pytest.raises(BudgetExhausted) as caught:
        list(client.query(SHORT))
    assert caught.value.retry_after == 900
    assert shaped.pacer.seen == [(None, 0, 900.0)]
    assert len(shaped.calls("/query")) == 1


def test_too_many_long_calls_at_once_are_asked_again(shaped: Shaped) -> None:
    answers = [error(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded."), result([])]
    list(shaped.answers(lambda request: answers.pop(0)).query(SHORT))
    assert len(shaped.calls("/query")) == 2
