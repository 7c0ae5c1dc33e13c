"""The emulator's own rules, asked directly."""

import json
import pickle
from typing import Any

import pytest

from integrations.vendors.emulator import Request, Response
from integrations.vendors.expensein.sandbox import KEY, READ_ONLY_KEY, ExpenseInEmulator


@pytest.fixture
def emulator() -> ExpenseInEmulator:
    return ExpenseInEmulator()


def call(
    emulator: ExpenseInEmulator, method: str, path: str, body: Any = None, authorization: str = f"ApiKey {KEY}"
) -> Response:
    content = b"" if body is None else json.dumps(body).encode()
    path, _, query = path.partition("?")
    return emulator.handle(Request(method, f"/1.0/{path}", query, {"authorization": authorization}, content))


def told(response: Response) -> Any:
    return json.loads(response.body)


def put(emulator: ExpenseInEmulator, table: str, *rows: dict[str, Any]) -> list[str]:
    return emulator.control("put", {"table": table, "rows": list(rows)})["ids"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("header", ["", KEY, f"Bearer {KEY}", f"apikey {KEY}", "ApiKey other", f"Basic {KEY}"])
def test_only_the_documented_header_is_let_in(emulator: ExpenseInEmulator, header: str) -> None:
    response = call(emulator, "GET", "users", authorization=header)
    assert (response.status, "message" in told(response)) == (401, True)


def test_a_refused_write_leaves_nothing_but_its_line_in_the_log(emulator: ExpenseInEmulator) -> None:
    response = call(emulator, "POST", "departments", {"name": "Legal"}, f"ApiKey {READ_ONLY_KEY}")
    assert response.status == 403
    state = emulator.control("state", {})
    assert state["departments"] == []
    (write,) = state["writes"]
    assert (write["method"], write["path"], write["status"]) == ("POST", "/1.0/departments", 403)
    assert json.loads(write["body"]) == {"name": "Legal"}
    assert emulator.control("writes", {"clear": True}) == [write]
    assert emulator.control("writes", {}) == []


def test_a_new_category_is_for_all_kinds_of_expenses_unless_told(emulator: ExpenseInEmulator) -> None:
    response = call(emulator, "POST", "categories", {"name": "Travel"})
    assert response.status == 201
    assert told(response)["appliesTo"] == ["purchase", "mileage", "time"]


def test_names_are_unique_within_a_kind_and_deleted_ones_hold_no_claim(emulator: ExpenseInEmulator) -> None:
    first, second = put(emulator, "projects", {"name": "Refit"}, {"name": "Audit"})
    assert call(emulator, "POST", "departments", {"name": "Refit"}).status == 201
    assert call(emulator, "POST", "projects", {"name": " REFIT "}).status == 400
    assert call(emulator, "PUT", f"projects/{second}", {"name": "refit"}).status == 400
    assert call(emulator, "PUT", f"projects/{first}", {"name": "REFIT"}).status == 200
    emulator.control("remove", {"table": "projects", "ids": [first]})
    assert call(emulator, "POST", "projects", {"name": "Refit"}).status == 201
    assert told(call(emulator, "GET", f"projects/{first}"))["isDeleted"] is True
    assert call(emulator, "PUT", f"projects/{first}", {"name": "Again"}).status == 404


def test_an_admin_is_bound_by_unique_names_too_unless_the_switch_says_otherwise(emulator: ExpenseInEmulator) -> None:
    put(emulator, "suppliers", {"name": "Lane"})
    with pytest.raises(ValueError, match="already has the name"):
        put(emulator, "suppliers", {"name": "LANE"})
    emulator.control("settings", {"unique_names": False})
    put(emulator, "suppliers", {"name": "LANE"})


def test_a_renamed_record_gives_its_name_free(emulator: ExpenseInEmulator) -> None:
    (id,) = put(emulator, "suppliers", {"name": "Lane", "code": "1"})
    assert told(call(emulator, "PUT", f"suppliers/{id}", {"name": "Quay"})) | {"dateAdded": ""} == {
        "id": id, "name": "Quay", "code": "1", "isInactive": False, "isDeleted": False, "dateAdded": "",
    }  # fmt: skip
    assert call(emulator, "POST", "suppliers", {"name": "Lane"}).status == 201


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("categories", {}, "name"),
    ("categories", {"name": "  "}, "name"),
    ("categories", {"name": "x" * 101}, "name"),
    ("categories", {"name": "x", "reference": "9" * 51}, "reference"),
    ("categories", {"name": "x", "reference": 7400}, "reference"),
    ("categories", {"name": "x", "appliesTo": ["Purchases"]}, "appliesTo"),
    ("departments", {"name": "x", "reference": "1"}, "reference"),
    ("taxrates", {"name": "x"}, "rate"),
    ("taxrates", {"name": "x", "rate": "20"}, "rate"),
    ("suppliers", {"name": "x", "isInactive": "no"}, "isInactive"),
]


@pytest.mark.parametrize(("path", "body", "field"), BAD)
def test_a_bad_field_is_named(emulator: ExpenseInEmulator, path: str, body: dict[str, Any], field: str) -> None:
    response = call(emulator, "POST", path, body)
    assert response.status == 400
    assert [error["field"] for error in told(response)["errors"]] == [field]


def test_references_may_repeat_and_be_empty(emulator: ExpenseInEmulator) -> None:
    for body in ({"name": "a", "code": "1"}, {"name": "b", "code": "1"}, {"name": "c", "code": ""}, {"name": "d"}):
        assert call(emulator, "POST", "projects", body).status == 201


def test_pages_come_only_where_they_are_switched_on(emulator: ExpenseInEmulator) -> None:
    emulator.control("bulk", {"table": "suppliers", "count": 5})
    assert len(told(call(emulator, "GET", "suppliers?page=2&pageSize=2"))) == 5
    emulator.control("settings", {"paging": True})
    assert [row["code"] for row in told(call(emulator, "GET", "suppliers?page=2&pageSize=2"))] == ["S00003", "S00004"]


def test_a_list_shows_every_change_at_once(emulator: ExpenseInEmulator) -> None:
    assert told(call(emulator, "GET", "departments")) == []
    (id,) = put(emulator, "departments", {"name": "Sales"})
    assert [row["name"] for row in told(call(emulator, "GET", "departments"))] == ["Sales"]
    put(emulator, "departments", {"id": id, "name": "Selling"})
    assert [row["name"] for row in told(call(emulator, "GET", "departments"))] == ["Selling"]
    emulator.control("remove", {"table": "departments", "ids": [id], "purge": True})
    assert told(call(emulator, "GET", "departments")) == []


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "merchants"), ("DELETE", "projects/p-1"), ("POST", "users"), ("GET", "projects/1/x")]
)
def test_what_it_does_not_know_it_says_so(emulator: ExpenseInEmulator, method: str, path: str) -> None:
    assert call(emulator, method, path, {"name": "x"}).status == 501


def test_the_demo_is_a_company_whose_account_was_filled_by_hand(emulator: ExpenseInEmulator) -> None:
    emulator.seed("demo")
    state = emulator.control("state", {})
    living = [row for row in state["categories"] if not row["isDeleted"]]
    assert len(living) == 25
    assert 3 <= sum(row["reference"] is None for row in living) <= 8
    assert {len(state[table]) for table in ("departments", "tax_rates")} == {6}
    assert state["writes"] == []


def test_it_is_kept_with_its_state(emulator: ExpenseInEmulator) -> None:
    emulator.seed("small")
    again = pickle.loads(pickle.dumps(emulator))
    assert again.control("state", {}) == emulator.control("state", {})
    assert call(again, "POST", "departments", {"name": "Sales"}).status == 400
