"""Building queries (SOQL): every value and every name goes through here. Pure.

Source: Salesforce SOQL and SOSL reference, quoted string escapes, date formats, LIKE; limits of a statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.core.errors import ConfigError
from integrations.vendors.salesforce.describe import Describe, Field
from integrations.vendors.salesforce.times import format_time

LONGEST_CONDITION = 3_500
"""Characters of a condition that an admin composes; Salesforce takes 4,000 with ours around it."""
OPERATORS = (
    "is", "is_not", "contains", "starts_with", "in", "empty", "not_empty", "greater", "less",
)  # fmt: skip
_NAME = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*){0,5}", re.ASCII)
_ESCAPES = str.maketrans(
    {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)
NUMBERS = frozenset({"int", "double", "currency", "percent", "long"})
ORDERED = NUMBERS | {"date", "datetime"}
SEARCHED = frozenset({"string", "picklist", "textarea", "phone", "url", "email", "combobox", "encryptedstring"})
"""Field types that take LIKE."""
UNSUPPORTED = frozenset({"address", "location", "base64", "anyType", "multipicklist"})


def quote(text: str) -> str:
    """A string literal."""
    return f"'{text.translate(_ESCAPES)}'"


def like(text: str, *, before: str = "", after: str = "") -> str:
    """A literal for LIKE in which `text` stands for itself; `before` and `after` are wildcards."""
    inner = text.translate(_ESCAPES).replace("%", "\\%").replace("_", "\\_")
    return f"'{before}{inner}{after}'"


def name(text: str) -> str:
    """A field or object name, with parents (`Owner.Name`), as it is. Raises ValueError for anything else."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is no name of a Salesforce field or object.")
    return text


def in_list(values: Iterable[str]) -> str:
    """`('a', 'b')`. Raises ValueError when there is none: SOQL has no empty list."""
    literals = [quote(value) for value in values]
    if not literals:
        raise ValueError("An empty list cannot be asked for.")
    return f"({', '.join(literals)})"


def where_all(*conditions: str) -> str:
    """` WHERE (a) AND (b)` of those that are not '', or ''."""
    given = [condition for condition in conditions if condition]
    if not given:
        return ""
    return " WHERE " + (given[0] if len(given) == 1 else " AND ".join(f"({one})" for one in given))


def build_condition(rows: Sequence[Mapping[str, Any]], describe: Describe) -> str:
    """The condition that all of `rows` make together, '' for none.

    A row: `{"field", "operator", "values"}`, the operator one of OPERATORS, `values` a list of texts (one text is
    taken too). `is`, `contains` and `starts_with` are met by any of several values, `is_not` by none of them.
    Raises ConfigError in words for an unknown or unfilterable field, an unknown operator, a value of the wrong kind.
    """
    condition = " AND ".join(_one(row, describe) for row in rows)
    if len(condition) > LONGEST_CONDITION:
        raise ConfigError("The selection of Salesforce records is too long. Use fewer rows or fewer values.")
    return condition


def _one(row: Mapping[str, Any], describe: Describe) -> str:
    field = _field(str(row.get("field", "")).strip(), describe)
    operator = str(row.get("operator", "")).strip()
    values = _values(row.get("values"))
    if operator not in OPERATORS:
        raise ConfigError(f"{field.words}: the comparison {operator!r} is not known. Known are {', '.join(OPERATORS)}.")
    if operator in ("empty", "not_empty"):
        return f"{field.name} {'=' if operator == 'empty' else '!='} null"
    if not values:
        raise ConfigError(f"{field.words}: enter a value to compare with.")
    if operator in ("contains", "starts_with"):
        return _search(field, operator, values)
    literals = [_literal(field, value) for value in values]
    if operator in ("greater", "less"):
        return _order(field, operator, literals)
    return _equal(field, operator == "is_not", literals)


def _field(text: str, describe: Describe) -> Field:
    field = describe.fields.get(text) or describe.find(text)
    if field is None:
        raise ConfigError(
            f"{describe.label} in Salesforce has no field {text!r}, or the user of the connection may not see it."
        )
    if not field.filterable or field.type in UNSUPPORTED:
        raise ConfigError(f"{field.words}: Salesforce cannot select records by this field. Choose another one.")
    return field


def _values(given: Any) -> list[str]:
    many = given if isinstance(given, list | tuple) else [given]
    return [str(value).strip() for value in many if value is not None and str(value).strip()]


def _search(field: Field, operator: str, values: list[str]) -> str:
    if field.type not in SEARCHED:
        raise ConfigError(f"{field.words}: a part can be looked for in texts only. Use 'is' or 'in'.")
    before = "%" if operator == "contains" else ""
    parts = [f"{field.name} LIKE {like(value, before=before, after='%')}" for value in values]
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _order(field: Field, operator: str, literals: list[str]) -> str:
    if field.type not in ORDERED or len(literals) != 1:
        raise ConfigError(f"{field.words}: 'greater' and 'less' compare a number, a date or a time with one value.")
    return f"{field.name} {'>' if operator == 'greater' else '<'} {literals[0]}"


def _equal(field: Field, negated: bool, literals: list[str]) -> str:
    if len(literals) == 1:
        return f"{field.name} {'!=' if negated else '='} {literals[0]}"
    return f"{field.name} {'NOT IN' if negated else 'IN'} ({', '.join(literals)})"


def _literal(field: Field, value: str) -> str:
    """Raises ConfigError in words when the value is not of the field's kind."""
    if field.type == "boolean":
        return _boolean(field, value)
    if field.type in NUMBERS:
        return _number(field, value)
    if field.type in ("date", "datetime"):
        return _moment(field, value)
    return quote(value)


def _boolean(field: Field, value: str) -> str:
    word = value.lower()
    if word not in ("true", "false", "yes", "no"):
        raise ConfigError(f"{field.words}: enter true or false, not {value!r}.")
    return "true" if word in ("true", "yes") else "false"


def _number(field: Field, value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ConfigError(f"{field.words}: enter a number like 12.5, not {value!r}.")
    return f"{number:f}"


def _moment(field: Field, value: str) -> str:
    """A date for a date field; for a time field a time with its zone, a date alone being its midnight in UTC."""
    try:
        if field.type == "date":
            return date.fromisoformat(value).isoformat()
        moment = datetime.fromisoformat(value)
    except ValueError:
        shown = "2026-01-31" if field.type == "date" else "2026-01-31T23:59:59Z"
        raise ConfigError(f"{field.words}: enter it like {shown}, not {value!r}.") from None
    return format_time(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
