"""One row, exactly: its tags, or what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from integrations.core.tags import LONGEST_PATH, Rejected, Staged, escape, level_path
from integrations.imports.cells import letter, storable
from integrations.imports.checks import Refused, check_code, check_enabled, check_name, check_target, text_of
from integrations.imports.columns import Layout, Level
from integrations.imports.files import MOST_COLUMNS

BEYOND = (
    "holds something beyond the headings: put a name that has the delimiter in it in quotes, or give the column a "
    "heading."
)
Reject = Callable[[Rejected], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Rules:
    """`colons` in names: sent escaped, sent as they are, or refused."""

    colons: Literal["escape", "as_is", "refuse"] = "escape"


class RowCheck:
    """A row under examination: `cell` checks one of its cells and notes what is wrong."""

    def __init__(self, number: int, row: Sequence[str], headings: Sequence[str], rules: Rules) -> None:
        self.number, self.row, self.headings, self.rules = number, row, headings, rules
        self.wrong: list[tuple[str, str]] = []

    def raw(self, column: int | None) -> str:
        return self.row[column] if column is not None and column < len(self.row) else ""

    def note(self, column: int, words: str) -> None:
        self.wrong.append((self.headings[column], words))

    def cell(self, column: int | None, check: Callable[[str], T], otherwise: T) -> T:
        if column is None:
            return otherwise
        try:
            return check(self.raw(column))
        except Refused as refused:
            self.note(column, str(refused))
            return otherwise

    def name(self, column: int) -> str:
        return self.cell(column, lambda text: check_name(text, self.rules.colons), "")

    def code(self, column: int | None) -> str:
        return self.cell(column, check_code, "")

    def rejected(self, path: str) -> Rejected:
        reason = " ".join(f"“{heading}” {words}" for heading, words in self.wrong)
        return Rejected(self.number, self.wrong[0][0], reason, tuple(map(storable, self.row)), path)


class Checker:
    """Rows of one file."""

    def __init__(self, layout: Layout, rules: Rules, headings: Sequence[str], reject: Reject) -> None:
        self.layout, self.rules, self.headings, self.reject = layout, rules, headings, reject
        self.width = MOST_COLUMNS
        """Of the heading row: cells beyond it belong to nothing."""
        self.above: list[tuple[str, str]] = []
        """Names and codes of the row before, to leave out parents that it named already."""

    def check(self, number: int, row: Sequence[str]) -> Iterator[Staged]:
        if not any(map(text_of, row)):
            return iter(())
        one = RowCheck(number, row, self.headings, self.rules)
        if any(map(text_of, row[self.width :])):
            one.wrong.append((f"Column {letter(self.width)}", BEYOND))
            if not self.layout.single:
                self.reject(one.rejected(""))
                return iter(())
        if self.layout.single:
            return self._single(one)
        return self._dependent(one) if self.layout.dependent else self._independent(one)

    def _single(self, one: RowCheck) -> Iterator[Staged]:
        level = self.layout.levels[0]
        name, code = one.name(level.name_column), one.code(level.gl_column)
        enabled = one.cell(self.layout.enabled_column, check_enabled, True)
        target = one.cell(self.layout.target_column, check_target, "")
        if one.wrong:
            self.reject(one.rejected(escape(name)))
        else:
            yield Staged(one.number, 1, escape(name), name, code, enabled, target)

    def _independent(self, one: RowCheck) -> Iterator[Staged]:
        """Each cell is a tag of its own; the target belongs to the last."""
        filled = [
            (depth, level)
            for depth, level in enumerate(self.layout.levels, start=1)
            if text_of(one.raw(level.name_column)) or text_of(one.raw(level.gl_column))
        ]
        for depth, level in filled:
            name, code = one.name(level.name_column), one.code(level.gl_column)
            last = depth == filled[-1][0]
            target = one.cell(self.layout.target_column, check_target, "") if last else ""
            path = level_path(depth, name) if name else ""
            if one.wrong:
                self.reject(one.rejected(path))
                one.wrong = []
            else:
                yield Staged(one.number, depth, path, name, code, True, target)

    def _dependent(self, one: RowCheck) -> Iterator[Staged]:
        """Down to the last level that is filled. What is good above a bad cell is taken: other rows may hang on it. A
        parent that the row before named too, now without its code, keeps that."""
        levels = self.layout.levels
        last = max((at for at, level in enumerate(levels) if self._filled(one, level)), default=-1)
        path, same, pairs = "", True, []
        for at, level in enumerate(levels[: last + 1]):
            name, code = self._below(one, at, last), one.code(level.gl_column)
            below = f"{path}:{escape(name)}" if at else escape(name)
            if len(below.encode("utf-8", "replace")) > LONGEST_PATH:
                one.note(level.name_column, "makes the names of all levels too long together: shorten one of them.")
            path = below if name else path
            target = one.cell(self.layout.target_column, check_target, "") if at == last else ""
            if one.wrong:
                break
            before = self.above[at] if same and at < len(self.above) else ("", "")
            if at < last and not code and before[0] == name:
                code = before[1]
            pairs.append((name, code))
            same = before == (name, code)
            if at == last or not same:
                yield Staged(one.number, at + 1, path, name, code, True, target)
        self.above = pairs
        if one.wrong:
            self.reject(one.rejected(path))

    def _filled(self, one: RowCheck, level: Level) -> bool:
        return bool(text_of(one.raw(level.name_column)) or text_of(one.raw(level.gl_column)))

    def _below(self, one: RowCheck, at: int, last: int) -> str:
        """The name at a level of dependent ones."""
        column = self.layout.levels[at].name_column
        if at < last and not text_of(one.raw(column)):
            one.note(column, "is empty though a level below it is filled: repeat the name of the tag above.")
            return ""
        name = one.name(column)
        if at < len(self.layout.levels) - 1 and name.endswith("\\"):
            one.note(column, "ends in a backslash, which hides where the next level begins: remove it.")
        return name
