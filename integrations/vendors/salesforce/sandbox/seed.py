"""A believable org, always the same for a given moment: users, queues, accounts, contacts, sales and tickets.

`small`: 12 accounts and 20 contacts, all users and queues. `demo`: 2,000 accounts, 2,100 contacts, 300 opportunities
and 250 cases, with what is found in real orgs: two contacts with one e-mail, people at two companies, countries that no
list has, long names, addresses of several lines, values that the org's lists have dropped.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.vendors.salesforce.sandbox.derive import derive
from integrations.vendors.salesforce.sandbox.org import add_row, add_user
from integrations.vendors.salesforce.sandbox.picklists import LISTS, STAGES
from integrations.vendors.salesforce.sandbox.seed_words import (
    CLIENTS,
    DEALS,
    ENDS,
    FIRST,
    FRONT,
    GONE,
    LAST,
    OLD_STAGE,
    OLD_STATUS,
    PEOPLE,
    PLACES,
    QUEUES,
    SHARED_FIRST,
    SHARED_FRONT,
    SHARED_LAST,
    SHARED_TRADE,
    SUBJECTS,
    TITLES,
    TRADE,
)
from integrations.vendors.salesforce.sandbox.store import Row, Store

SIZES = {"small": (12, 20, 0, 0), "demo": (2000, 2100, 300, 250)}
"""Accounts, contacts, opportunities, cases."""
DAY = 86_400
SHARED = len(SHARED_FRONT) * len(SHARED_TRADE)


def fill(store: Store, size: str) -> None:
    """Raises KeyError for a size other than small and demo."""
    accounts, contacts, deals, cases = SIZES[size]
    seeding = _Seed(store, random.Random(5120))
    seeding.people()
    seeding.accounts(accounts)
    seeding.contacts(contacts)
    seeding.deals(deals)
    seeding.cases(cases)
    store.settings["auto_assign_to"] = seeding.users[1]


class _Seed:
    def __init__(self, store: Store, chance: random.Random) -> None:
        self._store = store
        self._chance = chance
        self._now = store.now()
        self.users: list[str] = []
        self._queues: list[str] = []
        self._accounts: list[Row] = []
        self._contacts: list[Row] = []

    def people(self) -> None:
        """Fifteen users with the administrator: two not active, one without a first name."""
        for name in PEOPLE:
            first, _, last = name.partition(" ")
            email = f"{first}.{last}@acme.example".lower().replace("’", "")
            id = add_user(self._store, first, last, email, active=name not in GONE)
            self.users.append(id)
        self.users.append(add_user(self._store, None, "Integration User", "integration@acme.example"))
        for name, developer in QUEUES:
            self._queues.append(add_row(self._store, "Group", Name=name, DeveloperName=developer, Type="Queue"))
        add_row(self._store, "Group", Name="All Staff", DeveloperName="All_Staff", Type="Regular")

    def accounts(self, count: int) -> None:
        for number in range(count):
            values = self._known(number) if number < len(CLIENTS) + SHARED else self._company(number)
            if number % 400 == 399:
                values["Name"] = (values["Name"] + " and its associated undertakings" * 9)[:255]
            values |= self._address("Billing")
            if number % 3 == 0:
                values |= self._address("Shipping")
            if number % 50 == 49 and self._accounts:
                values["ParentId"] = self._accounts[number // 50]["Id"]
            self._accounts.append(self._add("Account", values))

    def _known(self, number: int) -> dict[str, Any]:
        """A company that the Accelo emulator's demo has too, sometimes under a slightly other name."""
        place = number - len(CLIENTS)
        if place < 0:
            name, website, phone = CLIENTS[number]
        else:
            name = f"{SHARED_FRONT[place // len(SHARED_TRADE)]} {SHARED_TRADE[place % len(SHARED_TRADE)]}"
            website = f"www.{_host(name)}.example" if place % 4 else ""
            name, phone = name if place % 6 else f"{name} Pty Ltd", f"+61 2 5553 {place:04d}" if place % 3 else ""
        return {"Name": name, "Website": website, "Phone": phone, "Type": "Customer - Direct", **self._trade()}

    def _company(self, number: int) -> dict[str, Any]:
        front, trade = FRONT[number % len(FRONT)], TRADE[number // len(FRONT) % len(TRADE)]
        host = f"{front}{trade}{number // 500 or ''}".lower()
        return {
            "Name": f"{front} {trade} {ENDS[number // 500 % len(ENDS)]}",
            "Website": f"www.{host}.example" if number % 5 else "",
            "Phone": f"+61 2 5551 {number:04d}" if number % 7 else "",
            "Fax": f"+61 2 5552 {number:04d}" if number % 9 == 0 else "",
            "Type": self._chance.choice(LISTS["AccountType"]),
            "AnnualRevenue": self._chance.randrange(1, 900) * 10_000,
            "Description": "First line.\r\nSecond line." if number % 11 == 0 else "",
            **self._trade(),
        }

    def _trade(self) -> dict[str, Any]:
        return {"Industry": self._chance.choice(LISTS["Industry"]), "NumberOfEmployees": self._chance.randrange(2, 900)}

    def _address(self, start: str) -> dict[str, Any]:
        city, state, code, country = self._chance.choice(PLACES)
        street = f"{self._chance.randrange(1, 400)} {self._chance.choice(LAST)} Street"
        if self._chance.randrange(6) == 0:
            street = f"Level {self._chance.randrange(1, 40)}\r\n{street}"
        parts = {"Street": street, "City": city, "State": state, "PostalCode": code, "Country": country}
        return {start + part: value for part, value in parts.items()}

    def contacts(self, count: int) -> None:
        for number in range(count):
            self._contacts.append(self._add("Contact", self._contact(number)))

    def _contact(self, number: int) -> dict[str, Any]:
        account = self._accounts[number % len(self._accounts)]
        host = (account.get("Website") or "").removeprefix("https://").removeprefix("www.").strip("/")
        first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
        email = f"{first}.{last}{number}@{host or 'mail.example'}".lower()
        values: dict[str, Any] = {
            "FirstName": first if number % 41 else None,
            "LastName": last,
            "Salutation": self._chance.choice(("Mr.", "Ms.", None)),
            "Title": self._chance.choice(TITLES),
            "Phone": account.get("Phone"),
            "MobilePhone": f"+61 491 57{number:04d}" if number % 2 else "",
            "Email": email.encode("ascii", "ignore").decode().replace(" ", "") if number % 13 else "",
            "AccountId": account["Id"] if number % 97 != 96 else None,
            **self._address("Mailing"),
        }
        if number < len(CLIENTS):
            values |= {"FirstName": "Accounts", "LastName": account["Name"], "Title": "Accounts"}
            values["Email"] = f"accounts@{host}" if host else ""
        return values | self._shared_person(number - len(CLIENTS), host) | self._odd(number)

    def _shared_person(self, place: int, host: str) -> dict[str, Any]:
        """Somebody with the e-mail address that the Accelo emulator's demo has at that company."""
        if not 0 <= place < SHARED or not host or place % 5 == 0:
            return {}
        first = SHARED_FIRST[place % len(SHARED_FIRST)]
        last = SHARED_LAST[(place * 7 + place // 20) % len(SHARED_LAST)]
        return {"FirstName": first, "LastName": last, "Email": f"{_host(first)}.{_host(last)}@{host}"}

    def _odd(self, number: int) -> dict[str, Any]:
        """One e-mail for two people; one person at two companies; a very long name."""
        if number % 60 == 59:
            return {"Email": self._contacts[number - 30].get("Email")}
        if number % 70 == 69:
            known = self._contacts[number - 41]
            return {name: known.get(name) for name in ("FirstName", "LastName", "Email", "MobilePhone")}
        if number % 500 == 499:
            return {"LastName": "Wolfeschlegelsteinhausenbergerdorff-" * 2, "Title": ("Honorary Consul " * 8).strip()}
        return {}

    def deals(self, count: int) -> None:
        for number in range(count):
            account = self._accounts[number * 7 % len(self._accounts)]
            stage = OLD_STAGE if number % 60 == 59 else STAGES[number % len(STAGES)][0]
            closes = datetime.fromtimestamp(self._now, UTC) + timedelta(days=self._chance.randrange(-300, 200))
            values = {
                "Name": f"{account['Name']} {DEALS[number % len(DEALS)]}"[:120],
                "AccountId": account["Id"] if number % 40 else None,
                "StageName": stage,
                "CloseDate": closes.date().isoformat(),
                "Amount": self._chance.randrange(500, 90_000_00) / 100 if number % 17 else None,
                "Type": self._chance.choice(LISTS["OpportunityType"]),
                "LeadSource": self._chance.choice(LISTS["LeadSource"]),
                "NextStep": "Call back" if number % 3 == 0 else None,
            }
            self._add("Opportunity", values)

    def cases(self, count: int) -> None:
        for number in range(count):
            contact = self._contacts[number * 5 % len(self._contacts)]
            owner = {"OwnerId": self._queues[number // 4 % len(self._queues)]} if number % 4 == 0 else {}
            values = {
                "Subject": SUBJECTS[number % len(SUBJECTS)] if number % 50 else None,
                "Description": "It happened again this morning.\r\nPlease help." if number % 2 else None,
                "ContactId": contact["Id"] if number % 9 else None,
                "AccountId": contact.get("AccountId"),
                "SuppliedEmail": "visitor@mail.example" if number % 9 == 0 else None,
                "Status": OLD_STATUS if number % 45 == 44 else LISTS["Status"][number % 4],
                "Priority": self._chance.choice(LISTS["Priority"]),
                "Origin": self._chance.choice(LISTS["CaseOrigin"]),
                **owner,
            }
            self._add("Case", values)

    def _add(self, object: str, values: dict[str, Any]) -> Row:
        """A row that was made and last changed some time ago, by somebody."""
        store, chance = self._store, self._chance
        made = self._now - chance.randrange(40 * DAY, 900 * DAY)
        changed = min(made + chance.randrange(400 * DAY), self._now - chance.randrange(1, 40 * DAY))
        owner, editor = chance.choice(self.users), chance.choice(self.users)
        row: Row = {
            "Id": store.new_id(object),
            "IsDeleted": False,
            "OwnerId": owner,
            "CreatedDate": made,
            "CreatedById": owner,
            "LastModifiedDate": changed,
            "LastModifiedById": editor,
            "SystemModstamp": changed,
        }
        row.update((name, value) for name, value in values.items() if value not in (None, ""))
        derive(store, object, row, set(values))
        store.tables[object].put(row)
        return row


def _host(name: str) -> str:
    return "".join(char for char in name.lower() if char.isascii() and char.isalpha())
