"""Every row of the field table: one Ieatta expense -> the wanted Accelo expense."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.core.mapping import Row
from integrations.syncs.ieatta_accelo.declared import FIELDS
from integrations.syncs.ieatta_accelo.wanted import build_wanted, map_title
from tests.syncs.ieatta_accelo.samples import TRAVEL, expense, setup, taxed

RECEIPT = {"receipt_id": "R1", "receipt_url": "https://receipts.example.test/1", "receipt_filename": "taxi.jpg"}


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({}, "title", "Taxi to the client"),
        ({"comment": "  "}, "title", "City Taxi"),
        ({"comment": "", "merchant": ""}, "title", "Expense 5551234567890123456"),
        ({"comment": "Line one\r\nline\ttwo  "}, "title", "Line one line two"),
        ({"comment": "Dinner 🍝🎉 мир"}, "title", "Dinner 🍝🎉 мир"),
        ({"comment": "x" * 5000}, "title", "x" * 5000),
        ({}, "date_incurred", "2026-07-03"),
        ({"created": "2026-12-31 23:59:59"}, "date_incurred", "2026-12-31"),
        ({"created": "2027-01-01"}, "date_incurred", "2027-01-01"),
        ({}, "type_id", "7"),
        ({}, "against", "job/100"),
        ({"tag": "Support"}, "against", "issue/300"),
        ({}, "quantity", "1"),
        ({"units_count": "12.5", "units_unit": "mi", "amount": 562}, "quantity", "12.5"),
        ({"units_count": "12.5", "units_unit": "mi", "amount": 562}, "unit_cost", "0.4496"),
        ({"units_count": "3", "units_unit": "hours", "amount": 9000}, "price", "30.00"),
        ({}, "unit_cost", "12.50"),
        ({}, "price", "12.50"),
        ({"amount": 1300, "original_amount": 1250, "modified_amount_present": True}, "unit_cost", "13.00"),
        ({"currency": "USD", "converted_amount": 990}, "price", "9.90"),
        ({}, "reimbursable", True),
        ({"reimbursable": False}, "reimbursable", False),
        ({}, "billable", True),
        ({"billable": False}, "billable", False),
        (RECEIPT, "receipt", "R1"),
        ({}, "receipt", ""),
        ({}, "submitter_id", "17"),
        ({"attendees": ()}, "submitter_id", "18"),
        ({"state": "REIMBURSED"}, "status", "approved"),
        ({"rejected": True}, "status", "declined"),
    ],
)
def test_a_new_expense_gets_each_field_by_its_rule(changes: dict[str, Any], field: str, value: Any) -> None:
    wanted = build_wanted(expense(**changes), setup())
    assert wanted.stops == [] and wanted.values[field] == value


def test_the_tax_travels_with_the_expense_type() -> None:
    rows = (TRAVEL, Row("category", "Travel", "8"), Row("tax", "GST 10%", "1"))
    wanted = build_wanted(expense(**taxed()), setup(*rows))
    assert wanted.values["type_id"] == "8" and "tax" not in wanted.values
    assert next(why.value for why in wanted.why if why.field == "Tax Code") == "GST 10%"


def test_every_row_of_the_field_table_is_explained() -> None:
    explained = {why.field for why in build_wanted(expense(**RECEIPT, **taxed()), setup()).why}
    assert explained == {rule.target_label for rule in FIELDS}


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("comment", "Taxi to the client"),
        ("merchant", "City Taxi"),
        ("merchant_comment", "City Taxi: Taxi to the client"),
    ],
)
def test_the_title_can_come_from_another_source(source: str, title: str) -> None:
    assert map_title(expense(), setup(fields={"title": {"source": source}})).value == title


def test_a_title_is_cut_only_when_the_option_says_so() -> None:
    decided = map_title(expense(comment="x" * 50), setup(title_length=10))
    assert decided.value == "x" * 9 + "…" and "cut to 10" in decided.notes[0]


def test_all_rules_are_asked_even_when_one_cannot_decide() -> None:
    wanted = build_wanted(expense(category="Meals", tag="Nowhere", created=""), setup())
    assert [stop.code for stop in wanted.stops] == ["no_date", "unmapped_category", "unmapped_tag"]
    assert wanted.values["title"] == "Taxi to the client"
