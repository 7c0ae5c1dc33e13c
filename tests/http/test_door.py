"""What goes out and comes in: encoding, sizes, times, packing, pacing, ticks, the log."""

import socket
import threading
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest

from integrations.core.errors import (
    BudgetExhausted,
    ConfigError,
    OutcomeUnknown,
    ProtocolError,
    RejectedError,
    TransientError,
)
from integrations.http import Http, Limits, Reply, Verdict
from tests.http.conftest import QUICK, World


def test_params_form_and_basic_sign_in_are_encoded(world: World, http: Http) -> None:
    seen = http.request(
        "POST",
        f"{world.url}/echo?a=1",
        repeatable=False,
        params=[("b", "x y"), ("b", "&")],
        form={"name": "Zoë", "none": None, "many": ["1", "2"]},
        auth=("user", "pass:word"),
    ).json()
    assert seen["query"] == "a=1&b=x+y&b=%26"
    assert seen["body"] == "name=Zo%C3%AB&many=1&many=2"
    assert seen["headers"]["content-type"] == "application/x-www-form-urlencoded"
    assert seen["headers"]["authorization"] == "Basic dXNlcjpwYXNzOndvcmQ="


def test_json_goes_out_as_utf8_and_own_headers_win(world: World, http: Http) -> None:
    seen = http.request(
        "POST",
        f"{world.url}/echo",
        repeatable=True,
        json={"a": "ü"},
        headers={"Content-Type": "application/vnd.x+json"},
    ).json()
    assert seen["body"].encode("latin-1").decode() == '{"a": "ü"}'
    assert seen["headers"]["content-type"] == "application/vnd.x+json"


def test_files_go_out_as_multipart_beside_form_fields(world: World, http: Http) -> None:
    files = {"resource": ("receipt.png", b"\x89PNG", "image/png")}
    seen = http.request("POST", f"{world.url}/echo", repeatable=False, form={"a": "1"}, files=files).json()
    assert seen["headers"]["content-type"].startswith("multipart/form-data; boundary=")
    assert 'filename="receipt.png"' in seen["body"]
    assert "\x89PNG" in seen["body"]
    assert http.drain_log()[0].sent == "a=1&resource=<receipt.png, 4 bytes, image/png>"


def test_a_credential_with_a_line_break_is_refused_without_showing_it(world: World, http: Http) -> None:
    with pytest.raises(ConfigError, match="line break") as caught:
        http.request("GET", f"{world.url}/echo", repeatable=True, headers={"Authorization": "Bearer sesame\n"})
    assert "sesame" not in caught.value.message + caught.value.detail


def test_json_numbers_can_be_read_exactly() -> None:
    reply = Reply(200, {}, b'\xef\xbb\xbf{"amount": 12.30, "n": 3}', "", 0)
    assert str(reply.json(decimals=True)["amount"]) == "12.30"
    assert reply.json(decimals=True)["n"] == 3
    assert reply.json() == {"amount": 12.3, "n": 3}
    assert isinstance(reply.json(decimals=True)["amount"], Decimal)
    assert reply.json() is reply.json()  # read once, however many look at it
    assert isinstance(reply.json()["amount"], float)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "an empty answer"),
        (b"  \n", "an empty answer"),
        (b"<!DOCTYPE html><p>", "a web page"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b'{"a": [1, 2', "cut off"),
        (b"Service unavailable", "plain text"),
        (b"\xff\xfe\x00", "plain text or a file"),
        (b"[" * 100_000, "cut off"),
    ],
)
def test_an_answer_that_is_no_json_is_named(content: bytes, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        Reply(200, {}, content, "", 0).json()


def test_text_is_read_by_its_charset_and_never_fails() -> None:
    assert Reply(200, {"content-type": "text/plain; charset=ISO-8859-1"}, b"\xfc", "", 0).text() == "ü"
    assert Reply(200, {"content-type": "text/plain; charset=no-such"}, b"\xc3\xbc", "", 0).text() == "ü"
    assert Reply(200, {}, b"\xff", "", 0).text() == "\ufffd"


def test_gzip_is_asked_for_and_unpacked(world: World, http: Http) -> None:
    assert "gzip" in http.request("GET", f"{world.url}/echo", repeatable=True).json()["headers"]["accept-encoding"]
    reply = http.request("GET", f"{world.url}/gzip?text=abc&times=30000", repeatable=True)
    assert reply.content == b"abc" * 30_000


@pytest.mark.parametrize("cut", [1, 8, 30])
def test_a_packed_body_that_is_cut_short_is_no_whole_one(world: World, http: Http, cut: int) -> None:
    with pytest.raises(TransientError, match="cut off"):
        http.request("GET", f"{world.url}/gzip?text=abcdefgh&times=1000&cut={cut}", repeatable=True)


def test_an_unpacked_size_above_the_limit_is_refused_even_when_packed_small(world: World, http: Http) -> None:
    with pytest.raises(ProtocolError, match=r"more than the 0\.1 MB"):
        http.request("GET", f"{world.url}/gzip?times=5000000", repeatable=True)
    assert len(world.control.calls()) == 1


def test_a_size_limit_can_be_given_for_one_request(world: World, http: Http) -> None:
    url = f"{world.url}/gzip?text=a&times=2000"
    assert len(http.request("GET", url, repeatable=True, max_bytes=2000).content) == 2000
    with pytest.raises(ProtocolError, match="more than the 1,999 bytes"):
        http.request("GET", url, repeatable=True, max_bytes=1999)


def test_an_answer_too_large_to_a_create_leaves_its_outcome_unknown(world: World, http: Http) -> None:
    with pytest.raises(OutcomeUnknown):
        http.request("POST", f"{world.url}/things", repeatable=False, json=1, max_bytes=3)
    assert len(world.things()) == 1


def test_a_huge_error_page_is_only_read_in_part(world: World, http: Http) -> None:
    world.control.faults({"do": "html", "status": 500, "body_text": "<html>" + "x" * 300_000, "times": -1})
    with pytest.raises(TransientError, match="disturbance"):
        http.request("GET", f"{world.url}/things", repeatable=True)


def test_spooled_bodies_are_complete_files_and_only_their_head_is_classified(world: World) -> None:
    shown: list[int] = []

    def look(reply: Reply) -> Verdict | None:
        shown.append(len(reply.content))
        return None

    with world.door(classify=look) as http:
        with http.spool("GET", f"{world.url}/gzip?times=3000000", max_bytes=4_000_000) as file:
            assert len(file.read()) == 3_000_000
        with http.spool("GET", f"{world.url}/gzip?times=9") as file:
            assert file.read() == b"x" * 9
    assert shown == [65_536, 9]


def test_a_spooled_body_that_breaks_off_is_fetched_anew_from_its_start(world: World, http: Http) -> None:
    world.control.faults({"do": "cut", "when": "after"})
    with http.spool("GET", f"{world.url}/things") as file:
        assert file.read() == b'{"things": []}'
    assert file.closed


@pytest.fixture
def dripping() -> Iterator[int]:
    """A server that sends one header byte every 20 ms, without end. Yields its port."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
                while not stop.wait(0.02):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        stop.set()
        thread.join(2)


def test_dripping_headers_end_with_the_total_time(world: World, dripping: int) -> None:
    started = time.monotonic()
    with world.door(limits=Limits(read=5, total=0.3)) as http, pytest.raises(OutcomeUnknown, match="in time"):
        http.request("POST", f"http://127.0.0.1:{dripping}/", repeatable=False, body=b"x")
    assert 0.25 < time.monotonic() - started < 1.5


def test_a_dripping_body_ends_with_the_total_time(world: World) -> None:
    world.control.faults({"do": "slow", "seconds": 4, "body_text": "x" * 100, "times": -1})
    started = time.monotonic()
    with world.door() as http, pytest.raises(OutcomeUnknown, match="in time"):
        http.request("POST", f"{world.url}/things", repeatable=False, body=b"x", total=0.4)
    assert 0.35 < time.monotonic() - started < 1.5


class Budget:
    """A pacer that asks to wait as told, call by call."""

    def __init__(self, *waits: float) -> None:
        self.waits = list(waits)
        self.asked = 0

    def acquire(self) -> float:
        self.asked += 1
        return self.waits.pop(0) if self.waits else 0.0

    def observe(self, *, limit: int | None, remaining: int | None, reset_in: float | None) -> None:
        return None


def test_the_pacer_is_asked_until_it_lets_the_call_go(world: World) -> None:
    pacer = Budget(2.5, 0.25, 0.0)
    with world.door(pacer=pacer) as http:
        http.request("GET", f"{world.url}/things", repeatable=True)
        assert http.pacer is pacer
        http.request("GET", f"{world.url}/things", repeatable=True, paced=False)
    assert world.sleeps == [1.0, 1.0, 0.5, 0.25]
    assert pacer.asked == 3


def test_a_pacer_that_asks_for_too_much_holds_the_run(world: World) -> None:
    with world.door(pacer=Budget(10.0, 10.0)) as http, pytest.raises(BudgetExhausted) as caught:
        http.request("GET", f"{world.url}/things", repeatable=True)
    assert caught.value.retry_after == 10.0
    assert sum(world.sleeps) == 10.0 < QUICK.max_wait * 3
    assert world.control.calls() == []


def test_each_attempt_is_paced(world: World) -> None:
    world.control.faults({"do": "status", "status": 503})
    pacer = Budget()
    with world.door(pacer=pacer) as http:
        http.request("GET", f"{world.url}/things", repeatable=True)
    assert pacer.asked == 2


def test_tick_is_called_around_calls_and_in_pauses_but_never_between_a_create_and_its_answer(world: World) -> None:
    with world.door() as http:
        http.request("GET", f"{world.url}/things", repeatable=True)
        assert world.ticks == 2
        http.request("POST", f"{world.url}/things", repeatable=False, json=1)
        assert world.ticks == 3
        world.control.faults({"do": "status", "status": 429, "headers": {"Retry-After": "3"}})
        http.request("GET", f"{world.url}/things", repeatable=True)
    assert world.ticks == 3 + 2 + 4 + 2


def test_what_tick_raises_stops_before_anything_is_sent(world: World) -> None:
    def lost() -> None:
        raise LookupError("the lease is lost")

    with world.door(tick=lost) as http, pytest.raises(LookupError):
        http.request("POST", f"{world.url}/things", repeatable=False, json=1)
    assert world.control.calls() == []


def test_a_table_that_cannot_read_an_answer_counts_as_unreadable(world: World) -> None:
    def table(reply: Reply) -> Verdict | None:
        return None if reply.json()["things"] == [] else Verdict("rejected", "no")

    world.control.faults({"do": "html"})
    with world.door(classify=table) as http:
        http.request("GET", f"{world.url}/things", repeatable=True)
    assert len(world.sleeps) == 1


@pytest.mark.parametrize(
    ("verdict", "status", "kind"),
    [
        (Verdict("transient", "busy"), 200, None),
        (Verdict("transient", "busy", done=True), 200, OutcomeUnknown),
        (Verdict("transient", "busy"), 503, OutcomeUnknown),
        (Verdict("unknown", "who knows"), 200, OutcomeUnknown),
        (Verdict("config", "pay first"), 500, ConfigError),
    ],
)
def test_a_create_is_repeated_only_when_the_vendor_surely_did_not_do_it(
    world: World, verdict: Verdict, status: int, kind: type[Exception] | None
) -> None:
    answers = iter([verdict])
    world.control.faults({"do": "status", "status": status, "body_text": "{}"})
    with world.door(classify=lambda reply: next(answers, None)) as http:
        if kind is None:
            http.request("POST", f"{world.url}/things", repeatable=False, json=1)
        else:
            with pytest.raises(kind):
                http.request("POST", f"{world.url}/things", repeatable=False, json=1)
    assert len(world.control.calls()) == (2 if kind is None else 1)


def test_the_log_keeps_the_newest_calls_until_drained(world: World, http: Http) -> None:
    for _ in range(52):
        http.request("GET", f"{world.url}/things", repeatable=True)
    calls = http.drain_log()
    assert len(calls) == 50
    assert (calls[0].method, calls[0].status, calls[0].answered) == ("GET", 200, '{"things": []}')
    assert http.drain_log() == []


def test_a_failed_call_is_logged_with_its_error(world: World, http: Http) -> None:
    world.control.faults({"do": "reset"})
    http.request("GET", f"{world.url}/things", repeatable=True)
    first, second = http.drain_log()
    assert first.status == 0
    assert "broke off" in first.error
    assert (second.status, second.error) == (200, "")


def test_nothing_of_a_private_answer_is_kept_neither_in_the_log_nor_in_an_error(world: World, http: Http) -> None:
    world.control.faults({"do": "status", "status": 400, "body_text": "IBAN DE02120300000000202051"})
    with pytest.raises(RejectedError) as refused:
        http.request("GET", f"{world.url}/things", repeatable=True, private=True)
    with http.spool("GET", f"{world.url}/things", private=True) as file:
        assert file.read()
    failed, good = http.drain_log()
    assert {failed.answered, good.answered} == {"(not kept)"}
    assert "IBAN" not in refused.value.detail + failed.error and "400" in refused.value.detail
