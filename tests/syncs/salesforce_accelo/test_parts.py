"""Addresses, places and profile values of a record that was created a moment ago, when Accelo fails just then."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Link
from integrations.syncs.salesforce_accelo.parts import left_out
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts
from tests.syncs.salesforce_accelo.vendor_rows import address

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("deed", [{"do": "status", "status": 503}, {"do": "reset"}, {"do": "cut", "when": "after"}])
@pytest.mark.parametrize("call", ["POST /addresses", "PUT /affiliations"])
def test_a_record_is_not_created_again_when_one_of_its_parts_fails(
    sandbox: Any, deed: dict[str, Any], call: str
) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id = accounts.account("Harbour", BillingCity="Sydney")
    person = accounts.person(
        "Wilson", id, FirstName="Ava", MobilePhone="0400", Email="a@b.example", MailingCity="Perth"
    )
    accounts.accelo.faults({"match": call, "times": -1, **deed})
    run = accounts.run()
    accounts.accelo.faults()
    assert accounts.told(run)[id][0] == "created", run.message
    for _ in range(2):  # the contact's turn may come only after the pause for the company's lost answer
        Link.objects.update(next_attempt_at=None)
        accounts.run()
    assert (len(accounts.table("companies")), len(accounts.table("contacts"))) == (1, 1)
    rows = accounts.table("addresses").values()
    assert sorted((row["title"], row["city"]) for row in rows) == [("Billing", "Sydney"), ("Mailing", "Perth")]
    place = next(iter(accounts.table("affiliations").values()))
    assert (place["mobile"], place["email"]) == ("0400", "a@b.example")
    row = accounts.org("Contact")[person]
    assert (row["MobilePhone"], row["MailingCity"]) == ("0400", "Perth")
    assert not Link.objects.exclude(pending={}).exists()
    accounts.assert_quiet()


def faulty(url: str, call: str) -> tuple[Accounts, str]:
    """A first run in which these calls never reach Accelo. (accounts, id of the person)."""
    accounts = Accounts(url, **BOTH, type_to="Kind")
    kind = {"field_name": "Kind", "field_type": "text", "link_type": "company"}
    accounts.accelo.act("put", table="profile_fields", rows=[kind])
    id = accounts.account("Harbour", BillingCity="Sydney", Type="Customer - Direct")
    person = accounts.person("Wilson", id, Email="a@b.example", MobilePhone="0400", MailingCity="Perth")
    accounts.accelo.faults({"match": call, "times": -1, "do": "reset"})
    run = accounts.run()
    assert "follows later" in str(list(run.items.values_list("reason", flat=True)))
    return accounts, person


@pytest.mark.parametrize("call", ["POST /addresses", "PUT /affiliations", "POST /companies/1/profiles"])
def test_what_could_not_be_written_with_a_new_record_follows_with_the_next_run(sandbox: Any, call: str) -> None:
    accounts, _ = faulty(sandbox.url, call)
    accounts.accelo.faults()
    accounts.run()
    assert sorted(row["city"] for row in accounts.table("addresses").values()) == ["Perth", "Sydney"]
    assert [row["mobile"] for row in accounts.table("affiliations").values()] == ["0400"]
    assert [row["value"] for row in accounts.table("profile_values").values()] == ["Customer - Direct"]
    assert not Link.objects.exclude(pending={}).exists()
    accounts.assert_quiet()


def test_what_follows_and_fails_again_waits_for_its_pause_and_spoils_the_agreement(sandbox: Any) -> None:
    accounts, person = faulty(sandbox.url, "POST /addresses")
    accounts.sync.refresh_from_db()
    told = accounts.sync.memory["agreement"]["streams"]["contacts"]
    assert (told["agree"], told["differ"], told["records"][0]["fields"]) == (0, 1, ["mailing"])
    assert accounts.told(accounts.run())[person][0] == "failed"
    accounts.accelo.faults()
    accounts.run()
    assert accounts.table("addresses") == {}, "the pause is not over"
    Link.objects.update(next_attempt_at=None)
    accounts.run()
    assert sorted(row["city"] for row in accounts.table("addresses").values()) == ["Perth", "Sydney"]
    accounts.assert_quiet()


def test_a_place_at_a_new_company_that_could_not_be_made_follows_after_a_pause(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id, other = accounts.account("Harbour"), accounts.account("Northwind")
    person = accounts.person("Wilson", id, Email="a@b.example", MobilePhone="0400")
    accounts.run()
    accounts.edit("Contact", person, AccountId=other)
    accounts.accelo.faults({"match": "POST /affiliations", "times": -1, "do": "reset"})
    assert accounts.told(accounts.run())[person][0] == "failed"
    accounts.accelo.faults()
    Link.objects.update(next_attempt_at=None)
    accounts.run()
    places = [(row["company"], row["mobile"]) for row in accounts.table("affiliations").values()]
    assert sorted(places) == [("1", "0400"), ("2", "0400")]
    accounts.assert_quiet()


def test_what_stands_there_in_other_words_was_taken() -> None:
    sent = {"state": "NSW", "country": "AU"}
    assert left_out(sent, address(state="New South Wales", country="Australia")) == []
    assert left_out({"state": "", "country": ""}, address(country="Australia")) == []
    assert "the state “NSW”;" in left_out(sent, address(country="Australia"))[0]
    assert "the state “NSW” or the country “AU”;" in left_out(sent, address())[0]
