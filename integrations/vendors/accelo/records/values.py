"""Values as Accelo sends them, read leniently.

Accelo sends ids, dates, amounts and most booleans as text, some as numbers; an unset reference is null or "0".
Source: Accelo API docs, _configuring_responses.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.core.errors import ProtocolError

Wire = Mapping[str, Any]

TRUE_WORDS = frozenset({"yes", "1", "true"})


def wire_id(row: Wire) -> str:
    """The object's own id as text. Raises ProtocolError when there is none."""
    found = wire_ref(row.get("id"))
    if not found:
        raise ProtocolError("Accelo sent an object without an id.", f"keys: {sorted(row)}")
    return found


def wire_ref(value: Any) -> str:
    """An id, or the id of an expanded object; '' for null, "0" and "" (all mean none)."""
    if type(value) is not str and isinstance(value, Mapping):
        value = value.get("id")
    text = wire_text(value)
    return "" if text == "0" else text


def wire_text(value: Any) -> str:
    return value if type(value) is str else "" if value is None else str(value)


def wire_time(value: Any) -> int | None:
    """Unix seconds; None for null, "" and "0". Raises ProtocolError for anything else that is no number."""
    text = wire_text(value)
    if text in ("", "0"):
        return None
    if text.isdecimal():
        return int(text)
    try:
        return int(Decimal(text))
    except (InvalidOperation, ValueError, OverflowError):
        raise ProtocolError("Accelo sent a date that is not a unix time.", text[:80]) from None


def wire_flag(value: Any) -> bool:
    return wire_text(value).lower() in TRUE_WORDS


def wire_decimal(row: Wire, name: str) -> Decimal:
    try:
        found = Decimal(wire_text(row.get(name)))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise ProtocolError(f"Accelo sent an unreadable {name}.", repr(row.get(name))[:80])
    return found
