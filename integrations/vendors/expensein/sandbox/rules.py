"""What may be written: required fields, types, lengths, unique names."""

from __future__ import annotations

from typing import Any

from integrations.vendors.expensein.sandbox.answers import Refused
from integrations.vendors.expensein.sandbox.store import COMMON, DEFAULTS, Row, Settings, Store

_TEXTS = frozenset({"name", "reference", "code", "description", "defaultTaxRateId"})
_FLAGS = frozenset({"isInactive", "isReportable", "enforceDefaultTaxRate"})
_NUMBERS = frozenset({"rate", "fixedAmount"})


def checked(store: Store, settings: Settings, table: str, sent: Any, id: str = "") -> Row:
    """The values to be stored, what only ExpenseIn may set left out. `id`: of the record that is changed, '' for a
    new one. Raises Refused 400 or 409."""
    if not isinstance(sent, dict):
        raise Refused(400, "The request body must be a JSON object.")
    names = {theirs: ours for ours, theirs in settings.names.items()}
    values: Row = {names.get(str(name), str(name)): value for name, value in sent.items()}
    whole = not id or settings.update_body == "full"
    troubles = _unknown(table, values) + _lacking(table, values, whole) + _malformed(settings, values)
    if troubles:
        shown = [(settings.names.get(field, field), message) for field, message in troubles]
        raise Refused(400, "The request is not valid.", shown)
    if "name" in values and store.holder(table, values["name"]) not in ("", id):
        field = settings.names.get("name", "name")
        raise Refused(settings.clash_status, "The request is not valid.", [(field, "This name is already in use.")])
    return {name: value for name, value in values.items() if name not in COMMON}


def _unknown(table: str, values: Row) -> list[tuple[str, str]]:
    return [(name, "There is no such field.") for name in values if name not in DEFAULTS[table] and name not in COMMON]


def _lacking(table: str, values: Row, whole: bool) -> list[tuple[str, str]]:
    needed = ["name", "rate"] if table == "tax_rates" else ["name"]
    return [
        (name, "This field is required.")
        for name in needed
        if (whole and name not in values) or (name in values and values[name] in (None, ""))
    ]


def _malformed(settings: Settings, values: Row) -> list[tuple[str, str]]:
    found = []
    for name, value in values.items():
        trouble = "" if value is None else _trouble(settings, name, value)
        if trouble:
            found.append((name, trouble))
    return found


def _trouble(settings: Settings, name: str, value: Any) -> str:
    if name in _TEXTS:
        return _text_trouble(settings, name, value)
    if name in _FLAGS and not isinstance(value, bool):
        return "This must be true or false."
    if name in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
        return "This must be a number, 0 or more."
    if name == "appliesTo" and not (isinstance(value, list) and set(value) <= set(settings.expense_types)):
        return "This must be a list of types of expenses."
    return ""


def _text_trouble(settings: Settings, name: str, value: Any) -> str:
    if not isinstance(value, str):
        return "This must be a text."
    if name == "name" and not value.strip():
        return "This field is required."
    longest = {"name": settings.name_length, "reference": settings.reference_length, "code": settings.reference_length}
    if len(value) > longest.get(name, 4000):
        return f"This may be at most {longest.get(name, 4000)} characters long."
    return ""
