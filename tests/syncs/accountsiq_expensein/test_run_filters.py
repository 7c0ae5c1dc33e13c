"""What takes part: filters, dimensions, disabled items, single ones; and what is asked for it. End to end."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Run
from integrations.syncs.base import Scope
from tests.syncs.accountsiq_expensein.accounts import ITEMS, Accounts, only

pytestmark = pytest.mark.django_db(transaction=True)
CHART = {"0010": "Land", "7300": "Fuel Expenses", "7310": "Travel expenses", "7400": "Expenses, sundry", "9998": "Bank"}


def where(*conditions: tuple[str, str, Any]) -> dict[str, Any]:
    rows = [{"field": field, "comparison": how, "values": values} for field, how, values in conditions]
    return only("categories", categories={"filter": rows})


@pytest.mark.parametrize(
    ("conditions", "kept"),
    [
        ([("name", "contains", ["EXPENSES"])], "7300 7310 7400"),
        ([("name", "starts_with", ["expenses"])], "7400"),
        ([("name", "ends_with", ["expenses"])], "7300 7310"),
        ([("code", "is_one_of", ["0010", "9998", "10"])], "0010 9998"),
        ([("code", "is_not_one_of", ["0010", "9998"])], "7300 7310 7400"),
        ([("name", "contains", ["expenses"]), ("code", "starts_with", ["73"])], "7300 7310"),
        ([("account_type", "is_one_of", ["Bank"])], "9998"),
        ([("active", "is_one_of", ["yes"])], "0010 7300 7310 7400 9998"),
        ([("name", "contains", ["nothing has this"])], ""),
    ],
)
def test_only_what_the_filter_keeps_is_created(sandbox: Any, conditions: list[Any], kept: str) -> None:
    accounts = Accounts(sandbox.url, feeds=where(*conditions))
    for code, name in CHART.items():
        accounts.put("categories", code, name, AccountType="Bank" if name == "Bank" else "Posting")
    run = accounts.run()
    assert list(accounts.names("categories")) == kept.split()
    assert run.counts["read"] == len(kept.split())


def test_what_a_narrower_filter_leaves_out_stays_as_it_is_and_is_not_told(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.fill("categories", "Travel", "Rent", "Fuel")
    accounts.run()
    accounts.sync.feeds = where(("name", "is_one_of", ["Rent"]))
    accounts.sync.save()
    accounts.fill("categories", "Journeys", "Lease", "Diesel")
    accounts.put("categories", "2", "Rent")
    accounts.assert_quiet()
    assert accounts.names("categories") == {"1": "Travel", "2": "Rent", "3": "Fuel"}


def test_a_record_that_waited_is_closed_when_the_filter_leaves_it_out(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.put("categories", "1", "")
    accounts.put("categories", "2", "Rent")
    assert accounts.told(accounts.run())["1"] == ("blocked", "no_name")
    accounts.sync.feeds = where(("code", "is_not_one_of", ["1"]))
    accounts.sync.save()
    run = accounts.run()
    assert accounts.told(run) == {"1": ("skipped", "left_out")}
    accounts.assert_quiet()


def test_records_that_the_filter_leaves_out_want_no_name_and_are_no_doubles(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, feeds=where(("code", "starts_with", ["2"])))
    accounts.fill("categories", "Rent", "Rent")
    accounts.run()
    assert accounts.names("categories") == {"2": "Rent"}


# --- dimensions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["LOC", "loc ", "Location", "location"])
def test_only_the_options_of_the_chosen_dimension_come_by_its_code_or_name(sandbox: Any, choice: str) -> None:
    accounts = Accounts(sandbox.url, feeds=only("departments", departments={"choice": choice}))
    accounts.dimension("LOC", "Location")
    accounts.put("departments", "SAL", "Sales")
    accounts.put("departments", "CRK", "Cork", dimension="LOC")
    accounts.run()
    assert accounts.names("departments") == {"CRK": "Cork"}


def test_a_dimension_that_vanished_is_held_for_a_person_and_the_others_go_on(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "departments", "suppliers")
    accounts.put("departments", "SAL", "Sales")
    accounts.run()
    accounts.accountsiq.act("remove", table="dimensions", ids=["DEPT"])
    accounts.put("suppliers", "S1", "Albion")
    run = accounts.run()
    assert run.status == Run.Status.DONE_WITH_FAILURES and "no dimension DEPT" in run.message
    assert accounts.names("suppliers") == {"S1": "Albion"} and accounts.names("departments") == {"SAL": "Sales"}
    assert accounts.told(run)[""] == ("blocked", "no_dimension")
    assert accounts.item(run, "").stream == "departments"


def test_options_and_bi_codes_feed_projects_and_departments_either_way(sandbox: Any) -> None:
    dimension = {"source": "dimension", "choice": "PROJ"}
    accounts = Accounts(
        sandbox.url, feeds=only("projects", "departments", projects=dimension, departments={"source": "bi_codes"})
    )
    accounts.dimension("PROJ", "Project")
    accounts.put("departments", "P1", "Refit", dimension="PROJ")
    accounts.put("projects", "LON-SAL", "London sales")
    accounts.run()
    assert accounts.names("projects") == {"P1": "Refit"}
    assert accounts.names("departments") == {"LON-SAL": "London sales"}
    accounts.assert_quiet()


# --- what is asked and written -------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", ITEMS)
def test_a_disabled_item_is_neither_read_nor_written(sandbox: Any, item: str) -> None:
    enabled = [name for name in ITEMS if name != item]
    accounts = Accounts(sandbox.url, *enabled)
    for name in ITEMS:
        accounts.put(name, "1", "One")
    accounts.clear()
    accounts.run()
    assert ITEMS[item].operation not in accounts.asked()
    assert ITEMS[item].path not in accounts.listed()
    assert accounts.rows(item) == [] and all(accounts.rows(name) for name in enabled)


def test_a_run_for_one_item_reads_and_writes_just_that(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    for name in ITEMS:
        accounts.put(name, "1", "One")
    accounts.clear()
    run = accounts.run(scope=Scope(streams=("suppliers",)))
    assert run.counts["created"] == 1
    assert accounts.asked() == {"TokenGet": 1, "GetSupplierList": 1} and accounts.listed() == ["suppliers"]
    assert accounts.writes() == ["POST /1.0/suppliers"]


def test_a_run_for_one_record_writes_just_that(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.fill("categories", "Travel", "Rent", "Fuel")
    run = accounts.run(scope=Scope(source_ids=("2",)))
    assert accounts.names("categories") == {"2": "Rent"} and run.counts["created"] == 1


def test_without_changes_each_enabled_list_is_read_once_on_either_side(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    for name in ITEMS:
        accounts.put(name, "1", "One")
    assert accounts.run().counts["created"] == len(ITEMS)
    accounts.clear()
    run = accounts.run()
    assert run.counts["unchanged"] == run.counts["read"] == len(ITEMS) and not run.items.exists()
    assert {name: number for name, number in accounts.asked().items() if not name.startswith("Token")} == {
        kind.operation: 1 for kind in ITEMS.values()
    }
    assert sorted(accounts.listed()) == sorted(kind.path for kind in ITEMS.values())
    assert accounts.writes() == []


def test_a_list_that_feeds_two_items_is_asked_for_once(sandbox: Any) -> None:
    starts = [{"field": "code", "comparison": "starts_with", "values": ["P"]}]
    accounts = Accounts(
        sandbox.url,
        feeds=only("projects", "departments", projects={"filter": starts}, departments={"source": "bi_codes"}),
    )
    accounts.put("projects", "P1", "Refit")
    accounts.put("projects", "LON-SAL", "London sales")
    accounts.clear()
    accounts.run()
    assert accounts.asked()["GetDepartmentList"] == 1
    assert accounts.names("projects") == {"P1": "Refit"}
    assert accounts.names("departments") == {"P1": "Refit", "LON-SAL": "London sales"}


def test_one_changed_record_is_one_write(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.fill("categories", *(f"Account {number}" for number in range(60)))
    accounts.run()
    assert accounts.writes() == ["POST /1.0/categories"] * 60
    accounts.clear()
    accounts.put("categories", "7", "Renamed")
    accounts.run()
    assert len(accounts.writes()) == 1 and accounts.bodies() == ['{"name": "Renamed"}']
