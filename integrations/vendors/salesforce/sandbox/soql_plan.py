"""Which part of an index a WHERE tree leaves: bounds that hold for every row it lets through.

Known shapes: comparisons of SystemModstamp and Id, equality and IN on Id, look-ups and text, and what AND and OR make
of them, above all the keyset `(SystemModstamp = T AND Id > x) OR SystemModstamp > T`. All else leaves everything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from integrations.vendors.salesforce.sandbox.soql_names import Names
from integrations.vendors.salesforce.sandbox.soql_parser import Both, Compare, Condition, Not
from integrations.vendors.salesforce.sandbox.soql_where import read_value
from integrations.vendors.salesforce.sandbox.store import LOOKUPS, Mark

LOWEST: Mark = (-(2**62), "")
HIGHEST: Mark = (2**62, "")
INDEXED = ("string", "email", "phone", "url")
LAST = "\x7f"
"""Greater than every id."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Half-open spans of (SystemModstamp, Id) and of Id, a set of ids, and values of one look-up or text field.

    `exact`: the named bound alone is the whole condition, so that rows need no test: marks, ids or chosen.
    """

    low: Mark = LOWEST
    high: Mark = HIGHEST
    id_low: str = ""
    id_high: str = LAST
    chosen: frozenset[str] | None = None
    valued: tuple[str, frozenset[str]] | None = None
    exact: str = ""


ALL = Bounds()


def find_bounds(soql: str, names: Names, condition: Condition) -> Bounds:
    if isinstance(condition, Compare):
        return _leaf(soql, names, condition)
    if isinstance(condition, Not):
        return ALL
    parts = [find_bounds(soql, names, part) for part in condition.parts]
    return _both(parts) if isinstance(condition, Both) else _either(parts)


def left_to_test(soql: str, names: Names, condition: Condition | None, order: str) -> Condition | None:
    """What bounds of that kind (marks, ids, chosen; '' settles nothing) leave open: the only test that rows need."""
    if condition is None or not order:
        return condition
    if find_bounds(soql, names, condition).exact == order:
        return None
    if not isinstance(condition, Both):
        return condition
    rest = tuple(part for part in condition.parts if find_bounds(soql, names, part).exact != order)
    return rest[0] if len(rest) == 1 else Both(rest)


def _leaf(soql: str, names: Names, compare: Compare) -> Bounds:
    field = names.field(names.object, compare.name.path)
    if field is None or compare.operator == "LIKE":
        return ALL
    values = [read_value(soql, field, token) for token in compare.values]
    if None in values:
        return ALL
    if field.name == "SystemModstamp":
        return _stamp_leaf(compare.operator, values[0])
    if compare.operator in ("=", "IN"):
        if field.name == "Id":
            return Bounds(chosen=frozenset(values), exact="chosen")
        if field.name in LOOKUPS.get(names.object, ()) or field.type in INDEXED:
            return Bounds(valued=(field.name, frozenset(values)))
    return _id_leaf(compare.operator, values[0]) if field.name == "Id" else ALL


def _stamp_leaf(sign: str, second: int) -> Bounds:
    spans: dict[str, tuple[Mark, Mark]] = {
        "=": ((second, ""), (second + 1, "")),
        ">": ((second + 1, ""), HIGHEST),
        ">=": ((second, ""), HIGHEST),
        "<": (LOWEST, (second, "")),
        "<=": (LOWEST, (second + 1, "")),
    }
    if sign not in spans:
        return ALL
    low, high = spans[sign]
    return Bounds(low, high, exact="marks")


def _id_leaf(sign: str, id: Any) -> Bounds:
    spans = {">": (id + "\0", LAST), ">=": (id, LAST), "<": ("", id), "<=": ("", id + "\0")}
    if sign not in spans:
        return ALL
    low, high = spans[sign]
    return Bounds(id_low=low, id_high=high, exact="ids")


def _both(parts: list[Bounds]) -> Bounds:
    sets = [part.chosen for part in parts if part.chosen is not None]
    kinds = {part.exact for part in parts}
    found = Bounds(
        low=max(part.low for part in parts),
        high=min(part.high for part in parts),
        id_low=max(part.id_low for part in parts),
        id_high=min(part.id_high for part in parts),
        chosen=frozenset.intersection(*sets) if sets else None,
        valued=next((part.valued for part in parts if part.valued), None),
        exact=kinds.pop() if len(kinds) == 1 else "",
    )
    if found.high == (found.low[0] + 1, ""):
        # One second only: the span of ids narrows the span of marks.
        low = max(found.low, (found.low[0], found.id_low))
        high = found.high if found.id_high == LAST else min(found.high, (found.low[0], found.id_high))
        all_seen = all(part.exact in ("marks", "ids") for part in parts)
        return replace(found, low=low, high=high, exact="marks" if all_seen else found.exact)
    return found


def _either(parts: list[Bounds]) -> Bounds:
    sets = [part.chosen for part in parts if part.chosen is not None]
    fields = {part.valued[0] for part in parts if part.valued}
    every = all(part.valued for part in parts) and len(fields) == 1
    related = frozenset[str]().union(*(part.valued[1] for part in parts if part.valued))
    return Bounds(
        low=min(part.low for part in parts),
        high=max(part.high for part in parts),
        id_low=min(part.id_low for part in parts),
        id_high=max(part.id_high for part in parts),
        chosen=frozenset[str]().union(*sets) if len(sets) == len(parts) else None,
        valued=(fields.pop(), related) if every else None,
        exact=_joined(parts),
    )


def _joined(parts: list[Bounds]) -> str:
    """The common kind, when the parts' spans leave no gap between them."""
    kinds = {part.exact for part in parts}
    if kinds == {"chosen"}:
        return "chosen"
    if kinds == {"marks"}:
        spans = sorted((part.low, part.high) for part in parts)
        return "marks" if all(b[0] <= a[1] for a, b in _reaching(spans)) else ""
    if kinds == {"ids"}:
        id_spans = sorted((part.id_low, part.id_high) for part in parts)
        return "ids" if all(b[0] <= a[1] for a, b in _reaching(id_spans)) else ""
    return ""


def _reaching(spans: list[Any]) -> list[tuple[Any, Any]]:
    """Each span beside what all before it reach."""
    pairs, reach = [], spans[0]
    for span in spans[1:]:
        pairs.append((reach, span))
        reach = max(reach, span, key=lambda one: one[1])
    return pairs
