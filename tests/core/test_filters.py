from typing import Any

import pytest

from integrations.core.filters import COMPARISONS, Condition, Filter, build_filter, filter_words, value_texts

FIELDS = ("name", "code", "active")


@pytest.mark.parametrize(
    ("comparison", "values", "text", "holds"),
    [
        ("contains", ["expenses"], "Travel EXPENSES abroad", True),
        ("contains", ["expenses abroad"], "Expenses   abroad", True),
        ("contains", ["expenses"], "Travel", False),
        ("starts_with", ["73"], "7300", True),
        ("starts_with", ["73"], "0730", False),
        ("ends_with", ["00"], " 7300 ", True),
        ("ends_with", ["00"], "7301", False),
        ("is_one_of", ["7300", "7310"], "7310", True),
        ("is_one_of", ["73"], "7310", False),
        ("is_one_of", ["straße"], "STRASSE", True),
        ("is_not_one_of", ["7300", "7310"], "7320", True),
        ("is_not_one_of", ["7300", "7310"], "7310 ", False),
        ("is_not_one_of", ["7300"], "", True),
        ("is_one_of", ["0050"], "50", False),
    ],
)
def test_each_comparison_holds_whatever_the_capitals_and_blanks(
    comparison: str, values: list[str], text: str, holds: bool
) -> None:
    assert Condition("name", comparison, tuple(values)).holds(text) is holds


def test_every_comparison_is_declared_and_can_be_asked() -> None:
    assert set(COMPARISONS) == {"contains", "starts_with", "ends_with", "is_one_of", "is_not_one_of"}


def test_all_conditions_must_hold_and_none_keeps_everything() -> None:
    both = Filter((Condition("name", "contains", ("fuel",)), Condition("active", "is_one_of", ("yes",))))
    assert both.keeps({"name": "Fuel", "active": "yes"})
    assert not both.keeps({"name": "Fuel", "active": "no"})
    assert not both.keeps({"active": "yes"}), "an absent field is empty"
    assert Filter().keeps({})


def test_a_filter_survives_being_stored() -> None:
    rows = [
        {"field": "name", "comparison": "contains", "values": [" fuel "]},
        {"field": "code", "comparison": "is_one_of", "values": ["1", 2, "1", ""]},
        {"field": "active", "comparison": "is_one_of", "values": True},
    ]
    built = build_filter(rows, FIELDS)
    assert [one.values for one in built.conditions] == [("fuel",), ("1", "2"), ("yes",)]
    assert build_filter(built.as_json(), FIELDS) == built


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"field": "colour", "comparison": "contains", "values": ["x"]}, "no field 'colour'"),
        ({"field": "name", "comparison": "equals", "values": ["x"]}, "no comparison 'equals'"),
        ({"field": "name", "comparison": "contains", "values": ["x", "y"]}, "takes one value"),
        ({"field": "name", "comparison": "is_one_of", "values": [" ", None]}, "no value"),
        ({"field": "name", "comparison": "contains"}, "no value"),
        ({}, "no field ''"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused_in_words(row: dict[str, Any], words: str) -> None:
    if row.get("values") == [" ", None]:
        row = {**row, "values": [" ", ""]}
    with pytest.raises(ValueError, match=words):
        build_filter([row], FIELDS)


def test_a_field_has_one_comparison() -> None:
    row = {"field": "name", "comparison": "contains", "values": ["x"]}
    with pytest.raises(ValueError, match="two comparisons"):
        build_filter([row, row], FIELDS)


def test_values_are_read_from_whatever_a_file_holds() -> None:
    assert value_texts(None) == []
    assert value_texts("x ") == ["x"]
    assert value_texts([True, 70, "0070"]) == ["yes", "70", "0070"]


def test_a_filter_is_told_in_words() -> None:
    built = build_filter([{"field": "code", "comparison": "is_one_of", "values": ["1", "2"]},
                          {"field": "name", "comparison": "ends_with", "values": ["x"]}], FIELDS)  # fmt: skip
    assert filter_words(built, {"code": "Number"}) == "Number is one of “1”, “2” and name ends with “x”"
    assert filter_words(Filter(), {}) == ""
