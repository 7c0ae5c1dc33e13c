"""What was edited in ExpenseIn: synced fields are overwritten, all others stay; rates are never touched."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Run
from tests.syncs.accountsiq_expensein.accounts import ITEMS, Accounts

pytestmark = pytest.mark.django_db(transaction=True)
OTHER_FIELDS: dict[str, dict[str, Any]] = {
    "categories": {"description": "Trains and taxis", "defaultTaxRateId": "t-1", "fixedAmount": 12.5,
                   "isReportable": False, "enforceDefaultTaxRate": True, "appliesTo": ["mileage", "time"]},
    "projects": {"appliesTo": ["time"]},
    "departments": {},
    "tax_rates": {"rate": 17.5},
    "suppliers": {},
}  # fmt: skip


@pytest.mark.parametrize("item", ITEMS)
def test_a_name_edited_in_expensein_is_overwritten_and_all_other_fields_stay(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item)
    accounts.put(item, "1", "Travel")
    accounts.run()
    accounts.edit(item, "1", **OTHER_FIELDS[item])
    before = accounts.of(item, "1")
    accounts.edit(item, "1", name="Journeys")
    run = accounts.run()
    assert accounts.of(item, "1") == before
    assert accounts.item(run, "1").changes["name"] == ["Journeys", "Travel"]
    accounts.assert_quiet()


@pytest.mark.parametrize("item", ITEMS)
def test_other_fields_edited_in_expensein_are_no_reason_to_write(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item)
    accounts.put(item, "1", "Travel")
    accounts.run()
    accounts.edit(item, "1", **OTHER_FIELDS[item])
    before = accounts.of(item, "1")
    accounts.clear()
    accounts.run()
    assert accounts.writes() == [] and accounts.of(item, "1") == before


@pytest.mark.parametrize("edited", ["", None, "typed-over"])
@pytest.mark.parametrize("item", [item for item in ITEMS if item != "tax_rates"])
def test_a_code_edited_in_expensein_is_overwritten_and_no_double_is_made(
    sandbox: Any, item: str, edited: str | None
) -> None:
    accounts = Accounts(sandbox.url, item)
    accounts.put(item, "1", "Travel")
    accounts.run()
    accounts.edit(item, "1", **{ITEMS[item].reference: edited})
    run = accounts.run()
    assert len(accounts.rows(item)) == 1 and accounts.names(item) == {"1": "Travel"}
    assert "AccountsIQ decides" in accounts.item(run, "1").reason
    accounts.assert_quiet()


@pytest.mark.parametrize("edited", ["", "typed-over"])
def test_of_a_tax_rate_only_the_name_is_overwritten_and_it_is_followed_without_its_code(
    sandbox: Any, edited: str
) -> None:
    accounts = Accounts(sandbox.url, "tax_rates")
    accounts.put("tax_rates", "T1", "Standard", Rate="20")
    accounts.run()
    accounts.edit("tax_rates", "T1", reference=edited)
    assert accounts.told(accounts.run()) == {"T1": ("skipped", "reference_differs")}
    accounts.assert_quiet()
    accounts.put("tax_rates", "T1", "Standard rate")
    assert accounts.told(accounts.run()) == {"T1": ("updated", "reference_differs")}
    assert accounts.names("tax_rates") == {edited: "Standard rate"}
    accounts.assert_quiet()


def test_an_edit_that_accountsiq_makes_too_is_no_reason_to_write(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.put("categories", "1", "Travel")
    accounts.run()
    accounts.edit("categories", "1", name="Journeys")
    accounts.put("categories", "1", "Journeys")
    accounts.assert_quiet()


# --- suppliers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("active", [True, False])
def test_inactive_follows_accountsiq_both_ways(sandbox: Any, active: bool) -> None:
    accounts = Accounts(sandbox.url, "suppliers")
    accounts.put("suppliers", "S1", "Lane End Motors")
    accounts.run()
    if active:
        accounts.put("suppliers", "S1", "Lane End Motors", IsActive=False)
        accounts.run()
        accounts.clear()
    accounts.put("suppliers", "S1", "Lane End Motors", IsActive=active)
    run = accounts.run()
    assert accounts.of("suppliers", "S1")["isInactive"] is not active
    assert accounts.item(run, "S1").changes == {"inactive": [active, not active]}
    accounts.assert_quiet()


@pytest.mark.parametrize("active", [True, False])
def test_an_inactive_set_in_expensein_is_overwritten_both_ways(sandbox: Any, active: bool) -> None:
    accounts = Accounts(sandbox.url, "suppliers")
    accounts.put("suppliers", "S1", "Lane End Motors")
    accounts.run()
    accounts.put("suppliers", "S1", "Lane End Motors", IsActive=active)
    accounts.run()
    accounts.edit("suppliers", "S1", isInactive=active)
    accounts.run()
    assert accounts.of("suppliers", "S1")["isInactive"] is not active
    accounts.assert_quiet()


# --- tax rates -----------------------------------------------------------------------------------------------------


def test_a_changed_rate_neither_changes_nor_makes_a_tax_rate_and_is_told_once(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "tax_rates")
    accounts.put("tax_rates", "T1", "Standard", Rate="20")
    accounts.run()
    before = accounts.rows("tax_rates")
    accounts.put("tax_rates", "T1", "Standard", Rate="21")
    run = accounts.run()
    assert accounts.rows("tax_rates") == before
    assert (run.status, accounts.told(run)) == (Run.Status.DONE, {"T1": ("skipped", "rate_differs")})
    assert accounts.item(run, "T1").changes == {"rate": ["20", "21"]}
    accounts.assert_quiet()


def test_a_rate_that_changes_again_is_told_again(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "tax_rates")
    for rate in ("20", "21"):
        accounts.put("tax_rates", "T1", "Standard", Rate=rate)
        accounts.run()
    accounts.put("tax_rates", "T1", "Standard", Rate="22.5")
    assert accounts.told(accounts.run()) == {"T1": ("skipped", "rate_differs")}
    accounts.edit("tax_rates", "T1", rate=22.5)
    accounts.assert_quiet()


def test_a_description_renames_although_the_rate_differs_and_both_are_told(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "tax_rates")
    accounts.put("tax_rates", "T1", "Standard", Rate="20")
    accounts.run()
    accounts.put("tax_rates", "T1", "Standard 21 %", Rate="21")
    run = accounts.run()
    row = accounts.of("tax_rates", "T1")
    assert (row["name"], row["rate"]) == ("Standard 21 %", 20)
    assert "never changed by the sync" in accounts.item(run, "T1").reason
    accounts.assert_quiet()


def test_rates_that_are_only_written_differently_are_equal(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "tax_rates")
    accounts.put("tax_rates", "T1", "Standard", Rate="20.000")
    accounts.run()
    accounts.put("tax_rates", "T1", "Standard", Rate="20.0")
    accounts.assert_quiet()


def test_rates_that_travel_as_fractions_arrive_in_per_cent(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "tax_rates")
    accounts.accountsiq.act("settings", rate_scale="fraction")
    accounts.sync.source.settings["rate_scale"] = "fraction"
    accounts.sync.source.save()
    accounts.put("tax_rates", "T1", "Reduced", Rate="13.5")
    accounts.run()
    assert accounts.of("tax_rates", "T1")["rate"] == 13.5
    accounts.assert_quiet()
