"""What the columns of a file of tags mean: what a person chose, or what was chosen last for the same headings. Pure.

Columns are counted from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from integrations.core.tags import Shape
from integrations.imports.cells import letter
from integrations.imports.files import MOST_COLUMNS, Format

OWN_NAME, OWN_GL, OWN_ENABLED, OWN_TARGET = "Name", "GL Code", "Enabled", "Accelo target"
MOST_LEVELS = 20


@dataclass(frozen=True)
class Level:
    name: str
    name_column: int
    gl_column: int | None = None


@dataclass(frozen=True)
class Layout:
    """`levels`: the top first; one = a list of single tags. `dependent` matters for several."""

    format: Format
    header: bool
    levels: tuple[Level, ...]
    dependent: bool = False
    enabled_column: int | None = None
    target_column: int | None = None

    @property
    def single(self) -> bool:
        return len(self.levels) < 2

    @property
    def gl_codes(self) -> bool:
        return any(level.gl_column is not None for level in self.levels)

    @property
    def shape(self) -> Shape:
        names = tuple(level.name for level in self.levels) or ("Tag",)
        return Shape(names, self.dependent and not self.single, self.gl_codes, (False,) * len(names))

    def columns(self) -> list[int]:
        """All that have a meaning; one that has two is there twice."""
        found = [column for level in self.levels for column in (level.name_column, level.gl_column)]
        return [column for column in (*found, self.enabled_column, self.target_column) if column is not None]

    def check(self, width: int) -> list[str]:
        """What is wrong with it for a file of so many columns, in words."""
        found = [] if self.levels else ["Choose the column that holds the names of the tags."]
        used = self.columns()
        found += [
            f"Column {letter(column)} was chosen twice." for column in sorted(set(used)) if used.count(column) > 1
        ]
        beyond = sorted({column for column in used if column >= width})
        found += [f"The file has no column {letter(column)}; it has {width}." for column in beyond]
        if not self.single and self.enabled_column is not None:
            found.append("Every tag listed in a multi-level file is enabled: choose no column for Enabled.")
        names = [level.name.strip() for level in self.levels]
        if not self.single and len({name.casefold() for name in names if name}) < len(names):
            found.append("Give each level a name of its own.")
        return found

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"levels": [asdict(level) for level in self.levels]}

    @classmethod
    def from_json(cls, data: object) -> Layout:
        """Raises ValueError, in words, for what no form of ours can have stored."""
        if not isinstance(data, Mapping):
            raise ValueError("How the file is read was not stored: choose it again.")
        levels = data.get("levels")
        if not isinstance(levels, list | tuple) or len(levels) > MOST_LEVELS:
            raise ValueError(f"The levels must be a list of at most {MOST_LEVELS}.")
        return cls(
            format=Format.from_json(data.get("format")),
            header=data.get("header") is True,
            levels=tuple(level_from_json(level) for level in levels),
            dependent=data.get("dependent") is True,
            enabled_column=column_from_json(data.get("enabled_column")),
            target_column=column_from_json(data.get("target_column")),
        )


def level_from_json(data: object) -> Level:
    if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
        raise ValueError("Each level needs a name and a column.")
    column = column_from_json(data.get("name_column"))
    if column is None:
        raise ValueError(f"The level {data['name']} has no column.")
    return Level(data["name"], column, column_from_json(data.get("gl_column")))


def column_from_json(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MOST_COLUMNS:
        raise ValueError(f"A column must be a number from 0 to {MOST_COLUMNS - 1}.")
    return value


def signature(headings: Iterable[str]) -> str:
    """The key under which a layout is remembered: equal for files with the same headings."""
    return "\t".join(heading.strip("\ufeff \t\r\n\xa0").casefold() for heading in headings).rstrip("\t")


def headings_of(rows: Sequence[Sequence[str]], layout: Layout) -> tuple[str, ...]:
    """One for each column of these first rows; "Column C" where there is none."""
    first = rows[0] if rows and layout.header else []
    width = max([len(row) for row in rows] + [column + 1 for column in layout.columns()], default=0)
    given = [cell.strip("\ufeff \t\r\n\xa0") for cell in first] + [""] * (width - len(first))
    return tuple(text or f"Column {letter(column)}" for column, text in enumerate(given))


def own_headings(shape: Shape) -> list[str]:
    """Of the portal's own form of a list."""
    if shape.single:
        return [OWN_NAME, *([OWN_GL] if shape.gl_codes else []), OWN_ENABLED, OWN_TARGET]
    names = [part for name in shape.levels for part in ([name, f"{name} GL"] if shape.gl_codes else [name])]
    return [*names, OWN_TARGET]


def own_layout(shape: Shape) -> Layout:
    """That reads the portal's own form of a list."""
    step = 2 if shape.gl_codes else 1
    levels = tuple(
        Level(name, depth * step, depth * step + 1 if shape.gl_codes else None)
        for depth, name in enumerate(shape.levels)
    )
    layout = Layout(Format("text", "utf-8"), True, levels, shape.dependent)
    beyond = len(levels) * step
    if shape.single:
        return replace(layout, enabled_column=beyond, target_column=beyond + 1)
    return replace(layout, target_column=beyond)
