"""Tags as the portal keeps them: one level or several, each tag with its path. Pure.

A path is the tag as it stands on an expense that has only this tag: names parted by `:`, a colon inside a name as
`\\:`. In independent levels a tag of the second level begins with one `:` for each empty upper level.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

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
