"""A sandbox with the AccountsIQ emulator alone, and clients of it whose pauses are recorded, not slept."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.http import Guard, Http, Limits
from integrations.sandbox import Control, Sandbox
from integrations.vendors.accountsiq import VENDOR
from integrations.vendors.accountsiq.client import AccountsIQClient
from integrations.vendors.accountsiq.sandbox import (
    CLIENT_ID,
    CLIENT_SECRET,
    ENTITY,
    PARTNER_KEY,
    USER_KEY,
    AccountsIQEmulator,
)
from integrations.vendors.base import Access

QUICK = Limits(connect=2.0, read=5.0, total=20.0, attempts=3, max_wait=30.0)


class Tokens:
    """A token store in memory, shared by the clients of one world as by the processes of one installation."""

    def __init__(self) -> None:
        self.stored: dict[str, Any] = {}

    def load(self) -> dict[str, Any]:
        return dict(self.stored)

    def renew(self, stale: str, obtain: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        if self.stored.get("access_token") in (None, "", stale):
            self.stored = {**self.stored, **obtain(dict(self.stored))}
        return dict(self.stored)


class World:
    def __init__(self, sandbox: Sandbox) -> None:
        self.control = Control(sandbox.url, "accountsiq")
        self.url = f"{sandbox.url}/accountsiq"
        self.tokens = Tokens()
        self.sleeps: list[float] = []
        self.opened: list[Http] = []

    def client(self, credentials: dict[str, str] | None = None, **settings: str) -> AccountsIQClient:
        http = Http(
            guard=Guard(frozenset({"127.0.0.1"})),
            classify=VENDOR.classify,
            limits=QUICK,
            sleep=self.sleeps.append,
            random=lambda: 0.0,
            vendor="AccountsIQ",
        )
        self.opened.append(http)
        declared = {item.name: item.default for item in VENDOR.settings}
        given = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "partner_key": PARTNER_KEY,
            "user_key": USER_KEY,
            **(credentials or {}),
        }
        values = {**declared, "base_url": self.url, "entity": ENTITY, **settings}
        return AccountsIQClient(Access(values, given, http, self.tokens, lambda: datetime.now(UTC)))

    def put(self, table: str, *rows: dict[str, Any], **more: Any) -> None:
        self.control.act("put", table=table, rows=list(rows), **more)

    def counts(self) -> dict[str, int]:
        """Calls of each operation since the reset."""
        return self.control.act("state", tables=[])["calls"]  # type: ignore[no-any-return]

    def answer(self, operation: str, text: str, status: int = 200, times: int = -1, **headers: str) -> None:
        """From now on this is what the operation is answered with."""
        headers = {"Content-Type": "text/xml; charset=utf-8", **headers}
        fault = {"do": "status", "status": status, "body": f"<{operation} ", "body_text": text, "times": times}
        self.control.faults({**fault, "headers": headers})


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox([AccountsIQEmulator()]) as sandbox:
        yield sandbox


@pytest.fixture
def world(served: Sandbox) -> Iterator[World]:
    """The small company."""
    world = World(served)
    world.control.reset()
    world.control.seed("small")
    yield world
    for http in world.opened:
        http.close()


@pytest.fixture
def client(world: World) -> AccountsIQClient:
    return world.client()
