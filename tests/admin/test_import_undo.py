"""“Undo import” on an import's page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from integrations.models import Import, Link, Run, Workspace
from integrations.sandbox import Control
from tests.admin.import_pages import begin, fill, page, prepare, text, work
from tests.factories import make_user, make_workspace

pytestmark = pytest.mark.django_db
LOOK, UNDO = "See what an undo would do", ">Undo import</button>"


@pytest.fixture
def client(sandbox: Any) -> Client:
    fill(make_workspace(), sandbox.url)
    return client_of("ada")


def client_of(name: str, role: str = "admin") -> Client:
    client = Client()
    client.force_login(make_user(name, Workspace.objects.get(), role))
    return client


def ended(client: Client) -> Import:
    row = prepare(client, "sales")
    client.post(page(row, "start"))
    work()
    row.refresh_from_db()
    assert row.state == "ended"
    return row


def looked(client: Client, row: Import) -> str:
    """The page with the plan of the newest look."""
    client.post(page(row, "undo/look"))
    assert work().kind == Run.Kind.PREVIEW
    return text(client.get(page(row)))


def numbers(answer: Any, name: str = "groups") -> dict[str, int]:
    return {group.key: group.number for group in answer.context["undo"][name]}


def test_a_look_shows_what_would_go_and_what_is_kept_and_why(client: Client, sandbox: Any) -> None:
    row = ended(client)
    assert UNDO not in (first := text(client.get(page(row)))) and LOOK in first
    sales = list(Link.objects.filter(stream="sales", memo__import__in=row.runs).order_by("pk"))
    Control(sandbox.url, "accelo").act("put", table="prospects", rows=[{"id": sales[0].target_id, "title": "Ours"}])
    client.post(page(row, "undo/look"))
    making = client.get(page(row, "live"))
    assert making.status_code == 200 and "Nothing is taken back yet" in text(making)
    client.post(page(row, "undo/look"))
    assert Run.objects.filter(scope__undo=row.runs).count() == 1
    preview = work()
    shown = client.get(page(row, "live"))
    assert shown.status_code == 286
    found = numbers(shown)
    assert found == {"updated": preview.counts["updated"], "skipped": preview.counts["skipped"]}
    (gone, kept) = shown.context["undo"]["groups"]
    assert sum(reason.number for reason in gone.reasons) == gone.number > len(gone.samples) == 10
    assert {kind for _, kind, _ in gone.samples} == {"sale", "contact"}
    assert ("sale", 1, "The sale was edited in Accelo since, so it is kept.") in [
        (reason.words, reason.number, reason.example) for reason in kept.reasons
    ]
    answer = client.get(kept.address.partition("#")[0])
    assert answer.status_code == 200 and "was edited in Accelo since" in text(answer)
    assert UNDO in text(shown)
    row.refresh_from_db()
    assert (row.state, row.undo) == ("ended", None)


def test_an_undo_shows_its_progress_and_then_what_it_did(client: Client) -> None:
    row = ended(client)
    looked(client, row)
    client.post(page(row, "undo"))
    row.refresh_from_db()
    assert row.state == "undoing" and row.undo and str(row.undo.requested_by) == "ada"
    assert "Stop the undo?" in (moving := text(client.get(page(row, "live")))) and LOOK not in moving
    run = work()
    shown = client.get(page(row, "live"))
    assert shown.status_code == 286
    assert numbers(shown, "done_groups") == {"updated": run.counts["updated"], "skipped": run.counts["skipped"]}
    assert f"<strong>{run.counts['updated']}</strong> taken back" in text(shown)
    assert UNDO not in text(shown) and LOOK not in text(shown)


def test_what_accelo_did_not_let_go_is_told_and_can_be_looked_at_again(client: Client, sandbox: Any) -> None:
    row = ended(client)
    looked(client, row)
    Control(sandbox.url, "accelo").act("settings", sales_deletable=False)
    client.post(page(row, "undo"))
    run = work()
    shown = client.get(page(row))
    refused = run.items.filter(code="not_permitted").count()
    assert numbers(shown, "done_groups")["skipped"] == run.counts["skipped"] > refused > 0
    assert f"{refused} not permitted by Accelo" in text(shown) and LOOK in text(shown)
    assert UNDO not in text(shown)  # the plan from before holds no more
    client.post(page(row, "undo/look"))
    found = numbers((work(), client.get(page(row)))[1])
    contacts = run.items.filter(code="kept_used").count()
    assert contacts > 0 and found["updated"] == refused + contacts, "their contacts may go with them"
    assert found["skipped"] == run.counts["skipped"] - refused - contacts


def test_what_was_kept_because_it_was_edited_can_be_looked_at_again(client: Client, sandbox: Any) -> None:
    row = ended(client)
    accelo, sale = Control(sandbox.url, "accelo"), Link.objects.filter(stream="sales").order_by("pk")[0]
    accelo.act("put", table="prospects", rows=[{"id": sale.target_id, "title": "Ours"}])
    looked(client, row)
    client.post(page(row, "undo"))
    run = work()
    assert run.status == "done" and "1 kept because it was edited since" in run.message
    shown = text(client.get(page(row)))
    assert "What is kept can be looked at and tried again" in shown and LOOK in shown and UNDO not in shown
    assert run.message in text(client.get("/admin/integrations/import/"))
    accelo.act("remove", table="prospects", ids=[sale.target_id])
    assert UNDO in looked(client, row)
    client.post(page(row, "undo"))
    last = work()
    assert {item.source_id for item in last.items.filter(status="updated", stream="sales")} == {sale.source_id}
    assert LOOK not in text(client.get(page(row))), "what is left stays for good"


def test_only_an_admin_is_offered_the_undo(client: Client) -> None:
    row = ended(client)
    looked(client, row)
    for name, role in (("op", "operator"), ("vic", "viewer")):
        other = client_of(name, role)
        shown = text(other.get(page(row)))
        assert "An admin of the workspace can undo it" in shown and UNDO not in shown
        assert {other.post(page(row, what)).status_code for what in ("undo", "undo/look")} == {403}
    row.refresh_from_db()
    assert row.state == "ended"


def test_an_undo_is_refused_while_another_import_is_open(client: Client) -> None:
    row = ended(client)
    looked(client, row)
    draft = begin(client, "sales")
    shown = text(client.get(page(row)))
    assert "Another import between these accounts is open" in shown and UNDO not in shown
    for what in ("undo", "undo/look"):
        assert f"A draft (import {draft.pk}) is open" in text(client.post(page(row, what), follow=True))
    row.refresh_from_db()
    assert (row.state, row.undo) == ("ended", None)


def test_a_look_that_failed_says_so_and_can_be_made_again(client: Client) -> None:
    row = ended(client)
    client.post(page(row, "undo/look"))
    Run.objects.filter(scope__undo=row.runs).update(
        status="failed", finished_at=row.ended_at, message="Accelo answered in a way that nobody knows."
    )
    shown = text(client.get(page(row)))
    assert "Accelo answered in a way" in shown and "Look again" in shown and UNDO not in shown
