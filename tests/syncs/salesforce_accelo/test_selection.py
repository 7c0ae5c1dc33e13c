"""Which records take part: those that meet the conditions, and person accounts where they are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.syncs.base import Scope
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts

pytestmark = pytest.mark.django_db(transaction=True)
FULL = Scope(full=True)


def test_only_records_that_meet_the_conditions_are_taken_and_one_that_leaves_them_is_left_alone(sandbox: Any) -> None:
    where = [{"field": "Type", "operator": "is", "values": ["Prospect"]}]
    accounts = Accounts(sandbox.url, companies_where=where, **BOTH)
    id = accounts.account("Harbour", Type="Prospect", Phone="1")
    other = accounts.account("Northwind", Type="Other")
    run = accounts.run()
    assert list(accounts.told(run)) == [id]
    accounts.edit("Account", id, Type="Other", Phone="2")
    accounts.edit("Account", other, Phone="3")
    accounts.assert_quiet()
    accounts.put("companies", "1", phone="4")
    run = accounts.run()
    assert accounts.told(run) == {id: ("skipped", "not_selected")}
    assert accounts.writes() == ({}, [])
    assert accounts.table("companies")["1"]["phone"] == "4"
    accounts.assert_quiet()
    accounts.run(scope=FULL)
    assert accounts.writes() == ({}, [])
    accounts.edit("Account", id, Type="Prospect")
    accounts.run()
    assert accounts.org("Account")[id]["Phone"] == accounts.table("companies")["1"]["phone"]
    accounts.assert_quiet()


def test_person_accounts_are_taken_only_when_asked_for(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    accounts.salesforce.act("settings", person_accounts=True)
    business = accounts.account("Harbour Trust")
    accounts.salesforce.act("put", object="Account", rows=[{"LastName": "Wilson", "FirstName": "Ava"}])
    run = accounts.run()
    assert run.status == "done", run.message
    assert list(accounts.told(run)) == [business]
    assert (len(accounts.table("companies")), len(accounts.table("contacts"))) == (1, 0)
    accounts.assert_quiet()
    accounts.sync.options = {**accounts.sync.options, "person_accounts": True}
    accounts.sync.save()
    run = accounts.run()
    assert run.status == "done", run.message
    assert (len(accounts.table("companies")), len(accounts.table("contacts"))) == (2, 1)
    accounts.assert_quiet()


def test_a_person_account_is_written_by_its_own_fields(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, person_accounts=True, **BOTH)
    accounts.salesforce.act("settings", person_accounts=True)
    row = {"LastName": "Wilson", "FirstName": "Ava", "Phone": "1"}
    id = str(accounts.salesforce.act("put", object="Account", rows=[row])[0])
    run = accounts.run()
    assert run.status == "done", run.message
    accounts.put("companies", "1", fax="2", name="Someone else")
    accounts.put("contacts", "1", surname="Smith")
    run = accounts.run()
    account = accounts.org("Account")[id]
    assert account["Fax"] == "2"
    assert account["LastName"] == "Smith"
    accounts.run()
    accounts.assert_quiet()
