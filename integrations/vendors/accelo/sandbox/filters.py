"""`_filters` and `_search`: the grammar, per-object allow lists, and what Accelo does with the rest: ignore it.

Source: Accelo API docs, _configuring_responses. Of equal names on one level only the last counts; dates compare
strictly; an `_OR` inside an `_OR` is not supported; an unset date is before everything (`{date}_before(0)`).
"""

from __future__ import annotations

import operator
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.vendors.accelo.sandbox.answers import Refused
from integrations.vendors.accelo.sandbox.index import Index
from integrations.vendors.accelo.sandbox.spec import Spec
from integrations.vendors.accelo.sandbox.store import Row, Store

Test = Callable[[Row], bool]

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "_greater_than_or_equal": operator.ge,
    "_less_than_or_equal": operator.le,
    "_greater_than": operator.gt,
    "_less_than": operator.lt,
}
ORDERS = ("order_by_asc", "order_by_desc")


@dataclass(frozen=True, slots=True)
class Term:
    """`name(args)`; an argument is text or, for object filters and groups, another term."""

    name: str
    args: tuple[str | Term, ...]

    def texts(self) -> list[str]:
        return [arg for arg in self.args if isinstance(arg, str)]

    def terms(self) -> list[Term]:
        return [arg for arg in self.args if isinstance(arg, Term)]


def parse_filters(value: Any) -> list[Term]:
    """From the text form or the JSON form. Raises Refused when brackets do not match."""
    if isinstance(value, Mapping):
        return _from_json(value)
    text = str(value or "")
    args, end = _parse(text, 0)
    if end != len(text):
        raise Refused("invalid_request")
    return [arg for arg in args if isinstance(arg, Term)]


def _parse(text: str, at: int) -> tuple[list[str | Term], int]:
    """Arguments up to the closing parenthesis or the end, and where that is."""
    args: list[str | Term] = []
    word = ""
    while at < len(text) and text[at] != ")":
        if text[at] == "(":
            inner, at = _parse(text, at + 1)
            if at >= len(text):
                raise Refused("invalid_request")
            args.append(Term(word.strip(), tuple(inner)))
            word = ""
        elif text[at] == ",":
            args += [word.strip()] if word.strip() else []
            word = ""
        else:
            word += text[at]
        at += 1
    return args + ([word.strip()] if word.strip() else []), at


def _from_json(value: Mapping[str, Any]) -> list[Term]:
    return [Term(name, tuple(_json_args(inner))) for name, inner in value.items()]


def _json_args(value: Any) -> Iterable[str | Term]:
    if isinstance(value, Mapping):
        yield from _from_json(value)
    elif isinstance(value, list):
        for one in value:
            yield from _json_args(one)
    else:
        yield str(value)


class Selection:
    """One list call: which rows, in which order. `ignored`: filter names the deployment acts as if unknown."""

    def __init__(self, spec: Spec, terms: list[Term], search: str, ignored: Iterable[str], chance: random.Random):
        self._spec = spec
        self._chance = chance
        gone = set(ignored)
        self._terms = {term.name: term for term in terms if term.name not in gone}
        self._search = "" if "_search" in gone else search

    def apply(
        self, store: Store, table: str, also: Test | None = None, among: Iterable[str] | None = None
    ) -> Iterator[Row]:
        """The rows (of the ids `among`) that pass all filters (and `also`), in the order asked for.

        Lazily when that is by id or by the time of change, so that a page stays cheap among 100,000 rows.
        """
        tests = [test for term in self._terms.values() if (test := self._test(term))] + ([also] if also else [])
        if self._search and self._spec.search:
            tests.append(self._found(self._search))
        orders = [(name, key) for name in ORDERS if (key := self._first(name)) in self._spec.orders]
        index, span = store.indexes[table], self._span(store, table)
        only = self._only(index, span, len(store.tables[table])) if among is None else list(among)
        if only is None and [key for _, key in orders] == ["date_modified"]:
            ids = index.in_order(*span, orders[0][0] == "order_by_desc", self._chance)
            rows: Iterator[Row] = (store.tables[table][id] for id in ids)
            return (row for row in rows if all(test(row) for test in tests))
        by_id = [name for name, key in orders if key == "id"]
        rows = store.scan(table, only=only, above=self._above(), down="order_by_desc" in by_id)
        found = (row for row in rows if all(test(row) for test in tests))
        others = [order for order in orders if order[1] != "id"]
        return iter(self._ordered(list(found), others)) if others else found

    def _span(self, store: Store, table: str) -> tuple[int, int]:
        """The part of the rows by time of change that the date filters leave."""
        after, before = self._bound("date_modified_after"), self._bound("date_modified_before")
        return store.indexes[table].bounds(after, before)

    def _bound(self, name: str) -> int | None:
        text = self._first(name)
        return int(text) if self._spec.dates.get("date_modified") and text.isdigit() else None

    def _only(self, index: Index, span: tuple[int, int], size: int) -> list[str] | None:
        """Ids beyond which nothing can pass, when they are few; None = any may."""
        if "id" in self._terms and "id" in self._spec.basic:
            return self._terms["id"].texts()
        for name, term in self._terms.items():
            key = self._spec.basic.get(name, "")
            if index.knows(key):
                return index.ids_with(key, term.texts())
        dated = self._bound("date_modified_after") is not None or self._bound("date_modified_before") is not None
        few = span[1] - span[0] <= size // 4
        by_change = self._first("order_by_asc") == "date_modified" or self._first("order_by_desc") == "date_modified"
        return index.ids_between(*span) if dated and few and not by_change else None

    def _ordered(self, rows: list[Row], orders: list[tuple[str, str]]) -> list[Row]:
        """Rows of equal key come in any order, as their order is not documented."""
        for name, key in orders:
            self._chance.shuffle(rows)
            rows.sort(key=lambda row: _sort_key(_value(row, key)), reverse=name == "order_by_desc")
        return rows

    def _first(self, name: str) -> str:
        return next(iter(self._terms[name].texts()), "") if name in self._terms else ""

    def _above(self) -> int:
        text = self._first("id_greater_than") if "id" in self._spec.ranges else ""
        return int(text) if text.isdigit() else 0

    def _test(self, term: Term, in_or: bool = False) -> Test | None:
        """None for what this object does not know, which is then ignored."""
        if term.name in ("_OR", "_AND"):
            return None if in_or and term.name == "_OR" else self._group(term)
        name = term.name.removesuffix("_not")
        test = self._plain(name, term)
        if test is None or name == term.name:
            return test
        return lambda row: not test(row)

    def _group(self, term: Term) -> Test | None:
        last = {inner.name: inner for inner in term.terms()}
        tests = [test for inner in last.values() if (test := self._test(inner, in_or=term.name == "_OR"))]
        if not tests:
            return None
        join = any if term.name == "_OR" else all
        return lambda row: join(test(row) for test in tests)

    def _plain(self, name: str, term: Term) -> Test | None:
        spec, texts = self._spec, term.texts()
        if name in spec.basic:
            key = spec.basic[name]
            return lambda row: _equals(row.get(key), texts)
        if name == "against" and spec.against:
            pairs = {(kind.name, id) for kind in term.terms() for id in kind.texts()}
            return lambda row: (str(row.get("against_type")), str(row.get("against_id"))) in pairs
        if name == "search" and spec.search:
            return self._found(" ".join(texts))
        if name == "empty":
            return self._is_empty(texts)
        return self._date(name, texts) or self._range(name, texts)

    def _date(self, name: str, texts: list[str]) -> Test | None:
        base, _, side = name.rpartition("_")
        if side not in ("after", "before") or base not in self._spec.dates or not texts:
            return None
        key, bound = self._spec.dates[base], _number(texts[0])
        compare = operator.gt if side == "after" else operator.lt
        return lambda row: compare(Decimal(-1 if row.get(key) is None else row[key]), bound)

    def _range(self, name: str, texts: list[str]) -> Test | None:
        for ending, compare in COMPARE.items():
            base = name.removesuffix(ending)
            if base != name and base in self._spec.ranges and texts:
                return _comparison(self._spec.ranges[base], compare, _number(texts[0]))
        return None

    def _is_empty(self, names: list[str]) -> Test | None:
        known = [name for name in names if name in self._spec.empty]
        return (lambda row: all(row.get(name) in (None, "") for name in known)) if known else None

    def _found(self, search: str) -> Test:
        """Every word in any searchable field; split at blanks and commas, brackets dropped."""
        words = [word.lower() for word in re.split(r"[\s,]+", re.sub(r"[()]", "", search)) if word]
        fields = self._spec.search
        return lambda row: all(any(word in _text(row.get(name)).lower() for name in fields) for word in words)


def _comparison(key: str, compare: Callable[[Any, Any], bool], bound: Decimal) -> Test:
    def test(row: Row) -> bool:
        try:
            return compare(Decimal(str(_value(row, key))), bound)
        except InvalidOperation:
            return False

    return test


def _value(row: Row, key: str) -> Any:
    """`cost` is computed: unit_cost x quantity (_expenses, Range Filters)."""
    return Decimal(row["unit_cost"]) * Decimal(row["quantity"]) if key == "cost" else row.get(key)


def _sort_key(value: Any) -> tuple[int, Decimal, str]:
    """Numbers by size, texts by letters, unset first."""
    if value is None:
        return 0, Decimal(0), ""
    try:
        return 1, Decimal(str(value)), ""
    except InvalidOperation:
        return 2, Decimal(0), str(value).lower()


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Refused("invalid_request") from None


def _equals(value: Any, texts: list[str]) -> bool:
    """A flag is named by 1 and 0 or by yes and no."""
    if isinstance(value, bool):
        return bool({"1", "yes"} & set(texts)) if value else bool({"0", "no"} & set(texts))
    return _text(value) in texts


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
