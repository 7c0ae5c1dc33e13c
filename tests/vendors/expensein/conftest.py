"""A sandbox with the ExpenseIn emulator alone, and clients of it whose pauses are recorded, not slept."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.http import Guard, Http, Limits
from integrations.sandbox import Control, Sandbox
from integrations.vendors.base import Access
from integrations.vendors.expensein import build_vendor
from integrations.vendors.expensein.client import ExpenseInClient
from integrations.vendors.expensein.mapping_file import read_mapping
from integrations.vendors.expensein.sandbox import CLIENT_ID, CLIENT_SECRET, KEY, ExpenseInEmulator

QUICK = Limits(connect=2.0, read=5.0, total=20.0, attempts=4, max_wait=30.0)
BY_TOKEN = {"auth": "client_credentials"}


class Tokens:
    """A token store in memory, as one process sees it."""

    def __init__(self) -> None:
        self.stored: dict[str, Any] = {}

    def load(self) -> dict[str, Any]:
        return dict(self.stored)

    def renew(self, stale: str, obtain: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        if self.stored.get("access_token") in (None, stale):
            self.stored = obtain(dict(self.stored))
        return dict(self.stored)


class World:
    def __init__(self, sandbox: Sandbox) -> None:
        self.control = Control(sandbox.url, "expensein")
        self.root = f"{sandbox.url}/expensein"
        self.tokens = Tokens()
        self.sleeps: list[float] = []
        self.opened: list[Http] = []

    def client(
        self, mapping: str = "", key: str = KEY, account: dict[str, Any] | None = None, **settings: str
    ) -> ExpenseInClient:
        """`mapping`: YAML laid over the built-in mapping file."""
        vendor = build_vendor(read_mapping(mapping, "test.yaml"))
        http = Http(
            guard=Guard(frozenset({"127.0.0.1"})),
            classify=vendor.classify,
            limits=QUICK,
            sleep=self.sleeps.append,
            random=lambda: 1.0,
            vendor=vendor.label,
        )
        self.opened.append(http)
        declared = {item.name: item.default for item in vendor.settings}
        values = {**declared, "base_url": f"{self.root}/1.0", "token_url": f"{self.root}/oauth/token", **settings}
        credentials = {"api_key": key, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        access = Access(values, credentials, http, self.tokens, lambda: datetime.now(UTC), account or {})
        client = vendor.open(access)
        assert isinstance(client, ExpenseInClient)
        return client

    def put(self, table: str, *rows: dict[str, Any]) -> list[str]:
        return self.control.act("put", table=table, rows=list(rows))["ids"]  # type: ignore[no-any-return]

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.control.act("state", table=table)[table]  # type: ignore[no-any-return]

    def row(self, table: str, id: str) -> dict[str, Any]:
        return next(row for row in self.rows(table) if row["id"] == id)

    def settings(self, **values: Any) -> None:
        self.control.act("settings", **values)

    def fault(self, match: str, do: str = "status", **more: Any) -> None:
        self.control.faults({"match": match, "do": do, **more})

    def sent(self) -> list[str]:
        return [f"{call['method']} {call['path']}" for call in self.control.calls()]


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox([ExpenseInEmulator()]) as sandbox:
        yield sandbox


@pytest.fixture
def world(served: Sandbox) -> Iterator[World]:
    """An account with its first user and nothing else."""
    world = World(served)
    world.control.reset()
    yield world
    for http in world.opened:
        http.close()
