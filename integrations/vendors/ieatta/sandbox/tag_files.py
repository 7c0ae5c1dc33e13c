"""The file form of a tags update: CSV or TSV text into levels. Raises Refused.

Source: the vendor's Integration Server manual, tags updater; lone CR line ends as in the templates that the vendor's
web page hands out. Guesses: in a dependent file a tag below an empty cell is refused; of a repeated tag the last code
counts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from integrations.vendors.ieatta.sandbox.answers import Refused
from integrations.vendors.ieatta.sandbox.state import Row

Table = list[list[str]]


def file_levels(config: Mapping[str, Any], file: str | None) -> list[Row]:
    """Tags of a dependent file know their `parents`, the top one first. Every listed tag is enabled."""
    if not file:
        raise Refused(410, "Required parameter 'file' is missing")
    if config.get("fileType") not in ("csv", "tsv"):
        raise Refused(410, "Argument 'fileType' is missing or malformed")
    table = _table(file, "\t" if config["fileType"] == "tsv" else ",")
    step, dependent = 2 if config.get("glCodes") else 1, bool(config.get("dependency"))
    heading = table.pop(0) if config.get("header") and table else []
    width = -(-max((len(row) for row in [heading, *table]), default=0) // step)
    required = _required(config.get("setRequired"), dependent, width)
    tags = _dependent(table, width, step) if dependent else [_column(table, n * step, step) for n in range(width)]
    return [
        {"name": _cell(heading, n * step) or f"Level {n + 1}", "setRequired": required[n], "tags": tags[n]}
        for n in range(width)
    ]


def _table(file: str, delimiter: str) -> Table:
    """Rows that are not blank, whatever ends a line."""
    try:
        rows = list(csv.reader(io.StringIO(file.removeprefix("\ufeff"), newline=""), delimiter=delimiter))
    except csv.Error:
        raise Refused(410, "'tags' object malformed: the file cannot be read") from None
    return [row for row in rows if any(row)]


def _required(value: Any, dependent: bool, width: int) -> list[bool]:
    """One boolean for dependent levels, one for each level otherwise."""
    values = [value] * width if dependent else value
    if not isinstance(values, list) or len(values) != width or not all(isinstance(one, bool) for one in values):
        raise Refused(410, "Argument 'setRequired' is missing or malformed")
    return values


def _cell(row: list[str], at: int) -> str:
    return row[at] if len(row) > at else ""


def _code(row: list[str], at: int, step: int) -> str:
    return _cell(row, at + 1) if step == 2 else ""


def _column(table: Table, at: int, step: int) -> list[Row]:
    """One independent level's tags in the order of the file; blank cells fill up a shorter list."""
    found: dict[str, Row] = {}
    for row in table:
        if name := _cell(row, at):
            found[name] = {"name": name, "glCode": _code(row, at, step), "enabled": True}
    return list(found.values())


def _dependent(table: Table, width: int, step: int) -> list[list[Row]]:
    levels: list[dict[tuple[str, ...], Row]] = [{} for _ in range(width)]
    for row in table:
        path: tuple[str, ...] = ()
        for level, held in enumerate(levels):
            name = _cell(row, level * step)
            if not name:
                _refuse_below(row, level, width, step)
                break
            below = {"parents": list(path)} if path else {}
            path = (*path, name)
            held[path] = {"name": name, "glCode": _code(row, level * step, step), "enabled": True, **below}
    return [list(held.values()) for held in levels]


def _refuse_below(row: list[str], level: int, width: int, step: int) -> None:
    if any(_cell(row, below * step) for below in range(level, width)):
        raise Refused(410, "'tags' object malformed: a tag without the tag above it")
