"""Reads the answers of AccountsIQ as a stream: the envelope's word on success, then row after row, memory flat.

Every answer but those of the sign-in is `<Op>Response/<Op>Result` with Status, ErrorCode, ErrorMessage, HasExpired,
Result (AccountsIQ WSDL of Integration 2.0). Nothing depends on that order, on prefixes, or on elements that came later.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import ParseError, XMLParser

from integrations.core.errors import ProtocolError, TransientError
from integrations.vendors.accountsiq.answers import Head, NotSuccess, Row, Shape, parse_head

CHUNK = 65_536
CUT = "cut_short"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_HEAD = ("Status", "ErrorCode", "ErrorMessage", "HasExpired")
_FAULT = ("faultcode", "faultstring")
_ENVELOPE, _BODY, _RESPONSE, _ANSWER, _PART, _ITEM = range(1, 7)
"""Depths: the envelope, its body, `<Op>Response`, `<Op>Result`, then Status or Result, then one item of a list."""


class _Names(dict[str, str]):
    """Tag -> name without namespace, remembered."""

    def __missing__(self, tag: str) -> str:
        name = self[tag] = tag.rpartition("}")[2]
        return name


class _Reader:
    """Parser target. Called for each element, so it does little; it builds no tree and keeps no more than one row.

    `sure`: the envelope is already known to be good, so rows may be taken wherever Result stands. Else rows are only
    taken once Status and HasExpired have said so; `late` tells that Result came before them.
    """

    def __init__(self, shape: Shape, sure: bool) -> None:
        self._shape = shape
        self._sure = sure
        self._names = _Names()
        self._field = _ITEM + 1 if shape.item else _ITEM
        self._wanted = shape.fields
        self._on_path = [True] + [False] * _ITEM
        self._depth = 0
        self._keep = 0
        """Depth of the element whose text is kept now; 0: none."""
        self._text: list[str] = []
        self._row: Row = []
        self._fault: dict[str, str] = {}
        self._seen: set[str] = set()
        self.rows: list[Row] = []
        self.head: dict[str, str] = {}
        self.late = False
        self.items = 0
        self.strangers = 0
        """Children of Result that are no items."""

    def doctype(self, name: str, public: str, system: str) -> None:
        raise _odd("AccountsIQ sent an answer with a document type, which the portal does not accept.")

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        depth = self._depth = self._depth + 1
        if depth == self._field:
            if self._on_path[depth - 1] and self._names[tag] in self._wanted:
                self._keep = depth
        elif depth < self._field:
            self._on_path[depth] = self._on_path[depth - 1] and self._enter(depth, self._names[tag], attrs)

    def data(self, text: str) -> None:
        if self._keep:
            self._text.append(text)

    def end(self, tag: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if depth == self._keep:
            text = "".join(self._text)
            self._text.clear()
            self._keep = 0
            if depth == self._field:
                self._row.append((self._names[tag], text))
            else:
                self._put(depth, self._names[tag], text)
        elif depth == self._field - 1 and self._on_path[depth]:
            self.rows.append(self._row)
            self._row = []

    def close(self) -> None:
        return None

    def _put(self, depth: int, name: str, text: str) -> None:
        (self._fault if name in _FAULT and depth == _ANSWER else self.head)[name] = text.strip()

    def _enter(self, depth: int, name: str, attrs: dict[str, str]) -> bool:
        """Whether what is inside this element matters."""
        if depth == _ENVELOPE:
            return self._must(name == "Envelope", f"a document {name!r} instead of an envelope")
        if depth == _BODY:
            return name == "Body"
        if depth == _RESPONSE:
            fits = name in (f"{self._shape.operation}Response", "Fault")
            return self._must(fits, f"the answer of another operation ({name})") and self._once(name, "Body")
        if depth == _ANSWER:
            return self._enter_answer(name, attrs)
        if depth == _PART:
            return self._enter_part(name, attrs)
        return self._enter_item(name, attrs)

    def _enter_answer(self, name: str, attrs: dict[str, str]) -> bool:
        if "Fault" in self._seen:
            self._keep = _ANSWER if name in _FAULT else 0
            return False
        if name != f"{self._shape.operation}Result":
            return False
        self._once(name, "answer")
        self._keep = _ANSWER if self._shape.operation == "Login" else 0
        return True

    def _enter_part(self, name: str, attrs: dict[str, str]) -> bool:
        if name in _HEAD:
            self._once(name, "answer")
            self._keep = _PART
            return False
        if name != "Result":
            return False
        self._once(name, "answer")
        if _is_nil(attrs):
            return False
        self.head["Result"] = "yes"
        if self._sure:
            return True
        if "Status" in self.head and "HasExpired" in self.head:
            return parse_head(self.head).good
        self.late = True
        return False

    def _enter_item(self, name: str, attrs: dict[str, str]) -> bool:
        if name != self._shape.item:
            self.strangers += 1
            return False
        self.items += 1
        return not _is_nil(attrs)

    def _once(self, name: str, where: str) -> bool:
        repeated = name in self._seen
        self._seen.add(name)
        return self._must(not repeated, f"{name} twice in one {where}")

    def _must(self, fits: bool, instead: str) -> bool:
        if not fits:
            raise _odd(f"AccountsIQ sent {instead} when asked for {self._shape.operation}.")
        return True

    def result(self) -> Head:
        """The whole document was read. Raises ProtocolError when it is no answer to what was asked."""
        head = parse_head(self.head)
        head.fault = self._fault.get("faultstring", "") or ("unknown" if "Fault" in self._seen else "")
        if head.fault:
            return head
        # a refused Login has no LoginResult
        answer = f"{self._shape.operation}{'Response' if self._shape.operation == 'Login' else 'Result'}"
        self._must(answer in self._seen, f"no {answer}")
        if self.strangers and not self.items:
            self._must(False, f"a list without any {self._shape.item}")
        return head


class _NestedReader(_Reader):
    """Rows with rows inside: each inner row follows its outer one, its field names led by a dot (`.Code`)."""

    def __init__(self, shape: Shape, sure: bool) -> None:
        super().__init__(shape, sure)
        self._inner_item, self._inner_fields = shape.inner
        self._inner: list[Row] = []
        self._inside = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        super().start(tag, attrs)
        over = self._depth - self._field
        if over == 1:
            self._inside = self._on_path[self._field - 1] and self._names[tag] == self._inner_item
            if self._inside:
                self._inner.append([])
        elif over == 2 and self._inside and self._names[tag] in self._inner_fields:
            self._keep = self._depth

    def end(self, tag: str) -> None:
        depth = self._depth
        if depth == self._keep and depth == self._field + 2:
            self._inner[-1].append((f".{self._names[tag]}", "".join(self._text)))
            self._text.clear()
            self._keep = 0
            self._depth = depth - 1
            return
        before = len(self.rows)
        super().end(tag)
        if len(self.rows) > before:
            self.rows += [row for row in self._inner if row]
            self._inner = []


def read_rows(file: IO[bytes], shape: Shape) -> Iterator[Row]:
    """The rows of a list, as they are parsed. `file` stands at its start and can be rewound.

    The envelope has said Success before the first row is given. Raises NotSuccess before any row, TransientError
    (code cut_short) before any row when the end is missing, ProtocolError at the latest before the iterator ends.
    """
    check_end(file)
    reader = _build(shape, sure=False)
    yield from _feed(file, reader)
    head = reader.result()
    _check(head)
    if reader.late:
        file.seek(0)
        reader = _build(shape, sure=True)
        yield from _feed(file, reader)
        reader.result()


def read_record(file: IO[bytes], shape: Shape) -> tuple[Head, dict[str, str]]:
    """The envelope and the wanted fields of its one Result, for small answers. Raises ProtocolError."""
    reader = _build(shape, sure=True)
    rows = list(_feed(file, reader))
    return reader.result(), dict(rows[0]) if rows else {}


def check_end(file: IO[bytes]) -> None:
    """That the closing tag of the envelope is there. Leaves the file at its start. Raises TransientError otherwise."""
    start = file.read(2)
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 4096))
    tail = file.read().rstrip()
    file.seek(0)
    wide = start in (b"\xff\xfe", b"\xfe\xff")
    if not wide and not tail.endswith((b"Envelope>", b"Envelope >", b"-->")):
        raise TransientError(
            "The answer of AccountsIQ was cut short. Nothing of it is used; it is asked for again.",
            f"{size} bytes",
            CUT,
        )


def _check(head: Head) -> None:
    if head.fault or not head.good:
        raise NotSuccess(head)


def _build(shape: Shape, sure: bool) -> _Reader:
    return _NestedReader(shape, sure) if shape.inner[0] else _Reader(shape, sure)


def _feed(file: IO[bytes], reader: _Reader) -> Iterator[Row]:
    parser: Any = XMLParser(target=reader)
    try:
        while chunk := file.read(CHUNK):
            parser.feed(chunk)
            if reader.rows:
                rows, reader.rows = reader.rows, []
                yield from rows
        parser.close()
    except (ParseError, ValueError, LookupError) as error:
        raise _odd("The answer of AccountsIQ is damaged and cannot be read to its end.", str(error)) from None
    yield from reader.rows
    reader.rows = []


def _is_nil(attrs: dict[str, str]) -> bool:
    return bool(attrs) and attrs.get(_NIL, "").strip() in ("true", "1")


def _odd(message: str, detail: str = "") -> ProtocolError:
    return ProtocolError(f"{message} If this stays, AccountsIQ has changed its interface.", detail, "answer")
