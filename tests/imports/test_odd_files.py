"""Odd files, each with what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from integrations.imports.columns import Layout
from integrations.imports.table import Format, Unreadable
from tests.imports.reading import read_file

FILES = Path(__file__).parent / "files"
UTF8 = Format("text", "utf-8", ",")


@dataclass(frozen=True)
class Expected:
    """`columns`: what each means, by its place, see `columns_of`. `tags`: row, path, code, and whatever differs from
    enabled and no target. `rejected`: row, column, a part of the reason, path."""

    format: Format
    columns: str
    tags: list[tuple[object, ...]]
    rejected: list[tuple[int, str, str, str]]


def columns_of(layout: Layout) -> str:
    """ "header Client=0/1 Project=2/3 dependent"."""
    levels = [
        f"{level.name}={level.name_column}" + ("" if level.gl_column is None else f"/{level.gl_column}")
        for level in layout.levels
    ]
    more = [f"enabled={layout.enabled_column}"] if layout.enabled_column is not None else []
    more += [f"target={layout.target_column}"] if layout.target_column is not None else []
    more += ["dependent"] if layout.dependent else []
    return " ".join([*(["header"] if layout.header else []), *levels, *more])


TABLE: dict[str, Expected] = {
    "vendor_dependent_gl_lone_cr.csv": Expected(
        UTF8,
        "header Client=0/1 Project=2/3 dependent",
        [
            (2, "Acme", "100"),
            (2, "Acme:Refit", "20"),
            (3, "Acme:Audit", "30"),
            (4, "Globex", "200"),
            (4, "Globex:Refit", "40"),
        ],
        [],
    ),
    "vendor_dependent_lone_cr.csv": Expected(
        UTF8,
        "header State=0 City=1 dependent",
        [
            (2, "California", ""),
            (2, "California:San Francisco", ""),
            (3, "California:Los Angeles", ""),
            (4, "Oregon", ""),
            (4, "Oregon:Portland", ""),
        ],
        [],
    ),
    "vendor_independent_gl_lone_cr.csv": Expected(
        UTF8,
        "header Department=0/1 Project=2/3",
        [(2, "Sales", "3000"), (2, ":P-1042", "10"), (3, "Ops", "6000"), (3, ":T-77", "20"), (4, ":P-9", "30")],
        [],
    ),
    "vendor_independent_lone_cr.csv": Expected(
        UTF8,
        "header Department=0 Location=1",
        [(2, "Sales", ""), (2, ":London", ""), (3, "Ops", ""), (3, ":Leeds", ""), (4, "HR", "")],
        [],
    ),
    "utf8_mark_crlf.csv": Expected(
        UTF8, "header Tag=0/1 enabled=2", [(2, "Refit", "P-1"), (3, "Audit", "P-2", False)], []
    ),
    "utf16_tabs_from_excel.txt": Expected(
        Format("text", "utf-16", "\t"), "header Tag=0/1", [(2, "Größenprüfung", "007")], []
    ),
    "utf16_without_mark.txt": Expected(Format("text", "utf-16-le", "\t"), "header Tag=0/1", [(2, "Audit", "1")], []),
    "windows1252_semicolons.csv": Expected(
        Format("text", "cp1252", ";"),
        "header Tag=0/1 enabled=2",
        [(2, "Prüfung „Süd“", "10,5"), (3, "Umbau", "11", False)],
        [],
    ),
    "macintosh_lone_cr.csv": Expected(Format("text", "mac_roman", ","), "header Tag=0/1", [(2, "Rénové", "7")], []),
    "bytes_of_no_legacy_encoding.csv": Expected(
        Format("text", "latin-1", ","),
        "header Tag=0/1",
        [(2, "Audit", "1")],
        [(3, "Name", "choose another encoding", "")],
    ),
    "quoted_line_breaks.csv": Expected(
        UTF8, "header Tag=0/1", [(2, "Refit", "1"), (4, "Last", "3")], [(3, "Name", "has a line break in it", "")]
    ),
    "mixed_line_ends.csv": Expected(UTF8, "header Tag=0/1", [(2, "A1", "1"), (3, "B1", "2"), (5, "C1", "3")], []),
    "unclosed_quote.csv": Expected(
        UTF8, "header Tag=0/1", [(2, "Refit", "1"), (4, "Hull", "3"), (5, "Keel", "4")], [(3, "", "never closed", "")]
    ),
    "text_after_quote.csv": Expected(
        UTF8, "header Tag=0/1", [(3, "Hull", "3")], [(2, "", "after a closing quote", "")]
    ),
    "duplicate_and_missing_headings.csv": Expected(UTF8, "header Tag=0/3", [(2, "Refit", "7")], []),
    "no_header.csv": Expected(UTF8, "Tag=0/1 enabled=2", [(1, "Refit", "P-1"), (2, "Audit", "P-2", False)], []),
    "one_column_no_header.txt": Expected(UTF8, "Tag=0", [(1, "Harbour refit", ""), (2, "Printer fault", "")], []),
    "code_and_title.csv": Expected(UTF8, "header Tag=1/0", [(2, "Refit", "P-1"), (3, "Audit", "P-2")], []),
    "only_codes.csv": Expected(UTF8, "header Tag=0", [(2, "P-1", ""), (3, "P-2", "")], []),
    "excel_sep_hint.csv": Expected(Format("text", "utf-8", ";"), "header Tag=0/1", [(2, "Refit", "1")], []),
    "trailing_blank_rows.csv": Expected(UTF8, "header Tag=0/1 enabled=2", [(2, "Refit", "1")], []),
    "tabs_and_commas.tsv": Expected(
        Format("text", "utf-8", "\t"), "header Tag=0/1", [(2, "Smith, John", "1"), (3, "Doe, Jane", "2")], []
    ),
    "nul_in_a_cell.csv": Expected(
        UTF8,
        "header Tag=0/1",
        [
            (row, name, str(row - 1))
            for row, name in enumerate("Audit Hull Keel Mast Boom Sail Deck Bow Stern".split(), 3)
        ],
        [(2, "Name", "control character", "")],
    ),
    "many_bad_rows.csv": Expected(
        UTF8,
        "header Tag=0/1 enabled=2 target=3",
        [(9, "Right", "8", "issue:7"), (10, "=1+1", "9", False)],
        [
            (2, "Name", "is empty", ""),
            (3, "Name", "is 0", ""),
            (4, "Enabled", "write yes or no", "Good"),
            (5, "Name", "control character", ""),
            (6, "Name", "has 256 characters", ""),
            (7, "Name", "a formula that failed (#REF!)", ""),
            (8, "Accelo target", "write project:42", "Wrong"),
        ],
    ),
    "dependent_with_gaps.csv": Expected(
        UTF8,
        "header Client=0 Project=1 Phase=2 dependent",
        [
            (2, "Acme", ""),
            (2, "Acme:Refit", ""),
            (2, "Acme:Refit:One", ""),
            (4, "Acme:Refit", ""),
            (4, "Acme:Refit:Two", ""),
            (6, "Globex", ""),
        ],
        [(3, "Project", "repeat the name of the tag above", "Acme"), (5, "Client", "is empty though", "")],
    ),
    "workbook_with_formulas.xlsx": Expected(
        Format("xlsx"),
        "header Tag=1/2 enabled=3",
        [(4, "Refit", "1200"), (5, "Audit", "007", False)],
        [(6, "Project", "is a formula without a value", ""), (7, "Project", "a formula that failed (#REF!)", "")],
    ),
    "macros.xlsm": Expected(Format("xlsx"), "header Tag=0/1", [(2, "Refit", "1")], []),
}

UNREADABLE = {
    "empty.csv": "is empty",
    "only_a_mark.csv": "is empty",
    "report.pdf.csv": "is a PDF",
    "old_excel.xls": "old Excel file",
    "web_page.xls": "is a web page",
    "picture.csv": "not a text file",
    "zipped.zip": "zip file without an Excel workbook",
}


@pytest.mark.parametrize("name", TABLE)
def test_an_odd_file_is_read_as_a_person_would(name: str) -> None:
    expected, outcome = TABLE[name], read_file((FILES / name).read_bytes(), name)
    assert outcome.format == expected.format
    assert columns_of(outcome.layout) == expected.columns
    tags = [
        (tag.row, tag.path, tag.gl_code, *([] if tag.enabled else [False]), *([tag.target] if tag.target else []))
        for tag in outcome.tags
    ]
    assert tags == expected.tags
    assert [(one.row, one.column, one.path) for one in outcome.rejected] == [
        (r, c, p) for r, c, _, p in expected.rejected
    ]
    for one, (_, _, words, _) in zip(outcome.rejected, expected.rejected, strict=True):
        assert words in one.reason


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_of_another_kind_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(Unreadable, match=UNREADABLE[name]) as told:
        read_file((FILES / name).read_bytes(), name)
    assert "Choose" in str(told.value) or "Save it as xlsx or CSV" in str(told.value)


def test_every_odd_file_has_its_expectation() -> None:
    assert {path.name for path in FILES.iterdir()} == {*TABLE, *UNREADABLE}
