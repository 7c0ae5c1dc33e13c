from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from integrations.management.processes import Group, worker_states
from tests.processes import wait_until

HERE = Path(__file__).parent
SLEEPER = "import time; time.sleep(60)"
STUBBORN = f"""
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, '-c', {SLEEPER!r}])
print('ready', flush=True)
time.sleep(60)
"""


def members(pid: int) -> list[int]:
    return [found for found in psutil.pids() if psutil.pid_exists(found) and group_of(found) == pid]


def group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def test_kill_ends_a_leader_that_will_not_and_its_descendants() -> None:
    group = Group([sys.executable, "-c", STUBBORN], HERE)
    wait_until("both processes run", lambda: len(group.titles()) == 2)
    group.terminate()
    assert not group.ended()
    assert group.kill() == -signal.SIGKILL
    wait_until("nobody is left", lambda: not members(group.pid))


def test_kill_ends_what_a_dead_leader_left_over() -> None:
    group = Group(
        [sys.executable, "-c", f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPER!r}])"], HERE
    )
    wait_until("the leader is gone", group.ended)
    assert len(group.titles()) == 1
    assert group.kill() == 0
    wait_until("nobody is left", lambda: not members(group.pid))


def test_a_group_is_asked_to_end_when_its_starter_is_killed() -> None:
    script = (
        "import sys, time; from pathlib import Path; from integrations.management.processes import Group;"
        f"group = Group([sys.executable, '-c', {SLEEPER!r}], Path('.')); print(group.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert starter.stdout
    with starter.stdout:
        child = psutil.Process(int(starter.stdout.readline()))
    starter.kill()
    starter.wait()
    child.wait(timeout=20)


def test_the_environment_gets_the_extra_variables_and_the_folder(tmp_path: Path) -> None:
    script = "import os, pathlib; pathlib.Path('out').write_text(os.environ['EXTRA'])"
    group = Group([sys.executable, "-c", script], tmp_path, {"EXTRA": "yes"})
    wait_until("it ends", group.ended)
    assert group.kill() == 0
    assert (tmp_path / "out").read_text() == "yes"


@pytest.mark.parametrize(
    ("title", "states"),
    [
        ("qcluster Process-0a1b idle", ["idle"]),
        ("qcluster Process-0a1b processing echo 'integrations.tasks.run_sync'", ["processing"]),
        ("qcluster Process-0a1b pusher", []),
        ("qcluster MainProcess idle-mountain-echo", []),
        ("/usr/bin/python3 manage.py qcluster", []),
    ],
)
def test_workers_are_told_by_their_titles(title: str, states: list[str]) -> None:
    assert worker_states([title]) == states
