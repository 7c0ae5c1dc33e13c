"""How a run ends, whatever happened. Faults on the wire: tests/syncs/ieatta_accelo/test_wire*.py."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Incident, Run
from integrations.services.runs import run_enqueue
from integrations.services.work import options_of, run_work
from integrations.syncs.ieatta_accelo import SYNC
from tests.factories import make_mapping
from tests.syncs.ieatta_accelo.accounts import REPORT, TYPES, Accounts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accounts(sandbox: Any, settings: Any) -> Accounts:
    settings.PORTAL_HTTP_WAIT_SECONDS = 0.01
    accounts = Accounts(sandbox.url)
    accounts.expense()
    return accounts


def test_a_finished_run_tells_counts_calls_and_time(accounts: Accounts) -> None:
    run = accounts.run()
    assert run.message == "1 read: 1 created"
    assert run.calls["ieatta"] == 2 and run.calls["accelo"] > 5 and run.seconds > 0
    assert run.finished_at and run.owner == "" and run.lease_until is None


def test_a_finished_or_unknown_run_is_not_worked_on_again(accounts: Accounts) -> None:
    run = accounts.run()
    assert run_work(run.pk) == "not taken" == run_work(run.pk + 1000)


def test_a_preview_that_meets_trouble_fails_and_is_not_held(accounts: Accounts) -> None:
    accounts.ieatta.faults({"match": "", "do": "status", "status": 503, "times": -1})
    run = accounts.run(kind=Run.Kind.PREVIEW)
    assert (run.status, run.error_kind) == (Run.Status.FAILED, "transient") and "Ieatta" in run.message
    assert run.finished_at


def test_a_preview_heals_and_tells_nothing(accounts: Accounts) -> None:
    accounts.ieatta.act("regenerate_secret")
    held = accounts.run()
    assert held.error_kind == "config" and Incident.objects.filter(closed_at=None).count() == 1
    accounts.ieatta.act("credentials", partner_user_id="aa_portal_acme_example", partner_user_secret="sandbox-secret")
    accounts.run(kind=Run.Kind.PREVIEW)
    assert Incident.objects.filter(closed_at=None).count() == 1


def test_an_answer_that_makes_no_sense_fails_the_run_and_is_told(accounts: Accounts) -> None:
    accounts.expense(2, amount="1.234")
    run = accounts.run()
    assert (run.status, run.error_kind) == (Run.Status.FAILED, "protocol") and "whole number of cents" in run.message
    assert Incident.objects.get(closed_at=None).kind == "protocol"
    accounts.ieatta.act("remove", table="expenses", ids=["6000000000000000002"])
    assert accounts.run().status == Run.Status.DONE
    assert not Incident.objects.filter(closed_at=None).exists()


def test_a_fault_of_our_own_fails_the_run_in_plain_words(accounts: Accounts) -> None:
    accounts.sync.streams = None
    run = run_enqueue(sync=accounts.sync, wake=False)
    type(accounts.sync).objects.filter(pk=accounts.sync.pk).update(options=[])
    run_work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error_kind) == (Run.Status.FAILED, "internal")
    assert "The portal itself failed" in run.message and "AttributeError" in run.detail


def test_failed_records_are_one_incident_until_a_run_has_none(accounts: Accounts) -> None:
    make_mapping(accounts.sync, "tag", "Nowhere", "999", target_kind="job")
    bad = accounts.expense(2, tag="Nowhere")
    assert accounts.run().status == Run.Status.DONE_WITH_FAILURES
    incident = Incident.objects.get(closed_at=None)
    assert incident.subject == f"sync:{accounts.sync.pk}:records" and "1 record(s) failed" in incident.message
    quiet = accounts.run()
    assert (quiet.counts["failed"], quiet.items.count()) == (1, 0), "still failed, not told anew before its time"
    accounts.change(bad, tag="P-1")
    assert accounts.run().status == Run.Status.DONE
    assert not Incident.objects.filter(closed_at=None).exists()


def test_a_failed_record_is_tried_again_with_growing_pauses(accounts: Accounts) -> None:
    make_mapping(accounts.sync, "tag", "Nowhere", "999", target_kind="job")
    bad = accounts.expense(2, tag="Nowhere")
    pauses = []
    for _ in range(3):
        accounts.run()
        link = accounts.link(bad)
        pauses.append((link.next_attempt_at - link.updated_at).total_seconds())
        accounts.later()
    assert [round(pause / 600) for pause in pauses] == [1, 2, 4]


def test_applying_a_preview_writes_what_it_showed(accounts: Accounts) -> None:
    preview = accounts.run(kind=Run.Kind.PREVIEW)
    assert preview.items.get().status == "planned" and accounts.held == []
    assert accounts.run(kind=Run.Kind.APPLY, plan=preview).counts["created"] == 1
    assert [row["type_id"] for row in accounts.held] == [TYPES["Travel"]]
    accounts.ieatta.act("act", report=REPORT, do="unapprove")
    again = accounts.run(kind=Run.Kind.APPLY, plan=preview)
    assert again.items.get().code == "changed_since_preview" and len(accounts.held) == 1


def test_options_that_are_not_set_have_their_declared_default(accounts: Accounts) -> None:
    options = options_of(accounts.sync, SYNC)
    assert options == {option.name: option.default for option in SYNC.options}
