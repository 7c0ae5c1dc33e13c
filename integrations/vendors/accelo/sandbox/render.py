"""Rows as Accelo sends them: default and requested fields, expanded references, everything as text.

Source: Accelo API docs, _configuring_responses (_fields) and the samples of each object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from integrations.vendors.accelo.sandbox.answers import NotKnown, Refused
from integrations.vendors.accelo.sandbox.spec import Field
from integrations.vendors.accelo.sandbox.specs import PLURALS, SPECS
from integrations.vendors.accelo.sandbox.store import Row, Store

Wanted = dict[str, "Wanted | None"]
"""Requested names; None for a bare name, the inner request for one with parentheses."""

ALL = "_ALL"
NOT_EMULATED = frozenset({"breadcrumbs"})


def parse_fields(value: Any) -> Wanted:
    """From `a,b(c,d())` or, in a JSON body, a list with dotted names (`["_ALL", "status._ALL"]`)."""
    if isinstance(value, list):
        value = ",".join(_undotted(str(one)) for one in value)
    wanted, rest = _parse(str(value or ""), 0)
    if rest != len(str(value or "")):
        raise Refused("invalid_request")
    return wanted


def _undotted(name: str) -> str:
    head, dot, tail = name.partition(".")
    return f"{head}({_undotted(tail)})" if dot else name


def _parse(text: str, at: int) -> tuple[Wanted, int]:
    """Names up to the closing parenthesis or the end, and where that is."""
    wanted: Wanted = {}
    name = ""
    while at < len(text):
        char = text[at]
        if char == "(":
            inner, at = _parse(text, at + 1)
            if at >= len(text):
                raise Refused("invalid_request")
            wanted[name.strip()] = inner
            name = ""
        elif char == ")":
            break
        elif char == ",":
            _add(wanted, name)
            name = ""
        else:
            name += char
        at += 1
    _add(wanted, name)
    return wanted, at


def _add(wanted: Wanted, name: str) -> None:
    if name.strip():
        wanted.setdefault(name.strip(), None)


def render(store: Store, table: str, row: Row, wanted: Wanted, hide_defaults: bool = False) -> dict[str, Any]:
    """Default fields and the wanted ones; unknown names are ignored. Raises NotKnown for what is not emulated."""
    fields = SPECS[table].fields
    if NOT_EMULATED & set(wanted):
        raise NotKnown("breadcrumbs")
    names: Wanted = {} if hide_defaults else {name: None for name, field in fields.items() if field.bold}
    if ALL in wanted:
        names |= dict.fromkeys(fields)
    names |= {name: inner for name, inner in wanted.items() if name in fields}
    return {name: _value(store, fields[name], row, inner) for name, inner in names.items()}


def _value(store: Store, field: Field, row: Row, inner: Wanted | None) -> Any:
    value = row.get(field.key)
    if inner is not None:
        return _expanded(store, field, value, inner)
    if field.kind == "path":
        kind = str(row.get("against_type"))
        return f"{PLURALS.get(kind, kind)}/{row.get('against_id')}"
    if field.kind in ("full", "short"):
        return _one_line(store, row, with_street=field.kind == "full")
    if field.kind == "raw":
        return value
    return None if value is None else TEXT[field.kind](value)


def _one_line(store: Store, row: Row, with_street: bool) -> str:
    """An address as people see it: "880 Harrison St., San Francisco, 94107, CA, United States"."""
    state = store.find("states", str(row.get("state_id"))) or {}
    country = store.find("countries", str(row.get("country_id"))) or {}
    street = (row["street1"],) if with_street else ()
    parts = (*street, row["city"], row["zipcode"], state.get("abbreviation"), country.get("title"))
    return ", ".join(str(part) for part in parts if part)


def _expanded(store: Store, field: Field, value: Any, inner: Wanted) -> Any:
    if not field.table:
        raise NotKnown(f"{field.name}(...)")
    target = store.find(field.table, str(value)) if value is not None else None
    return None if target is None else render(store, field.table, target, inner)


def _places(count: int) -> Callable[[Any], str]:
    return lambda value: f"{Decimal(str(value)):.{count}f}"


TEXT: Mapping[str, Callable[[Any], str]] = {
    "id": str,
    "text": str,
    "time": str,
    "int": str,
    "ref": str,
    "dec2": _places(2),
    "dec4": _places(4),
    "dec5": _places(5),
    "yn": lambda value: "yes" if value else "no",
    "01": lambda value: "1" if value else "0",
}
