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

from integrations.models import Connection, Import, Message, Run, TagUpload, Workspace
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


@pytest.mark.database
def test_the_demo_shows_all_and_serves_until_it_is_asked_to_end_and_a_second_one_changes_nothing(
    manage: Manage, tmp_path: Path
) -> None:
    before = set(psutil.pids())
    arguments = ("demo", "--home", str(tmp_path), "--port", "8700")
    serves_until_asked_to_end(started(manage, *arguments))
    expenses = Run.objects.get(sync__key="expenses")
    assert expenses.status == "done" and expenses.counts["created"] > 300
    assert 0 < expenses.counts["blocked"] < 150
    assert TagUpload.objects.get().status == "ready", "left to the visitor"
    imported = shows_an_import_and_leaves_one_open()
    workspace = Workspace.objects.get(slug="acme")
    unfinished = Connection.objects.create(workspace=workspace, key="own", vendor="accelo")
    done = manage.run(*arguments, "--once", "--json", timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    second = json.loads(done.stdout)
    assert second["counts"]["created"] == second["counts"]["updated"] == second["counts"]["failed"] == 0
    assert second["counts"]["unchanged"] == expenses.counts["created"]
    assert Connection.objects.get(pk=unfinished.pk).state == "new", "what a person has begun is left alone"
    assert shows_an_import_and_leaves_one_open() == imported
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0
    left = [psutil.Process(pid).cmdline() for pid in set(psutil.pids()) - before if psutil.pid_exists(pid)]
    assert [line for line in left if str(tmp_path) in " ".join(line)] == []


def serves_until_asked_to_end(process: Any) -> None:
    lines = []
    while "Ctrl-C ends it" not in (line := process.stdout.readline()):
        assert line, process.stderr.read()
        lines.append(line)
    shown = "".join(lines)
    assert "log-in: admin   password: " in shown and "created" in shown and "What waits for a person:" in shown
    assert "An e-mail to admin@acme.example tells it" in shown and "An import of sales waits for you" in shown
    address = shown.rpartition("The portal: ")[2].split()[0]
    with urllib.request.urlopen(f"{address}healthz", timeout=10) as answer:
        assert answer.status == 200
    assert f"{address}admin/integrations/run/" in Message.objects.get(kind="import_ended").text
    members = family(process.pid)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert psutil.wait_procs(members, timeout=10)[1] == []


def shows_an_import_and_leaves_one_open() -> tuple[Any, ...]:
    """What there is of them."""
    done, draft = Import.objects.select_related("run").order_by("pk")
    assert (done.kinds, done.state, draft.kinds, draft.state) == (["tickets"], "ended", ["sales"], "draft")
    counts = done.run.counts
    assert done.run.status == "done" and counts["created"] > 100 and counts["blocked"] and not counts["failed"], counts
    assert "tickets_where" not in draft.sync.options, "the next import of tickets takes the others too"
    message = Message.objects.get(kind="import_ended")
    assert (message.state, message.recipients) == ("sent", ["admin@acme.example"])
    assert message.attachments.get().name == f"run-{done.run.pk}-not-imported.csv"
    return draft.pk, counts, message.pk, Run.objects.filter(sync=done.sync).get().pk
