"""Some hundreds of sales and tickets as orgs of many years have them, counted independently of the import's own code.

`IMPORT_MANY=5000` makes it that many of each.
"""

import os
from collections import Counter
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from math import ceil
from typing import Any
from urllib.parse import unquote_plus

import pytest

from integrations.models import Mapping, Sync
from integrations.vendors.salesforce.sandbox.picklists import CURRENCIES
from tests.factories import make_mapping
from tests.syncs.salesforce_accelo_import.accounts import STAGES, STATUSES, Accounts

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Accounts]
MANY = int(os.environ.get("IMPORT_MANY", "240"))
LEFT_OUT, MAPPED = "Ana Duarte", {"Priya Raman": "11", "Tom Okafor": "12", "Sam Carter": "13"}
"""An owner that a person leaves out, and those with a row; queues and whoever cannot be seen get the default person."""
MORE = {"Qualification": "1", "Needs Analysis": "7", "Perception Analysis": "6", "Proposal/Price Quote": "1"}
STAGE = STAGES | MORE
"""Two stages of the list have no row, and neither has one that is only in old records."""
DEFAULT, LOST, LONGEST = "11", "Closed Lost", 60


class Reckoned:
    """What must become of each record, by the rules as people tell them."""

    def __init__(self, org: dict[str, list[dict[str, Any]]]) -> None:
        self.rates = {code: Decimal(str(rate)) for code, rate, _ in CURRENCIES}
        self.names = {row["Id"]: row["Name"] for row in org["User"]}
        self.peopled = {row["AccountId"] for row in org["Contact"] if not row.get("IsDeleted")}
        self.sales = {row["Id"]: (row, self.sale(row)) for row in org["Opportunity"]}
        self.tickets = {row["Id"]: (row, self.ticket(row)) for row in org["Case"]}

    def owner(self, row: dict[str, Any]) -> str:
        return MAPPED.get(self.names.get(row["OwnerId"], ""), DEFAULT)

    def sale(self, row: dict[str, Any]) -> str:
        if self.names.get(row["OwnerId"]) == LEFT_OUT or row["StageName"] == LOST:
            return "skipped"
        if row["StageName"] not in STAGE or not row.get("AccountId") or row["AccountId"] not in self.peopled:
            return "blocked"
        return "created"

    def ticket(self, row: dict[str, Any]) -> str:
        if self.names.get(row["OwnerId"]) == LEFT_OUT:
            return "skipped"
        return "created" if row["Status"] in STATUSES and row.get("AccountId") else "blocked"

    def value(self, row: dict[str, Any]) -> str:
        if row.get("Amount") is None:
            return "0.00"
        amount = Decimal(str(row["Amount"])) / self.rates[row["CurrencyIsoCode"]]
        return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))

    def counts(self) -> Counter[str]:
        return Counter(what for of in (self.sales, self.tickets) for _, what in of.values())


def prepared(accounts: Make) -> Accounts:
    world = accounts(title_length=LONGEST)
    world.accelo.act("settings", limit=1_000_000)
    world.salesforce.act("settings", multi_currency=True)
    world.salesforce.act("generate", accounts=30, contacts=25)
    world.salesforce.act("pipeline", opportunities=MANY, cases=MANY)
    for row in world.salesforce.act("state")["User"]:
        name = row["Name"]
        if name in MAPPED:
            make_mapping(world.sync, "user", row["Id"], MAPPED[name])
        if name == LEFT_OUT:
            leave_out(world.sync, "user", row["Id"])
    for stage, status in MORE.items():
        make_mapping(world.sync, "sale_status", stage, status)
    leave_out(world.sync, "sale_status", LOST)
    return world


def leave_out(sync: Sync, kind: str, source: str) -> None:
    Mapping.objects.filter(sync=sync, kind=kind, source_value=source).delete()
    row = make_mapping(sync, kind, source, "")
    Mapping.objects.filter(pk=row.pk).update(state=Mapping.State.IGNORED)


def reads_of(world: Accounts) -> int:
    """Calls for opportunities and cases; the pages after the first are asked for by their address alone."""
    queries = [call for call in world.salesforce.calls() if "/query" in call["path"]]
    texts = [unquote_plus(str(call["query"])) for call in queries]
    return sum(not text or "FROM Opportunity" in text or "FROM Case" in text for text in texts)


def test_many_come_as_an_independent_calculation_says_and_a_second_import_writes_nothing(accounts: Make) -> None:
    world = prepared(accounts)
    run = world.done()
    reckoned = Reckoned(world.salesforce.act("state"))
    told = Counter(run.items.filter(stream__in=["sales", "tickets"]).values_list("status", flat=True))
    assert told == reckoned.counts()
    assert_as_mapped(world, reckoned)
    parties = run.items.filter(stream__in=["companies", "contacts"], status="created").count()
    assert len(world.writes()) == reckoned.counts()["created"] + parties
    assert reads_of(world) == 2 * ceil(MANY / 2000)
    again = world.done()
    assert world.writes() == []
    assert again.counts["created"] == 0
    assert again.counts["unchanged"] == run.counts["created"]


def assert_as_mapped(world: Accounts, reckoned: Reckoned) -> None:
    """Every owner, status, value and title; told apart by the id in the comments."""
    sales = {row["comments"].partition("(")[2][:18]: row for row in world.table("prospects").values()}
    tickets = {row["description"].partition("(")[2][:18]: row for row in world.table("issues").values()}
    assert sales.keys() == {id for id, (_, what) in reckoned.sales.items() if what == "created"}
    assert tickets.keys() == {id for id, (_, what) in reckoned.tickets.items() if what == "created"}
    for id, sale in sales.items():
        row = reckoned.sales[id][0]
        wanted = (reckoned.owner(row), STAGE[row["StageName"]], reckoned.value(row), cut(row["Name"]))
        assert (sale["manager"], sale["status"], sale["value"], sale["title"]) == wanted
        assert sale["success"] is row["IsWon"]
    for id, ticket in tickets.items():
        row = reckoned.tickets[id][0]
        title = cut(row.get("Subject") or f"Case {row['CaseNumber']}")
        wanted = (reckoned.owner(row), STATUSES[row["Status"]], title)
        assert (ticket["assignee"], ticket["status"], ticket["title"]) == wanted


def cut(title: str) -> str:
    title = " ".join(title.split())
    return title if len(title) <= LONGEST else title[: LONGEST - 1].rstrip() + "…"
