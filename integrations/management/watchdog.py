"""Keeps one cluster of the task queue alive, and sees when it only looks alive.

The queue's own supervision has holes, found by killing its processes: a worker killed at the wrong moment freezes the
cluster silently; a killed main process leaves workers that go on; a clean stop waits without limit. So the watchdog
starts the cluster in its own session, always starts it again, kills what is left over, and sends trial tasks.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TypeVar

import structlog
from django.db import close_old_connections

from integrations.management.processes import Group, adopt_orphans, worker_states
from integrations.models import WorkerBeat
from integrations.services import runs, syncs, tag_standing, workers
from integrations.services.broker import BEAT_VARIABLE, give_back

T = TypeVar("T")

log = structlog.get_logger("integrations.watchdog")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """All in seconds. `frozen`: how long a canary may stay unserved while no worker is busy. `boot`: how long a new
    cluster may take until its workers show. `drain`: how long a clean stop may take in all. `complain`: how often the
    same trouble of the database is logged."""

    tick: float = 0.5
    beat: float = 10.0
    reap: float = 15.0
    canary: float = 20.0
    frozen: float = 12.0
    boot: float = 60.0
    drain: float = 640.0
    pause: float = 1.0
    longest_pause: float = 30.0
    complain: float = 60.0


class Every:
    """Says once per `seconds` that it is time; at first at once."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.next = 0.0

    def due(self, now: float) -> bool:
        if now < self.next:
            return False
        self.next = now + self.seconds
        return True


class Watchdog:
    """`run` returns when a signal asked for it: the first drains, the second ends at once."""

    def __init__(self, beat: WorkerBeat, folder: Path, rhythm: Rhythm) -> None:
        self.beat = beat
        self.folder = folder
        self.rhythm = rhythm
        self.cluster: Group | None = None
        self.signals = 0
        self.deadline = 0.0
        self.started = 0.0
        self.start_at = 0.0
        self.pause = rhythm.pause
        self.quiet_since: float | None = None
        self.installed = False
        self.complaints: dict[str, Every] = {}
        self.beats, self.reaps, self.canaries = Every(rhythm.beat), Every(rhythm.reap), Every(rhythm.canary)

    def run(self) -> None:
        adopt_orphans()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)
        try:
            while self.step(time.monotonic()):
                time.sleep(self.rhythm.tick)
        finally:
            self._end_cluster()
            self._database("say that it stopped", lambda: workers.beat_stop(self.beat), None)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self.signals += 1

    def step(self, now: float) -> bool:
        """One look at everything. False when the watchdog's work is over."""
        if self.signals and not self.draining:
            self._drain(now)
        if self.draining and (self.signals > 1 or now >= self.deadline or self._gone()):
            return False
        if not self.draining:
            self._keep_cluster(now)
        reason = self._frozen(now)
        if reason and self.draining:
            return False
        if reason:
            self._restart(now, reason)
        self._housekeeping(now)
        return True

    @property
    def draining(self) -> bool:
        return self.beat.state == WorkerBeat.State.DRAINING

    def _gone(self) -> bool:
        return self.cluster is None or self.cluster.ended()

    def _drain(self, now: float) -> None:
        """The workers read the state at their next page; the cluster takes nothing new and ends when they have."""
        log.info("finishing the work at hand; a second signal stops at once", worker=self.beat.name)
        self.beat.state = WorkerBeat.State.DRAINING
        self.deadline = now + self.rhythm.drain
        self.quiet_since = None
        self._database("say that it drains", lambda: workers.beat_write(self.beat), None)
        if self.cluster:
            self.cluster.terminate()

    def _keep_cluster(self, now: float) -> None:
        if self.cluster and self.cluster.ended():
            self._restart(now, "The cluster ended by itself.")
        if self.cluster is None and now >= self.start_at:
            self._start(now)

    def _start(self, now: float) -> None:
        command = [sys.executable, str(self.folder / "manage.py"), "qcluster"]
        self.cluster = Group(command, self.folder, {BEAT_VARIABLE: str(self.beat.pk)})
        self.started = now
        self.quiet_since = None
        self.canaries.next = now + min(self.rhythm.canary, 2.0)
        self.beat.canary_sent_at = None
        self.beat.state = WorkerBeat.State.RUNNING
        self.beats.next = now
        log.info("cluster started", worker=self.beat.name, cluster_pid=self.cluster.pid)

    def _restart(self, now: float, reason: str) -> None:
        """Ends what is left and starts anew: at once after a good while, after growing pauses when it dies young."""
        lived = now - self.started
        self.pause = self.rhythm.pause if lived > 60 else min(self.pause * 2, self.rhythm.longest_pause)
        self._end_cluster()
        self.start_at = now + self.pause
        self.beat.restarts += 1
        self.beat.note = reason
        self.beats.next = now
        log.error("cluster is started again", worker=self.beat.name, reason=reason, pause=self.pause)

    def _end_cluster(self) -> None:
        if self.cluster:
            status = self.cluster.kill()
            log.info("cluster ended", worker=self.beat.name, status=status)
            self.cluster = None
            self._database("give back its unfinished tasks", lambda: give_back(self.beat.pk), 0)

    def _frozen(self, now: float) -> str:
        """Why the cluster must be ended, '' while it is well: a canary unserved, or no worker at all, for too long."""
        if self.cluster is None:
            return ""
        states = worker_states(self.cluster.titles())
        if "processing" in states or (states and not self.draining and self._canary_served()):
            self.quiet_since = None
            self._send_canary(now, busy="processing" in states)
            return ""
        self.quiet_since = self.quiet_since or now
        patience = self.rhythm.frozen if states or self.draining else self.rhythm.boot
        if now - self.quiet_since < patience:
            return ""
        return "Its workers were idle and did not take a trial task." if states else "It had no worker processes."

    def _canary_served(self) -> bool:
        """True also when the database does not answer: that is not the cluster's fault."""
        return self._database("look after the trial task", lambda: workers.canary_served(self.beat), True)

    def _send_canary(self, now: float, busy: bool) -> None:
        if not busy and not self.draining and self.canaries.due(now):
            self._database("send a trial task", lambda: workers.canary_send(self.beat), None)

    def _housekeeping(self, now: float) -> None:
        if self.beats.due(now):
            self._database("write the heartbeat", lambda: workers.beat_write(self.beat), None)
        if self.reaps.due(now) and not self.draining:
            if not self.installed:
                self.installed = self._database("install the schedules", _install, False)
            self._database("look after runs", runs.runs_reap, "")
            self._database("look after uploads", tag_standing.uploads_reap, "")

    def _database(self, what: str, job: Callable[[], T], otherwise: T) -> T:
        """What `job` gives, or `otherwise` when it failed: no trouble of the database may end the watchdog."""
        try:
            close_old_connections()
            return job()
        except Exception:
            if self.complaints.setdefault(what, Every(self.rhythm.complain)).due(time.monotonic()):
                log.exception(f"could not {what}; trying again", worker=self.beat.name)
            return otherwise


def _install() -> bool:
    syncs.schedules_install()
    return True
