"""Reads a JSON list element by element, memory flat: a bare array, or an object with the list under a known key."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from json import JSONDecodeError, JSONDecoder
from typing import IO, Any, NoReturn

from integrations.core.errors import PortalError, ProtocolError, TransientError

CUT = "cut_short"
UNREADABLE = "unreadable"
CHUNK = 262_144
"""Bytes read at a time; doubled while one element does not end."""
MAX_ELEMENT = 4_000_000
"""Characters of one element. A longer one is no record, and must not fill the memory."""
_TAIL = 64
_BLANK = re.compile(r"[ \t\r\n]*")
_SCALAR_TAIL = 4
"""A number that ends this close to the end of what was read may go on (1. 1e 1e+), so more is read first."""


def read_list(file: IO[bytes], keys: tuple[str, ...], what: str, *, chunk: int = CHUNK) -> Iterator[Any]:
    """The elements in order; fractional numbers as Decimal. The file stands at the start of a complete answer.

    `keys`: where an object may hold the list. `what` names the answer for people ("the list of projects").
    Raises TransientError (code cut_short) before the first element when the answer has no end, ProtocolError when it
    is no such list. Never ends quietly before the list does. No element is told in an error: it may be about people.
    """
    _check_end(file, what)
    reader = _Reader(file, what, chunk)
    start = reader.peek()
    if start == "[":
        yield from reader.elements()
    elif start == "{":
        yield from _wrapped(reader, keys)
    else:
        raise reader.wrong("neither a list nor an object")
    if reader.peek():
        raise reader.wrong("something after the end of the list")


def _check_end(file: IO[bytes], what: str) -> None:
    """That the last sign closes what the first one opens. Leaves the file at its start."""
    start = file.read(_TAIL).lstrip(b"\xef\xbb\xbf \t\r\n")
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read().rstrip()
    file.seek(0)
    if not tail.endswith({b"[": b"]", b"{": b"}"}.get(start[:1], b"")):
        raise _cut(what, size)


def _cut(what: str, size: int) -> PortalError:
    message = f"ExpenseIn sent {what} only in part. It is asked for again later."
    return TransientError(message, f"{size} bytes", CUT)


def _wrapped(reader: _Reader, keys: tuple[str, ...]) -> Iterator[Any]:
    """The list of an object. Other values are read and dropped."""
    found = ""
    for key in reader.members():
        if key not in keys or reader.peek() != "[":
            reader.value()
            continue
        if found:
            raise reader.wrong(f"two lists, under {found} and {key},")
        found = key
        yield from reader.elements()
    if not found:
        raise reader.wrong(f"an object without a list under {', '.join(keys)}")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


class _Reader:
    """A window of decoded text over the file. `peek`, `take` and `value` skip blanks before what they read."""

    def __init__(self, file: IO[bytes], what: str, chunk: int) -> None:
        self._file = file
        self._what = what
        self._chunk = chunk
        self._text, self._at, self._done = "", 0, False
        self._incoming = codecs.getincrementaldecoder("utf-8-sig")()
        self._decode = JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant).raw_decode

    def elements(self) -> Iterator[Any]:
        """Those of the array that begins here, up to and with its closing bracket."""
        for _ in self._parts("[", "]"):
            yield self.value()

    def members(self) -> Iterator[str]:
        """The keys of the object that begins here; the value of each is to be read before the next is asked for."""
        for _ in self._parts("{", "}"):
            key = self.value()
            if not isinstance(key, str):
                raise self._broken()
            self.take(":")
            yield key

    def _parts(self, opening: str, closing: str) -> Iterator[None]:
        self.take(opening)
        if self.peek() != closing:
            yield
            while self.peek() != closing:
                self.take(",")
                yield
        self.take(closing)

    def peek(self) -> str:
        """The next sign, '' at the end of the file."""
        while True:
            if self._at < len(self._text) and self._text[self._at] not in " \t\r\n":
                return self._text[self._at]
            blank = _BLANK.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at == len(self._text):
                if self._done:
                    return ""
                self._read(self._chunk)

    def take(self, sign: str) -> None:
        if self.peek() != sign:
            raise self._broken()
        self._at += 1

    def value(self) -> Any:
        self.peek()
        size, trouble = self._chunk, -1
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except JSONDecodeError as error:
                trouble = error.pos
            except (ValueError, RecursionError):
                raise self._broken() from None
            else:
                whole = self._done or isinstance(value, dict | list | str)
                if whole or end + _SCALAR_TAIL <= len(self._text):
                    self._at = end
                    return value
            if self._done or len(self._text) - self._at > MAX_ELEMENT:
                raise self._broken(trouble)
            self._read(size)
            size *= 2

    def _read(self, size: int) -> None:
        """Takes up to `size` more bytes in, and drops the text that was read already."""
        piece = self._file.read(size)
        self._done = not piece
        try:
            fresh = self._incoming.decode(piece, final=self._done)
        except UnicodeDecodeError:
            raise self.wrong("text that is not UTF-8") from None
        self._text, self._at = self._text[self._at :] + fresh, 0

    def wrong(self, came: str) -> ProtocolError:
        message = (
            f"ExpenseIn did not send {self._what} as expected: {came} came. Check base_url; if it is right, the "
            "mapping file must be adapted to what ExpenseIn sends now."
        )
        return ProtocolError(message, "", UNREADABLE)

    def _broken(self, trouble: int = -1) -> PortalError:
        """`trouble`: place in the text where reading failed. At the very end it means that the rest is lacking."""
        if self._done and max(self._at, trouble) >= len(self._text.rstrip()):
            return _cut(self._what, self._file.tell())
        return self.wrong("JSON that is damaged")
