"""The operators of template expressions as closures over the scope. Pure."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from integrations.vendors.ieatta.sandbox.ftl_lex import TemplateError
from integrations.vendors.ieatta.sandbox.ftl_values import Missing, Value, is_number, text_of

Scope = dict[str, Any]
Eval = Callable[[Scope], Value]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def truth(value: Value) -> bool:
    if value is None:
        raise Missing("a condition has evaluated to null or missing")
    if not isinstance(value, bool):
        raise TemplateError(f"a condition wants a boolean, but this is {value!r}")
    return value


def constant(value: Value) -> Eval:
    return lambda s: value


def either(left: Eval, right: Eval) -> Eval:
    return lambda s: truth(left(s)) or truth(right(s))


def both(left: Eval, right: Eval) -> Eval:
    return lambda s: truth(left(s)) and truth(right(s))


def dot(target: Eval, name: str) -> Eval:
    def run(scope: Scope) -> Value:
        value = target(scope)
        if isinstance(value, dict):
            return value.get(name)
        if value is None:
            raise Missing(f"what stands before .{name} has evaluated to null or missing")
        raise TemplateError(f".{name}: expected a hash")

    return run


def indexed(target: Eval, key: Eval) -> Eval:
    def run(scope: Scope) -> Value:
        value, at = target(scope), key(scope)
        if isinstance(value, dict):
            return value.get(text_of(at))
        if isinstance(value, list) and is_number(at):
            return value[int(at)] if 0 <= at < len(value) else None
        raise Missing("[...] on null") if value is None else TemplateError("[...] wants a hash or a sequence")

    return run


def shield(target: Eval) -> Eval:
    """Null instead of a failure when anything inside the parentheses is missing."""

    def run(scope: Scope) -> Value:
        try:
            return target(scope)
        except Missing:
            return None

    return run


def exists(target: Eval, shielded: bool) -> Eval:
    quiet = shield(target) if shielded else target
    return lambda s: quiet(s) is not None


def defaulted(target: Eval, default: Eval | None, shielded: bool) -> Eval:
    quiet = shield(target) if shielded else target
    fallback = default or constant("")

    def run(scope: Scope) -> Value:
        value = quiet(scope)
        return fallback(scope) if value is None else value

    return run


def compared(sign: str, left: Eval, right: Eval) -> Eval:
    def run(scope: Scope) -> bool:
        a, b = left(scope), right(scope)
        if a is None or b is None:
            raise Missing(f"one side of {sign} has evaluated to null or missing")
        alike = (is_number(a) and is_number(b)) or (type(a) is type(b) and isinstance(a, (str, bool)))
        if not alike or (sign in COMPARE and not is_number(a)):
            raise TemplateError(f"cannot compare {a!r} {sign} {b!r}")
        if sign in COMPARE:
            return COMPARE[sign](a, b)
        return bool((a == b) == (sign != "!="))

    return run


def arithmetic(sign: str, left: Eval, right: Eval) -> Eval:
    def run(scope: Scope) -> Value:
        a, b = left(scope), right(scope)
        if sign == "+" and (isinstance(a, str) or isinstance(b, str)):
            return text_of(a) + text_of(b)
        if sign == "+" and isinstance(a, list) and isinstance(b, list):
            return a + b
        if a is None or b is None:
            raise Missing(f"one side of {sign} has evaluated to null or missing")
        if not (is_number(a) and is_number(b)):
            raise TemplateError(f"{a!r} {sign} {b!r} wants numbers")
        return _counted(sign, Decimal(a), Decimal(b))

    return run


def _counted(sign: str, a: Decimal, b: Decimal) -> Decimal:
    if sign in "/%" and not b:
        raise TemplateError("division by zero")
    if sign == "/":
        return a / b
    if sign == "%":
        return a % b
    return a + b if sign == "+" else a - b if sign == "-" else a * b
