"""The first sync into an account that was filled by hand, and records that a person deletes there. End to end."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Run
from tests.syncs.accountsiq_expensein.accounts import ITEMS, Accounts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("item", ITEMS)
def test_a_record_with_the_same_code_is_matched_and_gets_the_name(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item)
    id = accounts.by_hand(item, "Travelling", "1")
    accounts.put(item, "1", "Travel")
    run = accounts.run()
    assert [(row["id"], row["name"]) for row in accounts.rows(item)] == [(id, "Travel")]
    assert accounts.told(run) == {"1": ("updated", "")}
    accounts.assert_quiet()


def test_what_exists_is_not_restricted_to_purchase_expenses(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.by_hand("categories", "Mileage", "7410", appliesTo=["mileage"])
    accounts.put("categories", "7410", "Mileage and fuel")
    accounts.run()
    assert accounts.of("categories", "7410")["appliesTo"] == ["mileage"]


@pytest.mark.parametrize("item", ITEMS)
def test_a_record_of_the_same_name_without_a_code_is_left_alone_and_reported(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item)
    accounts.by_hand(item, "Travel")
    accounts.put(item, "1", "Travel")
    before = accounts.rows(item)
    run = accounts.run()
    assert accounts.told(run) == {"1": ("skipped", "name_taken")}
    assert "Take over records of the same name" in accounts.item(run, "1").reason
    assert accounts.rows(item) == before


@pytest.mark.parametrize("item", ITEMS)
def test_it_is_taken_over_where_the_setting_says_so_and_the_preview_shows_it(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item, adopt_by_name=True)
    id = accounts.by_hand(item, "TRAVEL ")
    accounts.put(item, "1", "Travel")
    before = accounts.rows(item)
    preview = accounts.preview()
    assert accounts.told(preview) == {"1": ("planned", "adopted")}
    shown = accounts.item(preview, "1")
    assert (shown.action, shown.target_id) == ("update", id)
    assert shown.changes == {"name": ["TRAVEL ", "Travel"], "reference": ["", "1"]}
    assert accounts.rows(item) == before
    applied = accounts.run(kind=Run.Kind.APPLY, plan=preview)
    assert accounts.told(applied) == {"1": ("updated", "adopted")}
    assert accounts.rows(item) == [{**before[0], "name": "Travel", ITEMS[item].reference: "1"}]
    accounts.assert_quiet()


def test_a_tax_rate_of_the_same_name_but_another_rate_is_not_taken_over(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "tax_rates", adopt_by_name=True)
    accounts.by_hand("tax_rates", "Standard", rate=23)
    accounts.by_hand("tax_rates", "Reduced", rate=5)
    accounts.put("tax_rates", "T1", "Standard", Rate="20")
    accounts.put("tax_rates", "T5", "Reduced", Rate="5.00")
    run = accounts.run()
    assert accounts.told(run) == {"T1": ("skipped", "name_taken"), "T5": ("updated", "adopted")}
    assert {row["name"]: row["rate"] for row in accounts.rows("tax_rates")} == {"Standard": 23, "Reduced": 5}


def test_a_matched_tax_rate_keeps_its_own_rate_and_the_difference_is_told(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "tax_rates")
    accounts.by_hand("tax_rates", "Standard", "T1", rate=23)
    accounts.put("tax_rates", "T1", "Standard", Rate="20")
    run = accounts.run()
    assert accounts.told(run) == {"T1": ("linked", "rate_differs")}
    assert accounts.of("tax_rates", "T1")["rate"] == 23
    accounts.assert_quiet()


@pytest.mark.parametrize("item", ITEMS)
def test_records_with_the_same_code_in_expensein_are_reported_and_none_is_written(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item)
    ids = [accounts.by_hand(item, name, "1 ") for name in ("Travel", "Journeys")]
    accounts.put(item, "1", "Voyages")
    accounts.put(item, "2", "Rent")
    before = accounts.rows(item)
    run = accounts.run()
    assert accounts.told(run) == {"1": ("blocked", "doubled_reference"), "2": ("created", "")}
    assert all(id in accounts.item(run, "1").reason for id in ids)
    assert accounts.rows(item)[:2] == before
    accounts.assert_quiet()
    accounts.expensein.act("remove", table=item, ids=[ids[1]])
    accounts.run()
    assert accounts.names(item) == {"1 ": "Voyages", "2": "Rent"}


def test_a_code_that_accountsiq_lists_twice_with_different_names_is_reported(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.put("categories", "1", "Travel")
    accounts.put("categories", "1 ", "Journeys")
    accounts.put("categories", "2", "Rent")
    accounts.put("categories", " 2", "Rent ")
    run = accounts.run()
    assert accounts.names("categories") == {"2": "Rent"}
    assert accounts.told(run)["1"] == ("blocked", "doubled_code")
    accounts.assert_quiet()


# --- deleted in ExpenseIn ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purge", [False, True], ids=["marked", "gone for good"])
@pytest.mark.parametrize("item", ITEMS)
def test_what_a_person_deletes_in_expensein_is_not_created_again_and_told_once(
    sandbox: Any, item: str, purge: bool
) -> None:
    accounts = Accounts(sandbox.url, item)
    accounts.fill(item, "Travel", "Rent", "Fuel")
    accounts.run()
    accounts.expensein.act("remove", table=item, ids=[accounts.of(item, "1")["id"]], purge=purge)
    run = accounts.run()
    assert accounts.names(item) == {"2": "Rent", "3": "Fuel"}
    assert accounts.told(run) == {"1": ("skipped", "deleted")}
    accounts.assert_quiet()


@pytest.mark.parametrize("item", ITEMS)
def test_it_is_created_again_where_the_setting_says_so(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item, recreate_deleted=True)
    accounts.put(item, "1", "Travel")
    accounts.run()
    old = accounts.of(item, "1")["id"]
    accounts.delete(item, "1")
    accounts.run()
    assert accounts.names(item) == {"1": "Travel"} and accounts.of(item, "1")["id"] != old
    accounts.assert_quiet()


def test_switching_the_setting_on_later_creates_what_was_left_out(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.put("categories", "1", "Travel")
    accounts.run()
    accounts.delete("categories", "1")
    accounts.run()
    accounts.sync.options["recreate_deleted"] = True
    accounts.sync.save()
    accounts.run()
    assert accounts.names("categories") == {"1": "Travel"}


def test_deleted_records_hold_no_claim_on_names_or_codes(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.by_hand("categories", "Travel", "9", isDeleted=True)
    accounts.by_hand("categories", "Rent", "2", isDeleted=True)
    accounts.fill("categories", "Travel", "Rent")
    run = accounts.run()
    assert run.counts["created"] == 2
    assert accounts.names("categories") == {"1": "Travel", "2": "Rent"}


def test_a_record_that_a_person_deleted_and_made_anew_with_its_code_is_followed(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.put("categories", "1", "Travel")
    accounts.run()
    accounts.delete("categories", "1")
    id = accounts.by_hand("categories", "My travel", "1")
    accounts.run()
    assert [(row["id"], row["name"]) for row in accounts.alive("categories")] == [(id, "Travel")]
    accounts.assert_quiet()


# --- between preview and apply -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"name": "Edited by a person"}, ("skipped", "changed_since_preview")),
        ({"reference": "typed over"}, ("skipped", "changed_since_preview")),
        ({"name": "Journeys"}, ("skipped", "changed_since_preview")),
        ({"description": "not synced"}, ("updated", "")),
    ],
)
def test_what_was_edited_in_expensein_since_the_preview_is_left_alone(
    sandbox: Any, edit: dict[str, str], told: tuple[str, str]
) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.fill("categories", "Travel", "Rent")
    accounts.run()
    accounts.fill("categories", "Journeys", "Lease")
    preview = accounts.preview()
    accounts.edit("categories", "1", **edit)
    edited = accounts.rows("categories")[0]
    applied = accounts.run(kind=Run.Kind.APPLY, plan=preview)
    assert accounts.told(applied) == {"1": told, "2": ("updated", "")}
    if told[0] == "skipped":
        assert accounts.rows("categories")[0] == edited
    accounts.run()
    assert accounts.names("categories") == {"1": "Journeys", "2": "Lease"}
