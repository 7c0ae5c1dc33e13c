"""Trouble in mid-run: writes that are lost or refused, and access that is taken away. Then all is as without it."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Connection, Run
from integrations.services.connections import connection_save
from integrations.vendors.accountsiq.sandbox.access import ENTITY
from integrations.vendors.expensein.sandbox.access import KEY
from tests.syncs.accountsiq_expensein.accounts import ITEMS, Accounts
from tests.syncs.accountsiq_expensein.wire import (
    CREATE,
    FAULTS,
    TWO_ITEMS,
    UPDATE,
    assert_recovers,
    assert_told,
    busy_accounts,
    run_meanwhile,
    struck,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def unpaced(settings: Any) -> None:
    settings.PORTAL_HTTP_WAIT_SECONDS = 0.01


@pytest.fixture
def impatient(settings: Any) -> None:
    settings.PORTAL_HTTP_READ_SECONDS = 0.2


@pytest.fixture
def accounts(sandbox: Any) -> Accounts:
    return busy_accounts(sandbox.url, *ITEMS)


# --- writes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, -1], ids=["once", "always"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_create_with_a_fault_makes_each_record_once(sandbox: Any, impatient: None, fault: str, times: int) -> None:
    accounts = busy_accounts(sandbox.url, *TWO_ITEMS)
    accounts.expensein.faults({**CREATE, **FAULTS[fault], "times": times})
    run = accounts.run()
    assert struck(accounts)
    assert_told(run)
    assert_recovers(accounts)


@pytest.mark.parametrize(("nth", "times"), [(1, -1), (2, 1)], ids=["every one", "the second of a swap, once"])
@pytest.mark.parametrize("fault", FAULTS)
def test_an_update_with_a_fault_is_made_up_for(sandbox: Any, impatient: None, fault: str, nth: int, times: int) -> None:
    accounts = busy_accounts(sandbox.url, *TWO_ITEMS)
    accounts.expensein.faults({**UPDATE, **FAULTS[fault], "nth": nth, "times": times})
    run = accounts.run()
    assert struck(accounts)
    assert_told(run)
    assert_recovers(accounts)


@pytest.mark.parametrize("fault", ["reset after the work", "500 after the work", "no answer after the work"])
def test_every_lost_answer_is_looked_up_in_the_list_and_settled_in_the_same_run(
    sandbox: Any, impatient: None, fault: str
) -> None:
    """Two creates of the item are lost: fewer than what stops a run."""
    accounts = busy_accounts(sandbox.url, "suppliers")
    accounts.expensein.faults({**CREATE, **FAULTS[fault], "times": -1})
    run = accounts.run()
    assert (run.status, run.counts["created"]) == (Run.Status.DONE, 2), run.message
    assert [write for write in accounts.writes() if write.startswith("POST")] == ["POST /1.0/suppliers"] * 2
    assert_recovers(accounts)


# --- access taken away in mid-run ----------------------------------------------------------------------------------


@pytest.mark.parametrize("refresh", [False, True], ids=["the access token", "both tokens"])
@pytest.mark.parametrize("item", ITEMS)
def test_a_token_that_expires_before_any_list_is_renewed_and_the_run_goes_on(
    accounts: Accounts, item: str, refresh: bool
) -> None:
    at = {"match": "POST", "body": f"<{ITEMS[item].operation}"}
    run = run_meanwhile(accounts, accounts.accountsiq, at, lambda: accounts.accountsiq.act("expire", refresh=refresh))
    assert run.status == Run.Status.DONE, run.message
    assert accounts.asked()[ITEMS[item].operation] == 2, "once in vain, once with the new token"
    assert_recovers(accounts)


@pytest.mark.parametrize("item", ["categories", "tax_rates"])
@pytest.mark.parametrize(
    ("taken", "given", "words"),
    [({"revoked": True}, {"revoked": False}, "revoked"), ({"entities": []}, {"entities": [ENTITY]}, "entity")],
    ids=["application revoked", "entity taken away"],
)
def test_access_to_accountsiq_that_ends_in_mid_run_flags_it_and_heals_when_it_is_given_back(
    accounts: Accounts, taken: dict[str, Any], given: dict[str, Any], words: str, item: str
) -> None:
    at = {"match": "POST", "body": f"<{ITEMS[item].operation}"}
    run = run_meanwhile(accounts, accounts.accountsiq, at, lambda: accounts.accountsiq.act("application", **taken))
    assert (run.status, run.error_kind) == (Run.Status.HELD, "config") and words in run.message
    assert Connection.objects.get(key="accountsiq").state == Connection.State.SIGN_IN
    assert Connection.objects.get(key="expensein").state == Connection.State.CONNECTED
    before = list(ITEMS)[: list(ITEMS).index(item)]
    assert all("4" in accounts.names(name) for name in before), "what was read before is done"
    assert all("4" not in accounts.names(name) for name in ITEMS.keys() - set(before))
    assert_told(run)
    accounts.accountsiq.act("application", **given)
    assert_recovers(accounts)


@pytest.mark.parametrize("at", [{"match": "POST /1.0/projects"}, {"match": "PUT /1.0/suppliers", "nth": 2},
                                {"match": "GET /1.0/taxrates"}], ids=["create", "update", "list"])  # fmt: skip
def test_a_regenerated_key_stops_the_run_and_heals_when_the_new_one_is_entered(
    accounts: Accounts, at: dict[str, Any]
) -> None:
    run = run_meanwhile(
        accounts, accounts.expensein, at, lambda: accounts.expensein.act("regenerate_key", key=KEY, new="anew")
    )
    assert (run.status, run.error_kind) == (Run.Status.HELD, "config") and "API key" in run.message
    target = Connection.objects.get(key="expensein")
    assert target.state == Connection.State.SIGN_IN
    assert_told(run)
    connection_save(connection=target, credentials={"api_key": "anew"})
    accounts.sync.refresh_from_db()
    assert_recovers(accounts)


@pytest.mark.parametrize(
    "rule", [{"addresses": ["198.51.100.1"]}, {"permissions": ["User"]}], ids=["address", "permission"]
)
def test_a_key_that_may_no_longer_write_says_so_and_heals_when_it_may(
    accounts: Accounts, rule: dict[str, list[str]]
) -> None:
    run = run_meanwhile(
        accounts,
        accounts.expensein,
        CREATE,
        lambda: accounts.expensein.act("put", table="keys", rows=[{"key": KEY, **rule}]),
    )
    assert (run.status, run.error_kind) == (Run.Status.HELD, "config")
    assert "Account administrator" in run.message and "IP addresses" in run.message
    assert_told(run)
    accounts.expensein.act("put", table="keys", rows=[{"key": KEY}])
    assert_recovers(accounts)


def test_too_many_calls_hold_the_run_until_the_time_that_expensein_says(accounts: Accounts, impatient: None) -> None:
    accounts.expensein.faults({**CREATE, "times": -1, "nth": 3, **FAULTS["429 with Retry-After"]})
    run = accounts.run()
    assert (run.status, run.error_kind) == (Run.Status.HELD, "budget")
    assert run.resume_at and 0 < (run.resume_at - run.created_at).total_seconds() < 20
    assert_recovers(accounts)
