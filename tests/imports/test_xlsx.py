"""Workbooks that would harm: each is refused before calamine sees it, in words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from integrations.imports import unzip, workbook
from integrations.imports.table import Format, Unreadable, read_rows
from integrations.imports.xlsx import sheets
from tests.imports.reading import as_xlsx, opener

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read(content: bytes, sheet: str = "") -> list[tuple[int, list[str]]]:
    return list(read_rows(opener(content), Format("xlsx", sheet=sheet), lambda *_: None))


def with_sheet(body: str, before: str = "") -> bytes:
    """A workbook whose sheet has this XML."""
    xml = f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'
    return rebuilt(lambda name, data: xml.encode() if name == SHEET else data)


def rebuilt(change: Callable[[str, bytes], bytes], more: int = 0) -> bytes:
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(as_xlsx([["Name"]]))) as old,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for number in range(more):
            new.writestr(f"xl/media/{number}.png", b"")
    return held.getvalue()


def cell(place: str, value: str = "<v>1</v>", kind: str = "n") -> str:
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{row}"><c r="{place}" t="{kind}">{value}</c></row>'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (cell("A1") + cell("XFD2"), "at most 500 columns"),
        (cell("A1") + cell("SE1048576"), "cell SE1048576, which makes more than 5,000,000 cells"),
        (cell("A9999999"), "more than 5,000,000 cells"),
        (cell("A99999999999"), "damaged"),
        (cell("AAAAAAAAA1"), "damaged"),
        ('<row r="99999999999"><c><v>1</v></c></row>', "damaged"),
        (cell("A1", "<v>99</v>", "s"), "damaged"),
        ("<row>", "damaged"),
    ],
)
def test_a_sheet_that_pretends_to_be_huge_is_refused(body: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(with_sheet(body))


def test_formatted_cells_without_content_do_not_count() -> None:
    assert read(with_sheet(cell("A1") + cell("XFD9", ""))) == [(1, ["1"])]


def test_a_document_type_is_refused() -> None:
    with pytest.raises(Unreadable, match="damaged"):
        read(with_sheet(cell("A1"), before='<!DOCTYPE x [<!ENTITY a "aaaa">]>'))


def test_a_bomb_is_refused_by_what_it_unpacks_to() -> None:
    with pytest.raises(Unreadable, match="far more than a list of tags would"):
        read(with_sheet(" " * 30_000_000))


def test_a_bomb_that_lies_about_its_size_is_seen() -> None:
    content = bytearray(with_sheet(" " * 1_000_000 + cell("A1")))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    assert content.count(size) == 2
    with pytest.raises(Unreadable, match="damaged"):
        read(bytes(content.replace(size, (100).to_bytes(4, "little"))))


def test_too_many_parts_are_refused() -> None:
    with pytest.raises(Unreadable, match="more than 2,000 parts"):
        read(rebuilt(lambda _, data: data, more=unzip.MOST_PARTS))


def test_a_workbook_with_a_password_is_told_as_such() -> None:
    content = bytearray(as_xlsx([["Name"]]))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Unreadable, match="protected with a password"):
        read(bytes(content))


def test_a_directory_that_points_before_the_file_is_damaged() -> None:
    content = as_xlsx([["Name"]])
    end = content.rindex(b"PK\x05\x06") + 16
    far = (int.from_bytes(content[end : end + 4], "little") + 60_000).to_bytes(4, "little")
    with pytest.raises(Unreadable):
        read(content[:end] + far + content[end + 4 :])


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.95])
def test_half_a_workbook_is_damaged(keep: float) -> None:
    content = as_xlsx([["Name"], ["Refit"]])
    with pytest.raises(Unreadable, match="damaged"):
        read(content[: int(len(content) * keep)])


def test_more_failed_formulas_than_can_be_meant_are_told() -> None:
    scan = workbook.Scan(marked=workbook.MOST_MARKS)
    with pytest.raises(Unreadable, match="More than 200,000 cells hold a formula without a value"):
        scan.mark(1, 0, "#REF!")


def test_what_a_cell_shows_is_taken() -> None:
    body = (
        '<row r="2"><c r="B2" t="str"><f>A1</f><v>Refit</v></c><c r="C2"><f>1+1</f><v>2</v></c><c r="D2"><f>1+1</f></c>'
        '<c r="E2" t="str"><f>""</f><v></v></c><c r="F2" t="b"><v>1</v></c><c r="G2" t="e"><v>#N/A</v></c></row>'
    )
    assert read(with_sheet(body)) == [(2, ["", "Refit", "2", "#NO VALUE!", "", "yes", "#N/A"])]


def test_cells_without_a_place_stand_where_they_follow() -> None:
    body = '<row><c><v>1</v></c><c><f>1</f></c></row><row r="4"><c r="B4"><v>2</v></c><c t="e"><v>#REF!</v></c></row>'
    assert read(with_sheet(body)) == [(1, ["1", "#NO VALUE!", ""]), (4, ["", "2", "#REF!"])]


def test_the_first_visible_sheet_with_content_is_read_unless_one_is_chosen() -> None:
    book, held = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0].title = "Empty"
    for name in ("Hidden", "R&D", "Old"):
        book.create_sheet(name)["A1"] = name
    book["Hidden"].sheet_state = "hidden"
    book.save(held)
    assert sheets(opener(held.getvalue())) == ["Empty", "R&D", "Old"]
    assert read(held.getvalue()) == [(1, ["R&D"])]
    assert read(held.getvalue(), "Old") == [(1, ["Old"])]
    assert read(held.getvalue(), "Empty") == []
    with pytest.raises(Unreadable, match="no visible sheet “Hidden”. Choose one of: Empty, R&D, Old"):
        read(held.getvalue(), "Hidden")
