"""The full comparison: whether both sides agree, and which records do not."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Link
from integrations.services.agreement import Agreement, Disagreeing, agreement
from integrations.syncs.base import Scope
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts
from tests.syncs.salesforce_accelo.test_refused import refuse_phones

pytestmark = pytest.mark.django_db(transaction=True)
FULL = Scope(full=True)


def compared(accounts: Accounts) -> Agreement:
    run = accounts.run(scope=FULL)
    accounts.sync.refresh_from_db()
    found = agreement(accounts.sync)
    assert found.run == run
    return found


def test_records_that_differ_or_wait_are_named_with_the_fields_and_others_are_not(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    waits, refused, fine = (accounts.account(f"Harbour {n}", Phone="1", Fax="1") for n in (1, 2, 3))
    accounts.run()
    target = {id: Link.objects.get(source_id=id).target_id for id in (waits, refused, fine)}
    assert compared(accounts).proven
    accounts.sync.field_rules.create(target="companies.fax", policy="overwrite", winner="ask", direction="both")
    refuse_phones(accounts)
    accounts.edit("Account", waits, Fax="2", Phone="2")
    accounts.put("companies", target[waits], fax="3")
    accounts.put("companies", target[refused], phone="9")
    accounts.put("companies", target[fine], phone="2")
    found = compared(accounts)
    assert not found.proven and found.spoiled == 2
    told = {row.source_id: row for row in found.records}
    assert told[waits] == Disagreeing("companies", waits, target[waits], "Harbour 1", ("fax",), True)
    assert (told[refused].fields, told[refused].waiting) == (("phone",), False)
    assert "do not begin with 9" in told[refused].reason and fine not in told


def test_what_was_just_created_agrees_and_what_could_not_be_created_does_not(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    refuse_phones(accounts)
    accounts.account("Harbour Trust", Phone="1")
    accounts.company("Northwind", phone="2")
    accounts.company("Northern Light", phone="9")
    for _ in range(2):  # also when it waits for its next try
        found = compared(accounts)
        (companies,) = (one for one in found.streams if one.key == "companies")
        assert (companies.linked, companies.agree, companies.only_target, companies.unpaired) == (2, 2, 1, 1)
        (left,) = found.records
        assert (left.source_id, left.title, found.proven) == ("", "Northern Light", False)
        assert accounts.table("companies")[left.target_id]["name"] == "Northern Light"
    accounts.salesforce.act("rules")
    found = compared(accounts)
    assert (found.proven, found.records) == (True, ())


@pytest.mark.parametrize(
    "options",
    [{}, {**BOTH, "create_in_salesforce": False}, {**BOTH, "two_way_start": "review"}, {"create_in_accelo": False}],
    ids=["read-only", "not created", "not confirmed", "nothing created"],
)
def test_a_record_that_the_settings_leave_alone_does_not_spoil_the_agreement(
    sandbox: Any, options: dict[str, Any]
) -> None:
    accounts = Accounts(sandbox.url, **options)
    accounts.company("Northwind", phone="2")
    if not options.get("create_in_accelo", True):
        accounts.account("Harbour Trust")
    found = compared(accounts)
    assert (found.proven, found.records, sum(one.only_target for one in found.streams)) == (True, (), 1)


def test_a_contact_that_waits_for_its_company_spoils_the_agreement_until_somebody_leaves_it_out(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    lonely = accounts.person("Wilson", None, FirstName="Ava")
    found = compared(accounts)
    assert [(row.stream, row.source_id, row.waiting) for row in found.records] == [("contacts", lonely, True)]
    assert "needs a company" in found.records[0].reason and not found.proven
    Link.objects.filter(source_id=lonely).update(state="ignored")
    assert compared(accounts).proven
