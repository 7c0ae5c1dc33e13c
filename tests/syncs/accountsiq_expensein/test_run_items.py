"""What each item carries over: created, renamed by code, never deleted. End to end."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Run
from integrations.vendors.accountsiq.sandbox import PARTNER_KEY, USER_KEY
from tests.syncs.accountsiq_expensein.accounts import ACTIVE_ITEMS, ITEMS, Accounts

pytestmark = pytest.mark.django_db(transaction=True)
PURCHASE, EVERY_TYPE = ["purchase"], ["purchase", "mileage", "time"]


@pytest.mark.parametrize("item", ITEMS)
def test_a_new_record_is_created_with_its_code_and_name(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item)
    accounts.put(item, "0070", "Léger & Sons")
    run = accounts.run()
    assert (run.status, run.counts["created"]) == (Run.Status.DONE, 1)
    assert accounts.names(item) == {"0070": "Léger & Sons"}
    accounts.assert_quiet()


def test_a_category_is_made_for_purchase_expenses_only(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.put("categories", "7400", "Travel")
    accounts.run()
    assert accounts.of("categories", "7400")["appliesTo"] == PURCHASE


def test_a_project_is_made_for_all_expense_types(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "projects")
    accounts.put("projects", "LON-SAL", "London sales")
    accounts.run()
    assert accounts.of("projects", "LON-SAL")["appliesTo"] == EVERY_TYPE


def test_the_words_for_kinds_of_expenses_can_be_set_for_a_connection(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories", "projects")
    accounts.expensein.act("settings", expense_types=["spend", "car"])
    accounts.sync.target.settings |= {"purchase_type": "spend", "expense_types": "spend, car"}
    accounts.sync.target.save()
    accounts.put("categories", "7400", "Travel")
    accounts.put("projects", "P1", "Refit")
    accounts.run()
    assert accounts.of("categories", "7400")["appliesTo"] == ["spend"]
    assert accounts.of("projects", "P1")["appliesTo"] == ["spend", "car"]


@pytest.mark.parametrize(("rate", "given"), [("20", 20), ("13.5", 13.5), ("0", 0)])
def test_a_tax_rate_is_made_with_its_rate(sandbox: Any, rate: str, given: float) -> None:
    accounts = Accounts(sandbox.url, "tax_rates")
    accounts.put("tax_rates", "T1", "Standard", Rate=rate)
    accounts.run()
    assert accounts.of("tax_rates", "T1")["rate"] == given


@pytest.mark.parametrize("item", ITEMS)
def test_a_new_name_under_the_same_code_renames_the_record(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item)
    accounts.put(item, "1", "Travel")
    accounts.run()
    id = accounts.of(item, "1")["id"]
    accounts.put(item, "1", "Travel and subsistence")
    run = accounts.run()
    assert (accounts.of(item, "1")["id"], accounts.names(item)) == (id, {"1": "Travel and subsistence"})
    assert accounts.item(run, "1").changes == {"name": ["Travel", "Travel and subsistence"]}
    accounts.assert_quiet()


@pytest.mark.parametrize("item", ITEMS)
def test_another_code_makes_a_new_record_and_leaves_the_old_one(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item)
    accounts.fill(item, "Travel", "Rent", "Fuel")
    accounts.run()
    accounts.remove(item, "1")
    accounts.put(item, "9", "Travel abroad")
    run = accounts.run()
    assert accounts.names(item) == {"1": "Travel", "2": "Rent", "3": "Fuel", "9": "Travel abroad"}
    assert accounts.told(run) == {"9": ("created", ""), "1": ("skipped", "vanished")}


def test_another_code_with_the_same_name_is_reported_for_the_old_record_keeps_the_name(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.fill("categories", "Travel", "Rent", "Fuel")
    accounts.run()
    accounts.remove("categories", "1")
    accounts.put("categories", "9", "Travel")
    run = accounts.run()
    assert accounts.names("categories") == {"1": "Travel", "2": "Rent", "3": "Fuel"}
    assert accounts.told(run)["9"] == ("skipped", "name_taken")
    assert "reference 1" in accounts.item(run, "9").reason


@pytest.mark.parametrize("item", ITEMS)
def test_a_deletion_deletes_nothing_and_is_told_once(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item)
    accounts.fill(item, "Travel", "Rent", "Fuel")
    accounts.run()
    before = accounts.rows(item)
    accounts.remove(item, "1")
    run = accounts.run()
    assert accounts.told(run) == {"1": ("skipped", "vanished")}
    assert "Nothing is deleted" in accounts.item(run, "1").reason
    assert accounts.rows(item) == before
    accounts.assert_quiet()


def test_a_record_that_comes_back_is_followed_again_without_a_double(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.fill("categories", "Travel", "Rent", "Fuel")
    accounts.run()
    accounts.remove("categories", "1")
    accounts.run()
    accounts.put("categories", "1", "Journeys")
    accounts.run()
    assert accounts.names("categories") == {"1": "Journeys", "2": "Rent", "3": "Fuel"}
    accounts.assert_quiet()
    accounts.remove("categories", "1")
    assert accounts.told(accounts.run()) == {"1": ("skipped", "vanished")}


@pytest.mark.parametrize("item", ACTIVE_ITEMS)
def test_an_inactive_record_creates_nothing_and_is_created_when_it_becomes_active(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item)
    accounts.put(item, "1", "Travel", IsActive=False)
    accounts.put(item, "2", "Rent")
    run = accounts.run()
    assert accounts.names(item) == {"2": "Rent"}
    assert accounts.told(run)["1"] == ("skipped", "inactive")
    accounts.assert_quiet()
    accounts.put(item, "1", "Travel", IsActive=True)
    accounts.run()
    assert accounts.names(item) == {"2": "Rent", "1": "Travel"}


@pytest.mark.parametrize("item", ACTIVE_ITEMS)
def test_a_record_that_became_inactive_stays_and_is_still_renamed(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item)
    accounts.put(item, "1", "Travel")
    accounts.run()
    accounts.put(item, "1", "Travel (closed)", IsActive=False)
    accounts.run()
    assert accounts.names(item) == {"1": "Travel (closed)"}
    assert not accounts.of(item, "1")["isDeleted"]
    accounts.assert_quiet()


def test_an_inactive_record_that_could_not_be_created_anyway_troubles_nobody(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "projects")
    accounts.put("projects", "1", "x" * 400, IsActive=False)
    run = accounts.run()
    assert (run.status, accounts.told(run)) == (Run.Status.DONE, {"1": ("skipped", "inactive")})


def test_version_1_1_of_accountsiq_works_too(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    source = accounts.sync.source
    source.settings["version"] = "1.1"
    source.credentials = {"partner_key": PARTNER_KEY, "user_key": USER_KEY}
    source.save()
    for item in ITEMS:
        accounts.put(item, "1", "One")
    accounts.clear()
    run = accounts.run()
    assert (run.status, run.counts["created"]) == (Run.Status.DONE, len(ITEMS)), run.message
    assert accounts.asked() == {"Login": 1, **{kind.operation: 1 for kind in ITEMS.values()}}
    accounts.accountsiq.act("expire")
    accounts.assert_quiet()
