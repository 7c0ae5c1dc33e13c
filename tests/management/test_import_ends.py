"""`manage.py import`: several at once, processes that die, ends other than done, and taking an import back."""

from __future__ import annotations

import select
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.models import Budget, Import, Message, Run, Sync
from integrations.services.runs import runs_reap
from integrations.services.watch import watch
from integrations.services.work import run_work
from tests.crowd import Crowd, Process
from tests.importing import FILE, Org, manage_import, start
from tests.killing import killed_while_hanging
from tests.smtp import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
WRITES_A_SALE = "POST /api/v0/prospects"


@pytest.fixture
def org(sandbox: Any, transactional_db: None) -> Org:
    return Org(sandbox.url)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.yaml"
    path.write_text(FILE)
    return path


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    crowd = Crowd()
    yield crowd
    crowd.disperse()


# --- several at once, and the dead ----------------------------------------------------------------------------------


def first_of(*processes: Process) -> tuple[Process, list[Process]]:
    """Whichever has answered first, and the others."""
    ready, _, _ = select.select([one.reader for one in processes], [], [], 30)
    first = next(one for one in processes if one.reader in ready)
    return first, [one for one in processes if one is not first]


def test_of_two_that_start_at_once_one_is_told_who_was_faster(org: Org, file: Path, crowd: Crowd) -> None:
    org.fill(sales=3, tickets=1)
    org.accelo.faults({"match": WRITES_A_SALE, "do": "hang"})
    loser, (winner,) = first_of(*[crowd.start(lambda: start(file)) for _ in range(2)])
    status, told = loser.result()
    assert (status, told["status"]) == (2, "refused"), told
    assert " was started by a command on " in told["errors"][0]["message"], told
    org.accelo.wait_hanging()
    asked = manage_import("retry", "acme")
    assert asked[0] == 2 and "is at work" in asked[1]["errors"][0]["message"]
    org.accelo.release()
    status, told = winner.result()
    assert (status, told["counts"]["created"]) == (0, 8), told
    assert (len(org.table("prospects")), Import.objects.count(), Sync.objects.count()) == (3, 1, 1)


def test_those_that_wait_come_after_each_other_and_bring_nothing_twice(org: Org, file: Path, crowd: Crowd) -> None:
    org.fill(sales=3, tickets=1)
    answers = crowd.at_once(*[lambda: start(file, "--wait")] * 3)
    assert [status for status, _ in answers] == [0, 0, 0], answers
    assert sorted(told["counts"]["created"] for _, told in answers) == [0, 0, 8]
    assert (len(org.table("prospects")), Import.objects.count()) == (3, 3)


def test_one_that_was_killed_is_finished_by_a_worker_with_one_e_mail(org: Org, file: Path, smtp: MailServer) -> None:
    org.fill(sales=6, tickets=2)
    org.accelo.faults({"match": WRITES_A_SALE, "do": "hang", "nth": 4, "when": "after"})
    assert killed_while_hanging(org.accelo, lambda: start(file))
    assert manage_import("status", "acme")[1]["state"] == "running" and not smtp.messages
    watch()
    run = Run.objects.get()
    assert run_work(run.pk) == Run.Status.DONE
    assert (len(org.table("prospects")), len(org.table("issues"))) == (6, 2)
    watch()
    status, told = manage_import("status", "acme")
    assert (told["state"], told["status"], told["counts"]["created"]) == ("ended", "done", 12), told["counts"]
    assert len(smtp.messages) == 1 and Message.objects.get().state == "sent"


def test_one_that_was_killed_is_taken_up_by_whoever_starts_it_again(org: Org, file: Path, smtp: MailServer) -> None:
    org.fill(sales=6, tickets=2)
    org.accelo.faults({"match": WRITES_A_SALE, "do": "hang", "nth": 4, "when": "after"})
    assert killed_while_hanging(org.accelo, lambda: start(file))
    status, told = start(file)
    assert (status, told["import"], told["state"], told["counts"]["created"]) == (
        0,
        Import.objects.get().pk,
        "ended",
        12,
    )
    assert (len(org.table("prospects")), len(org.table("issues")), len(smtp.messages)) == (6, 2, 1)


def test_one_that_kills_its_processes_fails_with_an_e_mail_and_can_be_started_anew(
    org: Org, file: Path, smtp: MailServer
) -> None:
    org.fill(sales=3, tickets=0)
    for _ in range(4):
        org.accelo.faults({"match": WRITES_A_SALE, "do": "hang"})
        assert killed_while_hanging(org.accelo, lambda: start(file))
    org.accelo.faults()
    status, told = start(file)
    assert (status, told["state"], Import.objects.count(), len(org.table("prospects"))) == (0, "ended", 2, 3), told
    subjects = [str(one["Subject"]) for one in smtp.messages if "Import of" in str(one["Subject"])]
    assert ["failed" in one for one in subjects] == [True, False]


def test_one_that_was_killed_is_cancelled_at_once(org: Org, file: Path, smtp: MailServer) -> None:
    org.fill(sales=3, tickets=0)
    org.accelo.faults({"match": WRITES_A_SALE, "do": "hang", "nth": 2, "when": "after"})
    assert killed_while_hanging(org.accelo, lambda: start(file))
    told = manage_import("cancel", "acme")[1]
    assert (told["state"], told["message"]) == ("ended", "Cancelled while it waited to go on. What it had done stays.")
    assert ["cancelled" in str(one["Subject"]) for one in smtp.messages] == [True]
    assert start(file)[0] == 0 and len(org.table("prospects")) == 3


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("match", ["DELETE /api/v0/prospects", "PUT /api/v0/issues", "PUT /api/v0/contacts"])
def test_an_undoing_that_was_killed_is_taken_up_by_the_next_one(
    org: Org, file: Path, smtp: MailServer, match: str, when: str
) -> None:
    org.fill(sales=4, tickets=2)
    start(file)
    refused = {"match": "DELETE /api/v0/issues", "do": "status", "status": 403, "times": -1 if "issues" in match else 0}
    org.accelo.faults(refused, {"match": match, "do": "hang", "nth": 2, "when": when})
    assert killed_while_hanging(org.accelo, lambda: manage_import("undo", "acme"))
    assert "so does the command `import undo`" in manage_import("retry", "acme")[1]["errors"][0]["message"]
    status, told = manage_import("undo", "acme")
    assert (status, told["state"]) == (0, "ended"), told
    assert {item["code"] for item in told["items"]} == {"", "not_removable"}, told["items"]
    left = [*org.table("prospects").values(), *org.table("issues").values(), *org.table("contacts").values()]
    assert {row["standing"] for row in left} == {"inactive"}
    assert len(smtp.messages) == 2


def test_an_import_ends_though_its_worker_died_at_that_moment(org: Org, file: Path, smtp: MailServer) -> None:
    org.fill(sales=2, tickets=0)
    _, told = start(file, "--queue")
    assert (told["state"], told["status"]) == ("running", "queued")
    Run.objects.update(status="done", finished_at=Run.objects.get().created_at)
    assert not smtp.messages
    watch()
    watch()
    assert manage_import("status", "acme")[1]["state"] == "ended" and len(smtp.messages) == 1


# --- ends other than done -------------------------------------------------------------------------------------------


def test_one_that_waits_for_a_worker_is_cancelled_with_an_e_mail(org: Org, file: Path, smtp: MailServer) -> None:
    org.fill(sales=2, tickets=0)
    start(file, "--queue")
    status, told = manage_import("cancel", "acme")
    assert (status, told["state"], told["message"]) == (0, "ended", "Cancelled before it began.")
    (arrived,) = smtp.messages
    assert str(arrived["Subject"]) == "[Acme] Import of sales and tickets: cancelled"
    assert not org.table("prospects")
    assert manage_import("cancel", "acme")[0] == 2
    status, told = manage_import("retry", "acme")
    assert (status, len(org.table("prospects")), len(smtp.messages)) == (0, 2, 2), told


def test_a_refused_sign_in_holds_it_and_it_can_be_cancelled(org: Org, file: Path, smtp: MailServer) -> None:
    org.fill(sales=3, tickets=0)
    org.accelo.faults({"match": WRITES_A_SALE, "do": "status", "status": 401, "times": -1})
    status, told = start(file)
    assert (status, told["status"], told["state"]) == (1, "held", "running"), told  # companies and contacts are made
    assert not [one for one in smtp.messages if "Import of" in str(one["Subject"])]
    manage_import("cancel", "acme")
    (arrived,) = [one for one in smtp.messages if "Import of" in str(one["Subject"])]
    assert "Import of sales and tickets: cancelled" in str(arrived["Subject"])
    org.accelo.faults()
    assert start(file)[0] == 0 and len(org.table("prospects")) == 3


def test_what_a_refused_sign_in_held_goes_on_when_it_is_started_again(org: Org, file: Path, smtp: MailServer) -> None:
    org.fill(sales=3, tickets=0)
    org.accelo.faults({"match": WRITES_A_SALE, "do": "status", "status": 401, "times": -1})
    assert start(file)[1]["status"] == "held"
    refused = manage_import("start", "acme", "--kind", "sales,tickets", "--preview")
    assert refused[0] == 2 and "It is held: " in refused[1]["errors"][0]["message"]
    assert manage_import("retry", "acme")[1]["status"] == "held"
    org.accelo.faults()
    status, told = start(file)
    assert (status, told["state"], Import.objects.count(), len(org.table("prospects"))) == (0, "ended", 1, 3), told


def test_a_used_up_budget_holds_it_and_it_goes_on_by_itself(org: Org, file: Path, smtp: MailServer) -> None:
    org.fill(sales=8, tickets=0)
    org.accelo.act("settings", limit=25)
    status, told = start(file)
    assert (told["status"], told["state"]) == ("held", "running"), told
    there = len(org.table("prospects"))
    assert 0 < there < 8 and not smtp.messages
    org.accelo.act("settings", limit=5000)
    Budget.objects.all().delete()
    Run.objects.update(resume_at=Run.objects.get().started_at)  # the time is over
    runs_reap()
    run_work(Run.objects.get().pk, slice_seconds=None)
    told = manage_import("status", "acme")[1]
    assert (told["status"], told["counts"]["created"], len(org.table("prospects"))) == ("done", 12, 8)
    assert [str(one["Subject"]) for one in smtp.messages] == ["[Acme] Import of sales and tickets: done"]


# --- undoing --------------------------------------------------------------------------------------------------------


def test_undoing_keeps_what_was_edited_and_a_later_import_makes_the_rest_anew(
    org: Org, file: Path, smtp: MailServer
) -> None:
    org.fill(sales=4, tickets=2)
    start(file)
    held = org.held()
    edited = sorted(held["prospects"])[0]
    org.edit("prospects", edited, title="Renamed by a person")
    status, looked = manage_import("undo", "acme", "--preview")
    assert (status, looked["state"]) == (0, "ended") and org.table("issues") == held["issues"]
    status, undone = manage_import("undo", "acme")
    codes = {(item["stream"], item["target_id"]): item["code"] for item in undone["items"]}
    assert codes["sales", edited] == "kept_edited" and (status, undone["state"]) == (0, "ended")
    told = [{item["source_id"]: item["code"] for item in one["items"]} for one in (looked, undone)]
    assert told[0] == told[1]
    kept = "1 kept because it was edited since, 1 belongs to a sale or ticket that stays, 2 companies are never removed"
    assert (looked["message"], undone["message"]) == (f"6 can be taken back, {kept}", f"6 taken back, {kept}")
    assert set(org.table("prospects")) == {edited}
    assert [str(one["Subject"]) for one in smtp.messages][1:] == [
        "[Acme] Undoing the import of sales and tickets: done"
    ]
    status, anew = start(file)
    assert status == 0 and len(org.table("prospects")) == 4, anew
    assert org.table("prospects")[edited]["title"] == "Renamed by a person"
