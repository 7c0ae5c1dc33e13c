"""What a stored file of tags seems to be: its format, its headings, its columns."""

from __future__ import annotations

from itertools import islice

from integrations.imports.layout import Layout, detect_layout, late_headings
from integrations.imports.table import Format, Unreadable, read_rows
from integrations.models import StoredFile, TagList
from integrations.services.files import opener
from integrations.services.tag_lists import shape_of

FIRST_ROWS = 50
WORKBOOKS = (".xlsx", ".xlsm", ".xls")


def detect_file(tag_list: TagList, file: StoredFile, format: Format, header: bool | None = None) -> Layout:
    """Raises Unreadable for a file that would be taken for something that it is not."""
    rows = first_rows(file, format, FIRST_ROWS)
    if not rows:
        raise Unreadable(f"{'The sheet' if format.kind == 'xlsx' else 'The file'} holds no rows. Choose another one.")
    layout = detect_layout(rows, format, tag_list.layouts, shape_of(tag_list) if tag_list.version else None, header)
    titled = header is None and (not layout.header or sum(bool(cell.strip()) for cell in rows[0]) < 2)
    if titled and (late := late_headings(rows)):
        raise Unreadable(f"The headings ({late}) do not stand in the first row. Delete the rows above them.")
    if not layout.header and format.kind == "text" and file.name.lower().endswith(WORKBOOKS):
        raise Unreadable(f"{file.name} is no workbook, whatever its name says. Save it again as xlsx, or as CSV.")
    return layout


def first_rows(file: StoredFile, format: Format, count: int) -> list[list[str]]:
    rows = read_rows(opener(file), format, lambda number, reason, cells: None)
    return [cells for _, cells in islice(rows, count)]
