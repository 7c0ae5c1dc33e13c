"""How streams are configured: saving, what a filter keeps, lists that are held."""

from __future__ import annotations

from typing import Any

import pytest
from django_q.models import Schedule

from integrations import registry
from integrations.core.errors import ConfigError
from integrations.models import Connection, Reference, Sync
from integrations.sandbox import Control
from integrations.services import feed_rows
from integrations.services.feeds import build_feed, enabled_streams, feeds_save, held_streams, stream_accept
from integrations.services.runs import run_enqueue
from integrations.services.syncs import schedule_name, sync_create
from integrations.syncs.base import Feed, Scope
from tests.factories import make_accountsiq, make_data_sync

pytestmark = pytest.mark.django_db
OFF = {"enabled": False}
ALL_OFF = dict.fromkeys(("categories", "projects", "departments", "tax_rates", "suppliers"), OFF)


@pytest.fixture
def sync() -> Sync:
    """As declared: categories, tax rates and suppliers are enabled."""
    return make_data_sync("http://127.0.0.1:1", feeds={})


def is_scheduled(sync: Sync) -> bool:
    return Schedule.objects.filter(name=schedule_name(sync)).exists()


def filtered(*values: str, field: str = "name", comparison: str = "is_one_of") -> list[dict[str, Any]]:
    return [{"field": field, "comparison": comparison, "values": list(values)}]


def feed(sync: Sync, stream: str, **stored: Any) -> Feed:
    declared = next(one for one in registry.sync(sync.kind).streams if one.key == stream)
    return build_feed(declared, stored)


def cache(sync: Sync, kind: str, code: str, label: str, *, listed: bool = True, **extra: str) -> None:
    Reference.objects.create(
        connection=sync.source, kind=kind, external_id=code, code=code, label=label, active=listed, label_key=label,
        code_key=code, extra={"code": code, "name": label, **extra},
    )  # fmt: skip


def test_saving_one_stream_keeps_the_others_and_starts_nothing(sync: Sync) -> None:
    assert feeds_save(sync=sync, feeds={"projects": {"enabled": True, "source": "dimension", "choice": "PROJ"}})
    sync.refresh_from_db()
    assert enabled_streams(sync) == ("categories", "projects", "tax_rates", "suppliers")
    assert sync.feeds["projects"] == {"enabled": True, "source": "dimension", "choice": "PROJ", "filter": []}
    assert not sync.runs.exists()
    assert not feeds_save(sync=sync, feeds=sync.feeds)


def test_the_schedule_rests_while_nothing_is_enabled(sync: Sync) -> None:
    feeds_save(sync=sync, feeds=ALL_OFF)
    assert not is_scheduled(sync)
    with pytest.raises(ConfigError, match="Enable at least one"):
        run_enqueue(sync=sync)
    feeds_save(sync=sync, feeds={"suppliers": {"enabled": True}})
    assert is_scheduled(sync)
    with pytest.raises(ConfigError, match="disabled"):
        run_enqueue(sync=sync, scope=Scope(streams=("categories",)))


@pytest.mark.parametrize(
    ("stream", "stored", "words"),
    [
        ("invoices", {"enabled": True}, "There is no item 'invoices'"),
        ("categories", {"enabled": True, "source": "bi_codes"}, "no source 'bi_codes'"),
        ("projects", {"enabled": True, "source": "dimension"}, "choose which dimension"),
        ("categories", {"enabled": False, "filter": filtered("x", field="colour")}, "no field 'colour'"),
        ("categories", {"enabled": True, "filter": filtered()}, "has no value"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_stored(
    sync: Sync, stream: str, stored: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        feeds_save(sync=sync, feeds={"suppliers": OFF, stream: stored})
    sync.refresh_from_db()
    assert sync.feeds == {}


def test_a_disabled_stream_may_lack_its_choice(sync: Sync) -> None:
    feeds_save(sync=sync, feeds={"projects": {"enabled": False, "source": "dimension"}})
    assert sync.feeds["projects"]["source"] == "dimension"


def test_a_stream_is_not_enabled_twice_between_the_same_accounts(sync: Sync) -> None:
    Connection.objects.update(identity="harbour")
    sync = Sync.objects.select_related("source", "target").get()
    source = make_accountsiq(sync.workspace, "http://127.0.0.1:1", key="again")
    source.identity = "harbour"
    source.save()
    other = sync_create(
        workspace=sync.workspace, key="b", name="Second", kind=sync.kind, source=source, target=sync.target,
        feeds={**ALL_OFF, "projects": {"enabled": True}},
    )  # fmt: skip
    with pytest.raises(ConfigError, match="Second already carries Projects"):
        feeds_save(sync=sync, feeds={"projects": {"enabled": True}})
    feeds_save(sync=other, feeds={"projects": OFF})
    assert feeds_save(sync=sync, feeds={"projects": {"enabled": True}})


# --- previews -----------------------------------------------------------------------------------------------------


def test_a_preview_counts_what_the_filter_keeps_and_shows_examples(sync: Sync) -> None:
    for number in range(30):
        cache(sync, "gl_account", f"{4000 + number}", f"Account {number}")
    cache(sync, "gl_account", "9000", "Asleep", active="no")
    cache(sync, "gl_account", "9999", "Not listed any more", listed=False, active="yes")
    only = feed(sync, "categories", filter=filtered("401", field="code", comparison="starts_with"))
    shown = feed_rows.feed_preview(connection=sync.source, feed=only)
    assert (shown.kept, shown.total, shown.left_out) == (10, 31, 21)
    assert shown.keeps[0] == ("4010", "Account 10") and len(shown.leaves) == feed_rows.EXAMPLES


@pytest.mark.parametrize("choice", ["DEPT", "department"])
def test_a_preview_of_a_dimension_is_of_its_own_options(sync: Sync, choice: str) -> None:
    cache(sync, "dimension", "DEPT", "Department")
    for dimension in ("DEPT", "PROJ"):
        cache(sync, "dimension_option", f"{dimension}-1", "One", dimension=dimension)
    chosen = feed(sync, "departments", source="dimension", choice=choice)
    shown = feed_rows.feed_preview(connection=sync.source, feed=chosen)
    assert shown.keeps == (("DEPT-1", "One"),) and shown.total == 1
    assert feed_rows.field_values(sync.source, chosen, "code") == ["DEPT-1"]


def test_too_many_values_are_not_offered(sync: Sync) -> None:
    for number in range(feed_rows.MOST_VALUES + 1):
        cache(sync, "supplier", f"S{number}", f"Name {number}")
    assert feed_rows.field_values(sync.source, feed(sync, "suppliers"), "name") == []


def test_a_list_is_read_once_in_ten_minutes(sandbox: Any) -> None:
    Control(sandbox.url, "accountsiq").seed("small")
    sync = make_data_sync(sandbox.url)
    for _ in range(2):
        assert feed_rows.rows_read(sync.source, ["tax_code"], older_than=feed_rows.FRESH_SECONDS) == ""
    calls = Control(sandbox.url, "accountsiq").calls()
    assert sum("GetTaxCodes" in str(call) or "TaxCode" in str(call) for call in calls) == 1
    assert feed_rows.feed_preview(connection=sync.source, feed=feed(sync, "tax_rates")).total > 0


def test_a_vendor_that_cannot_be_asked_leaves_the_list_as_it_is(sandbox: Any) -> None:
    sync = make_data_sync(sandbox.url)
    cache(sync, "tax_code", "S", "Standard")
    Connection.objects.update(credentials={})
    sync.source.refresh_from_db()
    assert "fill in Client ID" in feed_rows.rows_read(sync.source, ["tax_code"])
    sync.source.credentials = {"client_id": "wrong", "client_secret": "wrong"}
    assert feed_rows.rows_read(sync.source, ["tax_code"]).startswith("Accountsiq: ")
    assert feed_rows.feed_preview(connection=sync.source, feed=feed(sync, "tax_rates")).total == 1


# --- lists that are held ------------------------------------------------------------------------------------------


@pytest.fixture
def held(sync: Sync) -> Sync:
    entry = {"was": 900, "now": 40, "source": "gl_accounts", "at": "2026-11-22T04:03:00+00:00"}
    sync.memory = {
        "held": {"categories": entry, "suppliers": {**entry, "now": 0, "source": "suppliers"}},
        "lists": {"categories": {"source": "gl_accounts", "count": 900}, "tax_rates": {"source": "t", "count": 5}},
        "other": 1,
    }
    sync.save()
    return sync


def test_an_accepted_list_is_the_one_to_compare_with(held: Sync) -> None:
    taken = stream_accept(sync=held, stream="categories", seen=(900, 40))
    held.refresh_from_db()
    assert (taken.label, taken.source, taken.now) == ("Categories", "GL accounts", 40)
    assert held.memory["lists"] == {
        "categories": {"source": "gl_accounts", "count": 40}, "tax_rates": {"source": "t", "count": 5},
    }  # fmt: skip
    assert list(held.memory["held"]) == ["suppliers"] and held.memory["other"] == 1
    assert "40 records instead of 900" in held.history.first().history_change_reason


def test_an_accepted_list_of_the_target_is_not_that_of_the_source(held: Sync) -> None:
    held.memory["held"]["categories"] |= {"list": "target of categories", "source": "ExpenseIn"}
    held.save()
    assert stream_accept(sync=held, stream="categories").source == "ExpenseIn"
    assert held.memory["lists"]["categories"]["count"] == 900
    assert held.memory["lists"]["target of categories"] == {"source": "ExpenseIn", "count": 40}


def test_other_numbers_than_were_seen_are_not_accepted(held: Sync) -> None:
    with pytest.raises(ConfigError, match="had 900 records and now has 40"):
        stream_accept(sync=held, stream="categories", seen=(900, 41))
    with pytest.raises(ConfigError, match="not held any more"):
        stream_accept(sync=held, stream="tax_rates")
    assert len(held_streams(held)) == 2


def test_a_disabled_stream_holds_nobody_up(held: Sync) -> None:
    feeds_save(sync=held, feeds={"categories": OFF})
    assert [one.stream for one in held_streams(held)] == ["suppliers"]
