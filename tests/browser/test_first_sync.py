"""As a new user in a real browser: connect, map, preview, run, see why one expense is blocked, fix it, run again."""

from __future__ import annotations

import re
from typing import Any

import pytest

from integrations.models import Connection, Link, Mapping, Run, RunItem, Workspace
from integrations.sandbox import Control
from integrations.services.work import run_work
from integrations.vendors.accelo.sandbox import SERVICE_ID, SERVICE_SECRET
from integrations.vendors.ieatta.sandbox.state import POLICY_ID, SECRET, USER
from tests.factories import make_user, make_workspace

LEFT_OPEN = "Postage"


@pytest.fixture
def portal(live_server: Any, settings: Any, sandbox: Any) -> str:
    """The portal's address; the sandbox holds its demo company."""
    settings.PORTAL_URL = live_server.url
    for vendor in ("ieatta", "accelo"):
        Control(sandbox.url, vendor).seed("demo")
    return str(live_server.url)


def sign_in(page: Any, portal: str) -> None:
    page.set_default_timeout(10_000)
    page.goto(portal)
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()


def field(page: Any, label: str) -> Any:
    """By its label, which carries a star when the field is required."""
    return page.get_by_label(re.compile(rf"^{re.escape(label)}\s*\*?$"))


def connect(page: Any, portal: str, vendor: str, values: dict[str, str]) -> None:
    page.goto(f"{portal}/admin/integrations/connection/add/")
    page.locator("#content").get_by_role("link", name=vendor).click()
    for label, value in values.items():
        field(page, label).fill(value)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Connected", exact=True).wait_for()


def connect_both(page: Any, portal: str, sandbox_url: str) -> None:
    ieatta = {
        "Address of the Integration Server": f"{sandbox_url}/ieatta/Integration-Server/ExpensifyIntegrations",
        "Workspace (policy) id": POLICY_ID,
        "Partner user id": USER,
        "Partner user secret": SECRET,
    }
    accelo = {"Base address": f"{sandbox_url}/accelo", "Client ID": SERVICE_ID, "Client secret": SERVICE_SECRET}
    connect(page, portal, "Ieatta", {"Name": "Ieatta", **ieatta})
    connect(page, portal, "Accelo", {"Name": "Accelo", **accelo})


def work(page: Any) -> Run:
    """Do what a worker would do for the run whose page is open; the page shows it by itself."""
    found = re.search(r"/run/(\d+)/", page.url)
    assert found
    with page.expect_response(re.compile("/items/"), timeout=60_000):
        run_work(int(found[1]), slice_seconds=None)
    page.wait_for_function("!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
    page.locator("#live .po-badge", has_text=re.compile("^Done")).wait_for()
    return Run.objects.get(pk=found[1])


@pytest.mark.django_db(transaction=True)
def test_a_new_user_gets_from_signing_in_to_a_fixed_expense(page: Any, portal: str, sandbox: Any) -> None:
    workspace = make_workspace(time_zone="Australia/Sydney")
    make_user("anna", workspace, "admin")
    sign_in(page, portal)
    page.get_by_role("heading", name="First steps").wait_for()

    connect_both(page, portal, sandbox.url)
    assert not page.get_by_text(SERVICE_SECRET).count()
    set_up_sync(page, portal)
    map_all_but_one(page)
    preview_and_run(page)
    fix_one(page)
    assert workspace_is_whole(workspace)


def set_up_sync(page: Any, portal: str) -> None:
    page.goto(f"{portal}/admin/integrations/sync/add/")
    page.locator("#content").get_by_role("link", name="Ieatta expenses to Accelo").click()
    field(page, "Name").fill("Expenses")
    page.get_by_label("Rhythm").select_option(label="Every 15 minutes")
    page.locator("#schedule-times").get_by_text("Every 15 minutes.").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Expenses is set up").wait_for()
    page.get_by_text("paused").first.wait_for()


def map_all_but_one(page: Any) -> None:
    """Suggestions are confirmed in bulk; one category is looked for by typing and by the arrow keys, then undone."""
    page.get_by_label("Pages of this sync").get_by_role("link", name="Mappings").click()
    page.get_by_role("button", name="Read the lists again").click()
    page.get_by_text("The lists are read").wait_for(timeout=90_000)
    for kind in ("Categories", "Tags", "Taxes"):
        page.get_by_label("Kinds").get_by_role("link", name=kind).click()
        confirm = page.get_by_role("button", name=re.compile("^Confirm all"))
        if confirm.count():
            confirm.click()
            page.get_by_text("confirmed.").wait_for()
    page.get_by_label("Kinds").get_by_role("link", name="Categories").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=LEFT_OPEN, exact=True))
    row.get_by_role("button", name="Undo").click()
    page.get_by_text("(not mapped): saved.").wait_for()


def preview_and_run(page: Any) -> None:
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="Preview").click()
    preview = work(page)
    assert preview.counts["created"] > 0 and not Link.objects.exists()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Apply this plan").click()
    applied = work(page)
    assert applied.counts["created"] > 0 and applied.counts["blocked"] > 0


def fix_one(page: Any) -> None:
    """From the blocked expense by *Why?* to its category, and by *Run them now* to the expense in Accelo."""
    blocked = RunItem.objects.filter(status="blocked", reason__contains=f"{LEFT_OPEN} is not mapped").first()
    assert blocked
    run = Run.objects.get(pk=blocked.run_id)
    page.get_by_label("Source id").fill(blocked.source_id)
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile(f"q={blocked.source_id}"))
    page.get_by_role("link", name="Why?").first.click()
    page.get_by_text(f"{LEFT_OPEN} is not mapped").first.wait_for()
    page.get_by_role("heading", name="What decided").first.wait_for()
    page.get_by_role("link", name=f"Map Ieatta category “{LEFT_OPEN}”").click()

    box = page.get_by_role("combobox", name=f"Accelo expense type for {LEFT_OPEN}")
    box.click()
    box.fill(LEFT_OPEN[:4])
    page.get_by_role("option", name=LEFT_OPEN).first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    assert box.input_value() == LEFT_OPEN
    page.get_by_role("row").filter(has=box).get_by_role("button", name=re.compile("Save|Confirm")).click()
    page.get_by_text(re.compile(r"This frees \d+ blocked records")).wait_for()
    page.get_by_role("button", name="Run them now").click()
    again = work(page)
    assert again.pk > run.pk and again.counts["created"] > 0
    link = Link.objects.get(source_id=blocked.source_id)
    assert link.state in (Link.State.LINKED, Link.State.BLOCKED)
    assert not RunItem.objects.filter(run=again, reason__contains="is not mapped to an Accelo expense type").exists()


def workspace_is_whole(workspace: Workspace) -> bool:
    connected = Connection.objects.filter(workspace=workspace, state=Connection.State.CONNECTED).count()
    return connected == 2 and Mapping.objects.filter(sync__workspace=workspace, source_key="postage").exists()
