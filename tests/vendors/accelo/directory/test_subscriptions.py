"""Subscribing at Accelo to changes, and what it then delivers, to a receiver on this machine."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from integrations.core.errors import OutcomeUnknown, RejectedError
from integrations.vendors.accelo import VENDOR
from integrations.vendors.accelo.client import AcceloClient
from integrations.vendors.accelo.webhooks import parse_webhook, webhook_signature_fits
from tests.vendors.accelo.conftest import World


class Receiver:
    """Keeps what arrives and answers with `status`."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.gate = threading.Event()
        self.gate.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                receiver.gate.wait(5)
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hint"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.gate.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def settle(world: World) -> dict[str, Any]:
    return world.control.act("webhooks", wait=5)  # type: ignore[no-any-return]


def test_a_subscription_is_made_listed_and_ended(world: World, client: AcceloClient, receiver: Receiver) -> None:
    made = client.directory.subscribe(receiver.url, "update_company", "s3cret")
    assert (made.event_id, made.trigger_url) == ("update_company", receiver.url)
    assert client.directory.list_subscriptions() == [made]
    client.directory.unsubscribe(made.id)
    client.directory.unsubscribe(made.id)
    assert client.directory.list_subscriptions() == []


def test_an_unknown_event_is_refused(client: AcceloClient, receiver: Receiver) -> None:
    with pytest.raises(RejectedError):
        client.directory.subscribe(receiver.url, "update_affiliation", "s3cret")


def test_a_lost_subscription_can_be_looked_up(world: World, client: AcceloClient, receiver: Receiver) -> None:
    world.control.faults({"match": "POST /webhooks", "do": "cut", "when": "after"})
    with pytest.raises(OutcomeUnknown):
        client.directory.subscribe(receiver.url, "create_company", "s3cret")
    assert [one.trigger_url for one in client.directory.list_subscriptions()] == [receiver.url]


@pytest.mark.parametrize("hash", ["sha1", "sha256"])
@pytest.mark.parametrize("prefix", [True, False])
def test_a_persons_edit_is_delivered_signed(
    world: World, client: AcceloClient, receiver: Receiver, hash: str, prefix: bool
) -> None:
    world.control.act("settings", webhook_hash=hash, webhook_prefix=prefix)
    client.directory.subscribe(receiver.url, "update_company", "s3cret")
    world.put("companies", {"id": "7", "phone": "1"})
    settle(world)
    [(headers, body)] = receiver.got
    assert headers["x-accelo-event"] == "update_company"
    assert webhook_signature_fits(body, headers["x-hub-signature"], "s3cret")
    assert not webhook_signature_fits(body + b" ", headers["x-hub-signature"], "s3cret")
    assert parse_webhook(body, headers["content-type"]) == "7"


def test_own_writes_fire_too_unless_the_switch_says_otherwise(
    world: World, client: AcceloClient, receiver: Receiver
) -> None:
    client.directory.subscribe(receiver.url, "create_contact", "s3cret")
    person = {"firstname": "A", "surname": "B"}
    made = client.directory.create_contact("1", person)
    settle(world)
    world.control.act("settings", webhook_own_writes=False)
    client.directory.create_contact("1", person)
    settle(world)
    assert [parse_webhook(body, headers["content-type"]) for headers, body in receiver.got] == [made.id]


def test_a_gone_receiver_is_unsubscribed_and_a_slow_one_after_its_time_outs(
    world: World, client: AcceloClient, receiver: Receiver
) -> None:
    client.directory.subscribe(receiver.url, "update_company", "s3cret")
    receiver.status = 410
    world.put("companies", {"id": "7", "phone": "1"})
    assert settle(world)["subscriptions"] == []
    receiver.status = 200
    receiver.gate.clear()
    world.control.act("settings", webhook_seconds=0.05, webhook_failures=1)
    client.directory.subscribe(receiver.url, "update_company", "s3cret")
    world.put("companies", {"id": "7", "phone": "2"})
    told = settle(world)
    assert (told["subscriptions"], told["deliveries"][-1]["status"]) == ([], 0)


def test_deliveries_may_be_doubled_and_never_leave_the_machine(
    world: World, client: AcceloClient, receiver: Receiver
) -> None:
    world.control.act("settings", webhook_copies=2)
    client.directory.subscribe(receiver.url, "update_company", "")
    client.directory.subscribe("https://portal.example/hint", "update_company", "")
    world.put("companies", {"id": "7", "phone": "1"})
    told = settle(world)
    assert len(receiver.got) == 2
    assert "x-hub-signature" not in receiver.got[0][0]
    assert sorted(one["status"] for one in told["deliveries"]) == [0, 0, 200, 200]


def test_each_declared_event_can_be_subscribed_to_through_the_declared_hint(
    client: AcceloClient, receiver: Receiver
) -> None:
    assert VENDOR.hint is not None
    made = [VENDOR.hint.api(client).subscribe(receiver.url, event, "s3cret") for event in VENDOR.hint.events]
    assert [one.event_id for one in client.directory.list_subscriptions()] == [one.event_id for one in made]
