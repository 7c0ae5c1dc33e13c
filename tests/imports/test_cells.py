from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.imports.cells import cell_text, letter, neutralise, restore


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("'=1", "''=1"),
        ("#REF!", "'#REF!"),
        ("#REF! 7", "#REF! 7"),
        ("-12.50", "-12.50"),
        ("+61", "+61"),
        ("Taxi", "Taxi"),
        ("'quoted'", "'quoted'"),
        ("", ""),
    ],
)
def test_a_cell_that_would_run_as_a_formula_gets_an_apostrophe(text: str, out: str) -> None:
    assert neutralise(text) == out


@given(st.text() | st.text(alphabet="'=+-@\t\r1a., ", max_size=8))
def test_what_goes_out_comes_back_equal(text: str) -> None:
    assert restore(neutralise(text)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (1200.0, "1200"),
        (1.5, "1.5"),
        (0.1 + 0.2, "0.3"),
        ("'=x", "=x"),
        (7, "7"),
        (True, "yes"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (datetime.datetime(2026, 1, 2), "2026-01-02"),
        (datetime.datetime(2026, 1, 2, 3, 4), "2026-01-02T03:04:00"),
    ],
)
def test_a_cell_is_read_as_text(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_a_column_is_called_as_in_a_spreadsheet(column: int, name: str) -> None:
    assert letter(column) == name
