"""SOQL tokens to a tree, by recursive descent. Names are not looked up here: see soql_names.py.

query = SELECT items FROM name [alias] [WHERE or] [GROUP BY names] [ORDER BY keys] [LIMIT n] [OFFSET n] [ALL ROWS]
or    = and (OR and)*     and = not (AND not)*     not = [NOT] ( '(' or ')' | comparison )
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from integrations.vendors.salesforce.sandbox.answers import NotEmulated, Refused
from integrations.vendors.salesforce.sandbox.soql_lexer import Token, read_tokens, refused_at

OFFSET_LIMIT = 2000
_AGGREGATES = ("COUNT", "COUNT_DISTINCT", "SUM", "MIN", "MAX", "AVG")
_ENDS = ("FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "ALL", "FOR", "WITH", "USING", "HAVING")
_OPERATORS = ("=", "!=", "<>", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Name:
    """A field or a path to a parent's field, as written."""

    path: str
    place: int
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """COUNT() has no argument, COUNT(Id) has one."""

    argument: Name | None
    place: int
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Compare:
    """`values`: one token, or those of a list. `operator`: =, !=, <, <=, >, >=, LIKE, IN, NOT IN."""

    name: Name
    operator: str
    values: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = Compare | Both | Either | Not


@dataclass(frozen=True, slots=True)
class Key:
    """One ORDER BY key. `nulls_first` is the default for ASC and DESC alike."""

    item: Name | Count
    descending: bool = False
    nulls_first: bool = True


@dataclass(slots=True)
class Query:
    soql: str
    items: list[Name | Count] = field(default_factory=list)
    object: Token = Token("end", "", 0)
    where: Condition | None = None
    group: list[Name] = field(default_factory=list)
    order: list[Key] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0
    all_rows: bool = False

    @property
    def counts_only(self) -> bool:
        """SELECT COUNT() alone: the number is the answer's totalSize."""
        return len(self.items) == 1 and isinstance(self.items[0], Count) and self.items[0].argument is None


def parse_query(soql: str) -> Query:
    """Raises Refused (MALFORMED_QUERY and its like), NotEmulated for SOQL beyond the emulated part."""
    return _Parser(soql).query()


class _Parser:
    def __init__(self, soql: str) -> None:
        self._soql = soql
        self._tokens = read_tokens(soql)
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _is(self, *words: str) -> bool:
        return self._next.kind in ("name", "sign") and self._next.word in words

    def _skip(self, *words: str) -> bool:
        """Takes these words if they all come next."""
        for step, word in enumerate(words):
            token = self._tokens[min(self._at + step, len(self._tokens) - 1)]
            if token.kind not in ("name", "sign") or token.word != word:
                return False
        self._at += len(words)
        return True

    def _need(self, *words: str) -> None:
        for word in words:
            if not self._skip(word):
                raise self._unexpected(f"expecting '{word.lower()}', found '{self._next.text}'")

    def _unexpected(self, words: str = "") -> Refused:
        return refused_at(self._soql, self._next.place, words or f"unexpected token: '{self._next.text}'")

    def query(self) -> Query:
        query = Query(self._soql)
        self._need("SELECT")
        query.items = [self._item()]
        while self._skip(","):
            query.items.append(self._item())
        self._need("FROM")
        query.object = self._object_token()
        self._alias(query.object)
        if self._skip("WHERE"):
            query.where = self._either()
        if self._skip("GROUP", "BY"):
            query.group = self._names()
        if self._is("HAVING", "FOR", "WITH", "USING", "GROUP"):
            raise NotEmulated(f"{self._next.word} in SOQL")
        if self._skip("ORDER", "BY"):
            query.order = [self._key()]
            while self._skip(","):
                query.order.append(self._key())
        self._tail(query)
        return query

    def _tail(self, query: Query) -> None:
        if self._skip("LIMIT"):
            query.limit = self._number()
        if self._skip("OFFSET"):
            query.offset = self._number()
            if query.offset > OFFSET_LIMIT:
                words = f"Maximum SOQL offset allowed is {OFFSET_LIMIT}"
                raise Refused("NUMBER_OUTSIDE_VALID_RANGE", words)
        query.all_rows = self._skip("ALL", "ROWS")
        if self._next.kind != "end":
            raise self._unexpected()

    def _alias(self, token: Token) -> None:
        if self._next.kind == "name" and self._next.word not in _ENDS:
            raise NotEmulated(f"the alias '{self._next.text}' of {token.text} in SOQL")

    def _item(self) -> Name | Count:
        if self._is("("):
            raise NotEmulated("sub-queries in SOQL")
        if self._is("TYPEOF"):
            raise NotEmulated("TYPEOF in SOQL")
        item = self._field()
        if self._next.kind == "name" and self._next.word not in _ENDS:
            return replace(item, alias=self._take().text)
        return item

    def _field(self) -> Name | Count:
        token = self._name_token()
        if not self._skip("("):
            return Name(token.text, token.place)
        if token.word != "COUNT":
            raise NotEmulated(f"{token.text}() in SOQL") if token.word in _AGGREGATES else NotEmulated(token.text)
        argument = None if self._is(")") else self._name()
        self._need(")")
        return Count(argument, token.place)

    def _name_token(self) -> Token:
        if self._next.kind != "name" or self._next.word in _ENDS:
            raise self._unexpected()
        return self._take()

    def _object_token(self) -> Token:
        """Group is an object, though it is a keyword too."""
        return self._take() if self._is("GROUP") else self._name_token()

    def _name(self) -> Name:
        token = self._name_token()
        return Name(token.text, token.place)

    def _names(self) -> list[Name]:
        names = [self._name()]
        while self._skip(","):
            names.append(self._name())
        return names

    def _number(self) -> int:
        if self._next.kind != "number" or not self._next.text.isdigit():
            raise self._unexpected()
        return int(self._take().text)

    def _key(self) -> Key:
        item = self._field()
        descending = self._skip("DESC")
        if not descending:
            self._skip("ASC")
        nulls_first = True
        if self._skip("NULLS"):
            nulls_first = self._skip("FIRST")
            if not nulls_first:
                self._need("LAST")
        return Key(item, descending, nulls_first)

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._skip("OR"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._single()]
        while self._skip("AND"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _single(self) -> Condition:
        if self._skip("NOT"):
            return Not(self._single())
        if self._skip("("):
            inner = self._either()
            self._need(")")
            return inner
        return self._compare()

    def _compare(self) -> Condition:
        name = self._name()
        if self._is("("):
            raise NotEmulated(f"{name.path}() in SOQL conditions")
        if self._skip("NOT", "IN"):
            return Compare(name, "NOT IN", self._list())
        if self._skip("IN"):
            return Compare(name, "IN", self._list())
        if self._skip("LIKE"):
            return Compare(name, "LIKE", (self._value(),))
        if not self._is(*_OPERATORS):
            raise self._unexpected()
        operator = self._take().text
        return Compare(name, "!=" if operator == "<>" else operator, (self._value(),))

    def _list(self) -> tuple[Token, ...]:
        self._need("(")
        if self._is("SELECT"):
            raise NotEmulated("semi-joins in SOQL")
        values = [self._value()]
        while self._skip(","):
            values.append(self._value())
        self._need(")")
        return tuple(values)

    def _value(self) -> Token:
        token = self._next
        if token.kind == "name" and token.word not in ("NULL", "TRUE", "FALSE"):
            if "_" in token.word or token.word in ("TODAY", "YESTERDAY", "TOMORROW"):
                raise NotEmulated(f"the date literal {token.text} in SOQL")
            raise self._unexpected()
        if token.kind in ("sign", "end"):
            raise self._unexpected()
        return self._take()
