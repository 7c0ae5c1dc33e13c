"""Asking for runs. Many processes at once: tests/test_concurrency.py."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psutil
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_q.models import OrmQ

from integrations.core.errors import ConfigError
from integrations.models import Incident, Intent, Link, Run, RunItem, Sync
from integrations.services.lease import owner_is_dead, owner_name
from integrations.services.runs import (
    EVERYTHING,
    merge_scope,
    run_cancel,
    run_claim,
    run_due,
    run_enqueue,
    run_retry,
    run_revive,
    scope_json,
    scope_of,
)
from integrations.syncs.base import Scope
from tests.factories import make_expense_sync

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sync() -> Sync:
    return make_expense_sync("http://127.0.0.1:1")


def test_a_waiting_run_is_widened_not_doubled(sync: Sync) -> None:
    first = run_enqueue(sync=sync, scope=Scope(source_ids=("1",)))
    second = run_enqueue(sync=sync, scope=Scope(source_ids=("2",)))
    assert first.pk == second.pk and scope_of(second).source_ids == ("1", "2")
    third = run_enqueue(sync=sync)
    assert third.pk == first.pk and scope_of(third) == EVERYTHING


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        (Scope(), Scope(), Scope()),
        (Scope(source_ids=("1",)), Scope(source_ids=("1", "2")), Scope(source_ids=("1", "2"))),
        (Scope(source_ids=("1",)), Scope(), Scope()),
        (Scope(streams=("a",)), Scope(streams=("b",)), Scope(streams=("a", "b"))),
        (Scope(since=date(2026, 1, 2)), Scope(since=date(2026, 1, 1)), Scope(since=date(2026, 1, 1))),
        (Scope(since=date(2026, 1, 2)), Scope(), Scope()),
        (Scope(full=True), Scope(), Scope(full=True)),
    ],
)
def test_a_merged_scope_covers_both(one: Scope, other: Scope, merged: Scope) -> None:
    for found in (merge_scope(one, other), merge_scope(other, one)):
        assert sorted(found.streams) == sorted(merged.streams)
        assert sorted(found.source_ids) == sorted(merged.source_ids)
        assert (found.since, found.until, found.full) == (merged.since, merged.until, merged.full)


def test_a_scope_is_kept_as_it_was_asked_for(sync: Sync) -> None:
    scope = Scope(("expenses",), ("9223372036854775807",), date(2026, 1, 1), date(2026, 2, 1), True)
    run = Run.objects.create(workspace=sync.workspace, sync=sync, scope=scope_json(scope))
    run.refresh_from_db()
    assert scope_of(run) == scope


def test_only_a_finished_preview_of_the_same_sync_can_be_applied(sync: Sync) -> None:
    unfinished = Run.objects.create(workspace=sync.workspace, sync=sync, kind=Run.Kind.PREVIEW)
    plain = Run.objects.create(workspace=sync.workspace, sync=sync, status=Run.Status.DONE)
    for plan, words in ((None, "preview"), (plain, "preview"), (unfinished, "not finished")):
        with pytest.raises(ConfigError, match=words):
            run_enqueue(sync=sync, kind=Run.Kind.APPLY, plan=plan)


def test_a_run_is_woken_in_the_same_transaction(sync: Sync) -> None:
    run_enqueue(sync=sync)
    assert OrmQ.objects.count() == 1
    run_enqueue(sync=sync, kind=Run.Kind.PREVIEW, wake=False)
    assert OrmQ.objects.count() == 1


def test_the_owner_of_a_run_tells_whether_it_lives() -> None:
    host, own = socket.gethostname()[:60], owner_name()
    assert not owner_is_dead(own)
    assert owner_is_dead(f"{host}:{os.getpid()}:1:x"), "the number was given to another process"
    gone = max(psutil.pids()) + 10_000
    assert owner_is_dead(f"{host}:{gone}:1:x")
    assert not owner_is_dead(f"elsewhere:{gone}:1:x"), "of another host nothing is known"
    assert not owner_is_dead("")


def test_progress_makes_up_for_a_death(sync: Sync) -> None:
    run = run_enqueue(sync=sync, wake=False)
    for read in (0, 500, 1000, 1500, 2000):
        assert run_claim(run.pk, "gone")
        Run.objects.filter(pk=run.pk).update(read=read)
        run.refresh_from_db()
        run_revive(run)
        run.refresh_from_db()
        assert run.status == Run.Status.QUEUED
    assert run.stalled == 0 and run.attempt == 5


def test_a_vanished_run_gives_way_to_one_that_waits(sync: Sync) -> None:
    run = run_enqueue(sync=sync, wake=False)
    assert run_claim(run.pk, "gone")
    waiting = run_enqueue(sync=sync, wake=False)
    run.refresh_from_db()
    run_revive(run)
    run.refresh_from_db()
    waiting.refresh_from_db()
    assert (run.status, waiting.status) == (Run.Status.CANCELLED, Run.Status.QUEUED)


def test_a_vanished_run_that_was_to_be_cancelled_is(sync: Sync) -> None:
    run = run_enqueue(sync=sync, wake=False)
    assert run_claim(run.pk, "gone")
    Run.objects.filter(pk=run.pk).update(status=Run.Status.CANCELLING)
    run.refresh_from_db()
    run_revive(run)
    run.refresh_from_db()
    assert run.status == Run.Status.CANCELLED


def test_a_retry_makes_failed_records_due_and_runs_only_them(sync: Sync) -> None:
    run = Run.objects.create(workspace=sync.workspace, sync=sync, status=Run.Status.DONE_WITH_FAILURES)
    common: dict[str, Any] = {"stream": "expenses", "source_id": "1"}
    Link.objects.create(sync=sync, state="failed", attempts=4, next_attempt_at=timezone.now(), **common)
    run.items.create(action="create", status="failed", **common)
    run.items.create(action="create", status="created", stream="expenses", source_id="2")
    again = run_retry(run=run)
    assert scope_of(again) == Scope(streams=("expenses",), source_ids=("1",))
    link = Link.objects.get(source_id="1")
    assert (link.attempts, link.next_attempt_at) == (0, None)


def test_a_waiting_run_is_cancelled_at_once(sync: Sync) -> None:
    run = run_enqueue(sync=sync)
    assert run_cancel(run=run) == "Cancelled before it began."
    assert run_claim(run.pk, "me") is None
    assert run_cancel(run=run) == "It has already ended."


def test_the_database_itself_refuses_doubles(sync: Sync) -> None:
    run = Run.objects.create(workspace=sync.workspace, sync=sync, status="running", due_at=timezone.now())
    Run.objects.create(workspace=sync.workspace, sync=sync, status="queued")
    now = timezone.now()
    Intent.objects.create(sync=sync, stream="expenses", source_id="1", content_hash="x", sent_at=now)
    Link.objects.create(sync=sync, stream="expenses", source_id="1", state="linked")
    RunItem.objects.create(run=run, stream="expenses", source_id="1", action="create", status="created")
    Incident.objects.create(workspace=sync.workspace, subject="x", kind="config", message="x", last_seen_at=now)
    doubles: list[Callable[[], Any]] = [
        lambda: Run.objects.create(workspace=sync.workspace, sync=sync, status="cancelling"),
        lambda: Run.objects.create(workspace=sync.workspace, sync=sync, status="held"),
        lambda: Run.objects.create(workspace=sync.workspace, sync=sync, status="done", due_at=run.due_at),
        lambda: Intent.objects.create(
            sync=sync, stream="expenses", source_id="1", content_hash="y", sent_at=now, state="unknown"
        ),
        lambda: Link.objects.create(sync=sync, stream="expenses", source_id="1", state="blocked"),
        lambda: RunItem.objects.create(run=run, stream="expenses", source_id="1", action="skip", status="skipped"),
        lambda: Incident.objects.create(
            workspace=sync.workspace, subject="x", kind="config", message="y", last_seen_at=now
        ),
    ]
    for double in doubles:
        with pytest.raises(IntegrityError), transaction.atomic():
            double()


def test_a_new_due_time_makes_a_held_run_do_its_finished_streams_again(sync: Sync) -> None:
    held = run_enqueue(sync=sync, trigger="schedule", wake=False)
    later = timezone.now() + timedelta(hours=1)
    Run.objects.filter(pk=held.pk).update(
        status="held", resume_at=later, progress={"done": ["expenses"], "streams": {}}
    )
    assert run_due(sync.pk, timezone.now().isoformat()) == "already waiting or running"
    held.refresh_from_db()
    assert held.progress["done"] == [] and held.resume_at and held.resume_at < later
