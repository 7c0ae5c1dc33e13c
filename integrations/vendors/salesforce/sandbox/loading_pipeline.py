"""Many sales and tickets at once, past the API, with what is found in orgs that have been used for years.

Everything follows from a row's number, so that a test can count for itself. Owners who left or cannot be seen, queues,
stages and statuses under other labels or gone from the list, sums that are missing, nought or huge, several currencies
where the org has them, no company, no contact, titles up to the last character, characters outside the BMP.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.vendors.salesforce.sandbox.loading import TIED, new_row
from integrations.vendors.salesforce.sandbox.org import add_row, add_user
from integrations.vendors.salesforce.sandbox.picklists import CURRENCIES, LISTS, STAGES
from integrations.vendors.salesforce.sandbox.seed_words import DEALS, OLD_STAGE, OLD_STATUS, QUEUES, SUBJECTS
from integrations.vendors.salesforce.sandbox.store import Row, Store

PEOPLE: tuple[tuple[str | None, str, bool], ...] = (
    ("Priya", "Raman", True), ("Tom", "Okafor", True), ("Lena", "Vogel", True), ("Sam", "Carter", False),
    ("Ana", "Duarte", False), (None, "Import Robot", True),
)  # fmt: skip
"""First name, last name, active."""
UNSEEN = "Former Partner"
"""Owns rows, but no read shows this user."""
CLOSED_LABEL, WORKING_LABEL = "Signed", "In Progress"
"""What people of this org see of the stage Closed Won and of the status Working."""
RETIRED = "Perception Analysis"
"""A stage that the org has switched off."""
HUGE = 99_999_999_999.99


def generate_pipeline(store: Store, data: dict[str, Any]) -> dict[str, int]:
    """{"opportunities", "cases", "before"}: that many, each 200 with one stamp, a second after the 200 before; the last
    stamp is `before` seconds (60) ago. They belong to the accounts and contacts that are there."""
    counts = {"opportunities": int(data.get("opportunities", 0)), "cases": int(data.get("cases", 0))}
    last = store.now() - int(data.get("before", 60))
    making = _Making(store)
    _load(store, "Opportunity", counts["opportunities"], last, making.opportunity)
    _load(store, "Case", counts["cases"], last, making.case)
    return counts


def _load(store: Store, object: str, count: int, last: int, build: Any) -> None:
    first, steps, by = store.number(object), count // TIED + 1, store.tables["User"].alive.ids[0]
    rows = [new_row(store, object, build(first + n), last - steps + n // TIED, by) for n in range(count)]
    store.tables[object].load(rows)


class _Making:
    """`owners`: people, the one who is not seen the last."""

    def __init__(self, store: Store) -> None:
        self._people, self._queues = _people(store), _queues(store)
        _relabel(store)
        self._accounts = list(store.tables["Account"].alive.ids)
        self._contacts = [store.tables["Contact"].rows[id] for id in store.tables["Contact"].alive.ids]
        self._several = bool(store.settings["multi_currency"])
        self._today = datetime.fromtimestamp(store.now(), UTC).date()

    def opportunity(self, number: int) -> dict[str, Any]:
        stage = OLD_STAGE if number % 60 == 59 else STAGES[number % len(STAGES)][0]
        return {
            "Name": _title(number, f"{DEALS[number % len(DEALS)].capitalize()} {number:06d}", 120),
            "StageName": stage,
            "IsClosed": stage == OLD_STAGE,
            "IsWon": False,
            "CloseDate": (self._today + timedelta(days=number % 500 - 300)).isoformat(),
            "Amount": _amount(number),
            "CurrencyIsoCode": CURRENCIES[number % len(CURRENCIES)][0] if self._several else None,
            "Type": LISTS["OpportunityType"][number % 4] if number % 6 else None,
            "LeadSource": LISTS["LeadSource"][number % 5],
            "NextStep": "Call back" if number % 3 == 0 else None,
            "Description": "First line.\r\nSecond line." if number % 4 == 0 else None,
            "AccountId": self._account(number),
            "OwnerId": self._people[number % len(self._people)],
        }

    def case(self, number: int) -> dict[str, Any]:
        contact = self._contact(number)
        status = OLD_STATUS if number % 45 == 44 else LISTS["Status"][number % 4]
        return {
            "Subject": _title(number, f"{SUBJECTS[number % len(SUBJECTS)]} {number:06d}", 255) if number % 50 else None,
            "Description": "It happened again this morning.\r\nPlease help." if number % 2 else None,
            "Status": status,
            "IsClosed": False,
            "Priority": LISTS["Priority"][number % 3],
            "Origin": LISTS["CaseOrigin"][number % 3],
            "Type": LISTS["CaseType"][number % 5] if number % 7 else None,
            "ContactId": contact.get("Id"),
            "AccountId": contact.get("AccountId") if contact else self._account(number),
            "SuppliedName": None if contact else f"Visitor {number}",
            "SuppliedEmail": None if contact else f"visitor{number}@mail.example",
            "OwnerId": self._queues[number // 4 % 2] if number % 4 == 0 else self._people[number % len(self._people)],
        }

    def _account(self, number: int) -> str | None:
        return self._accounts[number * 7 % len(self._accounts)] if self._accounts and number % 40 else None

    def _contact(self, number: int) -> Row:
        """One row in nine has none."""
        return self._contacts[number * 5 % len(self._contacts)] if self._contacts and number % 9 else {}


def _people(store: Store) -> list[str]:
    found = [_person(store, first, last, active=active) for first, last, active in PEOPLE]
    unseen = _person(store, None, UNSEEN, active=False)
    store.tables["User"].hide(unseen, True)
    return [*found, unseen]


def _person(store: Store, first: str | None, last: str, *, active: bool) -> str:
    email = f"{first or 'the'}.{last}@acme.example".lower().replace(" ", "")
    known = [row["Id"] for row in store.tables["User"].rows.values() if row["Username"] == email]
    return known[0] if known else add_user(store, first, last, email, active=active)


def _queues(store: Store) -> list[str]:
    known = {row["Name"]: row["Id"] for row in store.tables["Group"].rows.values()}
    return [
        known.get(name) or add_row(store, "Group", Name=name, DeveloperName=developer, Type="Queue")
        for name, developer in QUEUES
    ]


def _relabel(store: Store) -> None:
    """Labels and API names come to differ, and one stage is switched off."""
    stages = {row["ApiName"]: row for row in store.tables["OpportunityStage"].rows.values()}
    statuses = {row["ApiName"]: row for row in store.tables["CaseStatus"].rows.values()}
    store.tables["OpportunityStage"].put({**stages["Closed Won"], "MasterLabel": CLOSED_LABEL})
    store.tables["OpportunityStage"].put({**stages[RETIRED], "IsActive": False})
    store.tables["CaseStatus"].put({**statuses["Working"], "MasterLabel": WORKING_LABEL})
    store.schema.touch(store.now())


def _title(number: int, plain: str, most: int) -> str:
    """Some titles are as long as the field, some have characters that need two UTF-16 units."""
    if number % 53 == 52:
        return (f"{plain} " * most)[: most - 1] + "."
    return f"🚀 {plain} “größer”" if number % 41 == 40 else plain


def _amount(number: int) -> float | None:
    """None, nought, huge, or some hundreds to tens of thousands with cents."""
    if number % 17 == 0:
        return None
    if number % 997 == 996:
        return HUGE
    return 0.0 if number % 23 == 22 else (number * 7919 % 9_000_000 + 50_000) / 100
