"""Delimited text to rows: nothing is lost in silence, whatever its quotes."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.imports import text as reading
from integrations.imports.table import MOST_COLUMNS, Format, Unreadable, read_rows
from tests.imports.reading import opener

Bad = list[tuple[int, str, tuple[str, ...]]]
COMMA = Format("text", "utf-8", ",")


def read(content: str | bytes, format: Format = COMMA) -> tuple[list[tuple[int, list[str]]], Bad]:
    bad: Bad = []
    data = content.encode() if isinstance(content, str) else content
    return list(read_rows(opener(data), format, lambda *told: bad.append(told))), bad


CELLS = st.text(st.sampled_from('ab"\n\r,; é😀'), max_size=6).map(str.lstrip)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-16", "utf-16-le"]),
)
def test_what_csv_writes_is_read_back_with_a_spreadsheets_row_numbers(
    rows: list[list[str]], ends: str, encoding: str
) -> None:
    held = io.StringIO(newline="")
    csv.writer(held, lineterminator=ends, quoting=csv.QUOTE_ALL).writerows(rows)
    found, bad = read(held.getvalue().encode(encoding), Format("text", encoding, ","))
    assert (found, bad) == ([(number, row) for number, row in enumerate(rows, 1) if any(row)], [])


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from('ab"\n\r,'), max_size=40))
def test_whatever_the_quotes_every_letter_is_in_a_row_or_told_as_bad(content: str) -> None:
    rows, bad = read(content)
    told = "".join(cell for _, cells in rows for cell in cells) + "".join(cell for *_, cells in bad for cell in cells)
    assert sorted(one for one in told if one in "ab") == sorted(one for one in content if one in "ab")
    numbers = [number for number, _ in rows] + [number for number, _, _ in bad]
    assert len(set(numbers)) == len(numbers)


def test_a_quote_that_spoils_three_rows_costs_only_the_row_in_which_it_opened() -> None:
    rows, bad = read('Name\n"Acme,10\nB,20\n"C",30\nD,4\n')
    assert rows == [(1, ["Name"]), (3, ["B", "20"]), (4, ["C", "30"]), (5, ["D", "4"])]
    assert [(number, cells) for number, _, cells in bad] == [(2, ("Acme,10",))]


def test_an_unclosed_quote_before_a_long_rest_is_told_in_its_own_row() -> None:
    rows, bad = read('Name,Code\n"Open,1\n' + "Refit,2\n" * 60_000)
    assert len(rows) == 60_001
    assert rows[1] == (3, ["Refit", "2"])
    assert [(number, cells) for number, _, cells in bad] == [(2, ("Open,1",))]


def test_a_row_without_end_is_given_up_before_it_fills_the_memory() -> None:
    rows, bad = read("Name\n" + '"x' + '","\n' * 100_000 + '"\nLast\n')
    assert (bad[0][0], rows[0], rows[-1][1]) == (2, (1, ["Name"]), ["Last"])


def test_a_file_full_of_unclosed_quotes_is_refused_soon() -> None:
    with pytest.raises(Unreadable, match=f"more than {reading.MOST_NEVER_CLOSED} rows open a quote"):
        read("Name\n" + 'x","\n' * 20_000)


def test_a_cell_longer_than_the_limit_is_told() -> None:
    rows, bad = read("Name\n" + "x" * 140_000 + "\nRefit\n")
    assert rows == [(1, ["Name"]), (3, ["Refit"])]
    assert "longer than 131,072 characters" in bad[0][1]


def test_too_many_columns_make_a_bad_row() -> None:
    rows, bad = read("Name\n" + "x," * MOST_COLUMNS + "\n")
    assert rows == [(1, ["Name"])]
    assert "501 columns" in bad[0][1]


def test_blanks_after_a_delimiter_do_not_make_quotes_part_of_a_cell() -> None:
    assert read('Name, Code\n"Refit", "a,b"\n')[0][1] == (2, ["Refit", "a,b"])


def test_text_in_another_encoding_than_chosen_is_told_with_the_place() -> None:
    with pytest.raises(Unreadable, match="cannot be read as Unicode .UTF-8.. Choose another encoding"):
        read("Näme\n".encode("cp1252"))


def test_nul_can_be_stored_nowhere_so_a_bad_row_is_told_without_it() -> None:
    assert read('Name\n"a\0b"c\n')[1][0][2] == ("a\ufffdbc",)
