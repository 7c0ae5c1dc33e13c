"""The portal's share of the calls, as all its processes see it."""

import dataclasses

import pytest

from integrations.core.errors import BudgetExhausted
from integrations.http import Guard, Http
from integrations.services.budgets import SharedPacer
from integrations.vendors.salesforce import VENDOR
from tests.vendors.salesforce.conftest import Org


@pytest.mark.django_db
def test_a_used_up_share_holds_every_process_for_a_quarter_of_an_hour(org: Org) -> None:
    org.switch(daily_limit=10, limit_header="long")
    access = org.access(call_share="30")
    pacer = SharedPacer("salesforce:app", VENDOR)
    with Http(guard=Guard(frozenset({"127.0.0.1"})), classify=VENDOR.classify, pacer=pacer) as http:
        client = VENDOR.open(dataclasses.replace(access, http=http))
        for _ in range(3):
            client.count("Account")
        with pytest.raises(BudgetExhausted):
            client.count("Account")
    assert len(org.calls("/query")) == 3
    with pytest.raises(BudgetExhausted, match="goes on by itself") as caught:
        SharedPacer("salesforce:app", VENDOR).acquire()
    assert 880 < (caught.value.retry_after or 0) <= 901
