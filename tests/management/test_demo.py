"""`manage.py demo` and `manage.py sandbox`, as a new user runs them."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import pytest

from integrations.models import Connection, TagUpload, Workspace
from integrations.sandbox import Control
from tests.factories import rows_of
from tests.processes import Manage, family


def started(manage: Manage, *arguments: str) -> Any:
    return manage.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_the_sandbox_tells_addresses_and_credentials_and_keeps_its_state(manage: Manage, tmp_path: Path) -> None:
    state = tmp_path / "sandbox.state"
    arguments = ("sandbox", "--port", "0", "--seed", "small", "--state", str(state), "--json")
    no_database = {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none"}
    first = manage.start(*arguments, env=no_database, stdout=subprocess.PIPE)
    told = json.loads(first.stdout.readline())  # type: ignore[union-attr]
    assert told["vendors"]["accelo"]["base_url"] == f"{told['url']}/accelo"
    assert told["vendors"]["accelo"]["client_secret"] and told["vendors"]["ieatta"]["policy_id"]
    Control(told["url"], "accelo").act("put", table="jobs", rows=[{"title": "Kept over a restart"}])
    first.send_signal(signal.SIGTERM)
    assert first.wait(20) == 0
    assert state.stat().st_mode & 0o077 == 0
    second = manage.start(*arguments, env=no_database, stdout=subprocess.PIPE)
    url = json.loads(second.stdout.readline())["url"]  # type: ignore[union-attr]
    assert "Kept over a restart" in [row["title"] for row in rows_of(url, "accelo", "jobs")]


def test_a_state_that_cannot_be_read_is_replaced_by_a_fresh_one(manage: Manage, tmp_path: Path) -> None:
    state = tmp_path / "sandbox.state"
    state.write_bytes(b"not a state")
    process = started(manage, "sandbox", "--port", "0", "--state", str(state), "--json")
    assert json.loads(process.stdout.readline())["status"] == "serving"
    assert "starting anew" in process.stderr.readline()


def test_a_taken_port_is_refused_with_words(manage: Manage, sandbox: Any) -> None:
    done = manage.run("sandbox", "--port", str(sandbox.port), "--json")
    assert done.returncode == 2 and "--port 0" in json.loads(done.stdout)["errors"][0]["message"]


def run_demo(manage: Manage, home: Path, *more: str) -> dict[str, Any]:
    done = manage.run("demo", "--once", "--json", "--home", str(home), "--port", "8700", *more, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.database
def test_the_demo_shows_a_run_and_a_second_one_changes_nothing(manage: Manage, tmp_path: Path) -> None:
    before = set(psutil.pids())
    first = run_demo(manage, tmp_path)
    assert first["status"] == "done" and first["counts"]["created"] > 300
    assert 0 < first["counts"]["blocked"] < 150
    assert TagUpload.objects.get().status == "ready", "left to the visitor"
    unfinished = Connection.objects.create(workspace=Workspace.objects.get(slug="acme"), key="own", vendor="accelo")
    second = run_demo(manage, tmp_path)
    assert second["counts"]["created"] == second["counts"]["updated"] == second["counts"]["failed"] == 0
    assert second["counts"]["unchanged"] == first["counts"]["created"]
    assert Connection.objects.get(pk=unfinished.pk).state == "new", "what a person has begun is left alone"
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0
    left = [psutil.Process(pid).cmdline() for pid in set(psutil.pids()) - before if psutil.pid_exists(pid)]
    assert [line for line in left if str(tmp_path) in " ".join(line)] == []


@pytest.mark.database
def test_the_demo_keeps_serving_until_it_is_asked_to_end(manage: Manage, tmp_path: Path) -> None:
    process = started(manage, "demo", "--home", str(tmp_path), "--port", "8800")
    lines = []
    while "Ctrl-C ends it" not in (line := process.stdout.readline()):
        assert line, process.stderr.read()
        lines.append(line)
    shown = "".join(lines)
    assert "log-in: admin   password: " in shown and "created" in shown and "What waits for a person:" in shown
    address = shown.rpartition("The portal: ")[2].split()[0]
    with urllib.request.urlopen(f"{address}healthz", timeout=10) as answer:
        assert answer.status == 200
    members = family(process.pid)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert psutil.wait_procs(members, timeout=10)[1] == []
