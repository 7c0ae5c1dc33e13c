"""Sections of a policy as candidates for mappings. Pure.

Source: the vendor's Integration Server manual, policy getter; the two shapes of `tags` as recorded by public clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Any

from integrations.core.errors import ProtocolError
from integrations.vendors.base import Candidate
from integrations.vendors.ieatta.records import split_levels

Rows = Any
SECTIONS = ("categories", "tags", "tax", "employees")


def read_policies(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """id, name, owner, role, outputCurrency, type as text. Raises ProtocolError when the list is missing."""
    rows = body.get("policyList")
    if not isinstance(rows, list):
        raise ProtocolError("Ieatta sent no list of workspaces (policies).", code="policyList")
    return [{str(k): str(v) for k, v in row.items()} for row in rows if isinstance(row, dict)]


def category_candidates(section: Rows) -> Iterator[Candidate]:
    """`id` is the category's name, as it stands on expenses."""
    for row in _rows(section):
        name = unescape(str(row.get("name", "")))
        yield Candidate("category", name, name, code=_text(row.get("glCode")), active=_enabled(row))


def tag_candidates(section: Rows) -> Iterator[Candidate]:
    """`id` is the tag as it stands on an expense that has only this tag: a colon inside a name as `\\:`, one leading
    `:` for each empty upper level. `extra`: `level` (the level's name) and `depth` (1 is the top)."""
    rows = _rows(section)
    if not any("tags" in row for row in rows):
        yield from (_tag(row, 0, "") for row in rows)
        return
    several = len(rows) > 1
    for depth, level in enumerate(rows):
        found: dict[str, Candidate] = {}
        for row in _rows(level.get("tags", [])):
            tag = _tag({**row, "enabled": True} if several else row, depth, _text(level.get("name")))
            found.setdefault(tag.id, tag)
        yield from found.values()


def _tag(row: Mapping[str, Any], depth: int, level: str) -> Candidate:
    """A flat name may hold an unescaped colon without being of several levels: the label keeps it."""
    raw = unescape(str(row.get("name", "")))
    label = ":".join(split_levels(raw))
    extra = {"level": level, "depth": str(depth + 1)}
    return Candidate("tag", ":" * depth + raw, label, code=_text(row.get("glCode")), active=_enabled(row), extra=extra)


def tax_candidates(section: Rows) -> Iterator[Candidate]:
    """`id` is the rate's name; `extra` `rate` is a percent as text (20 = 20 %), `code` the vendor's rate id."""
    rates = section.get("rates", []) if isinstance(section, Mapping) else []
    for row in _rows(rates):
        name = unescape(str(row.get("name", "")))
        yield Candidate("tax", name, name, code=_text(row.get("rateID")), extra={"rate": _text(row.get("rate"))})


def person_candidates(section: Rows) -> Iterator[Candidate]:
    """`id` is the e-mail address; the vendor has no names here."""
    for row in _rows(section):
        email = _text(row.get("email"))
        yield Candidate("person", email, email, code=_text(row.get("employeeID")), email=email)


CANDIDATES: dict[str, tuple[str, Callable[[Rows], Iterator[Candidate]]]] = {
    "category": ("categories", category_candidates),
    "tag": ("tags", tag_candidates),
    "tax": ("tax", tax_candidates),
    "person": ("employees", person_candidates),
}
"""kind -> (section, reader)."""


def _rows(section: Rows) -> list[Mapping[str, Any]]:
    if section is None:
        return []
    if not isinstance(section, list):
        raise ProtocolError(
            "Ieatta sent a part of the workspace (policy) in an unknown shape.", detail=repr(section)[:300]
        )
    return [row for row in section if isinstance(row, Mapping)]


def _enabled(row: Mapping[str, Any]) -> bool:
    return str(row.get("enabled", True)).lower() not in ("false", "0")


def _text(value: Any) -> str:
    return "" if value is None else str(value)
