"""Which companies and contacts are found, made, attached to or left out."""

from collections.abc import Callable

import pytest

from integrations.models import Link
from integrations.services.syncs import sync_create
from tests.factories import make_mapping, run_sync
from tests.syncs.salesforce_accelo_import.accounts import Accounts

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Accounts]


@pytest.mark.parametrize("window", [20, 0])
def test_a_company_and_a_contact_that_accelo_has_are_linked_and_not_made_again(accounts: Make, window: int) -> None:
    world = accounts(search_window=window)
    company = world.company("harbour  TRUST", website="https://harbour.example/")
    contact, tie = world.contact("Ava", "Wilson", company, email="AVA@harbour.example")
    world.company("Harbour Trust", website="www.other.example")
    account = world.account("Harbour Trust", Website="www.harbour.example")
    person = world.person("Wilson-Smith", account, FirstName="Ava", Email="ava@harbour.example")
    sale = world.sale("With its contact", account, ContactId=person)
    other = world.sale("Without", account)
    ticket = world.ticket("Case", account, ContactId=person)
    run = world.done()
    assert (run.counts["created"], run.counts["linked"]) == (3, 2)
    assert world.target("companies", account) == company
    assert {world.sold(id)["affiliation"] for id in (sale, other)} == {tie} == {world.ticketed(ticket)["affiliation"]}
    assert world.target("contacts", person) == contact
    assert len(world.writes()) == 3
    assert world.done().counts["unchanged"] == 5


def test_companies_of_one_name_wait_for_a_person_and_all_that_belongs_to_them(accounts: Make) -> None:
    world = accounts()
    world.company("Harbour")
    world.company("Harbour")
    world.company("Kestrel")
    one, two, three = world.account("Harbour"), world.account("Kestrel"), world.account("Kestrel")
    tickets = [world.ticket("Case", id) for id in (one, two, three)]
    run = world.done()
    told = world.told(run)
    assert {told[id] for id in (one, two, three, *tickets)} == {("blocked", "no_company")}
    assert run.items.get(source_id=tickets[0]).candidates == [
        {"id": "1", "label": "Harbour"}, {"id": "2", "label": "Harbour"},
    ]  # fmt: skip
    assert world.writes() == []


def test_a_missing_company_is_attached_or_left_out_by_the_rule(accounts: Make) -> None:
    world = accounts(missing_company="attach", attach_company="1")
    world.contact("Ava", "Wilson", world.company("Everybody else"))
    account = world.account("Harbour")
    world.person("Carter", account)
    sale, ticket, alone = world.sale("Sale", account), world.ticket("Case", account), world.ticket("Nobody's")
    unnamed = world.sale("Nobody's")
    world.done()
    assert world.sold(unnamed)["company"] == "1"
    assert (world.sold(sale)["company"], world.ticketed(ticket)["against_id"]) == ("1", "1")
    assert world.ticketed(alone)["against_id"] == "1"
    left = world.ticket("Later", world.account("Kestrel"))
    world.sync.options |= {"missing_company": "skip"}
    world.sync.save()
    run = world.done()
    assert world.told(run) == {left: ("skipped", "no_company")}


def test_a_case_of_a_contact_without_account_has_no_company(accounts: Make) -> None:
    world = accounts()
    person = world.person("Loner", None)
    ticket, sale = world.ticket("Case", None, ContactId=person), world.sale("Sale", None)
    run = world.done()
    assert {id: world.told(run)[id] for id in (ticket, sale)} == {
        ticket: ("blocked", "no_account"), sale: ("blocked", "no_account"),
    }  # fmt: skip


def test_a_sale_of_an_account_without_anybody_waits_and_comes_once_somebody_is_there(accounts: Make) -> None:
    world = accounts()
    account = world.account("Harbour")
    sale = world.sale("Sale", account)
    assert world.told(world.done())[sale] == ("blocked", "no_contact")
    world.person("Wilson", account)
    assert world.told(world.done())[sale] == ("created", "")


def test_the_sync_of_companies_and_contacts_knows_best_and_is_told_what_was_made(accounts: Make) -> None:
    world = accounts()
    known = world.account("Harbour")
    person = world.person("Wilson", known, FirstName="Ava")
    directory = sync_create(
        workspace=world.sync.workspace, key="directory", name="Directory", kind="salesforce_accelo",
        source=world.sync.source, target=world.sync.target, options={},
    )  # fmt: skip
    run_sync(directory)
    links = Link.objects.filter(sync=directory)
    company = links.get(source_id=known).target_id
    new = world.account("Kestrel")
    world.person("Carter", new)
    sales = [world.sale("Sale", id) for id in (known, new)]
    world.ticket("Case", known, ContactId=person)
    run = world.done()
    assert run.counts["created"] == 5
    assert world.sold(sales[0])["company"] == company
    assert links.get(source_id=new).target_id == world.target("companies", new)
    before = world.table("companies").keys(), world.table("contacts").keys()
    assert run_sync(directory).status == "done"
    assert (world.table("companies").keys(), world.table("contacts").keys()) == before
    assert set(links.values_list("state", flat=True)) == {"linked"}


def test_what_waits_for_a_mapping_needs_no_company_and_comes_with_it_once_it_is_mapped(accounts: Make) -> None:
    world = accounts(default_user="")
    account = world.account("Harbour")
    ticket = world.ticket("Case", account)
    owner = world.salesforce.act("state")["Case"][0]["OwnerId"]
    blocked = world.done()
    assert world.told(blocked)[ticket] == ("blocked", "unmapped_user")
    assert Link.objects.get(source_id=ticket).needs["source"] == owner
    assert world.writes() == []
    make_mapping(world.sync, "user", owner, "13")
    assert world.done().counts["created"] == 2
    assert world.ticketed(ticket)["assignee"] == "13"
