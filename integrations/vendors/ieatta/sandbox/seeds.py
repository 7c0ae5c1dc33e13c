"""Seed data: `small` shows every field and status row once, `demo` is two months of a company, `bulk` is many."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from integrations.vendors.ieatta.sandbox.company import (
    CATEGORIES,
    PEOPLE,
    TAXES,
    email_of,
    full_name,
    furnish,
    project_tags,
    retainer_tags,
    ticket_tags,
)
from integrations.vendors.ieatta.sandbox.people import act
from integrations.vendors.ieatta.sandbox.receipts import receipt_row
from integrations.vendors.ieatta.sandbox.state import Row, State

_LIFE: dict[str, tuple[str, ...]] = {
    "OPEN": (),
    "SUBMITTED": ("submit",),
    "APPROVED": ("submit", "approve"),
    "REIMBURSED": ("submit", "approve", "reimburse"),
    "ARCHIVED": ("submit", "archive"),
    "REJECTED": ("submit", "reject"),
}
_MERCHANTS = ("Cabcharge", "Qantas", "Harbour Hotel", "Officeworks", "Telstra", "Café Luna", "Auspost", "JB Hi-Fi")


def attendees(*names: str) -> list[Row]:
    return [{"email": email_of(n), "displayName": full_name(n), "thumbnail": ""} for n in names]


def tax(index: int, cents: int) -> Row:
    """The attributes of a taxed expense; the tax is inside the amount. `taxRate` is a fraction."""
    id, name, percent = TAXES[index]
    amount = round(cents * percent / (100 + percent))
    shown = {"taxRateName": name, "taxCode": id, "taxRate": f"{percent / 100:g}"}
    return {"hasTax": True, "taxName": "Tax", "taxAmount": amount, **shown}


def _report(state: State, name: str, life: str, day: date, owner: str) -> str:
    id = state.put_report({"reportName": name, "created": day.isoformat(), "accountEmail": email_of(owner)}, day)
    report = state.reports[id]
    for step, verb in enumerate(_LIFE[life]):
        by = "" if verb == "submit" else email_of(PEOPLE[0])
        moment = f"{(day + timedelta(days=step)).isoformat()} {9 + step:02}:00:00"
        act(report, verb, moment, by=by, message="Please add the receipt." if verb == "reject" else "")
    return id


def _receipt(state: State, id: str, kind: str = "jpg", size: int = 0) -> Row:
    row = receipt_row({"id": id, "kind": kind, "size": size})
    state.receipts[id] = row
    return {"receiptID": id, "receiptFilename": row["file"]}


def small(state: State, now: datetime) -> None:
    """Six reports, one for each status row, with fourteen expenses."""
    furnish(state)
    day = now.date() - timedelta(days=10)
    reports = {life: _report(state, f"{life.title()} report", life, day, PEOPLE[1]) for life in _LIFE}
    for life, row in _small_rows(state, day):
        base: Row = {"created": day.isoformat(), "currency": "AUD", "attendees": attendees(PEOPLE[1])}
        tag, code = project_tags()[0]
        base |= {"category": "Travel", "tag": tag, "tagGlCode": code, "merchant": "Cabcharge", "amount": 1250}
        state.put_expense({**base, **row, "reportID": reports[life]}, day)


def _small_rows(state: State, day: date) -> list[tuple[str, Row]]:
    ticket, ticket_code = ticket_tags()[6]
    return [
        ("OPEN", {"comment": "", "merchant": "Officeworks", "category": "Office Supplies"}),
        ("SUBMITTED", {"comment": "Taxi to the client", "billable": True, **_receipt(state, "6100000000000000001")}),
        ("APPROVED", {"comment": "Lunch", "category": "Meals", "amount": 2200, "modifiedAmount": 2420, "modified": True,
                      "modifiedMerchant": "Café Luna", **tax(0, 2420)}),
        ("APPROVED", {"comment": "Fruit for the team", "category": "Meals", "amount": 900, **tax(1, 900)}),
        ("APPROVED", {"comment": "Drive to site", "category": "Mileage", "amount": 3432, "merchant": "44 km",
                      "units": {"count": 44, "rate": 78, "unit": "km"}, "isDistance": True}),
        ("APPROVED", {"comment": "Support work", "category": "Hours", "amount": 26250,
                      "units": {"count": 3, "rate": 8750, "unit": "hours"}, "reimbursable": False}),
        ("APPROVED", {"comment": "Hotel in London", "category": "Accommodation", "amount": 20000, "currency": "GBP",
                      "convertedAmount": 38800, "currencyConversionRate": "1.94", **tax(2, 20000)}),
        ("REIMBURSED", {"comment": "Retainer phone", "category": "Telephone", "tag": retainer_tags()[0][0],
                        "tagGlCode": "", **_receipt(state, "6100000000000000002", "missing")}),
        ("REIMBURSED", {"comment": "Ticket parts", "tag": ticket, "tagGlCode": ticket_code,
                        **_receipt(state, "6100000000000000003", "pdf")}),
        ("ARCHIVED", {"comment": "Old habit", "tag": "Q-9999 Unknown job", "tagGlCode": "Q-9999"}),
        ("ARCHIVED", {"comment": "Big scan", **_receipt(state, "6100000000000000004", "png", 30_000_000)}),
        ("REJECTED", {"comment": "Minibar", "category": "Accommodation", "amount": 4400}),
        ("APPROVED", {"comment": "Team dinner 🎉 \"très bon\"\nsecond line", "category": "Meals", "amount": 15123,
                      "attendees": attendees(PEOPLE[1], PEOPLE[5], PEOPLE[9])}),
        ("SUBMITTED", {"comment": "New Year's Eve courier", "category": "Postage",
                       "created": date(day.year - 1, 12, 31).isoformat()}),
    ]  # fmt: skip


def demo(state: State, now: datetime) -> None:
    """About 400 expenses in the last 60 days, by fifteen people; a handful will need a person."""
    furnish(state)
    chance = random.Random(7)
    tags = project_tags() * 3 + ticket_tags() + retainer_tags()
    for number in range(75):
        day = now.date() - timedelta(days=chance.randrange(5, 60))
        life = chance.choices(list(_LIFE), (2, 3, 6, 6, 2, 1))[0]
        owner = PEOPLE[number % len(PEOPLE)]
        report = _report(state, f"{full_name(owner)} {day:%d %b}", life, day, owner)
        for _ in range(chance.randrange(3, 9)):
            state.put_expense({**_demo_row(state, chance, tags, owner, day), "reportID": report}, day)
    _problems(state, now.date() - timedelta(days=6))


_OFTEN_FREE = ("Travel", "Meals", "Software")


def _demo_row(state: State, chance: random.Random, tags: list[tuple[str, str]], owner: str, day: date) -> Row:
    category, (tag, code) = chance.choice(CATEGORIES), chance.choice(tags)
    amount = chance.randrange(450, 42_000)
    row: Row = {
        "created": (day - timedelta(days=chance.randrange(0, 5))).isoformat(),
        "amount": amount,
        "category": category,
        "tag": tag,
        "tagGlCode": code,
        "merchant": chance.choice(_MERCHANTS),
        "comment": chance.choice(("Client visit", "Site work", "Workshop", "")),
        "billable": chance.random() < 0.6,
        "reimbursable": category not in ("Hours", "Subcontractors"),
        "attendees": attendees(owner),
        **tax(1 if category in _OFTEN_FREE and chance.random() < 0.3 else 0, amount),
    }
    if category == "Mileage":
        count = chance.randrange(5, 160)
        row |= {"amount": count * 78, "units": {"count": count, "rate": 78, "unit": "km"}, **tax(1, 0)}
    if category == "Hours":
        count = chance.randrange(1, 9)
        row |= {"amount": count * 8750, "units": {"count": count, "rate": 8750, "unit": "hours"}}
    if chance.random() < 0.4:
        row |= _receipt(
            state, str(6_200_000_000_000_000_000 + len(state.receipts) * 977), chance.choice(("jpg", "pdf"))
        )
    return row


def _problems(state: State, day: date) -> None:
    report = _report(state, "Odds and ends", "SUBMITTED", day, PEOPLE[3])
    base: Row = {"created": day.isoformat(), "amount": 1990, "merchant": "Cabcharge", "category": "Travel",
                 "reportID": report, "attendees": attendees(PEOPLE[3])}  # fmt: skip
    tag, code = project_tags()[5]
    for row in (
        {"comment": "No such project", "tag": "P-9999 Long gone", "tagGlCode": "P-9999"},
        {"comment": "No tag at all"},
        {"comment": "Unknown category", "category": "Gifts", "tag": tag, "tagGlCode": code},
        {"comment": "Lost receipt", "tag": tag, "tagGlCode": code, **_receipt(state, "6299999999999999999", "missing")},
        {"comment": "Taxi in Paris", "tag": tag, "tagGlCode": code, "currency": "EUR"},
    ):
        state.put_expense({**base, **row}, day)


def bulk(
    state: State, now: datetime, *, expenses: int, per_report: int = 20, life: str = "APPROVED", **row: Any
) -> int:
    """Add `expenses` generated ones quickly; `row` adds to each. Returns how many reports were made."""
    if not any(policy["categories"] for policy in state.policies.values()):
        furnish(state)
    tags, reports = project_tags(), 0
    for start in range(0, expenses, per_report):
        day = now.date() - timedelta(days=3 + reports % 50)
        owner = PEOPLE[reports % len(PEOPLE)]
        report = _report(state, f"Bulk {reports}", life, day, owner)
        reports += 1
        people, created = attendees(owner), day.isoformat()
        for number in range(start, min(start + per_report, expenses)):
            tag, code = tags[number % len(tags)]
            state.put_expense(
                {"reportID": report, "amount": 500 + number % 40_000, "merchant": _MERCHANTS[number % 8], "tag": tag,
                 "tagGlCode": code, "category": CATEGORIES[number % 5], "comment": f"Expense {number}",
                 "created": created, "attendees": people, **row},
                day,
            )  # fmt: skip
    return reports
