"""In a real browser: set up the data sync, choose a dimension, filter, preview, save, save and sync, see the result."""

from __future__ import annotations

import re
from typing import Any

import pytest

from integrations.models import Run, Sync
from integrations.sandbox import Control
from integrations.services.work import run_work
from tests.factories import make_accountsiq, make_expensein, make_user, make_workspace

SETTLED = "!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"


@pytest.fixture
def portal(live_server: Any, settings: Any, sandbox: Any) -> str:
    """The portal's address, with both accounts connected and an admin who is called anna."""
    settings.PORTAL_URL = live_server.url
    for vendor in ("accountsiq", "expensein"):
        Control(sandbox.url, vendor).seed("small")
    workspace = make_workspace(time_zone="Europe/Dublin")
    make_accountsiq(workspace, sandbox.url)
    make_expensein(workspace, sandbox.url)
    make_user("anna", workspace, "admin")
    return str(live_server.url)


@pytest.mark.django_db(transaction=True)
def test_an_admin_configures_filters_previews_saves_and_syncs(page: Any, portal: str) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    set_up(page, portal)
    filter_categories(page)
    choose_a_dimension(page)

    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved; nothing was started.").wait_for()
    sync = Sync.objects.get()
    assert sync.feeds["categories"]["filter"][0]["comparison"] == "is_one_of" and not Run.objects.exists()
    assert page.locator("#departments-source").input_value() == f"dimension:{sync.feeds['departments']['choice']}"

    page.get_by_role("button", name="Save & Sync").click()
    page.wait_for_url(re.compile(r"/run/\d+/"))
    run = Run.objects.get()
    with page.expect_response(re.compile("/items/"), timeout=60_000):
        run_work(run.pk, slice_seconds=None)
    run.refresh_from_db()
    assert run.status == Run.Status.DONE and run.counts["created"] > 0
    page.get_by_role("rowheader", name="Departments").wait_for()
    assert refused == []


def set_up(page: Any, portal: str) -> None:
    page.set_default_timeout(10_000)
    page.goto(portal)
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="First steps").wait_for()
    page.goto(f"{portal}/admin/integrations/sync/add/")
    page.locator("#content").get_by_role("link", name="AccountsIQ data to ExpenseIn").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("sends nothing yet").first.wait_for()
    page.get_by_text("List as of").first.wait_for()  # the dimensions come by themselves the first time


def filter_categories(page: Any) -> None:
    """By the keyboard alone; what is ticked and what is typed are the same lines."""
    row = page.locator("#feed-categories")
    page.get_by_role("button", name="Configure the filter of Categories").press("Enter")
    row.get_by_role("button", name="Add a comparison").press("Enter")
    page.wait_for_function("document.activeElement.id === 'categories-0-field'")
    page.locator("#categories-0-values").fill("zzz")
    row.get_by_role("button", name="Preview filter").press("Enter")
    row.get_by_text("Nothing would be left").wait_for()

    page.locator("#categories-0-field").select_option(label="Account type")
    page.wait_for_function(SETTLED)
    page.locator("#categories-0-comparison").select_option(label="Is one of")
    box = row.get_by_role("group", name="Values that occur").get_by_role("checkbox").first
    box.press(" ")
    assert len(page.locator("#categories-0-values").input_value().splitlines()) == 2
    page.locator("#categories-0-values").fill(str(box.get_attribute("data-value")))
    assert box.is_checked()
    row.get_by_role("button", name="Preview filter").press("Enter")
    row.get_by_text(re.compile(r"^\d+ of \d+ kept, where Account type is one of")).wait_for()


def choose_a_dimension(page: Any) -> None:
    source = page.locator("#departments-source")
    source.select_option(label=str(source.locator("option").nth(1).text_content()))
    page.wait_for_function(SETTLED)
    page.get_by_role("switch", name="Departments enabled").press(" ")
    assert page.get_by_role("switch", name="Departments enabled").is_checked()
