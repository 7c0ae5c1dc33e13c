"""From an upload's files to staged tags, every bad row noted. Streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from integrations.core.tags import Rejected, Staged, split_path
from integrations.imports.corrections import Corrections, corrected, read_corrections
from integrations.imports.layout import Layout
from integrations.imports.table import read_rows
from integrations.imports.tags import Rules, parse_tags
from integrations.models import StoredFile, TagRejection, TagUpload
from integrations.services.bulk import rows_insert
from integrations.services.files import opener
from integrations.services.lease import JobLease
from integrations.services.tag_lists import colons_of
from integrations.services.tag_stage import Clash
from integrations.services.tag_uploads import layout_of, original, upload_headings

AT_ONCE = 2000
LONGEST_CELL = 2000


class FileReader:
    """Reads one upload. `rows` counts what its file holds, `rejected` what could not be taken. `columns`: whether it
    says anything of GL codes and of enabled; of several levels all listed tags are enabled."""

    def __init__(self, upload: TagUpload, lease: JobLease) -> None:
        self.upload, self.lease = upload, lease
        self.layout: Layout = layout_of(upload)
        self.headings = upload_headings(upload)
        levels = self.layout.levels
        self.columns = {
            "gl_codes": any(level.gl_column is not None for level in levels),
            "enabled": self.layout.enabled_column is not None or len(levels) > 1,
        }
        self.rows = self.rejected = 0
        self.held: list[TagRejection] = []
        self.kept: list[str] = []
        TagRejection.objects.filter(upload=upload).delete()

    def tags(self) -> Iterator[Staged]:
        return parse_tags(self._rows(), self.layout, Rules(colons_of(self.upload.tag_list)), self.reject)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        return self._counted(self._source(self._unreadable))

    def _source(self, bad: Any) -> Iterator[tuple[int, list[str]]]:
        corrections = self._corrections()
        for one in corrections:
            bad = one.unless(bad)
        rows = read_rows(opener(original(self.upload)), self.layout.format, bad)
        for one in corrections:
            rows = corrected(rows, one)
        return rows

    def _counted(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        self.rows = -1 if self.layout.header else 0
        for row in rows:
            self.rows += 1
            yield row
        self.rows = max(self.rows, 0)

    def _corrections(self) -> list[Corrections]:
        files = self.upload.files.filter(position__gt=0).select_related("file").order_by("position")
        return [self._read(part.file) for part in files]

    def _read(self, file: StoredFile) -> Corrections:
        return read_corrections(opener(file), file.name, self.headings, self.layout)

    def _unreadable(self, row: int, reason: str, cells: tuple[str, ...]) -> None:
        self.reject(Rejected(row, "", reason, cells))

    def reject(self, one: Rejected) -> None:
        self.rejected += 1
        cells: list[Any] = [cell[:LONGEST_CELL] for cell in one.cells]
        self.held.append(
            TagRejection(
                upload=self.upload, row=one.row, column=one.column[:255], reason=one.reason, cells=cells, path=one.path
            )
        )
        if one.path:
            self.kept.append(one.path)
        if len(self.held) >= AT_ONCE:
            self.flush()

    def clashes(self, found: list[Clash]) -> None:
        """Rows that contradict an earlier one; their cells are fetched from the file again."""
        wanted = {one.row for one in found}
        cells = {row: tuple(cells) for row, cells in self._rows_of(wanted)} if wanted else {}
        for one in found:
            words = f"{one.name} stands in row {one.first_row} already, with {one.first_value or 'none'} instead of "
            reason = f"{words}{one.value or 'none'}. Keep one of the rows."
            self.reject(Rejected(one.row, self._heading(one), reason, cells.get(one.row, ()), ""))
        self.flush()

    def _heading(self, clash: Clash) -> str:
        depth = len(split_path(clash.path)) if len(self.layout.levels) > 1 else 1
        level = self.layout.levels[min(depth, len(self.layout.levels)) - 1]
        columns = {"gl_code": level.gl_column, "enabled": self.layout.enabled_column}
        column = columns.get(clash.field, self.layout.target_column)
        return "" if column is None else self.headings[column]

    def _rows_of(self, wanted: set[int]) -> Iterator[tuple[int, list[str]]]:
        return ((row, cells) for row, cells in self._source(lambda *_: None) if row in wanted)

    def flush(self) -> None:
        rows_insert(self.held)
        self.held = []
