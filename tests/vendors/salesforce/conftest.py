from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.http import Guard, Http, Limits, NoPacer
from integrations.sandbox import Control, Sandbox
from integrations.vendors.base import Access
from integrations.vendors.salesforce import VENDOR
from integrations.vendors.salesforce.client import SalesforceClient
from integrations.vendors.salesforce.sandbox import CLIENT_ID, CLIENT_SECRET, SalesforceSandbox
from tests.vendors.salesforce.scripted import Answer, Scripted

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
            self.stored = {**self.stored, **obtain(dict(self.stored))}
        return dict(self.stored)


class Allowances(NoPacer):
    """Remembers what the client reported of the vendor's allowance."""

    def __init__(self) -> None:
        self.seen: list[tuple[int | None, int | None, float | None]] = []

    def observe(self, *, limit: int | None, remaining: int | None, reset_in: float | None) -> None:
        self.seen.append((limit, remaining, reset_in))


class Desk:
    """Opens clients for a served Salesforce. Pauses are recorded, not slept."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.control = Control(sandbox.url, "salesforce")
        self.url = f"{sandbox.url}/salesforce"
        self.tokens = Tokens()
        self.pacer = Allowances()
        self.sleeps: list[float] = []
        self.opened: list[Http] = []
        self.tick: Callable[[], None] = lambda: None
        self.credentials = {"client_id": "app", "client_secret": "app-secret-1"}
        self.settings = {"login_url": self.url, "auth": "client_credentials"}

    def access(self, credentials: dict[str, str] | None = None, /, **settings: str) -> Access:
        http = Http(
            guard=Guard(frozenset({"127.0.0.1"})),
            classify=VENDOR.classify,
            pacer=self.pacer,
            limits=QUICK,
            sleep=self.sleeps.append,
            tick=lambda: self.tick(),
            vendor="Salesforce",
        )
        self.opened.append(http)
        return Access(
            settings={**self.settings, **settings},
            credentials={**self.credentials, **(credentials or {})},
            http=http,
            tokens=self.tokens,
            now=lambda: datetime.now(UTC),
        )

    def client(self, credentials: dict[str, str] | None = None, /, **settings: str) -> SalesforceClient:
        return SalesforceClient(self.access(credentials, **settings))

    def calls(self, path: str, method: str = "") -> list[dict[str, Any]]:
        """Those logged calls whose path holds `path`."""
        return [call for call in self.control.calls() if path in call["path"] and method in ("", call["method"])]

    def close(self) -> None:
        for http in self.opened:
            http.close()


class Shaped(Desk):
    """A Salesforce whose answers the test gives."""

    def __init__(self, sandbox: Sandbox, scripted: Scripted) -> None:
        super().__init__(sandbox)
        self.scripted = scripted

    def answers(self, answer: Answer) -> SalesforceClient:
        self.scripted.answer = answer
        return self.client()


@pytest.fixture(scope="module")
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture(scope="module")
def served_script(scripted: Scripted) -> Iterator[Sandbox]:
    with Sandbox([scripted]) as sandbox:
        yield sandbox


@pytest.fixture
def shaped(served_script: Sandbox, scripted: Scripted) -> Iterator[Shaped]:
    served_script.up()
    desk = Shaped(served_script, scripted)
    desk.control.reset()
    yield desk
    desk.close()


class Org(Desk):
    """The emulated org with 12 companies and 20 contacts that were last changed an hour ago."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.credentials = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    def put(self, object: str, *rows: dict[str, Any]) -> list[str]:
        """As a person would, in the browser; ids in order."""
        return self.control.act("put", object=object, rows=list(rows))  # type: ignore[no-any-return]

    def switch(self, **settings: Any) -> None:
        self.control.act("settings", **settings)


@pytest.fixture(scope="module")
def served_org() -> Iterator[Sandbox]:
    with Sandbox([SalesforceSandbox()]) as sandbox:
        yield sandbox


@pytest.fixture
def org(served_org: Sandbox) -> Iterator[Org]:
    served_org.up()
    desk = Org(served_org)
    desk.control.reset()
    desk.control.act("generate", accounts=12, contacts=20, before=3600)
    yield desk
    desk.close()


@pytest.fixture
def client(org: Org) -> SalesforceClient:
    return org.client()


def all_rows(client: SalesforceClient, fields: tuple[str, ...] = ("Name",), **more: Any) -> list[dict[str, Any]]:
    return [row for page in client.read_all("Account", fields, **more) for row in page]
