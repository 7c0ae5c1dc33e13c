"""A run that makes every call there is, what can go wrong with each, and what must be true all the same."""

from __future__ import annotations

from typing import Any

from integrations.models import Connection, Run
from integrations.vendors.accelo.sandbox import SERVICE_SECRET
from integrations.vendors.ieatta.sandbox.state import SECRET
from tests.syncs.ieatta_accelo.accounts import Accounts

SECOND = "R00ABCDEFGH2"
IEATTA: dict[str, dict[str, Any]] = {
    "order": {"body": '"type": "file"'},
    "download": {"body": '"type": "download"'},
    "receipt": {"match": "GET /receipts/"},
}
READS: dict[str, dict[str, Any]] = {
    "token": {"match": "POST /oauth2/v0/token"},
    "account": {"match": "GET /api/v0/tokeninfo"},
    "types": {"match": "GET /api/v0/expenses/types"},
    "projects": {"match": "GET /api/v0/jobs"},
    "staff": {"match": "GET /api/v0/staff"},
    "periods": {"match": "GET /api/v0/contracts/61/periods"},
    "present": {"match": r"GET /api/v0/expenses\?_filters=id"},
    "highest": {"match": r"GET /api/v0/expenses\?_filters=order_by"},
    "moves": {"match": r"GET /api/v0/expenses/\d+/progressions"},
}
WRITES: dict[str, dict[str, Any]] = {
    "create": {"match": "POST /api/v0/expenses"},
    "update": {"match": r"PUT /api/v0/expenses/\d+$"},
    "delete": {"match": r"DELETE /api/v0/expenses/\d+"},
    "move": {"match": r"PUT /api/v0/expenses/\d+/progressions/"},
}
CALLS = {**IEATTA, **READS, **WRITES}
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
    "page with 200": {"do": "html"},
    "page with 200 after the work": {"do": "html", "when": "after"},
    "cut-off body": {"do": "cut", "when": "after"},
    "empty body": {"do": "empty"},
    "empty body after the work": {"do": "empty", "when": "after"},
    "wrong content type": {"do": "slow", "seconds": 0, "headers": {"Content-Type": "application/x-thing"}},
}
UNDISTURBED = [
    ("Ferry", "60.0000", "contract_period", "approved", True),
    ("Ferry", "60.0000", "contract_period", "submitted", False),
    ("Taxi", "60.0000", "job", "approved", False),
    ("Taxi", "99.0000", "job", "submitted", False),
    ("Taxi home", "60.0000", "job", "submitted", False),
]
SECRETS = (SECRET, SERVICE_SECRET)


def busy_accounts(url: str) -> Accounts:
    """A first run was made; the next one has everything to do, sign-in and reference lists too."""
    accounts = Accounts(url)
    accounts.accelo.act("settings", retainer_periods=True)
    accounts.report(SECOND, "SUBMITTED")
    accounts.expense(1)
    accounts.expense(2, reportID=SECOND)
    accounts.expense(3, reportID=SECOND)
    accounts.run()
    accounts.change("6000000000000000002", comment="Taxi home")
    accounts.change("6000000000000000003", amount=9900)
    accounts.expense(4, comment="Ferry", tag="Care plan", **accounts.receipt())
    accounts.expense(5, comment="Ferry", tag="Care plan", reportID=SECOND)
    accounts.sync.refresh_from_db()
    Connection.objects.update(tokens={}, account={})
    configure(accounts, "ieatta", ready_seconds="0")
    accounts.ieatta.clear_calls()
    accounts.accelo.clear_calls()
    return accounts


def configure(accounts: Accounts, key: str, **values: str) -> None:
    connection = Connection.objects.get(key=key)
    connection.settings.update(values)
    connection.save(update_fields=["settings"])


def strike(accounts: Accounts, call: str, fault: str, times: int = -1) -> None:
    vendor = accounts.ieatta if call in IEATTA else accounts.accelo
    vendor.faults({**CALLS[call], **FAULTS[fault], "times": times})


def struck(accounts: Accounts) -> int:
    """How many calls a fault has hit."""
    return sum(bool(call["fault"]) for call in accounts.ieatta.calls() + accounts.accelo.calls())


def heal(accounts: Accounts) -> None:
    accounts.ieatta.faults()
    accounts.accelo.faults()


def assert_told(run: Run) -> None:
    """Whatever went wrong is said in words that name the vendor, and kept as the kind it is."""
    assert run.status in (Run.Status.DONE, Run.Status.DONE_WITH_FAILURES, Run.Status.HELD), run.detail
    if run.status == Run.Status.HELD:
        assert run.error_kind in ("transient", "budget", "config") and run.resume_at
        assert run.error_kind == "config" or "Ieatta" in run.message or "Accelo" in run.message
    for item in run.items.filter(status__in=["failed", "unknown"]):
        assert item.error_kind == ("unknown" if item.status == "unknown" else "transient"), item.reason
        assert "Accelo" in item.reason
    for text in said(run):
        assert "Traceback" not in text and not any(secret in text for secret in SECRETS)


def said(run: Run) -> list[str]:
    items = run.items.values_list("reason", "detail")
    return [run.message, run.detail, *(text for pair in items for text in pair)]


def assert_recovers(accounts: Accounts) -> None:
    """The fault is over: after at most two further runs all is as if it had never been."""
    heal(accounts)
    for _ in range(2):
        last = accounts.next_hour()
    assert last.status == Run.Status.DONE, last.message
    names = ("title", "unit_cost", "against_type", "standing")
    found = sorted((*(row[name] for name in names), bool(row["resource_id"])) for row in accounts.held)
    assert found == UNDISTURBED
    accounts.assert_settled()
    assert set(Connection.objects.values_list("state", flat=True)) == {Connection.State.CONNECTED}
