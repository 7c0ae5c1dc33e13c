"""What becomes visible in Salesforce long after its time stamp."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integrations.models import Link, Run
from integrations.syncs.base import Scope
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts

pytestmark = pytest.mark.django_db(transaction=True)
FULL = Scope(full=True)


@pytest.mark.parametrize("minutes", [50, 170], ids=["within two hours", "longer"])
def test_a_transaction_that_ran_during_a_whole_reading_is_carried_by_an_ordinary_run(
    sandbox: Any, minutes: int
) -> None:
    """Salesforce says until when everything is visible; ordinary runs before the commit do not pass it either."""
    accounts = Accounts(sandbox.url, **BOTH)
    first, second = (accounts.account(f"Harbour {n}", Phone="1") for n in (1, 2))
    began = accounts.salesforce.now() - timedelta(minutes=minutes + 10)
    accounts.salesforce.act("settings", long_transaction=began.isoformat())
    assert accounts.run(scope=FULL).status == Run.Status.DONE
    accounts.edit("Account", second, Phone="2")
    accounts.run()
    accounts.assert_quiet()
    stamp = accounts.salesforce.now() - timedelta(minutes=minutes)
    rows = [{"Id": first, "Phone": "3"}, {"Name": "Northwind", "Website": "northwind.example"}]
    accounts.salesforce.act("commit_late", object="Account", rows=rows, stamp=stamp.isoformat())
    accounts.salesforce.act("settings", long_transaction="")
    run = accounts.run()
    assert not run.scope["full"] and run.status == Run.Status.DONE
    company = accounts.table("companies")[Link.objects.get(source_id=first).target_id]
    names = sorted(row["name"] for row in accounts.table("companies").values())
    assert (company["phone"], names) == ("3", ["Harbour 1", "Harbour 2", "Northwind"])
    accounts.assert_quiet()
