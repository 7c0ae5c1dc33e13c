"""What the client makes of trouble: on the wire, with its sign-in, with the base address, with its allowance."""

from collections.abc import Callable
from typing import Any

import pytest

from integrations.core.errors import (
    BudgetExhausted,
    ConfigError,
    OutcomeUnknown,
    PortalError,
    ProtocolError,
    TransientError,
)
from integrations.vendors.accelo.client import AcceloClient
from integrations.vendors.accelo.sandbox import SERVICE_SECRET
from tests.vendors.accelo.conftest import World
from tests.vendors.accelo.test_client import TAXI

Call = Callable[[AcceloClient], Any]

READS: dict[str, tuple[str, Call]] = {
    "candidates": ("GET /jobs", lambda client: list(client.list_candidates("job"))),
    "get": ("GET /expenses", lambda client: client.get_expenses(["1"])),
    "highest": ("GET /expenses", lambda client: client.highest_expense_id()),
    "find": ("GET /expenses", lambda client: client.find_expenses("job", "1", "0")),
    "moves": ("GET /progressions", lambda client: client.list_progressions("1")),
    "periods": ("GET /periods", lambda client: client.list_periods("1")),
    "update": ("PUT /expenses/1", lambda client: client.update_expense("1", {"title": "New"})),
    "check": ("GET /tokeninfo", lambda client: client.check()),
    "token": ("POST /oauth2/v0/token", lambda client: client.highest_expense_id()),
}
"""Calls that may be repeated, with the request a fault strikes."""

PASSING: dict[str, dict[str, Any]] = {
    "refused": {"do": "refuse"},
    "reset": {"do": "reset"},
    "reset after the work": {"do": "reset", "when": "after"},
    "server error": {"do": "status", "status": 500},
    "bad gateway as a web page": {"do": "html", "status": 502},
    "web page": {"do": "html"},
    "cut": {"do": "cut"},
    "empty": {"do": "empty"},
    "limit, soon over": {"do": "status", "status": 429, "headers": {"Retry-After": "1"}},
}
LOST = [name for name in PASSING if name not in ("limit, soon over",)]


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("name", READS)
def test_a_repeatable_call_survives_a_passing_fault(
    world: World, client: AcceloClient, expense: str, name: str, fault: str
) -> None:
    match, call = READS[name]
    world.control.faults({"match": match, **PASSING[fault]})
    call(client)


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_to_a_create_is_an_unknown_outcome_and_sent_once(
    world: World, client: AcceloClient, fault: str
) -> None:
    world.control.faults({"match": "POST /expenses", **PASSING[fault]})
    with pytest.raises(OutcomeUnknown):
        client.create_expense(TAXI, None)
    assert len(world.calls("/expenses")) == 1


@pytest.mark.parametrize("answer", ['{"meta": {"status": "ok"}, "response": null}', '{"response": {"id": "5"}}', "[]"])
def test_an_odd_answer_to_a_create_is_an_unknown_outcome(world: World, client: AcceloClient, answer: str) -> None:
    fault = {"match": "POST /expenses", "do": "status", "status": 200, "when": "after", "body_text": answer}
    world.control.faults(fault)
    with pytest.raises(OutcomeUnknown):
        client.create_expense(TAXI, None)
    assert len(world.rows("expenses")) == 1


def test_a_create_that_met_the_limit_is_repeated_and_made_once(world: World, client: AcceloClient) -> None:
    world.control.faults({"match": "POST /expenses", **PASSING["limit, soon over"]})
    client.create_expense(TAXI, None)
    assert len(world.rows("expenses")) == 1


def test_an_unknown_create_is_found_by_looking(world: World, client: AcceloClient) -> None:
    before = client.highest_expense_id()
    world.control.faults({"match": "POST /expenses", "do": "reset", "when": "after"})
    with pytest.raises(OutcomeUnknown):
        client.create_expense(TAXI, None)
    assert [one.title for one in client.find_expenses("job", "7", before)] == [TAXI.title]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_to_a_progression_is_settled_by_reading(
    world: World, client: AcceloClient, expense: str, when: str
) -> None:
    world.control.faults({"match": "PUT /auto", "do": "reset", "when": when})
    assert client.run_progression(expense, "1").standing == ("approved" if when == "after" else "submitted")


@pytest.mark.parametrize(("times", "standing"), [(2, "approved"), (3, "submitted")])
def test_a_lost_progression_that_left_the_standing_is_sent_again_twice_at_most(
    world: World, client: AcceloClient, expense: str, times: int, standing: str
) -> None:
    world.control.faults({"match": "/progressions/", "do": "reset", "when": "before", "times": times})
    assert client.run_progression(expense, "1", "submitted").standing == standing


def test_a_lost_answer_to_a_delete_is_repeated(world: World, client: AcceloClient, expense: str) -> None:
    world.control.faults({"match": "DELETE /expenses", "do": "reset", "when": "after"})
    client.delete_expense(expense)
    assert world.rows("expenses") == []


def test_a_lasting_fault_ends_as_transient(world: World, client: AcceloClient) -> None:
    world.control.faults({"match": "GET /jobs", "do": "status", "status": 500, "times": -1})
    with pytest.raises(TransientError) as caught:
        list(client.list_candidates("job"))
    assert caught.value.kind == "transient"


def test_a_used_up_hour_is_held_until_it_ends(world: World, client: AcceloClient) -> None:
    world.control.act("settings", limit=2)
    client.highest_expense_id()
    client.highest_expense_id()
    with pytest.raises(BudgetExhausted) as caught:
        client.create_expense(TAXI, None)
    assert caught.value.retry_after == pytest.approx(3602, abs=5)
    assert world.pacer.seen[-1][1] == 0
    world.control.shift(3600)
    client.create_expense(TAXI, None)


# Base address


def test_other_software_at_the_base_address_is_named(world: World) -> None:
    for base in (world.sandbox.url + "/elsewhere", world.url + "/other/deeper"):
        with pytest.raises(ConfigError, match="base_url"):
            world.client(base_url=base).check()


@pytest.mark.parametrize("answer", ["<html>Welcome</html>", '{"hello": "world"}', "hello", ""])
def test_another_answer_than_a_token_is_a_wrong_base_address(world: World, answer: str) -> None:
    fault = {"match": "POST /token", "do": "status", "status": 200, "times": -1, "body_text": answer or " "}
    world.control.faults(fault)
    with pytest.raises(ConfigError, match="base_url"):
        world.client().check()


def test_an_unknown_deployment_is_a_wrong_base_address(world: World) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        world.client(base_url=f"{world.url}/nobody").check()


def test_a_host_that_does_not_exist_is_a_wrong_base_address(world: World) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        world.client(base_url="https://acme.api.accelo.invalid").check()


@pytest.mark.parametrize("base", ["", "   ", "ftp://acme.api.accelo.com", "https://"])
def test_a_base_address_that_is_none_is_refused_at_once(world: World, base: str) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        world.client(base_url=base)


def test_no_secret_shows_in_the_log(world: World, client: AcceloClient) -> None:
    client.check()
    log = repr(client._access.http.drain_log())
    assert SERVICE_SECRET not in log
    assert world.tokens.stored["access_token"] not in log


def test_a_create_may_answer_201(world: World, client: AcceloClient) -> None:
    world.control.act("settings", created_status=201)
    assert client.create_expense(TAXI, None).id == "1"


def test_an_endless_page_stops_the_run(world: World, client: AcceloClient) -> None:
    rows = ",".join(f'{{"id": "{n}", "title": "x", "standing": "active"}}' for n in range(1, 101))
    body = f'{{"meta": {{"status": "ok"}}, "response": [{rows}]}}'
    world.control.faults({"match": "GET /jobs", "do": "status", "status": 200, "times": -1, "body_text": body})
    with pytest.raises(ProtocolError, match="same page"):
        list(client.list_candidates("job"))


def test_every_failure_is_in_plain_words(world: World) -> None:
    with pytest.raises(PortalError) as caught:
        world.client(secret="wrong").check()
    assert caught.value.message.endswith(".")
    assert "{" not in caught.value.message
