"""Compile a template expression to a closure over the scope. Pure.

Grammar, loosest first: `||`, `&&`, `== = != < <= > >= lt lte gt gte`, `+ -`, `* / %`, unary `! - +`, then the
postfixes `.name  [key]  ?built_in(args)  !default  ??`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from integrations.vendors.ieatta.sandbox.ftl_lex import TemplateError
from integrations.vendors.ieatta.sandbox.ftl_ops import (
    COMPARE,
    Eval,
    arithmetic,
    both,
    compared,
    constant,
    defaulted,
    dot,
    either,
    exists,
    indexed,
    shield,
    truth,
)
from integrations.vendors.ieatta.sandbox.ftl_values import BUILTINS, has_content

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<string>r?"(?:[^"\\]|\\.)*"|r?'(?:[^'\\]|\\.)*')"""
    r"""|(?P<name>[A-Za-z_$@][\w$@]*)|(?P<op>\?\?|&&|\|\||==|!=|<=|>=|[-+*/%<>=!?.,()\[\]:{}]))""",
    re.S,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "l": "<", "g": ">", "a": "&", "{": "{"}
_WORDS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def compile_expression(source: str) -> Eval:
    """Raises TemplateError when the expression is not understood."""
    parser = _Parser(source)
    found = parser.either()
    if parser.peek():
        raise TemplateError(f"unexpected {parser.peek()!r} in {source.strip()!r}")
    return found


def string_value(literal: str) -> str:
    """The text of a string literal with its quotes."""
    if literal[0] == "r":
        return literal[2:-1]
    return re.sub(
        r"\\(x[0-9A-Fa-f]{1,4}|.)",
        lambda m: chr(int(m[1][1:], 16)) if m[1][0] == "x" and len(m[1]) > 1 else _ESCAPES.get(m[1], m[1]),
        literal[1:-1],
        flags=re.S,
    )


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        at = 0
        while at < len(source.rstrip()):
            match = _TOKEN.match(source, at)
            if match is None:
                raise TemplateError(f"{source[at : at + 10]!r} is not understood in {source.strip()!r}")
            self.tokens.append((str(match.lastgroup), match.group(str(match.lastgroup))))
            at = match.end()

    def peek(self, ahead: int = 0) -> str:
        """The next token's text, '' at the end. String literals keep their quotes."""
        at = self.at + ahead
        return self.tokens[at][1] if at < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise TemplateError(f"the expression {self.source.strip()!r} ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, text: str) -> None:
        if self.take()[1] != text:
            raise TemplateError(f"{text!r} expected in {self.source.strip()!r}")

    def either(self) -> Eval:
        left = self.both()
        while self.peek() == "||":
            self.take()
            left = either(left, self.both())
        return left

    def both(self) -> Eval:
        left = self.comparison()
        while self.peek() == "&&":
            self.take()
            left = both(left, self.comparison())
        return left

    def comparison(self) -> Eval:
        left = self.sum()
        sign = _WORDS.get(self.peek(), self.peek())
        if sign in ("==", "=", "!=") or sign in COMPARE:
            self.take()
            return compared(sign, left, self.sum())
        return left

    def sum(self) -> Eval:
        left = self.product()
        while self.peek() in ("+", "-"):
            left = arithmetic(self.take()[1], left, self.product())
        return left

    def product(self) -> Eval:
        left = self.unary()
        while self.peek() in ("*", "/", "%"):
            left = arithmetic(self.take()[1], left, self.unary())
        return left

    def unary(self) -> Eval:
        if self.peek() == "!":
            self.take()
            inner = self.unary()
            return lambda s: not truth(inner(s))
        if self.peek() in ("-", "+"):
            return arithmetic(self.take()[1], lambda s: 0, self.unary())
        return self.postfixed()

    def postfixed(self) -> Eval:
        shielded = self.peek() == "("
        found = self.primary()
        while (sign := self.peek()) in (".", "[", "?", "!", "??"):
            self.take()
            if sign == ".":
                found = dot(found, self.take()[1])
            elif sign == "[":
                found = indexed(found, self.either())
                self.expect("]")
            elif sign == "?":
                found = self.built_in(found, shielded)
            elif sign == "??":
                found = exists(found, shielded)
            else:
                found = defaulted(found, self.default_value(), shielded)
            shielded = False
        return found

    def default_value(self) -> Eval | None:
        """What follows a `!`: a primary with its postfixes, or nothing."""
        kind = self.tokens[self.at][0] if self.at < len(self.tokens) else ""
        if kind in ("string", "number", "name") and self.peek() not in _WORDS:
            return self.postfixed()
        return self.postfixed() if self.peek() in ("(", "[") else None

    def built_in(self, target: Eval, shielded: bool) -> Eval:
        name = self.take()[1]
        args = self.arguments() if self.peek() == "(" else []
        if name == "has_content":
            quiet = shield(target) if shielded else target
            return lambda s: has_content(quiet(s))
        if name == "then":
            if len(args) != 2:
                raise TemplateError("?then takes two values")
            return lambda s: args[0](s) if truth(target(s)) else args[1](s)
        run = BUILTINS.get(name)
        if run is None:
            raise TemplateError(f"the built-in ?{name} is not supported")
        return lambda s: run(target(s), [arg(s) for arg in args] if args else [])

    def arguments(self) -> list[Eval]:
        self.expect("(")
        return self.items(")")

    def items(self, closer: str) -> list[Eval]:
        found: list[Eval] = []
        while self.peek() != closer:
            found.append(self.either())
            if self.peek() == ",":
                self.take()
            elif self.peek() != closer:
                raise TemplateError(f"{closer!r} expected in {self.source.strip()!r}")
        self.take()
        return found

    def primary(self) -> Eval:
        kind, text = self.take()
        if kind == "name":
            if text in ("true", "false"):
                return constant(text == "true")
            return lambda s: s.get(text)
        if kind in ("string", "number"):
            return constant(string_value(text) if kind == "string" else Decimal(text))
        if text == "(":
            inner = self.either()
            self.expect(")")
            return inner
        if text == "[":
            items = self.items("]")
            return lambda s: [item(s) for item in items]
        raise TemplateError(f"{text!r} is not supported in {self.source.strip()!r}")
