"""A complete list of tags as the updater takes it: inline for one level, as a file for several. Pure.

Source: the vendor's Integration Server manual, tags updater; the layout of the file as in the templates that the
vendor's web page hands out. Whatever `action` says, the list at the vendor is replaced.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Any, Literal

from integrations.core.errors import RejectedError
from integrations.core.tags import MOST_AT_VENDOR, Shape, TagRow, escape, split_path
from integrations.vendors.ieatta.tags import listed, parent_path

Colons = Literal["escape", "as_is", "refuse"]
"""How a colon in a name is sent: as `\\:`, as it is (the vendor escapes), or never (the portal refuses such names)."""
Section = dict[str, Any]
TOO_MANY = "too_many"


def build_update(shape: Shape, tags: Iterable[TagRow], colons: Colons) -> tuple[Section, dict[str, str]]:
    """The section for the whole list, and the form fields that go with it.

    Raises RejectedError (code too_many), before anything is sent, for more tags than the vendor takes.
    """
    rows = listed(shape, tags)
    if len(rows) > MOST_AT_VENDOR:
        levels = "" if shape.single else ", those of all levels counted,"
        message = (
            f"The list has {len(rows):,} tags{levels} and Ieatta takes {MOST_AT_VENDOR:,} at most. Nothing was sent. "
            "Leave out tags that are not needed any more and upload again."
        )
        raise RejectedError(message, code=TOO_MANY)
    if shape.single:
        return build_inline(shape, rows, colons), {}
    section, text = build_file(shape, rows, colons)
    return section, {"file": text}


def build_inline(shape: Shape, tags: Iterable[TagRow], colons: Colons) -> Section:
    """One level. A list with GL codes names them all, so that an emptied one is emptied at the vendor too."""
    spell = _speller(colons)
    rows: list[Section] = []
    for tag in tags:
        row: Section = {"name": spell(tag.name), "enabled": tag.enabled}
        if shape.gl_codes:
            row["glCode"] = tag.gl_code
        rows.append(row)
    level = {"name": shape.levels[0], "setRequired": _required(shape)[0], "tags": rows}
    return {"source": "inline", "action": "replace", "data": [level]}


def build_file(shape: Shape, tags: Iterable[TagRow], colons: Colons) -> tuple[Section, str]:
    """Several levels: the section, and the CSV text (comma, LF, a heading row, no BOM) for the form field `file`.

    Dependent: a row for each tag without one below, its parents repeated. Independent: the levels' lists side by side.
    """
    rows = listed(shape, tags)
    required = _required(shape)
    config = {
        "dependency": shape.dependent,
        "glCodes": shape.gl_codes,
        "header": True,
        "setRequired": any(required) if shape.dependent else required,
        "fileType": "csv",
    }
    cells = _cells(shape, _speller(colons))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [cell for level in shape.levels for cell in ([level, f"{level} GL"] if shape.gl_codes else [level])]
    )
    branches = _branches if shape.dependent else _columns
    for branch in branches(rows, len(shape.levels)):
        writer.writerow([cell for tag in branch for cell in cells(tag)])
    return {"source": "file", "action": "replace", "config": config}, text.getvalue()


def _speller(colons: Colons) -> Callable[[str], str]:
    return str if colons == "as_is" else escape


def _required(shape: Shape) -> list[bool]:
    return [level < len(shape.required) and shape.required[level] for level in range(len(shape.levels))]


def _cells(shape: Shape, spell: Callable[[str], str]) -> Callable[[TagRow | None], tuple[str, ...]]:
    """A tag's cells in the file; blank ones where a level has none."""
    blank = ("", "") if shape.gl_codes else ("",)

    def cells(tag: TagRow | None) -> tuple[str, ...]:
        if tag is None:
            return blank
        return (spell(tag.name), tag.gl_code) if shape.gl_codes else (spell(tag.name),)

    return cells


def _branches(rows: list[TagRow], depth: int) -> Iterator[list[TagRow | None]]:
    """Each tag without one below, after its parents; None for the levels under it."""
    by_path = {row.path: row for row in rows}
    parents = {parent_path(row) for row in rows}
    lines: dict[str, list[TagRow]] = {"": []}

    def line(path: str, row: TagRow) -> list[TagRow]:
        if path not in lines:
            above = parent_path(row)
            lines[path] = [*line(above, by_path.get(above) or _unnamed(above, row.depth - 1)), row]
        return lines[path]

    for row in rows:
        if row.path not in parents:
            yield [*line(row.path, row), *[None] * (depth - row.depth)]


def _unnamed(path: str, depth: int) -> TagRow:
    """A parent that the list does not hold itself."""
    return TagRow(depth, path, split_path(path)[-1] if path else "")


def _columns(rows: list[TagRow], depth: int) -> Iterator[tuple[TagRow | None, ...]]:
    return zip_longest(*[[row for row in rows if row.depth == level] for level in range(1, depth + 1)])


def send_seconds(tags: int) -> float:
    """How long the vendor may take over a list before it answers; a minute for 10,000 tags. How long it really takes is
    not documented."""
    return tags * 0.006


def refused_tags(error: RejectedError) -> RejectedError:
    """The refusal of a list, in words that say what to do. A name in the vendor's words may hold anything, also
    what elsewhere tells of an export template: only what follows the table's own words is kept."""
    said = error.message.partition(": ")[2] or error.message
    message = f"Ieatta refused the list of tags: {said}. Correct what it names and upload again."
    if error.code == "413":
        message = "Ieatta does not take so long a list in one request. Leave out tags that are not needed any more."
    return RejectedError(message, error.detail, error.code)
