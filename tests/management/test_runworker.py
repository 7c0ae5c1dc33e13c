"""The watchdog on real clusters: processes are killed and frozen, and work goes on."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ, Task
from django_q.tasks import async_task

from integrations.management.processes import worker_states
from integrations.management.watchdog import Every
from integrations.models import WorkerBeat
from tests.processes import Manage, family, wait_until

State = WorkerBeat.State
ENV = {"PORTAL_WORKERS": "1", "LOG_LEVEL": "WARNING"}


class Worker:
    """One running watchdog, seen from outside."""

    def __init__(self, manage: Manage, **env: str) -> None:
        self.process = manage.start("runworker", env={**ENV, **env})
        wait_until("the watchdog writes its row", lambda: self.row() or self.process.poll() is not None)
        assert self.process.poll() is None
        wait_until("its workers are idle", lambda: self.states() == ["idle"])

    def row(self) -> WorkerBeat | None:
        return WorkerBeat.objects.filter(pid=self.process.pid).first()

    @property
    def beat(self) -> WorkerBeat:
        row = self.row()
        assert row is not None
        return row

    def processes(self) -> dict[int, str]:
        """Title by pid of all living processes of the cluster."""
        found = {}
        for process in family(self.process.pid)[1:]:
            with suppress(psutil.Error):
                if process.status() != psutil.STATUS_ZOMBIE:
                    found[process.pid] = " ".join(process.cmdline())
        return found

    def states(self) -> list[str]:
        return worker_states(list(self.processes().values()))

    def pid_of(self, word: str) -> int:
        return next(pid for pid, title in self.processes().items() if word in title)

    def works(self) -> None:
        """A task queued now is carried out."""
        task = async_task("builtins.len", "abc")
        wait_until("the task is done", lambda: Task.objects.filter(pk=task, success=True).exists())

    def ends(self, seconds: float = 30) -> int:
        return self.process.wait(timeout=seconds)


@pytest.fixture
def worker(manage: Manage) -> Iterator[Worker]:
    yield Worker(manage)


def test_a_worker_takes_tasks_beats_and_serves_its_canary(worker: Worker) -> None:
    worker.works()
    wait_until("a canary is served", lambda: worker.beat.canary_at)
    assert worker.beat.state == State.RUNNING
    assert (timezone.now() - worker.beat.beat_at).total_seconds() < 15
    assert (worker.beat.processes, worker.beat.restarts) == (1, 0)


@pytest.mark.parametrize("victim", ["MainProcess", "idle"])
def test_work_goes_on_after_a_process_of_the_cluster_was_killed(worker: Worker, victim: str) -> None:
    pid = worker.pid_of(victim)
    psutil.Process(pid).kill()
    worker.works()
    assert pid not in worker.processes()


def test_nothing_of_a_cluster_is_left_when_its_main_process_dies(worker: Worker) -> None:
    old = set(worker.processes())
    psutil.Process(worker.pid_of("MainProcess")).kill()
    wait_until("a new cluster runs", lambda: worker.beat.restarts == 1 and worker.states() == ["idle"])
    assert not old & set(worker.processes())
    assert worker.beat.note == "The cluster ended by itself."


def test_a_frozen_cluster_is_found_by_its_canary_and_replaced(worker: Worker) -> None:
    wait_until("a canary is served", lambda: worker.beat.canary_at)
    psutil.Process(worker.pid_of("idle")).suspend()
    worker.works()
    wait_until("the cluster was replaced", lambda: worker.beat.restarts == 1)
    assert "did not take a trial task" in worker.beat.note


def test_a_signal_lets_the_running_task_end(worker: Worker) -> None:
    task = async_task("time.sleep", 3)
    wait_until("it runs", lambda: worker.states() == ["processing"])
    worker.process.send_signal(signal.SIGTERM)
    wait_until("the workers are told", lambda: worker.beat.state == State.DRAINING)
    assert worker.ends() == 0
    assert Task.objects.get(pk=task).success
    assert worker.beat.state == State.STOPPED
    assert OrmQ.objects.count() == 0


def test_a_second_signal_stops_at_once(worker: Worker) -> None:
    async_task("time.sleep", 60)
    wait_until("it runs", lambda: worker.states() == ["processing"])
    pids = set(worker.processes())
    worker.process.send_signal(signal.SIGTERM)
    wait_until("the workers are told", lambda: worker.beat.state == State.DRAINING)
    worker.process.send_signal(signal.SIGINT)
    assert worker.ends(10) == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_the_cluster_ends_when_its_watchdog_is_killed(worker: Worker) -> None:
    pids = set(worker.processes())
    worker.process.kill()
    worker.process.wait()
    wait_until("the cluster is gone", lambda: not any(psutil.pid_exists(pid) for pid in pids))


def test_two_watchdogs_share_one_database(manage: Manage) -> None:
    first, second = Worker(manage), Worker(manage)
    tasks = [async_task("builtins.len", "abc") for _ in range(20)]
    done = Task.objects.filter(pk__in=tasks, success=True, attempt_count=1)
    wait_until("all tasks are done", lambda: done.count() == 20)
    for worker in (first, second):
        served = WorkerBeat.objects.filter(pk=worker.beat.pk, canary_at__isnull=False)
        wait_until("each serves its own canary", served.exists)
        assert worker.beat.restarts == 0


def test_it_runs_as_the_first_process_of_a_container(manage: Manage) -> None:
    probe = subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", "true"], capture_output=True)
    if probe.returncode:
        pytest.skip("this machine allows no PID namespace")
    command = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", *manage.command(("runworker",))]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=manage.environment(ENV), text=True)
    manage.started.append(process)
    served = WorkerBeat.objects.filter(pid=1, canary_at__isnull=False)
    wait_until("process 1 serves its canary", served.exists)
    inner = next(found for found in family(process.pid) if "watchdog" in " ".join(found.cmdline()))
    inner.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0


def test_it_says_that_migrations_are_missing(manage: Manage) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    try:
        done = manage.run("runworker", env=ENV)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('sessions', '0001_initial', %s)",
                [timezone.now()],
            )
    assert done.returncode == 2
    assert "1 migration(s) are not applied to the database. Run first: manage.py migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_says_that_the_database_does_not_answer(manage: Manage) -> None:
    done = manage.run("runworker", env={**ENV, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"})
    assert done.returncode == 2
    assert "The database does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_period_is_due_at_once_and_then_once_in_its_time() -> None:
    every = Every(10)
    assert [every.due(now) for now in (100.0, 105.0, 110.0, 111.0)] == [True, False, True, False]
