"""Records that Salesforce refuses: what the run says, and when they are sent again."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Link, Run
from integrations.syncs.base import Scope
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts

pytestmark = pytest.mark.django_db(transaction=True)


def refuse_phones(accounts: Accounts) -> None:
    rule = {"object": "Account", "field": "Phone", "regex": "^9", "message": "Phones do not begin with 9."}
    accounts.salesforce.act("rules", validations=[rule])


def test_a_run_that_was_refused_every_record_says_so_and_links_nothing(sandbox: Any) -> None:
    """Salesforce answers 200 to a collection of which it stored nothing."""
    accounts = Accounts(sandbox.url, **BOTH)
    refuse_phones(accounts)
    for number in range(3):
        accounts.company(f"Northwind {number}", phone=f"9{number}")
    run = accounts.run()
    posts = [call for call in accounts.salesforce.calls() if "composite/sobjects" in call["path"]]
    assert {call["status"] for call in posts} == {200}
    assert (run.status, run.counts["failed"], run.counts["created"]) == (Run.Status.DONE_WITH_FAILURES, 3, 0)
    assert "3 failed" in run.message and accounts.org("Account") == {}
    assert {item.reason.count("Phones do not begin with 9.") for item in run.items.all()} == {1}
    assert not Link.objects.filter(state="linked").exists()


@pytest.mark.parametrize("asked", ["full", "record"])
def test_a_refused_record_is_sent_again_when_its_pause_is_over_or_when_a_person_insists(
    sandbox: Any, asked: str
) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id = accounts.account("Harbour Trust", Phone="1")
    accounts.run()
    refuse_phones(accounts)
    accounts.put("companies", next(iter(accounts.table("companies"))), phone="9")
    assert accounts.run().counts["failed"] == 1
    accounts.salesforce.act("rules")
    accounts.run()
    assert accounts.writes() == ({}, []), "it waits for its next try"
    insisting = Scope(full=True) if asked == "full" else Scope(streams=("companies",), source_ids=(id,))
    run = accounts.run(scope=insisting)
    assert (run.counts["updated"], accounts.org("Account")[id]["Phone"]) == (1, "9")
    accounts.assert_quiet()
