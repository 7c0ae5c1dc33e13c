"""What the client makes of trouble: on the wire, in the answers, with the allowance."""

from collections.abc import Callable
from typing import Any

import pytest

from integrations.core.errors import (
    BudgetExhausted,
    ConfigError,
    OutcomeUnknown,
    PortalError,
    ProtocolError,
    RejectedError,
    TransientError,
)
from integrations.vendors.expensein.client import ExpenseInClient
from tests.vendors.expensein.conftest import World

Call = Callable[[ExpenseInClient, str], Any]

LIST = "GET /1.0/suppliers"
READS: dict[str, tuple[str, Call]] = {
    "list": (LIST, lambda client, id: list(client.list_records("suppliers"))),
    "update": ("PUT /1.0/suppliers", lambda client, id: client.update_record("suppliers", id, {"name": "New"})),
    "check": ("GET /1.0/users", lambda client, id: client.check()),
}
"""Calls that may be repeated, with the request a fault strikes."""

PASSING: dict[str, dict[str, Any]] = {
    "refused": {"do": "refuse"},
    "reset after the work": {"do": "reset", "when": "after"},
    "server error": {"do": "status", "status": 500},
    "bad gateway as a web page": {"do": "html", "status": 502},
    "web page": {"do": "html"},
    "cut": {"do": "cut", "when": "after"},
    "limit": {"do": "status", "status": 429, "headers": {"Retry-After": "2"}},
}


def create(client: ExpenseInClient) -> Any:
    return client.create_record("suppliers", {"name": "New", "reference": "N1"})


@pytest.fixture
def id(world: World) -> str:
    return world.put("suppliers", {"name": "Lane", "code": "L1"}, {"name": "Quay", "code": "Q1"})[0]


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("name", READS)
def test_what_may_be_repeated_survives_a_passing_fault(world: World, id: str, name: str, fault: str) -> None:
    match, call = READS[name]
    world.fault(match, **PASSING[fault])
    call(world.client(), id)


def test_a_lasting_server_error_is_given_up_after_three_retries_with_growing_waits(world: World) -> None:
    world.fault(LIST, status=503, times=-1)
    with pytest.raises(TransientError):
        list(world.client().list_records("suppliers"))
    assert len(world.sent()) == 4
    assert sum(world.sleeps) == 0.5 + 1 + 2


@pytest.mark.parametrize("fault", [name for name in PASSING if name != "limit"])
def test_a_create_without_an_answer_is_an_unknown_outcome_and_sent_once(world: World, fault: str) -> None:
    world.fault("POST /1.0/suppliers", **PASSING[fault])
    with pytest.raises(OutcomeUnknown):
        create(world.client())
    assert len(world.sent()) == 1


def test_a_create_that_met_the_limit_waits_as_told_and_is_made_once(world: World) -> None:
    world.fault("POST /1.0/suppliers", **PASSING["limit"])
    create(world.client())
    assert sum(world.sleeps) >= 2
    assert len(world.rows("suppliers")) == 1


def test_a_long_pause_is_held_and_not_slept(world: World) -> None:
    world.fault(LIST, status=429, headers={"Retry-After": "3600"})
    with pytest.raises(BudgetExhausted) as caught:
        list(world.client().list_records("suppliers"))
    assert caught.value.retry_after == 3600
    assert world.sleeps == []


def test_the_emulators_own_limit_is_waited_out(world: World) -> None:
    world.settings(calls_per_second=1)
    client = world.client()
    with pytest.raises(BudgetExhausted):
        for _ in range(3):
            list(client.list_records("suppliers"))
    assert sum(world.sleeps) >= 1


ANSWERS: dict[str, tuple[str, type[PortalError], str]] = {
    "cut in a record": ('[{"id": "1", "name"', TransientError, "only in part"),
    "cut between records": ('[{"id": "1"},{"id": "2"}', TransientError, "only in part"),
    "error as a success": ('{"message": "Not today"}', ProtocolError, "without a list under data, items, results"),
    "no JSON": ("hello", ProtocolError, "neither a list nor an object"),
    "nothing": (" ", ProtocolError, "list of suppliers"),
    "texts for records": ('["1", "2"]', ProtocolError, "no record"),
    "a record without an id": ('[{"id": "1"}, {"name": "Lane"}]', ProtocolError, "no id"),
    "an id that is none": ('[{"id": true}]', ProtocolError, "no id"),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_list_that_is_none_is_never_taken_for_an_empty_or_shorter_one(world: World, answer: str) -> None:
    text, kind, words = ANSWERS[answer]
    world.fault(LIST, status=200, body_text=text)
    with pytest.raises(kind, match=words):
        list(world.client().list_records("suppliers"))


def test_a_web_page_that_stays_is_no_list(world: World) -> None:
    world.fault(LIST, "html", times=-1)
    with pytest.raises(TransientError, match="web page"):
        list(world.client().list_records("suppliers"))


@pytest.mark.parametrize("rate", ['"a lot"', "true", "[]"])
def test_a_rate_that_is_no_number_is_refused(world: World, rate: str) -> None:
    world.fault("GET /1.0/taxrates", status=200, body_text=f'[{{"id": "1", "rate": {rate}}}]')
    with pytest.raises(ProtocolError, match="rate that is no number"):
        list(world.client().list_records("tax_rates"))


STATUSES: list[tuple[str, int, str, type[PortalError], str]] = [
    ("POST", 400, '{"message": "Not valid.", "errors": [{"field": "name", "message": "too long"}]}', RejectedError,
     "Not valid; name: too long"),
    ("POST", 409, '{"errors": [{"message": "taken"}, "again"]}', RejectedError, "taken; again"),
    ("POST", 422, '{"title": "Invalid", "errors": {"Name": ["too long", "odd"]}}', RejectedError,
     "Invalid; Name: too long; Name: odd"),
    ("POST", 400, "<html><body>Bad Request</body></html>", RejectedError, "refuses this: HTTP 400"),
    ("POST", 400, "[1, null]", RejectedError, "refuses this: HTTP 400"),
    ("POST", 404, "", ConfigError, "no list of suppliers at /suppliers"),
    ("POST", 405, "", ConfigError, "PORTAL_EXPENSEIN_MAPPING"),
    ("POST", 401, "", ConfigError, "regenerated"),
    ("POST", 403, '{"message": "Forbidden"}', ConfigError, "not allow this \\(Forbidden\\)"),
    ("POST", 500, '{"message": "Oops"}', OutcomeUnknown, "Oops"),
    ("POST", 418, "", ProtocolError, "unexpected"),
    ("GET", 404, "<html></html>", ConfigError, "PORTAL_EXPENSEIN_MAPPING"),
    ("GET", 400, '{"message": "pageSize is unknown"}', ConfigError, "pageSize is unknown"),
    ("GET", 500, "<html><body>Stack trace</body></html>", TransientError, "HTTP 500"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "status", "body", "kind", "words"), STATUSES)
def test_each_status_has_its_kind_and_shows_the_vendors_words(
    world: World, method: str, status: int, body: str, kind: type[PortalError], words: str
) -> None:
    world.fault(f"{method} /1.0/suppliers", status=status, body_text=body or " ", times=-1)
    with pytest.raises(kind, match=words) as caught:
        client = world.client()
        create(client) if method == "POST" else list(client.list_records("suppliers"))
    assert "<" not in caught.value.message


@pytest.mark.parametrize(("status", "kind"), [(307, ConfigError), (302, OutcomeUnknown)])
def test_a_write_is_not_redirected_to_another_server(world: World, status: int, kind: type[PortalError]) -> None:
    world.fault("POST /1.0/suppliers", status=status, headers={"Location": "https://elsewhere.example/"})
    with pytest.raises(kind, match="elsewhere.example"):
        create(world.client())
