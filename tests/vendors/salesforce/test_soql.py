"""Queries: what a value or a name may do to them, and conditions that an admin composes."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.errors import ConfigError
from integrations.vendors.salesforce import soql
from integrations.vendors.salesforce.describe import Describe, Field
from integrations.vendors.salesforce.times import format_time, parse_time, wire_time


def field(name: str, type: str = "string", filterable: bool = True) -> Field:
    return Field(name, label=name.upper(), type=type, filterable=filterable)


ACCOUNT = Describe(
    "Account",
    "Company",
    True,
    True,
    {
        one.name: one
        for one in (
            field("Name"),
            field("Type", "picklist"),
            field("NumberOfEmployees", "int"),
            field("AnnualRevenue", "currency"),
            field("IsDeleted", "boolean"),
            field("LastActivityDate", "date"),
            field("CreatedDate", "datetime"),
            field("OwnerId", "reference"),
            field("Description", "textarea", filterable=False),
            field("BillingAddress", "address"),
        )
    },
)


def row(field: str, operator: str, *values: str) -> Mapping[str, Any]:
    return {"field": field, "operator": operator, "values": list(values)}


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("O'Neil", r"'O\'Neil'"),
        ("back\\slash", r"'back\\slash'"),
        ('"quoted"', r"'\"quoted\"'"),
        ("two\nlines\r\tand", r"'two\nlines\r\tand'"),
        ("x' OR Name != '", r"'x\' OR Name != \''"),
        ("100%_", "'100%_'"),
        ("Zoë 株式会社", "'Zoë 株式会社'"),
    ],
)
def test_a_text_stands_for_itself(text: str, literal: str) -> None:
    assert soql.quote(text) == literal


@given(st.text())
def test_no_text_ends_its_literal_early(text: str) -> None:
    inner = soql.quote(text)[1:-1]
    assert re.fullmatch(r"(?:[^'\\]|\\.)*", inner, re.DOTALL)


def test_wildcards_of_a_searched_text_stand_for_themselves() -> None:
    assert soql.like("50%_off'", before="%", after="%") == r"'%50\%\_off\'%'"


@pytest.mark.parametrize("name", ["Name", "Owner.Name", "Ext__c", "Account.Owner.Profile.Name"])
def test_a_name_is_taken_as_it_is(name: str) -> None:
    assert soql.name(name) == name


@pytest.mark.parametrize(
    "name", ["", "Name FROM User", "Name,Id", "1Name", "Owner.", "Näme", "a.b.c.d.e.f.g", "Name\n"]
)
def test_what_is_no_name_never_enters_a_query(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        soql.name(name)


def test_an_empty_list_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="empty"):
        soql.in_list([])


def test_several_conditions_keep_their_own_or() -> None:
    assert soql.where_all("a = 1 OR b = 2", "", "c = 3") == " WHERE (a = 1 OR b = 2) AND (c = 3)"
    assert soql.where_all("a = 1") == " WHERE a = 1"
    assert soql.where_all("", "") == ""


@pytest.mark.parametrize(
    ("rows", "condition"),
    [
        ([], ""),
        ([row("Name", "is", "O'Neil")], r"Name = 'O\'Neil'"),
        ([row("name", "is_not", "x")], "Name != 'x'"),
        ([row("Name", "is", "a", "b")], "Name IN ('a', 'b')"),
        ([row("Name", "is_not", "a", "b")], "Name NOT IN ('a', 'b')"),
        ([row("Type", "in", "Customer")], "Type = 'Customer'"),
        ([row("Name", "contains", "100%")], r"Name LIKE '%100\%%'"),
        ([row("Name", "starts_with", "a", "b")], "(Name LIKE 'a%' OR Name LIKE 'b%')"),
        ([row("Type", "empty")], "Type = null"),
        ([row("Type", "not_empty", "ignored")], "Type != null"),
        ([row("NumberOfEmployees", "greater", "50")], "NumberOfEmployees > 50"),
        ([row("AnnualRevenue", "less", "1e3")], "AnnualRevenue < 1000"),
        ([row("IsDeleted", "is", "No")], "IsDeleted = false"),
        ([row("LastActivityDate", "greater", "2026-01-31")], "LastActivityDate > 2026-01-31"),
        ([row("CreatedDate", "less", "2026-01-31")], "CreatedDate < 2026-01-31T00:00:00Z"),
        ([row("CreatedDate", "greater", "2026-01-31T10:00:00+02:00")], "CreatedDate > 2026-01-31T08:00:00Z"),
        ([row("Name", "is", "x"), row("Type", "is", "y")], "Name = 'x' AND Type = 'y'"),
        ([{"field": "Name", "operator": "is", "values": "one"}], "Name = 'one'"),
    ],
)
def test_rows_make_a_condition(rows: list[Mapping[str, Any]], condition: str) -> None:
    assert soql.build_condition(rows, ACCOUNT) == condition


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (row("Nmae", "is", "x"), "has no field 'Nmae'"),
        (row("Name = 'x' OR Id", "is", "x"), "has no field"),
        (row("Description", "contains", "x"), "cannot select records by this field"),
        (row("BillingAddress", "is", "x"), "cannot select records by this field"),
        (row("Name", "like", "x"), "comparison 'like' is not known"),
        (row("Name", "is"), "enter a value"),
        (row("Name", "is", "  "), "enter a value"),
        (row("NumberOfEmployees", "is", "many"), "enter a number"),
        (row("NumberOfEmployees", "is", "Infinity"), "enter a number"),
        (row("IsDeleted", "is", "perhaps"), "enter true or false"),
        (row("LastActivityDate", "is", "31.1.2026"), "enter it like 2026-01-31,"),
        (row("CreatedDate", "is", "yesterday"), "enter it like 2026-01-31T23:59:59Z"),
        (row("Name", "greater", "x"), "compare a number"),
        (row("NumberOfEmployees", "less", "1", "2"), "with one value"),
        (row("OwnerId", "contains", "005"), "in texts only"),
        (row("Name", "in", *[f"company {n:04d}" for n in range(300)]), "too long"),
    ],
)
def test_a_row_that_makes_no_sense_is_explained(given: Mapping[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        soql.build_condition([given], ACCOUNT)


def test_times_are_read_in_both_forms_and_written_in_utc() -> None:
    moment = datetime(2020, 10, 22, 21, 3, 23, tzinfo=UTC)
    assert parse_time("2020-10-22T21:03:23.000+0000") == parse_time("2020-10-22T21:03:23.000Z") == moment
    assert format_time(moment.astimezone(timezone(timedelta(hours=11)))) == "2020-10-22T21:03:23Z"
    assert wire_time(moment) == "2020-10-22T21:03:23.000+0000"
    with pytest.raises(ValueError, match="zone"):
        format_time(datetime(2020, 10, 22))
