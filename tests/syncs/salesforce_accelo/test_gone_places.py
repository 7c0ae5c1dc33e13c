"""What is not there is not blank; and what is made anew is found again."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Link
from integrations.syncs.base import Scope
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts

pytestmark = pytest.mark.django_db(transaction=True)
FULL = Scope(full=True)
PLACE = {"Title": "CFO", "Phone": "1", "Email": "ava@harbour.example", "MobilePhone": "2"}


def linked(url: str) -> tuple[Accounts, str, str]:
    accounts = Accounts(url, **BOTH)
    for number in range(3):
        accounts.account(f"Other {number}")
    account = accounts.account("Harbour Trust", Website="www.harbour.example")
    person = accounts.person("Wilson", account, FirstName="Ava", **PLACE)
    accounts.run()
    return accounts, account, person


def test_a_company_removed_in_accelo_clears_nothing_of_its_contacts_in_salesforce(sandbox: Any) -> None:
    accounts, account, person = linked(sandbox.url)
    company = Link.objects.get(source_id=account).target_id
    accounts.accelo.act("remove", table="affiliations", ids=list(accounts.table("affiliations")))
    accounts.accelo.act("remove", table="companies", ids=[company])
    accounts.run(scope=FULL)
    assert {name: accounts.org("Contact")[person][name] for name in PLACE} == PLACE
    assert accounts.writes() == ({}, [])
    assert Link.objects.get(source_id=account).state == "vanished"


def test_a_record_that_was_deleted_and_made_anew_is_linked_again(sandbox: Any) -> None:
    accounts, account, _ = linked(sandbox.url)
    before = len(accounts.table("companies"))
    accounts.salesforce.act("delete", ids=[account])
    accounts.run()
    anew = accounts.account("Harbour Trust", Website="www.harbour.example", Phone="9")
    accounts.run()
    assert len(accounts.table("companies")) == before
    assert Link.objects.get(source_id=anew).target_id == Link.objects.get(source_id=account).target_id
    accounts.assert_quiet()


def test_an_edit_made_while_a_field_was_off_is_taken_when_it_is_on_again(sandbox: Any) -> None:
    accounts, account, _ = linked(sandbox.url)
    rule = accounts.sync.field_rules.create(target="companies.phone", policy="overwrite", direction="off")
    accounts.run(scope=FULL)
    company = Link.objects.get(source_id=account).target_id
    accounts.put("companies", company, phone="77")
    accounts.run(scope=FULL)
    rule.delete()
    accounts.run(scope=FULL)
    assert accounts.org("Account")[account]["Phone"] == "77"


def test_a_record_deleted_and_made_anew_between_two_runs_is_linked_again(sandbox: Any) -> None:
    accounts, account, _ = linked(sandbox.url)
    before = len(accounts.table("companies"))
    accounts.salesforce.act("delete", ids=[account])
    anew = accounts.account("Harbour Trust", Website="www.harbour.example")
    accounts.run(scope=FULL)
    assert len(accounts.table("companies")) == before
    assert Link.objects.get(source_id=anew).target_id == Link.objects.get(source_id=account).target_id


def test_the_agreement_counts_how_pairs_stand_after_the_run(sandbox: Any) -> None:
    accounts, account, _ = linked(sandbox.url)
    accounts.sync.field_rules.create(target="companies.fax", policy="overwrite", winner="ask", direction="both")
    company = Link.objects.get(source_id=account).target_id
    accounts.edit("Account", account, Phone="5", Fax="6")
    accounts.put("companies", company, fax="7")
    accounts.run(scope=FULL)
    accounts.sync.refresh_from_db()
    counts = accounts.sync.memory["agreement"]["streams"]["companies"]
    assert (counts["linked"], counts["agree"], counts["waiting"], counts["differ"]) == (4, 3, 1, 0)


def test_an_open_conflict_is_decided_when_its_field_gets_a_rule(sandbox: Any) -> None:
    accounts, account, _ = linked(sandbox.url)
    rule = accounts.sync.field_rules.create(target="companies.fax", policy="overwrite", winner="ask", direction="both")
    accounts.edit("Account", account, Fax="6")
    accounts.put("companies", Link.objects.get(source_id=account).target_id, fax="7")
    accounts.run(scope=FULL)
    assert [row.state for row in accounts.sync.conflicts.all()] == ["open"]
    rule.winner = "target"
    rule.save()
    accounts.run(scope=FULL)
    assert [(row.state, row.winner, row.value) for row in accounts.sync.conflicts.all()] == [("decided", "target", "7")]
    assert accounts.org("Account")[account]["Fax"] == "7"
