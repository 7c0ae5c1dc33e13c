"""The theme lives under our content security policy, in a real browser."""

from __future__ import annotations

from typing import Any


def test_a_person_signs_in_through_the_browser(page: Any, live_server: Any, django_user_model: Any) -> None:
    django_user_model.objects.create_superuser("ada", "ada@example.com", "right-horse")
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.goto(f"{live_server.url}/")
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", "right-horse")
    page.click("button[type=submit]")
    page.wait_for_url(f"{live_server.url}/admin/")
    assert "Integrations Portal" in page.title()
    assert complaints == []
