"""What stands in a workbook, seen before calamine reads it: calamine makes room for the rectangle of all cells, even
when two cells stand far apart, and passes over formulas without a value. Streamed; a DTD is refused."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from integrations.imports.cells import NO_VALUE, letter, storable
from integrations.imports.files import MOST_COLUMNS, Unreadable
from integrations.imports.unzip import BROKEN

MOST_CELLS = 5_000_000
"""Rows times columns, from the first to the last cell with content: calamine needs some 30 bytes for each."""
MOST_ROWS = 1_048_576
MOST_MARKS = 200_000
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
CONTENT = frozenset(["v", "f", "is"])

Start = Callable[[str, dict[str, str]], None]


@dataclass
class Scan:
    """`rows`, `columns`: the farthest with content. `marks`: texts of cells that calamine leaves empty though a person
    sees something there, by row (the first is 1) and column (the first is 0)."""

    rows: int = 0
    columns: int = 0
    marks: dict[int, dict[int, str]] = field(default_factory=dict)
    marked: int = 0

    def reach(self, row: int, column: int) -> None:
        self.rows, self.columns = max(self.rows, row), max(self.columns, column + 1)
        where = f"{letter(column)}{row}"
        if self.columns > MOST_COLUMNS:
            raise Unreadable(
                f"The sheet has something in cell {where}; at most {MOST_COLUMNS} columns are taken. Delete what "
                "stands beyond the tags."
            )
        if self.rows > MOST_ROWS or self.rows * self.columns > MOST_CELLS:
            raise Unreadable(
                f"The sheet reaches to cell {where}, which makes more than {MOST_CELLS:,} cells. Delete the rows and "
                "columns that hold no tags, or save the sheet as CSV."
            )

    def mark(self, row: int, column: int, text: str) -> None:
        self.marks.setdefault(row, {})[column] = text
        self.marked += 1
        if self.marked > MOST_MARKS:
            raise Unreadable(
                f"More than {MOST_MARKS:,} cells hold a formula without a value, or one that failed. Open the workbook "
                "in a spreadsheet program, save it again, or paste the values."
            )


class SheetScan:
    """Handlers of one sheet's XML. A cell is judged when the next one begins."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        self.scan = Scan()
        self.row, self.column = 0, -1
        self.kind = self.text = ""
        self.formula = False
        self.letters: dict[str, int] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self.judge()
            self.cell(attributes)
        elif name in CONTENT:
            self.scan.reach(self.row, self.column)
            if name == "f":
                self.formula = True
                self.parser.CharacterDataHandler = None
            elif name == "v" and (self.formula or self.kind == "e"):
                self.text = "" if self.kind != "str" else " "
                self.parser.CharacterDataHandler = self.data
        elif name == "row":
            self.judge()
            self.row, self.column = row_number(attributes.get("r"), self.row + 1), -1

    def cell(self, attributes: dict[str, str]) -> None:
        self.kind = attributes.get("t", "")
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
            return
        found = REFERENCE.fullmatch(reference)
        if found is None:
            raise Unreadable(BROKEN)
        self.column, self.row = self.position(found[1]), int(found[2])

    def position(self, letters: str) -> int:
        if letters not in self.letters:
            number = 0
            for one in letters:
                number = number * 26 + ord(one) - 64
            self.letters[letters] = number - 1
        return self.letters[letters]

    def data(self, text: str) -> None:
        self.text += text

    def judge(self) -> None:
        """The cell before: a formula without a value, or one that failed."""
        if self.kind == "e" or (self.formula and not self.text):
            self.scan.mark(self.row, self.column, storable(self.text[:20]) or NO_VALUE)
        self.kind = self.text = ""
        if self.formula or self.parser.CharacterDataHandler is not None:
            self.formula, self.parser.CharacterDataHandler = False, None


def row_number(text: str | None, following: int) -> int:
    if text is None:
        return following
    if not text.isdecimal() or len(text) > 7:
        raise Unreadable(BROKEN)
    return int(text)


def scan_sheet(pieces: Iterable[bytes]) -> Scan:
    """Raises Unreadable."""
    parser = new_parser()
    sheet = SheetScan(parser)
    feed(parser, sheet.start, pieces)
    sheet.judge()
    return sheet.scan


def parts_of(workbook: Iterable[bytes], relations: Iterable[bytes]) -> dict[str, str]:
    """Sheet name -> its part of the zip file."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            ids[attributes.get("name", "")] = next((v for k, v in attributes.items() if k.endswith(":id")), "")

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    feed(new_parser(), sheet, workbook)
    feed(new_parser(), relation, relations)
    return {name: part_path(targets.get(id, "")) for name, id in ids.items()}


def part_path(target: str) -> str:
    return target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def new_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_doctype
    return parser


def refuse_doctype(*_: Any) -> None:
    raise Unreadable(BROKEN)


def feed(parser: expat.XMLParserType, start: Start, pieces: Iterable[bytes]) -> None:
    parser.StartElementHandler = start
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise Unreadable(BROKEN) from None
