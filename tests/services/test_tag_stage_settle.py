"""Files that name a tag more than once."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from integrations.core.tags import Staged, TagRow
from integrations.models import TagList
from integrations.services.tag_stage import Clash, Stage, current
from tests.services.tag_samples import below, make_tag_list, one, upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tags() -> TagList:
    return make_tag_list()


def settled(tag_list: TagList, rows: Iterable[Staged]) -> tuple[list[Clash], list[TagRow], Stage]:
    with Stage(tag_list) as stage:
        stage.load(rows)
        clashes = list(stage.settle())
        stage.store(1, "replace")
        rows_stored = current(tag_list, 1).order_by("id").values_list("depth", "path", "name", "gl_code", "enabled")
        return clashes, [TagRow(*row) for row in rows_stored], stage


def test_a_tag_named_again_counts_once_and_a_contradiction_is_told(tags: TagList) -> None:
    rows = [
        one(2, "A", "1"), one(3, "B"), one(4, "A", "1"), one(5, "A", "2"), one(6, "B", enabled=False),
        one(7, "C", target="job:1"), one(8, "C"), one(9, "C", target="job:2"), one(10, "A:x", "1"), one(11, "A:x", "2"),
    ]  # fmt: skip
    clashes, wanted, stage = settled(tags, rows)
    assert clashes == [
        Clash(5, "A", "A", "gl_code", "2", 2, "1"),
        Clash(6, "B", "B", "enabled", "no", 3, "yes"),
        Clash(9, "C", "C", "target", "job:2", 7, "job:1"),
        Clash(11, "A\\:x", "A:x", "gl_code", "2", 10, "1"),
    ]
    assert [(row.name, row.gl_code, row.enabled) for row in wanted] == [
        ("A", "1", True), ("B", "", True), ("C", "", True), ("A:x", "1", True),
    ]  # fmt: skip
    assert stage.repeats == 2


def test_a_target_in_a_repeated_row_is_not_lost(tags: TagList) -> None:
    with Stage(tags) as stage:
        stage.load([one(2, "B", target="job:7"), one(3, "A"), one(4, "A", target="issue:9")])
        assert list(stage.settle()) == []
        assert list(stage.targets()) == [("B", "job:7"), ("A", "issue:9")]


def test_parents_named_by_each_row_are_no_repeats(tags: TagList) -> None:
    rows = [below(2, "A"), below(2, "A", "x"), below(3, "B"), below(3, "B", "y"), below(4, "A"), below(4, "A", "y")]
    clashes, wanted, stage = settled(tags, rows)
    assert clashes == []
    assert [row.path for row in wanted] == ["A", "A:x", "B", "B:y", "A:y"]
    assert stage.repeats == 0


def test_a_parent_that_contradicts_takes_the_rows_below_it_along(tags: TagList) -> None:
    upload(tags, [below(2, "A", code="1"), below(2, "A", "z", code="9")])
    rows = [
        below(2, "A", code="1"), below(2, "A", "x"),
        below(3, "B"), below(3, "B", "x"),
        below(4, "A", code="2"), below(4, "A", "y"),
        below(5, "A", "z"),  # its parent stands in the row above and is not staged again
        below(6, "C"), below(6, "C", "x"),
    ]  # fmt: skip
    clashes, wanted, _ = settled(tags, rows)
    assert clashes == [Clash(row, "A", "A", "gl_code", "2", 2, "1") for row in (4, 5)]
    assert [(row.path, row.gl_code) for row in wanted] == [
        ("A", "1"), ("A:z", "9"), ("A:x", ""), ("B", ""), ("B:x", ""), ("C", ""), ("C:x", ""),
    ]  # fmt: skip


def test_what_is_good_above_a_contradiction_is_taken(tags: TagList) -> None:
    rows = [
        below(2, "A"), below(2, "A", "x"), below(2, "A", "x", "1", code="1"),
        below(3, "B"), below(3, "B", "y"), below(3, "B", "y", "1"),
        below(4, "A"), below(4, "A", "x"), below(4, "A", "x", "1", code="2"),
        below(5, "A", "z", code="3"), below(5, "A", "z", "1"),
        below(6, "B"), below(6, "B", "z"), below(7, "A"), below(7, "A", "z", code="4"), below(7, "A", "z", "2"),
    ]  # fmt: skip
    clashes, wanted, _ = settled(tags, rows)
    assert [(clash.row, clash.path) for clash in clashes] == [(4, "A:x:1"), (7, "A:z")]
    assert [row.path for row in wanted] == ["A", "A:x", "A:x:1", "B", "B:y", "B:y:1", "A:z", "A:z:1", "B:z"]


def test_independent_levels_contradict_one_by_one(tags: TagList) -> None:
    rows = [
        Staged(2, 1, "A", "A", "1", True, ""), Staged(2, 2, ":x", "x", "", True, ""),
        Staged(3, 1, "A", "A", "2", True, ""), Staged(3, 2, ":y", "y", "", True, ""),
    ]  # fmt: skip
    clashes, wanted, _ = settled(tags, rows)
    assert clashes == [Clash(3, "A", "A", "gl_code", "2", 2, "1")]
    assert [(row.depth, row.path) for row in wanted] == [(1, "A"), (2, ":x"), (2, ":y")]
