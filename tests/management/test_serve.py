from __future__ import annotations

import json
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path
from urllib.error import URLError

import psutil

from tests.processes import Manage, family, wait_until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(port: int) -> dict[str, str]:
    address = f"127.0.0.1:{port}"
    sizes = {"WEB_CONCURRENCY": "1", "PORTAL_WORKERS": "1", "LOG_LEVEL": "WARNING"}
    return {"WEB_BIND": address, "PORTAL_URL": f"http://{address}", **sizes}


def ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(json.load(answer)["ready"])
    except URLError:
        return False


def test_web_and_worker_run_together_and_one_ctrl_c_ends_both(manage: Manage) -> None:
    port = free_port()
    process = manage.start("serve", env=environment(port), stdout=subprocess.PIPE)
    wait_until("the portal is ready", lambda: ready(port), seconds=60)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/static/unfold/css/styles.css", timeout=5) as answer:
        assert answer.status == 200
    pids = [found.pid for found in family(process.pid)]
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=40)
    assert process.returncode == 0
    assert f"http://127.0.0.1:{port}/" in output
    wait_until("nobody is left", lambda: not any(psutil.pid_exists(pid) for pid in pids))


def test_nothing_is_started_on_a_database_that_is_not_set_up(manage: Manage, tmp_path: Path) -> None:
    place = {"DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3"}
    done = manage.run("serve", env={**environment(free_port()), **place})
    assert done.returncode == 2 and "Run first: manage.py migrate" in done.stderr
    assert "The portal is at" not in done.stdout


def test_it_ends_as_a_whole_when_the_web_server_cannot_start(manage: Manage) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = manage.run("serve", env=environment(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "The web server ended by itself" in done.stderr
