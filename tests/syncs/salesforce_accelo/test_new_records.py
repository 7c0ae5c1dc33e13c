"""What is created on the other side, in which place, and when: by a run, and by carrying out a preview."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Link, Run
from integrations.services.matching_decide import match_link
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts

pytestmark = pytest.mark.django_db(transaction=True)


def pairs(accounts: Accounts, stream: str) -> dict[str, str]:
    links = Link.objects.filter(sync=accounts.sync, stream=stream, state="linked").exclude(target_id="")
    return dict(links.values_list("source_id", "target_id"))


def test_new_records_of_each_side_appear_on_the_other_with_their_relation(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    account = accounts.account("Harbour Trust")
    accounts.person("Wilson", account, FirstName="Ava", Email="ava@harbour.example")
    company = accounts.company("Northwind Energy")
    accounts.contact("Ben", "Carter", company, email="ben@northwind.example")
    run = accounts.run()
    assert run.counts["created"] == 4, run.message
    org = accounts.org("Account")
    people = {row["LastName"]: org[row["AccountId"]]["Name"] for row in accounts.org("Contact").values()}
    assert people == {"Wilson": "Harbour Trust", "Carter": "Northwind Energy"}
    contacts, companies = accounts.table("contacts"), accounts.table("companies")
    places = accounts.table("affiliations").values()
    assert {contacts[one["contact"]]["surname"]: companies[one["company"]]["name"] for one in places} == people
    accounts.assert_quiet()


def test_a_preview_shows_contacts_with_the_companies_that_would_be_made(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    account = accounts.account("Harbour Trust")
    person = accounts.person("Wilson", account, FirstName="Ava")
    company = accounts.company("Northwind Energy")
    accounts.contact("Ben", "Carter", company)
    preview = accounts.preview()
    assert {(item.stream, item.source_id): (item.action, item.code) for item in preview.items.all()} == {
        ("companies", account): ("create", "new_in_salesforce"),
        ("contacts", person): ("create", "new_in_salesforce"),
        ("companies", "accelo:1"): ("create", "new_in_accelo"),
        ("contacts", "accelo:1"): ("create", "new_in_accelo"),
    }
    assert accounts.writes() == ({}, [])
    assert not Link.objects.exists()


def test_applying_a_preview_does_what_a_run_would_have_done(sandbox: Any) -> None:
    first = seeded(sandbox.url)
    preview = first.preview()
    assert first.writes() == ({}, [])
    applied = first.run(kind=Run.Kind.APPLY, plan=preview)
    assert applied.status == "done", applied.message
    carried = shape(first)
    first.assert_quiet()
    promised, done = (
        sorted(str(item.changes) for item in run.items.filter(action__in=["create", "update"]))
        for run in (preview, applied)
    )
    assert promised == done
    for control in (first.salesforce, first.accelo):
        control.reset()
    second = seeded(sandbox.url, first)
    second.run()
    assert shape(second) == carried


def seeded(url: str, like: Accounts | None = None) -> Accounts:
    """Something of each kind."""
    accounts = like or Accounts(url, **BOTH)
    if like:
        accounts.sync.links.all().delete()
        accounts.sync.cursors.all().delete()
        type(accounts.sync).objects.filter(pk=accounts.sync.pk).update(memory={})
    id = accounts.account("Harbour Trust", Phone="1", Website="harbour.example")
    accounts.person("Wilson", id, FirstName="Ava", Email="ava@harbour.example", Title="CFO")
    accounts.account("Kestrel Legal", BillingCity="Perth")
    company = accounts.company("Harbour Trust", website="harbour.example", fax="2")
    accounts.contact("Ava", "Wilson", company, email="ava@harbour.example", mobile="0400")
    other = accounts.company("Northwind Energy")
    accounts.contact("Ben", "Carter", other, email="ben@northwind.example")
    return accounts


def shape(accounts: Accounts) -> list[list[str]]:
    """What people see on both sides, without ids and times."""
    shown = []
    for rows, names in (
        (accounts.org("Account"), ("Name", "Phone", "Fax", "Website", "BillingCity")),
        (accounts.org("Contact"), ("FirstName", "LastName", "Email", "Title", "MobilePhone")),
        (accounts.table("companies"), ("name", "phone", "fax", "website")),
        (accounts.table("affiliations"), ("email", "mobile", "position")),
        (accounts.table("addresses"), ("title", "city")),
    ):
        shown.append(sorted(str([row.get(name) or "" for name in names]) for row in rows.values()))
    return shown


def test_a_private_contact_without_an_account_is_told_and_left_alone(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    person = accounts.person("Wilson", None, FirstName="Ava")
    run = accounts.run()
    assert accounts.told(run) == {person: ("blocked", "no_account")}
    accounts.assert_quiet()
    accounts.edit("Contact", person, AccountId=accounts.account("Harbour"))
    accounts.run()
    assert len(accounts.table("contacts")) == 1
    accounts.assert_quiet()


def test_a_contact_waits_for_its_company_and_follows_it(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    id = accounts.account("Harbour Trust", Website="harbour.example")
    person = accounts.person("Wilson", id, FirstName="Ava")
    accounts.company("Harbour Trust Holdings", website="harbour.example")
    run = accounts.run()
    assert (accounts.told(run)[id], accounts.told(run)[person]) == (("blocked", "likely"), ("blocked", "no_company"))
    accounts.assert_quiet()
    match_link(sync=accounts.sync, stream="companies", source_id=id, target_id="1", who="Ava")
    run = accounts.run()
    assert accounts.told(run)[person] == ("created", "new_in_salesforce")
    assert next(iter(accounts.table("affiliations").values()))["company"] == "1"
    accounts.assert_quiet()


def test_a_contact_of_two_companies_is_synced_at_the_linked_one_and_left_alone_at_the_other(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id = accounts.account("Northwind Energy")
    person = accounts.person("Wilson", id, FirstName="Ava", Email="ava@northwind.example", Phone="1")
    other = accounts.company("Harbour Trust")
    contact, elsewhere = accounts.contact("Ava", "Wilson", other, email="ava@harbour.example", phone="9")
    company = accounts.company("Northwind Energy")
    row = {"company": company, "contact": contact, "email": "ava@northwind.example", "phone": "1"}
    (tie,) = accounts.accelo.act("put", table="affiliations", rows=[row])
    accounts.run()
    assert pairs(accounts, "contacts") == {person: contact}
    before = accounts.table("affiliations")[elsewhere]
    accounts.edit("Contact", person, Phone="2")
    accounts.run()
    assert accounts.table("affiliations")[tie]["phone"] == "2"
    assert accounts.table("affiliations")[elsewhere] == before
    accounts.put("affiliations", tie, mobile="3")
    accounts.put("affiliations", elsewhere, mobile="4")
    accounts.run()
    assert accounts.org("Contact")[person]["MobilePhone"] == "3"
    accounts.assert_quiet()


def test_a_contact_that_moves_to_another_account_gets_a_place_there_and_keeps_the_old_one(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    one, two = accounts.account("Harbour Trust"), accounts.account("Northwind Energy")
    person = accounts.person("Wilson", one, FirstName="Ava", Email="ava@harbour.example", Phone="1")
    accounts.run()
    accounts.edit("Contact", person, AccountId=two, Email="ava@northwind.example")
    run = accounts.run()
    assert run.status == "done", run.message
    companies = pairs(accounts, "companies")
    places = {row["company"]: row["email"] for row in accounts.table("affiliations").values()}
    assert places == {companies[one]: "ava@harbour.example", companies[two]: "ava@northwind.example"}
    accounts.assert_quiet()
    place = next(row for row in accounts.table("affiliations").values() if row["company"] == companies[two])
    accounts.put("affiliations", place["id"], position="CFO")
    accounts.run()
    assert accounts.org("Contact")[person]["Title"] == "CFO"
    accounts.assert_quiet()


def test_both_ways_writes_nothing_to_salesforce_before_somebody_has_seen_the_matching(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, read_only=False)
    id = accounts.account("Harbour Trust", Website="harbour.example")
    accounts.company("Harbour Trust", website="harbour.example", fax="2")
    accounts.company("Northwind Energy")
    run = accounts.run()
    assert accounts.told(run)["accelo:2"] == ("skipped", "only_in_accelo")
    assert accounts.writes()[0] == {}
    preview = accounts.preview()
    assert preview.items.get(source_id="accelo:2").action == "create"
    applied = accounts.run(kind=Run.Kind.APPLY, plan=preview)
    assert applied.status == "done", applied.message
    assert accounts.org("Account")[id]["Fax"] == "2"
    assert len(accounts.org("Account")) == 2
    accounts.assert_quiet()
