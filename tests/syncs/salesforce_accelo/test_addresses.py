"""Addresses: by their titles only, and what happens to a state or country that the other side does not take."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Link, RunItem
from integrations.syncs.base import Scope
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts
from tests.syncs.salesforce_accelo.both import MOVED, STREET, Both

pytestmark = pytest.mark.django_db(transaction=True)
FULL = Scope(full=True)


def linked(url: str, **options: Any) -> tuple[Accounts, Both, str]:
    """One account with a billing address, linked to company 1."""
    accounts = Accounts(url, **options)
    both = Both(accounts)
    id = both.account({"name": "Harbour", "billing": STREET})
    run = accounts.run()
    assert run.status == "done", run.message
    return accounts, both, id


def add_address(accounts: Accounts, title: str, **values: Any) -> str:
    row = {
        "title": title,
        "street1": "1 Old Rd",
        "city": "Perth",
        "against_type": "company",
        "against_id": "1",
        **values,
    }
    return str(accounts.accelo.act("put", table="addresses", rows=[row])[0])


def test_only_the_addresses_with_the_titles_of_the_table_are_touched(sandbox: Any) -> None:
    accounts, both, id = linked(sandbox.url, **BOTH)
    others = [add_address(accounts, title) for title in ("Head office", "Billing 2", "Mailing", "")]
    before = {id: accounts.table("addresses")[id] for id in others}
    both.edit_salesforce("companies", id, billing=MOVED, shipping=STREET)
    run = accounts.run()
    assert run.status == "done", run.message
    held = both.accelo("companies", "1")
    assert (held["billing"], held["shipping"]) == (MOVED, STREET)
    assert {id: accounts.table("addresses")[id] for id in others} == before
    accounts.accelo.act("put", table="addresses", rows=[{"id": one, "city": "Hobart"} for one in others])
    accounts.run(scope=FULL)
    assert accounts.writes() == ({}, [])


def test_a_title_counts_whatever_its_case_and_blanks(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    company = accounts.company("Harbour")
    address = add_address(accounts, " BILLING ", city="Perth")
    accounts.run()
    row = next(iter(accounts.org("Account").values()))
    assert row["BillingCity"] == "Perth"
    accounts.edit("Account", row["Id"], BillingCity="Hobart")
    accounts.run()
    rows = accounts.table("addresses")
    assert (rows[address]["city"], rows[address]["title"], len(rows)) == ("Hobart", " BILLING ", 1)
    assert company == "1"
    accounts.assert_quiet()


def test_of_two_addresses_with_one_title_the_older_one_counts_and_the_other_is_left_alone(sandbox: Any) -> None:
    accounts, both, id = linked(sandbox.url, **BOTH)
    second = add_address(accounts, "Billing", city="Hobart")
    accounts.run(scope=FULL)
    assert accounts.writes() == ({}, [])
    both.edit_salesforce("companies", id, billing=MOVED)
    accounts.run()
    assert accounts.table("addresses")[second]["city"] == "Hobart"
    assert both.accelo("companies", "1")["billing"] == MOVED
    accounts.assert_quiet()


def test_an_address_edited_in_accelo_is_found_by_the_comparison_of_everything(sandbox: Any) -> None:
    accounts, both, id = linked(sandbox.url, **BOTH)
    both.edit_accelo("companies", "1", billing=MOVED)
    accounts.run(scope=FULL)
    assert both.salesforce("companies", id)["billing"] == MOVED
    accounts.assert_quiet()


def test_an_address_edited_in_accelo_is_found_at_once_where_its_company_moves_with_it(sandbox: Any) -> None:
    accounts, both, id = linked(sandbox.url, **BOTH)
    accounts.accelo.act("settings", touch_parents=True)
    both.edit_accelo("companies", "1", billing=MOVED)
    accounts.put("companies", "1", comments="moved")
    accounts.run()
    assert both.salesforce("companies", id)["billing"] == MOVED
    accounts.assert_quiet()


def test_a_street_of_several_lines_fills_both_lines_and_comes_back_as_it_was(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    street = "Level 3\r\n1 Pitt St\r\nAttn. Ava"
    id = accounts.account("Harbour", BillingStreet=street, BillingCity="Sydney")
    accounts.run()
    row = next(iter(accounts.table("addresses").values()))
    assert (row["street1"], row["street2"]) == ("Level 3", "1 Pitt St, Attn. Ava")
    accounts.assert_quiet()
    accounts.run(scope=FULL)
    assert accounts.writes() == ({}, [])
    before = accounts.org("Account")[id]["BillingStreet"]
    accounts.put("companies", "1", phone="1")
    accounts.run()
    assert accounts.org("Account")[id]["BillingStreet"] == before
    accounts.put("addresses", row["id"], street2="2 Kent St")
    accounts.run(scope=FULL)
    assert accounts.org("Account")[id]["BillingStreet"].split() == ["Level", "3", "2", "Kent", "St"]
    accounts.assert_quiet()


def test_the_names_of_one_state_and_country_are_no_difference(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    accounts.salesforce.act("settings", state_picklists=False)
    id = accounts.account("Harbour", BillingCity="Sydney", BillingState="NSW", BillingCountry="AU")
    accounts.run()
    assert Both(accounts).accelo("companies", "1")["billing"] == {
        "city": "Sydney", "state": "New South Wales", "country": "Australia",
    }  # fmt: skip
    accounts.assert_quiet()
    row = accounts.org("Account")[id]
    assert (row["BillingState"], row["BillingCountry"]) == ("NSW", "AU")


@pytest.mark.parametrize(
    ("country", "state", "said"),
    [
        ("Narnia", "", "does not offer “Narnia”"),
        ("Australia", "Bavaria", "“Bavaria” is no state"),
    ],
)
def test_a_place_that_salesforce_does_not_offer_is_told_and_all_else_is_written(
    sandbox: Any, country: str, state: str, said: str
) -> None:
    accounts, both, id = linked(sandbox.url, **BOTH)
    accounts.salesforce.shift(2)
    accounts.salesforce.act("settings", state_picklists=True)
    accounts.run(scope=FULL)
    accounts.accelo.act("put", table="countries", rows=[{"title": country, "suffix": ""}])
    accounts.accelo.act("put", table="states", rows=[{"title": state, "abbreviation": "", "country_id": "1"}])
    both.edit_accelo("companies", "1", phone="99", billing={**MOVED, "country": country, "state": state})
    run = accounts.run(scope=FULL)
    item = RunItem.objects.get(run=run, source_id=id)
    assert (item.status, said in item.reason) == ("updated", True), item.reason
    held = both.salesforce("companies", id)
    assert (held["phone"], held["billing"]["street"], held["billing"]["city"]) == ("99", "9 Bay St", "Broome")
    assert held["billing"]["country"] == "Australia"
    accounts.assert_quiet()
    accounts.run(scope=FULL)
    assert accounts.writes() == ({}, [])
    assert both.accelo("companies", "1")["billing"]["country"] == country


def test_a_state_that_was_left_out_is_not_taken_back(sandbox: Any) -> None:
    """Salesforce got the country without the state, of a new record and of a known one: that is no edit there."""
    accounts = Accounts(sandbox.url, **BOTH)
    accounts.salesforce.act("settings", state_picklists=True)
    company = accounts.company("Harbour Trust")
    place = {"title": "Billing", "city": "Faraway", "country": "Australia", "against_type": "company"}
    accounts.accelo.act("put", table="states", rows=[{"title": "Bavaria", "abbreviation": "", "country_id": "1"}])
    row = {**place, "state": "Bavaria", "against_id": company}
    address = accounts.accelo.act("put", table="addresses", rows=[row])[0]
    accounts.run()
    before = accounts.table("addresses")[address]
    for _ in range(2):
        accounts.run(scope=FULL)
        assert accounts.writes() == ({}, [])
    assert accounts.table("addresses")[address] == before
    account = next(iter(accounts.org("Account").values()))
    assert (account["BillingCity"], account["BillingCountryCode"]) == ("Faraway", "AU")


def test_picklists_take_a_state_by_its_code(sandbox: Any) -> None:
    accounts, both, id = linked(sandbox.url, **BOTH)
    accounts.salesforce.shift(2)
    accounts.salesforce.act("settings", state_picklists=True)
    accounts.run(scope=FULL)
    both.edit_accelo("companies", "1", billing=MOVED)
    accounts.run(scope=FULL)
    assert both.salesforce("companies", id)["billing"] == MOVED
    assert accounts.org("Account")[id]["BillingStateCode"] == "WA"
    accounts.assert_quiet()


def test_a_state_that_accelo_refuses_is_told_and_the_rest_is_written(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    accounts.accelo.act("settings", unknown_place_as="refused")
    place = {
        "BillingCity": "Cair",
        "BillingState": "Western Wood",
        "BillingCountry": "Narnia",
        "BillingStreet": "1 Lamp",
    }
    id = accounts.account("Harbour", Phone="1", **place)
    run = accounts.run()
    item = RunItem.objects.get(run=run, source_id=id)
    assert item.status == "created"
    assert "Accelo did not take the state “Western Wood” or the country “Narnia”" in item.reason
    row = next(iter(accounts.table("addresses").values()))
    assert (row["city"], row["street1"], row["country_id"]) == ("Cair", "1 Lamp", None)
    assert accounts.table("companies")["1"]["phone"] == "1"
    accounts.assert_quiet()
    accounts.run(scope=FULL)
    assert accounts.writes() == ({}, [])
    assert accounts.org("Account")[id]["BillingCountry"] == "Narnia"


def test_a_state_that_accelo_leaves_out_without_a_word_is_told(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id = accounts.account("Harbour", BillingCity="Cair", BillingCountry="Narnia")
    run = accounts.run()
    assert "did not take" in RunItem.objects.get(run=run, source_id=id).reason
    accounts.assert_quiet()
    accounts.edit("Account", id, BillingCity="Beruna")
    accounts.run()
    assert next(iter(accounts.table("addresses").values()))["city"] == "Beruna"
    assert accounts.org("Account")[id]["BillingCountry"] == "Narnia"
    accounts.assert_quiet()


def test_an_address_cleared_in_salesforce_keeps_its_record_in_accelo(sandbox: Any) -> None:
    accounts, both, id = linked(sandbox.url, **BOTH)
    both.edit_salesforce("companies", id, billing={})
    accounts.run()
    row = next(iter(accounts.table("addresses").values()))
    assert [row[name] or "" for name in ("street1", "city", "zipcode", "state_id", "country_id")] == [""] * 5
    both.edit_salesforce("companies", id, billing=MOVED)
    accounts.run()
    assert len(accounts.table("addresses")) == 1
    assert both.accelo("companies", "1")["billing"] == MOVED
    assert Link.objects.get(stream="companies").state == "linked"
    accounts.assert_quiet()
