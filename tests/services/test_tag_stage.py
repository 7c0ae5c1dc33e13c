"""From staged tags to the stored list: both modes, absent tags, columns that lack, what is found elsewhere, cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from integrations.core.tags import Shape, TagRow, level_path
from integrations.models import Tag, TagChange, TagList, TagUpload
from integrations.services.tag_stage import Stage, current, unstore
from tests.services.tag_samples import below, listed, make_tag_list, one, stored, told, upload

pytestmark = pytest.mark.django_db(transaction=True)

AWKWARD = [
    "tab\there", "back\\slash", "\\N", "\\.", 'a "quoted" one', "it's", "100 %s", "=1+1", "00123", "a,b;c", " ", "null",
    "漢字 é ", "🧾🚀", "\u202eright", "x" * 255, "Acme: Refit", "line\nbreak", "\r",
]  # fmt: skip


@pytest.fixture
def tags() -> TagList:
    return make_tag_list()


BEFORE = ["A=1", "B=2", "-C=3", "D"]
CASES = {
    "the same": ("replace", "remove", BEFORE, "unchanged=4", BEFORE),
    "replace removes": ("replace", "remove", ["B=2"], "removed=3 unchanged=1", ["B=2"]),
    "replace disables": (
        "replace", "disable", ["B=9"], "changed=1 disabled=2 unchanged=1", ["-A=1", "-C=3", "-D", "B=9"],
    ),
    "append keeps": (
        "append", "remove", ["B=9", "E"], "added=1 changed=1 unchanged=3", ["-C=3", "A=1", "B=9", "D", "E"],
    ),
    "append never disables": ("append", "disable", ["E"], "added=1 unchanged=4", ["-C=3", "A=1", "B=2", "D", "E"]),
    "an emptied code": ("append", "remove", ["A"], "changed=1 unchanged=3", ["-C=3", "A", "B=2", "D"]),
    "enabled again": ("append", "remove", ["C=3"], "changed=1 unchanged=3", ["A=1", "B=2", "C=3", "D"]),
    "nothing at all": ("replace", "remove", [], "removed=4", []),
    "only the case differs": (
        "replace", "remove", ["a=1", *BEFORE], "added=1 unchanged=4", ["-C=3", "A=1", "B=2", "D", "a=1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=list(CASES))
def test_an_upload_makes_the_list_that_it_counted(tags: TagList, case: str) -> None:
    mode, absent, rows, counts, after = CASES[case]
    assert told(upload(tags, listed(*BEFORE))) == "added=4"
    assert told(upload(tags, listed(*rows), mode, absent)) == counts
    assert stored(tags) == sorted(after)
    assert stored(tags, 1) == sorted(BEFORE)


def test_awkward_texts_come_out_as_they_went_in(tags: TagList) -> None:
    rows = [one(row, name, code=name) for row, name in enumerate(AWKWARD, start=2)]
    assert upload(tags, rows)["added"] == len(AWKWARD)
    found = list(current(tags).order_by("id").values_list("name", "path", "gl_code"))
    assert found == [(name, level_path(1, name), name) for name in AWKWARD]
    assert told(upload(tags, rows)) == f"unchanged={len(AWKWARD)}"


def test_the_order_is_that_of_the_file(tags: TagList) -> None:
    names = [f"Project {number * 7919 % 12_007:05d}" for number in range(12_007)]
    beats: list[int] = []
    with Stage(tags) as stage:
        rows = (one(row, name) for row, name in enumerate(names, start=2))
        assert stage.load(rows, lambda: beats.append(TagList.objects.count())) == len(names)
        list(stage.settle())
        stage.store(1, "replace")
    assert list(current(tags, 1).order_by("id").values_list("name", flat=True)) == names
    assert beats == [1, 1, 1]


def test_a_column_that_the_file_lacks_leaves_the_values(tags: TagList) -> None:
    upload(tags, listed("A=1", "-B=2"))
    with Stage(tags, Shape(gl_codes=False), enabled=False) as stage:
        stage.load(listed("A", "B", "C"))
        list(stage.settle())
        assert told(stage.counts("replace")) == "added=1 unchanged=2"
        stage.store(2, "replace")
    assert stored(tags, 2) == ["-B=2", "A=1", "C"]
    unstore(tags, 2)
    with Stage(tags) as stage:
        stage.load(listed("A", "B=7"))
        list(stage.settle())
        assert told(stage.counts("replace", gl_codes=True, enabled=False)) == "changed=2"
        stage.store(2, "replace")
    assert stored(tags, 2) == ["-B=7", "A"]


def test_tags_of_rejected_rows_stay_as_they_are(tags: TagList) -> None:
    upload(tags, [below(2, "A", code="1"), below(2, "A", "x", code="2"), below(3, "B"), below(3, "B", "y")])
    with Stage(tags) as stage:
        stage.load([below(2, "C"), below(2, "C", "z")])
        list(stage.settle())
        stage.keep(["A:x", "unknown"])
        assert told(stage.counts("replace")) == "added=2 removed=2 unchanged=2"
        stage.store(2, "replace")
    assert stored(tags, 2) == ["A:x=2", "A=1", "C", "C:z"]


def test_the_plan_tells_each_change_with_what_it_was(tags: TagList) -> None:
    upload(tags, listed("A=1", "B=2", "C", "D"))
    job = TagUpload.objects.create(workspace=tags.workspace, tag_list=tags)
    with Stage(tags) as stage:
        stage.load([one(2, "B", "9"), one(3, "E", "5", False), one(4, "D")])
        list(stage.settle())
        stage.keep_plan(job, "replace", "remove", {"C": 3, "E": 1})
        columns = ("kind", "row", "path", "gl_code", "enabled", "old_gl_code", "old_enabled", "used")
        assert list(TagChange.objects.order_by("id").values_list(*columns)) == [
            ("removed", None, "C", "", True, "", True, 3),
            ("removed", None, "A", "1", True, "1", True, 0),
            ("changed", 2, "B", "9", True, "2", True, 0),
            ("added", 3, "E", "5", False, None, None, 1),
        ]
        TagChange.objects.all().delete()
        stage.keep_plan(job, "replace", "disable", None)
        columns = ("kind", "path", "enabled", "old_enabled", "used")
        assert list(TagChange.objects.exclude(kind="added").order_by("id").values_list(*columns)) == [
            ("disabled", "A", False, True, None), ("disabled", "C", False, True, None),
            ("changed", "B", True, True, None),
        ]  # fmt: skip


def test_a_list_found_changed_becomes_a_version_of_its_own(tags: TagList) -> None:
    upload(tags, listed("A=1", "B=2", "C"))
    found = [TagRow(1, "C", "C", "4"), TagRow(1, "B", "B", "2"), TagRow(1, "E", "E"), TagRow(1, "E", "E", "twice")]
    with Stage(tags) as stage:
        stage.base_found(found)
        stage.load(listed("B=2", "E=1", "F"))
        list(stage.settle())
        counts = stage.counts("replace")
        assert told(counts) == "added=1 changed=1 removed=1 unchanged=1"
        with pytest.raises(ValueError, match="store_found"):
            stage.store(2, "replace")
        stage.store_found(2)
        stage.store(3, "replace")
    assert [stored(tags, version) for version in (1, 2, 3)] == [
        ["A=1", "B=2", "C"], ["B=2", "C=4", "E"], ["B=2", "E=1", "F"],
    ]  # fmt: skip


def test_a_store_that_fails_half_way_leaves_nothing(tags: TagList) -> None:
    upload(tags, listed("A=1", "B=2"))
    before = list(Tag.objects.order_by("id").values())
    with pytest.raises(Exception, match="(?i)unique|constraint"), Stage(tags) as stage:
        stage.load(listed("A=9", "C", "C"))  # never settled: the index guards
        stage.store(2, "replace")
    assert list(Tag.objects.order_by("id").values()) == before


# --- cost -------------------------------------------------------------------------------------------------------------


def size() -> Any:
    """Of the table with its indexes, in bytes; on SQLite of the whole file."""
    with connection.cursor() as cursor:
        postgres = connection.vendor == "postgresql"
        cursor.execute("SELECT pg_total_relation_size('integrations_tag')" if postgres else "PRAGMA page_count")
        return cursor.fetchone()[0]


def test_the_same_file_again_writes_nothing(tags: TagList) -> None:
    rows = [one(row, f"Project {row}", str(row)) for row in range(2, 1002)]
    upload(tags, rows)
    before, last = size(), Tag.objects.order_by("id").last()
    assert told(upload(tags, rows)) == "unchanged=1000"
    assert (size(), Tag.objects.order_by("id").last()) == (before, last)


def test_statements_do_not_grow_with_the_rows(tags: TagList, django_assert_max_num_queries: Any) -> None:
    for rows, mode in ((4, "replace"), (4000, "append"), (2000, "replace")):
        with django_assert_max_num_queries(30):
            upload(tags, listed(*[f"{mode} {row}" for row in range(rows)]), mode)


def test_no_table_is_left_behind(tags: TagList) -> None:
    upload(tags, listed("A", "B"))
    with connection.cursor() as cursor:
        postgres = connection.vendor == "postgresql"
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'" if postgres
            else "SELECT name FROM temp.sqlite_master WHERE type = 'table'"
        )  # fmt: skip
        assert cursor.fetchall() == []
        cursor.execute("SHOW enable_nestloop" if postgres else "SELECT 'on'")
        assert cursor.fetchall() == [("on",)]


def test_an_error_inside_a_transaction_is_told_as_it_is(tags: TagList) -> None:
    with (
        pytest.raises(DatabaseError, match="nowhere"),
        transaction.atomic(),
        Stage(tags),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1 FROM nowhere")
