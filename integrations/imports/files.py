"""A file handed in, and how its bytes are to be read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Literal

Opener = Callable[[], BinaryIO]
"""Gives a fresh seekable file at its start, at each call."""
Row = tuple[int, list[str]]
"""A row's number as a spreadsheet counts, the first is 1, and its cells."""
Rows = Iterator[Row]
BadRow = Callable[[int, str, tuple[str, ...]], None]
"""Told of a row that cannot be read: its number, the reason, its cells as far as they can be told apart."""

MOST_COLUMNS = 500

ENCODINGS = [
    ("utf-8", "Unicode (UTF-8)"),
    ("utf-16", "Unicode (UTF-16)"),
    ("utf-16-le", "Unicode (UTF-16 without a mark, little endian)"),
    ("utf-16-be", "Unicode (UTF-16 without a mark, big endian)"),
    ("cp1252", "Western European (Windows-1252)"),
    ("cp1250", "Central European (Windows-1250)"),
    ("cp1251", "Cyrillic (Windows-1251)"),
    ("koi8-r", "Cyrillic (KOI8-R)"),
    ("cp1253", "Greek (Windows-1253)"),
    ("cp1254", "Turkish (Windows-1254)"),
    ("cp932", "Japanese (Shift JIS)"),
    ("gb18030", "Chinese (GB 18030)"),
    ("mac_roman", "Western European (Macintosh)"),
    ("latin-1", "Western European (ISO 8859-1)"),
]
DELIMITERS = [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")]


class Unreadable(Exception):
    """The file cannot be taken. Its text tells a person what is wrong and what to do."""


@dataclass(frozen=True)
class Format:
    """`encoding` and `delimiter` matter for text, `sheet` for xlsx: '' = the first visible sheet with content."""

    kind: Literal["text", "xlsx"]
    encoding: str = ""
    delimiter: str = ","
    sheet: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Format:
        """Raises ValueError, in words, for what no form of ours can have sent."""
        if not isinstance(data, Mapping) or data.get("kind") not in ("text", "xlsx"):
            raise ValueError("The kind of file must be text or xlsx.")
        parts = {
            name: data.get(name, default) for name, default in (("encoding", ""), ("delimiter", ","), ("sheet", ""))
        }
        if not all(isinstance(part, str) for part in parts.values()):
            raise ValueError("Encoding, delimiter and sheet must be text.")
        if data["kind"] == "text" and parts["encoding"] not in dict(ENCODINGS):
            raise ValueError(
                f"The encoding {parts['encoding']!r} is not one of those offered: choose one from the list."
            )
        if parts["delimiter"] not in dict(DELIMITERS):
            raise ValueError("The delimiter must be a comma, semicolon, tab or vertical bar.")
        return cls(kind=data["kind"], **parts)
