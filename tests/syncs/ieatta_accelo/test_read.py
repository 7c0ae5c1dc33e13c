"""What is read, and with how many calls, with the real client against Ieatta's emulator."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

import pytest

from integrations.core.errors import ConfigError
from integrations.core.records import Page
from integrations.syncs.base import Scope
from integrations.syncs.ieatta_accelo.driver import ExpenseDriver
from integrations.syncs.ieatta_accelo.read import BATCH, PAGE, in_turn
from tests.syncs.ieatta_accelo.conftest import World
from tests.syncs.ieatta_accelo.samples import link

TODAY = datetime.now(UTC).date()


def day(ago: int) -> str:
    return (TODAY - timedelta(days=ago)).isoformat()


def put_report(world: World, ago: int, state: str = "OPEN", **more: Any) -> str:
    return world.put("ieatta", "reports", {"created": day(ago), "state": state, **more})[0]


def put_expense(world: World, report: str, **more: Any) -> str:
    row = {"reportID": report, "created": day(1), "amount": 100, "currency": "AUD", "merchant": "Taxi", **more}
    return world.put("ieatta", "expenses", row)[0]


def pages(driver: ExpenseDriver) -> list[Page]:
    return list(driver.read("expenses", {}))


def read(driver: ExpenseDriver) -> set[str]:
    return {record.external_id for page in pages(driver) for record in page.records}


def exports(world: World) -> list[str]:
    """The bodies of the export jobs that arrived, readable."""
    bodies = [unquote_plus(str(call["body"])) for call in world.ieatta.calls()]
    return [body for body in bodies if "combinedReportData" in body]


def test_a_quiet_hour_is_two_calls_and_none_at_accelo(world: World) -> None:
    world.store.values["rechecked_on"] = TODAY.isoformat()
    expense = put_expense(world, put_report(world, 3))
    world.ieatta.clear_calls()
    assert read(world.driver()) == {expense}
    assert len(world.ieatta.calls()) == 2 and world.accelo.calls() == []


def test_a_wrong_policy_id_is_no_quiet_account(world: World) -> None:
    assert read(world.driver()) == set()
    driver = world.driver()
    driver.context.source.policy_id = "FEDCBA9876543210"
    with pytest.raises(ConfigError, match="policy_id"):
        read(driver)


def test_the_window_begins_a_day_earlier_than_the_option_says(world: World) -> None:
    inside, outside = put_expense(world, put_report(world, 11)), put_expense(world, put_report(world, 12))
    assert read(world.driver(window_days=10)) == {inside} != {outside}


def test_unfinished_reports_older_than_the_window_are_read_by_name(world: World) -> None:
    old, recent = put_report(world, 300), put_report(world, 1, "SUBMITTED")
    wanted = {put_expense(world, old), put_expense(world, recent)}
    world.store.by_state = {"OPEN": [old], "SUBMITTED": [recent]}
    world.ieatta.clear_calls()
    assert read(world.driver()) == wanted
    assert len(exports(world)) == 2 and old in exports(world)[1] and recent not in exports(world)[1]


def test_reports_are_named_in_batches(world: World) -> None:
    world.store.by_state = {"OPEN": [f"R00{number:09d}" for number in range(BATCH + 1)]}
    read(world.driver())
    assert len(exports(world)) == 3


def test_approved_reports_outside_the_window_are_looked_at_once_a_day(world: World) -> None:
    old = put_report(world, 300, "APPROVED")
    expense = put_expense(world, old)
    world.store.by_state = {"APPROVED": [old]}
    assert read(world.driver()) == {expense}
    assert world.store.values["rechecked_on"] == TODAY.isoformat()
    assert read(world.driver()) == set()
    world.store.values["rechecked_on"] = day(1)
    assert read(world.driver()) == {expense}


def test_a_preview_remembers_nothing(world: World) -> None:
    read(world.driver(dry=True))
    assert world.store.values == {}


@pytest.mark.parametrize(
    ("after", "turn"), [("", ["a", "b"]), ("b", ["c", "d"]), ("d", ["a", "b"]), ("c", ["d", "a"]), ("gone", ["a", "b"])]
)
def test_many_approved_reports_are_looked_at_in_turn(after: str, turn: list[str]) -> None:
    assert in_turn(["a", "b", "c", "d"], after, 2) == turn


def test_a_record_carries_its_report(world: World) -> None:
    report = put_report(world, 3, "APPROVED")
    put_expense(world, report)
    (record,) = pages(world.driver())[0].records
    assert (record.parent_id, record.parent_state) == (report, "APPROVED")


def test_asked_for_days_narrow_the_window_and_leave_the_rest_alone(world: World) -> None:
    old, recent = put_expense(world, put_report(world, 200)), put_expense(world, put_report(world, 2))
    world.store.by_state = {"OPEN": ["R00zzzzzzzzz"]}
    scope = Scope(since=TODAY - timedelta(days=210), until=TODAY - timedelta(days=190))
    world.ieatta.clear_calls()
    assert read(world.driver(scope=scope)) == {old} != {recent}
    assert len(exports(world)) == 1
    assert day(211) in exports(world)[0] and day(189) in exports(world)[0]


def test_more_than_a_year_is_read_in_pieces(world: World) -> None:
    old, recent = put_expense(world, put_report(world, 700)), put_expense(world, put_report(world, 2))
    assert read(world.driver(scope=Scope(since=TODAY - timedelta(days=800)))) == {old, recent}


def test_a_full_run_reads_a_year_back(world: World) -> None:
    old = put_expense(world, put_report(world, 360))
    assert read(world.driver(scope=Scope(full=True))) == {old}


@pytest.mark.parametrize("ago", [2, 200])
def test_named_records_are_found_also_when_they_are_older_than_the_window(world: World, ago: int) -> None:
    report = put_report(world, ago)
    wanted, _ = put_expense(world, report), put_expense(world, report)
    assert read(world.driver(scope=Scope(source_ids=(wanted,)))) == {wanted}


def test_pages_hold_500_and_only_the_last_tells_the_time_of_reading(world: World) -> None:
    report = put_report(world, 1)
    rows = [{"reportID": report, "created": day(1), "amount": n, "currency": "AUD"} for n in range(PAGE + 1)]
    world.put("ieatta", "expenses", *rows)
    found = pages(world.driver())
    assert [len(page.records) for page in found] == [PAGE, 1]
    assert found[0].cursor is None and set(found[1].cursor or {}) == {"read_at"}


def test_nothing_to_read_is_one_empty_page(world: World) -> None:
    (page,) = pages(world.driver())
    assert page.records == () and page.cursor


def test_an_expense_that_vanished_from_a_returned_report_is_reported(world: World) -> None:
    report = put_report(world, 1)
    put_expense(world, report)
    gone, elsewhere = link(source_id="1", target_id="900", pk=1), link(source_id="2", pk=2)
    world.store.links = [(report, gone), ("R00notReturned", elsewhere), (report, link(source_id="3", pk=3))]
    driver = world.driver()
    read(driver)
    ((view, action),) = driver.missing("expenses", lambda pk: pk == 3)
    assert view is gone and (action.kind, action.code, action.target_id) == ("skip", "vanished", "900")
    assert "stays as it is" in action.reason


def test_a_run_of_named_records_reports_nothing_as_vanished(world: World) -> None:
    report = put_report(world, 1)
    world.store.links = [(report, link())]
    driver = world.driver(scope=Scope(source_ids=("7",)))
    read(driver)
    assert list(driver.missing("expenses", lambda pk: False)) == []


def test_a_year_end_date_stays_what_it_is(world: World) -> None:
    put_expense(world, put_report(world, 1), created=f"{TODAY.year - 1}-12-31")
    (record,) = pages(world.driver())[0].records
    assert record.fields["date"] == date(TODAY.year - 1, 12, 31).isoformat()
