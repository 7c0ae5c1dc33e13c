"""The emulator's rules of sales and tickets: what writes take, what follows from them, what lists show."""

from datetime import timedelta
from typing import Any

import pytest

from tests.vendors.accelo.caller import Caller, meta, response

SALE = {"title": "New shop", "affiliation_id": "4", "type_id": "2"}
TICKET = {"title": "Printer", "type_id": "1", "against_type": "company", "against_id": "3"}
NEEDED = [("prospects", SALE, name) for name in SALE] + [("issues", TICKET, name) for name in TICKET]
REFERENCES = [
    ("prospects", SALE, {"affiliation_id": "99"}), ("prospects", SALE, {"type_id": "99"}),
    ("prospects", SALE, {"status_id": "99"}), ("prospects", SALE, {"staff_id": "99"}),
    ("prospects", SALE, {"probability_id": "99"}), ("prospects", SALE, {"weighting": "6"}),
    ("prospects", SALE, {"progress": "101"}), ("prospects", SALE, {"success": "1"}),
    ("prospects", SALE, {"value": "much"}), ("issues", TICKET, {"type_id": "99"}),
    ("issues", TICKET, {"against_id": "99"}), ("issues", TICKET, {"against_type": "unicorn"}),
    ("issues", TICKET, {"assignee": "99"}), ("issues", TICKET, {"priority_id": "99"}),
    ("issues", TICKET, {"class_id": "99"}), ("issues", TICKET, {"standing": "unheard"}),
]  # fmt: skip


def made(caller: Caller, path: str, form: dict[str, str], **more: str) -> dict[str, Any]:
    answer = caller.api("POST", path, {**form, **more, "_fields": "_ALL"})
    assert answer.status == 200
    return response(answer)  # type: ignore[no-any-return]


def effects(caller: Caller) -> list[tuple[str, str, str]]:
    rows = caller.sandbox.control("state", {"table": "effects"})["effects"]
    return [(row["what"], row["against_id"], row["staff_id"]) for row in rows]


@pytest.mark.parametrize(("path", "form", "name"), NEEDED)
def test_what_a_create_needs(caller: Caller, path: str, form: dict[str, str], name: str) -> None:
    for rest in ({**form, name: " "}, {key: value for key, value in form.items() if key != name}):
        answer = caller.api("POST", path, rest)
        assert (answer.status, meta(answer)["status"], response(answer)) == (400, "invalid_request", None)
    assert len(caller.get(path, _limit="100")) == (0 if path == "prospects" else 40)


@pytest.mark.parametrize(("path", "form", "bad"), REFERENCES)
def test_what_does_not_exist_or_fit_is_refused(
    caller: Caller, path: str, form: dict[str, str], bad: dict[str, str]
) -> None:
    assert caller.api("POST", path, {**form, **bad}).status == 400
    if set(bad) & {"type_id", "against_type", "against_id"}:
        return
    id = made(caller, path, form)["id"]
    assert caller.api("PUT", f"{path}/{id}", bad).status == 400


def test_a_sale_starts_with_the_status_of_the_lowest_ordering_and_shares_of_one(caller: Caller) -> None:
    row = made(
        caller, "prospects", SALE, progress="25", weighting="3", value="1000", success="no", date_due="2026-12-24"
    )
    assert (row["status"], row["standing"], row["progress"], row["value"]) == ("2", "active", "0.2500", "1000.00")
    assert (row["weighting"], row["success"], row["manager"], row["prospect_type"]) == ("3", "no", "1", "2")
    assert row["date_due"] == "1798030800"  # midnight in Sydney
    assert (row["won_by_id"], row["prospect_probability"]) == (None, None)
    with_place = caller.get(f"prospects/{row['id']}", _fields="affiliation(company(name)),company")
    assert with_place["affiliation"]["company"]["name"] == "Kestrel Legal"
    assert "company" not in with_place


def test_sales_are_filtered_by_company_though_they_tell_only_their_affiliation(caller: Caller) -> None:
    here, there = (made(caller, "prospects", SALE, affiliation_id=id)["id"] for id in ("4", "5"))
    assert caller.ids("prospects", "company(4)") == [here]
    caller.api("PUT", f"prospects/{there}", {"affiliation_id": "4"})
    assert caller.ids("prospects", "company(4)") == caller.ids("prospects", "affiliation(4)") == [here, there]
    put = caller.sandbox.control("put", {"table": "prospects", "rows": [{"affiliation": "5", "status": "4"}]})
    assert caller.ids("prospects", "company(5),standing(won)") == put
    assert caller.get("prospects/count", _filters="date_created_after(0)") == {"count": "3"}


def test_a_status_given_at_creation_runs_no_progression(caller: Caller) -> None:
    won = made(caller, "prospects", SALE, status_id="4")
    closed = made(caller, "issues", TICKET, status_id="4")
    assert (won["standing"], won["won_by_id"], closed["standing"]) == ("won", None, "closed")
    assert caller.get("progressions/history") == [] and effects(caller) == []
    assert caller.get(f"prospects/{won['id']}/status")["title"] == "Won"
    assert caller.api("GET", f"prospects/{won['id']}/progressions").status == 501


@pytest.mark.parametrize(("how", "found"), [("taken", "5"), ("ignored", "2"), ("refused", "")])
def test_whether_a_status_not_meant_for_new_sales_is_taken_is_a_switch(caller: Caller, how: str, found: str) -> None:
    caller.sandbox.control("settings", {"other_start_statuses": how})
    answer = caller.api("POST", "prospects", {**SALE, "status_id": "5", "_fields": "status"})
    assert (answer.status == 400) == (not found)
    if found:
        assert response(answer)["status"] == found
        changed = caller.api("PUT", f"prospects/{response(answer)['id']}", {"status_id": "6", "_fields": "standing"})
        assert response(changed)["standing"] == "cancelled"


def test_of_a_ticket_the_standing_wins_over_the_status(caller: Caller) -> None:
    assert made(caller, "issues", TICKET)["status"] == "3"
    assert made(caller, "issues", TICKET, standing="open", status_id="4")["status"] == "2"
    closed = made(caller, "issues", TICKET, standing="closed")
    assert closed["date_opened"] == closed["date_resolved"] == closed["date_closed"] == closed["date_submitted"]
    opened = made(caller, "issues", TICKET, standing="open")
    assert (opened["opened_by"], opened["date_resolved"], opened["company"]) == ("1", None, "3")


def test_an_assignee_is_informed_once(caller: Caller) -> None:
    id = made(caller, "issues", TICKET, assignee="7")["id"]
    caller.api("PUT", f"issues/{id}", {"assignee": "7", "title": "Printer again"})
    caller.api("PUT", f"issues/{id}", {"assignee": "8"})
    assert effects(caller) == [("assignee informed", id, "7"), ("assignee informed", id, "8")]


@pytest.mark.parametrize(
    ("path", "form", "change"), [("prospects", SALE, {"comments": "x"}), ("issues", TICKET, {"class_id": "2"})]
)
def test_a_write_by_the_api_or_by_a_person_moves_the_date_of_change(
    caller: Caller, path: str, form: dict[str, str], change: dict[str, str]
) -> None:
    row = made(caller, path, form)
    where, seen = f"{path}/{row['id']}", [int(row["date_modified"])]
    for edit in (
        lambda: caller.api("PUT", where, change),
        lambda: caller.sandbox.control("put", {"table": path, "rows": [{"id": row["id"], "title": "Edited"}]}),
    ):
        caller.sandbox.clock.shift += timedelta(seconds=5)
        edit()
        seen.append(int(caller.get(where, _fields="date_modified")["date_modified"]))
    assert caller.get(where)["title"] == "Edited"
    assert seen[0] < seen[1] < seen[2]


def test_types_hide_inactive_ones_unless_filtered_for(caller: Caller) -> None:
    for path in ("prospects/types", "issues/types"):
        assert len(caller.get(path)) == 3
        assert len(caller.get(path, _filters="order_by_asc(id)")) == 4
    assert caller.ids("prospects/types", "standing(inactive)") == ["4"]
    assert caller.get("issues/priorities/count") == {"count": "5"}
    assert caller.get("issues/types/2")["title"] == "Support"
    assert caller.api("GET", "prospects/statuses/1").status == 400
    assert caller.api("GET", "issues/classes/count").status == 400


def test_fields_that_the_deployment_does_not_take_are_silently_left(caller: Caller) -> None:
    caller.sandbox.control("settings", {"fields_not_taken": ["prospects.value"], "length_limits": {"issues.title": 4}})
    assert made(caller, "prospects", SALE, value="5", colour="red")["value"] == "0.00"
    assert made(caller, "issues", TICKET)["title"] == "Prin"


def test_tickets_are_really_deleted_and_sales_by_switch(caller: Caller) -> None:
    sale, ticket = made(caller, "prospects", SALE)["id"], made(caller, "issues", TICKET)["id"]
    caller.sandbox.control("settings", {"sales_deletable": False})
    assert caller.api("DELETE", f"prospects/{sale}").status == 400
    caller.sandbox.control("settings", {"sales_deletable": True})
    for path in (f"prospects/{sale}", f"issues/{ticket}"):
        assert caller.api("DELETE", path).status == 200
        assert caller.api("GET", path).status == 400


def test_recent_tickets_come_newest_first(caller: Caller) -> None:
    caller.sandbox.clock.shift += timedelta(seconds=5)
    id = made(caller, "issues", TICKET)["id"]
    assert caller.get("issues/recent", _limit="1", _filters="order_by_asc(id)")[0]["id"] == id
