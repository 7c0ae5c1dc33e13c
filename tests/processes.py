"""The portal's commands as real processes on the database of the running test."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def database_url() -> str:
    """`DATABASE_URL` of the database that this test works on."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    return f"postgres://{config['USER']}@/{config['HOST']}/{config['NAME']}"


class Manage:
    def __init__(self) -> None:
        self.started: list[subprocess.Popen[str]] = []

    def environment(self, env: Mapping[str, str] | None) -> dict[str, str]:
        own = {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database_url(), "PYTHONUNBUFFERED": "1"}
        return {**os.environ, **own, **(env or {})}

    def command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def run(
        self, *arguments: str, env: Mapping[str, str] | None = None, timeout: float = 60, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """Runs to the end. Raises subprocess.TimeoutExpired after `timeout` seconds."""
        return subprocess.run(
            self.command(arguments),
            cwd=ROOT,
            env=self.environment(env),
            capture_output=True,
            text=True,
            timeout=timeout,
            **options,
        )

    def start(self, *arguments: str, env: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
        """Starts and returns; its output goes to the test's own unless `stdout` and `stderr` are given."""
        process = subprocess.Popen(
            self.command(arguments), cwd=ROOT, env=self.environment(env), text=True, start_new_session=True, **options
        )
        self.started.append(process)
        return process

    def stop_all(self) -> None:
        """Kills everything started with all descendants and waits for it."""
        for process in self.started:
            for victim in family(process.pid):
                with suppress(psutil.NoSuchProcess):
                    victim.kill()
            process.wait()
            for stream in (process.stdout, process.stderr, process.stdin):
                if stream:
                    stream.close()
        self.started.clear()


def family(pid: int) -> list[psutil.Process]:
    """The process and all its descendants, eldest first; [] when it is gone."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def wait_until(what: str, true: Callable[[], Any], seconds: float = 30) -> Any:
    """The first true answer of `true`, asked every tenth of a second. Fails with `what` when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = true()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"It did not happen within {seconds} seconds: {what}")
