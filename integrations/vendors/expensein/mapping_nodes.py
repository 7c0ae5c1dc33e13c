"""Reads typed values out of parsed YAML, with errors that name file and key. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from integrations.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Node:
    """One group of keys. `where`: its dotted path, '' for the whole file. The keys themselves are known to exist."""

    value: Any
    file: str
    where: str = ""

    def node(self, key: str) -> Node:
        value = self.value[key]
        if not isinstance(value, dict):
            raise self.wrong(key, "must hold keys with values")
        return Node(value, self.file, self._name(key))

    def text(self, key: str, pattern: re.Pattern[str] | None = None, what: str = "a text") -> str:
        value = self.value[key]
        if not isinstance(value, str) or not value.strip() or (pattern and not pattern.fullmatch(value.strip())):
            raise self.wrong(key, f"must be {what}, not {value!r}")
        return value.strip()

    def text_or_none(self, key: str) -> str | None:
        return None if self.value[key] is None else self.text(key, what="a text, or null")

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.value[key]
        if value not in allowed:
            raise self.wrong(key, f"must be {' or '.join(allowed)}, not {value!r}")
        return str(value)

    def number(self, key: str, *, at_least: int) -> int:
        value = self.value[key]
        if not isinstance(value, int) or isinstance(value, bool) or value < at_least:
            raise self.wrong(key, f"must be a whole number, {at_least} or more, not {value!r}")
        return value

    def flag(self, key: str) -> bool:
        value = self.value[key]
        if not isinstance(value, bool):
            raise self.wrong(key, f"must be true or false, not {value!r}")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        value = self.value[key]
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
            raise self.wrong(key, f"must be a list of words, not {value!r}")
        return tuple(one.strip() for one in value)

    def wrong(self, key: str, what: str) -> ConfigError:
        return ConfigError(f"{self.file}: {self._name(key)} {what}.", "", "mapping")

    def _name(self, key: str) -> str:
        return ".".join(part for part in (self.where, key) if part)
