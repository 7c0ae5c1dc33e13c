"""Rejected rows out as a file, corrected, and in again."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest

from integrations.core.tags import Rejected
from integrations.imports.corrections import Corrections, corrected, read_corrections, rejected_lines
from integrations.imports.layout import Layout, Level
from integrations.imports.table import Format, Unreadable, read_rows
from integrations.imports.tags import Rules, parse_tags
from tests.imports.reading import as_csv, as_xlsx, opener

LAYOUT = Layout(Format("text", "utf-8", ","), True, (Level("Tag", 0, 1),), enabled_column=2)
HEADINGS = ("Name", "GL Code", "Enabled")
BAD = [
    Rejected(3, "Name", "is empty.", ("", "=1+1", "yes")),
    Rejected(3, "Enabled", "reads x.", ("", "=1+1", "yes")),
    Rejected(5, "", "odd quotes", ("Audit", "'=7", "no", "beyond")),
    Rejected(8, "Name", "short", ("0",)),
]


def back(content: bytes, name: str = "rejected.csv", layout: Layout = LAYOUT) -> Corrections:
    return read_corrections(opener(content), name, HEADINGS, layout)


def test_rejected_rows_keep_their_columns_and_say_row_and_reason() -> None:
    assert list(rejected_lines(HEADINGS, BAD)) == [
        ["Name", "GL Code", "Enabled", "Row", "Reason"],
        ["", "'=1+1", "yes", "3", "is empty. reads x."],
        ["Audit", "''=7", "no", "5", "odd quotes", "beyond"],
        ["0", "", "", "8", "short"],
    ]


def test_what_went_out_comes_back_whatever_a_spreadsheet_saved_it_as() -> None:
    lines = list(rejected_lines(HEADINGS, BAD))
    whole = {3: ["", "=1+1", "yes"], 5: ["Audit", "'=7", "no"], 8: ["0", "", ""]}
    semicolons = "\n".join(";".join(line) for line in lines).encode("utf-16")
    numbers: list[list[object]] = [[*lines[0]], *([*line[:3], int(line[3]), *line[4:]] for line in lines[1:])]
    for content in (as_csv(lines), as_xlsx(lines), as_xlsx(numbers), semicolons):
        assert back(content) == Corrections(whole)


def test_columns_are_found_by_their_headings_wherever_they_stand() -> None:
    lines = [
        ["Row", "Enabled", "name", "GL code"],
        ["4", "no", "Refit", "7"],
        ["4", "", "Second", ""],
        ["", "", "New", ""],
    ]
    assert back(as_csv(lines)) == Corrections({4: ["Refit", "7", "no"]}, [["Second", "", ""], ["New", "", ""]])


def test_a_file_without_row_numbers_adds_its_rows() -> None:
    assert back(as_csv([HEADINGS, ["New", "1", "yes"]])).more == [["New", "1", "yes"]]
    headless = replace(LAYOUT, header=False)
    assert back(as_csv([["New", "1", "yes"]]), layout=headless).more == [["New", "1", "yes"]]


def test_an_original_column_called_row_is_not_taken_for_ours() -> None:
    lines = rejected_lines(["Row", "Name"], [Rejected(7, "", "why", ("hall", "Refit"))])
    assert read_corrections(opener(as_csv(lines)), "x.csv", ["Row", "Name"], LAYOUT).by_row == {7: ["hall", "Refit"]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (as_csv([["Name", "Row"], ["Refit", "3"]]), "The columns are not those of the original file"),
        (as_csv([["Refit", "1"], ["Audit", "2"]]), "The columns are not those of the original file"),
        (as_csv([[*HEADINGS, "Row"], ["Refit", "1", "yes", "third"]]), "“third” in the column Row is no row number"),
        (b'Name,GL Code,Enabled,Row\n"Refit"x,1,yes,3\n', "Row 2 of the corrected file cannot be read"),
        (b"", "is empty"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_what_to_do(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        back(content)


def test_corrected_rows_stand_in_place_and_new_ones_follow() -> None:
    rows = [(1, ["Name"]), (2, ["a"]), (4, ["b"]), (6, ["c"])]
    changes = Corrections({4: ["B"], 5: ["unreadable before"], 9: ["beyond"]}, [["new"], ["newer"]])
    assert list(corrected(rows, changes)) == [
        (1, ["Name"]), (2, ["a"]), (4, ["B"]), (5, ["unreadable before"]), (6, ["c"]), (9, ["beyond"]),
        (10, ["new"]), (11, ["newer"]),
    ]  # fmt: skip


def test_a_file_is_whole_after_its_rejected_rows_were_corrected() -> None:
    original = 'Name,GL Code,Enabled\nRefit,1,yes\n,2,yes\nHull,3,no\n"Au"dit,4,yes\n'
    bad: list[Rejected] = []

    def tags(corrections: Corrections) -> list[str]:
        bad.clear()
        told = corrections.unless(lambda row, reason, cells: bad.append(Rejected(row, "", reason, cells)))
        rows = corrected(read_rows(opener(original.encode()), LAYOUT.format, told), corrections)
        return [f"{tag.row} {tag.name}" for tag in parse_tags(rows, LAYOUT, Rules(), bad.append)]

    assert tags(Corrections(more=[["New", "", ""]])) == ["2 Refit", "4 Hull", "6 New"]
    assert [one.row for one in bad] == [3, 5]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(rejected_lines(HEADINGS, bad))))
    book.worksheets[0]["A2"], book.worksheets[0]["A3"] = "Keel", "Audit"
    held = io.BytesIO()
    book.save(held)
    assert tags(back(held.getvalue(), "corrected.xlsx")) == ["2 Refit", "3 Keel", "4 Hull", "5 Audit"]
    assert bad == []
