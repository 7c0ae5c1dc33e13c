"""The emulator's rules of expenses."""

import pytest

from integrations.vendors.emulator import Response
from tests.vendors.accelo.caller import NEW, READ_BACK, Caller, meta, response


def test_a_new_expense_has_the_documented_defaults(caller: Caller) -> None:
    made = response(caller.create())
    assert (made["unit_cost"], made["price"], made["quantity"]) == ("10.5000", "10.5000", "2.0000")
    assert (made["standing"], made["billable"], made["submitter_id"]) == ("submitted", "no", "1")
    note = caller.sandbox.store.rows("activities")[0]
    assert (note["id"], note["against_id"], note["medium"]) == (made["activity"], "1", "note")


@pytest.mark.parametrize("name", list(NEW))
def test_each_required_field_is_missed(caller: Caller, name: str) -> None:
    answer = caller.create(**{name: None})
    assert (answer.status, meta(answer)["status"]) == (400, "invalid_request")
    assert caller.sandbox.store.rows("expenses") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"against_id": "999"},
        {"type_id": "999"},
        {"unit_cost": "ten"},
        {"quantity": "NaN"},
        {"billable": "perhaps"},
        {"date_incurred": "yesterday"},
        {"resource_id": "999"},
    ],
)
def test_an_unreadable_value_is_refused(caller: Caller, changes: dict[str, str]) -> None:
    assert caller.create(**changes).status == 400
    assert caller.sandbox.store.rows("expenses") == []


def test_an_expense_is_against_an_issue_or_job_unless_the_switch_admits_periods(caller: Caller) -> None:
    refused = caller.create(against_type="contract_period")
    assert (refused.status, meta(refused)["message"]) == (400, "Engagement must be an issue or job")
    caller.sandbox.control("settings", {"retainer_periods": True})
    assert caller.create(against_type="contract_period").status == 200


@pytest.mark.parametrize(
    ("sent", "unix"),
    [("1782000000", "1782000000"), ("2026-07-03", "1783000800"), ("2026-07-03T10:00:00+00:00", "1783072800")],
)
def test_dates_are_taken_as_unix_and_iso(caller: Caller, sent: str, unix: str) -> None:
    assert response(caller.create(date_incurred=sent))["date_incurred"] == unix


@pytest.mark.parametrize(("sent", "kept"), [("yes", "yes"), ("1", "yes"), ("no", "no"), ("0", "no")])
def test_booleans_are_taken_in_both_forms(caller: Caller, sent: str, kept: str) -> None:
    assert response(caller.create(billable=sent))["billable"] == kept


def test_a_form_that_is_not_taken_leaves_the_default(caller: Caller) -> None:
    caller.sandbox.control("settings", {"accepts_booleans": "one_zero", "accepts_dates": "iso"})
    made = response(caller.create(billable="yes", date_incurred="86400"))
    assert made["billable"] == "no"
    assert int(made["date_incurred"]) > 86400


def test_a_receipt_comes_as_a_part_or_by_id_but_not_both(caller: Caller) -> None:
    def upload(**fields: str) -> Response:
        parts = "".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {**NEW, **fields, "_fields": READ_BACK}.items()
        )
        head = '--b\r\nContent-Disposition: form-data; name="file"; filename="ü.png"\r\nContent-Type: image/png\r\n\r\n'
        body = parts.encode() + head.encode() + b"\x89PNG\r\n\x00--\r\n--b--\r\n"
        bearer = f"Bearer {caller.token}"
        return caller.send(
            "POST", "/api/v0/expenses", body=body, kind="multipart/form-data; boundary=b", authorization=bearer
        )

    made = response(upload())
    assert caller.get(f"resources/{made['resource']}")["title"] == "ü.png"
    download = caller.api("GET", f"resources/{made['resource']}/download")
    assert (download.content_type, download.body) == ("image/png", b"\x89PNG\r\n\x00--")
    assert response(caller.create(resource_id=made["resource"]))["resource"] == made["resource"]
    assert upload(resource_id=made["resource"]).status == 400


def test_an_update_leaves_price_against_and_standing_as_they_are(caller: Caller) -> None:
    made = response(caller.create())
    changes = {"title": "Bus", "price": "1", "against_id": "2", "standing": "approved", "_fields": READ_BACK}
    changed = response(caller.api("PUT", f"expenses/{made['id']}", changes))
    assert changed == {**made, "title": "Bus"}


def test_a_locked_standing_takes_no_change(caller: Caller) -> None:
    id = response(caller.create())["id"]
    caller.sandbox.control("settings", {"locked_standings": ["submitted"]})
    assert caller.api("PUT", f"expenses/{id}", {"title": "Bus"}).status == 400
    assert caller.api("DELETE", f"expenses/{id}").status == 400


def test_progressions_are_offered_by_standing_and_leave_a_history(caller: Caller) -> None:
    id = response(caller.create())["id"]
    assert [move["title"] for move in caller.get(f"expenses/{id}/progressions")] == ["Approve", "Decline"]
    moved = caller.api("POST", f"expenses/{id}/progressions/2/auto")
    assert response(moved)["standing"] == "declined"
    assert caller.api("POST", f"expenses/{id}/progressions/2/auto").status == 400
    assert caller.get("progressions/history", _filters=f"against(expense({id}))")[0]["to_title"] == "Declined"


def test_ids_grow_and_are_never_used_again(caller: Caller) -> None:
    first = response(caller.create())["id"]
    caller.api("DELETE", f"expenses/{first}")
    assert int(response(caller.create())["id"]) == int(first) + 1
