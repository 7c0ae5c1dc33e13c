"""A file that names a tag more than once: repeats are merged, contradictions taken out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from integrations.services.tag_stage_tables import Tables, first, index, is_postgres, run, stream

WORDS = "CASE WHEN {} THEN 'yes' ELSE 'no' END"


@dataclass(frozen=True, slots=True)
class Clash:
    """A row that contradicts an earlier one of the same path. `field`: gl_code, enabled or target; `value`: what it
    says, `first_value`: what row `first_row` says. Enabled is yes or no."""

    row: int
    path: str
    name: str
    field: str
    value: str
    first_row: int
    first_value: str


class Settled:
    """Settles the table `staged` (row, depth, path, name, gl_code, enabled, target) on the spot.

    `repeats`: entries that were merged into an earlier one. What was taken out for a contradiction has its path in
    `kept`: the base's tag stays. With a parent that contradicts go the tags below it, in the rows that follow as well:
    a parent that stands in the row above is not staged again. What is good above a contradiction stays.
    """

    def __init__(self, tables: Tables, staged: str, kept: str, *, levels: int, dependent: bool) -> None:
        self.tables, self.staged, self.kept = tables, staged, kept
        self.levels, self.dependent = levels, dependent and levels > 1
        self.repeats = 0
        self.clashing = 0
        doubles = self.tables.select("doubles", self._doubles())
        if first(f"SELECT count(*) FROM {doubles}")[0]:
            self._judge(doubles)
            self._take_out()
            self._merge(doubles)

    def clashes(self) -> Iterator[Clash]:
        """One for each row, in the order of the file."""
        if not self.clashing:
            return iter(())
        columns = "row, path, name, field, value, first_row, first_value"
        ranked = f"SELECT {columns}, row_number() OVER (PARTITION BY row ORDER BY depth) AS rank FROM {self.clash}"
        rows = stream(f"SELECT {columns} FROM ({ranked}) ranked WHERE rank = 1 ORDER BY row")
        return (Clash(*row) for row in rows)

    def _doubles(self) -> str:
        """Paths that stand more than once. Grouping numbers takes a third less time than texts, and less memory."""
        once, twice = f"SELECT path FROM {self.staged}", "GROUP BY 1 HAVING count(*) > 1"
        if is_postgres():
            number = "hashtextextended(path, 0)"
            once += f" WHERE {number} IN (SELECT {number} FROM {self.staged} {twice})"
        return f"{once} {twice}"

    def _judge(self, doubles: str) -> None:
        """Each entry of these paths beside the first one; targets beside the first that is not empty."""
        firsts = ", ".join(f"first_value({name}) OVER w AS first_{name}" for name in ("row", "gl_code", "enabled"))
        told = ", ".join(f"first_value({name}) OVER t AS told_{name}" for name in ("row", "target"))
        self.judged = self.tables.select(
            "judged",
            f"SELECT row, depth, path, COALESCE(name, path) AS name, gl_code, enabled, target, {firsts}, {told}"
            f" FROM {self.staged} WHERE path IN (SELECT path FROM {doubles})"
            " WINDOW w AS (PARTITION BY path ORDER BY row, depth),"
            " t AS (PARTITION BY path ORDER BY CASE WHEN target = '' THEN 1 ELSE 0 END, row, depth)",
        )
        self.clash = self.tables.select("clash", self._contradictions())
        self.clashing = first(f"SELECT count(*) FROM {self.clash}")[0]

    def _contradictions(self) -> str:
        code, state = "gl_code <> first_gl_code", "enabled <> first_enabled"
        return (
            f"SELECT row, depth, path, name, CASE WHEN {code} THEN 'gl_code' WHEN {state} THEN 'enabled'"
            f" ELSE 'target' END AS field, CASE WHEN {code} THEN gl_code WHEN {state} THEN {WORDS.format('enabled')}"
            f" ELSE target END AS value, CASE WHEN {code} OR {state} THEN first_row ELSE told_row END AS first_row,"
            f" CASE WHEN {code} THEN first_gl_code WHEN {state} THEN {WORDS.format('first_enabled')}"
            f" ELSE told_target END AS first_value FROM {self.judged}"
            f" WHERE {code} OR {state} OR (target <> '' AND target <> told_target)"
        )

    def _take_out(self) -> None:
        if not self.clashing:
            return
        gone = self.tables.select("gone", f"SELECT row, depth, path FROM {self.clash}")
        if self.dependent:
            self._take_below(gone)
        run(f"INSERT INTO {self.kept} (path) SELECT path FROM {gone}")
        run(f"DELETE FROM {self.staged} WHERE (row, depth) IN (SELECT row, depth FROM {gone})")

    def _take_below(self, gone: str) -> None:
        """What stands below a contradicting parent: until the next entry of its level or above."""
        index(self.clash, "row")
        for level in range(1, self.levels):
            above = f"max(CASE WHEN depth <= {level} THEN row END) OVER (ORDER BY row, depth)"
            below = (
                f"(SELECT row, depth, path, {above} AS above FROM {self.staged}) e"
                f" JOIN {self.clash} c ON c.depth = {level} AND c.row = e.above WHERE e.depth > {level}"
            )
            run(f"INSERT INTO {gone} SELECT e.row, e.depth, e.path FROM {below}")
            run(
                f"INSERT INTO {self.clash} SELECT DISTINCT e.row, c.depth, c.path, c.name, c.field, c.value,"
                f" c.first_row, c.first_value FROM {below} AND e.row <> c.row"
            )

    def _merge(self, doubles: str) -> None:
        """The first entry of a path stays, with the target that any of them tells."""
        told = f"(SELECT DISTINCT path, told_target FROM {self.judged} WHERE told_target <> '') told"
        run(
            f"UPDATE {self.staged} SET target = told_target FROM {told}"
            f" WHERE {self.staged}.path = told.path AND {self.staged}.target = ''"
        )
        ranked = (
            "SELECT row, depth, row_number() OVER (PARTITION BY path ORDER BY row, depth) AS rank"
            f" FROM {self.staged} WHERE path IN (SELECT path FROM {doubles})"
        )
        self.repeats = run(
            f"DELETE FROM {self.staged} WHERE (row, depth) IN (SELECT row, depth FROM ({ranked}) ranked WHERE rank > 1)"
        )


def above(path: str) -> Iterator[str]:
    """The paths of all tags above this one, the nearest first; none for a tag of an independent level."""
    end = len(path)
    while (end := path.rfind(":", 0, end)) > 0:
        if path[end - 1] != "\\":
            if path[:end].strip(":"):
                yield path[:end]
