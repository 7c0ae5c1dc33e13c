"""Report status -> expense status."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.core.mapping import Row
from integrations.syncs.deciding import Stop
from integrations.syncs.ieatta_accelo.status import map_status
from tests.syncs.ieatta_accelo.samples import expense, setup


@pytest.mark.parametrize(
    ("report", "status"),
    [
        ({"state": "OPEN"}, "submitted"),
        ({"state": "SUBMITTED"}, "submitted"),
        ({"state": "APPROVED"}, "approved"),
        ({"state": "REIMBURSED"}, "approved"),
        ({"state": "ARCHIVED"}, "approved"),
        ({"state": "CLOSED"}, "approved"),
        ({"state": "OPEN", "rejected": True}, "declined"),
        ({"state": "SUBMITTED", "rejected": True}, "declined"),
    ],
)
def test_the_defaults_are_the_designs_table(report: dict[str, Any], status: str) -> None:
    assert map_status(expense(**report).report, setup()).value == status


@pytest.mark.parametrize(
    ("report", "row", "status"),
    [
        ({"state": "REIMBURSED"}, ("REIMBURSED", "submitted"), "submitted"),
        ({"state": "ARCHIVED", "raw_status": "Closed"}, ("CLOSED", "submitted"), "submitted"),
        ({"state": "ARCHIVED", "raw_status": "Done"}, ("CLOSED", "submitted"), "submitted"),
        ({"state": "CLOSED"}, ("ARCHIVED", "Declined"), "declined"),
        ({"state": "OPEN", "rejected": True}, ("REJECTED", "submitted"), "submitted"),
        ({"state": "OPEN", "rejected": True}, ("OPEN", "approved"), "declined"),
        ({"state": "FROZEN"}, ("frozen", "submitted"), "submitted"),
    ],
)
def test_an_admins_rows_win_over_the_defaults(report: dict[str, Any], row: tuple[str, str], status: str) -> None:
    assert map_status(expense(**report).report, setup(Row("status", *row))).value == status


def test_closed_may_differ_from_archived() -> None:
    rows = (Row("status", "ARCHIVED", "approved"), Row("status", "CLOSED", "declined"))
    closed = expense(state="ARCHIVED", raw_status="Closed").report
    assert map_status(closed, setup(*rows)).value == "declined"
    assert map_status(expense(state="ARCHIVED", raw_status="Archived").report, setup(*rows)).value == "approved"


def test_an_unknown_status_is_blocked_with_the_vendors_word() -> None:
    with pytest.raises(Stop) as stop:
        map_status(expense(state="FROZEN", raw_status="Frozen").report, setup())
    assert stop.value.code == "unknown_state" and "Frozen" in stop.value.reason


def test_a_status_that_is_left_out_keeps_its_expenses_out() -> None:
    with pytest.raises(Stop) as stop:
        map_status(expense(state="OPEN").report, setup(Row("status", "OPEN", "", ignore=True)))
    assert (stop.value.code, stop.value.kind) == ("ignored", "skip")


def test_the_status_is_not_wanted_when_statuses_are_not_carried_over() -> None:
    assert map_status(expense(state="APPROVED").report, setup(status_sync=False)).value == ""
