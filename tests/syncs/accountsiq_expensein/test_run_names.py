"""Names: each only once in ExpenseIn, whoever wants it. Swaps, cycles, chains, limits, blanks. End to end."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Run
from tests.syncs.accountsiq_expensein.accounts import ITEMS, Accounts

pytestmark = pytest.mark.django_db(transaction=True)


def renamed(accounts: Accounts, before: dict[str, str], after: dict[str, str]) -> Run:
    """A run with these names, then one with those."""
    for names in (before, after):
        for code, name in names.items():
            accounts.put("categories", code, name)
        run = accounts.run()
    return run


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"1": "A", "2": "B"}, {"1": "B", "2": "A"}),
        ({"1": "A", "2": "B", "3": "C"}, {"1": "B", "2": "C", "3": "A"}),
        ({"1": "A", "2": "B", "3": "C"}, {"1": "C", "2": "A", "3": "B"}),
        ({"1": "A", "2": "B", "3": "C"}, {"1": "B", "2": "C", "3": "D"}),
        ({"1": "A", "2": "B", "3": "C"}, {"1": "X", "2": "A", "3": "B"}),
        ({"1": "A"}, {"0": "A", "1": "B"}),
        ({"1": "A", "2": "B"}, {"1": "b", "2": "a", "3": "C"}),
        ({"1": "A", "2": "B", "3": "C", "4": "D"}, {"1": "B", "2": "A", "3": "D", "4": "C"}),
    ],
    ids=["swap", "cycle of three", "the other way", "chain", "chain from its end", "a new one takes the old name",
         "swap with other capitals", "two swaps"],
)  # fmt: skip
def test_names_that_are_handed_over_end_right_in_one_run(
    sandbox: Any, before: dict[str, str], after: dict[str, str]
) -> None:
    accounts = Accounts(sandbox.url, "categories")
    run = renamed(accounts, before, after)
    assert run.status == Run.Status.DONE, list(run.items.values_list("reason", flat=True))
    assert accounts.names("categories") == after
    accounts.assert_quiet()


@pytest.mark.parametrize("item", ITEMS)
def test_of_two_codes_with_the_same_name_the_first_gets_it_and_the_other_is_reported(sandbox: Any, item: str) -> None:
    accounts = Accounts(sandbox.url, item)
    accounts.fill(item, "Rent", "rent", "Water")
    run = accounts.run()
    assert run.status == Run.Status.DONE
    assert accounts.names(item) == {"1": "Rent", "3": "Water"}
    assert accounts.told(run)["2"] == ("skipped", "name_taken")
    assert "The code 1 has the name" in accounts.item(run, "2").reason
    accounts.assert_quiet()


def test_two_codes_with_the_same_name_are_told_apart_by_the_code_where_that_is_wanted(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories", same_names="add_code")
    accounts.fill("categories", "Rent", "Rent", "Rent")
    run = accounts.run()
    assert (run.status, run.counts["created"]) == (Run.Status.DONE, 3)
    assert accounts.names("categories") == {"1": "Rent", "2": "Rent (2)", "3": "Rent (3)"}
    accounts.assert_quiet()
    accounts.put("categories", "1", "Lease")
    accounts.run()
    assert accounts.names("categories") == {"1": "Lease", "2": "Rent", "3": "Rent (3)"}
    accounts.assert_quiet()


def test_a_name_with_its_code_that_somebody_has_already_is_reported(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories", same_names="add_code")
    accounts.by_hand("categories", "RENT (2)", "9")
    accounts.fill("categories", "Rent", "Rent")
    run = accounts.run()
    assert accounts.told(run) == {"1": ("created", ""), "2": ("skipped", "name_taken")}


@pytest.mark.parametrize(
    ("reference", "words"), [(None, "without a reference"), ("X9", "with the reference X9")], ids=["none", "another"]
)
def test_a_name_that_a_hand_made_record_holds_is_reported_and_the_record_stays(
    sandbox: Any, reference: str | None, words: str
) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.by_hand("categories", "Taxis", reference)
    before = accounts.rows("categories")
    accounts.put("categories", "7400", "taxis ")
    run = accounts.run()
    assert accounts.told(run) == {"7400": ("skipped", "name_taken")}
    assert words in accounts.item(run, "7400").reason
    assert accounts.rows("categories") == before
    accounts.assert_quiet()


def test_a_chain_that_ends_at_a_hand_made_record_moves_nobody(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.by_hand("categories", "C")
    run = renamed(accounts, {"1": "A", "2": "B"}, {"1": "B", "2": "C"})
    assert accounts.names("categories") == {None: "C", "1": "A", "2": "B"}
    assert accounts.told(run) == {"1": ("skipped", "name_taken"), "2": ("skipped", "name_taken")}
    accounts.assert_quiet()
    accounts.expensein.act("put", table="categories", rows=[{"id": accounts.rows("categories")[0]["id"], "name": "D"}])
    accounts.run()
    assert accounts.names("categories") == {None: "D", "1": "B", "2": "C"}


def test_a_swap_whose_first_half_fails_leaves_both_names_and_ends_right_the_next_day(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    for code, name in {"1": "A", "2": "B"}.items():
        accounts.put("categories", code, name)
    accounts.run()
    for code, name in {"1": "B", "2": "A"}.items():
        accounts.put("categories", code, name)
    accounts.expensein.faults(
        {"match": "PUT /1.0/categories", "nth": 2, "do": "status", "status": 400, "body_text": '{"message": "Not now"}'}
    )
    run = accounts.run()
    assert run.status == Run.Status.DONE_WITH_FAILURES
    assert accounts.names("categories") == {"1": "A", "2": "B"}
    accounts.expensein.faults()
    accounts.next_day()
    assert accounts.names("categories") == {"1": "B", "2": "A"}
    accounts.assert_quiet()


def test_a_name_over_the_limit_is_reported_and_one_of_just_that_length_is_taken(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "projects")
    accounts.fill("projects", "x" * 100, "y" * 101)
    run = accounts.run()
    assert accounts.names("projects") == {"1": "x" * 100}
    assert accounts.told(run)["2"] == ("blocked", "long_name")
    assert "101 characters; ExpenseIn takes 100" in accounts.item(run, "2").reason
    accounts.assert_quiet()


def test_a_name_over_the_limit_is_cut_where_that_is_wanted(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "projects", long_names="cut")
    accounts.fill("projects", "y" * 99 + " zzz", "x" * 120)
    accounts.run()
    assert accounts.names("projects") == {"1": "y" * 99, "2": "x" * 100}
    accounts.assert_quiet()


def test_names_that_are_equal_once_they_are_cut_are_a_clash(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "projects", long_names="cut", same_names="add_code")
    accounts.fill("projects", "x" * 120, "x" * 121)
    accounts.run()
    assert accounts.names("projects") == {"1": "x" * 100, "2": "x" * 96 + " (2)"}
    accounts.assert_quiet()


def test_a_record_that_exists_keeps_its_name_when_the_new_one_is_too_long(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "suppliers")
    accounts.put("suppliers", "S1", "Albion")
    accounts.run()
    accounts.put("suppliers", "S1", "x" * 101, IsActive=False)
    run = accounts.run()
    row = accounts.of("suppliers", "S1")
    assert (row["name"], row["isInactive"]) == ("Albion", True)
    assert "ExpenseIn takes 100" in accounts.item(run, "S1").reason


def test_a_code_over_the_limit_and_no_code_at_all_are_reported(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.put("categories", "1" * 51, "Travel")
    accounts.put("categories", " ", "Rent")
    accounts.put("categories", "3", " ")
    run = accounts.run()
    assert accounts.rows("categories") == []
    assert sorted(accounts.told(run).values()) == [
        ("blocked", "long_code"), ("blocked", "no_code"), ("blocked", "no_name"),
    ]  # fmt: skip
    accounts.assert_quiet()


def test_leading_zeros_make_another_code(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.put("categories", "0050", "Land")
    accounts.put("categories", "50", "Stock")
    accounts.run()
    assert accounts.names("categories") == {"0050": "Land", "50": "Stock"}
    accounts.assert_quiet()


def test_blanks_around_codes_and_names_and_runs_of_blanks_are_no_difference(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    accounts.by_hand("categories", " Motor  and travel ", " 7300  ")
    accounts.put("categories", "7300 ", "Motor and   travel  ")
    before = accounts.rows("categories")
    run = accounts.run()
    assert accounts.told(run) == {"7300": ("linked", "matched")}
    assert accounts.rows("categories") == before
    accounts.assert_quiet()


def test_a_change_of_capitals_alone_is_a_rename(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, "categories")
    run = renamed(accounts, {"1": "travel & rent"}, {"1": "Travel & Rent"})
    assert accounts.names("categories") == {"1": "Travel & Rent"}
    assert run.counts["updated"] == 1


@pytest.mark.parametrize(("option", "created"), [(False, 1), (True, 0)])
def test_capitals_in_codes_matter_unless_a_setting_says_otherwise(sandbox: Any, option: bool, created: int) -> None:
    accounts = Accounts(sandbox.url, "suppliers", ignore_code_case=option)
    accounts.by_hand("suppliers", "Albion", "alb1")
    accounts.put("suppliers", "ALB1", "Albion Ltd")
    run = accounts.run()
    assert run.counts["created"] == created
    assert [row["name"] for row in accounts.rows("suppliers")] == (
        ["Albion", "Albion Ltd"] if created else ["Albion Ltd"]
    )
