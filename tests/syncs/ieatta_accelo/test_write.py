"""Writes and their follow-ups, with the real client against Accelo's emulator."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.core.errors import OutcomeUnknown
from integrations.core.records import IntentView, LinkView
from integrations.syncs.ieatta_accelo.receipts import Receipt
from tests.syncs.ieatta_accelo.conftest import World
from tests.syncs.ieatta_accelo.samples import link, record

JPEG = b"\xff\xd8\xff\xe0" + b"x" * 500
RECEIPT = {"receipt_id": "R1", "receipt_url": "https://receipts.example.test/1", "receipt_filename": "taxi.jpg"}


def linked(world: World, **changes: Any) -> LinkView:
    """A link to an expense that this sync created before."""
    _, written = world.carry_out(world.driver(), record(**changes))
    return link(target_id=written.target_id, memo=written.memo)


def only(world: World) -> dict[str, Any]:
    (expense,) = world.expenses()
    return expense


def test_a_created_expense_holds_every_field(world: World) -> None:
    world.files[RECEIPT["receipt_url"]] = JPEG
    comment = "Dinner 🍝 " + "x" * 5000
    changes = {"comment": comment, "amount": 562, "units_count": "12.5", "units_unit": "mi", "state": "APPROVED"}
    action, written = world.carry_out(world.driver(), record(**changes, **RECEIPT))
    expense = only(world)
    assert (expense["title"], expense["standing"]) == (comment, "approved")
    assert (expense["quantity"], expense["unit_cost"], expense["price"]) == ("12.5000", "0.4496", "0.4496")
    assert (expense["against_type"], expense["against_id"], expense["type_id"]) == ("job", "100", "7")
    assert expense["resource_id"] and written.memo["receipt"] == "R1" and written.pending == {}
    assert {name: written.actual[name] for name in ("title", "date_incurred", "billable", "reimbursable")} == {
        name: action.wanted[name] for name in ("title", "date_incurred", "billable", "reimbursable")
    }


def test_an_unchanged_expense_compares_as_equal_after_creation(world: World) -> None:
    known = linked(world, state="APPROVED", units_count="3", amount=1000)
    driver = world.driver()
    target = driver.fetch_targets("expenses", [known.target_id])[known.target_id]
    assert driver.plan(record(state="APPROVED", units_count="3", amount=1000), known, target).kind == "none"


def test_accelo_is_told_to_have_filed_it_under_its_own_user(world: World) -> None:
    _, written = world.carry_out(world.driver(), record())
    assert written.notes == ("Accelo filed it under staff member 1; Ieatta names Ann Example.",)


def test_the_submitter_is_taken_where_the_deployment_takes_it(world: World) -> None:
    world.accelo.act("settings", submitter_writable=True)
    _, written = world.carry_out(world.driver(send_submitter=True), record())
    assert written.notes == () and only(world)["submitter_id"] == "17"


@pytest.mark.parametrize("path", ["missing", "page", "large"])
def test_a_failing_receipt_never_stops_the_expense(world: World, path: str) -> None:
    content = {"missing": b"", "page": b"<html>", "large": JPEG + b"x" * 1_000_000}[path]
    world.files[RECEIPT["receipt_url"]] = content
    _, written = world.carry_out(world.driver(max_receipt_mb=1), record(**RECEIPT))
    assert "without its receipt" in written.notes[0] and not only(world)["resource_id"]
    assert written.memo["receipt_failed"] == ("" if path == "missing" else "R1")


def test_a_date_that_accelo_did_not_understand_is_corrected_or_told(world: World) -> None:
    world.accelo.act("settings", accepts_dates="iso")
    _, written = world.carry_out(world.driver(), record())
    assert any("Date Incurred" in note for note in written.notes)
    assert len(world.calls("accelo", "PUT")) == 1 and len(world.expenses()) == 1


def test_only_what_differs_is_sent_in_an_update(world: World) -> None:
    known = linked(world)
    world.accelo.clear_calls()
    _, written = world.carry_out(world.driver(), record(comment="Bus", billable=False), known)
    expense = only(world)
    assert expense["title"] == "Bus" and written.pending == {}
    (call,) = world.calls("accelo", "PUT")
    assert call["body"].startswith("title=Bus&billable=no&_fields=")


@pytest.mark.parametrize(
    ("before", "after", "standing"),
    [
        ({}, {"state": "APPROVED"}, "approved"),
        ({}, {"rejected": True, "state": "OPEN"}, "declined"),
        ({"state": "APPROVED"}, {"state": "REIMBURSED"}, "approved"),
    ],
)
def test_the_status_follows_the_report(
    world: World, before: dict[str, Any], after: dict[str, Any], standing: str
) -> None:
    known = linked(world, **before)
    if before:
        driver = world.driver()
        held = driver.fetch_targets("expenses", [known.target_id])[known.target_id]
        assert driver.plan(record(**after), known, held).kind == "none"
    else:
        world.carry_out(world.driver(), record(**after), known)
    assert only(world)["standing"] == standing


def test_the_step_to_a_status_is_looked_up_once_a_run(world: World) -> None:
    driver = world.driver()
    for _ in range(3):
        world.carry_out(driver, record(state="APPROVED"))
    assert {expense["standing"] for expense in world.expenses()} == {"approved"}
    assert len(world.calls("accelo", "GET", "/progressions")) == 1


def test_a_status_that_is_not_open_stays_pending_with_a_remark(world: World) -> None:
    world.accelo.act("settings", progressions_allowed=False)
    _, written = world.carry_out(world.driver(), record(state="APPROVED"))
    assert written.pending == {"status": "approved"} and "no step to approved" in written.notes[-1]


def test_what_accelo_cannot_change_is_replaced_and_the_old_one_deleted(world: World) -> None:
    known = linked(world)
    action, written = world.carry_out(world.driver(), record(amount=1300, tag="P-200"), known)
    expense = only(world)
    assert action.kind == "replace" and expense["id"] == written.target_id != known.target_id
    assert (expense["price"], expense["against_id"]) == ("13.0000", "200") and written.pending == {}


def test_a_replaced_expense_that_was_approved_meanwhile_is_not_deleted(world: World) -> None:
    known = linked(world)
    driver = world.driver()
    held = driver.fetch_targets("expenses", [known.target_id])[known.target_id]
    action = driver.plan(record(amount=1300), known, held)
    written = driver.create(action)
    assert written.pending["delete"] == [known.target_id]
    world.put("accelo", "expenses", {"id": known.target_id, "standing": "approved"})
    finished = driver.finish(action, written)
    assert len(world.expenses()) == 2 and "Delete one of the two" in finished.notes[-1]


def test_follow_ups_are_repeatable_after_a_crash(world: World) -> None:
    known = linked(world)
    driver = world.driver()
    held = driver.fetch_targets("expenses", [known.target_id])[known.target_id]
    action = driver.plan(record(amount=1300, state="APPROVED"), known, held)
    written = driver.create(action)
    assert written.pending == {"delete": [known.target_id], "status": "approved"}
    # The process dies here; the next run goes on from the link.
    again = link(target_id=written.target_id, pending=written.pending, memo=written.memo)
    _, finished = world.carry_out(world.driver(), record(amount=1300, state="APPROVED"), again)
    expense = only(world)
    assert (expense["id"], expense["standing"], finished.pending) == (written.target_id, "approved", {})


def test_a_late_receipt_replaces_the_expense_only_when_it_can_be_had(world: World) -> None:
    known = linked(world)
    driver = world.driver()
    held = driver.fetch_targets("expenses", [known.target_id])[known.target_id]
    world.files[RECEIPT["receipt_url"]] = b"<html>"
    action = driver.plan(record(**RECEIPT), known, held)
    assert (action.kind, action.code) == ("skip", "receipt") and "web page" in action.reason
    changed = driver.plan(record(**RECEIPT, comment="Bus"), known, held)
    assert changed.kind == "update" and "web page" in changed.notes[-1]
    world.files[RECEIPT["receipt_url"]] = JPEG
    _, written = world.carry_out(world.driver(), record(**RECEIPT), known)
    assert only(world)["resource_id"] and written.memo["receipt"] == "R1"


# --- lost answers ------------------------------------------------------------------------------------------------


def intent(world: World, **changes: Any) -> IntentView:
    """A create whose answer was lost after Accelo had done it."""
    driver = world.driver()
    action = driver.plan(record(**changes), None, None)
    marker = driver.marker(action)
    world.accelo.faults({"match": "POST /expenses", "do": "reset", "when": "after"})
    with pytest.raises(OutcomeUnknown):
        driver.create(action)
    world.accelo.faults()
    return IntentView(1, "expenses", action.source_id, action.wanted, marker)


def test_a_lost_create_is_found_again(world: World) -> None:
    world.put("accelo", "expenses", {"title": "Taxi to the client", "against_type": "job", "against_id": "100"})
    lost = intent(world)
    found = world.driver().find(lost)
    assert found.ids == (world.expenses()[-1]["id"],) and found.actual["title"] == "Taxi to the client"


def test_an_expense_that_is_linked_already_is_not_taken_for_the_lost_one(world: World) -> None:
    lost = intent(world)
    world.store.linked = {only(world)["id"]}
    assert world.driver().find(lost).ids == ()


def test_of_several_alike_the_day_decides(world: World) -> None:
    lost = intent(world)
    (expense,) = world.expenses()
    twin = {name: value for name, value in expense.items() if name not in ("id", "date_incurred")}
    world.put("accelo", "expenses", {**twin, "date_incurred": "1700000000"})
    assert world.driver().find(lost).ids == (expense["id"],)
    world.put("accelo", "expenses", {**twin, "date_incurred": expense["date_incurred"]})
    assert len(world.driver().find(lost).ids) == 2


def test_a_lost_create_is_found_though_accelo_cut_title_and_date(world: World) -> None:
    lost = intent(world, comment="x" * 300)
    expense = only(world)
    world.put("accelo", "expenses", {"id": expense["id"], "title": "x" * 255, "date_incurred": "1700000000"})
    assert world.driver().find(lost).ids == (expense["id"],)


def test_the_marker_costs_one_call_a_run(world: World) -> None:
    driver = world.driver()
    first = driver.marker(driver.plan(record(), None, None))
    world.carry_out(driver, record())
    calls = len(world.calls("accelo", "GET"))
    assert int(driver.marker(driver.plan(record(), None, None))["after_id"]) > int(first["after_id"])
    assert len(world.calls("accelo", "GET")) == calls


def test_a_receipt_is_fetched_once_for_plan_and_create(world: World) -> None:
    driver = world.driver()
    action = driver.plan(record(**RECEIPT), None, None)
    world.files[RECEIPT["receipt_url"]] = JPEG
    first: Receipt = driver.writer.receipt(action)
    assert driver.writer.receipt(action) is first and first.attachment is not None
