"""Sales that people entered by hand, for the demo. Without them a deployment has none."""

from __future__ import annotations

import random

from integrations.vendors.accelo.sandbox.store import Store
from integrations.vendors.accelo.sandbox.work import by_person

TITLES = ("support agreement", "second site", "rebrand, stage two", "training days", "hosting", "audit follow-up")
STATUSES = ("2", "7", "1", "3", "4", "5")
"""Qualified, contacted, proposal, negotiation, won, lost (choices.py)."""


def fill_sales(store: Store, chance: random.Random) -> None:
    """Two for each of the twelve clients; a client's affiliation has its id."""
    for number in range(24):
        client = str(number % 12 + 1)
        status = STATUSES[number % len(STATUSES)]
        created = store.now() - 86_400 * chance.randrange(5, 200)
        row = {
            "title": f"{store.tables['companies'][client]['name']} {TITLES[number % len(TITLES)]}",
            "affiliation": client,
            "value": f"{chance.randrange(2, 80) * 500}.00",
            "success": status == "4",
            "status": status,
            "prospect_type": str(number % 3 + 1),
            "prospect_probability": str(number % 5 + 1),
            "progress": f"{chance.randrange(0, 5) / 4:.4f}",
            "weighting": chance.randrange(1, 6),
            "manager": str(chance.randrange(1, 6)),
            "date_created": created,
            "date_modified": created + 3_600,
            "date_due": created + 86_400 * 60,
        }
        store.insert("prospects", by_person(store, "prospects", row))
