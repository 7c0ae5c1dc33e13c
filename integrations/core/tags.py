"""Tags as the portal keeps them: one level or several, each tag with its path. Pure.

A path is the tag as it stands on an expense that has only this tag: names parted by `:`, a colon inside a name as
`\\:`. In independent levels a tag of the second level begins with one `:` for each empty upper level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from integrations.core.records import fingerprint

TARGET_WORDS = {"job": "project", "issue": "ticket", "contract": "retainer"}
"""Kinds of Accelo objects that a tag can stand for, and what people call one."""
MOST_AT_VENDOR = 50_000
"""Tags of one list at Ieatta (Expensify help, "Create tags": 50,000 in a file)."""
LONGEST_NAME = 255
"""Code points, counted after colons are escaped (Expensify App, checks of tag names)."""
LONGEST_PATH = 2_500
"""Bytes of UTF-8 that an index can hold."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`levels`: their names, the top first. `dependent`: a tag belongs below one of the level above. `gl_codes`:
    whether the list has codes at all. `required`: by level, whether an expense must carry a tag of it."""

    levels: tuple[str, ...] = ("Tag",)
    dependent: bool = False
    gl_codes: bool = True
    required: tuple[bool, ...] = (False,)

    @property
    def single(self) -> bool:
        return len(self.levels) == 1


class TagRow(NamedTuple):
    """`depth` 1 is the top level."""

    depth: int
    path: str
    name: str
    gl_code: str = ""
    enabled: bool = True


class Staged(NamedTuple):
    """A tag that a file names. `row`: its row in the file, the first is 1. `target`: "job:42" in Accelo, or ''."""

    row: int
    depth: int
    path: str
    name: str
    gl_code: str
    enabled: bool
    target: str


class Rejected(NamedTuple):
    """A row that cannot be taken. `column`: its heading. `path`: the tag that it seems to name, or ''."""

    row: int
    column: str
    reason: str
    cells: tuple[str, ...]
    path: str = ""


@dataclass(frozen=True, slots=True)
class FoundTags:
    """What the vendor holds. `levels`: their names; ("Tag",) for a flat list, which has none. `rows`: one for each name
    of a level, by `level_path`, in the vendor's order. `others`: further entries of such a name that have another GL
    code or are disabled (dependent levels, where one name stands below several parents)."""

    levels: tuple[str, ...]
    rows: tuple[TagRow, ...]
    wrapped: bool
    others: tuple[TagRow, ...] = ()

    def digest(self) -> str:
        """Hex; equal for equal lists in any order. The name of a single level does not count: a flat list has none."""
        levels = self.levels if len(self.levels) > 1 else ()
        lines = [f"{row.depth}\x1e{row.name}\x1e{row.gl_code}\x1e{row.enabled}" for row in (*self.rows, *self.others)]
        return fingerprint([*levels, "", *sorted(lines)])


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` '' = the list's levels. `wanted`, `found`: in words, "GL code 100, enabled" or "not there"."""

    path: str
    wanted: str
    found: str


class TagChoice(NamedTuple):
    """What a tag stands for at the target. `decided`: a person, a file or the target itself said so; else it was found
    by equal code or title. `ground`: which of these, in words."""

    path: str
    kind: str
    id: str
    label: str
    decided: bool
    ground: str


class TagBook(Protocol):
    """What the tags of a list stand for. Reading is local."""

    def find(self, names: Sequence[str]) -> TagChoice | None:
        """For an expense with these levels, the top first, '' for one left out. What was decided comes before what was
        found by code, that before what was found by title; each for the deepest level first."""

    def version(self) -> str:
        """Changes when what any tag stands for changes; '' while that was never said of any."""


def escape(name: str) -> str:
    """A name as a part of a path."""
    return name.replace(":", "\\:") if ":" in name else name


def join_path(names: Iterable[str]) -> str:
    return ":".join(map(escape, names))


def split_path(path: str) -> list[str]:
    """The names; empty ones for the upper levels of an independent tag."""
    if "\\:" not in path:
        return path.split(":")
    return [part.replace("\0", ":") for part in path.replace("\\:", "\0").split(":")]


def level_path(depth: int, name: str) -> str:
    """Path of a tag in an independent level."""
    return ":" * (depth - 1) + escape(name)


def paths_carried(names: Sequence[str], shape: Shape) -> list[str]:
    """Paths of the tags of such a list that an expense carries, the deepest first. `names`: its levels as read from
    the expense, the top first, '' for one left out.

    In a list of one level a name may hold a colon that nobody escaped, so the whole is one name; but a list has not
    always had one level, and the vendor's accounting may add levels of its own: then each level is looked for too.
    """
    if shape.single:
        filled = [name for name in names if name]
        return list(dict.fromkeys(escape(name) for name in (":".join(filled), *reversed(filled)) if name))
    depths = [depth for depth in range(len(names), 0, -1) if names[depth - 1]]
    if shape.dependent:
        return [join_path(names[:depth]) for depth in depths]
    return [level_path(depth, names[depth - 1]) for depth in depths]
