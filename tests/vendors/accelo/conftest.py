from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.http import Guard, Http, Limits, NoPacer
from integrations.sandbox import Control, Sandbox
from integrations.vendors.accelo import VENDOR
from integrations.vendors.accelo.client import AcceloClient
from integrations.vendors.accelo.sandbox import SERVICE_ID, SERVICE_SECRET, AcceloSandbox
from integrations.vendors.base import Access
from tests.vendors.accelo.caller import Caller

QUICK = Limits(connect=1.0, read=1.0, total=2.0, attempts=3, max_wait=5.0)


class Tokens:
    """A token store in memory, as one process sees it."""

    def __init__(self) -> None:
        self.stored: dict[str, Any] = {}
        self.renewals = 0

    def load(self) -> dict[str, Any]:
        return dict(self.stored)

    def renew(self, stale: str, obtain: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        if self.stored.get("access_token") in (None, stale):
            self.renewals += 1
            self.stored = obtain(dict(self.stored))
        return dict(self.stored)


class Allowances(NoPacer):
    """Remembers what the client reported of the vendor's allowance."""

    def __init__(self) -> None:
        self.seen: list[tuple[int | None, int | None, float | None]] = []

    def observe(self, *, limit: int | None, remaining: int | None, reset_in: float | None) -> None:
        self.seen.append((limit, remaining, reset_in))


class World:
    """A sandbox with a seeded deployment, and clients for it. Pauses are recorded, not slept."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.control = Control(sandbox.url, "accelo")
        self.url = f"{sandbox.url}/accelo"
        self.tokens = Tokens()
        self.pacer = Allowances()
        self.sleeps: list[float] = []
        self.opened: list[Http] = []

    def access(self, account: dict[str, str] | None = None, secret: str = SERVICE_SECRET, **settings: str) -> Access:
        http = Http(
            guard=Guard(frozenset({"127.0.0.1"})),
            classify=VENDOR.classify,
            pacer=self.pacer,
            limits=QUICK,
            sleep=self.sleeps.append,
            vendor="Accelo",
        )
        self.opened.append(http)
        return Access(
            settings={"base_url": self.url, "auth": "client_credentials", **settings},
            credentials={"client_id": SERVICE_ID, "client_secret": secret},
            http=http,
            tokens=self.tokens,
            now=lambda: datetime.now(UTC),
            account={"time_zone": "Australia/Sydney"} if account is None else account,
        )

    def client(
        self, account: dict[str, str] | None = None, secret: str = SERVICE_SECRET, **settings: str
    ) -> AcceloClient:
        return AcceloClient(self.access(account, secret, **settings))

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.control.act("state", table=table)[table]  # type: ignore[no-any-return]

    def put(self, table: str, *rows: dict[str, Any]) -> list[str]:
        return self.control.act("put", table=table, rows=list(rows))  # type: ignore[no-any-return]

    def calls(self, path: str) -> list[dict[str, Any]]:
        return [call for call in self.control.calls() if call["path"].endswith(path)]


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox([AcceloSandbox()]) as sandbox:
        yield sandbox


@pytest.fixture
def world(served: Sandbox) -> Iterator[World]:
    served.up()
    world = World(served)
    world.control.reset()
    world.control.seed("small")
    yield world
    for http in world.opened:
        http.close()


@pytest.fixture
def client(world: World) -> AcceloClient:
    return world.client()


@pytest.fixture
def caller() -> Caller:
    """A signed-in application at an emulator without a network between."""
    caller = Caller()
    caller.sign_in()
    return caller


@pytest.fixture
def expense(world: World) -> str:
    return world.put("expenses", {"title": "Old"})[0]
