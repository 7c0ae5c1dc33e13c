"""A person's decisions about single records."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from integrations.core.errors import ConfigError
from integrations.models import Intent, Link, Run, Sync
from integrations.services.records import intent_is_done, intent_is_not_done, records_ignore, records_unignore
from tests.factories import make_expense_sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync() -> Sync:
    return make_expense_sync("http://127.0.0.1:1")


def link(sync: Sync, source_id: str, state: str, **values: Any) -> Link:
    return Link.objects.create(sync=sync, stream="expenses", source_id=source_id, state=state, **values)


def intent(sync: Sync, **values: Any) -> Intent:
    return Intent.objects.create(
        sync=sync, stream="expenses", source_id="1", content_hash="h", sent_at=timezone.now(),
        **{"state": Intent.State.UNKNOWN, **values},
    )  # fmt: skip


@pytest.mark.parametrize("state", Link.State.values)
def test_only_records_that_are_not_at_work_are_left_out(sync: Sync, state: str) -> None:
    one = link(sync, "1", state)
    number = records_ignore(links=Link.objects.filter(source_id="1"), who="anna")
    one.refresh_from_db()
    expected = state in ("blocked", "failed", "skipped", "vanished")
    assert (number, one.state == Link.State.IGNORED) == (int(expected), expected or state == "ignored")


def test_a_record_taken_up_again_is_planned_anew(sync: Sync) -> None:
    link(sync, "1", "ignored", fingerprint="x"), link(sync, "2", "ignored", target_id="9", fingerprint="x")
    assert records_unignore(links=Link.objects.all()) == 2
    assert dict(Link.objects.values_list("source_id", "state")) == {"1": "skipped", "2": "linked"}
    assert set(Link.objects.values_list("fingerprint", flat=True)) == {""}


def test_a_replacement_that_was_done_leaves_the_old_one_to_be_deleted(sync: Sync) -> None:
    one = link(sync, "1", "unknown", target_id="5")
    intent_is_done(intent=intent(sync, replaces="5"), target_id=" 9 ", who="anna")
    one.refresh_from_db()
    assert (one.state, one.target_id, one.pending) == ("linked", "9", {"settle": "updated", "delete": "5"})


def test_a_replacement_that_was_not_done_keeps_the_old_one(sync: Sync) -> None:
    one = link(sync, "1", "unknown", target_id="5")
    intent_is_not_done(intent=intent(sync, replaces="5"), who="anna")
    one.refresh_from_db()
    assert (one.state, one.target_id) == ("linked", "5")


def test_nothing_is_settled_while_a_run_is_at_work(sync: Sync) -> None:
    Run.objects.create(workspace=sync.workspace, sync=sync, status="running")
    with pytest.raises(ConfigError, match="Wait until it has ended"):
        intent_is_not_done(intent=intent(sync), who="anna")


def test_an_empty_id_is_refused(sync: Sync) -> None:
    with pytest.raises(ConfigError, match="Say which record"):
        intent_is_done(intent=intent(sync), target_id="  ", who="anna")
