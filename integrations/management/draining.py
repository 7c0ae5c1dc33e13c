"""A command that works on a run itself: the first SIGTERM or Ctrl-C saves and gives the run back, a second one kills.

The run looks for its worker's wish to drain under a heartbeat row, so the command keeps one of its own kind.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from uuid import uuid4

from django.db import Error, connection
from django.utils import timezone

from integrations.models import WorkerBeat
from integrations.services.broker import BEAT_VARIABLE

log = logging.getLogger(__name__)
BEAT_SECONDS = 10.0
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Drain:
    """`asked`: set once a signal came."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.over = threading.Event()
        self.stirred = threading.Event()
        now = timezone.now()
        host = socket.gethostname()[:80]
        self.beat = WorkerBeat.objects.create(
            name=f"command:{host}:{os.getpid()}:{uuid4().hex[:8]}", kind="command", host=host, pid=os.getpid(),
            state=WorkerBeat.State.RUNNING, started_at=now, beat_at=now,
        )  # fmt: skip

    def signalled(self, number: int, frame: FrameType | None) -> None:
        """Database work has no place in a signal handler: the thread does it."""
        if self.asked.is_set():
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        self.asked.set()
        self.stirred.set()

    def write(self) -> None:
        """A database that is busy for once is asked again at the next beat."""
        state = WorkerBeat.State.DRAINING if self.asked.is_set() else WorkerBeat.State.RUNNING
        try:
            WorkerBeat.objects.filter(pk=self.beat.pk).update(beat_at=timezone.now(), state=state)
        except Error:
            log.warning("The heartbeat could not be written; trying again")

    def keep_beating(self) -> None:
        try:
            while not self.over.is_set():
                self.stirred.clear()
                self.write()
                self.stirred.wait(BEAT_SECONDS)
        finally:
            connection.close()


@contextmanager
def draining() -> Iterator[Drain]:
    """Signals are caught inside; what was set before is set again afterwards."""
    drain = Drain()
    before = {number: signal.signal(number, drain.signalled) for number in SIGNALS}
    thread = threading.Thread(target=drain.keep_beating, name="heartbeat", daemon=True)
    os.environ[BEAT_VARIABLE] = str(drain.beat.pk)
    thread.start()
    try:
        yield drain
    finally:
        drain.over.set()
        drain.stirred.set()
        thread.join(30)
        del os.environ[BEAT_VARIABLE]
        drain.beat.delete()
        for number, handler in before.items():
            signal.signal(number, handler)
