"""What is to be done for one record laid beside its partner: a table, and what the words say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.core.records import Action, LazyFields, LinkView, Record
from integrations.syncs.accountsiq_expensein.rows import Laid, Present, Problem, digest
from integrations.syncs.accountsiq_expensein.rules import plan_record

HERE = Present("x1", "Travel", "7400")
SUPPLIER = replace(HERE, inactive=False)
TAX = replace(HERE, rate="20")
NEW = Laid("7400", "7400", "Travel", "Travel")
MATCHED = replace(NEW, how="reference", present=HERE)
LINK = LinkView("7400", "x1", state="linked")


def as_record(laid: Laid, stream: str = "categories") -> Record:
    laid = replace(laid, stream=stream)
    return Record(stream, laid.id, digest(laid), LazyFields(laid))


def plan(laid: Laid, link: LinkView | None = None, seen: Present | None = None, stream: str = "categories") -> Action:
    return plan_record(as_record(laid, stream), link, seen, ("purchase",) if stream == "categories" else None)


def problem(code: str) -> Problem:
    return Problem(code, f"words of {code}")


CASES: dict[str, tuple[Laid, LinkView | None, str, str, set[str]]] = {
    "new": (NEW, None, "create", "", {"name", "reference", "applies_to"}),
    "new and inactive": (replace(NEW, active=False), None, "skip", "inactive", set()),
    "new, inactive, too long": (
        replace(NEW, active=False, problem=problem("long_name")), None, "skip", "inactive", set()),
    "new, inactive, doubled": (
        replace(NEW, active=False, problem=problem("doubled_code")), None, "blocked", "doubled_code", set()),
    "new, name taken": (replace(NEW, problem=problem("name_taken")), None, "skip", "name_taken", set()),
    "new, no rate": (replace(NEW, problem=problem("no_rate")), None, "blocked", "no_rate", set()),
    "deleted there": (replace(NEW, how="gone", problem=problem("deleted")), LINK, "skip", "deleted", set()),
    "equal, first time": (MATCHED, None, "link", "matched", set()),
    "equal": (MATCHED, LINK, "none", "", set()),
    "renamed": (replace(MATCHED, wanted="Trips"), LINK, "update", "", {"name"}),
    "renamed in capitals": (replace(MATCHED, wanted="TRAVEL"), LINK, "update", "", {"name"}),
    "blanks differ": (replace(MATCHED, present=replace(HERE, name=" Travel ")), LINK, "none", "", set()),
    "renamed, name taken": (
        replace(MATCHED, wanted="Trips", problem=problem("name_taken")), LINK, "skip", "name_taken", set()),
    "code edited there": (
        replace(MATCHED, how="link", present=replace(HERE, reference="")), LINK, "update", "", {"reference"}),
    "taken over": (
        replace(MATCHED, how="name", present=replace(HERE, reference="")), None, "update", "adopted", {"reference"}),
    "doubled reference": (
        replace(MATCHED, wanted="Trips", problem=problem("doubled_reference")), LINK, "blocked", "doubled_reference",
        set()),
    "inactive, renamed": (replace(MATCHED, active=False, wanted="Trips"), LINK, "update", "", {"name"}),
    "inactive supplier": (replace(MATCHED, active=False, present=SUPPLIER), LINK, "update", "", {"inactive"}),
    "active supplier": (
        replace(MATCHED, present=replace(SUPPLIER, inactive=True)), LINK, "update", "", {"inactive"}),
    "inactive supplier, long name": (
        replace(MATCHED, active=False, wanted="long", present=SUPPLIER, problem=problem("long_name")), LINK, "update",
        "", {"inactive"}),
    "rate differs, first time": (replace(MATCHED, rate="21", present=TAX), None, "link", "rate_differs", set()),
    "rate differs": (replace(MATCHED, rate="21", present=TAX), LINK, "skip", "rate_differs", {"rate"}),
    "rate written otherwise": (replace(MATCHED, rate="20.0", present=TAX), LINK, "none", "", set()),
    "rate differs, renamed": (
        replace(MATCHED, rate="21", wanted="VAT", present=TAX), LINK, "update", "rate_differs", {"name"}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_record_is_planned_by_the_rules(case: str) -> None:
    laid, link, kind, code, changes = CASES[case]
    action = plan(laid, link)
    assert (action.kind, action.code, set(action.changes)) == (kind, code, changes)
    assert "rate" not in action.changes or action.kind == "skip", "a rate is never written"
    assert action.kind == "none" or action.reason


def test_a_new_supplier_is_active_and_a_new_tax_rate_has_its_rate() -> None:
    assert plan(NEW, stream="suppliers").wanted == {"name": "Travel", "reference": "7400", "inactive": False}
    assert plan(replace(NEW, rate="13.5"), stream="tax_rates").wanted["rate"] == "13.5"


def test_every_value_that_is_sent_has_its_reason() -> None:
    action = plan(replace(NEW, name="Travel and more", rate="20"))
    assert {why.field for why in action.why} == set(action.wanted)
    assert any("made to fit" in why.because for why in action.why)


def test_a_record_that_was_found_after_a_lost_answer_is_not_created_again() -> None:
    action = plan(replace(NEW, problem=problem("name_taken")), replace(LINK, pending={"settle": "created"}), HERE)
    assert (action.kind, action.target_id) == ("none", "x1")


def test_one_that_a_person_deleted_is_not_taken_for_found() -> None:
    gone = replace(NEW, how="gone", problem=problem("deleted"))
    assert plan(gone, LINK, HERE).kind == "skip"


def test_a_change_that_cannot_be_made_is_told_beside_the_one_that_is() -> None:
    laid = replace(MATCHED, active=False, wanted="long", present=SUPPLIER, problem=problem("long_name"))
    assert plan(laid, LINK).notes == ("words of long_name",)
