"""The options of this import as typed values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from integrations.core.errors import ConfigError
from integrations.core.records import fingerprint
from integrations.syncs.salesforce_accelo_import.declared import ATTACH, CONVERT, CREATE, OPTIONS

QUIET = frozenset({"sales_where", "tickets_where", "search_window"})
"""Options that say what is read, not what becomes of it."""
IDS = (
    "default_user", "default_sale_type", "default_ticket_type", "default_sale_status", "default_ticket_status",
    "attach_company", "attach_contact",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """As declared in declared.OPTIONS. `currency`: upper case, '' = Salesforce's corporate one."""

    default_user: str = ""
    default_sale_type: str = ""
    default_ticket_type: str = ""
    default_sale_status: str = ""
    default_ticket_status: str = ""
    missing_company: str = CREATE
    attach_company: str = ""
    missing_contact: str = CREATE
    attach_contact: str = ""
    currency_rule: str = CONVERT
    currency: str = ""
    title_length: int = 0
    sales_where: tuple[Mapping[str, Any], ...] = ()
    tickets_where: tuple[Mapping[str, Any], ...] = ()
    search_window: int = 20


def parse_options(values: Mapping[str, Any]) -> Options:
    """Missing options stand at their default. Raises ConfigError naming the option to correct."""
    known: dict[str, Any] = {}
    for field in fields(Options):
        value = values.get(field.name)
        if value is not None and value != "":
            known[field.name] = _typed(field.name, value, field.default)
    options = Options(**known)
    _check(options)
    return options


def _typed(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, tuple):
        return tuple(dict(row) for row in value)
    if not isinstance(default, int):
        text = str(value).strip()
        return text.upper() if name == "currency" else text
    try:
        return int(value)
    except ValueError:
        raise ConfigError(f"The option {_label(name)!r} is not a whole number: {value!r}. Correct it.") from None


def _check(options: Options) -> None:
    for name in IDS:
        value = getattr(options, name)
        if value and not value.isdecimal():
            raise ConfigError(f"The option {_label(name)!r} takes the id of a record in Accelo, not {value!r}.")
    for rule, id in (("missing_company", "attach_company"), ("missing_contact", "attach_contact")):
        if getattr(options, rule) == ATTACH and not getattr(options, id):
            raise ConfigError(f"Choose the {_label(id).lower()}, or another rule for {_label(rule).lower()!r}.")


def _label(name: str) -> str:
    return next(option.label for option in OPTIONS if option.name == name)


def options_digest(options: Options) -> str:
    """Changes when an option changes that decides a plan."""
    names = sorted(field.name for field in fields(Options) if field.name not in QUIET)
    return fingerprint(f"{name}={getattr(options, name)!r}" for name in names)
