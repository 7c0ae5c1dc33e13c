"""Fingerprint, label and readable fields of a source record."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.core.records import Record
from integrations.syncs.ieatta_accelo.source import expense_of
from tests.syncs.ieatta_accelo.samples import expense, record, taxed

MODIFIED = {"modified_amount_present": True}


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 1251},
        {"amount": 1250, "original_amount": 1200, **MODIFIED},
        {"converted_amount": 1251},
        {"converted_amount": None},
        {"conversion_rate": "1.1"},
        {"currency": "EUR"},
        {"created": "2026-07-04"},
        {"merchant": "Other"},
        {"comment": "Other"},
        {"category": "Meals"},
        {"tag": "P-200"},
        {"tag_levels": (("P-100", "code"),)},
        {"billable": False},
        {"reimbursable": False},
        taxed(),
        {"attendees": (("bob@example.test", "Bob"),)},
        {"units_count": "12.5"},
        {"units_unit": "km"},
        {"receipt_id": "9"},
        {"state": "APPROVED"},
        {"rejected": True},
        {"report_currency": "EUR"},
        {"account_email": "other@example.test"},
    ],
)
def test_each_field_that_can_change_accelo_changes_the_fingerprint(changes: dict[str, Any]) -> None:
    assert record(**changes).digest != record().digest


@pytest.mark.parametrize(
    "changes",
    [
        {"receipt_url": "https://example.test/signed-anew"},
        {"receipt_type": "jpg"},
        {"comment": " Taxi to the client\r\n"},
        {"conversion_rate": "1.000"},
        {"tax_rate": "0.2"},
        {"attendees": (("ann@example.test", "Ann Renamed"),)},
        {"raw_status": "Outstanding"},
        {"policy_id": "other"},
    ],
)
def test_what_cannot_change_accelo_leaves_the_fingerprint(changes: dict[str, Any]) -> None:
    assert record(**changes).digest == record().digest


def test_two_fields_never_run_into_each_other() -> None:
    assert record(merchant="a", comment="b").digest != record(merchant="ab", comment="").digest
    assert record(tag="A:B").digest != record(tag="A", tag_levels=(("A:B", ""),)).digest


def test_a_19_digit_id_stays_text_and_the_report_is_the_parent() -> None:
    found = record(state="APPROVED")
    assert (found.external_id, found.parent_id, found.parent_state) == (
        "5551234567890123456",
        "R00aaaaaaaaa",
        "APPROVED",
    )


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({}, "P-100"),
        ({"tag": ""}, ""),
        ({"tag": ":Stage"}, ":Stage"),
        ({"tag": "Client:", "tag_levels": ((" Client ", "7"), ("", ""))}, "Client"),
        ({"tag": "A\\\\:B", "tag_levels": (("A:B", ""),)}, "A\\:B"),
        ({"tag": "R&amp;D", "tag_levels": (("R&D", ""),)}, "R&D"),
    ],
)
def test_a_record_tells_its_tag_as_a_path(changes: dict[str, Any], path: str) -> None:
    assert record(**changes).uses == path


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({}, "City Taxi, 12.50 GBP, 3 July 2026"),
        ({"merchant": ""}, "Taxi to the client, 12.50 GBP, 3 July 2026"),
        ({"amount": -5, "created": "2026-12-31"}, "City Taxi, -0.05 GBP, 31 December 2026"),
        ({"created": ""}, "City Taxi, 12.50 GBP, "),
    ],
)
def test_the_label_names_the_expense_for_a_person(changes: dict[str, Any], label: str) -> None:
    assert record(**changes).label == label


def test_the_readable_fields_show_what_came_but_no_receipt_address() -> None:
    changes = {"receipt_url": "https://example.test/w_secret.jpg", "receipt_filename": "taxi.jpg"}
    fields = dict(record(**changes, units_count="3", units_unit="mi", **taxed()).fields)
    assert fields["amount"] == "12.50 GBP" and fields["units"] == "3 mi" and fields["receipt"] == "taxi.jpg"
    assert fields["tax"] == "GST 10%, Tax, GST" and "w_secret" not in str(fields)


def test_a_foreign_corrected_expense_shows_both_amounts() -> None:
    found = record(currency="USD", amount=1500, original_amount=1000, **MODIFIED, converted_amount=1185)
    assert found.fields["original_amount"] == "10.00 USD"
    assert found.fields["converted_amount"] == "11.85 GBP (rate 1)"


def test_a_record_gives_back_its_expense() -> None:
    assert expense_of(record(amount=77)) == expense(amount=77)
    with pytest.raises(TypeError):
        expense_of(Record("expenses", "1", "d", {"amount": "1"}))
