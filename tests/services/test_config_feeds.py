"""Streams in configuration files: every form that people write, errors, loading twice, dumping."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Sync, Workspace
from integrations.sandbox import Control
from integrations.services.config import ConfigRefused, Loaded, config_dump, config_load
from integrations.services.feeds import enabled_streams
from integrations.vendors.accountsiq.sandbox import CLIENT_ID, CLIENT_SECRET, ENTITY

pytestmark = pytest.mark.django_db
# The door refuses a private address before any packet is sent, so that no test reaches out by accident.
BASE = """\
workspace: acme
connections:
  - key: aiq
    vendor: accountsiq
    settings: {base_url: "https://10.0.0.1", entity: HARBOUR}
    credentials: {client_id: a, client_secret: b}
  - {key: exp, vendor: expensein, settings: {base_url: "https://10.0.0.2"}, credentials: {api_key: k}}
syncs:
  - key: data
    kind: accountsiq_expensein
"""
ENVIRON = {"ACME_AIQ_CLIENT_ID": "a", "ACME_AIQ_CLIENT_SECRET": "b", "ACME_EXP_API_KEY": "k"}
STARTS_WITH_4 = [{"field": "code", "comparison": "starts_with", "values": ["4"]}]
EXPENSES = [{"field": "name", "comparison": "contains", "values": ["Expenses"]}]


def load(streams: str = "", base: str = BASE) -> Loaded:
    return config_load(base + (f"    streams: {streams}\n" if streams else ""), environ=ENVIRON)


def stored() -> Sync:
    return Sync.objects.get(key="data")


def errors_of(streams: str) -> list[str]:
    with pytest.raises(ConfigRefused) as refused:
        load(streams)
    return [error["message"] for error in refused.value.errors]


@pytest.mark.parametrize(
    "written",
    [
        "[categories, tax_rates]",
        "[Categories, Tax Rates]",
        "[{key: categories}, {target: taxrates}]",
        "[{name: Categories, source: GL Accounts}, {stream: tax-rates, source: tax_codes}]",
        "[{categories: yes}, tax rate]",
        "{categories: yes, Tax Rates: yes, suppliers: no}",
        "{categories: , tax_rates: {enabled: yes}}",
        "{categories: gl_accounts, tax_rates: Tax codes}",
        "categories, tax_rates",
    ],
)
def test_streams_may_be_named_in_any_form_and_the_others_are_disabled(written: str) -> None:
    load(written)
    assert enabled_streams(stored()) == ("categories", "tax_rates")
    assert load(written).changes == []


@pytest.mark.parametrize(
    "written",
    [
        "{departments: 'dimension:DEPT'}",
        "{departments: dimension DEPT}",
        "{departments: 'Dimension: DEPT'}",
        "{departments: DEPT}",
        "{departments: {source: DEPT}}",
        "{departments: {source: dimension, choice: DEPT}}",
        "{departments: {source: dimension, dimension: DEPT}}",
        "{departments: {dimension: DEPT}}",
        "{departments: {source: {dimension: DEPT}}}",
        "[{target: Departments, source: {source: Dimension, name: DEPT}, enabled: yes}]",
    ],
)
def test_a_dimension_may_be_written_in_any_form(written: str) -> None:
    assert any("could not be looked up" in warning for warning in load(written).warnings)
    assert stored().feeds["departments"] == {"enabled": True, "source": "dimension", "choice": "DEPT", "filter": []}


@pytest.mark.parametrize(
    ("written", "filter"),
    [
        ("{field: code, comparison: starts_with, values: '4'}", STARTS_WITH_4),
        ("[{field: Account number, operator: Starts With, value: 4}]", STARTS_WITH_4),
        ("[{field: Code, op: startsWith, value: [4]}]", STARTS_WITH_4),
        ("{code: {begins with: 4}}", STARTS_WITH_4),
        ("[{account_name: {Contains: Expenses}}]", EXPENSES),
        ("{Description: {contains: Expenses}}", EXPENSES),
        (
            "{code: {starts_with: 4}, IsActive: {is one of: [true, maybe]}}",
            [*STARTS_WITH_4, {"field": "active", "comparison": "is_one_of", "values": ["yes", "maybe"]}],
        ),
        ("[]", []),
    ],
)
def test_a_filter_may_be_written_in_any_form(written: str, filter: list[dict[str, Any]]) -> None:
    load(f"{{categories: {{filter: {written}}}}}")
    assert stored().feeds["categories"]["filter"] == filter


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("[categories, invoices]", "There is no stream 'invoices'; there are categories, projects"),
        ("[categories, Categories]", "stands here twice"),
        ("{categories: {sorce: x}}", "Did you mean 'source'?"),
        ("{categories: gl_acounts}", "fed from one of gl_accounts, not 'gl_acounts'. Did you mean 'gl_accounts'?"),
        ("{categories: {source: gl_accounts, choice: X}}", "has nothing to choose from"),
        ("{projects: dimension}", "say which dimension"),
        ("{categories: {filter: {colour: {contains: x}}}}", "no field 'colour'"),
        ("{categories: {filter: {code: {sounds_like: x}}}}", "no comparison 'sounds_like'; there are contains"),
        ("{categories: {filter: {code: x}}}", "Write a comparison for code"),
        ("{categories: {filter: [{field: code, comparison: contains}]}}", "has no value"),
        ("{categories: {filter: {code: {contains: [a, b]}}}}", "takes one value"),
        ("{categories: {filter: {code: {contains: a, ends_with: b}}}}", "two comparisons"),
        ("{categories: [x]}", "not a list"),
    ],
)
def test_a_wrong_stream_is_told_with_what_there_is(written: str, words: str) -> None:
    told = errors_of(written)
    assert any(words.casefold() in message.casefold() for message in told), told
    assert not Workspace.objects.exists()


def test_without_streams_a_new_sync_is_as_declared_and_a_stored_one_keeps_its_own() -> None:
    load()
    assert enabled_streams(stored()) == ("categories", "tax_rates", "suppliers") and stored().feeds == {}
    load("{projects: {source: bi_codes, filter: {code: {contains: x}}}}")
    assert load().changes == []
    assert enabled_streams(stored()) == ("projects",)


def test_what_a_stream_leaves_out_stays_and_another_source_begins_anew() -> None:
    load("{projects: {source: bi_codes, filter: {analysis_1: {contains: x}}}}")
    (change,) = load("{projects: no}").changes
    assert change == {
        "where": "syncs.data.streams.projects",
        "change": "BI codes, only where Option in dimension 1 contains “x” → disabled",
    }
    load("[projects]")
    assert stored().feeds["projects"]["filter"][0]["field"] == "analysis_1"
    load("{projects: 'dimension:PROJ'}")
    assert stored().feeds["projects"]["filter"] == []


def test_everything_may_be_disabled() -> None:
    load("[]")
    assert enabled_streams(stored()) == ()


@pytest.mark.parametrize(
    "written", ["", "[]", "{departments: {source: DEPT, filter: {code: {is not one of: ['No', '007']}}}, suppliers: }"]
)
def test_a_dump_loads_without_a_change(written: str) -> None:
    load(written)
    before = stored().history.count()
    dumped = config_dump(Workspace.objects.get())
    assert config_load(dumped, environ=ENVIRON).changes == []
    assert stored().history.count() == before


def test_a_stream_may_move_to_another_sync_but_not_be_in_both() -> None:
    load("[categories, suppliers]")
    second = "  - {key: more, kind: accountsiq_expensein, streams: [suppliers]}\n"
    with pytest.raises(ConfigRefused, match="would create each of them twice"):
        load(base=BASE + "    streams: [categories, suppliers]\n" + second)
    load(base=BASE.replace("  - key: data", second + "  - key: data") + "    streams: [categories]\n")
    assert enabled_streams(Sync.objects.get(key="more")) == ("suppliers",)


def test_a_dimension_is_looked_up_at_the_source(sandbox: Any) -> None:
    Control(sandbox.url, "accountsiq").seed("small")
    base = BASE.replace("https://10.0.0.1", f"{sandbox.url}/accountsiq").replace("HARBOUR", ENTITY)
    base = base.replace("client_id: a, client_secret: b", f"client_id: {CLIENT_ID}, client_secret: {CLIENT_SECRET}")
    with pytest.raises(ConfigRefused) as refused:
        load("{projects: 'dimension:NOWHERE'}", base)
    assert "is not listed; there are " in refused.value.errors[0]["message"]
    listed = refused.value.errors[0]["message"].split("there are ")[1].split(",")[0].rstrip(".")
    assert load(f"{{projects: 'dimension:{listed}'}}", base).warnings == []
