"""Runs a parsed query: picks the index, tests, sorts, and shows rows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from integrations.vendors.salesforce.sandbox.answers import NotEmulated, Refused
from integrations.vendors.salesforce.sandbox.schema import TEXT
from integrations.vendors.salesforce.sandbox.soql_lexer import refused_at
from integrations.vendors.salesforce.sandbox.soql_names import Getter, Names, Path, find_object, show_value
from integrations.vendors.salesforce.sandbox.soql_parser import Count, Key, Name, Query, parse_query
from integrations.vendors.salesforce.sandbox.soql_plan import ALL, LAST, Bounds, find_bounds, left_to_test
from integrations.vendors.salesforce.sandbox.soql_where import compile_condition
from integrations.vendors.salesforce.sandbox.store import Row, Store, Table

SOQL_LIMIT = 100_000
Column = Callable[[tuple[Any, ...], list[str]], Any]
"""Of a group, by its key and its ids."""


@dataclass(slots=True)
class Found:
    """A query's result: `ids` in order, to be shown with `paths`; `groups`: rows of a GROUP BY or COUNT.

    Plain data, so that cursors and jobs outlive the process.
    """

    object: str
    total: int
    ids: list[str]
    groups: list[dict[str, Any]] | None = None
    deleted: bool = False
    paths: tuple[Path, ...] = ()


def run_query(store: Store, user_id: str, soql: str, *, deleted: bool) -> Found:
    """`deleted`: soft-deleted rows too, as queryAll does. Raises Refused, NotEmulated."""
    if len(soql) > SOQL_LIMIT:
        raise Refused("MALFORMED_QUERY", f"SOQL statements cannot be longer than {SOQL_LIMIT} characters.")
    query = parse_query(soql)
    object = find_object(store, soql, query.object)
    run = _Run(store, Names(store, user_id, object), query, deleted or query.all_rows)
    return run.result()


class _Run:
    def __init__(self, store: Store, names: Names, query: Query, deleted: bool) -> None:
        self._store = store
        self._names = names
        self._query = query
        self._deleted = deleted
        self._table: Table = store.tables[names.object]

    def result(self) -> Found:
        query, names = self._query, self._names
        if query.where:
            compile_condition(query.soql, names, query.where)  # a wrong name is told even where the index decides alone
        bounds = find_bounds(query.soql, names, query.where) if query.where else ALL
        if query.group or any(isinstance(item, Count) for item in query.items):
            return self._grouped(bounds)
        paths = tuple(self._select())
        keys = [(self._sort_path(key), key) for key in query.order]
        ids = self._ordered_ids(bounds, keys)
        return Found(names.object, len(ids), ids, deleted=self._deleted, paths=paths)

    def _select(self) -> Iterator[Path]:
        seen = set()
        for item in (item for item in self._query.items if isinstance(item, Name)):
            path = self._names.path(self._query.soql, item)
            if item.alias:
                raise refused_at(self._query.soql, item.place, "only aggregate expressions use field aliasing")
            if path.dotted in seen:
                raise Refused("INVALID_FIELD", f"duplicate field selected: {path.dotted}")
            seen.add(path.dotted)
            yield path

    # Candidates

    def _ordered_ids(self, bounds: Bounds, keys: list[tuple[Path, Key]]) -> list[str]:
        by = _index_order(keys)
        ids, order = self._source(bounds, by)
        wanted, rows = self._query.limit, self._table.rows
        until = None if wanted is None else wanted + self._query.offset
        found: Iterator[str] = iter(ids)
        rest = left_to_test(self._query.soql, self._names, self._query.where, order)
        if rest is not None:
            passes = compile_condition(self._query.soql, self._names, rest)
            found = (id for id in ids if passes(rows[id]))
        if keys and by == "":
            found = iter(self._sorted(list(found), keys))
        return list(islice(found, self._query.offset, until))

    def _source(self, bounds: Bounds, by: str) -> tuple[list[str], str]:
        """Ids to test and which bound they keep. `by`: the order asked for, marks or ids, - in front for descending."""
        if bounds.chosen is not None or bounds.valued is not None:
            ids = self._picked(bounds)
            kind = "chosen" if bounds.chosen is not None else ""
            if by.endswith("marks"):
                ids.sort(key=lambda id: (self._table.rows[id]["SystemModstamp"], id))
        elif by.endswith("marks") or bounds.low > ALL.low or bounds.high < ALL.high:
            ids, kind = self._by_marks(bounds), "marks"
            if by.endswith("ids"):
                ids.sort()
        else:
            ids, kind = self._by_ids(bounds), "ids"
        if by.startswith("-"):
            ids.reverse()
        return ids, kind

    def _picked(self, bounds: Bounds) -> list[str]:
        """By id."""
        if bounds.chosen is not None:
            found = set(bounds.chosen)
        else:
            field, values = bounds.valued or ("", frozenset())
            found = self._table.with_values(field, values)
        shown = self._table.shown
        return sorted(id for id in found if shown(id, deleted=self._deleted) is not None)

    def _by_marks(self, bounds: Bounds) -> list[str]:
        def span(marks: list[tuple[int, str]]) -> list[tuple[int, str]]:
            return marks[bisect_left(marks, bounds.low) : bisect_left(marks, bounds.high)]

        found = span(self._table.alive.marks)
        dead = span(self._table.dead.marks) if self._deleted else []
        return [mark[1] for mark in (sorted(found + dead) if dead else found)]

    def _by_ids(self, bounds: Bounds) -> list[str]:
        def span(ids: list[str]) -> list[str]:
            return ids[bisect_left(ids, bounds.id_low) : bisect_left(ids, bounds.id_high or LAST)]

        found = span(self._table.alive.ids)
        dead = span(self._table.dead.ids) if self._deleted else []
        return sorted(found + dead) if dead else found

    # Order

    def _sort_path(self, key: Key) -> Path:
        if isinstance(key.item, Count):
            raise refused_at(self._query.soql, key.item.place, "Ordered field must be grouped or aggregated: COUNT")
        path = self._names.path(self._query.soql, key.item)
        if not path.field.sortable:
            words = f"field '{path.field.name}' can not be sorted in a query call"
            raise refused_at(self._query.soql, key.item.place, words)
        return path

    def _sorted(self, ids: list[str], keys: list[tuple[Path, Key]]) -> list[str]:
        """By the last key first, since sorting keeps the order of equals."""
        rows = self._table.rows
        for path, key in reversed(keys):
            get = _sortable(self._names, path)
            ids.sort(key=_ranked(lambda id, get=get: get(rows[id]), key), reverse=key.descending)  # type: ignore[misc]
        return ids

    # Groups

    def _grouped(self, bounds: Bounds) -> Found:
        query = self._query
        names, query.offset, limit, query.limit = self._names, 0, query.limit, None
        if query.counts_only and not query.group:
            ids = self._ordered_ids(bounds, [])
            return Found(names.object, len(ids[:limit]), [], groups=[])
        paths = [self._group_path(name) for name in query.group]
        columns = self._columns(paths)
        getters = [names.getter(path) for path in paths]
        groups: dict[tuple[Any, ...], list[str]] = {} if paths else {(): []}
        rows = self._table.rows
        for id in self._ordered_ids(bounds, []):
            groups.setdefault(tuple(get(rows[id]) for get in getters), []).append(id)
        keys = self._sorted_groups(paths, groups)[:limit]
        shown = [
            {"attributes": {"type": "AggregateResult"}} | {name: show(key, groups[key]) for name, show in columns}
            for key in keys
        ]
        return Found(names.object, len(shown), [], groups=shown)

    def _group_path(self, name: Name) -> Path:
        path = self._names.path(self._query.soql, name)
        if not path.field.groupable:
            words = f"field '{path.field.name}' can not be grouped in a query call"
            raise refused_at(self._query.soql, name.place, words)
        return path

    def _columns(self, paths: list[Path]) -> list[tuple[str, Column]]:
        """Name and value of each selected item of a group."""
        columns: list[tuple[str, Column]] = []
        unnamed = 0
        for item in self._query.items:
            if isinstance(item, Count):
                columns.append((item.alias or f"expr{unnamed}", self._counter(item)))
                unnamed += not item.alias
                continue
            path = self._names.path(self._query.soql, item)
            if path not in paths:
                words = f"Field must be grouped or aggregated: {path.field.name}"
                raise refused_at(self._query.soql, item.place, words)
            columns.append((item.alias or path.field.name, _key_part(path, paths.index(path))))
        return columns

    def _counter(self, item: Count) -> Callable[[tuple[Any, ...], list[str]], int]:
        if item.argument is None:
            raise refused_at(self._query.soql, item.place, "unexpected token: 'COUNT'")
        get, rows = self._names.getter(self._names.path(self._query.soql, item.argument)), self._table.rows
        return lambda _, ids: sum(get(rows[id]) is not None for id in ids)

    def _sorted_groups(self, paths: list[Path], groups: dict[tuple[Any, ...], list[str]]) -> list[tuple[Any, ...]]:
        keys = list(groups)
        for key in reversed(self._query.order):
            if isinstance(key.item, Count):
                counted = self._counter(key.item) if key.item.argument else lambda _, ids: len(ids)
                keys.sort(key=lambda one, count=counted: count(one, groups[one]), reverse=key.descending)  # type: ignore[misc]
                continue
            path = self._names.path(self._query.soql, key.item)
            if path not in paths:
                raise NotEmulated("ordering groups by a field that is not grouped")
            part = _group_part(path, paths.index(path))
            keys.sort(key=_ranked(part, key), reverse=key.descending)
        return keys


def _group_part(path: Path, place: int) -> Callable[[tuple[Any, ...]], Any]:
    """Of a group's key, to sort by: text without regard to case, as conditions compare it."""
    if path.field.type not in TEXT:
        return lambda key: key[place]
    return lambda key: key[place].casefold() if key[place] is not None else None


def _key_part(path: Path, place: int) -> Column:
    return lambda key, ids: show_value(path.field, key[place])


def _index_order(keys: list[tuple[Path, Key]]) -> str:
    """marks for SystemModstamp [, Id], ids for Id, - in front when all descend; '' for any other order."""
    names = [path.dotted for path, _ in keys]
    order = {("SystemModstamp",): "marks", ("SystemModstamp", "Id"): "marks", ("Id",): "ids"}.get(tuple(names), "")
    down = {key.descending for _, key in keys}
    if not order or len(down) > 1:
        return ""
    return f"-{order}" if down.pop() else order


def _sortable(names: Names, path: Path) -> Getter:
    get = names.getter(path)
    if path.field.type not in TEXT:
        return get

    def folded(row: Row) -> Any:
        value = get(row)
        return value if value is None else value.casefold()

    return folded


def _ranked(get: Callable[[Any], Any], key: Key) -> Callable[[Any], tuple[bool, Any]]:
    """Nulls to one end: `reverse` turns the flag round as well."""
    nulls_high = key.nulls_first == key.descending

    def rank(one: Any) -> tuple[bool, Any]:
        value = get(one)
        return (value is None) == nulls_high, 0 if value is None else value

    return rank
