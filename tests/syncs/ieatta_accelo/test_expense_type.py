"""Category and tax -> expense type."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.core.mapping import Row
from integrations.syncs.deciding import Stop
from integrations.syncs.ieatta_accelo.expense_type import map_type
from integrations.vendors.base import Candidate
from tests.syncs.ieatta_accelo.samples import CANDIDATES, TRAVEL, expense, setup, taxed, type_

TEN = Row("category", "Travel", "8", target_label="Travel (GST 10%)")
FIFTEEN = Row("category", "Travel", "9", target_label="Travel (GST 15%)")
TAX_TEN = Row("tax", "GST 10%", "1", target_label="GST 10")
TAX_FIFTEEN = Row("tax", "GST 15%", "2", target_label="GST 15")
TAX_OTHER = Row("tax", "VAT 20%", "3", target_label="VAT 20")


def only_for(qualifier: str, target: str) -> Row:
    return Row("category", "Travel", target, qualifier=qualifier)


@pytest.mark.parametrize(
    ("rows", "changes", "type_id"),
    [
        ([TRAVEL], {}, "7"),
        ([TRAVEL], {"category": " travel "}, "7"),
        ([TRAVEL, TEN], {}, "7"),
        ([only_for("GST 10%", "8"), TRAVEL], {}, "7"),
        # has a tax name but is not taxed
        ([TRAVEL, TEN, TAX_TEN], {"tax_name": "Tax", "tax_rate_name": "GST 10%"}, "7"),
        # a row for this tax, by the rate's name or its code
        ([TRAVEL, only_for("GST 10%", "8")], taxed(), "8"),
        ([TRAVEL, only_for("gst", "8")], taxed(), "8"),
        ([only_for("GST 10%", "8"), TRAVEL, TAX_FIFTEEN], taxed(), "8"),
        # the mapped type that carries the mapped tax: two rates in one category
        ([TRAVEL, TEN, FIFTEEN, TAX_TEN, TAX_FIFTEEN], taxed("GST 10%"), "8"),
        ([TRAVEL, TEN, FIFTEEN, TAX_TEN, TAX_FIFTEEN], taxed("GST 15%"), "9"),
        ([TRAVEL, Row("tax", "GST", "1"), TEN], taxed("other name"), "8"),
        # no tax mapping for this tax
        ([TRAVEL, TEN], taxed(), "7"),
        ([TRAVEL, TEN, Row("tax", "GST 10%", "", ignore=True)], taxed(), "7"),
        # no category
        ([Row("category", "Uncategorized", "7")], {"category": ""}, "7"),
    ],
)
def test_the_row_that_fits_category_and_tax_decides(rows: list[Row], changes: dict[str, Any], type_id: str) -> None:
    found, _ = map_type(expense(**changes), setup(*rows))
    assert found.value == type_id


def test_a_tax_that_is_not_mapped_is_noted() -> None:
    _, tax = map_type(expense(**taxed()), setup(TRAVEL))
    assert tax.value == "GST 10%" and "GST 10% is not mapped" in tax.notes[0]


def test_where_accelo_tells_no_taxes_the_type_is_used_and_said_to_be_unchecked() -> None:
    hidden = [Candidate("expense_type", "7", "Travel", extra={"standing": "active"})]
    found, tax = map_type(expense(**taxed()), setup(TRAVEL, TAX_TEN, candidates=hidden))
    assert found.value == "7" and "could not be checked" in tax.notes[0]


def test_a_tax_that_is_left_out_is_not_noted() -> None:
    _, tax = map_type(expense(**taxed()), setup(TRAVEL, Row("tax", "GST 10%", "", ignore=True)))
    assert tax.notes == ()


def test_the_reason_names_category_type_and_rule() -> None:
    found, _ = map_type(expense(**taxed()), setup(TRAVEL, TEN, TAX_TEN))
    assert found.because == (
        "Travel (GST 10%) → Travel (GST 10%) by the category mapping, as the type that carries GST 10"
    )


@pytest.mark.parametrize(
    ("rows", "changes", "code", "kind", "words"),
    [
        ([TEN], {"category": "Meals"}, "unmapped_category", "blocked", "Meals"),
        ([TEN], {"category": ""}, "unmapped_category", "blocked", "Uncategorized"),
        ([Row("category", "Travel", "")], {}, "unmapped_category", "blocked", "Travel"),
        ([TEN, FIFTEEN, TAX_OTHER], taxed("VAT 20%"), "tax_type", "blocked", "VAT 20"),
        ([TRAVEL, TAX_TEN], taxed(), "tax_type", "blocked", "GST 10"),
        ([only_for("GST 10%", "8")], {}, "tax_type", "blocked", "GST 10% only"),
        ([only_for("GST 15%", "9")], taxed(), "tax_type", "blocked", "GST 15% only"),
        ([Row("category", "Travel", "99", target_label="Old")], {}, "inactive_type", "blocked", "no longer in Accelo"),
        ([Row("category", "Travel", "5")], {}, "inactive_type", "blocked", "Retired"),
        ([Row("category", "Travel", "6")], {}, "inactive_type", "blocked", "Asleep"),
        ([Row("category", "Travel", "", ignore=True)], {}, "ignored", "skip", "Travel"),
    ],
)
def test_what_cannot_be_decided_says_why(
    rows: list[Row], changes: dict[str, Any], code: str, kind: str, words: str
) -> None:
    candidates = (*CANDIDATES, type_("5", "Retired", active=False), type_("6", "Asleep", standing="inactive"))
    with pytest.raises(Stop) as stop:
        map_type(expense(**changes), setup(*rows, candidates=candidates))
    assert (stop.value.code, stop.value.kind) == (code, kind)
    assert words in stop.value.reason


def test_an_unmapped_category_offers_types_of_the_same_name_first() -> None:
    candidates = (type_("1", "Meals"), type_("2", "Client"), type_("3", "Client Meals"))
    with pytest.raises(Stop) as stop:
        map_type(expense(category="Client Meals"), setup(candidates=candidates))
    assert [c["label"] for c in stop.value.candidates] == ["Client Meals", "Client", "Meals"]
    assert stop.value.needs == {"kind": "category", "source": "Client Meals"}
