"""The run's page: live state, items, export, buttons."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.models import Link, Run, RunItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(own: dict[str, Any]) -> Run:
    """A run with 120 created items and three that failed."""
    run: Run = own["run"]
    items = [item(run, number, "created", "create") for number in range(120)]
    items += [item(run, number, "failed", "create", code="rejected") for number in range(200, 203)]
    RunItem.objects.bulk_create(items)
    Run.objects.filter(pk=run.pk).update(counts={"read": 123, "created": 120})
    return run


def item(run: Run, number: int, status: str, action: str, **values: Any) -> RunItem:
    return RunItem(
        run=run,
        stream="expenses",
        source_id=str(number),
        label=f"Taxi {number}",
        status=status,
        action=action,
        **values,
    )


def page(run: Run, name: str = "change") -> str:
    return f"/admin/integrations/run/{run.pk}/{name}/"


def test_the_live_part_stops_when_the_run_has_ended(admin_client: Client, run: Run) -> None:
    answer = admin_client.get(page(run, "live"))
    assert answer.status_code == 286 and answer["HX-Trigger"] == "run-done"
    Run.objects.filter(pk=run.pk).update(
        status="running", finished_at=None, owner="h:1:1:x", lease_until=timezone.now() + timedelta(minutes=1),
        progress={"total": 200}, read=50,
    )  # fmt: skip
    answer = admin_client.get(page(run, "live"))
    assert answer.status_code == 200 and 'value="25"' in answer.content.decode()
    assert "hx-get" in admin_client.get(page(run)).content.decode()


def test_a_run_whose_worker_vanished_says_so(admin_client: Client, run: Run) -> None:
    past = timezone.now() - timedelta(minutes=5)
    Run.objects.filter(pk=run.pk).update(status="running", finished_at=None, lease_until=past)
    assert "Its worker vanished" in admin_client.get(page(run)).content.decode()


def test_items_come_by_pages_without_repeats(admin_client: Client, run: Run) -> None:
    seen: list[str] = []
    query = "status=all"
    while query:
        context = admin_client.get(f"{page(run)}?{query}").context
        seen += [one.item.source_id for one in context["items"]]
        query = context["next"]
    assert len(seen) == len(set(seen)) == 124


def test_a_run_with_troubles_shows_them_first(admin_client: Client, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(counts={"read": 123, "created": 120, "failed": 3})
    context = admin_client.get(page(run)).context
    assert {one.item.status for one in context["items"]} == {"failed"}


def test_items_are_narrowed_by_state_reason_and_id(admin_client: Client, run: Run) -> None:
    def ids(query: str) -> list[str]:
        return [one.item.source_id for one in admin_client.get(f"{page(run)}?{query}").context["items"]]

    assert ids("status=failed&code=rejected") == ["200", "201", "202"]
    assert ids("status=all&q=11") == ["11", "110", "111", "112", "113", "114", "115", "116", "117", "118", "119"]


def test_the_export_is_streamed_and_safe_for_spreadsheets(admin_client: Client, run: Run) -> None:
    RunItem.objects.filter(source_id="201").update(label="=1+1", changes={"title": ["", "@x"]})
    answer = admin_client.get(f"{page(run, 'export')}?status=failed&code=rejected")
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["source_id"] for line in lines] == ["200", "201", "202"]
    assert lines[1]["label"] == "'=1+1"


def test_all_failed_ones_are_run_again(admin_client: Client, run: Run) -> None:
    admin_client.post(page(run, "act"), {"do": "retry-all"})
    again = Run.objects.order_by("-pk")[0]
    assert set(again.scope["source_ids"]) == {"200", "201", "202", "Own1"}


def test_ticked_ones_are_left_out_and_taken_up_again(admin_client: Client, run: Run) -> None:
    failed = RunItem.objects.get(run=run, source_id="200")
    Link.objects.create(sync=run.sync, stream="expenses", source_id="200", state="failed")
    admin_client.post(page(run, "act"), {"do": "ignore", "item": failed.pk})
    link = Link.objects.get(source_id="200")
    assert link.state == Link.State.IGNORED and "a-admin" in link.reason
    admin_client.post(f"/admin/integrations/sync/{run.sync_id}/records/act/", {"do": "unignore", "link": link.pk})
    link.refresh_from_db()
    assert (link.state, link.fingerprint) == (Link.State.SKIPPED, "")


def test_a_finished_preview_is_applied_once(admin_client: Client, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(kind="preview", counts={"created": 1})
    assert "Apply this plan" in admin_client.get(page(run)).content.decode()
    admin_client.post(page(run, "apply"))
    made = Run.objects.get(plan=run)
    assert made.kind == "apply"
    assert "Apply this plan" not in admin_client.get(page(run)).content.decode()


def test_a_preview_without_a_write_has_nothing_to_apply(admin_client: Client, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(kind="preview", counts={"unchanged": 5, "blocked": 2})
    shown = admin_client.get(page(run)).content.decode()
    assert "Apply this plan" not in shown and "There is nothing to apply." in shown


def test_a_quiet_run_says_that_blocked_records_wait_as_before(admin_client: Client, run: Run) -> None:
    RunItem.objects.filter(run=run).delete()
    Run.objects.filter(pk=run.pk).update(counts={"read": 9, "unchanged": 5, "blocked": 4})
    shown = admin_client.get(page(run)).content.decode()
    assert "These records wait as before" in shown and "records/?state=blocked" in shown


def test_a_run_tells_who_asked_for_it(admin_client: Client, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(trigger="schedule", requested_by=None, calls={"ieatta": 2, "receipts": 1})
    shown = admin_client.get(page(run)).content.decode()
    assert "the schedule, " in shown and f"{run.sync.source.name} 2, receipts 1" in shown


def test_records_are_listed_anew_when_a_run_is_held(admin_client: Client, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(status="held", finished_at=None)
    assert admin_client.get(page(run, "live"), {"seen": "running"})["HX-Trigger"] == "run-done"
    assert "HX-Trigger" not in admin_client.get(page(run, "live"), {"seen": "held"})


def test_an_unfinished_preview_is_not_applied(admin_client: Client, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(kind="preview", status="queued", finished_at=None)
    answer = admin_client.post(page(run, "apply"), follow=True)
    assert "is not finished" in answer.content.decode()
    assert not Run.objects.filter(kind="apply").exists()


def test_the_list_counts_nothing_and_finds_a_record(admin_client: Client, run: Run) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = admin_client.get("/admin/integrations/run/?q=201").content.decode()
    assert f"Run {run.pk}" in found
    assert not [q["sql"] for q in queries if "COUNT(" in q["sql"].upper() and "integrations_run" in q["sql"]]
    assert f"Run {run.pk}" not in admin_client.get("/admin/integrations/run/?q=absent").content.decode()


def test_a_waiting_run_is_cancelled(admin_client: Client, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(status="queued", finished_at=None)
    admin_client.post(page(run, "cancel"))
    run.refresh_from_db()
    assert run.status == Run.Status.CANCELLED
