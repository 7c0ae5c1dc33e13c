"""Values that do not fit on the other side: the rest of the record is written, the value is told, once."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Link, Run, RunItem
from integrations.syncs.base import Scope
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts

pytestmark = pytest.mark.django_db(transaction=True)
FULL = Scope(full=True)


def linked(url: str) -> tuple[Accounts, str, str, str]:
    """Both ways: a company with a contact. (Salesforce account, Salesforce contact, Accelo affiliation)."""
    accounts = Accounts(url, **BOTH)
    id = accounts.account("Harbour", Phone="1")
    person = accounts.person("Wilson", id, FirstName="Ava", Email="ava@harbour.example")
    run = accounts.run()
    assert run.status == "done", run.message
    return accounts, id, person, next(iter(accounts.table("affiliations")))


def told(run: Run, source_id: str) -> tuple[str, str]:
    item = RunItem.objects.get(run=run, source_id=source_id)
    return item.status, item.reason


def test_a_value_too_long_is_told_once_and_all_others_are_written(sandbox: Any) -> None:
    accounts, id, _, _ = linked(sandbox.url)
    accounts.put("companies", "1", phone="9" * 41, fax="2")
    run = accounts.run()
    status, reason = told(run, id)
    assert status == "updated"
    assert "Phone has 41 characters and Salesforce takes 40. Shorten it in Accelo." in reason
    assert (accounts.org("Account")[id]["Phone"], accounts.org("Account")[id]["Fax"]) == ("1", "2")
    accounts.assert_quiet()
    assert list(accounts.run(scope=FULL).items.all()) == []
    assert accounts.writes() == ({}, [])
    accounts.put("companies", "1", phone="9" * 40)
    accounts.run()
    assert accounts.org("Account")[id]["Phone"] == "9" * 40
    accounts.assert_quiet()


def test_a_record_of_which_nothing_fits_is_skipped_with_the_reason(sandbox: Any) -> None:
    accounts, id, _, _ = linked(sandbox.url)
    accounts.put("companies", "1", phone="9" * 41)
    run = accounts.run()
    assert accounts.told(run) == {id: ("skipped", "does_not_fit")}
    assert accounts.writes() == ({}, [])
    assert Link.objects.get(source_id=id).state == "linked"
    accounts.assert_quiet()


def test_a_value_that_did_not_fit_is_written_once_the_field_takes_it(sandbox: Any) -> None:
    accounts, id, _, _ = linked(sandbox.url)
    accounts.put("companies", "1", phone="9" * 41)
    accounts.run()
    accounts.salesforce.shift(2)
    accounts.salesforce.act("edit_field", object="Account", field="Phone", length=50)
    accounts.run(scope=FULL)
    assert accounts.org("Account")[id]["Phone"] == "9" * 41
    accounts.assert_quiet()


def test_a_value_that_waits_because_it_is_too_long_is_not_overwritten_by_another_edit(sandbox: Any) -> None:
    accounts, id, _, _ = linked(sandbox.url)
    accounts.put("companies", "1", phone="9" * 41)
    accounts.run()
    accounts.edit("Account", id, Fax="3")
    accounts.run()
    company = accounts.table("companies")["1"]
    assert (company["phone"], company["fax"]) == ("9" * 41, "3")
    accounts.assert_quiet()


def test_an_email_that_salesforce_would_refuse_stops_nothing_else(sandbox: Any) -> None:
    accounts, _, person, tie = linked(sandbox.url)
    accounts.put("affiliations", tie, email="ava at harbour", position="CFO")
    run = accounts.run()
    status, reason = told(run, person)
    assert status == "updated"
    assert "takes “ava at harbour” for no e-mail address" in reason
    row = accounts.org("Contact")[person]
    assert (row["Email"], row["Title"]) == ("ava@harbour.example", "CFO")
    accounts.assert_quiet()


def test_a_required_field_cleared_in_accelo_stays_in_salesforce(sandbox: Any) -> None:
    accounts, _, person, tie = linked(sandbox.url)
    accounts.put("contacts", "1", surname="")
    accounts.put("affiliations", tie, position="CFO")
    run = accounts.run()
    status, reason = told(run, person)
    assert (status, "Salesforce cannot be without Surname" in reason) == ("updated", True)
    row = accounts.org("Contact")[person]
    assert (row["LastName"], row["Title"]) == ("Wilson", "CFO")
    accounts.assert_quiet()


def test_a_list_that_takes_only_its_own_values_keeps_the_others_out(sandbox: Any) -> None:
    accounts, id, person, tie = linked(sandbox.url)
    accounts.salesforce.shift(2)
    accounts.salesforce.act("edit_field", object="Contact", field="Title", restricted=True, values=["CEO", "CFO"])
    accounts.run(scope=FULL)
    accounts.put("affiliations", tie, position="Pirate", phone="2")
    run = accounts.run()
    status, reason = told(run, person)
    assert (status, "offers no Position “Pirate”" in reason) == ("updated", True), reason
    assert accounts.org("Contact")[person]["Phone"] == "2"
    accounts.assert_quiet()
    accounts.put("affiliations", tie, position="CFO")
    accounts.run()
    assert accounts.org("Contact")[person]["Title"] == "CFO"
    accounts.assert_quiet()


def test_a_field_that_the_user_may_not_change_is_told_and_left_out(sandbox: Any) -> None:
    accounts, id, _, _ = linked(sandbox.url)
    accounts.salesforce.shift(2)
    accounts.salesforce.act("edit_field", object="Account", field="Phone", updateable=False, createable=False)
    accounts.run(scope=FULL)
    accounts.put("companies", "1", phone="2", fax="3")
    run = accounts.run()
    status, reason = told(run, id)
    assert (status, "may not change Phone" in reason) == ("updated", True), reason
    assert accounts.org("Account")[id]["Fax"] == "3"
    accounts.assert_quiet()


def test_a_new_record_goes_without_the_values_that_do_not_fit(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    company = accounts.company("Harbour", phone="9" * 41, fax="2")
    accounts.contact("Ava", "Wilson", company, email="no address", position="CFO")
    run = accounts.run()
    assert run.counts["created"] == 2, run.message
    account = next(iter(accounts.org("Account").values()))
    person = next(iter(accounts.org("Contact").values()))
    assert (account.get("Phone"), account["Fax"]) == (None, "2")
    assert (person.get("Email"), person["Title"]) == (None, "CFO")
    assert ["41 characters" in item.reason or "no e-mail" in item.reason for item in run.items.all()] == [True, True]
    accounts.assert_quiet()
    accounts.run(scope=FULL)
    assert accounts.writes() == ({}, [])
    assert accounts.table("companies")[company]["phone"] == "9" * 41


def test_a_record_without_a_name_waits_until_it_has_one(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    company = accounts.company("Harbour")
    accounts.contact("Ava", "", company, email="ava@harbour.example")
    run = accounts.run()
    assert accounts.told(run)["accelo:1"] == ("blocked", "no_name")
    accounts.assert_quiet()
    accounts.put("contacts", "1", surname="Wilson")
    accounts.run()
    assert [row["LastName"] for row in accounts.org("Contact").values()] == ["Wilson"]
    accounts.assert_quiet()


def test_what_a_rule_of_the_org_refuses_fails_alone_with_its_words(sandbox: Any) -> None:
    accounts, id, person, tie = linked(sandbox.url)
    other = accounts.account("Northwind")
    accounts.run()
    rule = {"object": "Account", "field": "Phone", "regex": "^0", "message": "Begin with the country."}
    accounts.salesforce.act("rules", validations=[rule])
    accounts.put("companies", "1", phone="02")
    accounts.put("companies", "2", phone="+61")
    run = accounts.run()
    status, reason = told(run, id)
    assert (status, "Begin with the country." in reason) == ("failed", True)
    assert accounts.org("Account")[other]["Phone"] == "+61"
    accounts.put("companies", "1", phone="+62")
    accounts.run()
    assert accounts.org("Account")[id]["Phone"] == "+62"
    accounts.assert_quiet()


def test_what_a_side_stores_in_its_own_way_is_no_change(sandbox: Any) -> None:
    accounts, id, _, _ = linked(sandbox.url)
    accounts.accelo.act("settings", store_as={"companies.phone": "digits"}, length_limits={"companies.fax": 3})
    automation = {"object": "Account", "field": "Website", "how": "append", "value": "/home"}
    accounts.salesforce.act("rules", automations=[automation])
    accounts.edit("Account", id, Phone="+61 (2) 5550", Fax="12345")
    accounts.put("companies", "1", website="harbour.example")
    accounts.run()
    company = accounts.table("companies")["1"]
    assert (company["phone"], company["fax"]) == ("+6125550", "123")
    accounts.run()
    accounts.assert_quiet()
    row = accounts.org("Account")[id]
    assert (row["Phone"], row["Fax"]) == ("+61 (2) 5550", "12345")
    accounts.run(scope=FULL)
    assert accounts.writes() == ({}, [])
