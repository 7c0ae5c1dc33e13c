"""By the keyboard alone: sign in, open the sync, run it. What has the focus can be seen at every step."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Run
from tests.admin.world import fill
from tests.factories import make_user

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


@pytest.mark.django_db(transaction=True)
def test_a_sync_is_run_by_the_keyboard_alone(page: Any, live_server: Any) -> None:
    rows = fill("own", "Own")
    make_user("anna", rows["workspace"], "admin")
    page.goto(f"{live_server.url}/admin/login/")
    page.wait_for_function("document.activeElement.name === 'username'")
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type("password")
    enter(page, "**/admin/")
    tab_to(page, "Syncs")
    enter(page, "**/sync/")
    tab_to(page, rows["sync"].name)
    enter(page, "**/change/")
    tab_to(page, "Run now")
    enter(page, "**/run/*/change/")
    assert Run.objects.filter(sync=rows["sync"], status="queued").exists()
