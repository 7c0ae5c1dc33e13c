"""Two values side by side: line by line, with what differs marked. Texts, or mappings of an address's parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

BLANK = "(blank)"
PARTS = ("street", "city", "zip", "state", "country")
TOKENS = re.compile(r"\w+|\W")
LONGEST = 2000
"""Characters of a line in which differences are looked for."""


@dataclass(frozen=True)
class Piece:
    text: str
    differs: bool = False


Line = list[Piece]
Lines = list[Line]


def plain(value: Any) -> Lines:
    """One value, nothing marked."""
    return [[Piece(line)] for line in texts(value)] or [[Piece(BLANK)]]


def texts(value: Any) -> list[str]:
    """Its lines; an address's parts in the order of an envelope. [] for none."""
    if isinstance(value, Mapping):
        return [line for _, part in parts_of(value) for line in texts(part)]
    text = "" if value is None else str(value).replace("\r\n", "\n").strip()
    return text.split("\n") if text else []


def parts_of(*values: Any) -> list[tuple[str, Any]]:
    """(name, first value's part) of all parts that one of the values has, the usual ones first."""
    maps = [value if isinstance(value, Mapping) else {} for value in values]
    names = [*PARTS, *(name for one in maps for name in one if name not in PARTS)]
    return [(name, maps[0].get(name, "")) for name in dict.fromkeys(names) if any(one.get(name) for one in maps)]


def compare(one: Any, other: Any) -> tuple[Lines, Lines]:
    """Both values with their differences marked; a part that only the other has stands as blank."""
    if isinstance(one, Mapping) or isinstance(other, Mapping):
        sides: tuple[Lines, Lines] = ([], [])
        for name, _ in parts_of(one, other):
            pair = compare_texts(part(one, name), part(other, name))
            sides[0].extend(pair[0])
            sides[1].extend(pair[1])
        return sides[0] or plain(""), sides[1] or plain("")
    return compare_texts(one, other)


def part(value: Any, name: str) -> Any:
    return value.get(name, "") if isinstance(value, Mapping) else ""


def compare_texts(one: Any, other: Any) -> tuple[Lines, Lines]:
    first, second = texts(one), texts(other)
    left: Lines = [] if first else [[Piece(BLANK, bool(second))]]
    right: Lines = [] if second else [[Piece(BLANK, bool(first))]]
    for before, after in zip_longest(first, second):
        marked = compare_lines(before or "", after or "")
        if before is not None:
            left.append(marked[0])
        if after is not None:
            right.append(marked[1])
    return left, right


def compare_lines(before: str, after: str) -> tuple[Line, Line]:
    """Word by word."""
    if before == after:
        return [Piece(before)], [Piece(after)]
    if len(before) + len(after) > LONGEST or not (before and after):
        return [Piece(before, True)], [Piece(after, True)]
    words = TOKENS.findall(before), TOKENS.findall(after)
    left: Line = []
    right: Line = []
    for tag, a, b, c, d in SequenceMatcher(None, *words, autojunk=False).get_opcodes():
        put(left, "".join(words[0][a:b]), tag != "equal")
        put(right, "".join(words[1][c:d]), tag != "equal")
    return left, right


def put(line: Line, text: str, differs: bool) -> None:
    if text:
        line.append(Piece(text, differs))


def one_line(value: Any) -> str:
    """For a cell of a table: lines joined."""
    return ", ".join(texts(value))
