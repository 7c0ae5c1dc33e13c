"""What a list of tags answers the expense sync."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Sync, TagList, TagTarget
from integrations.services.syncs import sync_create
from integrations.services.tag_book import StoredTags
from integrations.services.tag_targets import tag_target_set
from tests.factories import make_accelo, make_expense_sync
from tests.services.tag_rows import NOWHERE, add_tag, know, make_list, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync() -> Sync:
    return make_expense_sync(NOWHERE)


def say(tags: TagList, path: str, id: str, ground: str = "hand") -> None:
    TagTarget.objects.create(tag_list=tags, path=path, kind="job", external_id=id, label=f"No {id}", ground=ground)
    TagList.objects.filter(pk=tags.pk).update(targets_version=1)


@pytest.mark.parametrize(
    ("said", "id", "decided"),
    [
        ([("Acme:Refit", "1", "hand"), ("Acme", "2", "hand")], "1", True),
        ([("Acme:Refit", "1", "drawn"), ("Acme", "2", "hand")], "1", True),
        ([("Acme:Refit", "1", "code"), ("Acme", "2", "hand")], "2", True),
        ([("Acme:Refit", "1", "title"), ("Acme", "2", "code")], "2", False),
        ([("Acme:Refit", "1", "title"), ("Acme", "2", "title")], "1", False),
        ([("Globex:Refit", "1", "hand"), ("Acme", "2", "title")], "2", False),
    ],
)
def test_decisions_come_first_then_codes_then_titles_each_the_deepest_first(
    sync: Sync, said: list[tuple[str, str, str]], id: str, decided: bool
) -> None:
    tags = make_list(sync.source, levels=("Client", "Project"))
    for one in said:
        say(tags, *one)
    found = StoredTags(sync).find(("Acme", "Refit"))
    assert found and (found.id, found.decided) == (id, decided)
    assert StoredTags(sync).find(("Other", "Refit")) is None


def test_each_distinct_tag_is_one_query_and_a_list_without_targets_one_in_all(
    sync: Sync, django_assert_num_queries: Any
) -> None:
    tags = make_list(sync.source, "P-1", "P-2")
    with django_assert_num_queries(1):
        book = StoredTags(sync)
        assert book.version() == "" and book.find(("P-1",)) is book.find(("P-2",)) is None
    say(tags, "P-1", "1")
    book = StoredTags(sync)
    assert book.version()
    with django_assert_num_queries(2):
        for name in ("P-1", "P-2", "P-1", "P-2"):
            assert (book.find((name,)) is None) == (name == "P-2")


def test_the_version_changes_with_every_decision_and_with_the_levels(sync: Sync) -> None:
    know(sync.target, work("job", "1", "Refit"))
    tags = make_list(sync.source, "P-1")
    versions = [StoredTags(sync).version()]
    for target in ("job:1", ""):
        tag_target_set(tag_list=tags, path="P-1", target=target)
        versions.append(StoredTags(sync).version())
    TagList.objects.update(levels=["Client", "Project"])
    assert len({*versions, StoredTags(sync).version()}) == 4


def test_a_removed_tag_still_stands_for_what_was_decided(sync: Sync) -> None:
    tags = make_list(sync.source)
    add_tag(tags, "P-1", until=1)
    say(tags, "P-1", "1")
    assert StoredTags(sync).find(("P-1",))


def test_a_second_sync_into_another_account_finds_nothing(sync: Sync) -> None:
    say(make_list(sync.source, "P-1"), "P-1", "1")
    other = make_accelo(sync.workspace, NOWHERE, key="second")
    second = sync_create(
        workspace=sync.workspace, key="second", name="Second", kind="ieatta_accelo", source=sync.source, target=other
    )
    assert StoredTags(sync).find(("P-1",)) and StoredTags(second).find(("P-1",)) is None
    assert StoredTags(second).version() == ""
