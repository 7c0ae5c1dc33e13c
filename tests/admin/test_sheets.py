from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.admin.sheets import cell_text, neutralise, restore


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("'=1", "''=1"),
        ("-12.50", "-12.50"),
        ("+61", "+61"),
        ("Taxi", "Taxi"),
        ("'quoted'", "'quoted'"),
        ("", ""),
    ],
)
def test_a_cell_that_would_run_as_a_formula_gets_an_apostrophe(text: str, out: str) -> None:
    assert neutralise(text) == out


@given(st.text(alphabet="'=+-@\t\r1a., ", max_size=8))
def test_what_goes_out_comes_back_equal(text: str) -> None:
    assert restore(neutralise(text)) == text


@pytest.mark.parametrize(("value", "text"), [(None, ""), (1200.0, "1200"), (1.5, "1.5"), ("'=x", "=x"), (7, "7")])
def test_a_cell_is_read_as_text(value: object, text: str) -> None:
    assert cell_text(value) == text
