"""The sandbox's server, faults and control interface."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.sandbox import Control, Sandbox
from integrations.sandbox.control import ControlError
from integrations.sandbox.faults import Fault, first_striking, parse_fault
from integrations.vendors.emulator import Request
from tests.sandbox.tiny import Tiny


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox([Tiny(), Tiny("other")]) as served:
        yield served


@pytest.fixture
def control(sandbox: Sandbox) -> Control:
    return Control(sandbox.url, "tiny")


def fetch(url: str, body: bytes | None = None, method: str | None = None) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body, method=method), timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def request(method: str = "POST", path: str = "/api/v0/expenses", query: str = "", body: bytes = b"") -> Request:
    return Request(method, path, query, {}, body)


@pytest.mark.parametrize(
    ("match", "body", "strikes"),
    [
        ("", "", True),
        ("POST /api/v0/expenses", "", True),
        ("/expenses", "", True),
        ("* /expenses", "", True),
        ("GET /expenses", "", False),
        ("POST /expenses$", "", True),
        ("POST /v0$", "", False),
        ("POST _fields=all", "", True),
        (r"POST /api/v\d/exp", "", True),
        ("POST", "", True),
        ("POST /expenses", '"type":"create"', True),
        ("POST /expenses", "job=%7B", True),
        ("POST /expenses", "delete", False),
    ],
)
def test_a_fault_matches_method_path_and_body(match: str, body: str, strikes: bool) -> None:
    sent = request(query="_fields=all", body=b"job=%7B%22type%22%3A%22create%22%7D")
    assert Fault("reset", match=match, body=body).strikes(sent) is strikes


@pytest.mark.parametrize(
    ("nth", "times", "struck"),
    [(1, 1, [1]), (2, 1, [2]), (1, 3, [1, 2, 3]), (3, 2, [3, 4]), (2, -1, [2, 3, 4, 5]), (1, 0, [])],
)
def test_a_fault_strikes_from_the_nth_match_so_many_times(nth: int, times: int, struck: list[int]) -> None:
    fault = Fault("reset", match="POST /expenses", nth=nth, times=times)
    seen = []
    for number in range(1, 6):
        assert not fault.strikes(request("GET"))
        if fault.strikes(request()):
            seen.append(number)
    assert seen == struck


def test_the_first_striking_fault_wins_and_all_count() -> None:
    first, second = Fault("reset", times=1), Fault("hang", nth=2)
    assert first_striking([first, second], request()) is first
    assert first_striking([first, second], request()) is second
    assert first_striking([first, second], request()) is None


@pytest.mark.parametrize(
    "data",
    [
        "x",
        {},
        {"do": "explode"},
        {"do": "reset", "when": "later"},
        {"do": "reset", "mach": "GET /"},
        {"do": "reset", "match": "GET ("},
    ],
)
def test_what_is_no_fault_is_refused_in_words(data: Any) -> None:
    with pytest.raises(ValueError, match="fault"):
        parse_fault(data)


def test_emulators_are_apart_and_unknown_ones_are_named(sandbox: Sandbox) -> None:
    fetch(f"{sandbox.url}/tiny/things", b"x")
    assert fetch(f"{sandbox.url}/other/things") == (200, b'{"things": []}')
    status, body = fetch(f"{sandbox.url}/nobody/things")
    assert (status, set(json.loads(body)["sandbox"])) == (404, {"tiny", "other"})
    assert fetch(sandbox.url)[0] == 200


def test_an_emulator_is_told_path_query_and_its_own_address(sandbox: Sandbox) -> None:
    seen = json.loads(fetch(f"{sandbox.url}/tiny/echo?a=%20b", b"body")[1])
    assert (seen["method"], seen["query"], seen["body"], seen["base"]) == (
        "POST",
        "a=%20b",
        "body",
        f"{sandbox.url}/tiny",
    )


def test_what_an_emulator_does_not_know_is_501_and_its_own_bug_a_trace(sandbox: Sandbox) -> None:
    assert fetch(f"{sandbox.url}/tiny/unheard")[0] == 501
    status, body = fetch(f"{sandbox.url}/tiny/fail")
    assert status == 500
    assert "a bug in the emulator" in json.loads(body)["trace"]


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_every_method_is_served(sandbox: Sandbox, method: str) -> None:
    assert fetch(f"{sandbox.url}/tiny/echo", method=method)[0] == 200


def test_the_call_log_tells_what_came_and_what_was_answered(sandbox: Sandbox, control: Control) -> None:
    control.faults({"do": "status", "match": "POST /things", "status": 503})
    fetch(f"{sandbox.url}/tiny/things?a=1", b"body")
    fetch(f"{sandbox.url}/tiny/things")
    first, second = control.calls()
    assert (first["method"], first["path"], first["query"], first["body"]) == ("POST", "/things", "a=1", "body")
    assert (first["status"], first["fault"]) == (503, "status before")
    assert (second["status"], second["fault"]) == (200, "")
    assert datetime.fromisoformat(first["time"]).tzinfo is not None
    assert len(control.clear_calls()) == 2
    assert control.calls() == []


def test_the_clock_can_be_shifted_and_frozen(control: Control) -> None:
    noon = datetime(2026, 7, 3, 12, tzinfo=UTC)
    control.freeze(noon)
    control.shift(60)
    assert control.now() == noon.replace(minute=1)
    control.freeze(None)
    control.shift(0)
    assert abs((control.now() - datetime.now(UTC)).total_seconds()) < 5


def test_reset_seed_and_the_emulators_own_names(sandbox: Sandbox, control: Control) -> None:
    control.seed("small")
    control.act("put", thing="c")
    assert control.act("state") == {"things": ["a", "b", "c"]}
    control.shift(99)
    control.faults({"do": "reset", "times": -1})
    assert fetch(f"{sandbox.url}/_control/reset", b"{}")[0] == 200
    assert control.act("state") == {"things": []}
    assert fetch(f"{sandbox.url}/tiny/things")[0] == 200
    assert abs((control.now() - datetime.now(UTC)).total_seconds()) < 5


def test_wrong_control_requests_are_refused_in_words(control: Control, sandbox: Sandbox) -> None:
    with pytest.raises(ControlError, match="nonsense"):
        control.act("nonsense")
    with pytest.raises(ControlError, match="put needs a thing"):
        control.act("put")
    with pytest.raises(ControlError, match="'do' is one of"):
        control.faults({"do": "explode"})
    with pytest.raises(ControlError, match="nobody"):
        Control(sandbox.url, "nobody").calls()


def test_a_held_request_goes_on_when_released(sandbox: Sandbox, control: Control) -> None:
    control.faults({"do": "hang", "match": "POST /things"})
    answers: list[tuple[int, bytes]] = []
    thread = threading.Thread(target=lambda: answers.append(fetch(f"{sandbox.url}/tiny/things", b"x")))
    thread.start()
    held = control.wait_hanging()
    assert (held[0]["method"], held[0]["status"]) == ("POST", 0)
    assert control.act("state") == {"things": []}
    assert control.release() == 1
    thread.join(5)
    assert answers[0][0] == 201
    assert control.hanging() == []


@pytest.mark.parametrize(("when", "things"), [("before", []), ("after", ["x"])])
def test_a_held_request_whose_client_goes_away_ends_there(
    sandbox: Sandbox, control: Control, when: str, things: list[str]
) -> None:
    control.faults({"do": "hang", "when": when})
    with pytest.raises(TimeoutError):
        urllib.request.urlopen(f"{sandbox.url}/tiny/things", data=b"x", timeout=0.1)
    deadline = datetime.now(UTC).timestamp() + 5
    while control.hanging() and datetime.now(UTC).timestamp() < deadline:
        pass
    assert control.hanging() == []
    assert control.act("state") == {"things": things}


def test_wait_hanging_gives_up_in_time(control: Control) -> None:
    with pytest.raises(TimeoutError, match="0 of 1"):
        control.wait_hanging(timeout=0.05)


def test_down_refuses_and_up_serves_the_same_state_on_the_same_port(sandbox: Sandbox, control: Control) -> None:
    control.act("put", thing="a")
    url = sandbox.url
    sandbox.down()
    with pytest.raises(urllib.error.URLError, match="refused"):
        fetch(f"{url}/tiny/things")
    sandbox.up()
    assert sandbox.url == url
    assert control.act("state") == {"things": ["a"]}


def test_a_seeded_sandbox_starts_filled_and_only_on_loopback() -> None:
    with Sandbox([Tiny()], seed="small") as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")
        assert Control(sandbox.url, "tiny").act("state") == {"things": ["a", "b"]}
