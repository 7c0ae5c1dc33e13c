"""A sheet of a workbook to rows, by calamine, which takes a file at its word: it is checked before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from integrations.imports.cells import shown, storable
from integrations.imports.files import Opener, Rows, Unreadable
from integrations.imports.unzip import BROKEN, check_zip, open_zip, unpacked
from integrations.imports.workbook import Scan, parts_of, scan_sheet

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"


def is_workbook(opener: Opener) -> bool:
    with opener() as file:
        try:
            names = open_zip(file).namelist()
        except Unreadable:
            return False
    return WORKBOOK in names and RELATIONS in names


def sheets(opener: Opener) -> list[str]:
    """Names of the visible sheets, in the workbook's order. Raises Unreadable."""
    with opener() as file:
        with open_zip(file) as archive:
            check_zip(file, archive)
            sheet_parts(file, archive)
        return visible(open_book(file))


def read_xlsx(opener: Opener, sheet: str) -> Rows:
    """As `read_rows`. '' = the first visible sheet with content. What a formula shows is taken; where that is an error
    or not in the file, the cell reads as one of cells.ERRORS or NO_VALUE. Macros are not looked at."""
    with opener() as file:
        with open_zip(file) as archive:
            check_zip(file, archive)
            name, scan = chosen(file, archive, sheet)
        if not scan.rows:
            return
        yield from rows_of(load(file, name), scan)


def chosen(file: BinaryIO, archive: ZipFile, sheet: str) -> tuple[str, Scan]:
    """The sheet and what stands in it."""
    parts = sheet_parts(file, archive)
    names = visible(open_book(file))
    if sheet and sheet not in names:
        raise Unreadable(f"The workbook has no visible sheet “{sheet}”. Choose one of: {', '.join(names)}.")
    scan = Scan()
    for name in [sheet] if sheet else names:
        scan = scan_sheet(part(file, archive, parts.get(name, "")))
        if scan.rows:
            return name, scan
    return sheet, scan


def sheet_parts(file: BinaryIO, archive: ZipFile) -> dict[str, str]:
    return parts_of(part(file, archive, WORKBOOK), part(file, archive, RELATIONS))


def part(file: BinaryIO, archive: ZipFile, name: str) -> Iterator[bytes]:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise Unreadable(BROKEN) from None
    return unpacked(file, info)


def open_book(file: BinaryIO) -> CalamineWorkbook:
    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(file)
    except (CalamineError, ValueError, OSError):
        raise Unreadable(BROKEN) from None


def visible(book: CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]


def load(file: BinaryIO, name: str) -> CalamineSheet:
    try:
        return open_book(file).get_sheet_by_name(name)
    except (CalamineError, ValueError):
        raise Unreadable(BROKEN) from None


def rows_of(sheet: CalamineSheet, scan: Scan) -> Rows:
    """calamine's rows begin at the sheet's first row, its columns at the first with content."""
    before = [""] * (sheet.start[1] if sheet.start else 0)
    number = 0
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = before + [value if type(value) is str else shown(value) for value in values]
        if number in scan.marks:
            put(cells, scan.marks[number])
        if any(cells):
            yield number, cells
    for last in sorted(row for row in scan.marks if row > number):
        cells = [""] * scan.columns
        put(cells, scan.marks[last])
        yield last, cells


def put(cells: list[str], marks: dict[int, str]) -> None:
    cells += [""] * (max(marks) + 1 - len(cells))
    for column, text in marks.items():
        cells[column] = storable(text)
