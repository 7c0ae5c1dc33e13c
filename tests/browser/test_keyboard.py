"""By the keyboard alone: sign in, open the sync, run it. What has the focus can be seen at every step."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import FieldConflict, Link, Run
from tests.admin.world import fill
from tests.factories import make_directory_sync, make_user, make_workspace
from tests.two_way import make_conflict, make_item, make_preview

FOCUS = """() => {
  const element = document.activeElement, look = getComputedStyle(element);
  const seen = (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== "none";
  const words = (element.getAttribute("aria-label") || element.innerText || "").trim().split("\\n").pop();
  return [words, element.name || "", seen];
}"""
MOST_STEPS = 60


def tab_to(page: Any, words: str, name: str = "") -> None:
    """To what says so, or to the field of that name."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        found, field, seen = page.evaluate(FOCUS)
        assert seen, f"{found!r} ({field}) has the focus and does not show it"
        if field == name if name else found == words:
            return
    raise AssertionError(f"{words or name!r} is not reached by Tab on {page.url}")


def enter(page: Any, address: str) -> None:
    with page.expect_navigation(url=address):
        page.keyboard.press("Enter")


def sign_in(page: Any, url: str, workspace: Any) -> None:
    make_user("anna", workspace, "admin")
    page.goto(f"{url}/admin/login/")
    page.wait_for_function("document.activeElement.name === 'username'")
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type("password")
    enter(page, "**/admin/")


@pytest.mark.django_db(transaction=True)
def test_a_sync_is_run_by_the_keyboard_alone(page: Any, live_server: Any) -> None:
    rows = fill("own", "Own")
    sign_in(page, live_server.url, rows["workspace"])
    tab_to(page, "Syncs")
    enter(page, "**/sync/")
    tab_to(page, rows["sync"].name)
    enter(page, "**/change/")
    tab_to(page, "Run now")
    enter(page, "**/run/*/change/")
    assert Run.objects.filter(sync=rows["sync"], status="queued").exists()


@pytest.mark.django_db(transaction=True)
def test_a_match_and_a_conflict_are_decided_by_the_keyboard_alone(page: Any, live_server: Any) -> None:
    workspace = make_workspace()
    sync = make_directory_sync("http://127.0.0.1:1", workspace, read_only=False)
    candidates = [{"id": "71", "label": "Kestrel Legal LLP", "reason": "similar name"}]
    likely = make_item(make_preview(sync), "001Jx000000000AAAA", "likely", action="blocked", candidates=candidates)
    conflict = make_conflict(sync, "001Jx000000000BBBB", label="Harbour Trust")
    sign_in(page, live_server.url, workspace)
    tab_to(page, "Open the matching")
    enter(page, "**/matching/")
    tab_to(page, "", f"item-{likely.pk}")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Save these decisions")
    page.keyboard.press("Enter")
    page.get_by_text("Saved").first.wait_for()
    assert Link.objects.get(sync=sync, source_id=likely.source_id).target_id == "71"
    tab_to(page, "Conflicts")
    enter(page, "**/fieldconflict/**")
    tab_to(page, "Use Salesforce’s Companies: Name for Harbour Trust")
    page.keyboard.press("Enter")
    page.get_by_text("a run that carries it out is asked for").wait_for()
    conflict.refresh_from_db()
    assert conflict.state == FieldConflict.State.CHOSEN
