"""Rows that are new, many at once, on whichever database the tests run."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.models import Link, Sync
from integrations.services.bulk import FEW, LUMP, plain_insert, rows_insert
from integrations.services.ledger_rows import LinkRow
from tests.factories import make_data_sync

pytestmark = pytest.mark.django_db(transaction=True)
AWKWARD = "tab\there, line\nand\r\nend, back\\slash \\N \\. “quoted” 'text' , % café 漢字 "


@pytest.fixture
def sync() -> Sync:
    return make_data_sync("http://127.0.0.1:1")


def link(sync: Sync, source_id: str, **values: object) -> Link:
    return Link(sync=sync, stream="suppliers", source_id=source_id, state=Link.State.LINKED, **values)


def test_what_was_put_in_comes_out_again(sync: Sync) -> None:
    moment, base = timezone.now(), {"name": AWKWARD, "none": None, "list": [1, True, {"a\\b": "\n"}]}
    rows_insert([link(sync, "1", reason=AWKWARD, base=base, next_attempt_at=moment), link(sync, "2")])
    first, second = Link.objects.order_by("source_id")
    assert (first.reason, first.base, first.next_attempt_at) == (AWKWARD, base, moment)
    assert (second.reason, second.base, second.next_attempt_at) == ("", {}, None)
    assert first.created_at >= moment
    assert first.updated_at >= moment


def plain(sync: Sync, source_id: str, **values: Any) -> LinkRow:
    return LinkRow(sync.pk, "suppliers", source_id, state=Link.State.LINKED, **values)


def test_what_many_plain_rows_hold_comes_out_again(sync: Sync) -> None:
    moment = timezone.now()
    base: dict[str, Any] = {"name": AWKWARD, "none": None, "list": [1, True, {"a\\b": "\n"}]}
    odd = {"1": AWKWARD, "2": "\t", "3": "\\N", "4": ""}
    base |= {"half": 0.5, "long": 10**30}
    rows = [plain(sync, id, reason=text, base=base, next_attempt_at=moment) for id, text in odd.items()]
    plain_insert(Link, [*rows, *(plain(sync, f"n{number}") for number in range(LUMP + 1))])
    stored = {link.source_id: link for link in Link.objects.all()}
    assert {id: stored[id].reason for id in odd} == odd
    assert (stored["1"].base, stored["1"].next_attempt_at) == (base, moment)
    last = stored[f"n{LUMP}"]
    assert (last.base, last.pending, last.next_attempt_at, last.attempts) == ({}, {}, None, 0)
    assert min(last.created_at, last.updated_at) >= moment


def test_many_model_rows_come_out_again_too(sync: Sync) -> None:
    rows_insert([link(sync, str(number), reason=AWKWARD, base={"a": AWKWARD}) for number in range(FEW)])
    assert {(row.reason, row.base["a"]) for row in Link.objects.all()} == {(AWKWARD, AWKWARD)}


def test_one_plain_row_that_is_there_already_keeps_all_of_them_out(sync: Sync) -> None:
    plain_insert(Link, [plain(sync, "1", label="before")])
    with pytest.raises(IntegrityError):
        plain_insert(Link, [plain(sync, "2"), plain(sync, "1", label="after")])
    assert [row.label for row in Link.objects.all()] == ["before"]


def test_one_row_that_is_there_already_keeps_all_of_them_out(sync: Sync) -> None:
    rows_insert([link(sync, "1", label="before")])
    with pytest.raises(IntegrityError), transaction.atomic():
        rows_insert([link(sync, "2"), link(sync, "1", label="after")])
    assert [row.label for row in Link.objects.all()] == ["before"]


def test_no_rows_are_no_statement(sync: Sync, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]  # the fixture has no type of its own
        rows_insert([])
