"""The driver around the rules: when Accelo is asked, what is remembered, what makes settled expenses be looked at."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.core.errors import ConfigError
from integrations.core.mapping import Row
from integrations.registry import sync
from integrations.syncs.ieatta_accelo.driver import TARGET_KINDS
from integrations.syncs.ieatta_accelo.options import Options, parse_options
from tests.syncs.ieatta_accelo.conftest import World
from tests.syncs.ieatta_accelo.samples import CANDIDATES, TRAVEL, Cache, job, record, type_


def test_the_registry_gives_this_sync() -> None:
    found = sync("ieatta_accelo")
    assert (found.source, found.target, found.schedule) == ("ieatta", "accelo", "0 * * * *")
    assert [kind.key for kind in found.mapping_kinds] == ["category", "tag", "person", "tax", "status"]


def test_the_cache_is_looked_after_only_when_a_record_needs_it(world: World) -> None:
    driver = world.driver()
    driver.prepare()
    driver.rules_version()
    assert world.references.refreshed == []
    driver.plan(record(), None, None)
    driver.plan(record(), None, None)
    assert world.references.refreshed == [(TARGET_KINDS, 86_400.0)]


@pytest.mark.parametrize(
    ("changes", "arriving"),
    [({"tag": "P-NEW"}, job("777", "New project", "P-NEW")), ({}, type_("7", "Travel costs"))],
)
def test_accelo_is_asked_once_for_news_before_a_record_is_held(
    world: World, changes: dict[str, Any], arriving: Any
) -> None:
    known = [candidate for candidate in CANDIDATES if (candidate.kind, candidate.id) != (arriving.kind, arriving.id)]
    world.references = Cache(known, [arriving])
    driver = world.driver()
    assert driver.plan(record(**changes), None, None).kind == "create"
    before = len(world.references.refreshed)
    driver.plan(record(tag="Nowhere"), None, None)
    driver.plan(record(tag="Nowhere else"), None, None)
    assert len(world.references.refreshed) <= before + 1


def test_the_first_reports_currency_is_kept_when_the_option_is_empty(world: World) -> None:
    assert world.driver(currency="").plan(record(), None, None).kind == "create"
    assert world.store.values["currency"] == "GBP"
    action = world.driver(currency="").plan(record(currency="EUR", report_currency="EUR"), None, None)
    assert action.code == "currency" and "EUR" in action.reason and "GBP" in action.reason


def test_a_preview_does_not_keep_the_currency(world: World) -> None:
    world.driver(currency="", dry=True).plan(record(), None, None)
    assert world.store.values == {}


def test_a_retainers_periods_are_asked_once_a_run(world: World) -> None:
    world.put("accelo", "periods", {"contract_id": "400", "date_commenced": "1782828000", "standing": "opened"})
    world.accelo.clear_calls()
    driver = world.driver()
    actions = [driver.plan(record(tag="Care plan"), None, None) for _ in range(3)]
    assert {str(action.wanted.get("against"))[:16] for action in actions} == {"contract_period/"}
    assert len(world.calls("accelo", "GET", "/periods")) == 1


@pytest.mark.parametrize(
    ("options", "rows", "changes"),
    [
        ({}, [TRAVEL, Row("category", "Meals", "8")], True),
        ({"retainer": "contract"}, [TRAVEL], True),
        ({"currency": "AUD"}, [TRAVEL], True),
        ({"unchangeable": "report"}, [TRAVEL], True),
        ({"window_days": 30}, [TRAVEL], False),
        ({"receipts": False}, [TRAVEL], False),
        ({"status_sync": "yes"}, [TRAVEL], False),
    ],
)
def test_the_rules_version_follows_what_decides_a_plan(
    world: World, options: dict[str, Any], rows: list[Row], changes: bool
) -> None:
    before, after = world.driver(TRAVEL).rules_version(), world.driver(*rows, **options).rules_version()
    assert len(after) == 32 and (before != after) is changes


def test_options_stand_at_their_defaults_and_take_text() -> None:
    assert parse_options({}) == Options()
    found = parse_options({"window_days": "30", "receipts": "off", "currency": "gbp", "default_against": "job:5"})
    assert (found.window_days, found.receipts, found.currency) == (30, False, "GBP")
    assert found.default_against == ("job", "5")


@pytest.mark.parametrize(
    ("values", "words"),
    [({"window_days": "many"}, "Days looked back"), ({"default_against": "5"}, "job:123"), ({"currency": "£"}, "GBP")],
)
def test_a_wrong_option_is_refused_with_its_name(values: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_options(values)
