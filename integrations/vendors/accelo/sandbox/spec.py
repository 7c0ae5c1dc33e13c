"""How the fields, filters and orders of one object are written down. The data: specs.py and specs_directory.py.

A field is `name:kind`, with `*` when it comes back by default, `=key` when its value is kept under another key, and for
references the table it points to: `manager:ref(staff)=manager_id`. Source: Accelo API docs, one section per object;
where sample and text differ both names are kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FIELD = re.compile(r"(?P<name>\w+):(?P<kind>\w+)(?:\((?P<table>\w+)\))?(?P<bold>\*)?(?:=(?P<key>\w+))?$")


@dataclass(frozen=True, slots=True)
class Field:
    """`kind`: id, text, time, int, dec2, dec4, dec5, yn, 01, ref, raw (as it is kept), path (plural path of against),
    full and short (an address in one line)."""

    name: str
    kind: str
    table: str
    key: str
    bold: bool


@dataclass(frozen=True, slots=True)
class Spec:
    """`basic`, `ranges`: filter name -> row key. `dates`: filter name -> row key. `orders`, `search`: row keys."""

    fields: Mapping[str, Field]
    basic: Mapping[str, str]
    ranges: Mapping[str, str]
    dates: Mapping[str, str]
    orders: frozenset[str]
    search: tuple[str, ...]
    against: bool = False
    empty: tuple[str, ...] = ()
    bare_count: bool = False
    """The docs give the bare value in `response` for this object's count instead of {"count": n}."""


def _fields(text: str) -> Mapping[str, Field]:
    found: dict[str, Field] = {}
    for part in text.split():
        match = FIELD.match(part)
        if match is None:
            raise ValueError(f"unreadable field {part!r}")
        name, kind, table, bold, key = match.group("name", "kind", "table", "bold", "key")
        found[name] = Field(name, kind, table or "", key or name, bool(bold))
    return MappingProxyType(found)


def _names(text: str) -> Mapping[str, str]:
    """`filter` or `filter=key`, separated by blanks."""
    pairs = (part.partition("=") for part in text.split())
    return MappingProxyType({name: key or name for name, _, key in pairs})


def spec(
    fields: str,
    basic: str = "id",
    ranges: str = "id",
    dates: str = "",
    orders: str = "id",
    search: str = "",
    against: bool = False,
    empty: str = "",
    bare_count: bool = False,
) -> Spec:
    return Spec(
        fields=_fields(fields),
        basic=_names(basic),
        ranges=_names(ranges),
        dates=_names(dates),
        orders=frozenset(orders.split()),
        search=tuple(search.split()),
        against=against,
        empty=tuple(empty.split()),
        bare_count=bare_count,
    )
