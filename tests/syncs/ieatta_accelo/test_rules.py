"""The plan for one record: creation, differences, replacement, what is held or left alone."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.core.mapping import Row
from integrations.core.records import Action, LinkView
from integrations.syncs.ieatta_accelo.declared import LABELS
from integrations.syncs.ieatta_accelo.rules import plan_expense
from tests.syncs.ieatta_accelo.samples import expense, link, record, setup

RECEIPT = {"receipt_id": "R1", "receipt_url": "https://receipts.example.test/1", "receipt_filename": "taxi.jpg"}
HELD = {
    "title": "Taxi to the client",
    "quantity": "1",
    "unit_cost": "12.50",
    "price": "12.50",
    "date_incurred": "2026-07-03",
    "type_id": "7",
    "against": "job/100",
    "billable": True,
    "reimbursable": True,
    "status": "submitted",
    "submitter_id": "1",
    "receipt": "",
}


def plan(
    changes: dict[str, Any] | None = None,
    *rows: Row,
    held: dict[str, Any] | None = None,
    known: LinkView | None = None,
    gone: bool = False,
    **more: Any,
) -> Action:
    """With `held` (differences from HELD) the expense is linked and exists; `gone`: linked, but deleted in Accelo."""
    if held is None and not gone:
        return plan_expense(record(**(changes or {})), None, None, setup(*rows, **more))
    target = None if gone else {**HELD, **(held or {})}
    return plan_expense(record(**(changes or {})), known or link(), target, setup(*rows, **more))


def test_a_create_lists_all_its_values_as_changes() -> None:
    action = plan()
    assert action.changes["title"] == (None, "Taxi to the client")
    assert set(action.changes) == {name for name, value in action.wanted.items() if value != ""}


# --- what is held ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"category": "Meals"}, "unmapped_category"),
        ({"tag": "Nowhere"}, "unmapped_tag"),
        ({"tag": ""}, "no_tag"),
        ({"created": ""}, "no_date"),
        ({"currency": "USD", "converted_amount": None}, "no_conversion"),
        ({"currency": "EUR", "report_currency": "EUR"}, "currency"),
        ({"state": "FROZEN", "raw_status": "Frozen"}, "unknown_state"),
    ],
)
@pytest.mark.parametrize("linked", [False, True])
def test_what_a_rule_cannot_decide_blocks_the_record(changes: dict[str, Any], code: str, linked: bool) -> None:
    action = plan(changes, held={} if linked else None)
    assert (action.kind, action.code) == ("blocked", code)
    assert action.target_id == ("900" if linked else "")


def test_all_reasons_are_told_at_once_and_the_first_value_is_waited_for() -> None:
    action = plan({"category": "Meals", "tag": "Nowhere"})
    assert "Meals" in action.reason and "Nowhere" in action.reason
    assert action.extra["needs"] == {"kind": "category", "source": "Meals"}


def test_what_a_person_leaves_out_is_skipped_whatever_else_is_missing() -> None:
    action = plan({"tag": "Nowhere"}, Row("category", "Travel", "", ignore=True))
    assert (action.kind, action.code) == ("skip", "ignored") and "Nowhere" not in action.reason


# --- differences -------------------------------------------------------------------------------------------------


def test_equal_values_need_nothing() -> None:
    assert plan(held={}).kind == "none"


@pytest.mark.parametrize(
    ("changes", "held", "changed"),
    [
        ({"comment": "New"}, {}, {"title": ("Taxi to the client", "New")}),
        ({"created": "2026-07-04"}, {}, {"date_incurred": ("2026-07-03", "2026-07-04")}),
        ({"billable": False}, {}, {"billable": (True, False)}),
        ({"reimbursable": False}, {}, {"reimbursable": (True, False)}),
        ({"state": "APPROVED"}, {}, {"status": ("submitted", "approved")}),
        ({}, {"type_id": "9"}, {"type_id": ("9", "7")}),
        ({}, {"quantity": "2"}, {"quantity": ("2", "1")}),
        ({}, {"unit_cost": "12.51"}, {"unit_cost": ("12.51", "12.50")}),
        ({}, {"submitter_id": "17"}, {}),
        ({"state": "REIMBURSED"}, {"status": "approved"}, {}),
    ],
)
def test_only_what_differs_is_changed(changes: dict[str, Any], held: dict[str, Any], changed: dict[str, Any]) -> None:
    action = plan(changes, held=held)
    assert action.kind == ("update" if changed else "none")
    assert action.changes == changed
    assert all(LABELS[name] in action.reason for name in changed)


@pytest.mark.parametrize(
    ("policy", "held", "kind"),
    [
        ("overwrite", "Other", "update"),
        ("overwrite", "", "update"),
        ("set_if_empty", "Other", "none"),
        ("set_if_empty", "", "update"),
        ("set_if_new", "Other", "none"),
        ("set_if_new", "", "none"),
        ("off", "", "none"),
    ],
)
def test_the_fields_policy_decides_on_an_existing_expense(policy: str, held: str, kind: str) -> None:
    assert plan(held={"title": held}, fields={"title": {"policy": policy}}).kind == kind


@pytest.mark.parametrize(
    ("field", "policy", "sent"),
    [("billable", "off", False), ("title", "off", True), ("billable", "set_if_new", True), ("receipt", "off", False)],
)
def test_a_field_that_is_off_is_sent_only_when_accelo_requires_it(field: str, policy: str, sent: bool) -> None:
    action = plan(RECEIPT, fields={field: {"policy": policy}})
    assert (field in action.wanted) is sent
    assert ("receipt" in action.extra) is ("receipt" in action.wanted)


def test_the_money_fields_keep_their_policy_whatever_is_stored() -> None:
    action = plan({"amount": 1300}, held={"price": "13.00"}, fields={"unit_cost": {"policy": "off"}})
    assert action.changes == {"unit_cost": ("12.50", "13.00")}


def test_a_title_that_accelo_cut_is_equal_to_its_whole() -> None:
    known = link(memo={"title_cut": 10})
    assert plan(held={"title": "Taxi to th"}, known=known).kind == "none"
    assert plan({"comment": "Bus to the client"}, held={"title": "Taxi to th"}, known=known).kind == "update"


# --- what accelo cannot change -----------------------------------------------------------------------------------

DEARER = {"amount": 1300}
ELSEWHERE = {"tag": "P-200"}


@pytest.mark.parametrize(
    ("changes", "fixed"),
    [(DEARER, "price"), (ELSEWHERE, "against"), (RECEIPT, "receipt"), ({**DEARER, **ELSEWHERE}, "price")],
)
@pytest.mark.parametrize(
    ("standing", "option", "kind"),
    [
        ("submitted", "replace", "replace"),
        ("declined", "replace", "replace"),
        ("approved", "replace", "skip"),
        ("submitted", "report", "skip"),
        ("invoiced", "replace", "skip"),
    ],
)
def test_unchangeable_fields_are_replaced_or_reported(
    changes: dict[str, Any], fixed: str, standing: str, option: str, kind: str
) -> None:
    status = {"submitted": "SUBMITTED", "declined": "OPEN"}.get(standing, "APPROVED")
    report = {"state": status, "rejected": standing == "declined"}
    action = plan({**changes, **report}, held={"status": standing}, unchangeable=option)
    assert action.kind == kind and fixed in action.changes
    if kind == "replace":
        assert action.target_id == "900" and action.extra["delete"] == ["900"]
        assert set(action.wanted) >= {"title", "against", "price", "date_incurred"}
        assert action.extra["receipt_only"] is (fixed == "receipt")
    else:
        assert action.code == ("invoiced" if standing == "invoiced" else "unchangeable")
        assert LABELS[fixed] in action.reason


def test_a_replacement_keeps_what_the_rules_leave_to_people() -> None:
    action = plan(ELSEWHERE, held={"title": "A person's words"}, fields={"title": {"policy": "set_if_new"}})
    assert action.kind == "replace" and action.wanted["title"] == "A person's words"


def test_a_replacement_keeps_the_status_when_statuses_are_not_carried_over() -> None:
    assert plan(ELSEWHERE, held={"status": "declined"}, status_sync=False).wanted["status"] == "declined"


def test_a_late_receipt_does_not_hold_up_other_changes_of_an_approved_expense() -> None:
    action = plan({**RECEIPT, "comment": "New", "state": "APPROVED"}, held={"status": "approved"})
    assert action.kind == "update" and set(action.changes) == {"title"}
    assert "receipt came later" in action.notes[-1]


@pytest.mark.parametrize(("held", "kind"), [("15.00", "none"), ("15.01", "replace"), ("12.50", "none")])
def test_a_sale_price_that_accelo_insists_on_is_not_replaced_again(held: str, kind: str) -> None:
    known = link(memo={"kept": {"price": ["12.50", "15.00"]}})
    assert plan(held={"price": held}, known=known).kind == kind


@pytest.mark.parametrize(
    ("memo", "held", "kind"),
    [
        ({"receipt": "R1"}, "55", "none"),
        ({"receipt": "R1"}, "", "none"),
        ({"receipt_failed": "R1"}, "", "none"),
        ({}, "55", "none"),
        ({"receipt": "R0"}, "55", "replace"),
        ({"receipt": ""}, "", "replace"),
    ],
)
def test_a_receipt_is_sent_once(memo: dict[str, str], held: str, kind: str) -> None:
    assert plan(RECEIPT, held={"receipt": held}, known=link(memo=memo)).kind == kind


def test_receipts_can_be_turned_off() -> None:
    assert plan(RECEIPT, held={}, receipts=False).kind == "none"
    assert "receipt" not in plan(RECEIPT, receipts=False).extra


# --- what is left alone ------------------------------------------------------------------------------------------


def test_an_invoiced_expense_is_never_touched() -> None:
    action = plan({"comment": "New", "state": "APPROVED"}, held={"status": "invoiced"})
    assert (action.kind, action.code) == ("skip", "invoiced") and "Title" in action.reason


def test_an_invoiced_expense_needs_no_mapping_any_more() -> None:
    assert plan({"category": "Meals"}, held={"status": "invoiced"}).code == "invoiced"


def test_an_expense_deleted_in_accelo_stays_deleted() -> None:
    action = plan(gone=True)
    assert (action.kind, action.code) == ("skip", "target_gone") and "900" in action.reason


def test_an_expense_deleted_in_accelo_is_created_again_when_the_option_says_so() -> None:
    action = plan(gone=True, recreate_gone=True)
    assert (action.kind, action.target_id) == ("create", "")


# --- work left over ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", ["800", ["800"]])
def test_a_replaced_expense_that_was_not_deleted_yet_is_deleted_next_time(left: Any) -> None:
    action = plan(held={}, known=link(pending={"delete": left}))
    assert (action.kind, action.changes, action.extra["delete"]) == ("update", {}, ["800"])


@pytest.mark.parametrize("held", [{"status": "invoiced"}, {"status": "approved"}])
def test_what_was_replaced_is_cleared_away_even_when_the_new_one_is_left_alone(held: dict[str, Any]) -> None:
    changes = {**ELSEWHERE, "state": "APPROVED"}
    action = plan(changes, held=held, known=link(pending={"delete": "800"}))
    assert (action.kind, action.changes, action.extra["delete"]) == ("update", {}, ["800"])
    assert "Against" in action.notes[-1]


def test_a_second_replacement_deletes_both_former_expenses() -> None:
    assert plan(DEARER, held={}, known=link(pending={"delete": "800"})).extra["delete"] == ["800", "900"]


def test_a_status_that_was_not_reached_is_tried_again_and_forgotten_when_reached() -> None:
    known = link(pending={"status": "approved"})
    assert plan({"state": "APPROVED"}, held={}, known=known).changes == {"status": ("submitted", "approved")}
    assert plan({"state": "APPROVED"}, held={"status": "approved"}, known=known).kind == "none"


def test_the_same_inputs_give_the_same_plan() -> None:
    assert plan(RECEIPT) == plan(RECEIPT)
    assert expense().receipt_id == ""
