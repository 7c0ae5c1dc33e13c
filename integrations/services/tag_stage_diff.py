"""A list beside the file that changes it, as SQL for both databases. Texts only; tag_stage.py runs them."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.services.tag_stage_tables import first, run

KINDS = ("added", "changed", "removed", "disabled", "unchanged")
NEW_NAME = "COALESCE(s.name, s.path)"
TAG_COLUMNS = "(tag_list_id, depth, path, name, gl_code, enabled, since)"
CHANGE_COLUMNS = "upload_id, kind, row, depth, path, name, gl_code, enabled, old_gl_code, old_enabled, used"


@dataclass(frozen=True, slots=True)
class Diff:
    """`base` and `staged`: what follows FROM; `kept`: a table of paths that stay, each once, '' for none.

    A base has id (its order), depth, path, name, gl_code, enabled; what is staged has row for id, and no name where
    that is the path. `gl_codes`, `enabled`: what is staged tells of them; otherwise the base's values stay.
    """

    base: str
    staged: str
    kept: str = ""
    mode: str = "replace"
    absent: str = "remove"
    gl_codes: bool = True
    enabled: bool = True

    @property
    def beside(self) -> str:
        """Every tag of the base with what is staged of it."""
        kept = f" LEFT JOIN {self.kept} k ON k.path = b.path" if self.kept else ""
        return f"{self.base} b LEFT JOIN {self.staged} s ON s.path = b.path{kept}"

    @property
    def news(self) -> str:
        """Every staged tag with what the base has of it."""
        return f"{self.staged} s LEFT JOIN {self.base} b ON b.path = s.path"

    @property
    def missing(self) -> str:
        return "s.path IS NULL AND k.path IS NULL" if self.kept else "s.path IS NULL"

    @property
    def differs(self) -> str:
        parts = ["s.gl_code <> b.gl_code"] * self.gl_codes + ["s.enabled <> b.enabled"] * self.enabled
        return f"({' OR '.join(parts) or '1 = 0'})"

    @property
    def goes(self) -> str:
        """Of the base: what is removed or disabled."""
        if self.mode == "append":
            return "1 = 0"
        return f"({self.missing} AND b.enabled)" if self.absent == "disable" else f"({self.missing})"

    @property
    def values(self) -> str:
        """GL code and enabled of a staged tag."""
        code = "s.gl_code" if self.gl_codes else "COALESCE(b.gl_code, s.gl_code)"
        return f"{code}, s.enabled" if self.enabled else f"{code}, COALESCE(b.enabled, s.enabled)"

    def counts(self) -> dict[str, int]:
        """By KINDS, by one query."""
        tags, base, met, changed, gone = first(
            f"SELECT (SELECT count(*) FROM {self.staged} s), count(*), count(s.path),"
            f" count(*) FILTER (WHERE s.path IS NOT NULL AND {self.differs}),"
            f" count(*) FILTER (WHERE {self.goes}) FROM {self.beside}"
        )
        removed, disabled = (0, gone) if self.absent == "disable" else (gone, 0)
        return dict(zip(KINDS, (tags - met, changed, removed, disabled, base - changed - gone), strict=True))

    def write(self, tag_list: int, version: int, counts: dict[str, int]) -> None:
        """Ends and adds rows, in this order: a path stands once. What does not change is not touched."""
        if counts["changed"] + counts["removed"] + counts["disabled"]:
            run(
                "UPDATE integrations_tag SET until = %s WHERE id IN"
                f" (SELECT b.id FROM {self.beside} WHERE (s.path IS NOT NULL AND {self.differs}) OR {self.goes})",
                [version],
            )
        if counts["added"] + counts["changed"]:
            run(
                f"INSERT INTO integrations_tag {TAG_COLUMNS} SELECT %s, s.depth, s.path, {NEW_NAME}, {self.values}, %s"
                f" FROM {self.news} WHERE b.id IS NULL OR {self.differs} ORDER BY s.row, s.depth",
                [tag_list, version],
            )
        if counts["disabled"]:
            run(
                f"INSERT INTO integrations_tag {TAG_COLUMNS} SELECT %s, b.depth, b.path, b.name, b.gl_code, FALSE, %s"
                f" FROM {self.beside} WHERE {self.goes} ORDER BY b.id",
                [tag_list, version],
            )

    def write_plan(self, upload: int, used: str) -> None:
        """TagChange rows, removed ones first that are used most. `used`: a table of path and number, '' = not known."""
        kind = "removed" if self.absent == "remove" else "disabled"
        state = "b.enabled" if self.absent == "remove" else "FALSE"
        gone = (
            f"SELECT '{kind}' AS kind, CAST(NULL AS integer) AS row, b.depth, b.path, b.name, b.gl_code,"
            f" {state} AS enabled, b.gl_code AS old_gl_code, b.enabled AS old_enabled, b.id AS place"
            f" FROM {self.beside} WHERE {self.goes}"
        )
        come = (
            f"SELECT CASE WHEN b.id IS NULL THEN 'added' ELSE 'changed' END, s.row, s.depth, s.path, {NEW_NAME},"
            f" {self.values}, b.gl_code, b.enabled, s.row FROM {self.news} WHERE b.id IS NULL OR {self.differs}"
        )
        number = "COALESCE(u.number, 0)" if used else "CAST(NULL AS integer)"
        join = f" LEFT JOIN {used} u ON u.path = c.path" if used else ""
        run(
            f"INSERT INTO integrations_tagchange ({CHANGE_COLUMNS}) SELECT %s, c.kind, c.row, c.depth, c.path, c.name,"
            f" c.gl_code, c.enabled, c.old_gl_code, c.old_enabled, {number} FROM ({gone} UNION ALL {come}) c{join}"
            f" ORDER BY c.kind DESC, {number} DESC, c.place, c.depth",
            [upload],
        )
