"""A file read as an upload reads it: detected, guessed, parsed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import openpyxl

from integrations.core.tags import Rejected, Shape, Staged
from integrations.imports.layout import Layout, detect_layout
from integrations.imports.table import Format, Opener, detect_format, read_rows
from integrations.imports.tags import Rules, parse_tags


@dataclass
class Outcome:
    format: Format
    layout: Layout
    tags: list[Staged]
    rejected: list[Rejected]


def opener(content: bytes) -> Opener:
    return lambda: io.BytesIO(content)


def read_file(
    content: bytes,
    name: str = "tags.csv",
    present: Shape | None = None,
    layout: Layout | None = None,
    rules: Rules | None = None,
) -> Outcome:
    file, rejected = opener(content), list[Rejected]()

    def bad(row: int, reason: str, cells: tuple[str, ...]) -> None:
        rejected.append(Rejected(row, "", reason, cells))

    format = detect_format(file, name)
    first = [row for _, row in islice(read_rows(file, format, lambda *_: None), 50)]
    layout = replace(layout, format=format) if layout else detect_layout(first, format, {}, present)
    rows = read_rows(file, format, bad)
    tags = list(parse_tags(rows, layout, rules or Rules(), rejected.append))
    return Outcome(format, layout, tags, rejected)


def as_csv(lines: Iterable[Sequence[str]]) -> bytes:
    held = io.StringIO(newline="")
    csv.writer(held).writerows(lines)
    return held.getvalue().encode()


def as_xlsx(lines: Iterable[Sequence[object]]) -> bytes:
    book, held = openpyxl.Workbook(), io.BytesIO()
    for line in lines:
        book.worksheets[0].append(list(line))
    book.save(held)
    return held.getvalue()
