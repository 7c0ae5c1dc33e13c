"""Each field of the table, each way; and what is never sent."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import RunItem
from integrations.syncs.base import Scope
from integrations.syncs.salesforce_accelo.shape import TITLES
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts
from tests.syncs.salesforce_accelo.both import COMPANY, CONTACT, NEW, Both, numbered

pytestmark = pytest.mark.django_db(transaction=True)
FULL = Scope(full=True)
FILLED = {"companies": COMPANY, "contacts": CONTACT}
REQUIRED = {"name", "last_name"}
ABSENT = "-"


def linked(url: str, stream: str, **options: Any) -> tuple[Accounts, Both, dict[str, tuple[str, str]]]:
    """One linked record for each field of the stream: field -> (Salesforce id, Accelo id)."""
    accounts = Accounts(url, **options)
    both = Both(accounts)
    ids = {}
    if stream == "companies":
        ids = {key: both.account(numbered(COMPANY, n)) for n, key in enumerate(COMPANY)}
    else:
        account = both.account(numbered(COMPANY, 0))
        ids = {key: both.person(numbered(CONTACT, n), account) for n, key in enumerate(CONTACT)}
    run = accounts.run()
    assert run.status == "done", run.message
    return accounts, both, {key: (id, both.target_of(stream, id)) for key, id in ids.items()}


def wanted(stream: str, key: str, value: Any) -> dict[str, Any]:
    """The record that stands for this field, with this field changed and no other."""
    values = numbered(FILLED[stream], list(FILLED[stream]).index(key))
    return {**values, key: value}


@pytest.mark.parametrize("stream", ["companies", "contacts"])
def test_each_field_goes_to_accelo_and_takes_no_other_along(sandbox: Any, stream: str) -> None:
    accounts, both, ids = linked(sandbox.url, stream)
    for key, (source, target) in ids.items():
        assert both.accelo(stream, target) == both.salesforce(stream, source)
        both.edit_salesforce(stream, source, **{key: NEW[key]})
    run = accounts.run()
    assert run.status == "done", run.message
    org, calls = accounts.writes()
    assert org == {}
    assert len(calls) == len(ids)  # one part of one record each
    assert {key: both.accelo(stream, target) for key, (_, target) in ids.items()} == {
        key: wanted(stream, key, NEW[key]) for key in ids
    }
    changes = {item.source_id: list(item.changes) for item in RunItem.objects.filter(run=run)}
    assert changes == {source: [f"accelo.{key}"] for key, (source, _) in ids.items()}
    accounts.assert_quiet()


@pytest.mark.parametrize("stream", ["companies", "contacts"])
def test_each_field_goes_to_salesforce_and_takes_no_other_along(sandbox: Any, stream: str) -> None:
    accounts, both, ids = linked(sandbox.url, stream, **BOTH)
    for key, (_, target) in ids.items():
        both.edit_accelo(stream, target, **{key: NEW[key]})
    run = accounts.run(scope=FULL)  # Accelo gives addresses no date, so only a comparison of everything finds them
    assert run.status == "done", run.message
    org, calls = accounts.writes()
    assert calls == []
    written = {source: tuple(org[source]["fields"][0]) for source, _ in ids.values()}
    assert all(len(fields) == 1 for key, (id, _) in ids.items() for fields in [written[id]] if key not in TITLES)
    assert {key: both.salesforce(stream, source) for key, (source, _) in ids.items()} == {
        key: wanted(stream, key, NEW[key]) for key in ids
    }
    accounts.assert_quiet()


@pytest.mark.parametrize("stream", ["companies", "contacts"])
def test_a_cleared_field_is_cleared_in_accelo(sandbox: Any, stream: str) -> None:
    accounts, both, ids = linked(sandbox.url, stream)
    ids = {key: pair for key, pair in ids.items() if key not in REQUIRED}
    for key, (source, _) in ids.items():
        both.edit_salesforce(stream, source, **{key: {} if key in TITLES else ""})
    run = accounts.run()
    assert run.status == "done", run.message
    for key, (_, target) in ids.items():
        blank = {} if key in TITLES else ABSENT if key == "first_name" else ""
        assert both.accelo(stream, target) == wanted(stream, key, blank)
    accounts.assert_quiet()
    accounts.run(scope=FULL)
    assert accounts.writes() == ({}, [])


@pytest.mark.parametrize("stream", ["companies", "contacts"])
def test_a_cleared_field_is_cleared_in_salesforce(sandbox: Any, stream: str) -> None:
    accounts, both, ids = linked(sandbox.url, stream, **BOTH)
    ids = {key: pair for key, pair in ids.items() if key not in REQUIRED}
    for key, (_, target) in ids.items():
        both.edit_accelo(stream, target, **{key: {} if key in TITLES else ABSENT if key == "first_name" else ""})
    run = accounts.run(scope=FULL)
    assert run.status == "done", run.message
    for key, (source, _) in ids.items():
        assert both.salesforce(stream, source) == wanted(stream, key, {} if key in TITLES else "")
    assert accounts.writes()[1] == []
    accounts.assert_quiet()


def test_null_on_one_side_and_empty_text_on_the_other_are_the_same_nothing(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id = accounts.account("Harbour", Phone=None, Fax="", Website="  ")
    accounts.company("Harbour", phone="", fax=None, website=None)
    person = accounts.person("Wilson", id, FirstName="Ava", Email="a@b.example", Phone=None, Title="")
    accounts.contact("Ava", "Wilson", "1", email="a@b.example", phone="", position=None)
    run = accounts.run()
    assert accounts.told(run) == {id: ("linked", "matched_name"), person: ("linked", "matched_email")}
    assert accounts.writes() == ({}, [])
    accounts.edit("Account", id, Phone="")
    accounts.put("companies", "1", fax="")
    accounts.assert_quiet()


def test_type_and_industry_go_to_no_place_in_accelo_unless_a_profile_field_is_chosen(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    id = accounts.account("Harbour", Type="Prospect", Industry="Energy")
    run = accounts.run()
    assert accounts.table("profile_values") == {}
    assert RunItem.objects.get(run=run, source_id=id).reason == "New in Salesforce. Created in Accelo."
    accounts.edit("Account", id, Type="Other", Industry="Retail")
    accounts.assert_quiet()


def profile_field(accounts: Accounts, name: str, **more: Any) -> str:
    row = {"field_name": name, "field_type": "text", "link_type": "company", **more}
    return str(accounts.accelo.act("put", table="profile_fields", rows=[row])[0])


def test_type_and_industry_go_to_their_profile_fields_and_never_come_back(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, type_to="Kind", industry_to="Branch", **BOTH)
    kind, branch = profile_field(accounts, "Kind"), profile_field(accounts, "Branch")
    id = accounts.account("Harbour", Type="Prospect", Industry="Energy")
    accounts.run()
    held = {row["field_id"]: row["value"] for row in accounts.table("profile_values").values()}
    assert held == {kind: "Prospect", branch: "Energy"}
    accounts.assert_quiet()
    accounts.edit("Account", id, Type="Other", Industry=None)
    accounts.run()
    held = {row["field_id"]: row["value"] for row in accounts.table("profile_values").values()}
    assert held == {kind: "Other", branch: ""}
    accounts.assert_quiet()
    row = next(row for row in accounts.table("profile_values").values() if row["field_id"] == kind)
    accounts.put("profile_values", row["id"], value="Something else")
    accounts.run(scope=FULL)
    assert accounts.writes()[0] == {}
    assert accounts.table("profile_values")[row["id"]]["value"] == "Other"
    assert accounts.org("Account")[id]["Type"] == "Other"
    accounts.assert_quiet()


def test_a_company_that_is_new_in_accelo_takes_no_type_and_no_industry_to_salesforce(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, type_to="Kind", **BOTH)
    kind = profile_field(accounts, "Kind")
    company = accounts.company("Harbour")
    accounts.accelo.act(
        "put", table="profile_values",
        rows=[{"field_id": kind, "field_name": "Kind", "link_type": "company", "link_id": company, "value": "Client"}],
    )  # fmt: skip
    run = accounts.run()
    assert run.status == "done", run.message
    written = next(iter(accounts.writes()[0].values()))
    assert [set(fields) & {"Type", "Industry", "OwnerId"} for fields in written["fields"]] == [set()]
    accounts.assert_quiet()


def test_owner_and_all_fields_outside_the_table_stay_as_they_are(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    owner = next(id for id, row in accounts.org("User").items() if row["IsActive"])
    accounts.salesforce.act("settings", auto_assign_to=owner)
    id = accounts.account("Harbour", Phone="1", Description="Old friend", NumberOfEmployees=7, Site="HQ", OwnerId=owner)
    person = accounts.person(
        "Wilson", id, FirstName="Ava", Department="Sales", Description="Likes tea", Salutation="Ms."
    )
    company = accounts.company("Harbour", phone="1", comments="Pays late", custom_id="H1")
    contact, tie = accounts.contact("Ava", "Wilson", company, communication=True, invoice_method="email")
    accounts.put("contacts", contact, middlename="M.", title="Ms", comments="Ring first", username="ava")
    accounts.run()
    before = outside(accounts)
    accounts.edit("Account", id, Phone="2")
    accounts.edit("Contact", person, Title="CFO")
    accounts.put("companies", company, fax="3")
    accounts.put("affiliations", tie, mobile="4")
    run = accounts.run()
    assert run.counts["updated"] == 2
    assert outside(accounts) == before
    org, _ = accounts.writes()
    assert {tuple(row["fields"][0]) for row in org.values()} == {("Fax",), ("MobilePhone",)}
    accounts.assert_quiet()


SYNCED = {
    "Account": {"Phone", "Fax"}, "Contact": {"Title", "MobilePhone"}, "companies": {"phone", "fax"},
    "contacts": {"mobile"}, "affiliations": {"position", "mobile"},
}  # fmt: skip
STAMPS = {"LastModifiedDate", "LastModifiedById", "SystemModstamp", "date_modified"}


def outside(accounts: Accounts) -> dict[str, Any]:
    """All that this test's edits must not move."""
    tables = {name: accounts.org(name) for name in ("Account", "Contact")}
    tables |= {name: accounts.table(name) for name in ("companies", "contacts", "affiliations")}
    return {
        name: {id: {k: v for k, v in row.items() if k not in SYNCED[name] | STAMPS} for id, row in rows.items()}
        for name, rows in tables.items()
    }


def test_a_record_named_by_its_15_characters_is_the_same_record(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    id = accounts.account("Harbour", Phone="1")
    person = accounts.person("Wilson", id[:15], FirstName="Ava")
    run = accounts.run(scope=Scope(source_ids=(id[:15],)))
    assert accounts.told(run) == {id: ("created", "new_in_salesforce")}
    accounts.run()
    accounts.edit("Account", id, Phone="2")
    accounts.edit("Contact", person, AccountId=id[:15], Title="CFO")
    run = accounts.run(scope=Scope(source_ids=(id[:15], person[:15])))
    assert accounts.told(run) == {id: ("updated", ""), person: ("updated", "")}
    assert len(accounts.table("companies")) == len(accounts.table("contacts")) == 1
    accounts.assert_quiet()


def test_a_field_that_salesforce_does_not_show_is_not_blank(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id = accounts.account("Harbour", Phone="1", Fax="2", BillingCity="Sydney")
    accounts.run()
    accounts.salesforce.act("hide_fields", object="Account", fields=["Phone", "BillingAddress"])
    accounts.edit("Account", id, Fax="3")
    run = accounts.run()
    assert run.status == "done", run.message
    company = accounts.table("companies")["1"]
    assert (company["phone"], company["fax"]) == ("1", "3")
    accounts.put("companies", "1", phone="11")
    accounts.run(scope=FULL)
    assert accounts.writes() == ({}, [])
    accounts.salesforce.shift(2)
    accounts.salesforce.act("unhide_fields", object="Account", fields=["Phone", "BillingAddress"])
    accounts.run(scope=FULL)
    assert accounts.org("Account")[id]["Phone"] == "11"
    assert next(iter(accounts.table("addresses").values()))["city"] == "Sydney"
    accounts.assert_quiet()


def test_a_field_of_which_only_a_part_can_be_seen_is_left_alone(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id = accounts.account("Harbour", BillingStreet="1 Pitt St", BillingCity="Sydney", BillingPostalCode="2000")
    accounts.run()
    accounts.salesforce.act("hide_fields", object="Account", fields=["BillingPostalCode"])
    accounts.edit("Account", id, BillingCity="Manly")
    run = accounts.run(scope=FULL)
    assert run.status == "done", run.message
    assert next(iter(accounts.table("addresses").values()))["zipcode"] == "2000"


def test_fields_that_are_switched_off_or_go_one_way_stay_so(sandbox: Any) -> None:
    from integrations.models import FieldRule

    accounts = Accounts(sandbox.url, **BOTH)
    for target, direction in (("phone", "off"), ("fax", "to_source"), ("website", "to_target")):
        rule = {"sync": accounts.sync, "target": f"companies.{target}", "source": target, "policy": "overwrite"}
        FieldRule.objects.create(**rule, direction=direction, winner="source")
    id = accounts.account("Harbour", Phone="1", Fax="2", Website="one.example")
    accounts.run()
    company = accounts.table("companies")["1"]
    assert [company.get(key) or "" for key in ("phone", "fax", "website")] == ["", "", "one.example"]
    accounts.put("companies", "1", phone="9", fax="8", website="two.example")
    accounts.run()
    row, company = accounts.org("Account")[id], accounts.table("companies")["1"]
    assert (row["Phone"], row["Fax"], row["Website"]) == ("1", "8", "one.example")
    assert (company["phone"], company["fax"], company["website"]) == ("9", "8", "one.example")
    accounts.edit("Account", id, Fax="7")
    accounts.run()
    assert (accounts.org("Account")[id]["Fax"], accounts.table("companies")["1"]["fax"]) == ("8", "8")
    accounts.assert_quiet()
