"""Rows of a result as JSON: `attributes` first, fields in the order asked for, parents nested."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.vendors.salesforce.sandbox.schema import TEXT
from integrations.vendors.salesforce.sandbox.soql_names import Getter, Names, Path, object_of, show_value
from integrations.vendors.salesforce.sandbox.store import Row

Show = Callable[[Row], dict[str, Any]]
_AS_STORED = TEXT | {"boolean", "reference", "id", "int", "date", "address"}


def build_shower(names: Names, paths: tuple[Path, ...], version: str) -> Show:
    columns: list[tuple[str, Callable[[Row], Any]]] = []
    nested: dict[str, list[Path]] = {}
    for path in paths:
        if path.steps:
            nested.setdefault(path.relations[0], []).append(path)
            if len(nested[path.relations[0]]) == 1:
                columns.append((path.relations[0], lambda row: None))
        else:
            columns.append((path.field.name, _shown(names, path)))
    for at, (name, _) in enumerate(columns):
        if name in nested:
            columns[at] = (name, _parent(names, tuple(nested[name]), version))
    root = f"/services/data/v{version}/sobjects/"

    def show(row: Row) -> dict[str, Any]:
        kind = object_of(row["Id"])
        attributes = {"type": kind, "url": f"{root}{kind}/{row['Id']}"}
        return {"attributes": attributes, **{name: get(row) for name, get in columns}}

    return show


def _shown(names: Names, path: Path) -> Getter:
    get, field = names.getter(path), path.field
    if field.type in _AS_STORED:
        return get
    return lambda row: show_value(field, get(row))


def _parent(names: Names, paths: tuple[Path, ...], version: str) -> Getter:
    follow = names.parent_getter(paths[0].steps[:1])
    inner = tuple(Path(path.field, path.object, path.steps[1:], path.relations[1:]) for path in paths)
    show = build_shower(names, inner, version)

    def get(row: Row) -> Any:
        parent = follow(row)
        return None if parent is None else show(parent)

    return get
