"""Forked processes of a test that work on its database at the same time."""

from __future__ import annotations

import json
import os
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connections


class Process:
    """A forked process that does one thing; `result()` waits for its JSON answer."""

    def __init__(self, work: Callable[[], Any]) -> None:
        connections.close_all()
        self.reader, writer = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(writer)
            return
        try:
            answer = json.dumps(work())
        except BaseException:
            answer = json.dumps(traceback.format_exc())
        os.write(writer, answer.encode())
        os._exit(0)

    def result(self) -> Any:
        with os.fdopen(self.reader, "rb") as pipe:
            answer = pipe.read()
        os.waitpid(self.pid, 0)
        self.pid = 0
        return json.loads(answer)

    def kill(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self.reader)
            self.pid = 0


class Crowd:
    """Starts processes; those left over are killed after the test."""

    def __init__(self) -> None:
        self.all: list[Process] = []

    def start(self, work: Callable[[], Any]) -> Process:
        self.all.append(Process(work))
        return self.all[-1]

    def at_once(self, *works: Callable[[], Any]) -> list[Any]:
        """Answers of processes that begin at the same moment."""
        moment = time.monotonic() + 0.3

        def prompt(work: Callable[[], Any]) -> Callable[[], Any]:
            def wait() -> Any:
                connections["default"].ensure_connection()
                while time.monotonic() < moment:
                    pass
                return work()

            return wait

        started = [self.start(prompt(work)) for work in works]
        return [process.result() for process in started]

    def disperse(self) -> None:
        """Kills those that are still at work."""
        for process in self.all:
            with suppress(ProcessLookupError):
                process.kill()
