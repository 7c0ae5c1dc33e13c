"""Projects, tickets and retainers as tags: which, and under what names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.tags import LONGEST_NAME, escape
from integrations.imports.draw import NAMINGS, Naming, Work, draw, fits

REFIT = Work("job", "41", "Harbour refit", "P-1042")
PRINTER = Work("issue", "7", "Printer fault", "T-77")
CARE = Work("contract", "3", "Care plan")


def names(*works: Work, by: Naming = "title", pattern: str = "") -> list[str]:
    return [row.name for row in draw(works, pattern, by).rows]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("both", ["P-1042 Harbour refit", "T-77 Printer fault", "Care plan"]),
        ("title", ["Harbour refit", "Printer fault", "Care plan"]),
        ("code", ["P-1042", "T-77", "Care plan"]),
    ],
)
def test_a_tag_is_named_by_code_title_or_both_and_keeps_its_target(by: Naming, expected: list[str]) -> None:
    drawn = draw([REFIT, PRINTER, CARE], by=by)
    assert [row.name for row in drawn.rows] == expected
    assert [row.gl_code for row in drawn.rows] == ["P-1042", "T-77", ""]
    assert list(drawn.targets.values()) == ["job:41", "issue:7", "contract:3"]
    assert list(drawn.targets) == [row.path for row in drawn.rows]


@pytest.mark.parametrize(
    ("pattern", "fitting"),
    [
        ("", True), ("harbour", True), ("104", True), (" P-10* ", True), ("*REFIT", True), ("p-????", True),
        ("[Harbour", False), ("refit*", False), ("P-2*", False), ("Printer", False),
    ],
)  # fmt: skip
def test_a_pattern_is_a_part_or_a_shell_pattern_of_title_or_code(pattern: str, fitting: bool) -> None:
    assert fits(REFIT, pattern) is fitting


def test_brackets_in_a_title_are_found_as_written() -> None:
    assert fits(Work("job", "1", "[Internal] Ops"), "[internal]")


@pytest.mark.parametrize(
    ("works", "expected"),
    [
        ([Work("job", "1", "Refit", "A"), Work("job", "2", "Refit", "B")], ["Refit (A)", "Refit (B)"]),
        ([Work("job", "1", "Refit", "A"), Work("job", "2", "Refit")], ["Refit (A)", "Refit (2)"]),
        ([Work("job", "1", "Refit", "A"), Work("issue", "2", "Refit", "A")], ["Refit (1)", "Refit (2)"]),
        ([Work("job", "7", "Refit"), Work("issue", "7", "Refit")], ["Refit (project 7)", "Refit (ticket 7)"]),
        # a title that looks like a name made unique
        (
            [Work("job", "1", "Refit", "A"), Work("job", "2", "Refit", "B"), Work("job", "3", "Refit (A)", "C")],
            ["Refit (1)", "Refit (B)", "Refit (A) (C)"],
        ),
        ([Work("job", "1", "refit"), Work("job", "2", "Refit")], ["refit", "Refit"]),
    ],
)
def test_equal_names_get_the_code_else_the_id(works: list[Work], expected: list[str]) -> None:
    assert names(*works) == expected
    assert names(*reversed(works)) == expected[::-1]


def test_a_title_that_begins_with_the_code_does_not_get_it_twice() -> None:
    assert names(Work("job", "1", "P-1 Refit", "P-1"), Work("job", "2", "P-10", "P-1"), by="both") == [
        "P-1 Refit", "P-1 P-10",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "words"),
    [(" \n ", "neither title nor code"), ("0", "name 0"), ("x" * 256, "256 characters"), (":" * 128, "256 characters")],
)
def test_what_cannot_be_a_tag_is_left_out_with_the_reason(title: str, words: str) -> None:
    drawn = draw([Work("job", "9", title), REFIT])
    assert [row.gl_code for row in drawn.rows] == ["P-1042"] and list(drawn.targets.values()) == ["job:41"]
    [left] = drawn.left_out
    assert words in left.reason and left.work.startswith("project") and "(id 9)" in left.work


WORKS = st.builds(
    Work,
    st.sampled_from(["job", "issue", "contract"]),
    st.sampled_from("1234"),
    st.sampled_from(["Refit", "Refit (1)", "Refit (A)", "A", "0", "", "Stage: 2", "Line\nbreak", "ß" * 254]),
    st.sampled_from(["", "A", "1", "project 1"]),
)


@given(st.lists(WORKS, unique_by=lambda work: work.target), st.sampled_from([key for key, _ in NAMINGS]))
def test_every_work_is_drawn_once_under_a_name_of_its_own_or_left_out(works: list[Work], by: Naming) -> None:
    drawn = draw(works, by=by)
    assert len({row.name for row in drawn.rows}) == len(drawn.rows) == len(works) - len(drawn.left_out)
    assert all(0 < len(escape(row.name)) <= LONGEST_NAME and row.name.isprintable() for row in drawn.rows)
    assert len(set(drawn.targets.values())) == len(drawn.rows)
