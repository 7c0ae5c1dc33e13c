"""After runs with all kinds of trouble no credential is anywhere but in the encrypted columns."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
from typing import Any
from urllib.parse import quote, quote_plus

import psutil
import pytest
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.urls import reverse

from integrations.models import Connection, Run, RunItem
from integrations.services.config import config_dump
from integrations.services.connections import connection_save, connection_test
from integrations.services.reports import run_report, run_text
from integrations.vendors.accelo.sandbox import SERVICE_ID
from integrations.vendors.ieatta.sandbox.state import USER
from tests.factories import make_user
from tests.syncs.ieatta_accelo.accounts import Accounts
from tests.syncs.ieatta_accelo.wire import CALLS, FAULTS, IEATTA, busy_accounts, heal, strike

pytestmark = pytest.mark.django_db(transaction=True)

PARTNER_SECRET = 'pärtner/secret+with "quotes" & 100%=\\x'
CLIENT_SECRET = "client-secret/with+odd=signs&<more>"
TROUBLE = ("reset after the work", "429", "500", "page with 200", "cut-off body")


@pytest.fixture(autouse=True)
def impatient(settings: Any) -> None:
    settings.PORTAL_HTTP_READ_SECONDS = 0.2
    settings.PORTAL_HTTP_WAIT_SECONDS = 0.01


@pytest.fixture
def accounts(sandbox: Any) -> Accounts:
    """Secrets with characters that look different in a URL, in JSON, in HTML and in a Python repr."""
    accounts = busy_accounts(sandbox.url)
    accounts.ieatta.act("credentials", partner_user_id=USER, partner_user_secret=PARTNER_SECRET)
    accounts.accelo.act("apps", **{SERVICE_ID: {"secret": CLIENT_SECRET, "kind": "service"}})
    for key, name, value in (
        ("ieatta", "partner_user_secret", PARTNER_SECRET),
        ("accelo", "client_secret", CLIENT_SECRET),
    ):
        connection_save(connection=Connection.objects.get(key=key), credentials={name: value})
    return accounts


class Secrets:
    """Every credential there was, in every form it travels in."""

    def __init__(self) -> None:
        self.forms: set[str] = set()
        for secret in (PARTNER_SECRET, CLIENT_SECRET):
            self.add(secret)
        self.add_base64(f"{SERVICE_ID}:{CLIENT_SECRET}")

    def add(self, secret: str) -> None:
        escaped = json.dumps(secret)[1:-1]
        self.forms |= {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), escaped}
        self.forms |= {quote_plus(escaped), json.dumps(escaped)[1:-1], repr(secret)[1:-1]}
        self.add_base64(secret)

    def add_base64(self, text: str) -> None:
        self.forms.add(base64.b64encode(text.encode()).decode().rstrip("="))

    def collect_tokens(self) -> None:
        for tokens in Connection.objects.values_list("tokens", flat=True):
            for name in ("access_token", "refresh_token"):
                if tokens.get(name):
                    self.add(tokens[name])

    def found_in(self, where: str, text: str) -> list[str]:
        return [f"{where}: {form}" for form in self.forms if form in text]


def troubled_runs(accounts: Accounts, secrets: Secrets) -> list[Run]:
    """Runs in which each call fails in some way, and vendors that repeat credentials in their error messages."""
    runs = []
    for number, call in enumerate(CALLS):
        strike(accounts, call, TROUBLE[number % len(TROUBLE)], times=2)
        runs.append(accounts.next_hour())
        secrets.collect_tokens()
        heal(accounts)
        accounts.expense(100 + number, comment=f"Taxi {number}")
    for call, secret in (("order", PARTNER_SECRET), ("token", CLIENT_SECRET), ("create", CLIENT_SECRET)):
        basic = base64.b64encode(f"{SERVICE_ID}:{CLIENT_SECRET}".encode()).decode()
        vendor = accounts.ieatta if call in IEATTA else accounts.accelo
        words = f"Wrong secret {secret} or {quote(secret)}; Authorization: Basic {basic}"
        for status in (400, 500):
            body = json.dumps({"meta": {"status": "x", "message": words}, "responseMessage": words})
            vendor.faults({**CALLS[call], **FAULTS["500"], "status": status, "body_text": body, "times": -1})
            Connection.objects.filter(key="accelo").update(tokens={})
            accounts.expense(200 + status + len(runs), comment="Echo")
            runs.append(accounts.next_hour())
            heal(accounts)
    runs.append(accounts.next_hour())
    secrets.collect_tokens()
    return runs


def database_text() -> dict[str, str]:
    """Every row of every table as text, by table."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = "\n".join(str(value) for row in cursor.fetchall() for value in row)
    return found


def test_no_credential_is_left_in_database_logs_reports_or_pages(
    accounts: Accounts, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = Secrets()
    runs = troubled_runs(accounts, secrets)
    for key in ("ieatta", "accelo"):
        connection_test(connection=Connection.objects.get(key=key))
    secrets.collect_tokens()
    assert len(secrets.forms) > 15 and RunItem.objects.exclude(calls=[]).count() > 10
    assert len({run.status for run in runs}) > 1
    leaks = [leak for table, text in database_text().items() for leak in secrets.found_in(table, text)]
    leaks += secrets.found_in("log", caplog.text)
    leaks += secrets.found_in("log", "".join(str(record.__dict__) for record in caplog.records))
    leaks += secrets.found_in("stderr", "".join(capfd.readouterr()))
    for run in Run.objects.all():
        leaks += secrets.found_in("report", json.dumps(run_report(run), default=str) + run_text(run_report(run)))
    leaks += secrets.found_in("dump", config_dump(accounts.sync.workspace))
    assert leaks == []


def test_no_page_shows_a_credential(accounts: Accounts, client: Client) -> None:
    secrets = Secrets()
    troubled_runs(accounts, secrets)
    client.force_login(make_user("root", is_superuser=True))
    seen = 0
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label != "integrations":
            continue
        names = [f"admin:integrations_{model._meta.model_name}_{page}" for page in ("changelist", "change", "history")]
        for pk in [None, *rows_of(model)]:
            for name in names[:1] if pk is None else names[1:]:
                answer = client.get(reverse(name, args=[] if pk is None else [pk]), follow=True)
                seen += answer.status_code == 200
                text = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
                assert secrets.found_in(name, text.decode("utf-8", "replace")) == [], model_admin
    assert seen > 20


def rows_of(model: type[models.Model]) -> list[Any]:
    return list(model._default_manager.values_list("pk", flat=True)[:3])


def test_no_credential_is_in_the_process_list_while_a_command_runs(accounts: Accounts, start_manage: Any) -> None:
    secrets = Secrets()
    accounts.ieatta.faults({**CALLS["order"], "do": "hang"})
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = start_manage("sync", "run", "acme", accounts.sync.key, **quiet)
    accounts.ieatta.wait_hanging()
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for one in family:
        assert secrets.found_in("process", " ".join(one.cmdline()) + one.name()) == []
    accounts.ieatta.release()
    assert process.wait(timeout=30) == 0


def test_an_encrypted_column_holds_no_plain_text_and_gives_it_back(accounts: Accounts) -> None:
    stored = database_text()["integrations_connection"]
    assert CLIENT_SECRET not in stored and PARTNER_SECRET not in stored and USER not in stored
    assert Connection.objects.get(key="accelo").credentials["client_secret"] == CLIENT_SECRET
