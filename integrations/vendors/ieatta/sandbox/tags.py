"""A policy's tags: what an update makes of them, what the getter tells, what a person does. Raises Refused.

Held as levels, the top first: [{name, setRequired, tags: [{name, glCode, enabled, parents?}]}], names as they were
sent. Source: the vendor's Integration Server manual; that every update replaces the whole list, whatever its action,
was seen by a public client; limits and invalid names as in the vendor's own app.
"""

from __future__ import annotations

import html
import random
from collections.abc import Mapping
from typing import Any

from integrations.vendors.ieatta.sandbox.answers import Refused
from integrations.vendors.ieatta.sandbox.limits import Settings
from integrations.vendors.ieatta.sandbox.state import POLICY_ID, Row, State
from integrations.vendors.ieatta.sandbox.tag_files import file_levels

MAX_TAGS = 50_000
MAX_NAME = 255
MALFORMED = "'tags' object malformed"
CONNECTED = "Tags of this policy come from its accounting connection and cannot be updated"


def connection_of(policy: Row, switches: Settings) -> Any:
    """The accounting connection of a policy, falsy without one."""
    return switches.tags_connected or policy["connected"]


def updated(policy: Row, section: Any, file: str | None, switches: Settings) -> list[Row]:
    """The policy's new levels. Whatever the action says, the list is replaced."""
    if not isinstance(section, Mapping):
        raise Refused(410, MALFORMED)
    if switches.tags_connected_refuse and connection_of(policy, switches):
        raise Refused(410, CONNECTED)
    by_file = section.get("source") == "file"
    levels = file_levels(section.get("config") or {}, file) if by_file else _inline_levels(section, switches)
    if switches.tags_escape == "double":
        _escape(levels)
    _check(levels)
    if gone := set(switches.tags_drop):
        for level in levels:
            level["tags"] = [tag for tag in level["tags"] if plain(tag["name"]) not in gone]
    return levels


def _inline_levels(section: Mapping[str, Any], switches: Settings) -> list[Row]:
    """Independent levels. `enabled` counts for a single one only."""
    data = section.get("data")
    if not isinstance(data, list) or not all(isinstance(level, Mapping) for level in data):
        raise Refused(410, MALFORMED)
    return [
        {
            "name": str(level.get("name") or "Tag"),
            "setRequired": _boolean(level.get("setRequired", False), "setRequired"),
            "tags": _inline_tags(level.get("tags"), len(data) > 1, switches),
        }
        for level in data
    ]


def _inline_tags(tags: Any, several: bool, switches: Settings) -> list[Row]:
    """A name that is repeated: the last one counts. Whether the real server refuses it is not known: a switch."""
    if not isinstance(tags, list) or not all(isinstance(tag, Mapping) for tag in tags):
        raise Refused(410, MALFORMED)
    found: dict[str, Row] = {}
    for tag in tags:
        name, code = str(tag.get("name") or ""), tag.get("glCode")
        enabled = several or _boolean(tag.get("enabled", True), "enabled")
        found[name] = {"name": name, "glCode": "" if code is None else str(code), "enabled": enabled}
    if switches.tags_duplicates == "refuse" and len(found) < len(tags):
        raise Refused(410, f"{MALFORMED}: duplicate tag name")
    return list(found.values())


def _boolean(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise Refused(410, f"Argument '{name}' is missing or malformed")
    return value


def _escape(levels: list[Row]) -> None:
    for level in levels:
        for tag in level["tags"]:
            tag["name"] = tag["name"].replace(":", "\\:")
            if "parents" in tag:
                tag["parents"] = [name.replace(":", "\\:") for name in tag["parents"]]


def _check(levels: list[Row]) -> None:
    if sum(len(level["tags"]) for level in levels) > MAX_TAGS:
        raise Refused(410, f"A policy can have {MAX_TAGS} tags at most")
    for level in levels:
        for tag in level["tags"]:
            name = tag["name"]
            if not name or name == "0" or len(name) > MAX_NAME:
                raise Refused(410, f"{MALFORMED}: invalid tag name '{name[:300]}'")


# what the getter tells


def told(policy: Row, switches: Settings) -> list[Row]:
    """Flat for one level, wrapped for several or when there are none. Of dependent levels the parents are not told:
    a name comes once in its level, or, by a switch, once for each parent."""
    levels = policy["tags"]
    if not levels:
        return [{"name": "Tag", "tags": []}]
    shown = [{"name": level["name"], "tags": _told_level(level["tags"], switches)} for level in levels]
    return shown[0]["tags"] if len(shown) == 1 and shown[0]["tags"] else shown


def _told_level(tags: list[Row], switches: Settings) -> list[Row]:
    rows = [{key: value for key, value in tag.items() if key != "parents"} for tag in tags]
    if not switches.tags_per_parent and any("parents" in tag for tag in tags):
        first: dict[str, Row] = {}
        for row in rows:
            first.setdefault(row["name"], row)
        rows = list(first.values())
    for row in rows:
        if switches.tags_html:
            row["name"] = html.escape(row["name"])
        if switches.tags_null_codes and not row.get("glCode"):
            row["glCode"] = None
    if switches.tags_shuffle:
        random.Random(switches.seed).shuffle(rows)
    return rows


# what a person does


def plain(name: str) -> str:
    """A held name as a person reads it."""
    return html.unescape(name.replace("\\\\:", ":").replace("\\:", ":"))


def edit_tag(state: State, data: Row) -> list[Row]:
    """{"do": put, rename or remove, "tag", "level": 1, "parents": […], "policy"} and for put glCode, enabled, for
    rename "to"; names as people read them -> the policy's levels. What lies below a tag moves and goes with it.

    Raises KeyError for an unknown policy, deed or tag.
    """
    levels: list[Row] = state.policies[data.get("policy") or POLICY_ID]["tags"]
    depth, path = data.get("level") or 1, [*(data.get("parents") or []), data["tag"]]
    deed = {"put": _put, "rename": _rename, "remove": _remove}[data["do"]]
    deed(levels, depth, path, data)
    return levels


def _path(tag: Row) -> list[str]:
    return [plain(name) for name in [*tag.get("parents", []), tag["name"]]]


def _escaped(name: str) -> str:
    return name.replace(":", "\\:")


def _find(levels: list[Row], depth: int, path: list[str]) -> Row:
    tags: list[Row] = levels[depth - 1]["tags"] if len(levels) >= depth else []
    for tag in tags:
        if _path(tag) == path:
            return tag
    raise KeyError(f"tag {':'.join(path)} in level {depth}")


def _put(levels: list[Row], depth: int, path: list[str], data: Row) -> None:
    while len(levels) < depth:
        levels.append({"name": "Tag" if depth == 1 else f"Level {len(levels) + 1}", "setRequired": False, "tags": []})
    values: Row = {key: value for key, value in data.items() if key in ("glCode", "enabled")}
    try:
        _find(levels, depth, path).update(values)
    except KeyError:
        tag: Row = {"name": _escaped(path[-1]), "glCode": "", "enabled": True, **values}
        if path[:-1]:
            tag["parents"] = [_escaped(name) for name in path[:-1]]
        levels[depth - 1]["tags"].append(tag)


def _rename(levels: list[Row], depth: int, path: list[str], data: Row) -> None:
    _find(levels, depth, path)["name"] = _escaped(data["to"])
    for level in levels[depth:]:
        for tag in level["tags"]:
            if _path(tag)[:depth] == path and "parents" in tag:
                tag["parents"][depth - 1] = _escaped(data["to"])


def _remove(levels: list[Row], depth: int, path: list[str], data: Row) -> None:
    levels[depth - 1]["tags"].remove(_find(levels, depth, path))
    for level in levels[depth:]:
        level["tags"] = [tag for tag in level["tags"] if "parents" not in tag or _path(tag)[:depth] != path]
