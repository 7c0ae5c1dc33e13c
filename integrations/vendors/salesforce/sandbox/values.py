"""Values that come in: checked against their field, and turned into what the org keeps."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from integrations.vendors.salesforce.sandbox.answers import Refused
from integrations.vendors.salesforce.sandbox.ids import to18
from integrations.vendors.salesforce.sandbox.moments import parse_date, parse_moment
from integrations.vendors.salesforce.sandbox.objects import SPECS
from integrations.vendors.salesforce.sandbox.schema import IDS, NUMBERS, TEXT, Field
from integrations.vendors.salesforce.sandbox.store import Store

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def clean(store: Store, field: Field, value: Any) -> Any:
    """The value as it is stored. Text is trimmed, '' is null, lines end as the switch `line_ends` says.

    Raises Refused: JSON_PARSER_ERROR, STRING_TOO_LONG, INVALID_EMAIL_ADDRESS, MALFORMED_ID and their like.
    """
    if value is None:
        return False if field.type == "boolean" else None
    if field.type in TEXT:
        return _text(store, field, value)
    if field.type in IDS:
        return _reference(store, field, value)
    if field.type in NUMBERS:
        return _number(field, value)
    if field.type == "boolean":
        return _boolean(field, value)
    return _time(field, value)


def _text(store: Store, field: Field, value: Any) -> str | None:
    if not isinstance(value, str):
        raise _not_of_type(field, value)
    text = value.strip()
    if field.type == "textarea":
        text = store.settings["line_ends"].join(re.split(r"\r\n|\r|\n", text))
    if not text:
        return None
    if len(text) > field.length:
        words = f"{field.label}: data value too large: {text} (max length={field.length})"
        raise Refused("STRING_TOO_LONG", words, (field.name,))
    if field.type == "email" and not _EMAIL.fullmatch(text):
        raise Refused("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", (field.name,))
    if field.type == "picklist" and field.restricted and text not in field.values:
        words = f"{field.label}: bad value for restricted picklist field: {text}"
        raise Refused("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", words, (field.name,))
    return text


def _reference(store: Store, field: Field, value: Any) -> str | None:
    if not isinstance(value, str):
        raise _not_of_type(field, value)
    if not value.strip():
        return None
    id = to18(value.strip())
    prefixes = tuple(SPECS[name].prefix for name in field.refers)
    if id is None or not id.startswith(prefixes):
        words = f"{field.label}: id value of incorrect type: {value}"
        raise Refused("MALFORMED_ID", words, (field.name,))
    table = store.table_of(id)
    row = table.rows.get(id) if table is not None and id not in table.hidden else None
    if row is None:
        raise Refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", (field.name,))
    if row["IsDeleted"]:
        raise Refused("ENTITY_IS_DELETED", "entity is deleted", (field.name,))
    if field.name == "OwnerId" and id.startswith("005") and not row.get("IsActive"):
        words = f"operation performed with inactive user [{id}] as owner"
        raise Refused("INACTIVE_OWNER_OR_USER", words, (field.name,))
    return id


def _number(field: Field, value: Any) -> float | int:
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except ValueError:
        number = None
    if number is None:
        raise _not_of_type(field, value)
    if field.precision and abs(number) >= 10 ** (field.precision - field.scale):
        words = f"{field.label}: value outside of valid range on numeric field: {value}"
        raise Refused("NUMBER_OUTSIDE_VALID_RANGE", words, (field.name,))
    if field.type == "int" or field.scale == 0:
        return int(number)
    return round(number, field.scale)


def _boolean(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in ("true", "false", "1", "0"):
        raise _not_of_type(field, value)
    return str(value).lower() in ("true", "1")


def _time(field: Field, value: Any) -> Any:
    readers: Mapping[str, Callable[[str], Any]] = {"date": parse_date, "datetime": parse_moment}
    try:
        return readers[field.type](value[:10] if field.type == "date" else value)
    except (ValueError, TypeError, KeyError):
        raise _not_of_type(field, value) from None


def _not_of_type(field: Field, value: Any) -> Refused:
    kinds = {str: "STRING", bool: "BOOLEAN", int: "NUMBER_INT", float: "NUMBER_FLOAT"}
    kind = kinds.get(type(value), "START_OBJECT")
    words = f"Cannot deserialize instance of {field.type} from VALUE_{kind} value {value}"
    return Refused("JSON_PARSER_ERROR", f"{words} or request may be missing a required field", (field.name,))
