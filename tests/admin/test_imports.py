"""Import Data: tiles, drafts, starting, the page of an import."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from integrations.models import Connection, Import, Link, Message, Run, Sync
from integrations.services.syncs import schedule_install, silence_check
from tests.admin.import_pages import BASE, begin, fill, page, prepare, text, work
from tests.factories import make_accelo, make_user, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def org(sandbox: Any) -> Any:
    return fill(make_workspace(notify="ops@acme.example"), sandbox.url)


def client_of(name: str, role: str = "admin") -> Client:
    client = Client()
    workspace = Connection.objects.get(vendor="salesforce").workspace
    client.force_login(make_user(name, workspace, role))
    return client


def test_a_tile_says_what_is_missing_and_where_that_is_mended(org: Any) -> None:
    client = client_of("ada")
    assert 'name="stream"' in text(client.get(f"{BASE}/"))
    salesforce = Connection.objects.get(vendor="salesforce")
    Connection.objects.filter(pk=salesforce.pk).update(state="sign_in", state_reason="The token was revoked.")
    shown = text(client.get(f"{BASE}/"))
    assert "The token was revoked." in shown and f"/connection/{salesforce.pk}/change/" in shown
    assert 'name="stream"' not in shown
    refused = client.post(f"{BASE}/begin/", {"kind": "salesforce_accelo_import", "stream": "sales"}, follow=True)
    assert "The token was revoked." in text(refused) and not Import.objects.exists()
    Connection.objects.filter(vendor="accelo").delete()
    Connection.objects.filter(pk=salesforce.pk).update(state="connected")
    assert "/connection/add/?vendor=accelo" in text(client.get(f"{BASE}/"))


def test_a_draft_is_gone_on_with_by_another_admin_who_is_told_who_changed_it_last(org: Any) -> None:
    ada, bea = client_of("ada"), client_of("bea")
    row = begin(ada, "sales")
    assert row.kinds == ["sales"] and row.read_at is not None
    assert "Last changed by ada" in text(bea.get(f"{BASE}/"))
    assert begin(bea, "sales", "tickets").pk == row.pk
    row.refresh_from_db()
    assert (row.kinds, str(row.changed_by)) == (["sales", "tickets"], "bea")
    assert Sync.objects.get().enabled is False


def test_where_there_are_several_accounts_one_is_chosen(org: Any, sandbox: Any) -> None:
    client = client_of("ada")
    make_accelo(Connection.objects.get(vendor="salesforce").workspace, sandbox.url, "accelo-two")
    assert '<option value="accelo-two">' in text(client.get(f"{BASE}/"))
    data = {"kind": "salesforce_accelo_import", "stream": "sales"}
    assert "There are several connections to Accelo" in text(client.post(f"{BASE}/begin/", data, follow=True))
    client.post(f"{BASE}/begin/", {**data, "target": "accelo-two"})
    assert Import.objects.get().sync.target.key == "accelo-two"


def test_a_viewer_sees_everything_and_is_offered_nothing(org: Any) -> None:
    row = prepare(client_of("ada"))
    viewer = client_of("vic", "viewer")
    for name in ("step", "confirm"):
        shown = text(viewer.get(page(row, name)))
        assert "Import " in shown and 'name="do"' not in shown and "/discard/" not in shown
    assert "Start Import" not in text(viewer.get(page(row, "confirm")))


def test_of_two_who_start_at_once_the_second_is_told_who_did(org: Any) -> None:
    ada, bea = client_of("ada"), client_of("bea")
    row = prepare(ada)
    ada.post(page(row, "start"))
    told = text(bea.post(page(row, "start"), follow=True))
    assert "was started by ada" in told
    assert Run.objects.filter(kind="run").count() == 1


def test_an_import_shows_its_progress_its_result_and_its_email(org: Any) -> None:
    client = client_of("ada")
    row = prepare(client)
    client.post(page(row, "start"))
    before = client.get(page(row, "live"))
    assert before.status_code == 200 and "Waiting for a worker" in text(before)
    run = work()
    live = client.get(page(row, "live"))
    shown = text(live)
    assert live.status_code == 286 and f"<strong>{run.counts['created']}</strong> created" in shown
    message = Message.objects.get()
    assert f"/message/{message.pk}/change/" in shown and "ops@acme.example" in shown
    assert f"/run/{run.pk}/change/" in shown
    assert Link.objects.filter(stream="sales", state="linked").count() == 11


def test_what_waited_is_tried_again_and_what_is_new_since_gets_a_new_draft(org: Any) -> None:
    client = client_of("ada")
    row = prepare(client)
    client.post(page(row, "start"))
    work()
    client.post(page(row, "retry"))
    row.refresh_from_db()
    assert row.state == "running" and row.run.scope["source_ids"]
    work()
    assert Message.objects.count() == 2
    again = begin(client)
    assert again.pk != row.pk and again.kinds == row.kinds
    assert "Import what is new since" not in text(client.get(page(row)))


def test_an_import_is_cancelled_before_it_begins_and_a_draft_discarded(org: Any) -> None:
    client = client_of("ada")
    row = prepare(client)
    assert "An admin can discard it" in text(client.post(page(row, "cancel"), follow=True))
    client.post(page(row, "start"))
    client.post(page(row, "cancel"))
    row.refresh_from_db()
    assert row.state == "ended" and row.run.status == "cancelled"
    draft = begin(client)
    client.post(page(draft, "discard"))
    assert "was discarded by ada" in text(client.get(page(draft)))


def test_the_sync_of_an_import_stands_nowhere_among_those_that_run_by_themselves(org: Any) -> None:
    client = client_of("ada")
    row = begin(client)
    sync = row.sync
    assert "salesforce_accelo_import" not in text(client.get("/admin/integrations/sync/add/"))
    assert client.get("/admin/integrations/sync/add/?kind=salesforce_accelo_import").status_code == 404
    for address in ("/admin/integrations/sync/", "/admin/", "/admin/integrations/mapping/"):
        assert sync.name not in text(client.get(address)), address
    for name in ("change", "settings"):
        assert client.get(f"/admin/integrations/sync/{sync.pk}/{name}/")["Location"] == f"{BASE}/"
    for name in ("run", "preview", "pause"):
        client.post(f"/admin/integrations/sync/{sync.pk}/{name}/", {"paused": "0"})
    sync.refresh_from_db()
    assert not sync.enabled and not Run.objects.exists()


def test_nothing_makes_an_import_run_by_a_schedule(org: Any) -> None:
    sync = begin(client_of("ada")).sync
    sync.enabled, sync.schedule = True, "* * * * *"
    sync.save()
    schedule_install(sync)
    sync.refresh_from_db()
    assert sync.next_at is None and silence_check() == 0


def test_the_preview_of_an_import_is_not_applied_outside_of_its_wizard(org: Any) -> None:
    client = client_of("ada")
    row = prepare(client)
    assert row.preview
    shown = text(client.get(f"/admin/integrations/run/{row.preview_id}/change/"))
    assert "Apply this plan" not in shown and f'href="{BASE}/"' in shown


def test_the_audit_says_who_opened_and_who_started_it(org: Any) -> None:
    row = prepare(client_of("ada"), "sales")
    bea = client_of("bea")
    bea.post(page(row, "start"))
    assert f"/import/{row.pk}/history/" in text(bea.get(page(row)))
    answer = bea.get(f"{BASE}/{row.pk}/history/", follow=True)
    told = [(one.who, one.what, one.name, one.reason) for one in answer.context["entries"]]
    assert told == [("bea", "Import", f"Import {row.pk}", "started"), ("ada", "Import", f"Import {row.pk}", "opened")]


def test_the_confirmation_tells_fields_that_cannot_be_seen(org: Any) -> None:
    org.act("hide_fields", object="Opportunity", fields=["Amount"])
    client = client_of("ada")
    row = prepare(client, "sales")
    assert "cannot see Opportunity.Amount; sales arrive without it" in text(client.get(page(row, "confirm")))


def test_every_reason_on_the_confirmation_is_in_plain_words(org: Any) -> None:
    client = client_of("ada")
    row = prepare(client, "sales")
    shown = client.get(page(row, "confirm"))
    told = {reason.told for group in shown.context["groups"] for reason in group.reasons if reason.told}
    assert told == {"Sales: 1 has no account in Salesforce."}
    assert "Sales: 1 has no account in Salesforce.</a>" in text(shown)
