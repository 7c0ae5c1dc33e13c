"""The emulator's request format: where parameters travel, fields, filters, pages, counts."""

import pytest

from tests.vendors.accelo.caller import Caller, response


def test_parameters_travel_in_query_form_or_json_and_never_twice(caller: Caller) -> None:
    for answer in (
        caller.api("GET", "staff", _limit="3"),
        caller.api("GET", "staff", {"_limit": "3"}),
        caller.api("GET", "staff", json_body={"_limit": 3}),
        caller.api("POST", "staff", json_body={"_limit": 3, "_method": "get"}),
    ):
        assert len(response(answer)) == 3
    assert caller.api("GET", "staff", {"_limit": "3"}, _limit="3").status == 400


def test_the_method_can_be_overridden(caller: Caller) -> None:
    id = response(caller.create())["id"]
    assert caller.api("POST", f"expenses/{id}", _method="delete").status == 200
    assert caller.sandbox.store.rows("expenses") == []


def test_a_page_has_ten_rows_by_default_and_a_hundred_at_most(caller: Caller) -> None:
    caller.sandbox.control("put", {"table": "jobs", "rows": [{"title": "x"} for _ in range(60)]})
    assert len(caller.get("jobs")) == 10
    assert len(caller.get("jobs", _limit="200")) == 100
    assert [row["id"] for row in caller.get("jobs", _limit="3", _page="1", _offset="50")] == ["4", "5", "6"]
    assert [row["id"] for row in caller.get("jobs", _limit="2", _offset="50")] == ["51", "52"]
    assert caller.get("jobs", _page="99") == []


def test_only_default_fields_come_unasked(caller: Caller) -> None:
    assert set(caller.get("jobs/1")) == {"id", "title"}
    assert set(caller.get("jobs/1", _fields="custom_id, unknown")) == {"id", "title", "custom_id"}


def test_all_fields_have_bare_references_unless_named(caller: Caller) -> None:
    row = caller.get("jobs/1", _fields="_ALL,company(),manager(email)")
    assert row["company"] == {"id": "1", "name": "Harbour Trust"}
    assert set(row["manager"]) == {"id", "firstname", "surname", "email"}
    assert row["affiliation"] == "1"


def test_fields_nest_and_may_come_as_a_list(caller: Caller) -> None:
    nested = caller.get("jobs/1", _fields="affiliation(company(website))")
    assert nested["affiliation"]["company"]["website"] == "www.harbourtrust.example"
    listed = caller.api("GET", "jobs/1", json_body={"_fields": ["title", "company.website"]})
    assert response(listed)["company"]["website"] == "www.harbourtrust.example"


@pytest.mark.parametrize(
    ("path", "filters", "expected"),
    [
        ("jobs", "id(3,1)", ["1", "3"]),
        ("jobs", "id(1),id(2)", ["2"]),
        ("jobs", "custom_id(P-1042)", ["42"]),
        ("jobs", "against(company(1,2)),id_less_than(20)", ["1", "2", "13", "14"]),
        ("jobs", "against_id(1),id_not(1,13,25,37)", ["49"]),
        ("jobs", "id_greater_than(57),id_less_than_or_equal(59)", ["58", "59"]),
        ("jobs", "id_greater_than(57),order_by_desc(id)", ["60", "59", "58"]),
        ("jobs", "_OR(id(1),custom_id(P-1002))", ["1", "2"]),
        ("jobs", "_OR(_AND(id(1),standing(nothing)),id(2))", ["2"]),
        ("jobs", "search(harbour refit)", ["1", "37"]),
        ("expenses/types", "tax_id(3)", ["6"]),
        ("expenses/types", "standing(inactive)", ["16"]),
        ("taxes", "unknown(1)", ["1", "2", "3"]),
        ("taxes", "date_modified_after(9999999999)", ["1", "2", "3"]),
    ],
)
def test_filters(caller: Caller, path: str, filters: str, expected: list[str]) -> None:
    assert caller.ids(path, filters) == expected


def test_filters_may_come_as_json(caller: Caller) -> None:
    wanted = {"against": [{"company": [1]}], "id_less_than": [20], "order_by_desc": ["id"]}
    answer = caller.api("POST", "jobs", json_body={"_filters": wanted, "_method": "get"})
    assert [row["id"] for row in response(answer)] == ["13", "1"]


def test_date_filters_are_strict_and_an_unset_date_is_before_everything(caller: Caller) -> None:
    rows = [{"id": id, "date_due": due} for id, due in (("1", None), ("2", 100), ("3", 101), ("4", 102))]
    caller.sandbox.control("put", {"table": "jobs", "rows": rows})
    assert caller.ids("jobs", "date_due_after(100),date_due_before(102)") == ["3"]
    assert caller.ids("jobs", "date_due_before(0)") == ["1"]


def test_search_finds_every_word_in_any_field_and_is_ignored_where_unknown(caller: Caller) -> None:
    assert [row["id"] for row in caller.get("companies", _search="harbour www")] == ["1"]
    assert len(caller.get("staff", _search="nobody")) == 10


def test_counts_have_two_shapes(caller: Caller) -> None:
    assert caller.get("jobs/count", _filters="against_id(1)") == {"count": "5"}
    assert caller.get("contracts/count") == "12"


def test_periods_are_wrapped(caller: Caller) -> None:
    answer = caller.get("contracts/2/periods", _limit="100", _fields="standing,contract_id")
    assert set(answer) == {"periods"}
    assert {row["contract_id"] for row in answer["periods"]} == {"2"}
    assert caller.api("GET", "contracts/99/periods").status == 400
