"""The options of this sync as typed values. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.core.errors import ConfigError
from integrations.core.records import fingerprint
from integrations.syncs.ieatta_accelo.declared import OPTIONS

QUIET_OPTIONS = frozenset({"window_days", "max_receipt_mb", "receipts"})
"""Options whose change is no reason to look at settled expenses again: they concern reading or new expenses only."""
DEFAULT_AGAINST = re.compile(r"(job|issue|contract):([0-9]+)")
TRUE = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Options:
    """As declared in OPTIONS. `default_against`: (kind, id) or None."""

    currency: str = ""
    window_days: int = 60
    title_length: int = 0
    default_against: tuple[str, str] | None = None
    closed_targets: str = "late"
    retainer: str = "contract_period"
    unchangeable: str = "replace"
    status_sync: bool = True
    receipts: bool = True
    max_receipt_mb: int = 10
    send_submitter: bool = False
    recreate_gone: bool = False


def parse_options(values: Mapping[str, Any]) -> Options:
    """Missing options stand at their default. Raises ConfigError naming the option that cannot be read."""
    known: dict[str, Any] = {}
    for option in OPTIONS:
        value = values.get(option.name)
        try:
            known[option.name] = _parse(option.type, option.default if value is None else value)
        except ValueError:
            raise ConfigError(f"The option {option.label!r} is not a whole number: {value!r}. Correct it.") from None
    known["currency"] = _parse_currency(known["currency"])
    known["default_against"] = _parse_against(known["default_against"])
    return Options(**known)


def _parse(kind: str, value: Any) -> Any:
    if kind == "bool":
        return value if isinstance(value, bool) else str(value).strip().lower() in TRUE
    return int(value) if kind == "int" else str(value).strip()


def _parse_currency(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z]{3}", text):
        raise ConfigError(f"The option 'Books' currency' must be three letters such as GBP, not {text!r}. Correct it.")
    return text.upper()


def _parse_against(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    found = DEFAULT_AGAINST.fullmatch(text)
    if not found:
        raise ConfigError(
            f"The option 'Project for expenses without a tag' must look like job:123, issue:45 or contract:6, "
            f"not {text!r}. Correct it."
        )
    return found.group(1), found.group(2)


def options_digest(values: Mapping[str, Any]) -> str:
    """Changes when an option changes that decides a plan."""
    options = parse_options(values)
    names = sorted(set(Options.__dataclass_fields__) - QUIET_OPTIONS)
    return fingerprint(f"{name}={getattr(options, name)}" for name in names)
