"""The tags of a policy: what the getter tells, and how it compares with what was sent. Pure.

Source: the vendor's Integration Server manual, policy getter and tags updater; the two shapes of the answer as recorded
by public clients; entities and escaped colons as the vendor's own app and older clients meet them.

One level comes as a flat list, several (or none) as a list of levels. For dependent levels the getter does not tell
which tag lies below which: they are compared level by level.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html.entities import html5
from itertools import chain
from typing import Any

from integrations.core.errors import ProtocolError
from integrations.core.tags import Difference, FoundTags, Shape, TagRow, escape, join_path, level_path, split_path

NOT_THERE = "not there"

_COLON = re.compile(r"\\+:")
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,30}));")
_State = tuple[str, bool]
"""GL code and whether enabled, as far as the list's shape has them."""


def read_tags(section: Any) -> FoundTags:
    """The `tags` section of a policy. Raises ProtocolError for anything but lists of named things: a part that is not
    understood must not look like tags that are gone."""
    entries = _entries(section)
    wrapped = any("tags" in entry for entry in entries)
    levels = [(_name(entry), _entries(entry.get("tags"))) for entry in entries] if wrapped else [("Tag", entries)]
    several = len(levels) > 1
    rows: dict[str, TagRow] = {}
    others: dict[TagRow, None] = {}
    for depth, (_, tags) in enumerate(levels, 1):
        for tag in tags:
            name = _name(tag)
            enabled = several or str(tag.get("enabled", True)).strip().lower() not in ("false", "0")
            row = TagRow(depth, level_path(depth, name), name, _code(tag.get("glCode")), enabled)
            if name and rows.setdefault(row.path, row) != row:
                others[row] = None
    names = tuple(name or f"Level {depth}" for depth, (name, _) in enumerate(levels, 1))
    return FoundTags(names, tuple(rows.values()), wrapped, tuple(others))


def plain_name(text: str) -> str:
    """A name as people write it: trimmed, entities and escaped colons undone.

    Only entities with their semicolon: a name such as `R&notes` is no entity.
    """
    text = _decoded(text)
    return (_COLON.sub(":", text) if "\\" in text else text).strip()


def listed(shape: Shape, tags: Iterable[TagRow]) -> list[TagRow]:
    """The tags that are sent, in their order. A file of several levels has no column for *enabled*: disabled tags are
    left out of it, but for those with an enabled one below."""
    rows = list(tags)
    if shape.single or all(row.enabled for row in rows):
        return rows
    kept = {row.path for row in rows if row.enabled}
    if shape.dependent:
        for row in sorted(rows, key=lambda row: -row.depth):
            if row.path in kept:
                kept.add(parent_path(row))
    return [row for row in rows if row.path in kept]


def parent_path(row: TagRow) -> str:
    """Of a dependent tag; '' at the top."""
    if row.depth == 1:
        return ""
    end = ":" + escape(row.name)
    return row.path.removesuffix(end) if row.path.endswith(end) else join_path(split_path(row.path)[:-1])


def compare(shape: Shape, wanted: Iterable[TagRow], found: FoundTags) -> list[Difference]:
    """Where the vendor's list is not the wanted one: the levels, then the wanted tags in their order, then what should
    not be there.

    Names exactly. Of several levels *enabled* does not count, for the vendor ignores it; below several parents a name
    may have any of its wanted GL codes, for the parents are not told. Without GL codes in `shape` they do not count.
    """
    paths: dict[tuple[int, str], str] = {}
    want: dict[tuple[int, str], set[_State]] = {}
    for row in listed(shape, wanted):
        key = row.depth, _settled(row.name)
        paths.setdefault(key, row.path)
        want.setdefault(key, set()).add(_state(row, shape))
    have: dict[tuple[int, str], set[_State]] = {}
    for row in chain(found.rows, found.others):
        have.setdefault((row.depth, _settled(row.name)), set()).add(_state(row, shape))
    differences = _level_differences(shape, found) if found.rows else []
    for key, states in want.items():
        if not (there := have.get(key, set())) or there - states:
            differences.append(Difference(paths[key], _words(states, shape, " or "), _words(there, shape, " and ")))
    for key, states in have.items():
        if key not in want:
            differences.append(Difference(level_path(*key), NOT_THERE, _words(states, shape, " and ")))
    return differences


def _entries(section: Any) -> list[Mapping[str, Any]]:
    if not isinstance(section, list) or not all(isinstance(entry, Mapping) and "name" in entry for entry in section):
        message = "Ieatta sent the tags of the workspace (policy) in an unknown shape. Nothing was changed."
        raise ProtocolError(message, repr(section)[:300], "tags")
    return section


def _name(entry: Mapping[str, Any]) -> str:
    name = entry["name"]
    return "" if name is None else plain_name(str(name))


def _code(value: Any) -> str:
    """A number without a fraction as people write it: 100, not 100.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _decoded(str(value)).strip()


def _decoded(text: str) -> str:
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, named = match.groups()
    if named:
        return html5.get(f"{named};", match[0])
    number = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else match[0]


def _state(row: TagRow, shape: Shape) -> _State:
    return _settled(row.gl_code) if shape.gl_codes else "", row.enabled or not shape.single


def _settled(text: str) -> str:
    """What all spellings of one text have in common. Whether the vendor writes entities is not known, so `&amp;` in a
    name may be told as it is or as `&amp;amp;`."""
    while (plainer := plain_name(text)) != text:
        text = plainer
    return text


def _level_differences(shape: Shape, found: FoundTags) -> list[Difference]:
    """The name of a single level is not told."""
    wanted, there = shape.levels, found.levels
    if len(wanted) == len(there) and (shape.single or [*map(_settled, wanted)] == [*map(_settled, there)]):
        return []
    return [Difference("", _levels_words(wanted), _levels_words(there))]


def _levels_words(levels: tuple[str, ...]) -> str:
    return "one level" if len(levels) == 1 else "levels " + " > ".join(levels)


def _words(states: set[_State], shape: Shape, joint: str) -> str:
    return joint.join(_state_words(*state, shape) for state in sorted(states)) or NOT_THERE


def _state_words(code: str, enabled: bool, shape: Shape) -> str:
    parts = []
    if shape.gl_codes:
        parts.append(f"GL code {code}" if code else "no GL code")
    if shape.single:
        parts.append("enabled" if enabled else "disabled")
    return ", ".join(parts) or "there"
