"""Conditions as lines that people write."""

from __future__ import annotations

import pytest

from integrations.core.errors import ConfigError
from integrations.services.conditions import condition_row, conditions_parse, conditions_text


@pytest.mark.parametrize(
    ("line", "field", "operator", "values"),
    [
        ("Industry is Banking; Retail", "Industry", "is", ["Banking", "Retail"]),
        ("Account Source is not Web", "Account Source", "is_not", ["Web"]),
        ("Name starts with Harbour, Trust & Co", "Name", "starts_with", ["Harbour, Trust & Co"]),
        ("Website is empty", "Website", "empty", []),
        ("Website IS NOT EMPTY", "Website", "not_empty", []),
        ("AnnualRevenue greater than 1000000", "AnnualRevenue", "greater", ["1000000"]),
        ("Type in A;B", "Type", "in", ["A", "B"]),
    ],
)
def test_a_line_is_a_condition_and_back(line: str, field: str, operator: str, values: list[str]) -> None:
    rows = conditions_parse(f"\n  {line}  \n")
    assert rows == [{"field": field, "operator": operator, "values": values}]
    assert conditions_parse(conditions_text(rows)) == rows
    assert condition_row(rows[0]) == rows[0]


@pytest.mark.parametrize("line", ["Industry", "is Banking", "Industry is", "Website is empty x", "Type equals Banking"])
def test_what_is_no_condition_is_refused_with_the_line(line: str) -> None:
    with pytest.raises(ConfigError, match=line):
        conditions_parse(line)


def test_a_comparison_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="starts_with"):
        condition_row({"field": "Name", "operator": "like", "values": ["A"]})
