"""Render the part of FreeMarker that export templates of this vendor use. Pure.

Directives: if, elseif, else, list (as), sep, assign, comments, t, lt, rt, nt. Anything else is a clear TemplateError,
never a guess. A template is compiled once to closures; output leaves in chunks, so that a big export is quick.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from integrations.vendors.ieatta.sandbox.ftl_expr import compile_expression
from integrations.vendors.ieatta.sandbox.ftl_lex import TemplateError, Token, tokens_of
from integrations.vendors.ieatta.sandbox.ftl_ops import Eval, Scope, truth
from integrations.vendors.ieatta.sandbox.ftl_values import text_of

__all__ = ["TemplateError", "compile_template", "render"]


class Output(list[str]):
    """Pieces of text; full chunks are moved away as bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.chunks: list[bytes] = []

    def flush(self) -> None:
        self.chunks.append("".join(self).encode())
        self.clear()


Step = Callable[[Scope, Output], None]


@dataclass(slots=True)
class _Block:
    """An open `if` or `list` while parsing: its branches, each (condition, steps)."""

    name: str
    line: int
    arg: str
    branches: list[tuple[Eval | None, list[Step]]] = field(default_factory=list)
    sep: list[Step] | None = None


def render(source: str, data: dict[str, Any]) -> str:
    """The text of one rendering. Raises TemplateError."""
    return compile_template(source)(data).decode()


def compile_template(source: str) -> Callable[[dict[str, Any]], bytes]:
    """A function of the root variables that gives the rendered bytes (UTF-8). Both raise TemplateError."""
    steps = _compile(tokens_of(source))

    def run(data: dict[str, Any]) -> bytes:
        out = Output()
        scope = dict(data)
        for step in steps:
            step(scope, out)
        out.flush()
        return b"".join(out.chunks)

    return run


def _compile(tokens: list[Token]) -> list[Step]:
    root: list[Step] = []
    stack: list[_Block] = []
    into = root
    for token in tokens:
        if token.kind == "text":
            if token.value:
                into.append(_text(token.value))
        elif token.kind == "interp":
            into.append(_interpolation(token))
        elif token.kind == "open" and token.value == "assign":
            into.append(_assign(token))
        elif token.kind == "open":
            into = _open(token, stack)
        elif token.value == "sep":
            into = stack[-1].branches[0][1] if stack else _fail(token)
        else:
            step = _close(token, stack)
            into = _current(stack) if stack else root
            into.append(step)
    if stack:
        raise TemplateError(f"line {stack[-1].line}: <#{stack[-1].name}> is never closed")
    return root


def _fail(token: Token) -> list[Step]:
    raise TemplateError(f"line {token.line}: {token.value} does not belong here")


def _current(stack: list[_Block]) -> list[Step]:
    """Where steps go now: the newest branch of the innermost block, or its separator."""
    block = stack[-1]
    return block.sep if block.sep is not None and len(block.branches) == 1 else block.branches[-1][1]


def _open(token: Token, stack: list[_Block]) -> list[Step]:
    name, line = token.value, token.line
    if name in ("if", "list"):
        condition = compile_expression(token.arg) if name == "if" else None
        stack.append(_Block(name, line, token.arg, [(condition, [])]))
    elif name in ("elseif", "else"):
        if not stack or (name == "elseif" and stack[-1].name != "if"):
            return _fail(token)
        stack[-1].branches.append((compile_expression(token.arg) if name == "elseif" else None, []))
    elif name == "sep":
        if not stack or stack[-1].name != "list":
            return _fail(token)
        stack[-1].sep = []
    else:
        raise TemplateError(f"line {line}: the directive <#{name}> is not supported")
    return _current(stack)


def _close(token: Token, stack: list[_Block]) -> Step:
    if not stack or stack[-1].name != token.value:
        raise TemplateError(f"line {token.line}: </#{token.value}> closes nothing")
    block = stack.pop()
    return _condition(block) if block.name == "if" else _loop(block)


def _text(text: str) -> Step:
    return lambda scope, out: out.append(text)


def _interpolation(token: Token) -> Step:
    run = compile_expression(token.value)
    what = f"line {token.line}: ${{{token.value}}}"

    def step(scope: Scope, out: Output) -> None:
        value = run(scope)
        out.append(value if type(value) is str else text_of(value, what))

    return step


_ASSIGN = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)(.*)", re.S)


def _assign(token: Token) -> Step:
    match = _ASSIGN.fullmatch(token.arg)
    if match is None:
        raise TemplateError(f"line {token.line}: <#assign {token.arg}> is not supported")
    name, run = match[1], compile_expression(match[2])

    def step(scope: Scope, out: Output) -> None:
        value = run(scope)
        if value is None:
            raise TemplateError(f"line {token.line}: the value of {name} is null or missing")
        scope[name] = value

    return step


def _condition(block: _Block) -> Step:
    branches = [(test, steps) for test, steps in block.branches]

    def step(scope: Scope, out: Output) -> None:
        for test, steps in branches:
            if test is None or truth(test(scope)):
                for inner in steps:
                    inner(scope, out)
                return

    return step


_LIST = re.compile(r"(.*\S)\s+as\s+([A-Za-z_]\w*)", re.S)


def _loop(block: _Block) -> Step:
    match = _LIST.fullmatch(block.arg)
    if match is None:
        raise TemplateError(f"line {block.line}: <#list {block.arg}> is not supported; write <#list x as y>")
    source, name = compile_expression(match[1]), match[2]
    steps, sep = block.branches[0][1], block.sep or []
    otherwise = block.branches[1][1] if len(block.branches) > 1 else []
    where = f"line {block.line}: <#list {block.arg}>"

    def step(scope: Scope, out: Output) -> None:
        items = source(scope)
        if not isinstance(items, list):
            raise TemplateError(f"{where}: " + ("null or missing" if items is None else "expected a sequence"))
        hidden = {key: scope.get(key) for key in (name, name + "_index", name + "_has_next")}
        last = len(items) - 1
        for index, item in enumerate(items):
            scope[name], scope[name + "_index"], scope[name + "_has_next"] = item, index, index < last
            for inner in steps:
                inner(scope, out)
            for inner in sep if index < last else ():
                inner(scope, out)
            if len(out) > 20_000:
                out.flush()
        scope.update(hidden)
        for inner in otherwise if not items else ():
            inner(scope, out)

    return step
