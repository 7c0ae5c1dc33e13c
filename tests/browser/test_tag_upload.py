"""In a real browser: upload tags, correct how they are read and a rejected row, send them to Ieatta, take it back."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from integrations.models import Budget, TagUpload
from integrations.sandbox import Control
from integrations.services.tag_work import upload_work
from integrations.vendors.ieatta.sandbox.state import POLICY_ID
from tests.browser.test_keyboard import enter, tab_to
from tests.factories import make_ieatta, make_user, make_workspace

SETTLED = "!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
FILE = "Alpha;Beta;Gamma\nP-1;Hafen Umbau;yes\nP-2;Zoë's Café;no\nP-3;;yes\n"


@pytest.fixture
def portal(live_server: Any, settings: Any, sandbox: Any) -> str:
    """The portal's address, with Ieatta connected and an admin who is called anna."""
    settings.PORTAL_URL = live_server.url
    Control(sandbox.url, "ieatta").seed("small")
    Control(sandbox.url, "ieatta").act("settings", windows=[])
    workspace = make_workspace()
    make_ieatta(workspace, sandbox.url)
    make_user("anna", workspace, "admin")
    return str(live_server.url)


def held(sandbox: Any) -> list[tuple[str, str, bool]]:
    """Name, code and state of each tag at Ieatta, sorted."""
    levels = Control(sandbox.url, "ieatta").act("state")["policies"][POLICY_ID]["tags"]
    return sorted((unescape(tag["name"]), tag["glCode"], tag["enabled"]) for tag in levels[0]["tags"])


@pytest.mark.django_db(transaction=True)
def test_an_admin_uploads_corrects_confirms_and_undoes(page: Any, portal: str, sandbox: Any, tmp_path: Path) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: dialog.accept())
    before = held(sandbox)
    sign_in(page, portal)
    choose_a_file(page, portal, tmp_path)
    say_what_the_columns_are(page)
    page.get_by_role("button", name="Preview", exact=True).click()
    work(page, "Waits for your decision")
    page.get_by_text("which the portal reads for the first time").wait_for()
    assert held(sandbox) == before

    correct_the_rejected_row(page, tmp_path)
    work(page, "Waits for your decision")
    page.get_by_role("button", name="Upload 3 tags to Ieatta").click()
    work(page, "Done")
    after = [("Hafen Umbau", "P-1", True), ("Zoë's Café", "P-2", False), ("Refit", "P-3", True)]
    assert held(sandbox) == sorted(after) and TagUpload.objects.exclude(origin="found").count() == 1

    page.get_by_role("button", name="Undo").click()
    work(page, "Waits for your decision")
    page.get_by_role("button", name=re.compile("^Upload .* to Ieatta$")).click()
    work(page, "Done")
    assert held(sandbox) == before
    assert refused == []


@pytest.mark.django_db(transaction=True)
def test_a_file_is_uploaded_by_the_keyboard_alone(page: Any, portal: str, tmp_path: Path) -> None:
    """But for choosing the file, which is the browser's own window."""
    path = tmp_path / "projects.csv"
    path.write_text("Project;Code;Active\nHarbour refit;P-1;yes\nCafé;P-2;no\n", encoding="utf-8")
    sign_in(page, portal)
    page.goto(f"{portal}/admin/integrations/tag/")
    tab_to(page, "Upload")
    enter(page, "**/upload/")
    page.wait_for_function("document.activeElement.id === 'tag-file'")
    page.locator("#tag-file").set_input_files(path)
    tab_to(page, "", "keep")
    page.keyboard.press("Space")
    tab_to(page, "Go on")
    enter(page, "**/columns/")
    tab_to(page, "", "kind")
    page.keyboard.press("ArrowDown")
    page.get_by_label("Name of level 2").wait_for()
    page.wait_for_function(SETTLED)
    page.keyboard.press("ArrowUp")
    page.wait_for_function("!document.getElementById('col-levels')")
    assert page.locator("#col-2").input_value() == "enabled"
    tab_to(page, "Preview")
    enter(page, "**/change/")
    work(page, "Waits for your decision")
    tab_to(page, "Store 2 tags in the portal")
    enter(page, "**/change/")
    work(page, "Done")
    tab_to(page, "See the tags")
    enter(page, "**/tag/?list=*")
    page.get_by_text("Harbour refit").wait_for()


def sign_in(page: Any, portal: str) -> None:
    page.set_default_timeout(10_000)
    page.goto(portal)
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="First steps").wait_for()


def choose_a_file(page: Any, portal: str, folder: Path) -> None:
    path = folder / "projekte.csv"
    path.write_bytes(FILE.encode("cp1252"))
    page.goto(f"{portal}/admin/integrations/tag/")
    page.get_by_role("link", name="Upload", exact=True).click()
    page.get_by_label(re.compile("^CSV, TSV")).set_input_files(path)
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("Zoë's Café").wait_for()  # the old encoding was found


def say_what_the_columns_are(page: Any) -> None:
    """By the keyboard where a mouse would do: each choice is stored, and shown on the first rows."""
    page.locator("#col-header").select_option(label="Holds the headings")
    page.wait_for_function(SETTLED)
    for heading, meaning in (("Alpha", "GL code"), ("Beta", "Name"), ("Gamma", "Enabled")):
        column = page.get_by_label(heading, exact=True)
        column.focus()
        column.select_option(label=meaning)
        page.wait_for_function(SETTLED)
        assert column.evaluate("element => element === document.activeElement"), "the focus was lost"
    assert page.get_by_text("both chosen as").count() == 0


def correct_the_rejected_row(page: Any, folder: Path) -> None:
    page.get_by_role("link", name=re.compile("^Rejected")).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rejected rows").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    corrected = folder / "corrected.csv"
    corrected.write_text(text.replace("P-3,,", "P-3,Refit,"), encoding="utf-8")
    page.get_by_label("File with corrected rows").set_input_files(corrected)
    page.get_by_role("button", name="Upload corrected rows").click()


def work(page: Any, state: str) -> None:
    """Do what a worker would do for the upload whose page is open, a minute later; the page shows it by itself."""
    Budget.objects.all().delete()
    page.locator("#live .po-badge", has_text="Waiting for a worker").wait_for()
    found = re.search(r"/tagupload/(\d+)/", page.url)
    assert found
    with page.expect_response(re.compile("/rest/"), timeout=60_000):
        upload_work(int(found[1]))
    page.wait_for_function(SETTLED)
    page.locator("#live .po-badge", has_text=state).wait_for()
