"""What a tag stands for where nobody said."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.models import Sync, Tag, TagList, TagTarget
from integrations.services.tag_match import BATCH, targets_match
from integrations.vendors.base import Candidate
from tests.factories import make_expense_sync
from tests.services.tag_rows import NOWHERE, add_tag, know, make_list, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync() -> Sync:
    return make_expense_sync(NOWHERE)


def targets(tag_list: TagList) -> dict[str, str]:
    rows = TagTarget.objects.filter(tag_list=tag_list)
    return {row.path: f"{row.ground} {row.kind}:{row.external_id}" for row in rows}


def version(tag_list: TagList) -> int:
    tag_list.refresh_from_db()
    return tag_list.targets_version


REFIT = work("job", "1", "Refit", "P-1")


@pytest.mark.parametrize(
    ("tag", "candidates", "found"),
    [
        # the GL code as a code, then the name as one, then the name as a title
        (("Refit", "p-1 "), [REFIT, work("issue", "2", "Refit", "T-1")], "code job:1"),
        ("P-1", [REFIT, work("job", "2", "P-1")], "code job:1"),
        (("P-1", "T-9"), [REFIT, work("issue", "2", "Other", "T-9")], "code issue:2"),
        ("REFIT", [REFIT], "title job:1"),
        ("Care", [work("contract", "3", "Care")], "title contract:3"),
        ("X", [work("contract", "3", "Care", "X")], ""),
        # open ones before late ones, none of the dead, none where several fit
        ("P-1", [REFIT, work("job", "2", "Old", "P-1", "complete")], "code job:1"),
        ("P-1", [work("job", "2", "Old", "P-1", "complete")], "code job:2"),
        ("P-1", [work("job", "2", "Old", "P-1", "inactive")], ""),
        ("P-1", [work("job", "2", "Old", "P-1", active=False)], ""),
        ("P-1", [REFIT, work("issue", "2", "Old", "P-1"), work("job", "3", "P-1")], ""),
        ("Nowhere", [REFIT], ""),
    ],
)
def test_a_tag_finds_what_an_expense_with_it_would_find(
    sync: Sync, tag: str | tuple[str, str], candidates: list[Candidate], found: str
) -> None:
    know(sync.target, *candidates)
    made = make_list(sync.source, tag)
    targets_match(made)
    assert "".join(targets(made).values()) == found


def test_matching_again_changes_nothing_and_a_change_in_accelo_moves_what_was_found(sync: Sync) -> None:
    know(sync.target, REFIT, work("job", "2", "Audit"))
    made = make_list(sync.source, "P-1", "Audit", "Own")
    assert targets_match(made) == {"code": 1, "title": 1, "ambiguous": 0, "changed": 2} and version(made) == 1
    assert targets_match(made)["changed"] == 0 and version(made) == 1
    sync.target.references.filter(external_id="1").update(external_id="9")
    sync.target.references.filter(external_id="2").update(active=False)
    assert targets_match(made)["changed"] == 2 and version(made) == 2
    assert targets(made) == {"P-1": "code job:9"}


def test_a_new_title_in_accelo_is_shown_and_no_reason_to_plan_expenses_again(sync: Sync) -> None:
    know(sync.target, REFIT)
    made = make_list(sync.source, "P-1")
    targets_match(made)
    sync.target.references.update(label="Refit of the harbour")
    assert targets_match(made)["changed"] == 1 and version(made) == 1
    assert TagTarget.objects.get().label == "Refit of the harbour"


def test_decisions_stay_and_what_was_found_goes_with_its_tag(sync: Sync) -> None:
    know(sync.target, REFIT, work("job", "2", "Audit"))
    made = make_list(sync.source, "P-1", "Audit")
    for path in ("P-1", "Removed by hand"):
        TagTarget.objects.create(tag_list=made, path=path, kind="job", external_id="7", ground="hand")
    TagTarget.objects.create(tag_list=made, path="Removed", kind="job", external_id="7", ground="code")
    add_tag(made, "Gone", until=1)
    add_tag(made, "Being sent", since=2)
    targets_match(made)
    assert targets(made) == {"P-1": "hand job:7", "Removed by hand": "hand job:7", "Audit": "title job:2"}


def test_the_statements_do_not_grow_with_the_tags(sync: Sync, django_assert_num_queries: Any) -> None:
    made = make_list(sync.source, "P-1")
    with django_assert_num_queries(2):
        targets_match(made)
    know(sync.target, *(work("job", str(number), f"No {number}", f"P-{number}") for number in range(60)))
    taken = []
    for numbers in (range(10, 15), range(20, 60)):
        for number in numbers:
            add_tag(made, f"P-{number}")
        with CaptureQueriesContext(connection) as caught:
            targets_match(made)
        taken.append(len(caught))
    assert taken[0] == taken[1] and len(targets(made)) == 46


def test_a_list_longer_than_a_batch_is_matched_whole(sync: Sync) -> None:
    know(sync.target, work("job", "1", "First", "P-0"), work("job", "2", "Last", f"P-{BATCH}"))
    made = make_list(sync.source)
    rows = (Tag(tag_list=made, path=f"P-{number}", name=f"P-{number}", since=1) for number in range(BATCH + 1))
    Tag.objects.bulk_create(rows)
    assert targets_match(made)["code"] == 2
    assert targets(made) == {"P-0": "code job:1", f"P-{BATCH}": "code job:2"}
