"""Values of the template language and its built-ins. Pure.

Values: str, bool, int, float (of a JSON row), Decimal, list, mapping; None is FreeMarker's null. Source: FreeMarker
manual, "Built-ins".
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from json import dumps
from typing import Any

from integrations.vendors.ieatta.sandbox.ftl_lex import TemplateError

Value = Any


class Missing(TemplateError):
    """A null was used where FreeMarker wants a value."""


class Numbers:
    """How `${number}` prints: `grouping` as FreeMarker's default does (1,234), or plain."""

    grouping = True


def number_text(value: int | float | Decimal, grouping: bool = True) -> str:
    """FreeMarker's default `number` format in an English locale: grouped, at most three decimals."""
    rounded = Decimal(value).quantize(Decimal("0.001"), ROUND_HALF_EVEN)
    text = f"{rounded:,f}" if grouping else f"{rounded:f}"
    return text.rstrip("0").rstrip(".")


def plain_number(value: int | float | Decimal) -> str:
    """As `?c` prints it: no grouping, a dot, no trailing zeros, at most 16 decimals."""
    if isinstance(value, int):
        return str(value)
    value = Decimal(str(value))
    text = f"{value.quantize(Decimal(1).scaleb(-16)) if value.as_tuple().exponent < -16 else value:f}"  # type: ignore[operator]
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_number(value: Value) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def text_of(value: Value, what: str = "the expression") -> str:
    """As an interpolation prints it. Raises Missing for null, TemplateError for a boolean or a collection."""
    if isinstance(value, str):
        return value
    if value is None:
        raise Missing(f"{what} has evaluated to null or missing")
    if isinstance(value, bool):
        raise TemplateError(f"{what}: a boolean cannot be printed without ?string, ?then or ?c")
    if is_number(value):
        return number_text(value, Numbers.grouping)
    raise TemplateError(f"{what}: expected a string or number, but this is a sequence or hash")


def has_content(value: Value) -> bool:
    if value is None:
        return False
    return True if isinstance(value, (bool, int, float, Decimal)) else len(value) > 0


def _number(value: Value, what: str) -> int | float | Decimal:
    if value is None:
        raise Missing(f"{what}: null or missing")
    if not is_number(value):
        raise TemplateError(f"{what}: expected a number, but this is {type(value).__name__}")
    return value  # type: ignore[no-any-return]


def _sequence(value: Value, what: str) -> list[Value]:
    if value is None:
        raise Missing(f"{what}: null or missing")
    if not isinstance(value, list):
        raise TemplateError(f"{what}: expected a sequence")
    return value


def _computer(value: Value, args: list[Value]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain_number(_number(value, "?c"))


def _pattern(value: int | float | Decimal, pattern: str) -> str:
    """Decimal patterns made of `#`, `0`, one `.` and grouping commas."""
    if not pattern or pattern.strip("#0,."):
        raise TemplateError(f"?string: the number format {pattern!r} is not supported")
    whole, _, decimals = pattern.partition(".")
    text = f"{Decimal(value).quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_EVEN):f}"
    head, _, tail = text.partition(".")
    while tail and len(tail) > decimals.count("0") and tail.endswith("0"):
        tail = tail[:-1]
    head = f"{int(head):,}" if "," in whole and head not in ("-0", "0") else head
    return f"{head}.{tail}" if tail else head


def _string(value: Value, args: list[Value]) -> str:
    if isinstance(value, bool):
        if not args:
            return "true" if value else "false"
        if len(args) != 2:
            raise TemplateError("?string: a boolean takes two texts")
        return text_of(args[0] if value else args[1])
    if is_number(value) and args:
        return _pattern(value, text_of(args[0]))
    if args:
        raise TemplateError("?string: with arguments wants a boolean or a number")
    return text_of(value, "?string")


def _replace(value: Value, args: list[Value]) -> str:
    if len(args) != 2:
        raise TemplateError("?replace takes two texts; flags are not supported")
    return text_of(value, "?replace").replace(text_of(args[0]), text_of(args[1]))


def _to_number(value: Value, args: list[Value]) -> Decimal:
    try:
        return Decimal(text_of(value, "?number") if not is_number(value) else value)
    except InvalidOperation:
        raise TemplateError(f"?number: {value!r} is not a number") from None


def _end(value: Value, index: int) -> Value:
    items = _sequence(value, "?first or ?last")
    return items[index] if items else None


def json_text(text: str) -> str:
    """Escaped as FreeMarker's `?json_string`; characters beyond ASCII stay."""
    return dumps(text, ensure_ascii=False)[1:-1].replace("</", "<\\/").replace("\u2028", "\\u2028")


_CLEAN = frozenset('"\\</\u2028').union(map(chr, range(32)))


def _json_string(value: Value, args: list[Value]) -> str:
    text = text_of(value, "?json_string")
    return text if _CLEAN.isdisjoint(text) else json_text(text)


BUILTINS: dict[str, Callable[[Value, list[Value]], Value]] = {
    "c": _computer,
    "string": _string,
    "replace": _replace,
    "number": _to_number,
    "json_string": _json_string,
    "join": lambda v, a: text_of(a[0] if a else None, "?join").join(text_of(i) for i in _sequence(v, "?join")),
    "contains": lambda v, a: text_of(a[0] if a else None, "?contains") in text_of(v, "?contains"),
    "trim": lambda v, a: text_of(v, "?trim").strip(),
    "length": lambda v, a: len(text_of(v, "?length")),
    "size": lambda v, a: len(v) if isinstance(v, dict) else len(_sequence(v, "?size")),
    "upper_case": lambda v, a: text_of(v, "?upper_case").upper(),
    "lower_case": lambda v, a: text_of(v, "?lower_case").lower(),
    "first": lambda v, a: _end(v, 0),
    "last": lambda v, a: _end(v, -1),
}
"""name -> (value, arguments) -> value. `has_content`, `then` are handled by the compiler: they treat null and
laziness on their own."""
