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

    read_only: bool = True
    two_way_start: str = "review"
    companies_where: tuple[Mapping[str, Any], ...] = ()
    contacts_where: tuple[Mapping[str, Any], ...] = ()
    person_accounts: bool = False
    create_in_accelo: bool = True
    create_in_salesforce: bool = True
    likely: str = "ask"
    first_name: str = "-"
    type_to: str = ""
    industry_to: str = ""
    allow_duplicates: bool = False
    compare_hour: int = 2


def parse_options(values: Mapping[str, Any]) -> Options:
    """Missing options stand at their default."""
    known: dict[str, Any] = {}
    for field in fields(Options):
        value = values.get(field.name)
        if value is None or (value == "" and field.name != "first_name"):
            continue
        known[field.name] = typed(value, field.default)
    return Options(**known)


def typed(value: Any, default: Any) -> Any:
    if isinstance(default, bool):
        return str(value).strip().lower() in TRUE
    if isinstance(default, int):
        return int(value)
    if isinstance(default, tuple):
        return tuple(dict(row) for row in value) if isinstance(value, list | tuple) else default
    return str(value).strip()


def options_digest(options: Options) -> str:
    return fingerprint(f"{field.name}={getattr(options, field.name)!r}" for field in fields(Options))
