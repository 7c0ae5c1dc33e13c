"""In a real browser: connect Salesforce, deny and allow, turn read-only off, match, confirm, resolve a conflict."""

from __future__ import annotations

import re
from typing import Any

import pytest

from integrations.models import Connection, FieldConflict, FieldRule, Run, Sync
from integrations.sandbox import Control
from integrations.services.syncs import sync_create
from integrations.services.work import run_work
from integrations.vendors.salesforce.sandbox import CLIENT_ID, CLIENT_SECRET
from tests.factories import make_accelo, make_user, make_workspace

USER = "alex.morgan@acme.example"


@pytest.fixture
def portal(live_server: Any, settings: Any, sandbox: Any) -> str:
    """The portal's address, with Accelo connected, Salesforce not yet, and an admin who is called anna."""
    settings.PORTAL_URL = live_server.url
    workspace = make_workspace()
    accelo = make_accelo(workspace, sandbox.url)
    salesforce = Connection.objects.create(
        workspace=workspace, key="salesforce", name="Salesforce", vendor="salesforce",
        settings={"login_url": f"{sandbox.url}/salesforce", "auth": "authorization_code"},
        credentials={"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
    )  # fmt: skip
    sync_create(
        workspace=workspace, key="directory", name="Directory", kind="salesforce_accelo", source=salesforce,
        target=accelo, options={},
    )  # fmt: skip
    make_user("anna", workspace, "admin")
    fill(sandbox.url)
    return str(live_server.url)


def fill(url: str) -> None:
    org, accelo = Control(url, "salesforce"), Control(url, "accelo")
    rows = [{"Name": "Harbour Trust", "Website": "www.harbour.example", "Phone": "1"}, {"Name": "Kestrel Legal Ltd"}]
    org.act("put", object="Account", rows=rows)
    companies = [
        {"name": "Harbour Trust", "website": "www.harbour.example", "phone": "1"},
        {"name": "Kestrel Legal", "website": "www.kestrel.example"},
        {"name": "Kestrel Legal LLP", "website": "www.kestrel-llp.example"},
        {"name": "Blue Gum Foods"},
    ]
    accelo.act("put", table="companies", rows=companies)


@pytest.mark.django_db(transaction=True)
def test_an_admin_connects_matches_goes_both_ways_and_resolves_a_conflict(page: Any, portal: str, sandbox: Any) -> None:
    refused: list[str] = []
    page.on("dialog", lambda dialog: dialog.accept())
    page.on("console", lambda message: refused.append(message.text) if is_ours(message, portal) else None)
    log_in(page, portal)
    connect(page, portal)
    sync = Sync.objects.get()
    turn_read_only_off(page, portal, sync)
    match(page)
    org = Control(sandbox.url, "salesforce")
    assert {row["Name"] for row in org.act("state", object="Account")["Account"]} == {
        "Harbour Trust", "Kestrel Legal Ltd", "Blue Gum Foods", "Kestrel Legal",
    }  # fmt: skip
    resolve(page, portal, sandbox.url, sync)
    assert refused == []


def is_ours(message: Any, portal: str) -> bool:
    """An error of the portal's own pages; Salesforce's have no icon."""
    return bool(message.type == "error" and message.location.get("url", "").startswith(portal))


def log_in(page: Any, portal: str) -> None:
    page.set_default_timeout(10_000)
    page.goto(portal)
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(re.compile("/admin/"))


def connect(page: Any, portal: str) -> None:
    """Denied first, then allowed."""
    connection = Connection.objects.get(vendor="salesforce")
    page.goto(f"{portal}/admin/integrations/connection/{connection.pk}/change/")
    for answer in ("Deny", "Allow"):
        page.get_by_role("button", name="Connect", exact=True).click()
        page.get_by_label("Username").fill(USER)
        page.get_by_label("Password").fill("any")
        page.get_by_role("button", name="Log In").click()
        page.get_by_role("button", name=answer).click()
        if answer == "Deny":
            page.get_by_text("The sign-in was not approved (end-user denied authorization).").wait_for()
    page.get_by_text("Connected to 00D").wait_for()
    connection.refresh_from_db()
    assert connection.state == "connected" and connection.tokens["refresh_token"]


def turn_read_only_off(page: Any, portal: str, sync: Sync) -> None:
    page.goto(f"{portal}/admin/integrations/sync/{sync.pk}/settings/")
    page.get_by_label("Read-only").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Matching").first.click()


def match(page: Any) -> None:
    """Preview, choose among two candidates, leave one out, confirm; the workers are this test."""
    page.get_by_role("button", name="Make the preview").click()
    page.get_by_text(re.compile("is being made")).wait_for()
    work(Run.Kind.PREVIEW)
    page.get_by_role("link", name=re.compile("Likely|Ambiguous|To decide|Several|May be")).first.wait_for()
    page.get_by_role("link", name=re.compile("Several|Ambiguous")).first.click()
    page.get_by_role("radio", name=re.compile("Link with Kestrel Legal LLP")).first.check()
    page.get_by_role("button", name="Save these decisions").click()
    page.get_by_text("Saved").first.wait_for()
    page.get_by_role("button", name="Confirm and go both ways").click()
    page.get_by_text("goes both ways from now on").wait_for()
    work(Run.Kind.RUN)


def work(kind: str) -> None:
    run = Run.objects.filter(kind=kind).latest("pk")
    run_work(run.pk, slice_seconds=None)
    run.refresh_from_db()
    assert run.status == Run.Status.DONE, run.message


def resolve(page: Any, portal: str, url: str, sync: Sync) -> None:
    FieldRule.objects.create(sync=sync, target="companies.phone", policy="overwrite", winner="ask", direction="both")
    rows = Control(url, "salesforce").act("state", object="Account")["Account"]
    harbour = next(row for row in rows if row["Name"] == "Harbour Trust")
    Control(url, "salesforce").act("put", object="Account", rows=[{"Id": harbour["Id"], "Phone": "11"}])
    Control(url, "accelo").act("put", table="companies", rows=[{"id": "1", "phone": "22"}])
    page.goto(f"{portal}/admin/integrations/sync/{sync.pk}/change/")
    page.get_by_role("button", name="Run now").first.click()
    page.wait_for_url(re.compile(r"/run/\d+/"))
    work(Run.Kind.RUN)
    assert FieldConflict.objects.get(field="phone").state == FieldConflict.State.OPEN
    page.goto(f"{portal}/admin/integrations/fieldconflict/")
    page.get_by_role("button", name="Use Accelo’s Companies: Phone for Harbour Trust").click()
    page.get_by_text("a run that carries it out is asked for").wait_for()
    work(Run.Kind.RUN)
    rows = Control(url, "salesforce").act("state", object="Account")["Account"]
    assert next(row for row in rows if row["Name"] == "Harbour Trust")["Phone"] == "22"
    assert FieldConflict.objects.get(field="phone").state == FieldConflict.State.SETTLED
