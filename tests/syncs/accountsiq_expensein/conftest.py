"""Both vendors' emulators over HTTP, real clients, and drivers that keep their memory in plain dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.core.mapping import Mappings
from integrations.core.records import Action, LinkView
from integrations.http import Guard, Http, Limits
from integrations.registry import sync as sync_kind
from integrations.sandbox import Control
from integrations.syncs.accountsiq_expensein.driver import ReferenceDataDriver
from integrations.syncs.base import Context, Feed, Scope
from integrations.vendors.accountsiq import VENDOR as ACCOUNTSIQ
from integrations.vendors.accountsiq.sandbox import CLIENT_ID, CLIENT_SECRET, ENTITY
from integrations.vendors.base import Access, Vendor
from integrations.vendors.expensein import build_vendor
from integrations.vendors.expensein.mapping_file import read_mapping
from integrations.vendors.expensein.sandbox import KEY

QUICK = Limits(connect=2.0, read=5.0, total=20.0, attempts=2, max_wait=1.0)
CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "api_key": KEY}


class Memory:
    """What the services keep for a sync: links by source id, and small values between runs."""

    def __init__(self) -> None:
        self.links: dict[str, LinkView] = {}
        self.values: dict[str, Any] = {}

    def pairs(self, stream: str) -> Iterator[tuple[str, str, str]]:
        return iter([(id, link.target_id, link.state) for id, link in self.links.items()])

    def recall(self, key: str) -> Any:
        return self.values.get(key)

    def remember(self, key: str, value: Any) -> None:
        self.values[key] = value

    def parents(self, *_: Any) -> list[str]:
        return []

    def is_linked(self, *_: Any) -> set[str]:
        return set()

    def missing(self, *_: Any) -> Iterator[LinkView]:
        return iter(())


class Tokens:
    def __init__(self) -> None:
        self.stored: dict[str, Any] = {}

    def load(self) -> dict[str, Any]:
        return self.stored

    def renew(self, stale: str, obtain: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        self.stored = obtain(self.stored)
        return self.stored


class World:
    """The two accounts, and drivers between them for one item fed from its usual source."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.accountsiq, self.expensein = Control(url, "accountsiq"), Control(url, "expensein")
        self.store = Memory()
        self.opened: list[Http] = []

    def client(self, vendor: Vendor, **settings: str) -> Any:
        http = Http(
            guard=Guard(frozenset({"127.0.0.1"})),
            classify=vendor.classify,
            limits=QUICK,
            sleep=lambda _: None,
            random=lambda: 0.0,
        )
        self.opened.append(http)
        values = {item.name: item.default for item in vendor.settings} | settings
        return vendor.open(Access(values, CREDENTIALS, http, Tokens(), lambda: datetime.now(UTC)))

    def sync(self, item: str, mapping: str = "", **options: Any) -> list[Action]:
        """One run of this item without an engine; what was planned. `mapping`: YAML over the built-in mapping file."""
        target = build_vendor(read_mapping(mapping, "test.yaml"))
        stream = next(one for one in sync_kind("accountsiq_expensein").streams if one.key == item)
        driver = ReferenceDataDriver(
            Context(
                self.client(ACCOUNTSIQ, base_url=f"{self.url}/accountsiq", entity=ENTITY),
                self.client(target, base_url=f"{self.url}/expensein/1.0"),
                options, {}, Mappings(), None, self.store, lambda: datetime.now(UTC), "UTC", Scope(),  # type: ignore[arg-type]  # never asked
                feeds={item: Feed(stream.sources[0])},
            )
        )  # fmt: skip
        actions = [self._carry_out(driver, record) for page in list(driver.read(item, {})) for record in page.records]
        driver.close()
        return actions

    def _carry_out(self, driver: ReferenceDataDriver, record: Any) -> Action:
        link = self.store.links.get(record.external_id)
        action = driver.plan(record, link, None)
        if action.writes:
            written = driver.create(action) if action.kind == "create" else driver.update(action)
            link = LinkView(record.external_id, written.target_id, written.digest, "linked", memo=written.memo)
            self.store.links[record.external_id] = link
        return action


@pytest.fixture
def world(sandbox: Any) -> Iterator[World]:
    made = World(sandbox.url)
    yield made
    for http in made.opened:
        http.close()
