"""How a file's bytes are to be read: by its content, its name only breaks ties. Pure."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from integrations.imports.files import DELIMITERS, Format, Opener, Unreadable
from integrations.imports.text import HINT, codec
from integrations.imports.xlsx import is_workbook

CONTROL = re.compile(r"[\0-\x08\x0e-\x1f]")
CHUNK = 1 << 20
HEAD = 1 << 16
"""Bytes looked at for all but the encoding."""
SAMPLE_ROWS = 50
SAVE_AS = "Save it as xlsx or CSV in your spreadsheet program, then upload that."

MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
OTHERS = [
    (b"%PDF", "This is a PDF."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel file (xls), or one protected with a password."),
    (b"{\\rtf", "This is a text document (RTF)."),
    (b"\x1f\x8b", "This is a compressed file (gzip)."),
    (b"Rar!", "This is a compressed file (rar)."),
    (b"7z\xbc\xaf", "This is a compressed file (7z)."),
    (b"\x89PNG", "This is a picture."),
    (b"\xff\xd8\xff", "This is a picture."),
    (b"GIF8", "This is a picture."),
    (b"<!doctype html", "This is a web page, whatever its name says."),
    (b"<html", "This is a web page, whatever its name says."),
    (b"<?xml", "This is an XML file."),
]


def detect_format(opener: Opener, name: str) -> Format:
    """Raises Unreadable. A legacy encoding is a guess: Windows-1252; with the line ends of an old Macintosh, its own;
    where neither can be, ISO 8859-1, in which every byte is a character: odd names are then seen and refused."""
    with opener() as file:
        head = file.read(HEAD)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise Unreadable("The file is empty. Choose the file with your tags.")
    if head.startswith(b"PK\x03\x04"):
        if not is_workbook(opener):
            raise Unreadable(f"This is a zip file without an Excel workbook (xlsx) in it. {SAVE_AS}")
        return Format("xlsx")
    start = head.lstrip()[:20].lower()
    for magic, words in OTHERS:
        if start.startswith(magic.lower()):
            raise Unreadable(f"{words} {SAVE_AS}")
    encoding = detect_encoding(opener, head)
    text = head.decode(codec(encoding), errors="replace")
    if len(CONTROL.findall(text)) > max(len(text) // 100, 5):
        raise Unreadable(f"This is not a text file. {SAVE_AS}")
    return Format("text", encoding, detect_delimiter(text, whole=len(head) < HEAD, name=name))


def detect_encoding(opener: Opener, head: bytes) -> str:
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    return without_mark(head) or next(name for name in candidates(head) if decodes(opener, name))


def without_mark(head: bytes) -> str:
    """UTF-16 without a mark: at every second byte, nearly always NUL."""
    pairs = len(head) // 2
    if head[1 : 2 * pairs : 2].count(0) > pairs * 0.7:
        return "utf-16-le"
    if head[0 : 2 * pairs : 2].count(0) > pairs * 0.7:
        return "utf-16-be"
    return ""


def candidates(head: bytes) -> Iterator[str]:
    yield "utf-8"
    if b"\r" in head and b"\n" not in head:
        yield "mac_roman"
    yield from ("cp1252", "latin-1")


def decodes(opener: Opener, encoding: str) -> bool:
    """Whether the whole file does; a megabyte at a time."""
    with opener() as file:
        try:
            for chunk in decoded(file, encoding):
                del chunk
        except UnicodeDecodeError:
            return False
    return True


def decoded(file: BinaryIO, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    while data := file.read(CHUNK):
        yield decoder.decode(data)
    yield decoder.decode(b"", final=True)


def detect_delimiter(text: str, whole: bool, name: str) -> str:
    """The one that parts the first rows into the same number of columns, at least two; else a comma.

    Judged by the columns alone: `csv.Sniffer` takes letters and spaces for hints and can need minutes for one line.
    """
    lines = io.StringIO(text, newline="").readlines()
    if lines and HINT.fullmatch(lines[0]):
        return lines[0].strip("\"'\r\n")[4]
    lines = lines[: 4 * SAMPLE_ROWS] if whole else lines[: 4 * SAMPLE_ROWS][:-1] or lines
    fits = {delimiter: consistency(lines, delimiter) for delimiter, _ in DELIMITERS}
    first = "\t" if name.lower().endswith((".tsv", ".tab")) else ","
    best = max(fits, key=lambda one: (*fits[one], one == first))
    return best if fits[best] > (0, 0) else first


def consistency(lines: list[str], delimiter: str) -> tuple[float, int]:
    """Share of rows that have as many columns as most have, and this number; (0, 0) for one column, or for less than
    half of the rows."""
    try:
        rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
        widths = Counter(len(row) for row, _ in zip(rows, range(SAMPLE_ROWS), strict=False) if any(row))
    except csv.Error:
        return (0, 0)
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    share = count / max(widths.total(), 1)
    return (round(share, 2), width) if width > 1 and share > 0.5 else (0, 0)
