"""Amounts, currencies, quantities and unit prices."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.syncs.deciding import Stop
from integrations.syncs.ieatta_accelo.money import (
    cents_text,
    decimal_text,
    decimals,
    map_amount,
    money_text,
    split_amount,
)
from tests.syncs.ieatta_accelo.samples import expense

FOREIGN: dict[str, Any] = {"currency": "USD", "amount": 1000, "converted_amount": 790, "conversion_rate": "0.79"}


@pytest.mark.parametrize(
    ("changes", "books", "cents"),
    [
        ({}, "GBP", 1250),
        ({}, "", 1250),
        ({"currency": "gbp"}, "GBP", 1250),
        ({"amount": 1300, "original_amount": 1250, "modified_amount_present": True}, "GBP", 1300),
        ({"amount": -1250}, "GBP", -1250),
        ({"amount": 0}, "GBP", 0),
        (FOREIGN, "GBP", 790),
        ({"currency": "JPY", "amount": 100000, "converted_amount": 520, "conversion_rate": "0.0052"}, "GBP", 520),
        ({"report_currency": "", "currency": "EUR"}, "EUR", 1250),
    ],
)
def test_the_amount_is_the_effective_one_in_the_reports_currency(
    changes: dict[str, Any], books: str, cents: int
) -> None:
    assert map_amount(expense(**changes), books).cents == cents


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"report_currency": "EUR", "currency": "EUR"}, "currency", ("EUR", "GBP")),
        ({**FOREIGN, "converted_amount": None}, "no_conversion", ("10.00 USD", "GBP")),
        (
            {**FOREIGN, "amount": 1500, "original_amount": 1000, "modified_amount_present": True},
            "stale_conversion",
            ("10.00 USD", "15.00 USD"),
        ),
        # The same with a rate that points the other way.
        (
            {
                **FOREIGN,
                "amount": 1500,
                "original_amount": 1000,
                "modified_amount_present": True,
                "converted_amount": 800,
                "conversion_rate": "1.25",
            },
            "stale_conversion",
            ("10.00 USD", "15.00 USD"),
        ),
    ],
)
def test_an_amount_that_cannot_be_carried_over_exactly_is_blocked(
    changes: dict[str, Any], code: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(Stop) as stop:
        map_amount(expense(**changes), "GBP")
    assert stop.value.code == code and stop.value.kind == "blocked"
    assert all(word in stop.value.reason for word in words)


@pytest.mark.parametrize(("converted", "rate"), [(1185, "0.79"), (1200, "1.25"), (1184, "0.7895")])
def test_a_correction_that_was_converted_anew_is_taken(converted: int, rate: str) -> None:
    changes = {"amount": 1500, "original_amount": 1000, "modified_amount_present": True}
    found = expense(currency="USD", converted_amount=converted, conversion_rate=rate, **changes)
    assert map_amount(found, "GBP").cents == converted


def test_a_correction_without_a_rate_is_taken_with_a_note() -> None:
    changes = {"amount": 1500, "original_amount": 1000, "modified_amount_present": True, "conversion_rate": ""}
    amount = map_amount(expense(**{**FOREIGN, **changes}), "GBP")
    assert amount.cents == 790 and "could not be checked" in amount.notes[0]


@pytest.mark.parametrize(
    ("cents", "units", "quantity", "price", "noted"),
    [
        (1250, "", "1", "12.50", False),
        (1250, "0", "1", "12.50", False),
        (4500, "100", "100", "0.45", False),
        (562, "12.5", "12.5", "0.4496", False),
        (1000, "3", "3", "3.333", False),
        (10000, "7.5", "7.5", "13.333", False),
        (1000, "3.3333", "3.3333", "3.00", False),
        (1250, "2.0000", "2", "6.25", False),
        (1250, "1.23456", "1", "12.50", True),
        (1250, "-2", "1", "12.50", True),
        (1250, "twelve", "1", "12.50", True),
        (1250, "NaN", "1", "12.50", True),
        (12345678, "54321.9", "1", "123456.78", True),
        (-1250, "2", "2", "-6.25", False),
        (-1250, "", "1", "-12.50", False),
        (0, "3", "3", "0.00", False),
    ],
)
def test_quantity_times_price_is_the_amount(cents: int, units: str, quantity: str, price: str, noted: bool) -> None:
    split = split_amount(cents, units, "mi")
    assert (decimal_text(split.quantity), money_text(split.price), bool(split.notes)) == (quantity, price, noted)


def test_the_field_rule_can_keep_the_quantity_at_one() -> None:
    split = split_amount(1250, "5", "h", use_units=False)
    assert split.quantity == 1 and split.price == Decimal("12.50") and not split.notes


@given(
    st.integers(-(10**9), 10**9),
    st.decimals(min_value=Decimal("-10"), max_value=Decimal(10**6), places=None, allow_nan=False, allow_infinity=False),
)
def test_every_split_gives_the_amount_to_the_cent(cents: int, units: Decimal) -> None:
    split = split_amount(cents, str(units), "km")
    total = (split.quantity * split.price).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert total == Decimal(cents).scaleb(-2)
    assert decimals(split.quantity) <= 4 and decimals(split.price) <= 4 and split.quantity > 0


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_an_exact_unit_price_is_preferred(price: int, quantity: int) -> None:
    """Prices of 4 decimals and whole quantities whose product is whole cents come back as they were."""
    quantity *= 100
    split = split_amount(price * quantity // 100, str(quantity), "h")
    assert split.price == Decimal(price).scaleb(-4) and split.quantity == quantity


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**6), max_value=10**6))
def test_decimal_texts_read_back_as_the_same_number(value: Decimal) -> None:
    assert Decimal(decimal_text(value)) == value == Decimal(money_text(value))
    assert "E" not in decimal_text(value) and len(money_text(value).partition(".")[2]) >= 2


@given(st.integers(-(10**12), 10**12))
def test_cents_read_back(cents: int) -> None:
    assert Decimal(cents_text(cents)) * 100 == cents
