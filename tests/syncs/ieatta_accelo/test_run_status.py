"""Each row of the status table, from a report in Ieatta to the standing of its expenses in Accelo."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Mapping, Run
from tests.syncs.ieatta_accelo.accounts import REPORT, Accounts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accounts(sandbox: Any) -> Accounts:
    return Accounts(sandbox.url)


def act(accounts: Accounts, *verbs: str) -> None:
    for verb in verbs:
        accounts.ieatta.act("act", report=REPORT, do=verb)


@pytest.mark.parametrize("spelling", ["label", "upper"])
@pytest.mark.parametrize(
    ("state", "standing"),
    [
        ("OPEN", "submitted"),
        ("SUBMITTED", "submitted"),
        ("APPROVED", "approved"),
        ("REIMBURSED", "approved"),
        ("ARCHIVED", "approved"),
    ],
)
def test_a_report_status_becomes_the_status_of_its_expenses(
    accounts: Accounts, state: str, standing: str, spelling: str
) -> None:
    accounts.ieatta.act("settings", spelling=spelling)
    accounts.report(REPORT, state)
    id = accounts.expense()
    run = accounts.run()
    assert run.counts["created"] == 1, run.message
    assert accounts.of(id)["standing"] == standing
    assert not accounts.run().items.exists()


def test_a_rejected_report_becomes_declined(accounts: Accounts) -> None:
    accounts.report(REPORT, "OPEN", submitted="", approved="")
    act(accounts, "submit", "reject")
    id = accounts.expense()
    accounts.run()
    assert accounts.of(id)["standing"] == "declined"


@pytest.mark.parametrize(
    ("verbs", "standings"),
    [
        (("submit", "approve"), ["submitted", "approved"]),
        (("approve", "reimburse"), ["approved", "approved"]),
        (("approve", "unapprove"), ["approved", "submitted"]),
        (("reject", "submit"), ["declined", "submitted"]),
        (("approve", "reject"), ["approved", "declined"]),
        (("retract", "submit"), ["submitted", "submitted"]),
        (("archive",), ["approved"]),
    ],
    ids="-".join,
)
def test_the_status_follows_the_report_both_ways(
    accounts: Accounts, verbs: tuple[str, ...], standings: list[str]
) -> None:
    accounts.report(REPORT, "OPEN" if verbs[0] == "submit" else "SUBMITTED")
    id = accounts.expense()
    accounts.run()
    first = accounts.of(id)["id"]
    seen = []
    for verb in verbs:
        act(accounts, verb)
        accounts.run()
        seen.append(accounts.of(id)["standing"])
    assert seen == standings
    assert [row["id"] for row in accounts.held] == [first], "the same expense all the time"


def test_a_status_that_may_not_be_set_is_told_and_set_once_it_may(accounts: Accounts) -> None:
    accounts.accelo.act("settings", progressions_allowed=False)
    id = accounts.expense()
    run = accounts.run()
    assert accounts.of(id)["standing"] == "submitted"
    assert "Allow that user to approve expenses" in accounts.item(run, id).reason
    assert not accounts.run().items.exists(), "not tried again before its time"
    accounts.accelo.act("settings", progressions_allowed=True)
    accounts.later()
    accounts.run()
    assert accounts.of(id)["standing"] == "approved"
    assert len(accounts.held) == 1


def test_the_status_table_can_be_changed_by_an_admin(accounts: Accounts) -> None:
    Mapping.objects.filter(sync=accounts.sync, kind="status", source_key="approved").update(target_id="submitted")
    id = accounts.expense()
    accounts.run()
    assert accounts.of(id)["standing"] == "submitted"
    Mapping.objects.filter(sync=accounts.sync, kind="status", source_key="approved").update(target_id="approved")
    accounts.run()
    assert accounts.of(id)["standing"] == "approved"


def test_a_status_left_out_keeps_its_expenses_out_of_accelo(accounts: Accounts) -> None:
    Mapping.objects.filter(sync=accounts.sync, kind="status", source_key="open").update(state="ignored", target_id="")
    accounts.report(REPORT, "OPEN")
    id = accounts.expense()
    run = accounts.run()
    assert accounts.item(run, id).status == "skipped" and accounts.held == []
    assert not accounts.run().items.exists()
    act(accounts, "submit")
    accounts.run()
    assert accounts.of(id)["standing"] == "submitted"


def test_an_unknown_status_is_an_item_with_a_reason_and_stops_nothing(accounts: Accounts) -> None:
    accounts.ieatta.act("settings", spelling="upper")
    accounts.report("R00ABCDEFGH2")
    known = accounts.expense(1, reportID="R00ABCDEFGH2")
    odd = accounts.expense(2)
    Mapping.objects.filter(sync=accounts.sync, kind="status", source_key="approved").update(target_id="paid out")
    run = accounts.run()
    assert run.status == Run.Status.DONE
    assert {accounts.item(run, id).code for id in (known, odd)} == {"unknown_state"}
    assert "status mapping" in accounts.item(run, odd).reason
