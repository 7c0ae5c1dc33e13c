"""Which source records take part: conditions on their fields, all of which must hold. Pure.

Text is compared trimmed and without regard to case, so that an admin need not know how the vendor writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

COMPARISONS: dict[str, str] = {
    "contains": "Contains",
    "starts_with": "Starts with",
    "ends_with": "Ends with",
    "is_one_of": "Is one of",
    "is_not_one_of": "Is not one of",
}
LISTS = frozenset({"is_one_of", "is_not_one_of"})
"""Comparisons with several values; the others have one."""
SWITCH = {True: "yes", False: "no"}


def folded(text: str) -> str:
    return " ".join(text.split()).casefold()


@dataclass(frozen=True, slots=True)
class Condition:
    """`values`: one for contains, starts_with and ends_with; one or more for the lists."""

    field: str
    comparison: str
    values: tuple[str, ...]

    def holds(self, text: str) -> bool:
        text, values = folded(text), [folded(value) for value in self.values]
        match self.comparison:
            case "contains":
                return values[0] in text
            case "starts_with":
                return text.startswith(values[0])
            case "ends_with":
                return text.endswith(values[0])
            case "is_one_of":
                return text in values
        return text not in values

    def as_json(self) -> dict[str, Any]:
        return {"field": self.field, "comparison": self.comparison, "values": list(self.values)}


@dataclass(frozen=True, slots=True)
class Filter:
    """At most one condition a field; no condition keeps everything."""

    conditions: tuple[Condition, ...] = ()

    def keeps(self, fields: Mapping[str, str]) -> bool:
        return all(condition.holds(fields.get(condition.field, "")) for condition in self.conditions)

    def as_json(self) -> list[dict[str, Any]]:
        return [condition.as_json() for condition in self.conditions]


def build_filter(rows: Iterable[Mapping[str, Any]], known: Iterable[str]) -> Filter:
    """From stored or given rows {field, comparison, values}. `known`: the source's fields.

    Raises ValueError with a sentence for a person: unknown field or comparison, no value, a field twice.
    """
    names = list(known)
    conditions = tuple(build_condition(row, names) for row in rows)
    fields = [condition.field for condition in conditions]
    for name in fields:
        if fields.count(name) > 1:
            raise ValueError(f"The field {name!r} has two comparisons; only one a field is possible.")
    return Filter(conditions)


def build_condition(row: Mapping[str, Any], known: list[str]) -> Condition:
    field, comparison = str(row.get("field", "")), str(row.get("comparison", ""))
    if field not in known:
        raise ValueError(f"There is no field {field!r} to filter by; there are {', '.join(known)}.")
    if comparison not in COMPARISONS:
        raise ValueError(f"There is no comparison {comparison!r}; there are {', '.join(COMPARISONS)}.")
    values = tuple(dict.fromkeys(value for value in value_texts(row.get("values")) if value))
    if not values:
        raise ValueError(f"The comparison of {field!r} has no value. Give one, or remove the comparison.")
    if len(values) > 1 and comparison not in LISTS:
        raise ValueError(f"{COMPARISONS[comparison]} takes one value; for several use is_one_of.")
    return Condition(field, comparison, values)


def value_texts(value: Any) -> list[str]:
    """Trimmed texts of one value or a list of them; yes and no for truth values."""
    if value is None:
        return []
    many = value if isinstance(value, list | tuple) else [value]
    return [SWITCH[one] if isinstance(one, bool) else str(one).strip() for one in many]


def filter_words(filter: Filter, labels: Mapping[str, str]) -> str:
    """For a person: "Account name contains “Expenses” and Active is one of “yes”"; '' for no filter."""
    parts = [
        f"{labels.get(one.field, one.field)} {COMPARISONS[one.comparison].lower()} "
        + ", ".join(f"“{value}”" for value in one.values)
        for one in filter.conditions
    ]
    return " and ".join(parts)
