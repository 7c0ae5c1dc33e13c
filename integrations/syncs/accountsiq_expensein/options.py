"""The options of this sync as typed values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from integrations.core.records import fingerprint

TRUE = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Options:
    """As declared in declared.OPTIONS."""

    adopt_by_name: bool = False
    same_names: str = "report"
    long_names: str = "report"
    ignore_code_case: bool = False
    recreate_deleted: bool = False


def parse_options(values: Mapping[str, Any]) -> Options:
    """Missing options stand at their default."""
    known: dict[str, Any] = {}
    for field in fields(Options):
        value = values.get(field.name)
        if value is None or value == "":
            continue
        is_switch = isinstance(field.default, bool)
        known[field.name] = str(value).strip().lower() in TRUE if is_switch else str(value).strip()
    return Options(**known)


def options_digest(options: Options) -> str:
    return fingerprint(f"{field.name}={getattr(options, field.name)}" for field in fields(Options))
