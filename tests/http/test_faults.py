"""Each fault on the wire, for requests that may be repeated and for those that may not: nothing doubled."""

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
from integrations.http import Http, Limits
from tests.http.conftest import World

BREAKING: list[dict[str, Any]] = [
    {"do": "refuse"},
    {"do": "reset"},
    {"do": "hang"},
    {"do": "cut"},
    {"do": "slow", "seconds": 5, "body_text": "x" * 200},
    {"do": "raw", "body_text": "this is no HTTP\r\n\r\n"},
    {"do": "status", "status": 500},
    {"do": "status", "status": 503},
]
UNREADABLE: list[dict[str, Any]] = [{"do": "html"}, {"do": "empty"}, {"do": "html", "status": 500}]
SHORT = Limits(connect=1.0, read=0.15, total=0.3, attempts=2, max_wait=5.0)


def name(fault: dict[str, Any]) -> str:
    return f"{fault['do']}{fault.get('status', '')}"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", BREAKING + UNREADABLE, ids=name)
def test_a_create_is_never_sent_twice_and_its_outcome_is_unknown(
    world: World, fault: dict[str, Any], when: str
) -> None:
    world.control.faults({**fault, "when": when, "match": "POST /things", "times": -1})
    with world.door(limits=SHORT) as http, pytest.raises(OutcomeUnknown) as caught:
        http.request("POST", f"{world.url}/things", repeatable=False, json={"n": 1}, expect="json")
    assert "not known whether" in caught.value.message
    assert len(world.control.calls()) == 1
    assert len(world.things()) == (1 if when == "after" or fault["do"] == "slow" else 0)
    assert world.sleeps == []


@pytest.mark.parametrize("fault", BREAKING + UNREADABLE, ids=name)
def test_a_read_is_repeated_until_it_succeeds(world: World, fault: dict[str, Any]) -> None:
    world.control.faults({**fault, "match": "GET /things"})
    with world.door(limits=SHORT) as http:
        reply = http.request("GET", f"{world.url}/things", repeatable=True, expect="json")
    assert reply.json() == {"things": []}
    assert world.sleeps == [0.5]
    assert http.calls == len(world.control.calls()) == 2


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [(fault, TransientError, "") for fault in BREAKING]
    + [
        ({"do": "html"}, ProtocolError, "web page"),
        ({"do": "empty"}, ProtocolError, "an empty answer"),
        ({"do": "html", "status": 500}, TransientError, "disturbance"),
        ({"do": "status", "status": 200, "body_text": '{"things": ['}, ProtocolError, "cut off"),
    ],
)
def test_a_read_that_keeps_failing_ends_as_its_kind(
    world: World, fault: dict[str, Any], kind: type[PortalError], words: str
) -> None:
    world.control.faults({**fault, "match": "GET /things", "times": -1})
    with world.door(limits=SHORT) as http, pytest.raises(kind) as caught:
        http.request("GET", f"{world.url}/things", repeatable=True, expect="json")
    assert words in caught.value.message
    assert len(world.control.calls()) == SHORT.attempts


def test_a_refused_connection_is_retried_even_for_a_create_for_nothing_was_sent(world: World, http: Http) -> None:
    world.sandbox.down()
    try:
        with pytest.raises(TransientError, match="could not be reached.*Nothing was sent"):
            http.request("POST", f"{world.url}/things", repeatable=False, json=1)
    finally:
        world.sandbox.up()
    assert world.sleeps == [0.5, 1.0]
    assert http.calls == 0
    http.request("POST", f"{world.url}/things", repeatable=False, json=1)
    assert world.things() == ["1"]


def test_a_server_that_restarted_between_two_creates_does_not_make_the_second_unknown(world: World, http: Http) -> None:
    http.request("POST", f"{world.url}/things", repeatable=False, json=1)
    world.sandbox.down()
    world.sandbox.up()
    http.request("POST", f"{world.url}/things", repeatable=False, json=2)
    assert world.things() == ["1", "2"]


def test_many_calls_share_one_connection(world: World, http: Http) -> None:
    for number in range(5):
        http.request("POST", f"{world.url}/things", repeatable=False, json=number)
    assert len({call["port"] for call in world.control.calls()}) == 1


def test_a_rate_limit_is_waited_for_even_by_a_create(world: World, http: Http) -> None:
    world.control.faults({"do": "status", "status": 429, "match": "POST /things", "headers": {"Retry-After": "3"}})
    http.request("POST", f"{world.url}/things", repeatable=False, json=1)
    assert world.sleeps == [1.0, 1.0, 1.0]
    assert world.things() == ["1"]


def test_a_longer_rate_limit_is_handed_to_the_caller_with_its_time(world: World, http: Http) -> None:
    world.control.faults({"do": "status", "status": 429, "headers": {"Retry-After": "120"}})
    with pytest.raises(BudgetExhausted) as caught:
        http.request("GET", f"{world.url}/things", repeatable=True)
    assert caught.value.retry_after == 120.0
    assert caught.value.code == "slow_down"
    assert world.sleeps == []


def test_a_retry_after_date_is_read_by_the_vendors_clock(world: World, http: Http) -> None:
    headers = {"Retry-After": "Fri, 03 Jul 2026 12:00:50 GMT", "Date": "Fri, 03 Jul 2026 12:00:00 GMT"}
    world.control.faults({"do": "status", "status": 503, "headers": headers})
    with pytest.raises(TransientError) as caught:
        http.request("GET", f"{world.url}/things", repeatable=True)
    assert caught.value.retry_after == 50.0


@pytest.mark.parametrize(("status", "kind"), [(401, ConfigError), (400, RejectedError), (404, RejectedError)])
@pytest.mark.parametrize("repeatable", [True, False])
def test_the_vendors_refusal_is_final(
    world: World, http: Http, status: int, kind: type[PortalError], repeatable: bool
) -> None:
    world.control.faults({"do": "status", "status": status, "body_text": '{"why": "because"}', "times": -1})
    with pytest.raises(kind) as caught:
        http.request("POST", f"{world.url}/things", repeatable=repeatable, json=1)
    assert '{"why": "because"}' in caught.value.detail
    assert len(world.control.calls()) == 1


def test_a_name_that_does_not_exist_says_so(world: World) -> None:
    with world.door() as http, pytest.raises(TransientError, match="vendor.invalid could not be found"):
        http.request("GET", "https://vendor.invalid/", repeatable=True)


def test_a_server_that_speaks_no_tls_is_surely_not_reached(world: World, http: Http) -> None:
    with pytest.raises(TransientError, match="Nothing was sent"):
        http.request("POST", world.url.replace("http://", "https://"), repeatable=False, json=1)
    assert http.calls == 0
