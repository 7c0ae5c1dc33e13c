"""Runs and records as JSON and as text."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Intent, Link, Run, RunItem, Sync
from integrations.services.reports import history_list, record_report, record_text, run_report, run_text
from tests.factories import make_expense_sync, make_workspace

pytestmark = pytest.mark.django_db
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def sync() -> Sync:
    return make_expense_sync(NOWHERE)


def make_run(sync: Sync, **values: Any) -> Run:
    return Run.objects.create(workspace=sync.workspace, sync=sync, **{"status": "done", **values})


def make_item(run: Run, source_id: str, status: str = "created", **values: Any) -> RunItem:
    return RunItem.objects.create(
        run=run, stream="expenses", source_id=source_id, status=status, **{"action": "create", **values}
    )


def make_link(sync: Sync, source_id: str, state: str, **values: Any) -> Link:
    return Link.objects.create(sync=sync, stream="expenses", source_id=source_id, state=state, **values)


def test_a_run_is_reported_with_all_counts_and_its_items(sync: Sync) -> None:
    run = make_run(sync, counts={"read": 3, "created": 1}, calls={"accelo": 4}, seconds=1.5, message="3 read")
    make_item(run, "e1", target_id="901", changes={"title": [None, "Taxi"]}, reason="New.")
    report = run_report(run)
    assert {key: report[key] for key in ("run", "sync", "status", "preview", "calls", "seconds", "message")} == {
        "run": run.pk, "sync": "expenses", "status": "done", "preview": None, "calls": {"accelo": 4}, "seconds": 1.5,
        "message": "3 read",
    }  # fmt: skip
    assert list(report["counts"]) == [
        "read", "created", "updated", "unchanged", "linked", "skipped", "blocked", "conflicts", "failed", "unknown",
    ]  # fmt: skip
    item = report["items"][0]
    assert (item["stream"], item["source_id"], item["target_id"]) == ("expenses", "e1", "901")
    assert (item["action"], item["status"], item["reason"]) == ("create", "created", "New.")
    assert item["changes"] == {"title": [None, "Taxi"]}


def test_a_quiet_run_still_shows_what_waits_and_each_record_once(sync: Sync) -> None:
    run = make_run(sync)
    make_item(run, "e1", "blocked", reason="now")
    for source_id, state in (("e1", "blocked"), ("e2", "blocked"), ("e3", "failed"), ("e4", "linked")):
        make_link(sync, source_id, state, reason="before")
    assert [(item["source_id"], item["reason"]) for item in run_report(run)["items"]] == [
        ("e1", "now"), ("e2", "before"), ("e3", "before"),
    ]  # fmt: skip
    assert [item["source_id"] for item in run_report(run, 2)["items"]] == ["e1", "e2"]


def test_the_plan_s_number_is_told_for_a_preview_and_for_its_application(sync: Sync) -> None:
    plan = make_run(sync, kind="preview")
    make_link(sync, "e2", "blocked")
    assert run_report(plan)["preview"] == plan.pk
    assert run_report(plan)["items"] == []
    assert run_report(make_run(sync, kind="apply", plan=plan))["preview"] == plan.pk


def test_the_text_of_a_run_names_what_happened(sync: Sync) -> None:
    run = make_run(sync, counts={"read": 2, "created": 1, "blocked": 1}, status="done_with_failures")
    make_item(run, "e1", label="Taxi", target_id="901")
    text = run_text(run_report(run))
    assert "done with failures" in text and "2 read, 1 created, 1 blocked" in text
    assert "created: Taxi (e1) → 901" in text


def test_the_history_lists_runs_newest_first_of_the_own_workspace_only(sync: Sync) -> None:
    first, second = make_run(sync), make_run(sync)
    make_run(make_expense_sync(NOWHERE, make_workspace("beta")))
    assert [row["run"] for row in history_list(sync.workspace)] == [second.pk, first.pk]
    assert [row["run"] for row in history_list(sync.workspace, sync, 1)] == [second.pk]


def test_a_record_is_explained_over_all_runs_in_plain_words(sync: Sync) -> None:
    make_link(sync, "e1", "linked", target_id="901")
    make_item(make_run(sync), "e1", "blocked", action="blocked", reason="The category Meals is not mapped.")
    why = [{"field": "type_id", "value": "12", "because": "Meals → Food by the category mapping"}]
    call = {"method": "POST", "url": "https://a.b/expenses", "status": 200, "ms": 12, "answered": '{"id": "901"}'}
    make_item(
        make_run(sync), "e1", label="Lunch", target_id="901", why=why, calls=[call], source={"comment": "Lunch"},
        changes={"title": [None, "Lunch"]},
    )  # fmt: skip
    Intent.objects.create(
        sync=sync, stream="expenses", source_id="e1", content_hash="x", sent_at=timezone.now(), state="unknown",
        message="No answer came.",
    )  # fmt: skip
    report = record_report(sync.workspace, "e1")
    assert [event["status"] for event in report["events"]] == ["blocked", "created"]
    assert record_report(sync.workspace, "901")["links"][0]["source_id"] == "e1"
    text = record_text(report)
    for part in (
        "linked, at the target as 901", "The category Meals is not mapped.", "comment Lunch",
        "type_id = 12: Meals → Food by the category mapping", "title: (none) → Lunch",
        'POST https://a.b/expenses → 200 {"id": "901"}', "No answer came.",
    ):  # fmt: skip
        assert part in text


def test_a_record_of_another_workspace_is_unknown(sync: Sync) -> None:
    make_item(make_run(sync), "e1")
    make_link(sync, "e1", "linked")
    report = record_report(make_workspace("beta"), "e1")
    assert report["links"] == report["events"] == report["creates"] == []
