"""Each row of the field table, from an Ieatta expense to what Accelo then holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integrations.models import Run
from tests.factories import make_mapping
from tests.syncs.ieatta_accelo.accounts import (
    DAY,
    FREE,
    GST,
    JOB,
    OTHER_JOB,
    RETAINER,
    TICKET,
    TODAY,
    TYPES,
    Accounts,
    taxed,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accounts(sandbox: Any) -> Accounts:
    return Accounts(sandbox.url)


def created(accounts: Accounts, number: int | str = 1, **values: Any) -> dict[str, Any]:
    """The Accelo expense that one run makes of one Ieatta expense."""
    id = accounts.expense(number, **values)
    run = accounts.run()
    assert run.counts["created"] == 1, (
        run.message,
        run.detail,
        list(run.items.values_list("status", "reason", "detail")),
    )
    assert run.status == Run.Status.DONE
    accounts.assert_settled()
    return accounts.of(id)


LONG = "Ünïcode 🎉 «quoted» & <b>bold</b>; 100% = 'x' " * 120

ROWS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("comment", {"comment": "To the client"}, {"title": "To the client"}),
    ("no comment: merchant", {"comment": ""}, {"title": "Cabcharge"}),
    ("blank comment: merchant", {"comment": " \n "}, {"title": "Cabcharge"}),
    ("corrected merchant", {"comment": "", "modifiedMerchant": "Café Luna", "modified": True}, {"title": "Café Luna"}),
    ("neither", {"comment": "", "merchant": ""}, {"title": "Expense 6000000000000000001"}),
    ("emoji, quotes, backslash", {"comment": '🎉 "très bon" \\ {x} ${y} <#z>'},
     {"title": '🎉 "très bon" \\ {x} ${y} <#z>'}),
    ("several lines", {"comment": "one\r\ntwo\tthree"}, {"title": "one two three"}),
    ("5,000 characters", {"comment": LONG[:5000]}, {"title": LONG[:5000].strip()}),
    ("category", {"category": "Meals"}, {"type_id": TYPES["Meals"]}),
    ("amount", {"amount": 1}, {"unit_cost": "0.0100", "price": "0.0100", "quantity": "1.0000"}),
    ("large amount", {"amount": 123456789012}, {"unit_cost": "1234567890.1200", "price": "1234567890.1200"}),
    ("refund", {"amount": -1250}, {"unit_cost": "-12.5000", "price": "-12.5000", "quantity": "1.0000"}),
    ("corrected amount", {"modifiedAmount": 7777, "modified": True}, {"unit_cost": "77.7700", "price": "77.7700"}),
    ("corrected to nothing", {"modifiedAmount": 0, "modified": True}, {"unit_cost": "0.0000", "price": "0.0000"}),
    ("distance", {"amount": 3432, "units": {"count": 44, "rate": 78, "unit": "km"}, "category": "Mileage"},
     {"quantity": "44.0000", "unit_cost": "0.7800", "price": "0.7800"}),
    ("broken distance", {"amount": 1000, "units": {"count": 7.5, "rate": 133, "unit": "mi"}},
     {"quantity": "7.5000", "unit_cost": "1.3330", "price": "1.3330"}),
    ("hours", {"amount": 26250, "units": {"count": 3, "rate": 8750, "unit": "hours"}, "category": "Hours"},
     {"quantity": "3.0000", "unit_cost": "87.5000", "price": "87.5000"}),
    ("no unit price is exact", {"amount": 1, "units": {"count": 1234567, "rate": 1, "unit": "km"}},
     {"quantity": "1.0000", "unit_cost": "0.0100", "price": "0.0100"}),
    ("foreign currency", {"amount": 20000, "currency": "GBP", "convertedAmount": 38800,
                          "currencyConversionRate": "1.94"},
     {"unit_cost": "388.0000", "price": "388.0000", "quantity": "1.0000"}),
    ("reimbursable", {"reimbursable": True, "billable": False}, {"reimbursable": True, "billable": False}),
    ("billable", {"reimbursable": False, "billable": True}, {"reimbursable": False, "billable": True}),
    ("tag by code", {"tag": "Refit of the ship", "tagGlCode": "P-1"}, {"against_type": "job", "against_id": JOB}),
    ("tag by title", {"tag": "audit"}, {"against_type": "job", "against_id": OTHER_JOB}),
    ("tag of a ticket", {"tag": "T-1"}, {"against_type": "issue", "against_id": TICKET}),
    ("tag of several levels", {"tag": "Sydney:P-1"}, {"against_type": "job", "against_id": JOB}),
    ("corrected date", {"modifiedCreated": (TODAY - timedelta(days=20)).isoformat(), "modified": True}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("values", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_field_of_an_expense_arrives(accounts: Accounts, values: dict[str, Any], expected: dict[str, Any]) -> None:
    held = created(accounts, **values)
    assert {name: held[name] for name in expected} == expected
    assert len(accounts.held) == 1


@pytest.mark.parametrize("id", ["9223372036854775807", "6000000000000000001", "1"])
def test_an_id_of_nineteen_digits_keeps_each_of_them(accounts: Accounts, id: str) -> None:
    created(accounts, id)
    assert accounts.link(id).source_id == id


@pytest.mark.parametrize("zone", ["Australia/Sydney", "Europe/London", "America/Los_Angeles", "Pacific/Kiritimati"])
@pytest.mark.parametrize("form", ["unix", "iso"])
@pytest.mark.parametrize("day", [f"{TODAY.year - 1}-12-31", f"{TODAY.year}-01-01", f"{TODAY.year}-03-29"])
def test_a_calendar_day_stays_the_same_in_every_deployment(sandbox: Any, zone: str, form: str, day: str) -> None:
    accounts = Accounts(sandbox.url)
    accounts.accelo.act("settings", time_zone=zone)
    target = accounts.sync.target
    target.settings["date_form"] = form
    target.save()
    held = created(accounts, created=day)
    local = datetime.fromtimestamp(held["date_incurred"], UTC).astimezone(ZoneInfo(zone))
    assert local.date().isoformat() == day
    assert not accounts.run().items.exists()


def test_a_corrected_date_wins(accounts: Accounts) -> None:
    day = (TODAY - timedelta(days=20)).isoformat()
    held = created(accounts, modifiedCreated=day, modified=True)
    sydney = datetime.fromtimestamp(held["date_incurred"], UTC).astimezone(ZoneInfo("Australia/Sydney"))
    assert sydney.date().isoformat() == day


# --- taxes ---------------------------------------------------------------------------------------------------------


def test_two_tax_rates_in_one_category_go_to_the_types_that_carry_them(accounts: Accounts) -> None:
    make_mapping(accounts.sync, "category", "Meals", TYPES["Meals (GST Free)"])
    make_mapping(accounts.sync, "tax", "GST 10%", GST)
    make_mapping(accounts.sync, "tax", "GST Free", FREE)
    lunch = accounts.expense(1, category="Meals", **taxed("GST 10%", "GST10"))
    fruit = accounts.expense(2, category="Meals", **taxed("GST Free", "GST0"))
    run = accounts.run()
    assert run.counts["created"] == 2, list(run.items.values_list("reason", flat=True))
    assert accounts.of(lunch)["type_id"] == TYPES["Meals"]
    assert accounts.of(fruit)["type_id"] == TYPES["Meals (GST Free)"]


def test_a_row_for_one_tax_rate_wins_over_the_general_one(accounts: Accounts) -> None:
    make_mapping(accounts.sync, "category", "Meals", TYPES["Meals (GST Free)"], qualifier="GST Free")
    held = created(accounts, category="Meals", **taxed("GST Free", "GST0"))
    assert held["type_id"] == TYPES["Meals (GST Free)"]


def test_a_tax_that_none_of_the_types_carries_blocks_rather_than_files_wrongly(accounts: Accounts) -> None:
    make_mapping(accounts.sync, "tax", "GST Free", FREE)
    id = accounts.expense(category="Meals", **taxed("GST Free", "GST0"))
    run = accounts.run()
    assert run.counts["blocked"] == 1 and accounts.held == []
    assert "GST Free" in accounts.item(run, id).reason and accounts.item(run, id).code == "tax_type"


# --- targets -------------------------------------------------------------------------------------------------------


def test_a_retainer_gets_the_expense_under_its_open_period(accounts: Accounts) -> None:
    accounts.accelo.act("settings", retainer_periods=True)
    held = created(accounts, tag="Care plan")
    assert (held["against_type"], held["against_id"]) == ("contract_period", "71")


def test_a_deployment_that_takes_no_retainer_says_so_and_fails_only_that_expense(accounts: Accounts) -> None:
    accounts.accelo.act("settings", retainer_periods=False)
    care, taxi = accounts.expense(1, tag="Care plan"), accounts.expense(2)
    run = accounts.run()
    assert run.status == Run.Status.DONE_WITH_FAILURES
    assert accounts.item(run, care).status == "failed"
    assert "Engagement must be an issue or job" in accounts.item(run, care).reason
    assert accounts.item(run, taxi).status == "created"
    accounts.later()
    make_mapping(accounts.sync, "tag", "Care plan", OTHER_JOB, target_kind="job")
    assert accounts.run().counts["created"] == 1
    assert accounts.of(care)["against_id"] == OTHER_JOB


def test_a_mapped_retainer_is_used_like_a_found_one(accounts: Accounts) -> None:
    accounts.accelo.act("settings", retainer_periods=True)
    make_mapping(accounts.sync, "tag", "Phone", RETAINER, target_kind="contract")
    assert created(accounts, tag="Phone")["against_id"] == "71"


def test_an_unmatched_tag_blocks_and_is_created_exactly_once_when_mapped(accounts: Accounts) -> None:
    id = accounts.expense(tag="Q-9")
    first = accounts.run()
    item = accounts.item(first, id)
    assert (first.status, item.status, item.code) == (Run.Status.DONE, "blocked", "unmapped_tag")
    assert "Q-9" in item.reason and "Map the tag" in item.reason
    again = accounts.run()
    assert (again.counts["blocked"], again.items.count()) == (1, 0), "told once, counted each time"
    make_mapping(accounts.sync, "tag", "Q-9", JOB, target_kind="job")
    assert accounts.run().counts["created"] == 1
    assert accounts.run().counts["unchanged"] == 1
    assert [row["against_id"] for row in accounts.held] == [JOB]
    accounts.assert_settled()


def test_an_ambiguous_tag_blocks_with_its_candidates(accounts: Accounts) -> None:
    id = accounts.expense(tag="TWICE")
    run = accounts.run()
    item = accounts.item(run, id)
    assert (item.status, item.code) == ("blocked", "ambiguous_tag")
    assert [candidate["id"] for candidate in item.candidates] == ["43", "44"]
    assert accounts.held == []


def test_an_expense_without_a_tag_waits_or_goes_to_the_named_project(accounts: Accounts) -> None:
    id = accounts.expense(tag="")
    run = accounts.run()
    assert accounts.item(run, id).code == "no_tag"
    accounts.sync.options["default_against"] = f"job:{OTHER_JOB}"
    accounts.sync.save()
    accounts.run()
    assert accounts.of(id)["against_id"] == OTHER_JOB


def test_a_project_made_in_accelo_meanwhile_is_found_by_the_next_run(accounts: Accounts) -> None:
    id = accounts.expense(tag="P-77")
    assert accounts.run().counts["blocked"] == 1
    accounts.put("jobs", {"id": "45", "title": "New work", "custom_id": "P-77"})
    target = accounts.sync.target
    target.refresh_from_db()
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    target.account["references"] = dict.fromkeys(target.account["references"], hour_ago)
    target.save()
    assert accounts.run().counts["created"] == 1
    assert accounts.of(id)["against_id"] == "45"


# --- people --------------------------------------------------------------------------------------------------------

BEN = [{"email": "ben.carter@acme.example", "displayName": "Ben Carter"}]


def test_the_submitter_is_told_where_accelo_does_not_take_one(accounts: Accounts) -> None:
    held = created(accounts, attendees=BEN)
    assert held["submitter_id"] == "1"


@pytest.mark.parametrize("takes", [True, False])
def test_the_submitter_is_sent_where_asked_for_and_read_back(sandbox: Any, takes: bool) -> None:
    accounts = Accounts(sandbox.url, send_submitter=True)
    accounts.accelo.act("settings", submitter_writable=takes)
    id = accounts.expense(attendees=BEN)
    run = accounts.run()
    assert accounts.of(id)["submitter_id"] == ("2" if takes else "1")
    assert ("Ben Carter" in accounts.item(run, id).reason) is not takes


# --- receipts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "mimetype"), [("jpg", "image/jpeg"), ("png", "image/png"), ("pdf", "application/pdf")]
)
def test_a_receipt_is_attached_once(accounts: Accounts, kind: str, mimetype: str) -> None:
    held = created(accounts, **accounts.receipt(kind=kind))
    assert accounts.resource(held["resource_id"])["mimetype"] == mimetype
    assert not accounts.run().items.exists()
    assert len(accounts.accelo.act("state", table="resources")["resources"]) == 1


@pytest.mark.parametrize(
    ("receipt", "words"),
    [({"kind": "png", "size": 30_000_000}, "MB"), ({"kind": "missing"}, "404"), ({"kind": "html"}, "web page")],
    ids=["too large", "missing", "a page"],
)
def test_a_failing_receipt_is_told_and_never_stops_its_expense(
    accounts: Accounts, receipt: dict[str, Any], words: str
) -> None:
    id = accounts.expense(**accounts.receipt(**receipt))
    run = accounts.run()
    assert run.status == Run.Status.DONE and run.counts["created"] == 1
    assert accounts.of(id)["resource_id"] is None
    reason = accounts.item(run, id).reason
    assert "without its receipt" in reason and words in reason
    assert not accounts.run().items.exists()


def test_a_modified_expense_carries_its_corrected_values_and_category(accounts: Accounts) -> None:
    id = accounts.expense()
    accounts.change(id, amount=9900, category="Meals", merchant="Café Luna", comment="")
    accounts.run()
    held = accounts.of(id)
    assert (held["unit_cost"], held["type_id"], held["title"]) == ("99.0000", TYPES["Meals"], "Café Luna")


def test_an_unmapped_category_blocks_and_names_what_to_do(accounts: Accounts) -> None:
    id = accounts.expense(category="Gifts")
    run = accounts.run()
    assert accounts.item(run, id).code == "unmapped_category" and "Gifts" in accounts.item(run, id).reason
    make_mapping(accounts.sync, "category", "Gifts", TYPES["Meals"])
    assert accounts.run().counts["created"] == 1
    assert [row["type_id"] for row in accounts.held] == [TYPES["Meals"]]


def test_one_expense_that_accelo_refuses_does_not_stop_the_others(accounts: Accounts) -> None:
    make_mapping(accounts.sync, "tag", "Nowhere", "999", target_kind="job")
    bad, good = accounts.expense(1, tag="Nowhere"), accounts.expense(2, created=DAY)
    run = accounts.run()
    assert (accounts.item(run, bad).status, accounts.item(run, good).status) == ("failed", "created")
    assert accounts.item(run, bad).error_kind == "rejected"
