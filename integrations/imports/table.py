"""Files to rows: the one door of this package to a file's bytes."""

from __future__ import annotations

from integrations.imports.detect import detect_format
from integrations.imports.files import (
    DELIMITERS,
    ENCODINGS,
    MOST_COLUMNS,
    BadRow,
    Format,
    Opener,
    Row,
    Rows,
    Unreadable,
)
from integrations.imports.text import read_text
from integrations.imports.xlsx import read_xlsx

__all__ = [
    "DELIMITERS",
    "ENCODINGS",
    "MOST_COLUMNS",
    "BadRow",
    "Format",
    "Opener",
    "Row",
    "Rows",
    "Unreadable",
    "detect_format",
    "read_rows",
]


def read_rows(opener: Opener, format: Format, bad: BadRow) -> Rows:
    """Number and cells of each row that holds something, in order, streamed (of xlsx the sheet is in memory).

    Numbers are a spreadsheet's: the first row is 1, blank rows count, a line break within quotes does not. A row that
    cannot be read goes to `bad` and is not yielded. Raises Unreadable, also after rows were yielded.
    """
    return read_xlsx(opener, format.sheet) if format.kind == "xlsx" else read_text(opener, format, bad)
