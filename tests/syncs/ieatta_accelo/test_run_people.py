"""What people do on either side between runs: edits and deletions in Accelo, expenses that vanish, old reports."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integrations.models import FieldRule
from tests.factories import make_mapping
from tests.syncs.ieatta_accelo.accounts import OTHER_JOB, REPORT, TODAY, Accounts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accounts(sandbox: Any) -> Accounts:
    return Accounts(sandbox.url)


def clear(accounts: Accounts) -> None:
    accounts.ieatta.clear_calls()
    accounts.accelo.clear_calls()


# --- people's edits in Accelo --------------------------------------------------------------------------------------


def test_a_persons_edit_outside_the_synced_fields_is_untouched(accounts: Accounts) -> None:
    id = accounts.expense()
    accounts.run()
    accounts.edit(accounts.of(id)["id"], approver_id="2", activity_id="77")
    accounts.change(id, comment="Taxi home")
    accounts.run()
    held = accounts.of(id)
    assert (held["title"], held["approver_id"], held["activity_id"]) == ("Taxi home", "2", "77")


def test_expenses_that_people_entered_in_accelo_are_never_touched(accounts: Accounts) -> None:
    accounts.put("expenses", {"id": "900", "title": "Taxi", "unit_cost": "60.0000", "price": "60.0000",
                              "against_id": "41", "type_id": "2"})  # fmt: skip
    before = accounts.held
    id = accounts.expense()
    accounts.run()
    accounts.change(id, comment="Other")
    accounts.run()
    assert [row for row in accounts.held if row["id"] == "900"] == before
    assert len(accounts.held) == 2


def test_a_field_kept_for_people_is_set_when_new_and_then_left(accounts: Accounts) -> None:
    FieldRule.objects.create(sync=accounts.sync, target="price", source="amount", policy="set_if_new")
    id = accounts.expense()
    accounts.run()
    accounts.edit(accounts.of(id)["id"], price="75.0000")
    accounts.change(id, comment="Taxi home")
    accounts.run()
    assert (accounts.of(id)["price"], accounts.of(id)["title"]) == ("75.0000", "Taxi home")
    assert len(accounts.held) == 1


def test_what_was_deleted_in_accelo_stays_deleted(accounts: Accounts) -> None:
    id = accounts.expense()
    accounts.run()
    accounts.accelo.act("remove", table="expenses", ids=[accounts.of(id)["id"]])
    assert not accounts.run().items.exists()
    accounts.change(id, comment="Changed later")
    run = accounts.run()
    assert accounts.item(run, id).code == "target_gone" and accounts.held == []
    assert not accounts.run().items.exists()


def test_by_the_option_what_was_deleted_in_accelo_is_made_again_when_it_changes(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, recreate_gone=True)
    id = accounts.expense()
    accounts.run()
    accounts.accelo.act("remove", table="expenses", ids=[accounts.of(id)["id"]])
    accounts.change(id, comment="Changed later")
    accounts.run()
    assert [row["title"] for row in accounts.held] == ["Changed later"]


# --- vanished at the source ----------------------------------------------------------------------------------------


def test_a_vanished_expense_is_reported_once_and_never_deleted(accounts: Accounts) -> None:
    id, other = accounts.expense(1), accounts.expense(2)
    accounts.run()
    before = accounts.held
    accounts.ieatta.act("remove", table="expenses", ids=[id])
    clear(accounts)
    run = accounts.run()
    assert accounts.item(run, id).code == "vanished" and "no longer on its report" in accounts.item(run, id).reason
    assert accounts.held == before and accounts.writes() == []
    assert not accounts.run().items.exists(), "told once"
    assert accounts.link(other).state == "linked"


def test_a_report_that_was_not_returned_proves_nothing(accounts: Accounts) -> None:
    id = accounts.expense()
    accounts.run()
    accounts.ieatta.act("remove", table="reports", ids=[REPORT])
    assert not accounts.run().items.exists()
    assert accounts.link(id).state == "linked" and len(accounts.held) == 1


def test_a_vanished_expense_that_comes_back_is_the_same_as_before(accounts: Accounts) -> None:
    id = accounts.expense(1)
    accounts.expense(2)
    accounts.run()
    accounts.ieatta.act("remove", table="expenses", ids=[id])
    accounts.run()
    accounts.expense(1, comment="Back again")
    accounts.run()
    assert accounts.of(id)["title"] == "Back again" and len(accounts.held) == 2


# --- the window ----------------------------------------------------------------------------------------------------


def test_an_expense_on_an_old_unfinished_report_is_still_followed(accounts: Accounts) -> None:
    old = (TODAY - timedelta(days=59)).isoformat()
    accounts.report("R00ABCDEFGH3", "SUBMITTED", day=old, approved="")
    id = accounts.expense(3, reportID="R00ABCDEFGH3", created=old)
    accounts.run()
    older = (TODAY - timedelta(days=200)).isoformat()
    accounts.report("R00ABCDEFGH3", created=older, submitted=older, state="SUBMITTED")
    accounts.change(id, amount=8800)
    accounts.run()
    assert accounts.of(id)["unit_cost"] == "88.0000"
    accounts.ieatta.act("act", report="R00ABCDEFGH3", do="approve")
    accounts.run()
    assert accounts.of(id)["standing"] == "approved" and len(accounts.held) == 1


def test_a_blocked_expense_of_an_old_report_is_still_followed(accounts: Accounts) -> None:
    id = accounts.expense(tag="Q-9")
    accounts.run()
    older = (TODAY - timedelta(days=200)).isoformat()
    accounts.report(REPORT, created=older, submitted=older, approved=older)
    make_mapping(accounts.sync, "tag", "Q-9", OTHER_JOB, target_kind="job")
    accounts.run()
    assert accounts.of(id)["against_id"] == OTHER_JOB
