"""Rejected rows out as a file, and back when a person has corrected them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from integrations.core.tags import Rejected
from integrations.imports.cells import neutralise, restore
from integrations.imports.columns import Layout, signature
from integrations.imports.files import BadRow, Opener, Row, Rows, Unreadable
from integrations.imports.headings import plain
from integrations.imports.table import detect_format, read_rows

ROW, REASON = "Row", "Reason"


@dataclass
class Corrections:
    """`by_row`: whole rows to take instead of the original ones. `more`: rows to add. `last_bad`: the last row that
    `unless` was told of; no added row may have its number."""

    by_row: dict[int, list[str]] = field(default_factory=dict)
    more: list[list[str]] = field(default_factory=list)
    last_bad: int = 0

    def unless(self, bad: BadRow) -> BadRow:
        """`bad`, but for rows that were corrected: those need not be readable any more."""

        def told(number: int, reason: str, cells: tuple[str, ...]) -> None:
            self.last_bad = max(self.last_bad, number)
            if number not in self.by_row:
                bad(number, reason, cells)

        return told


def rejected_lines(headings: Sequence[str], rejections: Iterable[Rejected]) -> Iterator[list[str]]:
    """The heading, then a line for each row; reasons of one row that come in turn are joined. Cells beyond the headings
    stand after the reason: they were not read, and a person may want to see them."""
    yield [neutralise(heading) for heading in (*headings, ROW, REASON)]
    width = len(headings)
    for number, group in groupby(rejections, key=lambda one: one.row):
        together = list(group)
        cells = [*together[0].cells[:width], *[""] * (width - len(together[0].cells))]
        reasons = " ".join(dict.fromkeys(one.reason for one in together))
        yield [neutralise(cell) for cell in (*cells, str(number), reasons, *together[0].cells[width:])]


def read_corrections(opener: Opener, name: str, headings: Sequence[str], layout: Layout) -> Corrections:
    """`headings`: of the original file, as `headings_of` tells them. A second row with a number already seen is added,
    so that one row can become two. A file without the column "Row" only adds rows. Raises Unreadable."""
    rows = [row for _, row in read_rows(opener, detect_format(opener, name), broken)]
    if not rows:
        raise Unreadable("The file holds no rows. Upload the file of rejected rows after correcting it.")
    return CorrectedFile(headings, layout).read(rows)


def broken(number: int, reason: str, cells: tuple[str, ...]) -> None:
    raise Unreadable(f"Row {number:,} of the corrected file cannot be read: {reason}")


class CorrectedFile:
    """Finds in a corrected file the columns of the original one."""

    def __init__(self, headings: Sequence[str], layout: Layout) -> None:
        self.headings, self.layout = headings, layout
        self.names = [plain(heading) for heading in headings]

    def read(self, rows: Sequence[Sequence[str]]) -> Corrections:
        first = [plain(cell) for cell in map(restore, rows[0])]
        number_at = self.own_column(first, ROW)
        if number_at is None and not self.is_heading(rows[0]):
            return self.without_heading(rows)
        columns = self.columns(first, {number_at, self.own_column(first, REASON)})
        found = Corrections()
        for row in rows[1:]:
            cells = [restore(cell_at(row, column)) for column in columns]
            number = self.number(cell_at(row, number_at))
            if number is None or number in found.by_row:
                found.more.append(cells)
            else:
                found.by_row[number] = cells
        return found

    def own_column(self, first: Sequence[str], name: str) -> int | None:
        """The last of this name, where the file has more of them than the original one."""
        places = [at for at, one in enumerate(first) if one == plain(name)]
        return places[-1] if len(places) > self.names.count(plain(name)) else None

    def is_heading(self, row: Sequence[str]) -> bool:
        return signature(map(restore, row)) == signature(self.headings)

    def without_heading(self, rows: Sequence[Sequence[str]]) -> Corrections:
        """Rows to add, in the columns of the original file."""
        if self.layout.header or max(map(len, rows)) > len(self.headings):
            raise self.unfit()
        return Corrections(more=[[restore(cell) for cell in row] for row in rows])

    def columns(self, first: Sequence[str], own: set[int | None]) -> list[int]:
        """For each original column where it stands now: by its heading, the first of a name first."""
        free = [at for at in range(len(first)) if at not in own]
        columns = []
        for name in self.names:
            at = next((at for at in free if first[at] == name), None)
            if at is None:
                raise self.unfit()
            free.remove(at)
            columns.append(at)
        return columns

    def number(self, text: str) -> int | None:
        text = text.strip()
        if not text:
            return None
        if not text.isdecimal() or not 0 < int(text[:12]) < 10**10:
            raise Unreadable(f"“{text[:40]}” in the column Row is no row number. Leave the numbers as they were.")
        return int(text)

    def unfit(self) -> Unreadable:
        return Unreadable(
            "The columns are not those of the original file. Download the rejected rows, correct the cells, leave the "
            f"first line as it is, and upload that file. It must have: {', '.join(self.headings)}."
        )


def cell_at(row: Sequence[str], column: int | None) -> str:
    return row[column] if column is not None and column < len(row) else ""


def corrected(rows: Iterable[Row], corrections: Corrections) -> Rows:
    """The rows in order, corrected ones in place, also those that could not be read before; the added ones follow with
    the next numbers. A row that no correction names stays as it was."""
    left = dict(sorted(corrections.by_row.items()))
    waiting = iter(list(left))
    following = next(waiting, None)
    last = 0
    for number, row in rows:
        while following is not None and following < number:
            yield following, left[following]
            following = next(waiting, None)
        if number == following:
            row, following = left[number], next(waiting, None)
        last = number
        yield number, row
    while following is not None:
        last = max(last, following)
        yield following, left[following]
        following = next(waiting, None)
    yield from enumerate(corrections.more, start=max(last, corrections.last_bad) + 1)
