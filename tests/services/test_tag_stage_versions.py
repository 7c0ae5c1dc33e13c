"""Versions of a list: compared, taken back, undone."""

from __future__ import annotations

import pytest

from integrations.core.tags import Staged, TagRow
from integrations.models import Tag, TagList
from integrations.services.tag_stage import Stage, compare_counts, compare_versions, current, unstore
from tests.services.tag_samples import listed, make_tag_list, stored, told, upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tags() -> TagList:
    return make_tag_list()


def test_versions_are_compared_either_way(tags: TagList) -> None:
    upload(tags, listed("A=1", "B=2", "C"))
    upload(tags, listed("A=9", "B=2", "D"))
    upload(tags, listed("A=1", "B=2", "D", "100%"))
    assert compare_counts(tags, 1, 2) == {"added": 1, "changed": 1, "removed": 1}
    assert compare_counts(tags, 1, 3) == {"added": 2, "changed": 0, "removed": 1}
    changed = [(row.kind, row.path, row.before, row.after) for row in compare_versions(tags, 2, 1)]
    assert sorted(changed) == [
        ("added", "C", None, TagRow(1, "C", "C")),
        ("changed", "A", TagRow(1, "A", "A", "9"), TagRow(1, "A", "A", "1")),
        ("removed", "D", TagRow(1, "D", "D"), None),
    ]
    first, *rest = compare_versions(tags, 0, 3)
    assert compare_versions(tags, 0, 3, after=first.id) == rest
    assert len(rest) == 3
    assert [row.name for row in compare_versions(tags, 0, 3, query="0%")] == ["100%"]
    assert compare_versions(tags, 0, 3, kind="removed") == []
    assert len(compare_versions(tags, 0, 3, kind="added", limit=2)) == 2


def test_a_version_that_was_never_confirmed_is_taken_back(tags: TagList) -> None:
    upload(tags, listed("A=1", "B=2", "C"))
    rows = list(Tag.objects.order_by("id").values())
    with Stage(tags) as stage:
        stage.load(listed("A=9", "D"))
        list(stage.settle())
        stage.store(2, "replace")
    assert stored(tags) == ["A=1", "B=2", "C"]
    assert stored(tags, 2) == ["A=9", "D"]
    with Stage(tags) as stage:  # another one, while that is being sent
        stage.load(listed("A=1", "B=2", "C"))
        list(stage.settle())
        assert told(stage.counts("replace")) == "unchanged=3"
    unstore(tags, 2)
    assert list(Tag.objects.order_by("id").values()) == rows


def test_undo_is_an_upload_of_what_stood_before(tags: TagList) -> None:
    upload(tags, listed("A=1", "B=2"))
    upload(tags, listed("A=3"))
    rows = current(tags, 1).order_by("id").values_list("depth", "path", "name", "gl_code", "enabled")
    assert told(upload(tags, [Staged(row, *tag, "") for row, tag in enumerate(rows, start=1)])) == "added=1 changed=1"
    assert stored(tags) == stored(tags, 1)
    assert stored(tags, 2) == ["A=3"]
