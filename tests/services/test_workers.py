from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

from integrations.models import WorkerBeat
from integrations.services import workers
from integrations.services.broker import BEAT_VARIABLE, Broker, canary_queue, give_back, taken_queue

pytestmark = pytest.mark.django_db
State = WorkerBeat.State


@pytest.fixture
def beat() -> WorkerBeat:
    found = workers.beat_start(processes=2)
    found.state = State.RUNNING
    workers.beat_write(found)
    return found


def test_a_process_without_a_watchdog_never_drains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BEAT_VARIABLE, raising=False)
    assert not workers.draining()


@pytest.mark.parametrize(
    ("state", "age", "expected"),
    [
        (State.STARTING, 0, False),
        (State.RUNNING, 0, False),
        (State.RUNNING, 50, False),
        (State.RUNNING, 70, True),  # its watchdog is gone
        (State.DRAINING, 0, True),
        (State.STOPPED, 0, True),
    ],
)
def test_a_worker_drains_when_its_watchdog_wants_it_or_is_gone(
    beat: WorkerBeat, monkeypatch: pytest.MonkeyPatch, state: str, age: int, expected: bool
) -> None:
    monkeypatch.setenv(BEAT_VARIABLE, str(beat.pk))
    WorkerBeat.objects.update(state=state, beat_at=timezone.now() - timedelta(seconds=age))
    assert workers.draining() is expected


def test_a_worker_goes_on_when_the_row_of_its_watchdog_was_deleted(
    beat: WorkerBeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BEAT_VARIABLE, str(beat.pk))
    WorkerBeat.objects.all().delete()
    assert not workers.draining()


def test_a_beat_writes_its_row_anew_when_it_was_deleted(beat: WorkerBeat) -> None:
    WorkerBeat.objects.all().delete()
    workers.beat_write(beat)
    assert WorkerBeat.objects.get().pk == beat.pk


def test_rows_of_watchdogs_long_gone_are_cleared_at_the_next_start(beat: WorkerBeat) -> None:
    WorkerBeat.objects.update(beat_at=timezone.now() - timedelta(days=8))
    new = workers.beat_start(processes=1)
    assert [found.pk for found in WorkerBeat.objects.all()] == [new.pk]


def test_a_canary_is_taken_only_by_the_cluster_it_is_meant_for(
    beat: WorkerBeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = workers.beat_start(processes=1)
    workers.canary_send(beat)
    OrmQ.objects.update(lock=timezone.now() - timedelta(seconds=1))
    monkeypatch.setenv(BEAT_VARIABLE, str(other.pk))
    assert not Broker(list_key="portal").dequeue()
    monkeypatch.setenv(BEAT_VARIABLE, str(beat.pk))
    assert Broker(list_key="portal").dequeue()


def test_a_canary_is_served_once_the_worker_touched_the_row(beat: WorkerBeat) -> None:
    assert workers.canary_served(beat)
    workers.canary_send(beat)
    assert not workers.canary_served(beat)
    workers.canary_touch(beat.name)
    assert workers.canary_served(beat)


def test_canaries_do_not_pile_up(beat: WorkerBeat) -> None:
    workers.canary_send(beat)
    workers.canary_send(beat)
    assert OrmQ.objects.filter(key=canary_queue(beat.pk)).count() == 1
    assert workers.queue_waiting() == 0
    workers.beat_stop(beat)
    assert OrmQ.objects.count() == 0


def test_a_task_is_given_to_one_cluster_only_and_the_oldest_first(beat: WorkerBeat) -> None:
    for number in (1, 2):
        async_task("integrations.tasks.canary", str(number))
    OrmQ.objects.update(lock=timezone.now() - timedelta(seconds=1))
    first, second = Broker(list_key="portal"), Broker(list_key="portal")
    taken = [broker.dequeue() for broker in (first, second, first)]
    oldest, newest = OrmQ.objects.order_by("id").values_list("pk", flat=True)
    assert [rows and rows[0][0] for rows in taken] == [oldest, newest, None]
    assert workers.queue_waiting() == 2


def test_what_a_dead_cluster_took_is_given_back_at_once(beat: WorkerBeat, monkeypatch: pytest.MonkeyPatch) -> None:
    async_task("integrations.tasks.canary", "a")
    OrmQ.objects.update(lock=timezone.now() - timedelta(seconds=1))
    monkeypatch.setenv(BEAT_VARIABLE, str(beat.pk))
    assert Broker(list_key="portal").dequeue()
    monkeypatch.delenv(BEAT_VARIABLE)
    assert not Broker(list_key="portal").dequeue()
    assert give_back(beat.pk + 1) == 0
    assert give_back(beat.pk) == 1
    assert Broker(list_key="portal").dequeue()


def test_what_nobody_gave_back_comes_again_when_its_time_is_over(
    beat: WorkerBeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    async_task("integrations.tasks.canary", "a")
    OrmQ.objects.update(key=taken_queue(beat.pk), lock=timezone.now() - timedelta(seconds=1))
    monkeypatch.setenv(BEAT_VARIABLE, str(beat.pk + 1))
    assert Broker(list_key="portal").dequeue()


def test_a_missing_worker_is_told_with_what_to_do() -> None:
    assert "manage.py runworker" in workers.workers_trouble()


def test_a_fresh_worker_is_no_trouble(beat: WorkerBeat) -> None:
    assert workers.workers_trouble() == ""
    later = timezone.now() + timedelta(minutes=2)
    assert "The last one was seen at" in workers.workers_trouble(later)
