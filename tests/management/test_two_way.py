"""`manage.py sync conflicts|matching|agreement`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import call_command

from integrations.models import FieldConflict, FieldRule, Link, Run, Sync
from tests.factories import make_data_sync, make_workspace
from tests.two_way import make_conflict, make_item, make_preview, make_two_way

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync(db: None, two_way_kind: None) -> Sync:
    return make_two_way()


@pytest.fixture
def fresh(db: None, two_way_kind: None) -> Sync:
    return make_two_way(matched=False)


def told(capsys: Any, what: str, *words: str) -> tuple[int, dict[str, Any]]:
    status = 0
    try:
        call_command("sync", what, "acme", "step", *words, "--json")
    except SystemExit as end:
        status = int(str(end.code))
    return status, json.loads(capsys.readouterr().out)


def refusal(capsys: Any, *words: str) -> str:
    status, report = told(capsys, *words)
    assert (status, report["status"]) == (2, "refused")
    return str(report["errors"][0]["message"])


def test_conflicts_are_listed_and_chosen_by_field_or_record(sync: Sync, capsys: Any) -> None:
    make_conflict(sync, "001"), make_conflict(sync, "002"), make_conflict(sync, "003", "companies.phone")
    status, report = told(capsys, "conflicts")
    assert status == 0 and report["open"] == 3
    assert report["conflicts"][0]["field"] == "companies.name" and report["conflicts"][0]["record"] == "001"
    assert told(capsys, "conflicts", "--field", "companies.phone")[1]["open"] == 1
    assert told(capsys, "conflicts", "--choose", "accelo", "--record", "002")[1]["chosen"] == 1
    assert FieldConflict.objects.get(source_id="002").winner == "target"
    assert told(capsys, "conflicts", "--choose", "Ieatta", "--field", "name", "--remember")[1]["chosen"] == 1
    assert not FieldRule.objects.exists()  # it is the rule already
    assert told(capsys, "conflicts", "--choose", "target", "--all")[1] == {
        "status": "done", "sync": "step", "chosen": 1, "open": 0,
        "message": "1 chosen: the value in Accelo counts. 0 left open.",
    }  # fmt: skip


def test_a_choice_without_saying_which_is_refused(sync: Sync, capsys: Any) -> None:
    row = make_conflict(sync)
    assert "--all" in refusal(capsys, "conflicts", "--choose", "accelo")
    assert "neither ieatta nor accelo" in refusal(capsys, "conflicts", "--choose", "xero", "--all")
    assert "companies.name" in refusal(capsys, "conflicts", "--field", "nmae")
    row.refresh_from_db()
    assert row.state == "open"


def test_the_matching_is_shown_decided_and_confirmed(fresh: Sync, capsys: Any) -> None:
    assert "--preview --full" in told(capsys, "matching")[1]["message"]
    assert "no finished preview" in refusal(capsys, "matching", "--confirm")
    run = make_preview(fresh)
    for source_id, code, *candidates in (
        ("001", "likely", "71"),
        ("002", "ambiguous", "72", "73"),
        ("003", "likely", "71"),
    ):
        make_item(run, source_id, code, *candidates)
    status, report = told(capsys, "matching")
    assert (status, report["step"], report["undecided"]) == (0, "to_decide", 3)
    assert {"stream": "companies", "code": "likely", "records": 2} in report["counts"]
    status, report = told(capsys, "matching", "--link", "002=73", "--accept-likely")
    assert (status, report["decided"], report["undecided"]) == (1, 2, 1)
    assert report["refused"][0]["record"] == "003"
    status, report = told(capsys, "matching", "--leave-out", "003", "--confirm")
    assert (status, report["step"]) == (0, "confirmed") and Run.objects.get(pk=report["run"]).scope["full"]
    assert dict(Link.objects.values_list("source_id", "target_id")) == {"001": "71", "002": "73", "003": ""}


def test_a_record_that_no_preview_saw_is_refused(fresh: Sync, capsys: Any) -> None:
    run = make_preview(fresh)
    make_item(run, "002", "ambiguous", "72", "73")
    make_item(run, f"{fresh.target.vendor}:41", "new_in_accelo")
    for more in ([], ["--stream", "companies"]):
        assert "was not seen by any preview" in refusal(capsys, "matching", "--create", "009", *more)
    assert "has met no record 9999" in told(capsys, "matching", "--link", "002=9999")[1]["refused"][0]["message"]
    assert told(capsys, "matching", "--leave-out", "41")[1]["decided"] == 1
    assert Link.objects.get().source_id == f"{fresh.target.vendor}:41"


def test_the_agreement_is_told_by_the_exit_status_and_names_the_records_that_spoil_it(sync: Sync, capsys: Any) -> None:
    assert told(capsys, "agreement")[1]["agrees"] is False
    compared = {"source": 5, "target": 5, "linked": 5, "agree": 4}
    remember_agreement(sync, {**compared, "agree": 5})
    status, report = told(capsys, "agreement")
    assert (status, report["agrees"], report["streams"][0]["linked"], report["records"]) == (0, True, 5, [])
    rows = [
        {"source_id": "001", "target_id": "71", "title": "Harbour", "fields": ["name", "phone"], "waiting": True},
        {"source_id": "", "target_id": "72", "title": "Northwind", "fields": [], "reason": "A name is too long."},
    ]
    remember_agreement(sync, {**compared, "waiting": 1, "only_target": 300, "unpaired": 250, "records": rows})
    status, report = told(capsys, "agreement")
    assert (status, report["agrees"], report["streams"][0]["unpaired"]) == (1, False, 250)
    assert report["records"][0] == {"stream": "companies", "reason": "", **rows[0]}
    assert report["message"].endswith("The first 2 are named.")
    with pytest.raises(SystemExit):
        call_command("sync", "agreement", "acme", "step")
    lines = capsys.readouterr().out.splitlines()
    assert "companies 001 = 71 Harbour: name, phone. It waits for a person." in lines
    assert "companies 72 Northwind: only in Accelo. A name is too long." in lines


def remember_agreement(sync: Sync, companies: dict[str, Any]) -> None:
    sync.memory = {"agreement": {"at": "2026-11-22T03:00:00+00:00", "streams": {"companies": companies}}}
    sync.save()


@pytest.mark.parametrize("what", ["conflicts", "matching", "agreement"])
def test_a_sync_that_goes_one_way_has_nothing_to_decide(what: str, capsys: Any) -> None:
    sync = make_data_sync("http://127.0.0.1:1", make_workspace())
    Sync.objects.filter(pk=sync.pk).update(key="step")
    assert "goes one way only" in refusal(capsys, what)
