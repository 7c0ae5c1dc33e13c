"""Checked values of a configuration file: declared settings, options, switches, schedules. Pure."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from croniter import croniter

from integrations.core.errors import ConfigError
from integrations.services.conditions import condition_row, conditions_parse, holds_conditions
from integrations.services.config_yaml import Node, Problems
from integrations.services.mapping_words import nearest, plain_word
from integrations.syncs.base import Option
from integrations.vendors.base import Setting

ENV = "env:"
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,60}")
YES = frozenset({"yes", "true", "on", "1", "y"})
NO = frozenset({"no", "false", "off", "0", "n"})
SCHEDULES = {
    "hourly": "0 * * * *", "daily": "0 4 * * *", "by hand": "", "manual": "", "none": "", "never": "", "off": "",
}  # fmt: skip


class Reading:
    """What every part of the reading needs: where problems go, and the environment that `env:NAME` is read from."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self.problems = Problems()
        self.environ = os.environ if environ is None else environ

    def only(self, node: Node, known: Iterable[str]) -> None:
        """Every key of the map must be one of these."""
        names = list(known)
        for key, value in node.items():
            if key not in names:
                self.problems.at(
                    value, f"{key!r} is not known here; there are {', '.join(names)}.{nearest(key, names)}"
                )

    def text(self, node: Node | None, what: str = "This") -> str:
        """Trimmed text; '' when absent or nothing."""
        if node is None or node.value is None:
            return ""
        if not node.is_text:
            self.problems.at(node, f"{what} must be a text, not {node.describe()}.")
            return ""
        return str(node.value).strip()

    def value(self, node: Node, what: str) -> str:
        """A setting or credential: `env:NAME` is replaced by the environment's value."""
        text = self.text(node, what)
        if not text.startswith(ENV):
            return text
        name = text.removeprefix(ENV).strip()
        value = self.environ.get(name, "").strip()
        if not value:
            self.problems.at(node, f"The environment variable {name} is not set; set it before loading this file.")
        return value

    def slug(self, node: Node, text: str) -> str:
        if text and not SLUG.fullmatch(text):
            self.problems.at(node, "A key is up to 60 letters, digits, hyphens and underscores, such as expenses.")
        return text

    def switch(self, node: Node | None, default: bool) -> bool:
        text = self.text(node)
        if node is None or not text:
            return default
        if plain_word(text) not in YES | NO:
            self.problems.at(node, f"This must be yes or no, not {text!r}.")
        return plain_word(text) in YES

    def items(self, node: Node | None, name_key: str = "key") -> list[Node]:
        """A list of maps; a map of maps counts as one too, its keys becoming `name_key`. A lone map is one item."""
        if node is None or node.value is None:
            return []
        if node.is_list:
            maps = [item for item in node.value if item.is_map]
            for item in node.value:
                if not item.is_map:
                    self.problems.at(item, f"This must be a map with {name_key} and more, not {item.describe()}.")
            return maps
        if node.is_map and node.value and all(item.is_map or item.value is None for item in node.value.values()):
            return [_named(name_key, key, item) for key, item in node.value.items()]
        if node.is_map and name_key in node.value:
            return [node]
        self.problems.at(node, f"This must be a list, not {node.describe()}.")
        return []


def _named(name_key: str, name: str, node: Node) -> Node:
    named = Node(name, node.line, f"{node.path}.{name_key}")
    return Node({name_key: named, **(node.value or {})}, node.line, node.path)


def setting_value(reading: Reading, node: Node, declared: Setting) -> str:
    """One declared setting or credential. A message never shows the value of a secret."""
    text = reading.value(node, declared.label)
    if not text:
        return text
    if declared.choices and not declared.secret:
        for key, label in declared.choices:
            if plain_word(text) in (plain_word(key), plain_word(label)):
                return key
        known = [key for key, _ in declared.choices]
        reading.problems.at(node, f"{declared.label} must be one of {', '.join(known)}.{nearest(text, known)}")
    if declared.name.endswith("_url") and not _is_address(text):
        reading.problems.at(node, f"{declared.label} must be an address that begins with https://.")
    return text


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def option_value(reading: Reading, node: Node, option: Option) -> Any:
    """A declared option by its type and bounds; its default for nothing."""
    if holds_conditions(option):
        return _conditions(reading, node, option)
    if option.type == "list":
        return _list(reading, node)
    text = reading.text(node, option.label)
    if node.value is None:
        return option.default
    try:
        return _typed(option, text)
    except ValueError as wrong:
        reading.problems.at(node, f"{option.label}: {wrong}")
        return option.default


def _typed(option: Option, text: str) -> Any:
    if option.type == "bool":
        if plain_word(text) not in YES | NO:
            raise ValueError(f"must be yes or no, not {text!r}.")
        return plain_word(text) in YES
    if option.type == "choice":
        return _choice(option, text)
    if option.type in ("int", "decimal"):
        return _number(option, text)
    return text


def _choice(option: Option, text: str) -> str:
    for key, label in option.choices:
        if plain_word(text) in (plain_word(key), plain_word(label)):
            return key
    known = [key for key, _ in option.choices]
    raise ValueError(f"must be one of {', '.join(known)}, not {text!r}.{nearest(text, known)}")


def _number(option: Option, text: str) -> int | str:
    """Decimals are kept as text, exactly as written."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or (option.type == "int" and number != int(number)):
        raise ValueError(f"must be a {'whole ' if option.type == 'int' else ''}number, not {text!r}.")
    low = option.minimum is not None and number < option.minimum
    if low or (option.maximum is not None and number > option.maximum):
        bounds = [f"at least {option.minimum}" if option.minimum is not None else ""]
        bounds += [f"at most {option.maximum}" if option.maximum is not None else ""]
        raise ValueError(f"must be {' and '.join(filter(None, bounds))}, not {text}.")
    return int(number) if option.type == "int" else text


def _list(reading: Reading, node: Node) -> list[str]:
    if node.is_list:
        return [reading.text(item) for item in node.value]
    return [part.strip() for part in reading.text(node).split(",") if part.strip()]


def _conditions(reading: Reading, node: Node, option: Option) -> list[dict[str, Any]]:
    """A list of {field, operator, values}, or of lines that people write."""
    found = []
    for item in node.value if node.is_list else [node]:
        try:
            found += [condition_row(_row(reading, item))] if item.is_map else conditions_parse(reading.text(item))
        except ConfigError as wrong:
            reading.problems.at(item, f"{option.label}: {wrong.message}")
    return found


def _row(reading: Reading, node: Node) -> dict[str, Any]:
    reading.only(node, ("field", "operator", "values"))
    values = node.get("values")
    row: dict[str, Any] = {name: reading.text(node.get(name)) for name in ("field", "operator")}
    return {**row, "values": _list(reading, values) if values else []}


def schedule_value(reading: Reading, node: Node) -> str:
    """A five-field cron; `hourly`, `daily` or nothing (by hand only) as words."""
    text = " ".join(reading.text(node).split())
    if plain_word(text) in SCHEDULES or not text:
        return SCHEDULES.get(plain_word(text), "")
    if len(text.split()) != 5 or not croniter.is_valid(text):
        reading.problems.at(
            node, f"{text!r} is no schedule. Use five fields of cron in UTC, such as 0 * * * *, or hourly."
        )
    return text
