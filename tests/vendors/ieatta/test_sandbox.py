"""The emulator's own rules, asked directly."""

import json
from datetime import timedelta
from typing import Any

import pytest

from integrations.vendors.emulator import Request
from integrations.vendors.ieatta.sandbox import IeattaEmulator
from integrations.vendors.ieatta.sandbox.state import POLICY_ID
from tests.vendors.ieatta.conftest import PAIR, ask, send

IDS = "<#list reports as r>${r.reportID} </#list>end"


def export(emulator: IeattaEmulator, template: str = IDS, onfinish: Any = None, top: Any = None, **filters: str) -> Any:
    wanted = {"type": "combinedReportData", "filters": filters, **(top or {})}
    job = {
        "type": "file",
        "onReceive": {"immediateResponse": ["returnRandomFileName"]},
        "inputSettings": wanted,
        "outputSettings": {"fileExtension": "json", "fileBasename": "x"},
        **({"onFinish": onfinish} if onfinish else {}),
    }
    name = ask(emulator, job, template=template)
    return name if isinstance(name, dict) else ask(emulator, {"type": "download", "fileName": name})


def put_report(emulator: IeattaEmulator, id: str, **row: Any) -> None:
    emulator.control("put", {"table": "reports", "rows": [{"reportID": id, **row}]})


def found(text: str) -> set[str]:
    return set(text.split()) - {"end"}


def test_lenient_json_and_get_are_taken(emulator: IeattaEmulator) -> None:
    text = "{'type':'get','credentials':" + str(PAIR) + ",'inputSettings':{'type':'policyList',},}"
    for method in ("GET", "POST"):
        answer = send(emulator, text, method)
        assert json.loads(answer.body)["policyList"][0]["id"] == POLICY_ID
        assert answer.content_type == "text/plain;charset=utf-8"


def test_a_request_that_cannot_be_read_ends_in_a_page(emulator: IeattaEmulator) -> None:
    unreadable = send(emulator, "{nonsense")
    missing = emulator.handle(Request("POST", "/", "", {}, b"", ""))
    assert (unreadable.status, missing.status) == (500, 500)
    assert b"JSONObject" in unreadable.body
    assert b"requestJobDescription" in missing.body


@pytest.mark.parametrize(
    ("how", "status", "code"), [("body401", 200, 401), ("http401", 401, None), ("body500", 200, 500)]
)
def test_a_wrong_pair_is_refused_in_each_way(emulator: IeattaEmulator, how: str, status: int, code: int | None) -> None:
    emulator.control("settings", {"auth_error": how})
    answer = send(emulator, json.dumps({"type": "get", "credentials": {**PAIR, "partnerUserSecret": "x"}}))
    assert answer.status == status
    if code:
        assert json.loads(answer.body)["responseCode"] == code


def test_both_windows_slide_by_the_emulators_clock(emulator: IeattaEmulator) -> None:
    emulator.control("settings", {"windows": [[5, 10.0], [20, 60.0]]})
    job = {"type": "get", "inputSettings": {"type": "policyList"}}
    codes = []
    for _ in range(25):
        codes.append(ask(emulator, job)["responseCode"])
        emulator.clock.shift += timedelta(seconds=1)
    assert codes[:11] == [200] * 5 + [429] * 5 + [200]
    emulator.control("settings", {"rate_as": "http", "windows": [[0, 10.0]]})
    assert send(emulator, json.dumps({"credentials": PAIR, **job})).status == 429


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({}, "At least one"),
        ({"startDate": "20.07.2026"}, "Malformed date '20.07.2026'. Expected format is yyyy-MM-dd"),
        ({"startDate": "2025-01-01"}, "endDate"),
        ({"startDate": "2025-01-01", "endDate": "2026-07-01"}, "one year"),
    ],
)
def test_an_export_without_a_proper_window_is_a_410(emulator: IeattaEmulator, filters: Any, words: str) -> None:
    answer = export(emulator, **filters)
    assert answer["responseCode"] == 410
    assert words in answer["responseMessage"]


def test_unknown_states_and_types_are_a_410(emulator: IeattaEmulator) -> None:
    bad_state = export(emulator, top={"reportState": "OPEN,LOST"}, startDate="2026-07-01")
    assert bad_state["responseCode"] == 410
    assert ask(emulator, {"type": "make"})["responseMessage"] == "Argument 'type' is missing or malformed"


def test_windows_compare_with_the_later_of_created_and_submitted(emulator: IeattaEmulator) -> None:
    put_report(emulator, "A", created="2026-05-01", submitted="2026-07-10", state="SUBMITTED")
    put_report(emulator, "B", created="2026-07-09", submitted="2026-07-08", state="SUBMITTED")
    put_report(emulator, "C", created="2026-07-01")
    assert found(export(emulator, startDate="2026-07-09", endDate="2026-07-10")) == {"A", "B"}
    assert found(export(emulator, startDate="2026-07-10", endDate="2026-07-10")) == {"A"}


def test_approval_dates_exclude_their_own_day_and_touch_approved_reports_only(emulator: IeattaEmulator) -> None:
    put_report(emulator, "A", approved="2026-07-10", state="APPROVED")
    put_report(emulator, "B", approved="2026-07-11", state="APPROVED")
    put_report(emulator, "C")
    assert found(export(emulator, approvedAfter="2026-07-10")) == {"B", "C"}


def test_labels_hide_reports_and_a_test_sets_none(emulator: IeattaEmulator) -> None:
    put_report(emulator, "A")
    mark = [{"actionName": "markAsExported", "label": "seen"}]
    window = {"startDate": "2026-07-01", "markedAsExported": "seen"}
    assert found(export(emulator, onfinish=mark, **window)) == {"A"}
    assert found(export(emulator, **window)) == set()


def test_drafts_never_come_with_an_employee(emulator: IeattaEmulator) -> None:
    put_report(emulator, "A", accountEmail="a@acme.example")
    put_report(emulator, "B", accountEmail="a@acme.example", state="APPROVED")
    top = {"employeeEmail": "a@acme.example", "limit": "5"}
    assert found(export(emulator, top=top, startDate="2026-07-01")) == {"B"}


def test_the_order_of_reports_follows_the_seed_alone(emulator: IeattaEmulator) -> None:
    for number in range(20):
        put_report(emulator, f"R{number}")
    first = export(emulator, startDate="2026-07-01")
    assert first == export(emulator, startDate="2026-07-01")
    emulator.control("settings", {"seed": 2})
    assert first != export(emulator, startDate="2026-07-01")


def test_files_need_their_store_and_time(emulator: IeattaEmulator) -> None:
    emulator.control("settings", {"ready_seconds": 30})
    assert export(emulator, startDate="2026-07-01") == ""
    name = next(iter(emulator.exporter.files))
    job = {"type": "download", "fileName": name}
    assert ask(emulator, {**job, "fileSystem": "reconciliation"})["responseCode"] == 404
    emulator.clock.shift += timedelta(seconds=31)
    assert ask(emulator, job) == "end"


def test_a_person_edits_leave_the_original_and_the_dates(emulator: IeattaEmulator) -> None:
    ids = emulator.control("put", {"table": "expenses", "rows": [{"amount": 100, "merchant": "A", "comment": "x"}]})[
        "ids"
    ]
    row = {"transactionID": ids[0], "amount": 250, "comment": "y"}
    emulator.control("put", {"table": "expenses", "rows": [row]})
    held = emulator.control("state", {})["expenses"][ids[0]]
    assert (held["amount"], held["modifiedAmount"], held["comment"], held["modified"]) == (100, 250, "y", True)
    assert held["created"] == "2026-07-20"


def test_reports_go_through_their_life_and_back(emulator: IeattaEmulator) -> None:
    put_report(emulator, "A")
    for verb in ("submit", "approve", "unapprove", "reject", "submit", "approve", "reimburse"):
        report = emulator.control("act", {"report": "A", "do": verb, "date": "2026-07-21"})
    assert report["state"] == "REIMBURSED"
    assert [entry["action"] for entry in report["actionList"]][3] == "REJECTED"
    with pytest.raises(ValueError, match="cannot approve"):
        emulator.control("act", {"report": "A", "do": "approve"})


def test_removed_expenses_and_reports_are_simply_absent(emulator: IeattaEmulator) -> None:
    ids = emulator.control("put", {"table": "expenses", "rows": [{"reportID": "A"}, {"reportID": "B"}]})["ids"]
    emulator.control("remove", {"table": "expenses", "ids": ids[:1]})
    emulator.control("remove", {"table": "reports", "ids": ["B"]})
    state = emulator.control("state", {})
    assert (list(state["reports"]), state["expenses"]) == (["A"], {})


def test_the_policy_getter_gives_only_what_was_asked(emulator: IeattaEmulator) -> None:
    def get(ids: Any, *names: str) -> Any:
        wanted = {"type": "policy", "policyIDList": ids, "fields": list(names)}
        return ask(emulator, {"type": "get", "inputSettings": wanted})

    assert get([POLICY_ID], "tax", "tags")["policyInfo"] == {
        POLICY_ID: {"tax": {}, "tags": [{"name": "Tag", "tags": []}]}
    }
    assert get(POLICY_ID, "tax")["responseCode"] == 410
    assert get(["abc"], "tax")["responseCode"] == 410


def test_created_expenses_open_a_report_and_need_an_owner(emulator: IeattaEmulator) -> None:
    row = {"merchant": "A", "created": "2026-07-01", "amount": 100, "currency": "AUD"}
    wanted: dict[str, Any] = {"type": "expenses", "transactionList": [row, row]}
    assert ask(emulator, {"type": "create", "inputSettings": wanted})["responseCode"] == 410
    made = ask(emulator, {"type": "create", "inputSettings": {**wanted, "employeeEmail": "a@acme.example"}})
    first, second = made["transactionList"]
    assert first["reportID"] == second["reportID"]
    assert (first["category"], first["mcc"], len(first["transactionID"])) == ("Uncategorized", 0, 19)


def test_jobs_that_are_not_emulated_say_so(emulator: IeattaEmulator) -> None:
    job = {"type": "reconciliation", "credentials": PAIR}
    assert send(emulator, json.dumps(job)).status == 501
    with pytest.raises(KeyError):
        emulator.control("dance", {})


@pytest.mark.parametrize(
    ("kind", "status", "start"),
    [
        ("jpg", 200, b"\xff\xd8\xff"),
        ("png", 200, b"\x89PNG"),
        ("pdf", 200, b"%PDF"),
        ("html", 200, b"<!DOC"),
        ("missing", 404, b"<html"),
    ],
)
def test_receipts_come_as_real_files(emulator: IeattaEmulator, kind: str, status: int, start: bytes) -> None:
    emulator.control("put", {"table": "receipts", "rows": [{"id": "1", "kind": kind, "size": 5000}]})
    file = emulator.control("state", {})["receipts"]["1"]["file"]
    answer = emulator.handle(Request("GET", f"/receipts/{file}", "", {}, b""))
    assert answer.status == status
    assert answer.body.startswith(start)
    assert status == 404 or len(answer.body) == 5000


@pytest.mark.parametrize(("size", "least"), [("small", 14), ("demo", 300)])
def test_seeds_are_the_same_each_time(emulator: IeattaEmulator, size: str, least: int) -> None:
    emulator.seed(size)
    first = emulator.control("state", {})
    emulator.reset()
    emulator.seed(size)
    assert emulator.control("state", {}) == first
    assert len(first["expenses"]) >= least
