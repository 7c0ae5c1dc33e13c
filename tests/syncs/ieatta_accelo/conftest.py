"""Both vendors' emulators over HTTP, real clients, and drivers that keep their memory in plain dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.core.mapping import Mappings, Row
from integrations.core.records import Action, LinkView, Record, Written
from integrations.http import Guard, Http, Limits
from integrations.sandbox import Control, Sandbox
from integrations.syncs.base import Context, Scope
from integrations.syncs.ieatta_accelo.declared import FIELDS
from integrations.syncs.ieatta_accelo.driver import ExpenseDriver
from integrations.vendors.accelo import VENDOR as ACCELO
from integrations.vendors.accelo.sandbox import SERVICE_ID, SERVICE_SECRET, AcceloSandbox
from integrations.vendors.base import Access, Vendor
from integrations.vendors.ieatta import VENDOR as IEATTA
from integrations.vendors.ieatta.sandbox import IeattaEmulator
from integrations.vendors.ieatta.sandbox.state import POLICY_ID, SECRET, USER
from tests.syncs.ieatta_accelo.samples import CANDIDATES, TRAVEL, Cache

QUICK = Limits(connect=2.0, read=5.0, total=20.0, attempts=3, max_wait=5.0)
PATHS = {"accelo": "accelo", "ieatta": "ieatta/Integration-Server/ExpensifyIntegrations"}
OPTIONS = {"currency": "GBP"}


class Memory:
    """What the services keep for a sync: links beyond the page, and small values between runs."""

    def __init__(self) -> None:
        self.by_state: dict[str, list[str]] = {}
        self.linked: set[str] = set()
        self.links: list[tuple[str, LinkView]] = []
        self.values: dict[str, Any] = {}

    def parents(self, stream: str, states: Iterable[str]) -> list[str]:
        return [id for state in states for id in self.by_state.get(state, [])]

    def is_linked(self, stream: str, target_ids: Iterable[str]) -> set[str]:
        return self.linked & set(target_ids)

    def missing(self, stream: str, parent_ids: Iterable[str], seen: Callable[[int], bool]) -> Iterator[LinkView]:
        parents = set(parent_ids)
        return (link for parent, link in self.links if parent in parents and not seen(link.pk))

    def recall(self, key: str) -> Any:
        return self.values.get(key)

    def remember(self, key: str, value: Any) -> None:
        self.values[key] = value


class Tokens:
    def __init__(self) -> None:
        self.stored: dict[str, Any] = {}

    def load(self) -> dict[str, Any]:
        return self.stored

    def renew(self, stale: str, obtain: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        self.stored = obtain(self.stored)
        return self.stored


class World:
    """The two accounts, and drivers between them. `files`: receipts by address."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.url = sandbox.url
        self.accelo = Control(sandbox.url, "accelo")
        self.ieatta = Control(sandbox.url, "ieatta")
        self.store = Memory()
        self.references = Cache(CANDIDATES)
        self.files: dict[str, bytes] = {}
        self.opened: list[Http] = []

    def client(self, vendor: Vendor, credentials: dict[str, str], **settings: str) -> Any:
        http = Http(
            guard=Guard(frozenset({"127.0.0.1"})),
            classify=vendor.classify,
            limits=QUICK,
            sleep=lambda _: None,
            random=lambda: 0.0,
        )
        self.opened.append(http)
        declared = {item.name: item.default for item in vendor.settings}
        values = {**declared, "base_url": f"{self.url}/{PATHS[vendor.key]}", **settings}
        account = {"time_zone": "Australia/Sydney"}
        return vendor.open(Access(values, credentials, http, Tokens(), lambda: datetime.now(UTC), account))

    def driver(
        self,
        *rows: Row,
        scope: Scope = Scope(),  # noqa: B008 frozen
        dry: bool = False,
        accelo: dict[str, str] | None = None,
        **options: Any,
    ) -> ExpenseDriver:
        source = self.client(IEATTA, {"partner_user_id": USER, "partner_user_secret": SECRET}, policy_id=POLICY_ID)
        credentials = {"client_id": SERVICE_ID, "client_secret": SERVICE_SECRET}
        target = self.client(ACCELO, credentials, auth="client_credentials", **(accelo or {}))
        return ExpenseDriver(
            Context(
                source,
                target,
                {**OPTIONS, **options},
                {rule.target: rule for rule in FIELDS},
                Mappings(rows or (TRAVEL,)),
                self.references,
                self.store,
                lambda: datetime.now(UTC),
                "UTC",
                scope,
                dry,
                self.fetch,
            )
        )

    def fetch(self, url: str, most: int) -> tuple[bytes, str]:
        return self.files[url], "image/jpeg"

    def put(self, vendor: str, table: str, *rows: dict[str, Any]) -> list[str]:
        """Ids, in order."""
        found = getattr(self, vendor).act("put", table=table, rows=list(rows))
        return list(found["ids"] if isinstance(found, dict) else found)

    def expenses(self) -> list[dict[str, Any]]:
        """All expenses that Accelo holds, as the emulator keeps them."""
        return list(self.accelo.act("state", table="expenses")["expenses"])

    def calls(self, vendor: str, method: str = "", part: str = "") -> list[dict[str, Any]]:
        calls = getattr(self, vendor).calls()
        return [call for call in calls if call["method"].startswith(method) and part in call["path"]]

    def carry_out(self, driver: ExpenseDriver, record: Record, link: LinkView | None = None) -> tuple[Action, Written]:
        """One record as the engine would: present target, plan, write, follow-ups."""
        held = driver.fetch_targets("expenses", [link.target_id]) if link else {}
        action = driver.plan(record, link, held.get(link.target_id) if link else None)
        assert action.writes, action
        written = driver.update(action) if action.kind == "update" else driver.create(action)
        return action, driver.finish(action, written)


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox([AcceloSandbox(), IeattaEmulator()]) as sandbox:
        yield sandbox


@pytest.fixture
def world(served: Sandbox) -> Iterator[World]:
    """Empty accounts without call limits; Accelo with the targets that the samples' candidates name."""
    served.up()
    world = World(served)
    for control in (world.accelo, world.ieatta):
        control.reset()
        control.faults()
    world.ieatta.act("settings", windows=[])
    world.put("accelo", "staff", {"id": "1", "firstname": "Portal", "surname": "User"})
    for candidate in CANDIDATES:
        table = {"job": "jobs", "issue": "issues", "contract": "contracts", "expense_type": "expense_types"}
        if candidate.kind in table:
            world.put("accelo", table[candidate.kind], {"id": candidate.id, "title": candidate.label})
    world.accelo.clear_calls()
    world.ieatta.clear_calls()
    yield world
    for http in world.opened:
        http.close()
