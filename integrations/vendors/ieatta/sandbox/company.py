"""The services company of the seed data: its people, categories, taxes, project codes and retainers."""

from __future__ import annotations

from integrations.vendors.ieatta.sandbox.state import POLICY_ID, Row, State

PEOPLE = (
    "Ava Wilson", "Ben Carter", "Chloe Nguyen", "Dan Murphy", "Ella Rossi", "Finn ONeil", "Grace Kim", "Harry Singh",
    "Isla Brown", "Jack Turner", "Kira Novak", "Liam Walsh", "Mia Lopez", "Noah Evans", "Olivia Hart",
)  # fmt: skip
CATEGORIES = (
    "Travel", "Meals", "Accommodation", "Office Supplies", "Software", "Mileage", "Training", "Telephone", "Postage",
    "Subcontractors", "Hours",
)  # fmt: skip
TAXES = (("GST10", "GST 10%", 10), ("GST0", "GST Free", 0), ("VAT20", "VAT 20%", 20))
CLIENTS = (
    "Harbour Trust", "Northwind Energy", "Blue Gum Foods", "Kestrel Legal", "Orchard Health", "Tidewater Marine",
    "Summit Outdoor", "Lumen Design", "Oak & Ash", "Pixel Foundry", "Riverbank Council", "Delta Freight",
)  # fmt: skip
_WORK = ("refit", "audit", "website", "training", "roll-out")
_TROUBLE = ("Printer fault", "Password reset", "Slow network", "Mail bounce", "Backup check")


def email_of(name: str) -> str:
    return name.lower().replace(" ", ".") + "@acme.example"


def full_name(name: str) -> str:
    return "Finn O'Neil" if name == "Finn ONeil" else name


def project_tags() -> list[tuple[str, str]]:
    """(tag, GL code): P-1001 … P-1060, each a piece of work for a client."""
    return [
        (f"P-{1001 + n} {CLIENTS[n % len(CLIENTS)].split()[0]} {_WORK[n // len(CLIENTS)]}", f"P-{1001 + n}")
        for n in range(60)
    ]


def ticket_tags() -> list[tuple[str, str]]:
    """(tag, GL code): T-1 … T-40."""
    return [(f"T-{n} {_TROUBLE[n % len(_TROUBLE)]}", f"T-{n}") for n in range(1, 41)]


def retainer_tags() -> list[tuple[str, str]]:
    """Retainers have no code; they are named as at the other end."""
    return [(f"Retainer: {name}".replace(":", "\\:"), "") for name in CLIENTS]


def furnish(state: State) -> None:
    """Fill the default policy."""
    tags = [*project_tags(), *ticket_tags(), *retainer_tags()]
    rows: list[Row] = [{"name": name.replace("&", "&amp;"), "glCode": code, "enabled": True} for name, code in tags]
    state.put_policy(
        {
            "id": POLICY_ID,
            "categories": [
                {"name": name, "enabled": True, "glCode": str(6000 + 10 * n), "areCommentsRequired": False}
                for n, name in enumerate(CATEGORIES)
            ],
            "tags": [{"name": "Tag", "setRequired": False, "tags": rows}],
            "tax": {
                "name": "Tax",
                "default": "GST10",
                "rates": [{"rateID": id, "name": name, "rate": rate} for id, name, rate in TAXES],
            },
            "employees": [
                {"email": email_of(name), "role": "admin" if n == 0 else "user", "submitsTo": email_of(PEOPLE[0]),
                 "employeeID": f"E{n + 1:03}"}
                for n, name in enumerate(PEOPLE)
            ],
        }
    )  # fmt: skip
