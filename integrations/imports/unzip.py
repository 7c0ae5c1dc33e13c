"""What a zip file really holds, piece by piece: what its directory says of sizes may be a lie. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from integrations.imports.files import Unreadable

MOST_BYTES = 200_000_000
MOST_PARTS = 2_000
MOST_RATIO = 300
"""Unpacked to packed, of files that unpack to more than FREE_BYTES. Real sheets reach about 50."""
FREE_BYTES = 10_000_000
PIECE = 1 << 16
HEADER = 30
BROKEN = "The workbook is damaged. Open it in a spreadsheet program, save it again as xlsx, then upload that."


def open_zip(file: BinaryIO) -> ZipFile:
    try:
        return ZipFile(file)
    except (BadZipFile, OSError, ValueError, EOFError, NotImplementedError):
        raise Unreadable(BROKEN) from None


def check_zip(file: BinaryIO, archive: ZipFile) -> None:
    """Unpacks everything once and keeps nothing. Raises Unreadable."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise Unreadable(f"The workbook has more than {MOST_PARTS:,} parts. Copy the tags into a new workbook.")
    if len({part.filename.casefold() for part in parts}) < len(parts):
        raise Unreadable(BROKEN)
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("The workbook is protected with a password. Save it without one.")
    packed = max(sum(part.compress_size for part in parts), 1)
    total = 0
    for part in parts:
        for piece in unpacked(file, part):
            total += len(piece)
            if total > MOST_BYTES or (total > FREE_BYTES and total > MOST_RATIO * packed):
                raise Unreadable(
                    f"The workbook unpacks to more than {MOST_BYTES // 1_000_000} MB, or to far more than a list of "
                    "tags would. Copy the columns with the tags into a new workbook, or save them as CSV."
                )


def unpacked(file: BinaryIO, part: ZipInfo) -> Iterator[bytes]:
    """The content, as far as it goes: not only as far as the directory says. Raises Unreadable where they differ."""
    if part.header_offset < 0:
        raise Unreadable(BROKEN)
    file.seek(part.header_offset)
    header = file.read(HEADER)
    if len(header) < HEADER or header[:4] != b"PK\x03\x04":
        raise Unreadable(BROKEN)
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    total = 0
    for piece in inflated(file, part):
        total += len(piece)
        yield piece
    if total != part.file_size:
        raise Unreadable(BROKEN)


def inflated(file: BinaryIO, part: ZipInfo) -> Iterator[bytes]:
    left = part.compress_size
    if part.compress_type == ZIP_STORED:
        while left > 0 and (data := file.read(min(PIECE, left))):
            left -= len(data)
            yield data
        return
    if part.compress_type != ZIP_DEFLATED:
        raise Unreadable(BROKEN)
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while left > 0 and not unpack.eof and (data := file.read(min(PIECE, left))):
            left -= len(data)
            while data:
                yield unpack.decompress(data, PIECE)
                data = unpack.unconsumed_tail
        if not unpack.eof:
            yield unpack.flush()
    except zlib.error:
        raise Unreadable(BROKEN) from None
