"""Records and setups for the pure rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from integrations.core.mapping import Mappings, Row
from integrations.syncs.salesforce_accelo_import.deciding import Setup
from integrations.syncs.salesforce_accelo_import.options import Options
from integrations.syncs.salesforce_accelo_import.placing import Fate, Place, Spot
from integrations.syncs.salesforce_accelo_import.shape import Work
from integrations.vendors.base import Candidate

SALE = Work(
    "sales", "006000000000001AAA", "Second site", "Prospecting", "005000000000001AAA", "Ava Wilson", "New Customer",
    account="001000000000001AAA", account_name="Harbour Trust", amount="1200.50", probability="40", closes="2026-12-01",
)  # fmt: skip
TICKET = Work(
    "tickets", "500000000000001AAA", "It is broken", "New", "00G000000000001AAA", "Support", "Mechanical", "High",
    number="00001026", account="001000000000001AAA", account_name="Harbour Trust",
)  # fmt: skip
HARBOUR = Fate("001000000000001AAA", "Harbour Trust", "linked", "12", default="55")
NEW_ACCOUNT = Fate("001000000000001AAA", "Harbour Trust", "new")
AVA = Fate("003000000000001AAA", "Ava Wilson", "linked", "77")
NEW_CONTACT = Fate("003000000000001AAA", "Ava Wilson", "new")
PLACE = Place(
    Spot("account 001000000000001AAA", "12", "Harbour Trust", "its counterpart"), Spot("affiliation 55", "55")
)
ROWS = (
    Row("user", SALE.owner, "11"),
    Row("user", TICKET.owner, "12"),
    Row("sale_status", "Prospecting", "2"),
    Row("ticket_status", "New", "3"),
    Row("sale_type", "New Customer", "1"),
    Row("ticket_type", "Mechanical", "2"),
)


class NoReferences:
    """Nothing is known of any value but its id."""

    def get(self, side: Literal["source", "target"], kind: str, id: str) -> Candidate | None:
        return None

    def match(self, *args: Any, **values: Any) -> list[Candidate]:
        return []

    def refresh(self, *args: Any, **values: Any) -> bool:
        return False


def setup(rows: Iterable[Row] = ROWS, **options: Any) -> Setup:
    money = {name: options.pop(name) for name in ("rates", "corporate") if name in options}
    return Setup(Mappings(rows), NoReferences(), Options(**options), **money)
