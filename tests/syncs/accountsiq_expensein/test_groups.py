"""Creates are intended and recorded many together: a worker killed in the middle of such a group doubles nothing."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Intent, Link, Run
from integrations.services.runs import runs_reap
from integrations.services.work import run_work
from integrations.syncs.accountsiq_expensein.driver import TOGETHER
from tests.syncs.accountsiq_expensein.accounts import Accounts
from tests.syncs.test_crash import kill_at

pytestmark = pytest.mark.django_db(transaction=True)
RECORDS = TOGETHER + 20
MIDDLE = TOGETHER // 2


@pytest.mark.parametrize("nth", [MIDDLE, TOGETHER, TOGETHER + 10])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_in_the_middle_of_a_group_loses_and_doubles_nothing(sandbox: Any, nth: int, when: str) -> None:
    accounts = Accounts(sandbox.url, "suppliers")
    accounts.fill("suppliers", *(f"Supplier {number}" for number in range(RECORDS)))
    assert kill_at(accounts.expensein, "POST /1.0/", accounts.sync, nth, when)
    arrived = nth if when == "after" else nth - 1
    assert len(accounts.rows("suppliers")) == arrived
    recorded = (nth - 1) // TOGETHER * TOGETHER
    assert Link.objects.count() == recorded, "of the group at hand nothing is recorded yet"
    assert Intent.objects.filter(state="sent").count() == min(TOGETHER, RECORDS - recorded)
    runs_reap()
    run = Run.objects.get(sync=accounts.sync)
    run_work(run.pk, slice_seconds=None)
    run.refresh_from_db()
    assert (run.status, run.attempt, run.counts["created"]) == (Run.Status.DONE, 2, RECORDS)
    assert len(accounts.rows("suppliers")) == len(accounts.names("suppliers")) == RECORDS
    assert len([write for write in accounts.writes() if write.startswith("POST")]) == RECORDS
    accounts.assert_settled()
    accounts.assert_quiet()


def test_a_worker_that_is_stopped_in_a_group_records_what_it_did(sandbox: Any) -> None:
    """What was intended and not sent is closed as not sent."""
    accounts = Accounts(sandbox.url, "suppliers")
    accounts.fill("suppliers", *(f"Supplier {number}" for number in range(RECORDS)))
    accounts.expensein.faults({"match": "POST /1.0/", "nth": MIDDLE + 1, "times": -1, "do": "status", "status": 401})
    run = accounts.run()
    assert (run.status, run.counts["created"]) == (Run.Status.HELD, MIDDLE)
    assert Intent.objects.filter(state="done").count() == MIDDLE
    assert not Intent.objects.filter(state__in=["sent", "unknown"]).exists()
    accounts.expensein.faults()
    assert accounts.next_day().counts["created"] == RECORDS
    assert len(accounts.rows("suppliers")) == RECORDS
