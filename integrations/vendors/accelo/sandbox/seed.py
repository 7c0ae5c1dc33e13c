"""A believable services company in Sydney and London, always the same: staff, companies, projects, tickets, retainers.

`small` has all that an expense may be mapped to, and no expenses; `demo` adds more staff and projects without codes,
expenses and sales that people entered by hand, and some 300 companies with their people and addresses.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from integrations.vendors.accelo.sandbox.seed_directory import fill_directory
from integrations.vendors.accelo.sandbox.seed_work import fill_sales
from integrations.vendors.accelo.sandbox.store import Store

SYDNEY = "Australia/Sydney"
LONDON = "Europe/London"

STAFF = (
    "Ava Wilson", "Ben Carter", "Chloe Nguyen", "Dan Murphy", "Ella Rossi", "Finn O’Neil", "Grace Kim", "Harry Singh",
    "Isla Brown", "Jack Turner", "Kira Novak", "Liam Walsh", "Mia Lopez", "Noah Evans", "Olivia Hart",
)  # fmt: skip
MORE_STAFF = (
    "Peter Quinn", "Ruby Clarke", "Sam Fischer", "Tara Menon", "Umar Farouk", "Vera Lind", "Will Archer", "Xanthe Cole",
    "Yusuf Demir", "Zoe Martin",
)  # fmt: skip
CLIENTS = (
    "Harbour Trust", "Northwind Energy", "Blue Gum Foods", "Kestrel Legal", "Orchard Health", "Tidewater Marine",
    "Summit Outdoor", "Lumen Design", "Oak & Ash", "Pixel Foundry", "Riverbank Council", "Delta Freight",
)  # fmt: skip
PROJECTS = ("refit", "website", "rebrand", "annual audit", "office move", "app", "campaign", "training", "survey")
TICKETS = (
    "Printer offline", "Invoice query", "Log-in fails", "Report shows wrong totals", "New starter set-up",
    "Domain renewal", "Slow file server", "Update contact list",
)  # fmt: skip
TAXES = (("GST 10%", "0.10000"), ("GST Free", "0.00000"), ("VAT 20%", "0.20000"))
GST, FREE, VAT = "1", "2", "3"
TYPES = (
    ("Travel", GST), ("Travel (GST Free)", FREE), ("Meals", GST), ("Meals (GST Free)", FREE), ("Accommodation", GST),
    ("Accommodation (VAT 20%)", VAT), ("Office Supplies", GST), ("Software", GST), ("Software (GST Free)", FREE),
    ("Mileage", FREE), ("Training", GST), ("Telephone", GST), ("Postage", GST), ("Subcontractors", GST), ("Hours", GST),
)  # fmt: skip
STANDINGS = ("active",) * 7 + ("pending", "paused", "complete")
OFF_PROJECTS = ("Intranet", "Hiring", "Summer party", "Office dog", "Library", "Bicycle store", "Team days", "Archive")
HAND_ENTERED = ("Taxi to client", "Team lunch", "Hotel, two nights", "Printer paper", "Conference ticket")


def fill(store: Store, size: str) -> None:
    """Raises KeyError for a size other than small and demo."""
    if size not in ("small", "demo"):
        raise KeyError(size)
    chance = random.Random(1042)
    _people(store, STAFF + (MORE_STAFF if size == "demo" else ()))
    _companies(store, chance)
    for title, rate in TAXES:
        store.insert("taxes", {"title": title, "rate": rate})
    for title, tax in TYPES:
        store.insert("expense_types", {"title": title, "tax_id": tax})
    store.insert("expense_types", {"title": "Entertainment", "tax_id": GST, "standing": "inactive"})
    _jobs(store, chance)
    _issues(store, chance)
    _contracts(store, chance)
    if size == "demo":
        _extras(store, chance)
        fill_directory(store, chance)
        fill_sales(store, chance)


def _people(store: Store, names: tuple[str, ...]) -> None:
    for number, name in enumerate(names):
        first, _, last = name.partition(" ")
        email = f"{first}.{last}@acme.example".lower().replace("’", "")
        store.insert(
            "staff",
            {
                "firstname": first,
                "surname": last,
                "email": email,
                "username": email.partition("@")[0],
                "timezone": LONDON if number % 4 == 3 else SYDNEY,
                "position": "Manager" if number < 5 else "Consultant",
            },
        )


def _companies(store: Store, chance: random.Random) -> None:
    for number, name in enumerate(CLIENTS, start=1):
        host = "".join(char for char in name.lower() if char.isalpha())
        store.insert(
            "companies",
            {
                "name": name,
                "website": f"www.{host}.example",
                "phone": f"+61 2 5550 {chance.randrange(1000, 9999)}",
                "fax": None,
                "default_affiliation": str(number),
                "date_last_interacted": store.now(),
            },
        )
        contact = {"firstname": "Accounts", "surname": name, "default_affiliation": str(number)}
        store.insert("contacts", contact)
        ties = {"company": str(number), "contact": str(number), "email": f"accounts@{host}.example"}
        store.insert("affiliations", {**ties, "position": "Accounts", "portal_access": False, "communication": True})


def _jobs(store: Store, chance: random.Random) -> None:
    for number in range(60):
        client = number % len(CLIENTS)
        title = f"{CLIENTS[client]} {PROJECTS[number % len(PROJECTS)]}"
        standing = "active" if number < 50 else chance.choice(STANDINGS)
        _job(store, chance, client, f"P-{1001 + number}", title, standing)


def _job(store: Store, chance: random.Random, client: int, code: str, title: str, standing: str) -> None:
    started = store.now() - 86_400 * chance.randrange(20, 300)
    store.insert(
        "jobs",
        {
            "custom_id": code,
            "title": title,
            "standing": standing,
            "against_id": str(client + 1),
            "affiliation": str(client + 1),
            "manager": str(chance.randrange(1, 6)),
            "modified_by": "1",
            "date_created": started,
            "date_started": started,
            "date_commenced": started,
            "date_due": started + 86_400 * 400,
            "date_modified": started + chance.randrange(86_400),
        },
    )


def _issues(store: Store, chance: random.Random) -> None:
    for number in range(1, 41):
        client = chance.randrange(len(CLIENTS))
        opened = store.now() - 86_400 * chance.randrange(1, 120)
        store.insert(
            "issues",
            {
                "custom_id": f"T-{number}",
                "title": f"{TICKETS[number % len(TICKETS)]} at {CLIENTS[client]}",
                "standing": "closed" if number > 35 else "open",
                "status": "4" if number > 35 else "2",
                "against_id": str(client + 1),
                "affiliation": str(client + 1),
                "assignee": str(chance.randrange(1, 16)),
                "submitted_by": "1",
                "date_submitted": opened,
                "date_opened": opened,
                "date_modified": opened,
            },
        )


def _contracts(store: Store, chance: random.Random) -> None:
    """Each with twelve past months, the present one and the next, of which only the present and next are open."""
    for number, name in enumerate(CLIENTS, start=1):
        months = _months(store, back=12, ahead=2)
        contract = store.insert(
            "contracts",
            {
                "title": f"Retainer: {name}",
                "against_id": str(number),
                "owner_affiliation": str(number),
                "billable_affiliation": str(number),
                "manager": str(chance.randrange(1, 6)),
                "value": f"{chance.randrange(10, 90) * 100}.00",
                "date_started": months[0],
                "date_expires": None if number % 3 else months[-1],
                "date_period_expires": months[-2],
            },
        )
        for start, end in zip(months, months[1:], strict=False):
            closed = end <= store.now() - 75 * 86_400  # late expenses are usual: months stay open for a while
            period = {"date_commenced": start, "date_expires": end, "date_closed": end if closed else None}
            standing = "closed" if closed else "opened"
            store.insert("periods", {**period, "contract_id": contract["id"], "standing": standing})


def _months(store: Store, back: int, ahead: int) -> list[int]:
    """Local midnights of first days of months, from `back` months ago to `ahead` months on; unix seconds."""
    zone = ZoneInfo(store.settings["time_zone"])
    today = datetime.fromtimestamp(store.now(), zone)
    first = today.year * 12 + today.month - 1
    months = (divmod(first + shift, 12) for shift in range(-back, ahead + 1))
    return [int(datetime(year, month + 1, 1, tzinfo=zone).timestamp()) for year, month in months]


def _extras(store: Store, chance: random.Random) -> None:
    for number, title in enumerate(OFF_PROJECTS):
        _job(store, chance, number % len(CLIENTS), "", title, "active")
    midnight = datetime.fromtimestamp(store.now(), ZoneInfo(store.settings["time_zone"])).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    for number in range(30):
        cost = f"{chance.randrange(500, 40_000) / 100:.2f}00"
        day = midnight - timedelta(days=number + 61)
        store.insert(
            "expenses",
            {
                "title": HAND_ENTERED[number % len(HAND_ENTERED)],
                "unit_cost": cost,
                "price": cost,
                "standing": ("approved", "invoiced", "submitted")[number % 3],
                "against_id": str(chance.randrange(1, 61)),
                "type_id": str(chance.randrange(1, len(TYPES) + 1)),
                "date_incurred": int(day.timestamp()),
                "reimbursable": True,
                "submitter_id": str(chance.randrange(1, 16)),
            },
        )
