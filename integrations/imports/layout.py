"""What a file's columns mean: a first guess, which a person sees and corrects. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.core.tags import Shape
from integrations.imports import headings as known
from integrations.imports.columns import Layout, Level, headings_of, own_headings, own_layout, signature
from integrations.imports.files import Format
from integrations.imports.headings import gl_of, plain

__all__ = ["Layout", "Level", "detect_layout", "headings_of", "late_headings", "own_layout", "signature"]

Table = Sequence[Sequence[str]]
LATE = 10
"""Rows in which headings are looked for that do not stand first."""


def detect_layout(
    rows: Table, format: Format, remembered: Mapping[str, Any], present: Shape | None, header: bool | None = None
) -> Layout:
    """`rows`: the first that hold something, up to 50. `remembered`: signature -> Layout as JSON. `present`: the list
    as it is now. `header`: whether the first row holds headings, where a person said so."""
    if not rows:
        return Layout(format, False, (Level("Tag", 0),))
    first = rows[0]
    found = remembered_layout(remembered.get(signature(first)), max(map(len, rows)))
    if found is None and present is not None and signature(first) == signature(own_headings(present)):
        found = own_layout(present)
    if found is None:
        found = by_headings(first, rows[1:], format, present) or without_headings(rows, format, present)
    if header is not None and found.header != header:
        found = replace(without_headings(rows[header:] or rows, format, present), header=header)
    return replace(found, format=format)


def late_headings(rows: Table) -> str:
    """Headings that we know below other rows (a title, a date), in words; '' when there are none."""
    for row in rows[1:LATE]:
        names = [plain(cell) for cell in row if cell.strip()]
        if len(known.ALL & set(names)) > 1 and known.ENOUGH & set(names):
            return ", ".join(cell.strip() for cell in row if cell.strip())
    return ""


def remembered_layout(data: object, width: int) -> Layout | None:
    try:
        layout = Layout.from_json(data)
    except ValueError:
        return None
    return None if layout.check(width) else layout


def by_headings(first: Sequence[str], rows: Table, format: Format, present: Shape | None) -> Layout | None:
    """None when the first row is no heading that we know."""
    names = [plain(cell) for cell in first]
    levels = several_levels(first, names, present)
    if levels:
        layout = Layout(format, True, levels, target_column=first_of(names, known.TARGET))
        return replace(layout, dependent=seems_dependent(rows, levels, present))
    if not known.ENOUGH & set(names) and not any(gl_of(one) in names for one in first if gl_of(one)):
        return None
    return single_level(names, rows, format, present)


def several_levels(first: Sequence[str], names: list[str], present: Shape | None) -> tuple[Level, ...]:
    """By the present list's own names of levels, by pairs "X, X GL", or by words that people call a level."""
    if present is not None and not present.single:
        wanted = [plain(name) for name in present.levels]
        if all(wanted) and set(wanted) <= set(names):
            return tuple(
                level_at(names.index(one), first, names, name) for one, name in zip(wanted, present.levels, strict=True)
            )
    pairs = [column for column, one in enumerate(names[:-1]) if one and gl_of(first[column + 1]) == one]
    if len(pairs) > 1:
        return tuple(level_at(column, first, names) for column in pairs)
    if set(names) & (known.NAME | known.LONG_NAME):
        return ()
    columns = [column for column, one in enumerate(names) if one in known.LEVEL and names.index(one) == column]
    return tuple(level_at(column, first, names) for column in columns) if len(columns) > 1 else ()


def level_at(column: int, first: Sequence[str], names: list[str], name: str = "") -> Level:
    beside = column + 1
    paired = beside < len(names) and (gl_of(first[beside]) == names[column] or names[beside] in known.GL)
    return Level(name or first[column].strip("\ufeff \t\r\n\xa0"), column, beside if paired else None)


def single_level(names: list[str], rows: Table, format: Format, present: Shape | None) -> Layout:
    """A code is a GL code when there is a name beside it; alone it is the name."""
    title = next((at for at in name_columns(names) if at is not None), None)
    gl, code = first_of(names, known.GL), first_of(names, known.CODE)
    if title is None:
        title, code = (code, None) if code is not None else (gl, None) if gl is not None else (0, None)
    codes = [gl, next((at for at, one in enumerate(names) if gl_of(one) == names[title]), None), code]
    gl = next((at for at in codes if at is not None and at != title), None)
    return Layout(
        format,
        True,
        (Level(single_name(present), title, gl),),
        enabled_column=enabled_column(names, rows, {title, gl}),
        target_column=first_of(names, known.TARGET),
    )


def name_columns(names: list[str]) -> Iterator[int | None]:
    """The best first."""
    yield from (first_of(names, words) for words in (known.NAME, known.LONG_NAME, known.LEVEL))


def enabled_column(names: list[str], rows: Table, taken: set[int | None]) -> int | None:
    found = first_of(names, known.ENABLED)
    if found is not None:
        return found
    perhaps = first_of(names, known.PERHAPS_ENABLED)
    if perhaps is None or perhaps in taken or not known.all_meant(column_of(rows, perhaps)):
        return None
    return perhaps


def without_headings(rows: Table, format: Format, present: Shape | None) -> Layout:
    """The vendor's classic page: names in A, GL codes in B; Enabled in C when it reads so. A list of several levels is
    taken where the file is just as wide (Expensify help, "Create tags")."""
    width = max(map(len, rows))
    if present is not None and not present.single and width == len(own_headings(present)) - 1:
        layout = replace(own_layout(present), header=False, target_column=None)
        return replace(layout, dependent=seems_dependent(rows, layout.levels, present))
    level = Level(single_name(present), 0, 1 if width > 1 else None)
    enabled = 2 if width > 2 and known.all_meant(column_of(rows, 2)) else None
    return Layout(format, False, (level,), enabled_column=enabled)


def seems_dependent(rows: Table, levels: Sequence[Level], present: Shape | None) -> bool:
    """A name above that comes again with another below says yes, one that is missing above another says no; else the
    present list tells. Separate lists that share rows never repeat a name."""
    lone = False
    for upper, lower in zip(levels, levels[1:], strict=False):
        pairs = [(cell(row, upper.name_column), cell(row, lower.name_column)) for row in rows]
        full = {pair for pair in pairs if all(pair)}
        if len({above for above, _ in full}) < len(full):
            return True
        lone = lone or any(below and not above for above, below in pairs)
    return not lone and present is not None and not present.single and present.dependent


def single_name(present: Shape | None) -> str:
    return present.levels[0] if present is not None and present.single else "Tag"


def first_of(names: list[str], words: frozenset[str]) -> int | None:
    return next((column for column, one in enumerate(names) if one in words), None)


def column_of(rows: Table, column: int) -> Iterator[str]:
    return (cell(row, column) for row in rows)


def cell(row: Sequence[str], column: int) -> str:
    return row[column].strip() if column < len(row) else ""
