"""The mapping file: paths, names and habits of ExpenseIn's API as data. Pure: text in, frozen shapes out.

Every key that may be used stands in the built-in mapping.yaml; a file of an installation names only what differs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import yaml

from integrations.core.errors import ConfigError
from integrations.vendors.expensein.mapping_nodes import Node

Kind = Literal["categories", "projects", "departments", "tax_rates", "suppliers"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LABELS: Mapping[Kind, str] = {
    "categories": "categories",
    "projects": "projects",
    "departments": "departments",
    "tax_rates": "tax rates",
    "suppliers": "suppliers",
}
"""For people."""
VARIABLE = "PORTAL_EXPENSEIN_MAPPING"
_PATH = re.compile(r"/[\w./~-]*\w")
_WORD = re.compile(r"[A-Za-z][\w-]*")


@dataclass(frozen=True, slots=True)
class Paging:
    """`first`: number of the first page. A page with fewer than `per_page` records is the last."""

    enabled: bool
    page: str
    size: str
    first: int
    per_page: int


@dataclass(frozen=True, slots=True)
class Lengths:
    """Longest texts that ExpenseIn takes, in characters."""

    name: int
    reference: int


@dataclass(frozen=True, slots=True)
class Fields:
    """ExpenseIn's names of our fields; None: this kind of record has no such field."""

    id: str
    name: str
    reference: str
    rate: str | None
    inactive: str | None
    deleted: str | None
    applies_to: str | None

    def items(self) -> tuple[tuple[str, str], ...]:
        """(our name, ExpenseIn's name) of what exists."""
        pairs = ((ours, getattr(self, ours)) for ours in self.__slots__)
        return tuple((ours, theirs) for ours, theirs in pairs if theirs)


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of record. `created_for`: the list of `ApiMapping.applies_to` a new record gets, None for none."""

    path: str
    fields: Fields
    created_for: str | None


@dataclass(frozen=True, slots=True)
class ApiMapping:
    """`rate_factor`: what ExpenseIn's rate is multiplied with to be per cent. `list_keys`: in order of preference.

    `full_update`: an update sends the whole record, not only what changes.
    """

    authorization: str
    calls_per_second: int
    rate_factor: int
    users: str
    list_keys: tuple[str, ...]
    paging: Paging
    create_method: str
    update_method: str
    full_update: bool
    lengths: Lengths
    applies_to: Mapping[str, tuple[str, ...]]
    objects: Mapping[Kind, Shape]


def parse_mapping(built_in: str, changes: str = "", file: str = "mapping.yaml") -> ApiMapping:
    """The built-in text with the changes laid over it, key by key; a list replaces a list.

    `file` names the changes in errors. Raises ConfigError that says which key of which file is wrong, and how.
    """
    base = _read(built_in, "the built-in mapping file")
    laid_over = _read(changes, file)
    return _mapping(Node(base if laid_over is None else _merged(base, laid_over, file, ""), file))


def _read(text: str, file: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise ConfigError(f"{file} is not valid YAML{where}: {problem}.", str(error), "mapping") from None


def _merged(base: Any, changes: Any, file: str, where: str) -> Any:
    """Raises ConfigError for a key that the base does not have, and for a scalar where keys belong."""
    if not isinstance(base, dict):
        return changes
    if not isinstance(changes, dict):
        raise ConfigError(f"{file}: {where or 'the file'} must hold keys with values.", repr(changes)[:100], "mapping")
    found = dict(base)
    for key, value in changes.items():
        name = f"{where}.{key}" if where else str(key)
        if key not in base:
            known = ", ".join(str(one) for one in base)
            raise ConfigError(f"{file}: the key {name} is not known; known here are {known}.", "", "mapping")
        found[key] = _merged(base[key], value, file, name)
    return found


def _mapping(root: Node) -> ApiMapping:
    lists, update = root.node("lists"), root.node("update")
    applies_to = root.node("applies_to")
    objects = root.node("objects")
    return ApiMapping(
        authorization=root.text("authorization", _WORD, "one word, such as ApiKey"),
        calls_per_second=root.number("calls_per_second", at_least=0),
        rate_factor=100 if root.choice("rate_scale", ("percent", "fraction")) == "fraction" else 1,
        users=_path(root, "users"),
        list_keys=lists.words("keys"),
        paging=_paging(lists.node("paging")),
        create_method=root.node("create").choice("method", ("POST", "PUT")),
        update_method=update.choice("method", ("PUT", "PATCH", "POST")),
        full_update=update.choice("body", ("partial", "full")) == "full",
        lengths=_lengths(root.node("lengths")),
        applies_to={name: applies_to.words(name) for name in ("purchase", "all")},
        objects={kind: _shape(objects.node(kind)) for kind in KINDS},
    )


def _paging(node: Node) -> Paging:
    return Paging(
        enabled=node.flag("enabled"),
        page=node.text("page"),
        size=node.text("size"),
        first=node.number("first", at_least=0),
        per_page=node.number("per_page", at_least=1),
    )


def _lengths(node: Node) -> Lengths:
    return Lengths(node.number("name", at_least=1), node.number("reference", at_least=1))


def _shape(node: Node) -> Shape:
    fields = node.node("fields")
    names = Fields(
        id=fields.text("id"),
        name=fields.text("name"),
        reference=fields.text("reference"),
        rate=fields.text_or_none("rate"),
        inactive=fields.text_or_none("inactive"),
        deleted=fields.text_or_none("deleted"),
        applies_to=fields.text_or_none("applies_to"),
    )
    _refuse_doubles(fields, [theirs for _, theirs in names.items()])
    created_for = None if node.value["created_for"] is None else node.choice("created_for", ("purchase", "all"))
    return Shape(_path(node, "path"), names, created_for)


def _refuse_doubles(fields: Node, names: list[str]) -> None:
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise fields.wrong("", f"names {doubles[0]} for two different fields")


def _path(node: Node, key: str) -> str:
    return node.text(key, _PATH, "a path that begins with / and has no / at its end, such as /categories")
