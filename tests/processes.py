"""The portal's commands as real processes on the database of the running test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import psutil
from django.core.management import execute_from_command_line
from django.db import connection, connections

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

    def fork(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """The same without a new interpreter, in a tenth of the time: forked from this process, with its settings, and
        not so soon after the last one that vendors' call windows would make it wait."""
        from tests.factories import windows_over  # needs the models, and this module is loaded before them

        windows_over()
        connections.close_all()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if not child:
                _become(self.command(arguments)[1:], out.fileno(), err.fileno())
            status = _end_of(child, timeout)
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(arguments, status, out.read().decode(), err.read().decode())

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


def _become(command: list[str], out: int, err: int) -> NoReturn:
    """Carry out `manage.py ...` in this forked process, with nothing left of the test's own output."""
    status = 1
    try:
        os.chdir(ROOT)
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdout, sys.stderr = (open(number, "w", 1, "utf-8", closefd=False) for number in (1, 2))
        execute_from_command_line(command)
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _end_of(child: int, timeout: float) -> int:
    """Its exit status. Fails after `timeout` seconds, and kills it."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError(f"The command did not end within {timeout} seconds.")


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
