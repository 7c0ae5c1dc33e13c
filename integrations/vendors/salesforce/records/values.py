"""Values of a row as Salesforce sends them: text, flags, times, sums, parents. Pure.

'Nillable' in a description says little about data that is read: nothing but the id and the times of the system is
counted on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.core.errors import ProtocolError
from integrations.vendors.salesforce.times import parse_time
from integrations.vendors.salesforce.wire import wire_id

Wire = Mapping[str, Any]
CENT = Decimal("0.01")
LARGEST = 20
"""Digits before the point, less one, above which a number is no sum: Salesforce keeps 18."""


def text(row: Wire, name: str) -> str:
    """As it is; '' for null and for a field that was not asked for."""
    value = row.get(name)
    return "" if value is None else str(value)


def ref(row: Wire, name: str) -> str:
    """The 18-character id of another record, '' for none. Raises ProtocolError for what is no id."""
    value = row.get(name)
    return wire_id(value) if value else ""


def flag(row: Wire, name: str) -> bool:
    return row.get(name) is True


def parent_text(row: Wire, parent: str, name: str) -> str:
    """A field of the record that `parent` leads to; '' where there is none or the user may not see it."""
    found = row.get(parent)
    return text(found, name) if isinstance(found, Mapping) else ""


def moment(row: Wire, name: str) -> datetime:
    """Aware UTC. Raises ProtocolError when it is missing."""
    return parse_time(row.get(name))


def optional_moment(row: Wire, name: str) -> datetime | None:
    return parse_time(row[name]) if row.get(name) else None


def day(row: Wire, name: str) -> date | None:
    """A calendar date, which no time zone shifts. Raises ProtocolError for what is none."""
    value = row.get(name)
    if not value:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ProtocolError("Salesforce sent a date that cannot be read.", f"{name} {value!r}"[:100]) from None


def decimal(row: Wire, name: str) -> Decimal | None:
    """The number exactly as it came, in plain notation: sums to the cent have two places (`12.5` and `1.25E1` are
    12.50), what is finer keeps its places. None for null; 0 is a number. Raises ProtocolError for what is none."""
    value = row.get(name)
    if value is None:
        return None
    number = _number(value)
    if number is None or not number.is_finite() or number.adjusted() > LARGEST:
        raise ProtocolError("Salesforce sent a number that cannot be read.", f"{name} {value!r}"[:100])
    in_cents = number.quantize(CENT)
    return in_cents if in_cents == number else Decimal(f"{number:f}").normalize()


def whole(row: Wire, name: str) -> int | None:
    """A whole number; what is not whole is cut off. None for null."""
    number = decimal(row, name)
    return None if number is None else int(number)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
