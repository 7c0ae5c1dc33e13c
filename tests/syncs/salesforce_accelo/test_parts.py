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


def test_what_stands_there_in_other_words_was_taken() -> None:
    sent = {"state": "NSW", "country": "AU"}
    assert left_out(sent, address(state="New South Wales", country="Australia")) == []
    assert left_out({"state": "", "country": ""}, address(country="Australia")) == []
    assert "the state “NSW”;" in left_out(sent, address(country="Australia"))[0]
    assert "the state “NSW” or the country “AU”;" in left_out(sent, address())[0]
