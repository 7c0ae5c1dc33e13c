"""Several processes at once: one run at a time, none lost, nothing doubled. Real processes on a real database."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from integrations.models import Connection, Incident, Run, Sync, WorkerBeat
from integrations.models.runs import ACTIVE
from integrations.services.broker import BEAT_VARIABLE
from integrations.services.connections import connection_open
from integrations.services.lease import owner_words
from integrations.services.runs import (
    run_active,
    run_cancel,
    run_claim,
    run_due,
    run_enqueue,
    runs_reap,
)
from integrations.services.work import run_work
from integrations.services.workers import beat_start, beat_write
from tests.crowd import Crowd, Process
from tests.processes import wait_until
from tests.syncs.ieatta_accelo.accounts import Accounts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    crowd = Crowd()
    yield crowd
    crowd.disperse()


@pytest.fixture
def accounts(sandbox: Any) -> Accounts:
    accounts = Accounts(sandbox.url)
    for number in (1, 2, 3):
        accounts.expense(number, comment=f"Taxi {number}")
    return accounts


def work(run: Run) -> Callable[[], str]:
    return lambda: run_work(run.pk, slice_seconds=None)


def held_at(accounts: Accounts, crowd: Crowd, match: str, when: str = "before", nth: int = 1) -> tuple[Run, Process]:
    """A run at work in another process, whose nth matching call at Accelo hangs."""
    run = run_enqueue(sync=accounts.sync, wake=False)
    accounts.accelo.faults({"match": match, "do": "hang", "when": when, "nth": nth})
    process = crowd.start(work(run))
    accounts.accelo.wait_hanging()
    return run, process


def let_go(accounts: Accounts) -> None:
    accounts.accelo.faults()
    accounts.accelo.release()


def once_each(accounts: Accounts) -> None:
    assert sorted(row["title"] for row in accounts.held) == ["Taxi 1", "Taxi 2", "Taxi 3"]
    accounts.assert_settled()


# --- one at a time -------------------------------------------------------------------------------------------------


def test_of_many_processes_exactly_one_takes_a_run(accounts: Accounts, crowd: Crowd) -> None:
    run = run_enqueue(sync=accounts.sync, wake=False)
    answers = crowd.at_once(*[work(run)] * 4)
    assert sorted(answers) == ["done", "not taken", "not taken", "not taken"]
    once_each(accounts)


def test_a_second_run_of_a_sync_is_not_taken_while_one_works_and_is_told_who_has_it(
    accounts: Accounts, crowd: Crowd
) -> None:
    run, process = held_at(accounts, crowd, "POST /api/v0/expenses")
    by_hand = run_enqueue(sync=accounts.sync, trigger="command", wake=False)
    assert by_hand.pk != run.pk
    assert crowd.at_once(work(by_hand), work(by_hand), work(run)) == ["not taken"] * 3
    active = run_active(accounts.sync)
    assert active is not None and active.pk == run.pk
    words = owner_words(active)
    assert f"Run {run.pk} has been running since" in words and f"process {process.pid}" in words
    let_go(accounts)
    assert process.result() == "done"
    assert run_work(by_hand.pk) == "done"
    by_hand.refresh_from_db()
    assert by_hand.counts["unchanged"] == 3
    once_each(accounts)


def test_processes_that_ask_at_once_get_one_waiting_run(accounts: Accounts, crowd: Crowd) -> None:
    ask = lambda: run_enqueue(sync=accounts.sync, trigger="manual").pk  # noqa: E731
    answers = crowd.at_once(*[ask] * 4)
    assert len(set(answers)) == 1, answers
    assert Run.objects.count() == 1


def test_a_due_time_that_comes_twice_makes_one_run(accounts: Accounts, crowd: Crowd) -> None:
    due = datetime.now(UTC).replace(minute=0, second=0, microsecond=0).isoformat()
    crowd.at_once(*[lambda: run_due(accounts.sync.pk, due)] * 3)
    run = Run.objects.get()
    assert run_work(run.pk) == "done"
    run_due(accounts.sync.pk, due)
    assert Run.objects.count() == 1, "delivered once more after the run has ended"
    once_each(accounts)


# --- a worker that vanishes or is late -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "when"),
    [("POST /api/v0/expenses", "after"), (r"GET /api/v0/expenses\?_filters=order_by", "before")],
    ids=["in a create", "before a create"],
)
def test_a_worker_that_lost_its_lease_writes_nothing_more(
    accounts: Accounts, crowd: Crowd, match: str, when: str
) -> None:
    """It hangs; another takes the run over and ends it; only then the first one gets its answer."""
    run, late = held_at(accounts, crowd, match, when)
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    accounts.accelo.faults()
    assert runs_reap() == "1 revived, 0 woken"
    assert crowd.start(work(run)).result() == "done"
    let_go(accounts)
    late.result()
    run.refresh_from_db()
    assert (run.status, run.attempt) == (Run.Status.DONE, 2)
    once_each(accounts)


def test_a_killed_worker_is_noticed_at_once_on_its_own_host(accounts: Accounts, crowd: Crowd) -> None:
    run, process = held_at(accounts, crowd, "POST /api/v0/expenses", "after")
    process.kill()
    let_go(accounts)
    assert run_active(accounts.sync) is None
    run.refresh_from_db()
    assert run.status == Run.Status.QUEUED and "worker vanished" in run.message
    assert run_work(run.pk) == "done"
    once_each(accounts)


def test_a_run_that_kills_three_workers_in_a_row_is_closed_and_told(
    accounts: Accounts, crowd: Crowd, smtp: Any
) -> None:
    accounts.sync.workspace.notify = "ops@acme.example"
    accounts.sync.workspace.save()
    run = run_enqueue(sync=accounts.sync, wake=False)
    for death in (1, 2, 3):
        crowd.start(lambda: run_claim(run.pk, f"{os.uname().nodename}:{os.getpid()}:1:x") is not None).result()
        run.refresh_from_db()
        assert run.status == Run.Status.RUNNING, f"before death {death}"
        runs_reap()
        run.refresh_from_db()
    assert run.status == Run.Status.FAILED and "3 workers in a row" in run.message
    assert Incident.objects.get(closed_at=None).subject == f"sync:{accounts.sync.pk}:run"
    assert len(smtp.messages) == 1
    assert accounts.run().status == Run.Status.DONE
    assert not Incident.objects.filter(closed_at=None).exists()
    once_each(accounts)


def test_a_queued_run_that_nobody_took_is_woken(accounts: Accounts) -> None:
    run = run_enqueue(sync=accounts.sync, wake=False)
    assert runs_reap() == "0 revived, 0 woken"
    Run.objects.filter(pk=run.pk).update(queued_at=timezone.now() - timedelta(minutes=3))
    assert runs_reap() == "0 revived, 1 woken"
    assert OrmQ.objects.count() == 1
    assert runs_reap() == "0 revived, 0 woken", "woken once"


# --- stopping ------------------------------------------------------------------------------------------------------


def test_a_cancelled_run_stops_after_the_record_at_hand_and_the_next_does_the_rest(
    accounts: Accounts, crowd: Crowd
) -> None:
    run, process = held_at(accounts, crowd, "POST /api/v0/expenses", "after")
    begun = time.monotonic()
    assert run_cancel(run=run) == "It stops after the record at hand."
    wait_until("the worker looks again", lambda: time.monotonic() - begun > 1.05, seconds=3)
    let_go(accounts)
    assert process.result() == "cancelled"
    run.refresh_from_db()
    assert run.status == Run.Status.CANCELLED and run.message.startswith("Cancelled after")
    assert run.counts["created"] == 1 and len(accounts.held) == 1
    assert accounts.run().counts["created"] == 2
    once_each(accounts)


def test_a_draining_worker_puts_its_run_back_and_another_goes_on(
    accounts: Accounts, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_enqueue(sync=accounts.sync, wake=False)
    beat = beat_start(processes=1)
    beat.state = WorkerBeat.State.DRAINING
    beat_write(beat)
    monkeypatch.setenv(BEAT_VARIABLE, str(beat.pk))
    assert crowd.start(work(run)).result() == "queued"
    run.refresh_from_db()
    assert (run.status, run.owner, OrmQ.objects.count()) == (Run.Status.QUEUED, "", 1)
    monkeypatch.delenv(BEAT_VARIABLE)
    assert run_work(run.pk) == "done"
    once_each(accounts)


def test_a_slice_of_time_ends_and_the_run_goes_on_where_it_stood(accounts: Accounts) -> None:
    run = run_enqueue(sync=accounts.sync, wake=False)
    assert run_work(run.pk, slice_seconds=0.000001) == "queued"
    assert OrmQ.objects.count() == 1
    assert run_work(run.pk) == "done"
    run.refresh_from_db()
    assert run.counts["created"] == 3 and run.items.count() == 3
    once_each(accounts)


def test_a_hand_started_run_takes_the_place_of_a_held_one(accounts: Accounts) -> None:
    held = Run.objects.create(
        workspace=accounts.sync.workspace, sync=accounts.sync, status=Run.Status.HELD,
        resume_at=timezone.now() + timedelta(hours=1), message="Waiting for Accelo.",
    )  # fmt: skip
    assert run_due(accounts.sync.pk, "") == "already waiting or running", "no runs pile up behind a held one"
    run = accounts.run()
    held.refresh_from_db()
    assert held.status == Run.Status.CANCELLED and "newer run" in held.message
    assert run.status == Run.Status.DONE
    once_each(accounts)


# --- tokens --------------------------------------------------------------------------------------------------------


def test_processes_that_need_a_new_token_at_once_fetch_one(accounts: Accounts, crowd: Crowd) -> None:
    target = Connection.objects.get(pk=accounts.sync.target_id)

    def read() -> int:
        with connection_open(target) as client:
            return len(list(client.list_candidates("staff")))

    assert crowd.at_once(read, read, read) == [2, 2, 2]
    tokens = [call for call in accounts.accelo.calls() if call["path"].endswith("/oauth2/v0/token")]
    assert len(tokens) == 1
    target.refresh_from_db()
    assert (target.token_owner, target.token_until) == ("", None)


def test_a_process_that_died_while_it_fetched_a_token_does_not_lock_the_others_out(
    accounts: Accounts, crowd: Crowd
) -> None:
    run, process = held_at(accounts, crowd, "POST /oauth2")
    process.kill()
    let_go(accounts)
    assert Connection.objects.get(pk=accounts.sync.target_id).token_owner
    Connection.objects.update(token_until=timezone.now() - timedelta(seconds=1))
    runs_reap()
    assert run_work(run.pk) == "done"
    once_each(accounts)


def test_syncs_of_one_portal_run_side_by_side(accounts: Accounts, crowd: Crowd) -> None:
    other = Sync.objects.get(pk=accounts.sync.pk)
    other.pk, other.key, other.name = None, "other", "Other"
    other.save()
    run, process = held_at(accounts, crowd, "POST /api/v0/expenses")
    assert run_work(run_enqueue(sync=other, wake=False).pk) == "done"
    assert Run.objects.filter(status__in=ACTIVE).count() == 1
    let_go(accounts)
    assert process.result() == "done"
