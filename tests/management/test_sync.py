"""`manage.py sync`, `connection` and `history`, as processes against the sandbox: from scratch once, then forked."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Link, Run, Sync, WorkerBeat
from integrations.sandbox import Control
from integrations.services.lease import LOOK_EVERY
from integrations.services.runs import run_enqueue
from tests.factories import make_data_sync, make_expense_sync, map_categories, rows_of
from tests.processes import Manage, wait_until

COMMAND = ("sync", "run", "acme", "expenses")


@pytest.fixture
def sync(sandbox: Any, manage: Manage) -> Sync:
    """Seeded vendors without call windows, all categories mapped."""
    for key in ("ieatta", "accelo"):
        Control(sandbox.url, key).seed("small")
    Control(sandbox.url, "ieatta").act("settings", windows=[])
    Control(sandbox.url, "accelo").act("settings", retainer_periods=True)
    sync = make_expense_sync(sandbox.url, currency="AUD")
    map_categories(sync, sandbox.url)
    return sync


def report(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_run_here_prints_one_json_object_and_nothing_else(sync: Sync, manage: Manage, sandbox: Any) -> None:
    done = manage.run(*COMMAND, "--json")
    told = report(done)
    assert list(told)[:9] == [
        "run", "sync", "status", "preview", "counts", "calls", "seconds", "items", "message",
    ]  # fmt: skip
    assert told["status"] == "done" and done.returncode == 0, done.stdout + done.stderr
    assert told["counts"]["read"] == 14
    assert told["counts"]["created"] == len(rows_of(sandbox.url, "accelo", "expenses")) > 0
    assert set(told["calls"]) >= {"ieatta", "accelo"}
    assert {"stream", "source_id", "target_id", "action", "status", "reason", "changes"} <= set(told["items"][0])
    again = report(manage.fork(*COMMAND, "--json"))
    assert again["counts"]["created"] == again["counts"]["updated"] == 0
    assert {item["status"] for item in again["items"]} <= {"blocked", "failed"}


def test_a_list_that_cannot_be_read_gives_status_one_when_others_are_done(sandbox: Any, manage: Manage) -> None:
    for key in ("accountsiq", "expensein"):
        Control(sandbox.url, key).seed("small")
    make_data_sync(sandbox.url)
    Control(sandbox.url, "accountsiq").faults({"body": "<GetSupplierList ", "do": "html", "times": -1})
    done = manage.fork("sync", "run", "acme", "data", "--json")
    told = report(done)
    assert (done.returncode, told["status"]) == (1, "held"), done.stdout + done.stderr
    assert told["message"].startswith("Suppliers: ") and "Everything else is done." in told["message"]
    assert [item["stream"] for item in told["items"] if item["action"] == "read"] == ["suppliers"]
    assert told["counts"]["created"] > 0


def test_a_failed_record_gives_status_one(sync: Sync, manage: Manage, sandbox: Any) -> None:
    Control(sandbox.url, "accelo").act("settings", retainer_periods=False)
    done = manage.fork(*COMMAND, "--json")
    assert (done.returncode, report(done)["status"], report(done)["counts"]["failed"]) == (1, "done_with_failures", 1)


def test_a_preview_writes_nothing_and_is_applied_by_its_number(sync: Sync, manage: Manage, sandbox: Any) -> None:
    preview = report(manage.fork(*COMMAND, "--preview", "--json"))
    assert rows_of(sandbox.url, "accelo", "expenses") == []
    assert preview["preview"] == preview["run"] and preview["counts"]["created"] > 0
    applied = manage.fork(*COMMAND, "--apply", str(preview["preview"]), "--json")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert report(applied)["counts"]["created"] == preview["counts"]["created"]
    assert report(applied)["preview"] == preview["preview"]


def test_one_record_alone_and_its_story(sync: Sync, manage: Manage, sandbox: Any) -> None:
    one = rows_of(sandbox.url, "ieatta", "expenses")[0]["transactionID"]
    done = manage.fork(*COMMAND, "--record", one, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [link.source_id for link in Link.objects.all()] == [one]
    story = manage.run("history", "acme", "--record", one)
    assert story.returncode == 0 and "decided:" in story.stdout and "sent:" in story.stdout
    listed = manage.fork("history", "acme", "--json")
    assert [row["run"] for row in report(listed)["runs"]] == [report(done)["run"]]
    shown = report(manage.fork("history", "acme", "--run", str(report(done)["run"]), "--json"))
    assert shown["items"] == report(done)["items"]
    missing = manage.fork("history", "acme", "--record", "nope", "--json")
    assert missing.returncode == 2 and report(missing)["errors"][0]["where"] == "--record"
    unmet = report(manage.fork(*COMMAND, "--record", "nope", "--json"))
    assert unmet["counts"]["read"] == 0 and "None of the named records was found" in unmet["message"]


def test_a_wrong_secret_holds_the_run_with_status_two_and_words(sync: Sync, manage: Manage) -> None:
    sync.target.credentials = {"client_id": "abc", "client_secret": "wrong-secret-value"}
    sync.target.save()
    done = manage.fork(*COMMAND, "--json")
    assert done.returncode == 2
    assert report(done)["status"] == "held" and report(done)["message"]
    assert "wrong-secret-value" not in done.stdout + done.stderr
    tested = manage.run("connection", "test", "acme", "accelo", "--json")
    assert tested.returncode == 2 and report(tested)["status"] == "refused"


def test_a_connection_test_shows_what_is_connected(sync: Sync, manage: Manage) -> None:
    done = manage.fork("connection", "test", "acme", "accelo", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert report(done)["identity"] == "acme" and report(done)["facts"]["Deployment"] == "acme"
    listed = report(manage.fork("connection", "list", "acme", "--json"))
    assert {row["connection"]: row["state"] for row in listed["connections"]} == {
        "accelo": "connected", "ieatta": "connected",
    }  # fmt: skip
    assert listed["connections"][0]["used_by"] == ["expenses"]


@pytest.mark.parametrize(
    ("arguments", "where", "words"),
    [
        (("sync", "run", "nope", "expenses"), "workspace", "there are acme"),
        (("sync", "run", "acme", "nope"), "sync", "there are expenses"),
        (("connection", "test", "acme", "nope"), "connection", "there are accelo, ieatta"),
        ((*COMMAND, "--stream", "nope"), "--stream", "there are expenses"),
        ((*COMMAND, "--since", "yesterday"), "--since", "2026-07-31"),
        ((*COMMAND, "--since", "2026-07-31", "--until", "2026-07-01"), "--until", "before the first"),
        ((*COMMAND, "--apply", "4711"), "--apply", "make one with --preview"),
        ((*COMMAND, "--apply", "one"), "--apply", "no number"),
        ((*COMMAND, "--apply", "1", "--preview"), "--apply", "only --preview or --apply"),
        (("sync", "cancel", "acme", "expenses"), "sync", "No run of expenses"),
        (("history", "acme", "--run", "4711"), "--run", "there is none yet"),
    ],
)
def test_what_cannot_be_is_refused_with_words(manage: Manage, arguments: Any, where: str, words: str) -> None:
    make_expense_sync("http://127.0.0.1:9")
    done = manage.fork(*arguments, "--json")
    assert done.returncode == 2
    error = report(done)["errors"][0]
    assert error["where"] == where and words in error["message"]


def test_pausing_and_resuming(manage: Manage) -> None:
    sync = make_expense_sync("http://127.0.0.1:9")
    assert manage.fork("sync", "pause", "acme", "expenses").returncode == 0
    sync.refresh_from_db()
    assert not sync.enabled
    assert "paused" in manage.fork("sync", "list", "acme").stdout
    resumed = report(manage.fork("sync", "resume", "acme", "expenses", "--json"))
    assert resumed["enabled"] and "next at" in resumed["message"]


def test_queueing_leaves_the_run_to_the_workers_and_cancelling_drops_it(manage: Manage) -> None:
    sync = make_expense_sync("http://127.0.0.1:9")
    done = manage.fork(*COMMAND, "--queue", "--json")
    assert (done.returncode, report(done)["status"]) == (0, "queued")
    assert manage.fork("sync", "cancel", "acme", "expenses").returncode == 0
    assert Run.objects.get(sync=sync).status == "cancelled"


def start_held(sync: Sync, manage: Manage, sandbox: Any, *arguments: str) -> Any:
    """A run in a process of its own that hangs in its first create."""
    Control(sandbox.url, "accelo").faults({"do": "hang", "match": "POST /api/v0/expenses"})
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = manage.start(*COMMAND, "--json", *arguments, **pipes)
    Control(sandbox.url, "accelo").wait_hanging()
    return process


def test_a_second_run_is_told_who_holds_the_sync_or_waits_for_it(sync: Sync, manage: Manage, sandbox: Any) -> None:
    first = start_held(sync, manage, sandbox)
    refused = manage.fork(*COMMAND, "--json")
    assert refused.returncode == 2
    assert f"process {first.pid}" in report(refused)["errors"][0]["message"]
    assert Run.objects.count() == 1
    second = manage.start(*COMMAND, "--json", "--wait", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until("the second command waits", lambda: second.poll() is None and Run.objects.count() == 1)
    Control(sandbox.url, "accelo").release()
    assert first.wait(60) == 0
    out, _ = second.communicate(timeout=60)
    assert second.returncode == 0 and json.loads(out)["counts"]["created"] == 0
    ids = [row["id"] for row in rows_of(sandbox.url, "accelo", "expenses")]
    assert len(ids) == len(set(ids)) == Link.objects.exclude(target_id="").count()


def drain_is_written() -> bool:
    return WorkerBeat.objects.filter(kind="command", state="draining").exists()


def run_age() -> float:
    started = Run.objects.values_list("started_at", flat=True).get()
    return (timezone.now() - started).total_seconds() if started else 0.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_the_run_and_gives_it_back(sync: Sync, manage: Manage, sandbox: Any, number: int) -> None:
    process = start_held(sync, manage, sandbox)
    process.send_signal(number)
    wait_until("the wish to drain is written", drain_is_written)
    wait_until("the run would look for it at its next record", lambda: run_age() > LOOK_EVERY * 1.2)
    Control(sandbox.url, "accelo").release()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    told = json.loads(out)
    assert told["status"] == "queued" and told["message"]
    assert not WorkerBeat.objects.exists()
    done = manage.fork(*COMMAND, "--json")
    assert done.returncode == 0 and report(done)["run"] == told["run"]
    assert Link.objects.exclude(target_id="").count() == len(rows_of(sandbox.url, "accelo", "expenses"))


def test_a_second_signal_ends_the_command_at_once(sync: Sync, manage: Manage, sandbox: Any) -> None:
    process = start_held(sync, manage, sandbox)
    process.send_signal(signal.SIGTERM)
    wait_until("the wish to drain is written", drain_is_written)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == -signal.SIGTERM


def test_a_run_of_a_vanished_process_is_taken_over(sync: Sync, manage: Manage) -> None:
    run = run_enqueue(sync=sync, wake=False)
    gone = timezone.now() - timezone.timedelta(minutes=5)
    Run.objects.filter(pk=run.pk).update(status="running", owner="elsewhere:1:1:x", lease_until=gone, started_at=gone)
    done = manage.fork(*COMMAND, "--json")
    assert (done.returncode, report(done)["run"]) == (0, run.pk), done.stdout
