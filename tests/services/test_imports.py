"""Imports as services: drafts, who begins, and what may follow what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations import registry
from integrations.core.errors import ConfigError
from integrations.models import Import, Link, Run, Sync, Workspace
from integrations.services.imports import (
    MOST_NAMED,
    import_cancel,
    import_discard,
    import_open,
    import_preview,
    import_retry,
    import_start,
    import_sync,
    import_undo,
    imports_settle,
)
from integrations.services.scopes import scope_of
from tests.crowd import Crowd
from tests.factories import make_accelo, make_salesforce, make_user, make_workspace
from tests.importing import KIND

pytestmark = pytest.mark.django_db(transaction=True)
URL = "http://127.0.0.1:9"


@pytest.fixture
def workspace() -> Workspace:
    workspace = make_workspace()
    make_salesforce(workspace, URL)
    make_accelo(workspace, URL)
    return workspace


@pytest.fixture
def sync(workspace: Workspace) -> Sync:
    return import_sync(workspace, registry.sync(KIND))


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    crowd = Crowd()
    yield crowd
    crowd.disperse()


def refused(work: Any) -> str:
    with pytest.raises(ConfigError) as error:
        work()
    return error.value.message


def over(row: Import, status: str = "done") -> None:
    """Its run has ended so."""
    row.refresh_from_db()
    run = row.undo if row.state == "undoing" else row.run
    assert run is not None
    Run.objects.filter(pk=run.pk).update(status=status, finished_at=run.created_at)
    imports_settle()
    row.refresh_from_db()


# --- the sync they share --------------------------------------------------------------------------------------------


def test_all_imports_between_two_connections_share_one_paused_sync(workspace: Workspace, crowd: Crowd) -> None:
    kind = registry.sync(KIND)
    keys = crowd.at_once(*[lambda: import_sync(workspace, kind).pk] * 3)
    assert len(set(keys)) == 1 and Sync.objects.get().enabled is False


def test_a_missing_or_ambiguous_connection_is_told(workspace: Workspace) -> None:
    kind = registry.sync(KIND)
    other = make_salesforce(workspace, URL, key="old-org")
    assert "several connections to Salesforce: old-org, salesforce" in refused(lambda: import_sync(workspace, kind))
    assert import_sync(workspace, kind, "old-org").source == other
    assert "Salesforce is not connected" in refused(lambda: import_sync(make_workspace("other"), kind))


# --- drafts ---------------------------------------------------------------------------------------------------------


def test_a_draft_is_resumed_by_another_admin_and_tells_who_changed_it(sync: Sync) -> None:
    ada, bob = make_user("ada"), make_user("bob")
    draft = import_open(sync=sync, kinds=["tickets"], user=ada)
    again = import_open(sync=sync, kinds=["tickets", "sales", "sales"], user=bob)
    assert (again.pk, again.kinds, again.created_by, again.changed_by) == (draft.pk, ["sales", "tickets"], ada, bob)


def test_two_that_open_one_at_the_same_moment_get_the_same(sync: Sync, crowd: Crowd) -> None:
    keys = crowd.at_once(*[lambda: import_open(sync=sync, kinds=["sales"]).pk] * 3)
    assert len(set(keys)) == 1 and Import.objects.count() == 1


def test_a_discarded_draft_makes_room_for_another(sync: Sync) -> None:
    draft = import_open(sync=sync, kinds=["sales"])
    assert import_cancel(row=draft) == "The draft is discarded."
    assert "has not begun" in refused(lambda: import_discard(draft=draft))
    assert "was discarded. Open a new one." in refused(lambda: import_start(draft=draft))
    assert import_open(sync=sync, kinds=["sales"]).pk != draft.pk
    assert "'leads' cannot be imported" in refused(lambda: import_open(sync=sync, kinds=["leads"]))


# --- beginning ------------------------------------------------------------------------------------------------------


def test_of_people_who_press_start_at_once_one_begins_and_the_others_are_told_who(sync: Sync, crowd: Crowd) -> None:
    people = [make_user(name) for name in ("ada", "bob", "eve")]
    draft = import_open(sync=sync, kinds=["sales"])

    def press(user: Any) -> str:
        try:
            return f"run {import_start(draft=Import.objects.get(pk=draft.pk), user=user).pk}"
        except ConfigError as error:
            return error.message

    told = crowd.at_once(*[lambda user=user: press(user) for user in people])
    draft.refresh_from_db()
    assert sorted(told)[2] == f"run {draft.run_id}" and Run.objects.count() == 1
    words = f"Import {draft.pk} was started by {draft.started_by} on {draft.started_at:%d %b at %H:%M} UTC"
    assert sorted(told)[:2] == [f"{words} and is at work. Wait for its end, or cancel it."] * 2


def test_it_runs_what_was_chosen_and_what_goes_along(sync: Sync) -> None:
    draft = import_open(sync=sync, kinds=["tickets"])
    for run in (import_preview(draft=draft), import_start(draft=draft)):
        assert scope_of(run).streams == ("companies", "contacts", "tickets")


def test_while_it_is_at_work_nothing_else_begins(sync: Sync) -> None:
    row = import_open(sync=sync, kinds=["sales"])
    import_start(draft=row)
    for work in (
        lambda: import_open(sync=sync, kinds=["sales"]), lambda: import_preview(draft=row),
        lambda: import_start(draft=row), lambda: import_retry(done=row), lambda: import_undo(done=row),
    ):  # fmt: skip
        assert "ended" in (words := refused(work)) or "is at work" in words
    over(row)
    for late in (import_start, import_preview):
        assert "is over. Open a new one." in refused(lambda late=late: late(draft=row))


# --- what follows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["cancelled", "failed"])
def test_one_that_broke_off_is_tried_again_as_a_whole(sync: Sync, status: str) -> None:
    row = import_open(sync=sync, kinds=["sales"])
    first = import_start(draft=row)
    over(row, status)
    again = import_retry(done=row)
    assert (row.state, row.runs) == ("running", [first.pk, again.pk])
    assert scope_of(again) == scope_of(first)


def test_many_that_wait_are_brought_by_reading_everything(sync: Sync) -> None:
    row = import_open(sync=sync, kinds=["sales"])
    first = import_start(draft=row)
    over(row, "done_with_failures")
    links = [Link(sync=sync, stream="sales", source_id=f"006{n}", state="failed", fingerprint="x") for n in range(2000)]
    Link.objects.bulk_create(links)
    assert len(scope_of(import_retry(done=row)).source_ids) == MOST_NAMED == len(links)
    over(row, "done_with_failures")
    Link.objects.create(sync=sync, stream="contacts", source_id="0030", state="blocked")
    Link.objects.filter(stream="sales").update(fingerprint="x", attempts=3)
    many = import_retry(done=row)
    assert scope_of(many) == scope_of(first) and not scope_of(many).source_ids
    assert not Link.objects.exclude(fingerprint="", attempts=0).exists()


def test_the_audit_has_who_did_what_and_the_portal_itself_ends_it(sync: Sync) -> None:
    ada, bob = make_user("ada"), make_user("bob")
    row = import_open(sync=sync, kinds=["sales"], user=ada)
    import_start(draft=row, user=bob)
    import_cancel(row=row, user=ada)
    row.refresh_from_db()
    import_retry(done=row, user=bob)
    over(row)
    import_undo(done=row, user=ada)
    import_discard(draft=import_open(sync=other_sync(sync), kinds=["sales"], user=bob), user=bob)
    told = [
        (str(one.history_user or ""), one.history_change_reason) for one in Import.history.order_by("history_id")
    ]  # fmt: skip
    assert told == [
        ("ada", "opened"), ("bob", "started"), ("ada", "cancelled"), ("", "ended"), ("bob", "tried again"),
        ("", "ended"), ("ada", "undo started"), ("bob", "opened"), ("bob", "discarded"),
    ]  # fmt: skip


def other_sync(sync: Sync) -> Sync:
    """Between two other connections."""
    make_salesforce(sync.workspace, URL, key="other-org")
    return import_sync(sync.workspace, registry.sync(KIND), "other-org")


def test_undoing_takes_all_its_runs_and_waits_for_no_open_draft(sync: Sync) -> None:
    row = import_open(sync=sync, kinds=["sales"])
    import_start(draft=row)
    over(row, "cancelled")
    import_retry(done=row)
    over(row)
    draft = import_open(sync=sync, kinds=["sales"])
    assert f"A draft (import {draft.pk}) is open" in refused(lambda: import_undo(done=row))
    import_discard(draft=draft)
    run = import_undo(done=row)
    assert scope_of(run).undo == tuple(row.runs) and len(row.runs) == 2 and row.state == "undoing"
    assert "is being undone" in refused(lambda: import_open(sync=sync, kinds=["sales"]))
    over(row)
    assert row.state == "ended"


def test_a_look_at_what_undoing_would_do_changes_nothing(sync: Sync) -> None:
    row = import_open(sync=sync, kinds=["sales"])
    import_start(draft=row)
    over(row)
    assert import_undo(done=row, preview=True).kind == Run.Kind.PREVIEW
    assert (row.state, row.undo) == ("ended", None)
