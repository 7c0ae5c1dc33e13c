"""What a person or a file says a tag stands for."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.models import Sync, TagList, TagTarget
from integrations.services.tag_targets import suggestions, tag_target_set, targets_from_file, targets_match
from tests.factories import make_accelo, make_expense_sync, make_user, make_workspace
from tests.services.tag_rows import NOWHERE, know, make_list, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync() -> Sync:
    sync = make_expense_sync(NOWHERE)
    know(sync.target, work("job", "1", "Refit", "P-1"), work("issue", "2", "Printer"), work("contract", "3", "Care"))
    return sync


@pytest.fixture
def tags(sync: Sync) -> TagList:
    return make_list(sync.source, "P-1", ("Server room", "p-1"), "Other")


def target_of(tags: TagList, path: str) -> tuple[str, str, str, str]:
    row = TagTarget.objects.get(tag_list=tags, path=path)
    return row.kind, row.external_id, row.label, row.ground


def version(tags: TagList) -> int:
    tags.refresh_from_db()
    return tags.targets_version


@pytest.mark.parametrize("target", ["issue:2", "ticket: 2", ("issue", "2")])
def test_a_person_says_what_a_tag_stands_for(tags: TagList, target: Any) -> None:
    user = make_user("ava")
    targets_match(tags)
    tag_target_set(tag_list=tags, path="P-1", target=target, user=user)
    assert target_of(tags, "P-1") == ("issue", "2", "Printer", "hand") and version(tags) == 2
    line = TagTarget.history.get(path="P-1")
    assert (line.history_user, line.external_id) == (user, "2")


def test_a_decision_taken_back_leaves_what_is_found(tags: TagList) -> None:
    user = make_user("ava")
    tag_target_set(tag_list=tags, path="P-1", target="contract:3")
    row = tag_target_set(tag_list=tags, path="P-1", target="", user=user)
    assert row and target_of(tags, "P-1") == ("job", "1", "Refit", "code") and version(tags) == 3
    assert TagTarget.history.filter(path="P-1").latest().history_user == user
    assert tag_target_set(tag_list=tags, path="Other", target="") is None and version(tags) == 3


@pytest.mark.parametrize(
    ("path", "target", "words"),
    [
        ("Nowhere", "job:1", "The list has no tag 'Nowhere'"),
        ("P-1", "job:2", "no project with the id 2 in Accelo"),
        ("P-1", "staff:1", "Write it like project:42"),
        ("P-1", "42", "Write it like project:42"),
        ("P-1", "job:", "Write it like project:42"),
    ],
)
def test_what_cannot_be_is_refused_in_words(tags: TagList, path: str, target: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tag_target_set(tag_list=tags, path=path, target=target)
    assert not TagTarget.objects.exists() and version(tags) == 0


def test_only_the_lists_own_accelo_account_counts(tags: TagList, sync: Sync) -> None:
    know(make_accelo(sync.workspace, NOWHERE, key="second"), work("job", "50", "Another account", "P-1"))
    know(make_accelo(make_workspace("beta"), NOWHERE), work("job", "60", "Another workspace", "P-1"))
    with pytest.raises(ValueError, match="no project with the id 50"):
        tag_target_set(tag_list=tags, path="P-1", target="job:50")
    assert [one.id for one in suggestions(tags, "P-1")] == ["1", "3", "2"]
    assert targets_match(tags)["code"] == 2


def test_without_an_expense_sync_the_only_accelo_connection_is_meant(tags: TagList, sync: Sync) -> None:
    sync.delete()
    tag_target_set(tag_list=tags, path="P-1", target="job:1")
    make_accelo(tags.workspace, NOWHERE, key="second")
    with pytest.raises(ValueError, match="not known which Accelo account"):
        tag_target_set(tag_list=tags, path="P-1", target="job:1")


# --- by a file ----------------------------------------------------------------------------------------------------


def test_a_file_decides_and_says_it_once(tags: TagList) -> None:
    user = make_user("ava")
    targets_match(tags)
    tag_target_set(tag_list=tags, path="Other", target="issue:2")
    pairs = [("P-1", "job:1"), ("Other", "issue:2"), ("New", "issue:2"), ("New", "contract:3")]
    told = targets_from_file(tags, pairs, user=user)
    assert (told.changed, told.unknown) == (2, 0) and version(tags) == 3
    assert target_of(tags, "P-1") == ("job", "1", "Refit", "drawn"), "what was only found is decided now"
    assert target_of(tags, "Other")[3] == "hand" and target_of(tags, "New") == ("contract", "3", "Care", "drawn")
    assert set(TagTarget.history.filter(history_user=user).values_list("path", flat=True)) == {"P-1", "New"}
    assert targets_from_file(tags, pairs, user=user).changed == 0 and version(tags) == 3


def test_an_id_that_accelo_does_not_have_is_not_taken_and_told(tags: TagList) -> None:
    told = targets_from_file(tags, [("P-1", "job:99"), ("Other", "issue:2")])
    assert (told.changed, told.unknown, told.examples) == (1, 1, [("P-1", "job:99")])
    assert not TagTarget.objects.filter(path="P-1").exists()


def test_before_any_list_of_accelo_was_read_a_file_is_taken_at_its_word(tags: TagList, sync: Sync) -> None:
    sync.target.references.filter(kind="job").delete()
    assert targets_from_file(tags, [("P-1", "job:99"), ("Other", "issue:99")]).unknown == 1
    assert target_of(tags, "P-1") == ("job", "99", "", "drawn")


def test_a_longer_file_takes_no_more_statements(tags: TagList) -> None:
    taken = []
    for start, count in ((0, 3), (100, 60)):
        with CaptureQueriesContext(connection) as caught:
            targets_from_file(tags, [(f"T{number}", "job:1") for number in range(start, start + count)])
        taken.append(len(caught))
    assert taken[0] == taken[1]


# --- in a picker --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "query", "ids"),
    [
        ("Server room", "", ["1", "3", "2"]),
        ("Other", "", ["3", "2", "1"]),
        ("P-1", "PRINT", ["2"]),
        ("Other", "p-", ["1"]),
        ("Care", "", ["3", "2", "1"]),
    ],
)
def test_a_picker_offers_what_fits_the_tag_first(tags: TagList, path: str, query: str, ids: list[str]) -> None:
    assert [one.id for one in suggestions(tags, path, query)] == ids
    assert len(suggestions(tags, path, query, limit=1)) == 1
