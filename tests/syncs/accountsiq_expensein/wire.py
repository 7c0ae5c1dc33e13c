"""A run with everything to do, what can go wrong with its calls, and what must be true all the same."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

from integrations.models import Connection, Link, Run
from integrations.sandbox import Control
from integrations.services.feeds import enabled_streams
from integrations.vendors.accountsiq.sandbox.access import CLIENT_SECRET
from integrations.vendors.expensein.sandbox.access import KEY
from tests.syncs.accountsiq_expensein.accounts import Accounts

CREATE = {"match": "POST /1.0/"}
UPDATE = {"match": "PUT /1.0/"}
FAULTS: dict[str, dict[str, Any]] = {
    "refused": {"do": "refuse"},
    "reset before the work": {"do": "reset"},
    "reset after the work": {"do": "reset", "when": "after"},
    "no answer before the work": {"do": "hang"},
    "no answer after the work": {"do": "hang", "when": "after"},
    "429": {"do": "status", "status": 429},
    "429 with Retry-After": {"do": "status", "status": 429, "headers": {"Retry-After": "7"}},
    "500": {"do": "status", "status": 500},
    "500 after the work": {"do": "status", "status": 500, "when": "after"},
    "502 page": {"do": "html", "status": 502},
    "page with 200 after the work": {"do": "html", "when": "after"},
    "cut off in mid-answer": {"do": "cut", "when": "after"},
    "empty body after the work": {"do": "empty", "status": 201, "when": "after"},
}
NAMES = {"1": "Two", "2": "One", "3": "Three", "4": "Four", "5": "Five"}
"""By reference, of every item, when all is done: two names were swapped, two records are new."""
KINDS = ("unknown", "transient", "rejected", "protocol")
LIST_KINDS = ("transient", "budget", "config")
SECRETS = (CLIENT_SECRET, KEY)


TWO_ITEMS = ("categories", "suppliers")


def busy_accounts(url: str, *items: str) -> Accounts:
    """A first run was made; the next one has everything to do on these items, suppliers among them."""
    accounts = Accounts(url, *items)
    for item in items:
        accounts.fill(item, "One", "Two", "Three")
    accounts.run()
    for item in items:
        accounts.fill(item, "Two", "One", "Three", "Four", "Five")
    accounts.put("suppliers", "3", "Three", IsActive=False)
    accounts.clear()
    return accounts


def run_meanwhile(accounts: Accounts, control: Control, fault: dict[str, Any], deed: Callable[[], Any]) -> Run:
    """Runs; while the call that `fault` names is held before the vendor does the work, `deed` is done."""

    def work() -> Run:
        try:
            return accounts.run()
        finally:
            connections.close_all()

    control.faults({**fault, "do": "hang"})
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        try:
            control.wait_hanging()
            deed()
        finally:
            control.faults()
            control.release()
        return running.result()


def struck(accounts: Accounts) -> int:
    """How many calls of ExpenseIn a fault has hit."""
    return sum(bool(call["fault"]) for call in accounts.expensein.calls())


def assert_told(run: Run) -> None:
    """Whatever went wrong is said in words that name the vendor, without secrets, and kept as the kind it is."""
    assert run.status in (Run.Status.DONE, Run.Status.DONE_WITH_FAILURES, Run.Status.HELD), run.detail
    if run.status == Run.Status.HELD:
        assert run.error_kind in ("transient", "budget", "config") and run.resume_at
        assert "ExpenseIn" in run.message or "AccountsIQ" in run.message
    for item in run.items.filter(status__in=["failed", "unknown"]):
        assert item.error_kind in (KINDS if item.source_id else LIST_KINDS), item.reason
        assert "ExpenseIn" in item.reason or "AccountsIQ" in item.reason
    texts = [run.message, run.detail, *(text for pair in run.items.values_list("reason", "detail") for text in pair)]
    assert not any(secret in text for text in texts for secret in SECRETS)


def assert_recovers(accounts: Accounts) -> None:
    """The trouble is over: after at most two further runs all is as if it had never been."""
    accounts.accountsiq.faults()
    accounts.expensein.faults()
    for _ in range(2):
        last = accounts.next_day()
    assert last.status == Run.Status.DONE, last.message
    for item in enabled_streams(accounts.sync):
        assert accounts.names(item) == NAMES, item
        assert len(accounts.rows(item)) == len(NAMES), "no doubles"
        targets = Link.objects.filter(stream=item, state="linked").values_list("target_id", flat=True)
        assert sorted(targets) == sorted(row["id"] for row in accounts.rows(item))
    assert accounts.of("suppliers", "3")["isInactive"] is True
    accounts.assert_settled()
    assert set(Connection.objects.values_list("state", flat=True)) == {Connection.State.CONNECTED}
    accounts.assert_quiet()
