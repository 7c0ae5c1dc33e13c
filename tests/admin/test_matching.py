"""The matching of a two-way sync on its pages, and what the pages around it say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.models import FieldRule, Link, Run, RunItem, Sync
from tests.two_way import make_item, make_preview, make_two_way

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync(own: dict[str, Any], two_way_kind: None) -> Sync:
    return make_two_way(own["workspace"], matched=False)


@pytest.fixture
def preview(sync: Sync) -> Run:
    run = make_preview(sync)
    for number in range(3):
        make_item(run, f"00{number}", "likely", f"7{number}", "79")
    make_item(run, "accelo:88", "new_in_accelo", target_id="88")
    return run


def at(sync: Sync, page: str = "matching") -> str:
    return f"/admin/integrations/sync/{sync.pk}/{page}/"


def html(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def links() -> dict[str, tuple[str, str]]:
    return {row.source_id: (row.target_id, row.state) for row in Link.objects.filter(stream="companies")}


def item(source_id: str) -> int:
    return int(RunItem.objects.get(run__kind="preview", source_id=source_id).pk)


def test_the_page_leads_from_the_preview_to_the_confirmation(sync: Sync, admin_client: Client) -> None:
    assert "Make the preview" in html(admin_client.get(at(sync)))
    admin_client.post(at(sync, "matching/start"))
    run = Run.objects.get(kind="preview")
    page = html(admin_client.get(at(sync)))
    assert f"Preview {run.pk} is being made" in page and "every 2s" in page
    assert admin_client.get(at(sync, "matching/live")).status_code == 200
    Run.objects.filter(pk=run.pk).update(status="done", started_at=timezone.now(), finished_at=timezone.now())
    answer = admin_client.get(at(sync, "matching/live"))
    assert answer.status_code == 286 and answer["HX-Refresh"] == "true"
    page = html(admin_client.get(at(sync)))
    assert "Everything is decided" in page and "Confirm and go both ways" in page
    answer = admin_client.post(at(sync, "matching/confirm"), follow=True)
    assert "goes both ways from now on" in html(answer)
    assert "Confirmed by a-admin" in html(admin_client.get(at(sync)))


def test_each_record_is_decided_by_its_own_choice(sync: Sync, preview: Run, sign_in: Callable[[str], Client]) -> None:
    client = sign_in("operator")
    page = html(client.get(at(sync)))
    assert "3 records wait for a decision" in page and "Link with Company 70" in page and "same website" in page
    assert "An admin of the workspace confirms it" in page
    posted = {
        f"item-{item('000')}": "link:79", f"item-{item('001')}": "create", f"item-{item('002')}": "other",
        f"other-{item('002')}": " 88 ",
    }  # fmt: skip
    client.post(at(sync, "matching/decide"), posted)
    assert links() == {"000": ("79", "linked"), "001": ("", "blocked"), "002": ("88", "linked")}
    page = html(client.get(at(sync)))
    assert f'name="item-{item("000")}" value="link:79" checked' in page and 'value="88"' in page
    answer = client.post(at(sync, "matching/decide"), {**posted, f"item-{item('001')}": ""}, follow=True)
    assert links() == {"000": ("79", "linked"), "002": ("88", "linked")} and "1 decided" in html(answer)


def test_a_counterpart_taken_twice_is_refused_for_the_second_only(
    sync: Sync, preview: Run, admin_client: Client
) -> None:
    posted = {f"item-{item('000')}": "link:79", f"item-{item('001')}": "link:79", f"item-{item('002')}": "leave_out"}
    answer = admin_client.post(at(sync, "matching/decide"), posted, follow=True)
    assert "79 is linked already, with Record 000" in html(answer)
    assert links() == {"000": ("79", "linked"), "002": ("", "ignored")}


def test_all_of_a_tab_are_decided_at_once(sync: Sync, preview: Run, admin_client: Client) -> None:
    admin_client.post(at(sync, "matching/decide"), {"bulk": "link", "group": "likely"})
    assert links() == {f"00{n}": (f"7{n}", "linked") for n in range(3)}
    admin_client.post(at(sync, "matching/decide"), {"bulk": "leave_out", "group": "new_target"})
    assert links()["accelo:88"] == ("", "ignored")
    admin_client.post(at(sync, "matching/decide"), {"bulk": "leave_out", "group": "no such tab"})
    admin_client.post(at(sync, "matching/decide"), {"bulk": "reset", "group": "likely"})
    assert links() == {"accelo:88": ("", "ignored")}


def test_a_record_in_doubt_is_decided_on_its_own_page(sync: Sync, preview: Run, admin_client: Client) -> None:
    address = f"/admin/integrations/sync/{sync.pk}/record/?stream=companies&id=001"
    assert "Which one is it?" in html(admin_client.get(address))
    admin_client.post(at(sync, "matching/decide"), {f"item-{item('001')}": "link:71", "next": address})
    assert links() == {"001": ("71", "linked")}
    assert "Which one is it?" not in html(admin_client.get(address))


def test_items_of_another_sync_are_not_decided(
    sync: Sync, preview: Run, own: dict[str, Any], admin_client: Client
) -> None:
    posted = {f"item-{own['runitem'].pk}": "leave_out"}
    admin_client.post(at(sync, "matching/decide"), posted)
    assert links() == {} and not Link.objects.filter(sync=sync).exists()


def test_a_viewer_sees_and_an_operator_does_not_confirm(sync: Sync, preview: Run, sign_in: Any) -> None:
    viewer = sign_in("viewer")
    assert "Save these decisions" not in html(viewer.get(at(sync)))
    assert viewer.post(at(sync, "matching/decide"), {"bulk": "link", "group": "likely"}).status_code == 403
    assert sign_in("operator").post(at(sync, "matching/confirm")).status_code == 403
    assert links() == {} and "matched" not in Sync.objects.get(pk=sync.pk).memory


# --- the pages around it ------------------------------------------------------------------------------------------


def form(sync: Sync, **options: Any) -> dict[str, Any]:
    given = {"option_two_way_start": "review", "option_compare_hour": 3, **options}
    return {"name": sync.name, "key": sync.key, "source": sync.source_id, "target": sync.target_id, **given}


def test_turning_read_only_off_leads_to_the_matching(sync: Sync, admin_client: Client) -> None:
    sync.memory = {"matched": {"at": "2026-11-01T10:00:00+00:00", "who": "ada"}}
    sync.options = {"read_only": True}
    sync.save()
    assert "Read-only: Ieatta → Accelo" in html(admin_client.get(at(sync, "change")))
    answer = admin_client.post(at(sync, "settings"), form(sync))
    assert answer["Location"] == at(sync)
    assert "Nothing is written to Ieatta yet" in html(admin_client.get(at(sync)))
    sync.refresh_from_db()
    assert sync.memory == {} and sync.options["read_only"] is False
    page = html(admin_client.get(at(sync, "change")))
    assert "Next: make the preview" in page and "before a preview of the matching is made" in html(
        admin_client.get("/admin/")
    )


def test_other_settings_leave_the_confirmation_alone(sync: Sync, admin_client: Client) -> None:
    sync.memory = {"matched": {"at": "2026-11-01T10:00:00+00:00", "who": "ada"}}
    sync.save()
    admin_client.post(at(sync, "settings"), form(sync, option_compare_hour=5))
    sync.refresh_from_db()
    assert sync.options["compare_hour"] == 5 and sync.memory["matched"]["who"] == "ada"
    assert "Both ways: Ieatta ⇄ Accelo" in html(admin_client.get(at(sync, "change")))


def test_the_field_table_has_direction_winner_and_blanks(sync: Sync, admin_client: Client) -> None:
    page = html(admin_client.get(at(sync, "fields")))
    assert "The later change wins" in page and "Ieatta → Accelo" in page and "Leave blanks as they are" in page
    posted = {
        "direction_companies.name": "to_source", "winner_companies.name": "newest", "blank_companies.name": "keep",
        "direction_companies.type": "both", "winner_contacts.email": "nobody",
    }  # fmt: skip
    admin_client.post(at(sync, "fields/save"), posted)
    rule = FieldRule.objects.get(sync=sync)  # what a field does not offer is passed over
    assert (rule.target, rule.direction, rule.winner, rule.blank) == ("companies.name", "to_source", "newest", "keep")


def test_the_agreement_is_shown_by_stream_and_proven_again(sync: Sync, admin_client: Client) -> None:
    assert "Not compared yet" in html(admin_client.get(at(sync, "agreement")))
    counts = {"source": 2010, "target": 2045, "linked": 1980, "agree": 1975, "differ": 5, "only_target": 65}
    row = {"source_id": "001A", "target_id": "71", "title": "Harbour & Sons", "fields": ["phone"], "waiting": True}
    alone = {"source_id": "", "target_id": "72", "title": "Northwind", "fields": [], "reason": "Its name is too long."}
    run = Run.objects.create(workspace=sync.workspace, sync=sync, status="done", finished_at=timezone.now())
    streams = {"companies": {**counts, "records": [row, alone]}}
    memory = {"at": "2026-11-22T03:00:00+00:00", "run": run.pk, "streams": streams}
    Sync.objects.filter(pk=sync.pk).update(memory={"agreement": memory})
    page = html(admin_client.get(at(sync, "agreement")))
    assert "Both sides do not agree everywhere" in page and "1975" in page and f"/run/{run.pk}/change/" in page
    assert "Only in Accelo" in page and "Only in Ieatta" not in page
    assert "Harbour &amp; Sons" in page and "Waits for a person" in page and "Its name is too long." in page
    assert "?stream=companies&amp;id=accelo%3A72" in page and "The first 2 of 5" in page
    admin_client.post(at(sync, "agreement/start"))
    assert Run.objects.get(status="queued").scope["full"]
    assert "A full comparison waits" in html(admin_client.get(at(sync, "agreement")))


def test_conditions_are_written_one_a_line(sync: Sync, admin_client: Client) -> None:
    lines = "Industry is Banking; Retail\nWebsite is not empty"
    admin_client.post(at(sync, "settings"), form(sync, option_companies_where=lines))
    sync.refresh_from_db()
    assert sync.options["companies_where"] == [
        {"field": "Industry", "operator": "is", "values": ["Banking", "Retail"]},
        {"field": "Website", "operator": "not_empty", "values": []},
    ]
    assert "Industry is Banking; Retail" in admin_client.get(at(sync, "settings")).content.decode()
    page = html(admin_client.post(at(sync, "settings"), form(sync, option_companies_where="Industry")))
    assert "is no condition" in page


def test_many_that_vanish_at_once_wait_for_a_person(sync: Sync, admin_client: Client) -> None:
    entry = {"list": "contacts vanishing", "was": 200, "now": 150, "source": "", "at": "2026-11-22T03:00:00+00:00"}
    Sync.objects.filter(pk=sync.pk).update(memory={"held": {"contacts": entry}})
    page = html(admin_client.get(at(sync, "change")))
    assert "Contacts: of 200 linked records only 150 would be left" in page
    admin_client.post(at(sync, "accept"), {"stream": "contacts", "was": 200, "now": 150})
    sync.refresh_from_db()
    assert sync.memory["lists"]["contacts vanishing"]["count"] == 150 and not sync.memory["held"]


@pytest.mark.parametrize("page", ["matching", "agreement"])
def test_a_sync_that_goes_one_way_has_no_such_page(own: dict[str, Any], admin_client: Client, page: str) -> None:
    answer = admin_client.get(at(own["sync"], page), follow=True)
    assert "goes one way" in html(answer) and "Matching</a>" not in html(answer)
