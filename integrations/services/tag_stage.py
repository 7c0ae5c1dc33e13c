"""From staged tags to the stored list, inside the database: the list is never in memory as a whole.

    with Stage(tag_list) as stage:
        stage.load(tags, beat)              the file's tags go into a temporary table
        clashes = list(stage.settle())      repeats are merged, contradictions taken out
        stage.keep(paths)                   tags whose rows were rejected stay as they are
        stage.counts(mode, absent)          what would change
        stage.store(version, mode, absent)  the list that results, as a version

The base that the file is compared with is the list's confirmed version, or what `base_found` tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from django.db import transaction

from integrations.core.tags import Shape, Staged, TagRow
from integrations.models import TagList, TagUpload
from integrations.services.tag_stage_diff import Diff
from integrations.services.tag_stage_settle import Clash, Settled, above
from integrations.services.tag_stage_tables import LUMP, Tables, copy_text, fill, index, is_postgres, run, stream
from integrations.services.tag_stage_versions import (
    VersionChange,
    compare_counts,
    compare_versions,
    current,
    standing,
    unstore,
)

__all__ = ["Clash", "Stage", "VersionChange", "compare_counts", "compare_versions", "current", "unstore"]

COLUMNS = ("row", "depth", "path", "name", "gl_code", "enabled", "target")
MOST_SHOWN = 200


class Stage:
    """`gl_codes`, `enabled`: whether the file has such a column; where not, the base's values stay. A new tag then has
    no code and is enabled. `repeats`: rows of a list with one level that were merged."""

    def __init__(
        self, tag_list: TagList, shape: Shape | None = None, *, gl_codes: bool | None = None, enabled: bool = True
    ) -> None:
        self.tag_list = tag_list
        self.version = tag_list.version
        self.gl_codes = gl_codes if gl_codes is not None else shape is None or shape.gl_codes
        self.enabled = enabled
        self.repeats = 0
        self.tables = Tables()
        self.found = ""
        self._levels, self._dependent, self._keeps = 1, False, False
        self._base: tuple[int, str] | None = None
        self._kept = ""
        self._counted: tuple[Diff, dict[str, int]] | None = None

    def __enter__(self) -> Stage:
        self.tables.__enter__()
        self.staged = self.tables.create(
            "staged", row="int", depth="one", path="text", name="null", gl_code="text", enabled="bool", target="text"
        )
        self.kept = self.tables.create("kept", path="text")
        return self

    def __exit__(self, *error: object) -> None:
        self.tables.__exit__(*error)

    # --- in ---------------------------------------------------------------------------------------------------------

    def load(self, tags: Iterable[Staged], beat: Callable[[], None] = lambda: None) -> int:
        """How many there were. No two of one level have the same row.

        `beat` is called every few thousand, between statements: it may use the database.
        """
        rest, total, self._counted = iter(tags), 0, None
        while lump := list(islice(rest, LUMP)):
            self._put(lump)
            total += len(lump)
            beat()
        return total

    def _put(self, lump: list[Staged]) -> None:
        deepest = max([tag[1] for tag in lump])
        if deepest > 1:
            self._levels = max(self._levels, deepest)
            self._dependent = self._dependent or any(tag.depth > 1 and tag.path[0] != ":" for tag in lump)
        elif is_postgres() and self._put_plain(lump):
            return
        fill(self.staged, COLUMNS, lump)

    def _put_plain(self, lump: list[Staged]) -> bool:
        """One level and nothing to escape, as nearly always: half the work. A name is then its path."""
        text = "\n".join(
            [f"{row}\t{path}\t{code}\t{enabled}\t{target}" for row, _, path, _, code, enabled, target in lump]
        )
        if "\\" in text or "\r" in text or text.count("\t") != 4 * len(lump) or text.count("\n") != len(lump) - 1:
            return False
        copy_text(self.staged, ("row", "path", "gl_code", "enabled", "target"), text)
        return True

    def settle(self) -> Iterator[Clash]:
        """Merges and takes out at once; gives what was taken out, one for each row in the order of the file.

        In dependent levels a parent that contradicts takes the rows below it along. The base's tags stay.
        """
        index(self.staged, "path")
        settled = Settled(self.tables, self.staged, self.kept, levels=self._levels, dependent=self._dependent)
        self._counted, self._kept = None, ""
        self._keeps = self._keeps or settled.clashing > 0
        self.repeats = settled.repeats if self._levels == 1 else 0
        return settled.clashes()

    def keep(self, paths: Iterable[str]) -> None:
        """The base's tags of these paths, and those above them, stay as they are unless a good row names them."""
        kept = fill(self.kept, ["path"], ((one,) for path in paths for one in (path, *above(path))))
        self._keeps, self._counted, self._kept = self._keeps or kept > 0, None, ""

    # --- what the base is -------------------------------------------------------------------------------------------

    def base_found(self, rows: Iterable[TagRow]) -> None:
        """Compare with this list instead. Of tags with the same path the first counts."""
        self.found = self.tables.create(
            "found", row="int", depth="one", path="text", name="text", gl_code="text", enabled="bool"
        )
        fill(self.found, COLUMNS[:-1], ((number, *row) for number, row in enumerate(rows, start=1)))
        ranked = f"SELECT row, row_number() OVER (PARTITION BY path ORDER BY row) AS rank FROM {self.found}"
        run(f"DELETE FROM {self.found} WHERE row IN (SELECT row FROM ({ranked}) ranked WHERE rank > 1)")
        index(self.found, "path")
        self._counted = None

    def store_found(self, version: int) -> None:
        """What `base_found` told becomes this version; from now on it is the stored base."""
        diff = Diff(self._stored(), self.found)
        with transaction.atomic():
            diff.write(self.tag_list.pk, version, diff.counts())
        self.version, self.found = version, ""

    def _stored(self) -> str:
        if self._base is None or self._base[0] != self.version:
            self._base = self.version, self.tables.side("base", standing(self.tag_list, self.version))
        return self._base[1]

    def _found(self) -> str:
        return f"(SELECT row AS id, depth, path, name, gl_code, enabled FROM {self.found})"

    # --- out --------------------------------------------------------------------------------------------------------

    def counts(
        self, mode: str, absent: str = "remove", *, gl_codes: bool | None = None, enabled: bool | None = None
    ) -> dict[str, int]:
        """added, changed, removed, disabled, unchanged; by one query, remembered for `store`.

        `gl_codes`, `enabled`: in case they were not known when the stage was made.
        """
        self.gl_codes = self.gl_codes if gl_codes is None else gl_codes
        self.enabled = self.enabled if enabled is None else enabled
        diff = self._diff(mode, absent)
        if self._counted is None or self._counted[0] != diff:
            self._counted = diff, diff.counts()
        return dict(self._counted[1])

    def keep_plan(
        self, upload: TagUpload, mode: str, absent: str = "remove", used: Mapping[str, int] | None = None
    ) -> None:
        """Stores what would be done with each tag as the upload's changes. `used`: open expenses by path."""
        table = ""
        if used is not None:
            table = self.tables.create("used", path="text", number="int")
            fill(table, ["path", "number"], used.items())
            index(table, "path")
        self._diff(mode, absent).write_plan(upload.pk, table)

    def store(self, version: int, mode: str, absent: str = "remove") -> None:
        """The list that results becomes this version, in one transaction. Where nothing changes nothing is written.

        Raises ValueError when the base is a list that was found and `store_found` did not store it.
        """
        counts = self.counts(mode, absent)
        if self.found:
            raise ValueError("store_found comes first")
        with transaction.atomic():
            self._diff(mode, absent).write(self.tag_list.pk, version, counts)

    def targets(self) -> Iterator[tuple[str, str]]:
        """(path, target) of the tags for which the file names one, in its order."""
        rows = stream(f"SELECT path, target FROM {self.staged} WHERE target <> '' ORDER BY row, depth")
        return ((path, target) for path, target in rows)

    def _diff(self, mode: str, absent: str) -> Diff:
        base = self._found() if self.found else self._stored()
        if self._keeps and not self._kept:
            self._kept = self.tables.select("kept_once", f"SELECT DISTINCT path FROM {self.kept}")
            index(self._kept, "path")
        return Diff(base, self.staged, self._kept, mode, absent, self.gl_codes, self.enabled)
