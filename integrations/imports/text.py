"""Delimited text to rows. A row with broken quotes is told and costs only its own line: nothing is lost in silence.

The good path is one small generator round `csv.reader`; lines reach it in blocks. When a row does not parse, the
line in which it began is the bad one, and what the reader swallowed after it is read anew.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, TextIO

from integrations.imports.cells import storable
from integrations.imports.files import ENCODINGS, MOST_COLUMNS, BadRow, Format, Opener, Rows, Unreadable

BLOCK = 1 << 16
"""Characters handed to the reader at a time."""
LONGEST_ROW = 4
"""Blocks that a row may run over before its quote counts as never closed."""
MANY_LINES = 100
MOST_NEVER_CLOSED = 200
"""Quotes that were opened and not closed for MANY_LINES, before the file is given up: each costs reading them anew."""
HINT = re.compile(r'"?sep=[,;\t|]"?[\r\n]*', re.IGNORECASE)
"""A first line by which a file tells Excel its delimiter."""


class NeverClosed(Exception):
    """A row ran over more than LONGEST_ROW blocks."""


class Lines:
    """The lines of a file in blocks; those that the present row may have begun in are kept.

    `base` lines were read before the present reader of rows, which tells in `read` how many it has used up.
    """

    __slots__ = ("file", "fresh", "kept", "first", "base", "read")

    def __init__(self, file: TextIO) -> None:
        self.file, self.fresh = file, True
        self.kept: list[str] = []
        self.first = self.base = self.read = 0

    def blocks(self) -> Iterator[list[str]]:
        """The kept lines from the present row on, then the rest of the file."""
        self._forget()
        if self.fresh:
            self.kept, self.fresh = without_hint(self.file.readlines(1)), False
        yield self.kept[:]
        count = 1
        while block := self.file.readlines(BLOCK):
            before = self.first
            self._forget()
            count = count + 1 if self.first == before else 1
            self.kept += block
            if count > LONGEST_ROW:
                raise NeverClosed
            yield block

    def _forget(self) -> None:
        begun = self.base + self.read
        del self.kept[: begun - self.first]
        self.first = begun

    def skip(self) -> str:
        """The line in which the present row began; the next row begins after it."""
        line = self.kept[self.base + self.read - self.first]
        self.base, self.read = self.base + self.read + 1, 0
        return line


def without_hint(lines: list[str]) -> list[str]:
    return [] if lines and HINT.fullmatch(lines[0]) else lines


def read_text(opener: Opener, format: Format, bad: BadRow) -> Rows:
    """Number and cells of each row that holds something. Raises Unreadable."""
    return TextRows(opener, format, bad).rows()


def codec(encoding: str) -> str:
    """A mark at the beginning of UTF-8 is no part of the first cell."""
    return "utf-8-sig" if encoding == "utf-8" else encoding


class TextRows:
    def __init__(self, opener: Opener, format: Format, bad: BadRow) -> None:
        self.opener = opener
        self.format = format
        self.bad = bad
        self.never_closed = 0

    def rows(self) -> Rows:
        """One flat loop: a generator less is a tenth of the time."""
        number = done = 0
        with io.TextIOWrapper(self.opener(), encoding=codec(self.format.encoding), newline="") as file:
            lines = Lines(file)
            reader = self._reader(lines)
            while True:
                try:
                    for number, row in enumerate(reader, done + 1):
                        lines.read = reader.line_num
                        if row and (row[0] or any(row)):
                            if len(row) > MOST_COLUMNS:
                                self._too_wide(number, row)
                            else:
                                yield number, row
                    return
                except (csv.Error, NeverClosed) as error:
                    number = done = number + 1
                    self._refuse(number, error, lines, reader.line_num - lines.read)
                    reader = self._reader(lines)
                except UnicodeError:
                    raise self._undecodable(number) from None

    def _reader(self, lines: Lines) -> Any:
        """A reader of the rows from the present one on."""
        blocks = chain.from_iterable(lines.blocks())
        return csv.reader(blocks, delimiter=self.format.delimiter, skipinitialspace=True, strict=True)

    def _too_wide(self, number: int, row: list[str]) -> None:
        words = f"This row has {len(row):,} columns; at most {MOST_COLUMNS} are taken. Check the delimiter."
        self.bad(number, words, tuple(map(storable, row[:MOST_COLUMNS])))

    def _refuse(self, number: int, error: Exception, lines: Lines, swallowed: int) -> None:
        """The line in which the row began is bad; those after it are read anew."""
        self.bad(number, reason_of(error), leniently(lines.skip(), self.format.delimiter))
        self.never_closed += swallowed > MANY_LINES
        if self.never_closed > MOST_NEVER_CLOSED:
            raise Unreadable(
                f'Up to row {number:,} more than {MOST_NEVER_CLOSED} rows open a quote (") that is never closed. '
                "Correct the quotes, or save the file from a spreadsheet as CSV or xlsx."
            ) from None

    def _undecodable(self, number: int) -> Unreadable:
        name = dict(ENCODINGS).get(self.format.encoding, self.format.encoding)
        return Unreadable(
            f"After row {number:,} the file cannot be read as {name}. Choose another encoding, or save it as CSV UTF-8."
        )


def reason_of(error: Exception) -> str:
    words = str(error)
    if "expected after" in words:
        return 'There is text after a closing quote ("). Write quotes within a cell twice, or remove them.'
    if "field larger" in words:
        return f'A cell is longer than {csv.field_size_limit():,} characters; perhaps a quote (") is never closed.'
    return 'A quote (") opens in this row and is never closed. Close it, or remove it.'


def leniently(line: str, delimiter: str) -> tuple[str, ...]:
    """The cells of one line, its quotes taken as they come."""
    try:
        cells = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        cells = [line[:1000]]
    return tuple(map(storable, cells[:MOST_COLUMNS]))
