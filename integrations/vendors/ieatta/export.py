"""Read an exported file line by line: reports and expenses, in file order, memory flat. Pure but for the file.

Source: our own template (template.py).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from json import JSONDecoder
from typing import IO, Any

from integrations.core.errors import ProtocolError, TransientError
from integrations.vendors.ieatta.envelope import TEMPLATE
from integrations.vendors.ieatta.records import Expense, Report
from integrations.vendors.ieatta.template import END

CUT = "cut_short"
_TAIL = 4096
_FILE_NAME = re.compile(r"[\w.@+-]{1,200}")
_DECODE = JSONDecoder(strict=False).raw_decode
"""Not strict: a server without `?json_string` leaves control characters as they are."""


class FileGone(TransientError):
    """The exported file is not known (any more). A new export gives a new one."""


def check_name(name: str) -> str:
    """The name of an ordered file. Raises TransientError when none came, ProtocolError for anything else."""
    if not name:
        raise TransientError("Ieatta took the export but named no file. It is asked for again later.", code="no_name")
    if not _FILE_NAME.fullmatch(name):
        raise ProtocolError("Ieatta should have answered with the name of a file.", detail=name[:300])
    return name


def is_empty(file: IO[bytes]) -> bool:
    """Nothing but white space: the vendor is still rendering. Leaves the file at its start."""
    start = file.read(64)
    file.seek(0)
    return not start.strip()


def check_whole(file: IO[bytes]) -> None:
    """That the end mark is the last line. Leaves the file at its start.

    Raises TransientError (code cut_short), or ProtocolError (code template) when it is no file of our template or ends
    in FreeMarker's own failure report.
    """
    start = file.read(200).lstrip(b"\xef\xbb\xbf \t\r\n")
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read().rstrip()
    file.seek(0)
    last = tail.rpartition(b"\n")[2].strip()
    if last == END:
        return
    if not start.startswith(b'{"t":') or b"FreeMarker" in tail or b"FTL stack trace" in tail:
        raise ProtocolError(
            "Ieatta filled the export file with something else than the portal's template asks for.",
            detail=tail[:500].decode("utf-8", "replace"),
            code=TEMPLATE,
        )
    raise TransientError("The export file of Ieatta is cut short. It is asked for again later.", f"{size} bytes", CUT)


def parse_lines(file: IO[bytes], rejected_words: tuple[str, ...]) -> Iterator[Report | Expense]:
    """Each report before its expenses. The file has passed `check_whole`.

    Raises ProtocolError for a line that is not ours.
    """
    report: Report | None = None
    build = Expense.from_wire
    for number, raw in enumerate(file, 1):
        line = raw.strip()
        if not line:
            continue
        row = _row(line, number)
        kind = row.get("t")
        if kind == "e" and report is not None:
            yield build(row, report)
        elif kind == "r":
            report = Report.from_wire(row, rejected_words)
            yield report
        elif kind != "end":
            raise _not_ours(line, number)


def _row(line: bytes, number: int) -> dict[str, Any]:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8", "replace")
        row, end = _DECODE(text)
    except ValueError:
        raise _not_ours(line, number) from None
    if end != len(text) or not isinstance(row, dict):
        raise _not_ours(line, number)
    return row


def _not_ours(line: bytes, number: int) -> ProtocolError:
    return ProtocolError(
        f"Line {number} of the export file of Ieatta cannot be read. Nothing was changed after that line.",
        detail=line[:300].decode("utf-8", "replace"),
        code=TEMPLATE,
    )
