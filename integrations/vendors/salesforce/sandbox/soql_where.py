"""A WHERE tree to one test of a row."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from integrations.vendors.salesforce.sandbox.answers import Refused
from integrations.vendors.salesforce.sandbox.ids import to18
from integrations.vendors.salesforce.sandbox.moments import parse_date, parse_moment
from integrations.vendors.salesforce.sandbox.schema import IDS, NUMBERS, TEXT, Field
from integrations.vendors.salesforce.sandbox.soql_lexer import Token, like_pattern, refused_at, unescape
from integrations.vendors.salesforce.sandbox.soql_names import Getter, Names
from integrations.vendors.salesforce.sandbox.soql_parser import Both, Compare, Condition, Not
from integrations.vendors.salesforce.sandbox.store import Row

Test = Callable[[Row], bool]
STRING_LIMIT = 4000
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WORDS = {"boolean": "boolean", "datetime": "dateTime", "date": "date", "int": "int"}


def compile_condition(soql: str, names: Names, condition: Condition) -> Test:
    """Raises Refused for a wrong name, or a value that does not fit its field."""
    if isinstance(condition, Compare):
        return _compare(soql, names, condition)
    if isinstance(condition, Not):
        inner = compile_condition(soql, names, condition.part)
        return lambda row: not inner(row)
    parts = [compile_condition(soql, names, part) for part in condition.parts]
    return _every(parts) if isinstance(condition, Both) else _some(parts)


def _every(parts: list[Test]) -> Test:
    def test(row: Row) -> bool:
        for part in parts:  # noqa: SIM110 a generator here costs more than the tests
            if not part(row):
                return False
        return True

    return test


def _some(parts: list[Test]) -> Test:
    def test(row: Row) -> bool:
        for part in parts:  # noqa: SIM110 as above
            if part(row):
                return True
        return False

    return test


def _compare(soql: str, names: Names, compare: Compare) -> Test:
    path = names.path(soql, compare.name)
    if not path.field.filterable or path.field.type == "address":
        words = f"field '{path.field.name}' can not be filtered in a query call"
        raise refused_at(soql, compare.name.place, words, "INVALID_FIELD")
    get = names.getter(path)
    if compare.operator == "LIKE":
        return _like(soql, get, path.field, compare)
    values = [read_value(soql, path.field, token) for token in compare.values]
    if path.field.type in TEXT:
        get = _folded(get)
    if compare.operator in _ORDERED:
        return _ordered(get, compare.operator, values[0])
    return _equal(get, compare.operator in ("!=", "NOT IN"), frozenset(values))


def _equal(get: Getter, negated: bool, values: frozenset[Any]) -> Test:
    """Equal to one of `values`; None is among them for null. A null is unequal to every other value."""
    if len(values) == 1:
        value = next(iter(values))
        return (lambda row: get(row) != value) if negated else (lambda row: get(row) == value)
    return (lambda row: get(row) not in values) if negated else (lambda row: get(row) in values)


def _ordered(get: Getter, sign: str, value: Any) -> Test:
    compare = _ORDERED[sign]

    def test(row: Row) -> bool:
        found = get(row)
        return found is not None and value is not None and compare(found, value)

    return test


def _like(soql: str, get: Getter, field: Field, compare: Compare) -> Test:
    token = compare.values[0]
    if field.type not in TEXT or token.kind != "string":
        raise refused_at(soql, compare.name.place, "invalid operator on this field", "INVALID_QUERY_FILTER_OPERATOR")
    pattern = like_pattern(soql, token)

    def test(row: Row) -> bool:
        found = get(row)
        return found is not None and pattern.fullmatch(found) is not None

    return test


def _folded(get: Getter) -> Getter:
    def folded(row: Row) -> Any:
        found = get(row)
        return found if found is None else found.casefold()

    return folded


def read_value(soql: str, field: Field, token: Token) -> Any:
    """A literal as the store keeps such values; text folded. Raises Refused for one of another type."""
    if token.kind == "name" and token.word == "NULL":
        return None
    if field.type in IDS:
        return _read_id(soql, field, token)
    if field.type in TEXT:
        return _read_text(soql, field, token)
    fits = {
        "boolean": token.kind == "name",
        "datetime": token.kind == "moment",
        "date": token.kind == "date",
    }.get(field.type, token.kind == "number" and field.type in NUMBERS)
    if not fits:
        raise _wrong_type(soql, field, token)
    if field.type == "boolean":
        return token.word == "TRUE"
    try:
        readers: dict[str, Callable[[str], Any]] = {"datetime": parse_moment, "date": parse_date}
        return readers.get(field.type, float)(token.text)
    except ValueError:
        raise refused_at(soql, token.place, f"Invalid {field.type}: {token.text}", "INVALID_FIELD") from None


def _read_id(soql: str, field: Field, token: Token) -> str | None:
    if token.kind != "string":
        raise _wrong_type(soql, field, token)
    if not token.text:
        return None
    id = to18(token.text)
    if id is None:
        raise refused_at(soql, token.place, f"invalid ID field: {token.text}", "INVALID_QUERY_FILTER_OPERATOR")
    return id


def _read_text(soql: str, field: Field, token: Token) -> str | None:
    if token.kind != "string":
        raise _wrong_type(soql, field, token)
    text = unescape(soql, token)
    if len(text) > STRING_LIMIT:
        raise Refused("INVALID_QUERY_FILTER_OPERATOR", "filter value is too long")
    return text.casefold() or None


def _wrong_type(soql: str, field: Field, token: Token) -> Refused:
    kind = "ID" if field.type in IDS else "string" if field.type in TEXT else _WORDS.get(field.type, "double")
    quotes = "should be enclosed in quotes" if kind in ("string", "ID") else "should not be enclosed in quotes"
    words = f"value of filter criterion for field '{field.name}' must be of type {kind} and {quotes}"
    return refused_at(soql, token.place, words, "INVALID_FIELD")
