"""Rows to tags. Each row that cannot be taken is told once, with all that is wrong with it. Pure, streamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, starmap

from integrations.core.tags import LONGEST_NAME, Staged
from integrations.imports.checked import Checker, Reject, Rules
from integrations.imports.columns import Layout, headings_of
from integrations.imports.files import Row
from integrations.imports.headings import NO, YES

__all__ = ["Reject", "Rules", "parse_tags"]

DOUBTFUL = frozenset("'#")
"""A name or code that begins so may be a neutralised formula, or one that failed."""
WORDS = {form: word in YES for word in YES | NO for form in (word, word.upper(), word.capitalize())} | {"": True}
"""The usual ways to write Enabled."""


def parse_tags(rows: Iterable[Row], layout: Layout, rules: Rules, reject: Reject) -> Iterator[Staged]:
    """The tags that the rows name, in their order; of several levels the parents too, repeats and all.

    With a header the first row is skipped. A row without anything in it is left out. Of a row that is rejected nothing
    is taken, but in dependent levels the good parents above the bad tag, and in independent ones the other cells, which
    only share the row; each bad one is then rejected by itself.
    """
    rows = iter(rows)
    heading = next(rows, (0, []))[1] if layout.header else []
    checker = Checker(layout, rules, headings_of([heading], layout), reject)
    checker.width = len(heading) or checker.width
    if layout.single:
        return single_tags(rows, layout, checker)
    return chain.from_iterable(starmap(checker.check, rows))


def single_tags(rows: Iterator[Row], layout: Layout, checker: Checker) -> Iterator[Staged]:
    """Cheap tests let the common good row pass; whatever trips one is looked at exactly."""
    name_at, code_at = layout.levels[0].name_column, layout.levels[0].gl_column
    enabled_at, target_at = layout.enabled_column, layout.target_column
    new, words, doubtful, check = tuple.__new__, WORDS, DOUBTFUL, checker.check
    code, enabled, longest, width = "", True, LONGEST_NAME, checker.width
    for number, row in rows:
        try:
            name = row[name_at].strip()
            if code_at is not None:
                code = row[code_at].strip()
            if enabled_at is not None:
                enabled = words[row[enabled_at]]
            if (
                1 < len(name) <= longest
                and name.isprintable()
                and name[0] not in doubtful
                and ":" not in name
                and (not code or (code.isprintable() and code[0] not in doubtful and len(code) <= longest))
                and (target_at is None or not row[target_at])
                and len(row) <= width
            ):
                yield new(Staged, (number, 1, name, name, code, enabled, ""))
                continue
        except (IndexError, KeyError):
            pass
        yield from check(number, row)
