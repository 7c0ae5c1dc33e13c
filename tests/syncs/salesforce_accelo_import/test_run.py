"""Whole imports between both emulators."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from integrations.models import Run
from integrations.syncs.base import Scope
from tests.factories import make_mapping
from tests.syncs.salesforce_accelo_import.accounts import Accounts

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Accounts]


def test_a_sale_and_a_ticket_come_with_the_company_and_contact_that_they_need(accounts: Make) -> None:
    world = accounts()
    account = world.account("Harbour Trust", Website="www.harbour.example", Phone="1")
    world.person("Wilson", account, FirstName="Ava", Email="ava@harbour.example", Title="CFO")
    sale = world.sale("Second site 🚢", account, Amount=1200.5, Probability=40, Description="Call.\r\nThen write.")
    ticket = world.ticket("It is broken", account, Priority="High")
    run = world.done()
    assert run.counts["created"] == run.counts["read"] == 4
    sold, ticketed = world.sold(sale), world.ticketed(ticket)
    assert (sold["title"], sold["value"], sold["status"], sold["manager"]) == ("Second site 🚢", "1200.50", "2", "11")
    assert sold["comments"] == f"Salesforce opportunity ({sale})\n\nCall.\nThen write."
    company = world.target("companies", account)
    assert (sold["company"], ticketed["against_id"], ticketed["against_type"]) == (company, company, "company")
    assert (ticketed["title"], ticketed["status"], ticketed["assignee"]) == ("It is broken", "3", "11")
    assert len(world.writes()) == 4


def test_a_second_import_writes_nothing_and_asks_accelo_nothing(accounts: Make) -> None:
    world = accounts()
    account = world.account("Harbour Trust")
    world.person("Wilson", account)
    for number in range(3):
        world.sale(f"Sale {number}", account, StageName="Closed Won")
        world.ticket(None, account)
    first = world.done()
    make_mapping(world.sync, "user", "nobody", "12")
    again = world.done()
    assert (first.counts["created"], again.counts["unchanged"], again.counts["read"]) == (8, 8, 8)
    assert [call["path"] for call in world.accelo.calls() if "oauth2" not in call["path"]] == []
    assert not again.items.exists()


def test_a_preview_is_the_import(accounts: Make) -> None:
    world = accounts()
    account = world.account("Harbour Trust")
    world.person("Wilson", account)
    world.sale("Second site", account)
    world.ticket("Broken", account)
    preview = world.done(kind=Run.Kind.PREVIEW)
    assert preview.counts["created"] == 4
    assert world.writes() == []
    applied = world.done(kind=Run.Kind.APPLY, plan=preview)
    assert applied.counts["created"] == 4


@pytest.mark.parametrize("how", ["ignored", "refused"])
def test_a_status_that_accelo_does_not_take_at_creation_is_set_afterwards(accounts: Make, how: str) -> None:
    world = accounts()
    world.accelo.act("settings", other_start_statuses=how)
    account = world.account("Harbour Trust")
    world.person("Wilson", account)
    won, lost = world.sale("Won", account, StageName="Closed Won"), world.sale("Lost", account, StageName="Closed Lost")
    closed = world.ticket("Done", account, Status="Closed")
    world.done()
    assert [world.sold(id)["status"] for id in (won, lost)] == ["4", "5"]
    assert world.ticketed(closed)["status"] == "4"
    assert not world.done().items.exists()


@pytest.mark.parametrize("how", ["ignored", "refused"])
@pytest.mark.parametrize("lost", ["POST /api/v0/prospects", "PUT /api/v0/prospects/"])
def test_a_status_that_was_still_to_be_set_when_the_answer_was_lost_is_set_in_the_end(
    accounts: Make, how: str, lost: str
) -> None:
    world = accounts()
    world.accelo.act("settings", other_start_statuses=how)
    account = world.account("Harbour Trust")
    world.person("Wilson", account)
    won = world.sale("Won", account, StageName="Closed Won")
    nth = 2 if (how, lost[:4]) == ("refused", "POST") else 1
    world.accelo.faults({"match": lost, "do": "reset", "when": "after", "nth": nth})
    world.run()
    world.accelo.faults()
    world.run(scope=Scope(full=True))
    assert (len(world.table("prospects")), world.sold(won)["status"]) == (1, "4")
    assert not world.done().items.exists()


def test_conditions_and_days_narrow_what_is_read(accounts: Make) -> None:
    world = accounts(sales_where=[{"field": "Amount", "operator": "greater", "values": ["100"]}])
    account = world.account("Harbour Trust")
    world.person("Wilson", account)
    large, small = world.sale("Large", account, Amount=200), world.sale("Small", account, Amount=50)
    run = world.done(scope=Scope(streams=("sales",)))
    assert large in world.told(run) and small not in world.told(run)
    later = world.run(scope=Scope(streams=("sales",), since=date.today() + timedelta(days=2)))
    assert (later.status, later.counts["read"]) == ("done", 0), later.message
