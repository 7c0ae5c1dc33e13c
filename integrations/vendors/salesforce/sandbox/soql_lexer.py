"""SOQL text to tokens. Every token knows its place, since refusals name row and column."""

from __future__ import annotations

import re
from dataclasses import dataclass

from integrations.vendors.salesforce.sandbox.answers import Refused

_TOKEN = re.compile(
    r"""(?P<blank>\s+)
      | (?P<string>'(?:[^'\\]|\\.)*')
      | (?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
      | (?P<date>\d{4}-\d\d-\d\d)
      | (?P<number>[+-]?\d+(?:\.\d+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      | (?P<sign><=|>=|!=|<>|=|<|>|\(|\)|,|:)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "'": "'", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind`: string, moment, date, number, name, sign or end. `text` as written; of a string, between its quotes."""

    kind: str
    text: str
    place: int

    @property
    def word(self) -> str:
        """Upper case, to compare keywords and signs with."""
        return self.text.upper()


def read_tokens(soql: str) -> list[Token]:
    """Raises Refused MALFORMED_QUERY for a character that fits nowhere."""
    tokens, place = [], 0
    while place < len(soql):
        found = _TOKEN.match(soql, place)
        if found is None:
            raise refused_at(soql, place, f"unexpected token: '{soql[place]}'")
        kind = found.lastgroup or ""
        if kind != "blank":
            text = found.group()
            tokens.append(Token(kind, text[1:-1] if kind == "string" else text, place))
        place = found.end()
    return [*tokens, Token("end", "<EOF>", len(soql))]


def unescape(soql: str, token: Token) -> str:
    """A string's characters. Raises Refused for an escape that SOQL does not have."""

    def meant(found: re.Match[str]) -> str:
        if found[1] in "%_":
            return found[1]
        if found[1] not in _ESCAPES:
            raise refused_at(soql, token.place, f"Illegal string literal, invalid escape sequence '\\{found[1]}'")
        return _ESCAPES[found[1]]

    return re.sub(r"\\(.)", meant, token.text, flags=re.DOTALL)


def like_pattern(soql: str, token: Token) -> re.Pattern[str]:
    """% any text, _ any one character, each of them itself after a backslash; case does not count."""
    pattern = ""
    for piece in re.findall(r"\\.|.", token.text, re.DOTALL):
        if piece in ("%", "_"):
            pattern += ".*" if piece == "%" else "."
        else:
            pattern += re.escape(unescape(soql, Token("string", piece, token.place)))
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


def refused_at(soql: str, place: int, words: str, code: str = "MALFORMED_QUERY") -> Refused:
    """The vendor's form: the line, a caret below the place, row and column from 1, then the words."""
    before = soql[:place]
    row, column = before.count("\n") + 1, place - (before.rfind("\n") + 1)
    line = soql.split("\n")[row - 1]
    start = max(column - 60, 0)
    excerpt = line[start : column + 40]
    return Refused(code, f"\n{excerpt}\n{' ' * (column - start)}^\nERROR at Row:{row}:Column:{column + 1}\n{words}")
