"""Rows as both sides are compared: keys, what differs, and the digest that tells whether anything is to be done."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.syncs.accountsiq_expensein.rows import (
    LONGEST_ID,
    Laid,
    Present,
    Problem,
    code_key,
    differences,
    digest,
    digest_after,
    name_key,
    rate_text,
    rates_differ,
    record_id,
)

HERE = Present("x1", "Travel", "0070", True, "20")
LAID = Laid("0070", "0070", "Travel", "Travel", False, "20", "reference", HERE)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Travel", " travel ", True), ("Motor  and\ttravel", "motor and travel", True), ("Straße", "STRASSE", True),
        ("Café", "Cafe", False), ("Travel-", "Travel", False),
    ],
)  # fmt: skip
def test_names_are_the_same_whatever_their_capitals_and_blanks(one: str, other: str, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same


@pytest.mark.parametrize(
    ("one", "other", "ignore_case", "same"),
    [
        ("0070", "70", False, False), ("70 ", " 70", False, True), ("ab1", "AB1", False, False),
        ("ab1", "AB1", True, True), ("A 1", "A1", True, False), ("1.0", "1", False, False),
    ],
)  # fmt: skip
def test_codes_are_text(one: str, other: str, ignore_case: bool, same: bool) -> None:
    assert (code_key(one, ignore_case=ignore_case) == code_key(other, ignore_case=ignore_case)) is same


@pytest.mark.parametrize(
    ("rate", "text"),
    [(None, ""), ("0", "0"), ("0.00", "0"), ("20", "20"), ("20.000", "20"), ("13.50", "13.5"), ("100", "100")],
)
def test_a_rate_is_told_in_per_cent_without_needless_zeros(rate: str | None, text: str) -> None:
    assert rate_text(None if rate is None else Decimal(rate)) == text


def test_the_id_of_a_record_is_never_empty_never_too_long_and_differs_for_long_codes() -> None:
    assert record_id("0070", "travel") == "0070"
    assert record_id("", "travel") != record_id("", "rent") != ""
    one, other = record_id("x" * 300 + "1", ""), record_id("x" * 300 + "2", "")
    assert one != other and len(one) == len(other) < LONGEST_ID + 20


@pytest.mark.parametrize(
    ("laid", "present", "changed"),
    [
        (LAID, HERE, set()),
        (replace(LAID, wanted="TRAVEL"), HERE, {"name"}),
        (LAID, replace(HERE, name=" Travel  "), set()),
        (LAID, replace(HERE, reference=" 0070 "), set()),
        (replace(LAID, how="link"), replace(HERE, reference="70"), {"reference"}),
        (LAID, replace(HERE, inactive=False), {"inactive"}),
        (LAID, replace(HERE, inactive=None), set()),
        (replace(LAID, rate="21"), HERE, set()),
    ],
)
def test_only_synced_fields_that_mean_something_else_differ(laid: Laid, present: Present, changed: set[str]) -> None:
    assert set(differences(laid, present)) == changed


def test_rates_differ_by_value_and_only_where_both_sides_have_one() -> None:
    assert rates_differ(replace(LAID, rate="21"), HERE)
    assert not rates_differ(replace(LAID, rate="20.00"), HERE)
    assert not rates_differ(replace(LAID, rate=""), HERE)


@pytest.mark.parametrize(
    "change",
    [{"wanted": "Trips"}, {"active": True}, {"rate": "21"}, {"how": "link"}, {"problem": Problem("long_name", "x")},
     {"present": replace(HERE, id="x2")}, {"present": replace(HERE, name="Trips")}],
)  # fmt: skip
def test_whatever_decides_a_plan_changes_the_digest(change: dict[str, object]) -> None:
    assert digest(replace(LAID, **change)) != digest(LAID)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (replace(LAID, present=replace(HERE, name=" Travel")), LAID),
        (replace(LAID, problem=Problem("name_taken", "by 1")), replace(LAID, problem=Problem("name_taken", "by 2"))),
        (replace(LAID, park=("y", "a", "b")), LAID),
        (replace(LAID, rate="20", present=replace(HERE, rate="20.0")), LAID),
    ],
)
def test_what_decides_nothing_is_no_part_of_the_digest(one: Laid, other: Laid) -> None:
    assert digest(one) == digest(other)


def test_the_digest_after_a_write_is_that_of_the_next_run() -> None:
    before = replace(LAID, wanted="Trips", park=("y", "a", "b"), how="link")
    after = replace(HERE, name="Trips")
    assert digest_after(before, after) == digest(replace(LAID, wanted="Trips", present=after))


def test_a_problem_that_stays_after_a_write_is_part_of_the_digest_after_it() -> None:
    before = replace(LAID, problem=Problem("name_taken", "x"), active=False)
    after = replace(HERE, inactive=True)
    assert digest_after(before, after) == digest(replace(before, present=after))
