from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.syncs.deciding import Stop
from integrations.syncs.salesforce_accelo_import.money import map_value
from tests.syncs.salesforce_accelo_import.samples import SALE, setup

RATES = {"USD": Decimal(1), "EUR": Decimal("0.8"), "JPY": Decimal(150)}
EURO = replace(SALE, amount="1000.00", currency="EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "options", "value"),
    [
        ("", "EUR", {}, ""),
        ("0", "USD", {}, "0.00"),
        ("-12.5", "", {}, "-12.50"),
        ("99999999999.99", "USD", {}, "99999999999.99"),
        ("1000.00", "EUR", {}, "1250.00"),
        ("1000", "JPY", {}, "6.67"),
        ("1000.00", "EUR", {"currency": "JPY"}, "187500.00"),
        ("1000.00", "EUR", {"currency_rule": "as_is"}, "1000.00"),
        ("1000.00", "EUR", {"currency_rule": "leave_out"}, ""),
        ("1000.00", "EUR", {"currency_rule": "leave_out", "currency": "EUR"}, "1000.00"),
    ],
)
def test_an_amount_becomes_a_value_to_the_cent(amount: str, currency: str, options: dict[str, Any], value: str) -> None:
    money = setup(rates=RATES, corporate="USD", **options)
    assert map_value(replace(SALE, amount=amount, currency=currency), money).value == value


def test_what_was_made_of_another_currency_is_told() -> None:
    assert map_value(EURO, setup(rates=RATES, corporate="USD")).notes == (
        "1000.00 EUR in Salesforce was converted to 1250.00 USD.",
    )
    left_out = setup(rates=RATES, corporate="USD", currency_rule="leave_out")
    assert map_value(EURO, left_out).notes == ("No value: 1000.00 EUR in Salesforce.",)


def test_a_currency_without_a_rate_and_a_sum_that_would_be_rounded_wait() -> None:
    with pytest.raises(Stop, match="no rate for EUR"):
        map_value(EURO, setup(rates={"USD": Decimal(1)}, corporate="USD"))
    with pytest.raises(Stop, match="more than two decimals"):
        map_value(replace(SALE, amount="1.005"), setup())
