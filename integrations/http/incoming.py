"""Takes an answer in: unpacks it, counts its size, and writes it to memory or to a temporary file."""

from __future__ import annotations

import io
import tempfile
import zlib
from collections.abc import Iterator
from typing import IO

from urllib3.exceptions import DecodeError, IncompleteRead
from urllib3.response import BaseHTTPResponse

from integrations.http.failures import Failed, Failure

CHUNK = 65_536
HEAD = 65_536
"""Bytes of a spooled answer that are shown to the vendor's table; also what is kept of a large error page."""
IN_MEMORY = 1_000_000
"""Bytes of a spooled answer that stay in memory before it goes to disk."""


class Sink:
    """Where a body goes. `shown()` is what Reply.content will be: all of it, or of a spooled one the head."""

    def __init__(self, spool: bool) -> None:
        self.spool = spool
        self.file: IO[bytes] = io.BytesIO()
        if spool:
            self.file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (closed by Http.spool)

    def restart(self) -> None:
        self.file.seek(0)
        self.file.truncate()

    def shown(self) -> bytes:
        self.file.seek(0)
        content = self.file.read(HEAD) if self.spool else self.file.read()
        self.file.seek(0)
        return content


def receive(response: BaseHTTPResponse, sink: Sink, *, max_bytes: int, who: str) -> None:
    """Reads the body into `sink`, unpacked. An error page (400 and above) is only kept up to 64 KB.

    Raises Failed when more than `max_bytes` unpacked bytes come; urllib3's and OS errors when it breaks off.
    """
    sink.restart()
    is_error = response.status >= 400
    if not is_error and _announced(response) > max_bytes:
        raise Failed(_too_large(who, max_bytes))
    size = 0
    for piece in _unpacked(response):
        size += len(piece)
        if is_error and size > HEAD:
            sink.file.write(piece[: len(piece) - (size - HEAD)])
            response.close()
            return
        if size > max_bytes:
            raise Failed(_too_large(who, max_bytes))
        sink.file.write(piece)


def _announced(response: BaseHTTPResponse) -> int:
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _too_large(who: str, max_bytes: int) -> Failure:
    size = f"{max_bytes / 1_000_000:g} MB" if max_bytes >= 100_000 else f"{max_bytes:,} bytes"
    message = f"{who} sent more than the {size} that are allowed for this answer. It was not read to its end."
    return Failure("protocol", message, code="too_large", maybe=True)


def _unpacked(response: BaseHTTPResponse) -> Iterator[bytes]:
    """Pieces of at most 64 KB, so that a small packed body cannot fill the memory (a gzip bomb).

    Unpacked here and not by urllib3, which takes a packed body that is cut short for a whole one.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        yield from _pieces(response)
    elif encoding in ("gzip", "x-gzip", "deflate"):
        yield from _inflated(response)
    else:
        raise DecodeError(f"Content-Encoding {encoding[:40]!r} was not asked for")


def _pieces(response: BaseHTTPResponse) -> Iterator[bytes]:
    while piece := response.read1(CHUNK, decode_content=False):
        yield piece


def _inflated(response: BaseHTTPResponse) -> Iterator[bytes]:
    """zlib, raw deflate (some servers) and gzip, also of several members."""
    inflate = None
    for packed in _pieces(response):
        piece = b""
        while packed or len(piece) == CHUNK:
            if inflate is None:
                inflate = zlib.decompressobj(_window(packed))
            try:
                piece = inflate.decompress(packed, CHUNK)
            except zlib.error as error:
                raise DecodeError(f"The packed body is damaged: {error}") from error
            if piece:
                yield piece
            packed = inflate.unconsumed_tail
            if inflate.eof:
                packed, piece, inflate = inflate.unused_data.lstrip(b"\x00"), b"", None
    if inflate is not None:
        raise IncompleteRead(0, 0)


def _window(start: bytes) -> int:
    """zlib's window bits by the first byte: gzip or zlib recognised by themselves, else raw deflate."""
    return 47 if start[0] == 0x1F or start[0] & 0x0F == 8 else -zlib.MAX_WBITS
