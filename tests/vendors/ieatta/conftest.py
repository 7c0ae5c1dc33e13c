"""A sandbox with the Ieatta emulator alone, clients whose pauses are recorded, not slept; the emulator by itself."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from integrations.http import Guard, Http, Limits
from integrations.sandbox import Control, Sandbox
from integrations.vendors.base import Access
from integrations.vendors.emulator import Request, Response
from integrations.vendors.ieatta import VENDOR
from integrations.vendors.ieatta import client as client_module
from integrations.vendors.ieatta.client import IeattaClient
from integrations.vendors.ieatta.sandbox import IeattaEmulator
from integrations.vendors.ieatta.sandbox.state import POLICY_ID, SECRET, USER

QUICK = Limits(connect=2.0, read=5.0, total=20.0, attempts=3, max_wait=30.0)
NOW = datetime(2026, 7, 20, 12, 0, tzinfo=UTC)
PAIR = {"partnerUserID": USER, "partnerUserSecret": SECRET}
TODAY = datetime.now(UTC).date()
START = TODAY - timedelta(days=60)


class NoTokens:
    def load(self) -> dict[str, Any]:
        return {}

    def renew(self, stale: str, obtain: Any) -> dict[str, Any]:
        return {}


class World:
    def __init__(self, sandbox: Sandbox) -> None:
        self.control = Control(sandbox.url, "ieatta")
        self.url = f"{sandbox.url}/ieatta/Integration-Server/ExpensifyIntegrations"
        self.sleeps: list[float] = []
        self.opened: list[Http] = []

    def client(self, secret: str = SECRET, limits: Limits = QUICK, **settings: str) -> IeattaClient:
        http = Http(
            guard=Guard(frozenset({"127.0.0.1"})),
            classify=VENDOR.classify,
            limits=limits,
            sleep=self.sleeps.append,
            random=lambda: 0.0,
            vendor="Ieatta",
        )
        self.opened.append(http)
        declared = {item.name: item.default for item in VENDOR.settings}
        values = {**declared, "base_url": self.url, "policy_id": POLICY_ID, **settings}
        credentials = {"partner_user_id": USER, "partner_user_secret": secret}
        return IeattaClient(Access(values, credentials, http, NoTokens(), lambda: datetime.now(UTC)))

    def put(self, **row: Any) -> str:
        """One expense on a report made today; its id."""
        return str(self.control.act("put", table="expenses", rows=[{"created": TODAY.isoformat(), **row}])["ids"][0])

    def settings(self, **values: Any) -> None:
        self.control.act("settings", **values)

    def jobs(self) -> list[str]:
        """The types of the jobs that arrived, in order."""
        return [kind for call in self.control.calls() for kind in [_type_of(str(call["body"]))]]


def _type_of(body: str) -> str:
    for kind in ("file", "download", "get", "update"):
        if f"%22type%22%3A+%22{kind}%22" in body or f'"type": "{kind}"' in body:
            return kind
    return body[:200]


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox([IeattaEmulator()]) as sandbox:
        yield sandbox


@pytest.fixture
def world(served: Sandbox) -> Iterator[World]:
    """Empty account, no rate windows, no memory of a template style."""
    world = World(served)
    world.control.reset()
    world.control.faults()
    world.control.clear_calls()
    world.settings(windows=[])
    client_module._worked.clear()
    yield world
    for http in world.opened:
        http.close()


def window(client: IeattaClient, start: date = START) -> list[Any]:
    return list(client.read_window(start=start))


# the emulator asked directly


@pytest.fixture
def emulator() -> IeattaEmulator:
    made = IeattaEmulator()
    made.clock.frozen = NOW
    made.control("settings", {"windows": []})
    return made


def send(emulator: IeattaEmulator, text: str, method: str = "POST", path: str = "/", **form: str) -> Response:
    pairs = urlencode({"requestJobDescription": text, **form})
    query, body = (pairs, b"") if method == "GET" else ("", pairs.encode())
    return emulator.handle(Request(method, path, query, {}, body, "http://box/ieatta"))


def ask(emulator: IeattaEmulator, job: dict[str, Any], **form: str) -> Any:
    body = send(emulator, json.dumps({"credentials": PAIR, **job}), **form).body.decode()
    return json.loads(body) if body.startswith("{") else body
