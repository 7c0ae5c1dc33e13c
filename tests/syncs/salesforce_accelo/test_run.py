"""Both sandboxes, end to end: what goes where, and what never does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_new_account_with_its_contact_is_created_in_accelo(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    id = accounts.account("Harbour Trust", Phone="+61 2 5550 1111", Website="www.harbour.example", BillingCity="Sydney")
    person = accounts.person(
        "Wilson", id, FirstName="Ava", Email="ava@harbour.example", MobilePhone="0400 1", Title="CFO"
    )
    run = accounts.run()
    assert run.status == "done", run.message
    assert accounts.told(run) == {id: ("created", "new_in_salesforce"), person: ("created", "new_in_salesforce")}
    company = next(iter(accounts.table("companies").values()))
    assert (company["name"], company["phone"], company["website"]) == (
        "Harbour Trust", "+61 2 5550 1111", "www.harbour.example",
    )  # fmt: skip
    address = next(iter(accounts.table("addresses").values()))
    assert (address["title"], address["city"]) == ("Billing", "Sydney")
    place = next(iter(accounts.table("affiliations").values()))
    assert (place["email"], place["mobile"], place["position"]) == ("ava@harbour.example", "0400 1", "CFO")
    accounts.assert_quiet()


def test_edits_of_different_fields_both_survive(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id = accounts.account("Harbour Trust", Phone="1", Fax="2")
    accounts.run()
    company = next(iter(accounts.table("companies")))
    accounts.edit("Account", id, Phone="11")
    accounts.put("companies", company, fax="22")
    run = accounts.run()
    assert run.status == "done", run.message
    assert (accounts.org("Account")[id]["Phone"], accounts.org("Account")[id]["Fax"]) == ("11", "22")
    assert (accounts.table("companies")[company]["phone"], accounts.table("companies")[company]["fax"]) == ("11", "22")
    accounts.assert_quiet()


def test_a_new_company_is_created_in_salesforce_only_both_ways(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    accounts.company("Harbour Trust", website="www.harbour.example")
    run = accounts.run()
    assert accounts.told(run) == {"accelo:1": ("skipped", "only_in_accelo")}
    assert accounts.org("Account") == {}
    accounts.sync.options = BOTH
    accounts.sync.save()
    run = accounts.run()
    account = next(iter(accounts.org("Account").values()))
    assert (account["Name"], account["Website"]) == ("Harbour Trust", "www.harbour.example")
    accounts.assert_quiet()
