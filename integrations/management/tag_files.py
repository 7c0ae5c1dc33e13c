"""How a command names a file of tags and says how it is to be read, where the portal would guess otherwise."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from integrations.imports.layout import Layout, Level, headings_of
from integrations.imports.table import ENCODINGS, Format
from integrations.management.cli import Refused
from integrations.models import StoredFile, TagUpload, Workspace
from integrations.services.files import file_store
from integrations.services.tag_uploads import Look, upload_format, upload_layout, upload_look

PIECE = 1 << 20
SIGNS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
YES_NO = {"yes": True, "no": False}
ROLES = ("name", "gl", "enabled", "target")


def store_path(workspace: Workspace, path: str) -> StoredFile:
    """Raises OSError, or ValueError in words."""
    return file_store(workspace=workspace, name=Path(path).name, chunks=_chunks(path))


def _chunks(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def add_reading(part: CommandParser) -> None:
    part.add_argument("--encoding", default="", metavar="E", help="such as utf-8 or cp1252; found by itself")
    part.add_argument("--delimiter", default="", metavar="D", help="comma, semicolon, tab or pipe; found by itself")
    part.add_argument("--sheet", default="", metavar="NAME", help="the sheet of an xlsx file; the first by itself")
    part.add_argument("--header", choices=["yes", "no"], help="whether the first row holds headings; found by itself")
    part.add_argument(
        "--levels", choices=["single", "dependent", "independent"], help="how the levels belong together; guessed"
    )  # fmt: skip
    part.add_argument("--gl-codes", choices=["yes", "no"], help="whether each level's column is followed by its codes")
    part.add_argument(
        "--column", action="append", default=[], metavar="ROLE=HEADING",
        help=f"which column is what, for one level: {', '.join(ROLES)} = its heading or its number from 1 (repeatable)",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What the command line says of the file; '' and None = as it was found."""

    encoding: str
    delimiter: str
    sheet: str
    header: bool | None
    levels: str
    gl_codes: bool | None
    columns: dict[str, str]

    @classmethod
    def of(cls, options: dict[str, Any]) -> Reading:
        pairs = [text.partition("=") for text in options["column"]]
        wrong = [role for role, _, heading in pairs if role not in ROLES or not heading]
        if wrong:
            raise Refused(
                "--column", f"{wrong[0]!r} is no role; write {', '.join(f'{role}=HEADING' for role in ROLES)}."
            )
        return cls(
            encoding_named(options["encoding"]), SIGNS.get(options["delimiter"], options["delimiter"]),
            options["sheet"], YES_NO.get(options["header"] or ""), options["levels"] or "",
            YES_NO.get(options["gl_codes"] or ""), {role: heading for role, _, heading in pairs},
        )  # fmt: skip

    @property
    def given(self) -> bool:
        return self != Reading("", "", "", None, "", None, {})

    def apply(self, upload: TagUpload) -> None:
        """Raises Refused for a column that is not there, Unreadable."""
        found = upload_look(upload).layout.format
        if self.format(found) != found or self.header is not None:
            upload_format(upload=upload, format=self.format(found), header=self.header)
        upload_layout(upload=upload, layout=self.over(upload_look(upload, 50)))

    def over(self, look: Look) -> Layout:
        """The layout as found, with what was said over it."""
        named = {heading.strip().casefold() for heading in self.columns.values() if not heading.isdecimal()}
        in_first = bool(named) and named <= {cell.strip().casefold() for cell in look.first_row}
        layout = replace(look.layout, header=(look.layout.header or in_first) if self.header is None else self.header)
        look = replace(look, headings=headings_of([look.first_row, *look.rows], layout))
        width = max((len(row) for row in look.rows), default=len(look.headings))
        if self.levels or self.gl_codes is not None:
            layout = self._levels(layout, look, width)
        return self._columns(layout, look)

    def format(self, found: Format) -> Format:
        """Raises ValueError, in words, for an encoding or delimiter that is not offered."""
        wanted = replace(
            found, encoding=self.encoding or found.encoding, delimiter=self.delimiter or found.delimiter,
            sheet=self.sheet or found.sheet,
        )  # fmt: skip
        return Format.from_json(wanted.to_json())

    def _levels(self, layout: Layout, look: Look, width: int) -> Layout:
        if self.levels == "single":
            coded = self.gl_codes is not False and width > 1
            return replace(layout, levels=(Level("Tag", 0, 1 if coded else None),), dependent=False)
        coded = layout.gl_codes if self.gl_codes is None else self.gl_codes
        step = 2 if coded else 1
        names = look.headings if layout.header else ()
        levels = tuple(
            Level(names[at] if at < len(names) else f"Level {at // step + 1}", at, at + 1 if coded else None)
            for at in range(0, width, step)
            if not coded or at + 1 < width
        )
        dependent = layout.dependent if not self.levels else self.levels == "dependent"
        return replace(layout, levels=levels, dependent=dependent, enabled_column=None, target_column=None)

    def _columns(self, layout: Layout, look: Look) -> Layout:
        at = {role: _column(heading, look.headings) for role, heading in self.columns.items()}
        if "name" in at or "gl" in at:
            first = layout.levels[0]
            level = Level(first.name, at.get("name", first.name_column), at.get("gl", first.gl_column))
            layout = replace(layout, levels=(level,), dependent=False)
        return replace(
            layout, enabled_column=at.get("enabled", layout.enabled_column),
            target_column=at.get("target", layout.target_column),
        )  # fmt: skip


def encoding_named(text: str) -> str:
    """One of those offered, by any of its names; what is none stays, to be refused with words."""
    try:
        wanted = codecs.lookup(text).name
    except LookupError:
        return text
    return next((name for name, _ in ENCODINGS if codecs.lookup(name).name == wanted), text)


def _column(heading: str, headings: tuple[str, ...]) -> int:
    """By heading, whatever its case, or by number from 1."""
    folded = [one.strip().casefold() for one in headings]
    if heading.strip().casefold() in folded:
        return folded.index(heading.strip().casefold())
    if heading.isdecimal() and 0 < int(heading) <= len(headings):
        return int(heading) - 1
    raise Refused("--column", f"There is no column {heading!r}; there are {', '.join(headings)}.")
