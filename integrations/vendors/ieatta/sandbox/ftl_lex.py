"""Cut a FreeMarker template into tokens, with FreeMarker's handling of white space. Pure.

Source: FreeMarker manual, "White-space handling" and "Directives"; the directives are those that real export
templates of the vendor use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal


class TemplateError(Exception):
    """The template cannot be parsed or rendered; the text names the place."""


@dataclass(slots=True)
class Token:
    """`kind` text: literal output. interp: the expression of `${}`. open/close: a directive with its argument."""

    kind: Literal["text", "interp", "open", "close", "comment"]
    value: str
    arg: str = ""
    line: int = 0


_START = re.compile(r"<#--|</#|<#|\$\{|<@|</@|#\{")
_NAME = re.compile(r"[a-z]+")
_TRIMS = frozenset({"t", "lt", "rt", "nt"})


def tokens_of(source: str) -> list[Token]:
    """Tokens in order, white space already stripped. Raises TemplateError."""
    return _strip_lines(_split_lines(_raw_tokens(source)))


def _raw_tokens(source: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(source):
        mark = _START.search(source, at)
        stop = mark.start() if mark else len(source)
        if stop > at:
            found.append(Token("text", source[at:stop]))
        if mark is None:
            break
        line = source.count("\n", 0, stop) + 1
        at = _one_tag(source, stop, mark.group(), line, found)
    return found


def _one_tag(source: str, at: int, opening: str, line: int, found: list[Token]) -> int:
    """Add the tag that starts at `at`; returns where it ends."""
    if opening == "<#--":
        end = source.find("-->", at)
        if end < 0:
            raise TemplateError(f"line {line}: the comment is never closed")
        found.append(Token("comment", "", line=line))
        return end + 3
    if opening == "${":
        end = _end_of(source, at + 2, "}", line)
        found.append(Token("interp", source[at + 2 : end], line=line))
        return end + 1
    if opening in ("<#", "</#"):
        return _directive(source, at + len(opening), opening == "</#", line, found)
    raise TemplateError(f"line {line}: {opening} is not supported")


def _directive(source: str, at: int, closing: bool, line: int, found: list[Token]) -> int:
    name = _NAME.match(source, at)
    if name is None:
        raise TemplateError(f"line {line}: a directive without a name")
    end = _end_of(source, name.end(), ">", line)
    arg = source[name.end() : end].strip()
    arg = arg[:-1].rstrip() if arg.endswith("/") else arg
    found.append(Token("close" if closing else "open", name.group(), arg, line))
    return end + 1


def _end_of(source: str, at: int, closer: str, line: int) -> int:
    """Where `closer` stands outside of strings and brackets."""
    depth = 0
    while at < len(source):
        char = source[at]
        if char in "\"'":
            at = _end_of_string(source, at, line)
        elif depth == 0 and char == closer:
            return at
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        at += 1
    raise TemplateError(f"line {line}: no closing {closer}")


def _end_of_string(source: str, at: int, line: int) -> int:
    quote = source[at]
    at += 1
    while at < len(source):
        if source[at] == "\\":
            at += 1
        elif source[at] == quote:
            return at
        at += 1
    raise TemplateError(f"line {line}: a string is never closed")


def _split_lines(tokens: list[Token]) -> list[list[Token]]:
    """Group by line of text: a group ends with a text token that ends in a line break."""
    lines: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind != "text":
            lines[-1].append(token)
            continue
        for piece in re.findall(r"[^\n]*\n|[^\n]+", token.value):
            lines[-1].append(Token("text", piece))
            if piece.endswith("\n"):
                lines.append([])
    return lines


def _strip_lines(lines: list[list[Token]]) -> list[Token]:
    """A line that holds only tags leaves nothing behind; `t`, `lt`, `rt` trim their own line."""
    kept: list[Token] = []
    for line in lines:
        tags = [token for token in line if token.kind != "text"]
        blank = all(token.kind != "interp" and (token.kind != "text" or not token.value.strip()) for token in line)
        trims = {token.value for token in tags if token.kind == "open"} & _TRIMS
        if "nt" not in trims:
            if tags and blank:
                line = tags
            if trims & {"t", "lt"}:
                line = _trimmed_left(line)
            if trims & {"t", "rt"}:
                line = _trimmed_left(line[::-1], right=True)[::-1]
        kept.extend(t for t in line if t.kind != "comment" and not (t.kind == "open" and t.value in _TRIMS))
    return kept


def _trimmed_left(line: list[Token], right: bool = False) -> list[Token]:
    """Without the white space before the first output (after the last, when the line is given reversed)."""
    kept = list(line)
    for index, token in enumerate(kept):
        if token.kind == "interp":
            break
        if token.kind == "text":
            text = token.value.rstrip() if right else token.value.lstrip()
            kept[index] = Token("text", text)
            if text:
                break
    return kept
