from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integrations.core.errors import ProtocolError
from integrations.vendors.salesforce.records.values import day, decimal, flag, parent_text, ref, text, whole


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (None, None),
        (0, "0.00"),
        (12300, "12300.00"),
        (Decimal("12300.0"), "12300.00"),
        (Decimal("9.5E8"), "950000000.00"),
        (Decimal("0.1"), "0.10"),
        (Decimal("-5.05"), "-5.05"),
        (Decimal("9999999999999999.99"), "9999999999999999.99"),
        (Decimal("3.672611"), "3.672611"),
        ("45.5", "45.50"),
    ],
)
def test_sums_come_exactly_as_sent_and_in_plain_notation(sent: Any, expected: str | None) -> None:
    number = decimal({"Amount": sent}, "Amount")
    assert (None if number is None else str(number)) == expected


@pytest.mark.parametrize("sent", [True, "much", float("nan"), "Infinity", [], Decimal("1E+400")])
def test_what_is_no_sum_is_no_nought(sent: Any) -> None:
    with pytest.raises(ProtocolError):
        decimal({"Amount": sent}, "Amount")


def test_a_missing_field_is_empty_and_nothing_else() -> None:
    assert (text({}, "Name"), ref({}, "AccountId"), flag({}, "IsWon"), day({}, "CloseDate"), whole({}, "P")) == (
        "",
        "",
        False,
        None,
        None,
    )
    assert (
        parent_text({"Owner": None}, "Owner", "Name") == parent_text({"Owner": {"Name": None}}, "Owner", "Name") == ""
    )


def test_dates_are_days_and_ids_are_long() -> None:
    assert day({"CloseDate": "2026-02-28"}, "CloseDate") == date(2026, 2, 28)
    assert ref({"AccountId": "001Hs0000000001"}, "AccountId") == "001Hs0000000001IAA"
    with pytest.raises(ProtocolError):
        day({"CloseDate": "2026-02-30"}, "CloseDate")
    with pytest.raises(ProtocolError):
        ref({"AccountId": "nobody"}, "AccountId")
