"""Reading very many records by a Bulk API 2.0 query job: one call per page of results instead of one per 2,000 rows.

Source: Salesforce Bulk API 2.0 guide, Query jobs; behaviour of client libraries.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
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
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
PATIENCE = 3_600.0
"""Seconds of pauses after which a job counts as stuck."""
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

    def pages(self, text: str, describe: Describe) -> Iterator[list[Row]]:
        """The rows of a query in the shape of REST rows: '' is None, flags and numbers by `describe`, times in REST's
        form, `Owner.Name` nested. Fields that are not the object's own stay text.

        Raises NoBulk before the first page when the job is refused or fails.
        """
        job = self._start(text)
        self._wait(job)
        read = _Converter(describe)
        locator = ""
        while True:
            reply = self._results(job, locator)
            rows = [read.row(cells) for cells in _cells(reply)]
            if rows:
                yield rows
            locator = reply.headers.get("sforce-locator", "null")
            if locator in ("", "null"):
                return

    def _start(self, text: str) -> str:
        """A job whose answer was lost costs nothing but itself, so it is simply asked for again."""
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


def _cells(reply: Reply) -> Iterator[Mapping[str, str]]:
    """Raises ProtocolError for a line with more or fewer cells than the heading."""
    csv.field_size_limit(LONGEST_CELL)
    text = io.TextIOWrapper(io.BytesIO(reply.content.replace(b"\x00", b"")), encoding="utf-8-sig", newline="")
    for cells in csv.DictReader(text, restkey="", restval=None):
        if "" in cells or None in cells.values():
            raise ProtocolError("Salesforce sent a bulk result whose lines do not fit its heading.", repr(cells)[:200])
        yield cells


class _Converter:
    """Cells to the values a REST answer would have."""

    def __init__(self, describe: Describe) -> None:
        self._describe = describe

    def row(self, cells: Mapping[str, str]) -> Row:
        row: Row = {}
        for name, text in cells.items():
            *parents, last = name.split(".")
            if parents:
                _nest(row, parents, last, text or None)
            else:
                row[self._name(name)] = self._value(name, text)
        return _without_empty_parents(row)

    def _name(self, name: str) -> str:
        """Headings come in any case."""
        field = self._describe.find(name)
        return field.name if field else name

    def _value(self, name: str, text: str) -> Any:
        field = self._describe.find(name)
        if text == "":
            return None
        if field is None:
            return text
        if field.type == "boolean":
            return text.lower() == "true"
        if field.type in NUMBERS:
            return _number(text)
        return wire_time(parse_time(text)) if field.type == "datetime" else text


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


def _number(text: str) -> int | Decimal:
    try:
        return int(text) if text.lstrip("-").isdigit() else Decimal(text)
    except InvalidOperation:
        raise ProtocolError("Salesforce sent a number that cannot be read.", repr(text)[:100]) from None
