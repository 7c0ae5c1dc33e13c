"""Each call of a run with what can go wrong on the wire: nothing doubled, nothing lost, and words to act on."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Run
from tests.syncs.ieatta_accelo.accounts import Accounts
from tests.syncs.ieatta_accelo.wire import (
    CALLS,
    FAULTS,
    IEATTA,
    READS,
    WRITES,
    assert_recovers,
    assert_told,
    busy_accounts,
    strike,
    struck,
)

pytestmark = pytest.mark.django_db(transaction=True)

READING = ("refused", "no answer before the work", "429", "500", "page with 200", "cut-off body")
PASSING = ("reset after the work", "502 page")
WRITING = (
    "refused", "reset after the work", "no answer after the work", "429", "500", "500 after the work", "502 page",
    "page with 200 after the work", "cut-off body", "empty body",
)  # fmt: skip
EXPORT = tuple(fault for fault in WRITING if fault != "refused") + ("reset before the work", "429 with Retry-After")


@pytest.fixture(autouse=True)
def impatient(settings: Any) -> None:
    """Short time-outs, and pauses between attempts that do not slow the tests."""
    settings.PORTAL_HTTP_READ_SECONDS = 0.2
    settings.PORTAL_HTTP_WAIT_SECONDS = 0.01


@pytest.fixture
def accounts(sandbox: Any) -> Accounts:
    return busy_accounts(sandbox.url)


def test_an_undisturbed_run_makes_every_call_and_minds_no_content_type(accounts: Accounts) -> None:
    harmless = FAULTS["wrong content type"]
    accounts.ieatta.faults(*({**IEATTA[call], **harmless} for call in IEATTA))
    accounts.accelo.faults(*({**where, **harmless} for where in (READS | WRITES).values()))
    run = accounts.run()
    assert run.status == Run.Status.DONE and run.counts["created"] == run.counts["updated"] == 2
    assert struck(accounts) >= len(CALLS)
    assert_recovers(accounts)


@pytest.mark.parametrize("times", [1, -1], ids=["once", "always"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_create_with_a_fault_makes_each_expense_once(accounts: Accounts, fault: str, times: int) -> None:
    strike(accounts, "create", fault, times)
    run = accounts.run()
    assert struck(accounts)
    assert_told(run)
    assert_recovers(accounts)


@pytest.mark.parametrize("fault", WRITING)
@pytest.mark.parametrize("call", [call for call in WRITES if call != "create"])
def test_another_write_with_a_lasting_fault_is_done_later(accounts: Accounts, call: str, fault: str) -> None:
    strike(accounts, call, fault)
    run = accounts.run()
    assert struck(accounts)
    assert_told(run)
    assert_recovers(accounts)


@pytest.mark.parametrize("call", [call for call in WRITES if call != "create"])
@pytest.mark.parametrize("fault", PASSING)
def test_another_write_with_a_passing_fault_is_done_in_the_same_run(accounts: Accounts, call: str, fault: str) -> None:
    strike(accounts, call, fault, times=1)
    run = accounts.run()
    assert struck(accounts)
    assert run.status == Run.Status.DONE and run.counts["failed"] == 0
    assert_recovers(accounts)


@pytest.mark.parametrize("fault", READING)
@pytest.mark.parametrize("call", READS)
def test_a_read_with_a_lasting_fault_is_made_up_for_later(accounts: Accounts, call: str, fault: str) -> None:
    strike(accounts, call, fault)
    run = accounts.run()
    assert struck(accounts)
    assert run.status in (Run.Status.HELD, Run.Status.DONE_WITH_FAILURES)
    assert_told(run)
    assert_recovers(accounts)


@pytest.mark.parametrize("fault", EXPORT)
@pytest.mark.parametrize("call", ["order", "download"])
def test_an_export_with_a_lasting_fault_holds_the_run_and_writes_nothing(
    accounts: Accounts, call: str, fault: str
) -> None:
    strike(accounts, call, fault)
    run = accounts.run()
    assert struck(accounts)
    assert run.status == Run.Status.HELD and run.error_kind in ("transient", "budget")
    assert accounts.accelo.calls() == [] and "Ieatta" in run.message
    assert_told(run)
    assert_recovers(accounts)


@pytest.mark.parametrize("fault", ["refused", "no answer before the work", "500", "page with 200", "empty body"])
def test_a_receipt_that_cannot_be_fetched_never_stops_its_expense(accounts: Accounts, fault: str) -> None:
    strike(accounts, "receipt", fault)
    run = accounts.run()
    assert run.status == Run.Status.DONE and run.counts["created"] == 2
    item = accounts.item(run, "6000000000000000004")
    assert "without its receipt" in item.reason
    assert len(accounts.held) == 5
