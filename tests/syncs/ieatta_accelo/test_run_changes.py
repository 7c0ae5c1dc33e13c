"""What later runs do: nothing where nothing changed, and each change once."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Connection, Intent, Run
from integrations.syncs.base import Scope
from tests.syncs.ieatta_accelo.accounts import DAY, OTHER_JOB, REPORT, TYPES, Accounts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accounts(sandbox: Any) -> Accounts:
    return Accounts(sandbox.url)


@pytest.fixture
def submitted(accounts: Accounts) -> Accounts:
    """The report is submitted, so that its expenses may still be replaced in Accelo."""
    accounts.report(REPORT, "SUBMITTED")
    return accounts


def clear(accounts: Accounts) -> None:
    accounts.ieatta.clear_calls()
    accounts.accelo.clear_calls()


# --- quiet ---------------------------------------------------------------------------------------------------------


def test_a_quiet_run_costs_two_calls_at_ieatta_and_none_at_accelo(accounts: Accounts) -> None:
    for number in range(1, 6):
        accounts.expense(number)
    accounts.run()
    clear(accounts)
    quiet = accounts.run()
    assert (len(accounts.ieatta.calls()), accounts.accelo.calls()) == (2, [])
    assert quiet.calls == {"ieatta": 2, "accelo": 0}
    assert quiet.counts["unchanged"] == quiet.counts["read"] == 5
    assert not quiet.items.exists()


def test_an_account_without_any_expense_is_quiet_too(accounts: Accounts) -> None:
    run = accounts.run()
    assert run.status == Run.Status.DONE and run.counts["read"] == 0
    assert accounts.accelo.calls() == []


# --- changes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"comment": "Taxi home"}, {"title": "Taxi home"}),
        ({"category": "Meals"}, {"type_id": TYPES["Meals"]}),
        ({"billable": True}, {"billable": True}),
        ({"reimbursable": False}, {"reimbursable": False}),
    ],
    ids=["comment", "category", "billable", "reimbursable"],
)
def test_what_accelo_can_change_is_changed_in_place(
    accounts: Accounts, change: dict[str, Any], expected: dict[str, Any]
) -> None:
    id, other = accounts.expense(1), accounts.expense(2)
    accounts.run()
    before, kept = accounts.of(id), accounts.of(other)
    accounts.change(id, **change)
    run = accounts.run()
    assert run.counts["updated"] == 1 and run.counts["unchanged"] == 1
    after = accounts.of(id)
    changed = {name for name in after if after[name] != before[name]} - {"date_modified", "modified_by"}
    assert changed == set(expected) and {name: after[name] for name in expected} == expected
    assert accounts.of(other) == kept


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"amount": 9900}, {"unit_cost": "99.0000", "price": "99.0000"}),
        ({"tag": "Audit"}, {"against_id": OTHER_JOB}),
        ({"amount": 100, "comment": "Both"}, {"unit_cost": "1.0000", "price": "1.0000", "title": "Both"}),
    ],
    ids=["amount", "tag", "amount and comment"],
)
def test_what_accelo_cannot_change_is_replaced_once_and_the_old_one_deleted(
    submitted: Accounts, change: dict[str, Any], expected: dict[str, Any]
) -> None:
    id = submitted.expense()
    submitted.run()
    old = submitted.of(id)
    submitted.change(id, **change)
    run = submitted.run()
    assert run.counts["updated"] == 1, list(run.items.values_list("status", "reason"))
    (held,) = submitted.held
    assert held["id"] != old["id"] and {name: held[name] for name in expected} == expected
    assert old["id"] in submitted.item(run, id).reason
    clear(submitted)
    assert not submitted.run().items.exists() and submitted.writes() == []
    submitted.assert_settled()


@pytest.mark.parametrize("standing", ["approved", "invoiced"])
def test_an_amount_changed_after_approval_is_reported_and_nothing_touched(accounts: Accounts, standing: str) -> None:
    id = accounts.expense()
    accounts.run()
    accounts.edit(accounts.of(id)["id"], standing=standing)
    before = accounts.held
    accounts.change(id, amount=9900, comment="Corrected")
    clear(accounts)
    run = accounts.run()
    item = accounts.item(run, id)
    assert item.status == "skipped" and "99.00" in item.reason and standing in item.reason
    assert accounts.held == before and accounts.writes() == []
    assert not accounts.run().items.exists(), "told once"


def test_by_the_option_an_unchangeable_difference_is_reported_and_left(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, unchangeable="report")
    accounts.report(REPORT, "SUBMITTED")
    id = accounts.expense()
    accounts.run()
    before = accounts.held
    accounts.change(id, amount=9900)
    run = accounts.run()
    assert accounts.item(run, id).code == "unchangeable" and accounts.held == before


def test_an_expense_that_comes_and_goes_back_ends_as_it_began(submitted: Accounts) -> None:
    id = submitted.expense()
    submitted.run()
    for amount in (9900, 6000, 9900, 6000):
        submitted.change(id, amount=amount)
        submitted.run()
        assert len(submitted.held) == 1
    assert submitted.of(id)["unit_cost"] == "60.0000"
    assert Intent.objects.filter(state=Intent.State.DONE).count() == 5


def test_a_receipt_that_came_later_is_sent_by_replacing_once(submitted: Accounts) -> None:
    id = submitted.expense()
    submitted.run()
    submitted.change(id, **submitted.receipt())
    submitted.run()
    (held,) = submitted.held
    assert held["resource_id"]
    assert not submitted.run().items.exists()


def test_a_late_receipt_that_cannot_be_had_does_not_replace_the_expense(submitted: Accounts) -> None:
    id = submitted.expense()
    submitted.run()
    before = submitted.held
    submitted.change(id, **submitted.receipt(kind="missing"))
    run = submitted.run()
    assert submitted.held == before and "receipt" in submitted.item(run, id).reason


def test_an_expense_moved_to_another_report_takes_its_status(submitted: Accounts) -> None:
    submitted.report("R00ABCDEFGH2", "APPROVED")
    id = submitted.expense()
    submitted.run()
    submitted.change(id, reportID="R00ABCDEFGH2")
    submitted.run()
    assert submitted.of(id)["standing"] == "approved" and len(submitted.held) == 1


# --- whose currency, which account ---------------------------------------------------------------------------------


def test_a_report_in_another_currency_than_the_books_is_blocked_not_added_up(accounts: Accounts) -> None:
    first = accounts.expense(1)
    accounts.run()
    accounts.report("R00ABCDEFGH4", currency="GBP")
    other = accounts.expense(2, reportID="R00ABCDEFGH4", currency="GBP")
    run = accounts.run()
    assert accounts.item(run, other).code == "currency" and "GBP" in accounts.item(run, other).reason
    assert [row["id"] for row in accounts.held] == [accounts.of(first)["id"]]


def test_a_foreign_amount_without_conversion_is_blocked_until_there_is_one(accounts: Accounts) -> None:
    id = accounts.expense(currency="EUR", amount=2000)
    run = accounts.run()
    assert accounts.item(run, id).code == "no_conversion"
    accounts.change(id, convertedAmount=3333, currencyConversionRate="1.6665")
    accounts.run()
    assert accounts.of(id)["unit_cost"] == "33.3300"


def test_naming_one_record_runs_that_one_only(accounts: Accounts) -> None:
    one, other = accounts.expense(1), accounts.expense(2)
    run = accounts.run(scope=Scope(source_ids=(one,)))
    assert run.counts["created"] == 1 and accounts.of(one)
    assert list(run.items.values_list("source_id", flat=True)) == [one]
    accounts.run()
    assert accounts.of(other) and len(accounts.held) == 2


def test_connections_count_as_connected_after_a_run(accounts: Accounts) -> None:
    accounts.expense(created=DAY)
    accounts.sync.target.state = Connection.State.NEW
    accounts.sync.target.save()
    accounts.run()
    accounts.sync.target.refresh_from_db()
    assert accounts.sync.target.state == Connection.State.CONNECTED
