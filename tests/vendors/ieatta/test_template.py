"""The template that we send, rendered with awkward data."""

import json
import re
from typing import Any

import pytest

from integrations.vendors.ieatta.records import Expense, Report
from integrations.vendors.ieatta.sandbox.ftl import compile_template
from integrations.vendors.ieatta.template import STYLES, build_template


def lines(style: str, *reports: dict[str, Any]) -> list[dict[str, Any]]:
    text = compile_template(build_template(style))({"reports": list(reports), "addHeader": True}).decode()
    return [json.loads(line, strict=False) for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("style", STYLES)
def test_no_reports_leave_the_end_line_alone(style: str) -> None:
    assert lines(style) == [{"t": "end"}]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "expense",
    [
        {"transactionID": "1"},
        {"transactionID": "1", "amount": 0, "modifiedAmount": "", "units": {}, "receiptObject": {}, "attendees": []},
        {"transactionID": "1", "amount": "", "units": "", "receiptObject": "", "attendees": "", "tag": ""},
        {"transactionID": "1", "amount": "0", "units": {"count": ""}, "receiptObject": {"state": 4}},
    ],
)
def test_absent_empty_and_textual_attributes_do_not_break_it(style: str, expense: dict[str, Any]) -> None:
    _, row, end = lines(style, {"reportID": "R1", "transactionList": [expense]})
    assert end == {"t": "end"}
    report = Report.from_wire(lines(style, {"reportID": "R1", "status": "Open"})[0])
    read = Expense.from_wire(row, report)
    assert (read.id, read.amount, read.modified_amount_present) == ("1", 0, False)
    assert (read.attendees, read.receipt_url, read.units_count, read.tag_levels) == ((), "", "", ())


@pytest.mark.parametrize("style", STYLES)
def test_numbers_arrive_whether_held_as_numbers_or_as_text(style: str) -> None:
    held: list[dict[str, Any]] = [
        {"amount": 123456, "modifiedAmount": -7654321, "units": {"count": 1200, "name": "mi"}},
        {"amount": "123456", "modifiedAmount": "-7654321", "units": {"count": "1200", "unit": "mi"}},
    ]
    report = Report.from_wire(lines(style, {"status": "Open"})[0])
    for expense in held:
        row = lines(style, {"transactionList": [{"transactionID": "1", **expense}]})[1]
        read = Expense.from_wire(row, report)
        assert (read.original_amount, read.amount) == (123456, -7654321)
        assert (read.units_count, read.units_unit) == ("1200", "mi")


@pytest.mark.parametrize("style", STYLES)
def test_a_history_with_and_without_details_is_read(style: str) -> None:
    actions: list[dict[str, Any]] = [
        {"action": "SUBMITTED", "created": "2026-07-01 09:00:00"},
        {"action": "REJECTED", "created": "2026-07-02 09:00:00", "details": {"message": 'no "receipt"'}},
        {"action": "COMMENT", "created": "2026-07-03 09:00:00", "details": {}},
    ]
    row = lines(style, {"status": "Open", "actionList": actions})[0]
    assert row["l"][1] == ["REJECTED", "2026-07-02 09:00:00", 'no "receipt"']
    assert Report.from_wire(row).rejected


@pytest.mark.parametrize("style", STYLES)
def test_only_plain_constructs_are_used(style: str) -> None:
    source = build_template(style)
    directives = set(re.findall(r"</?#(\w+)", source))
    builtins = set(re.findall(r"\?([a-z_]+)", source)) - {"has_content", "string"}
    assert directives == {"if", "else", "list"}
    assert builtins == {"json_string" if style == "json_string" else "replace"}
    assert "#{" not in source


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown template style"):
        build_template("fancy")
