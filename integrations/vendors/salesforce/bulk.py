"""Reading very many records by a Bulk API 2.0 query job: one call per page of results instead of one per 2,000 rows.

Source: Salesforce Bulk API 2.0 guide, Query jobs; behaviour of client libraries.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.core.errors import ConfigError, PortalError, ProtocolError, RejectedError
from integrations.http import Reply
from integrations.vendors.salesforce.describe import Describe
from integrations.vendors.salesforce.query import Row
from integrations.vendors.salesforce.soql import NUMBERS
from integrations.vendors.salesforce.times import parse_time, wire_time
from integrations.vendors.salesforce.transport import Transport, as_object

RESULT_ROWS = 10_000
"""Records of one page of results: some megabytes, held one at a time."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0
"""Seconds between looks, doubled each time: a job of some ten thousand records takes a few."""
PATIENCE = 3_600.0
"""Seconds of pauses after which a job counts as stuck."""
Read = Callable[[str], Any]
LONGEST_CELL = 1_000_000
"""Characters; the longest text that Salesforce stores in a field of a record is 131,072."""


class NoBulk(Exception):
    """This org or user gets no such job; `error` says why. Nothing was read."""

    def __init__(self, error: PortalError) -> None:
        super().__init__(error.message)
        self.error = error


class BulkReader:
    """`pause(seconds)` waits between looks at the job."""

    def __init__(self, calls: Transport, pause: Callable[[float], None]) -> None:
        self._calls = calls
        self._pause = pause

    def pages(self, job: str, describe: Describe) -> Iterator[list[Row]]:
        """The rows of a started job in the shape of REST rows: '' is None, flags and numbers by `describe`, times in
        REST's form, `Owner.Name` nested. Fields that are not the object's own stay text.

        Raises NoBulk before the first page when the job fails.
        """
        self._wait(job)
        read = _Converter(describe)
        locator = ""
        while True:
            reply = self._results(job, locator)
            rows = read.rows(_lines(reply))
            if rows:
                yield rows
            locator = reply.headers.get("sforce-locator", "null")
            if locator in ("", "null"):
                return

    def start(self, text: str) -> str:
        """The id of a job for this query. Raises NoBulk when it is refused.

        A job whose answer was lost costs nothing but itself, so it is simply asked for again.
        """
        try:
            reply = self._calls.send("POST", "jobs/query", {"operation": "query", "query": text}, repeatable=True)
        except (RejectedError, ConfigError, ProtocolError) as error:
            raise NoBulk(error) from error
        return str(as_object(reply).get("id", ""))

    def _wait(self, job: str) -> None:
        pause, waited = FIRST_PAUSE, 0.0
        while True:
            told = as_object(self._calls.get(f"jobs/query/{job}"))
            state = str(told.get("state", ""))
            if state == "JobComplete":
                return
            if state in ("Failed", "Aborted") or waited >= PATIENCE:
                words = str(told.get("errorMessage") or f"its state is {state}")
                raise NoBulk(RejectedError(f"Salesforce did not finish a bulk query: {words}", f"job {job}", state))
            self._pause(pause)
            waited += pause
            pause = min(pause * 2, LONGEST_PAUSE)

    def _results(self, job: str, locator: str) -> Reply:
        params = {"maxRecords": str(RESULT_ROWS)} | ({"locator": locator} if locator else {})
        return self._calls.get(f"jobs/query/{job}/results", params, headers={"Accept": "text/csv"}, expect="any")


def _lines(reply: Reply) -> Iterator[list[str]]:
    """The heading, then the rows. Raises ProtocolError for a line with more or fewer cells than the heading."""
    csv.field_size_limit(LONGEST_CELL)
    text = io.TextIOWrapper(io.BytesIO(reply.content.replace(b"\x00", b"")), encoding="utf-8-sig", newline="")
    lines = filter(None, csv.reader(text))
    heading = next(lines, [])
    yield heading
    for cells in lines:
        if len(cells) != len(heading) or "" in heading:
            raise ProtocolError("Salesforce sent a bulk result whose lines do not fit its heading.", repr(cells)[:200])
        yield cells


class _Converter:
    """Cells to the values a REST answer would have."""

    def __init__(self, describe: Describe) -> None:
        self._describe = describe

    def rows(self, lines: Iterator[list[str]]) -> list[Row]:
        """`lines`: the heading first."""
        heading = next(lines)
        columns = [self._column(name) for name in heading]
        if any("." in name for name in heading):
            return [_nested(columns, cells) for cells in lines]
        return [
            {
                name: (read(text) if read else text) if text else None
                for (name, read), text in zip(columns, cells, strict=True)
            }
            for cells in lines
        ]

    def _column(self, name: str) -> tuple[str, Read | None]:
        """The field's name, as headings come in any case, and how its texts are read; None = as they are."""
        field = self._describe.find(name)
        if field is None:
            return name, None
        if field.type == "boolean":
            return field.name, _flag
        if field.type in NUMBERS:
            return field.name, _number
        return field.name, _moment if field.type == "datetime" else None


def _nested(columns: Sequence[tuple[str, Read | None]], cells: list[str]) -> Row:
    row: Row = {}
    for (name, read), text in zip(columns, cells, strict=True):
        *parents, last = name.split(".")
        _nest(row, parents, last, (read(text) if read else text) if text else None)
    return _without_empty_parents(row)


def _nest(row: Row, parents: list[str], last: str, value: Any) -> None:
    for parent in parents:
        row = row.setdefault(parent, {})
    row[last] = value


def _without_empty_parents(row: Row) -> Row:
    """A parent without any value is None, as REST answers tell a missing parent."""
    filled = {name: _without_empty_parents(value) if isinstance(value, dict) else value for name, value in row.items()}
    return {
        name: None if isinstance(value, dict) and all(one is None for one in value.values()) else value
        for name, value in filled.items()
    }


def _flag(text: str) -> bool:
    return text.lower() == "true"


def _moment(text: str) -> str:
    return wire_time(parse_time(text))


def _number(text: str) -> int | Decimal:
    try:
        return int(text) if text.lstrip("-").isdigit() else Decimal(text)
    except InvalidOperation:
        raise ProtocolError("Salesforce sent a number that cannot be read.", repr(text)[:100]) from None
