"""In a real browser: the three steps of an import, left in the middle and gone on with, its progress, its e-mail."""

from __future__ import annotations

import re
from typing import Any

import pytest

from integrations.models import Import, Mapping, Sync
from integrations.sandbox import Control
from tests.admin.import_pages import fill, work
from tests.factories import make_user, make_workspace
from tests.processes import wait_until


@pytest.fixture
def portal(live_server: Any, settings: Any, sandbox: Any, smtp: Any) -> str:
    """The portal's address, with both accounts connected, and two admins who are called anna and bea."""
    settings.PORTAL_URL = live_server.url
    workspace = make_workspace(notify="ops@acme.example")
    fill(workspace, sandbox.url)
    make_user("anna", workspace, "admin")
    make_user("bea", workspace, "admin")
    return str(live_server.url)


@pytest.mark.django_db(transaction=True)
def test_an_admin_walks_the_steps_leaves_goes_on_starts_and_gets_the_email(
    page: Any, portal: str, sandbox: Any, smtp: Any
) -> None:
    refused: list[str] = []
    page.on("dialog", lambda dialog: dialog.accept())
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    log_in(page, portal, "anna")
    map_users(page)
    leave(page, portal)
    log_in(page, portal, "bea")
    go_on(page)
    map_statuses(page)
    confirm(page)
    run = start(page)
    accelo = Control(sandbox.url, "accelo").act("state")
    assert run.counts["created"] == sum(len(accelo[name]) for name in ("companies", "contacts", "prospects", "issues"))
    follow_the_email(page, smtp, run)
    assert refused == []


def log_in(page: Any, portal: str, name: str) -> None:
    page.set_default_timeout(10_000)
    page.goto(portal)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Import Data").first.click()


def map_users(page: Any) -> None:
    """A default person, the certain suggestions, one by name and one left out."""
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("heading", name="Users").wait_for()
    pick(page, "everything undecided", "okafor", "Tom Okafor")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.get_by_text("none undecided").wait_for()
    page.get_by_role("button", name=re.compile("^Accept 3 suggestions with the same e-mail")).click()
    page.get_by_role("button", name="Leave out Sam Carter").click()
    page.get_by_text("Left out", exact=True).locator("visible=true").first.wait_for()
    pick(page, "Import Robot", "vogel", "Lena Vogel")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("heading", name="Stages of sales").wait_for()
    states = dict(Mapping.objects.filter(kind="user").values_list("source_label", "state"))
    assert (states["Sam Carter"], states["Import Robot"], states["Ana Duarte"]) == ("ignored", "confirmed", "open")


def pick(page: Any, who: str, typed: str, name: str) -> None:
    page.get_by_role("combobox", name=f"Accelo staff for {who}").press_sequentially(typed)
    page.get_by_role("option", name=name).click()


def leave(page: Any, portal: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{portal}/admin/")
    page.get_by_role("button", name="Log in").wait_for()


def go_on(page: Any) -> None:
    """Another admin is told who was here, and comes to the step that is open."""
    page.get_by_text("Last changed by anna").wait_for()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="Stages of sales").wait_for()


def map_statuses(page: Any) -> None:
    for kind, name in (
        ("sale_status", "Qualified"), ("sale_type", "New business"), ("ticket_status", "Submitted"),
        ("ticket_type", "Support"),
    ):  # fmt: skip
        page.locator(f"#default-{kind}").select_option(label=name)
    page.get_by_label("Accelo sale status for Signed").select_option(label="Won")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("heading", name="The preview is being made").wait_for()


def confirm(page: Any) -> None:
    preview = work()
    page.get_by_role("heading", name="What would be done").wait_for()
    page.get_by_text("Progressions are not run.", exact=True).wait_for()
    page.get_by_role("heading", name="10 records before and after").wait_for()
    page.get_by_role("link", name="Will be created").click()
    page.get_by_role("heading", name=re.compile(f"Preview {preview.pk}")).first.wait_for()
    page.go_back()


def start(page: Any) -> Any:
    page.get_by_role("button", name="Start Import").click()
    page.get_by_text("It begins as soon as a worker is free.").wait_for()
    run = work()
    page.locator(".po-badge", has_text="Done").wait_for()
    page.get_by_text(re.compile(rf"{run.counts['created']}\s+created")).first.wait_for()
    assert str(Import.objects.get().started_by) == "bea"
    return run


def follow_the_email(page: Any, smtp: Any, run: Any) -> None:
    """To who started it and to the workspace; its link leads to the run."""
    wait_until("the e-mail came", lambda: bool(smtp.messages), seconds=10)
    [message] = smtp.messages
    assert message["X-RcptTo"] == "bea@acme.example, ops@acme.example"
    body = message.get_body(("plain",)).get_content()
    assert f"{run.counts['created']} created" in body
    page.goto(re.search(r"http://\S+", body)[0])  # type: ignore[index]
    page.get_by_role("heading", name=re.compile(f"Run {run.pk}")).first.wait_for()


@pytest.mark.django_db(transaction=True)
def test_the_company_to_attach_to_is_found_and_chosen_by_keyboard(page: Any, portal: str, sandbox: Any) -> None:
    companies = [{"id": "501", "name": "Zebra Works", "website": "zebra.example"}, {"id": "502", "name": "Zebra"}]
    Control(sandbox.url, "accelo").act("put", table="companies", rows=companies)
    log_in(page, portal, "anna")
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("link", name="Status mapping").click()
    field = page.get_by_role("combobox", name="Company to attach to")
    field.press_sequentially("nobody here")
    page.get_by_text("Accelo has no such company").wait_for()
    field.fill("")
    field.press_sequentially("zebra")
    page.get_by_role("option", name="Zebra Works").wait_for()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        field.press(key)
    assert field.input_value() == "Zebra Works"
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_text("Saved.").first.wait_for()
    assert Sync.objects.get().options["attach_company"] == "501"
    assert page.get_by_role("combobox", name="Company to attach to").input_value() == "Zebra Works"
