"""Rows to tags: what is taken, and the words for what is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.core.tags import Rejected, Staged, escape
from integrations.imports.checked import Checker
from integrations.imports.layout import Layout, Level
from integrations.imports.table import Format
from integrations.imports.tags import Rules, parse_tags

FORMAT = Format("text", "utf-8", ",")
ONE = Layout(FORMAT, False, (Level("Tag", 0, 1),), enabled_column=2, target_column=3)
DEPENDENT = Layout(FORMAT, False, (Level("Client", 0, 1), Level("Project", 2, 3)), True, target_column=4)
INDEPENDENT = Layout(FORMAT, False, (Level("Client", 0, 1), Level("Project", 2, 3)), target_column=4)


def parse(
    rows: list[list[str]], layout: Layout = ONE, rules: Rules | None = None
) -> tuple[list[Staged], list[Rejected]]:
    rejected: list[Rejected] = []
    tags = list(parse_tags(enumerate(rows, 1), layout, rules or Rules(), rejected.append))
    return tags, rejected


def paths(tags: list[Staged]) -> list[tuple[str, str]]:
    return [(tag.path, tag.gl_code) for tag in tags]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=5), st.sampled_from(["0", "'=1", "a:b", "x" * 256, " a ", "#REF!", "no", "job:1"]))
    )
)
def test_the_fast_path_judges_as_the_exact_one_does(row: list[str]) -> None:
    exact: list[Rejected] = []
    checker = Checker(ONE, Rules(), ["Column A", "Column B", "Column C", "Column D"], exact.append)
    assert parse([row]) == (list(checker.check(1, row)), exact)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("  Refit ", "Refit"),
        ("\u00a0Refit\ufeff", "Refit"),
        ("'=1+1", "=1+1"),
        ("=1+1", "=1+1"),
        ("x", "x"),
        ("00", "00"),
        ("O'Brien", "O'Brien"),
        ("'60s", "'60s"),
        ("a\\:b", "a:b"),
        ("x" * 255, "x" * 255),
        ("😀" * 255, "😀" * 255),
        (":" * 127, ":" * 127),
    ],
)
def test_a_name_is_trimmed_and_kept(cell: str, name: str) -> None:
    assert parse([[cell, " 007 ", "", ""]]) == ([Staged(1, 1, escape(name), name, "007", True, "")], [])


@pytest.mark.parametrize(
    ("row", "column", "words", "path"),
    [
        (["", "1"], "Column A", "is empty", ""),
        ([" 0 ", "1"], "Column A", "is 0", ""),
        (["😀" * 256], "Column A", "has 256 characters", ""),
        ([":" * 128], "Column A", "has 256 characters, counting each colon twice", ""),
        (["a\u2028b"], "Column A", "line break", ""),
        (["a\x07b"], "Column A", "control character", ""),
        (["a\ud800b"], "Column A", "half a character", ""),
        (["a:b", "x\ny"], "Column B", "line break", "a\\:b"),
        (["a", "1" * 256], "Column B", "has 256 characters", "a"),
        (["a", "#N/A"], "Column B", "a formula that failed", "a"),
        (["a", "", "perhaps"], "Column C", "write yes or no", "a"),
        (["a", "", "", "the hull"], "Column D", "write project:42", "a"),
    ],
)
def test_a_row_that_cannot_be_taken_is_told(row: list[str], column: str, words: str, path: str) -> None:
    tags, [one] = parse([row])
    assert (tags, one.row, one.column, one.path) == ([], 1, column, path)
    assert words in one.reason
    one.reason.encode()
    "".join(one.cells).encode()


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    _, [one] = parse([["", "#REF!", "perhaps"]])
    assert [f"Column {letter}” " in one.reason for letter in "ABC"] == [True, True, True]


def test_a_colon_is_refused_where_the_connection_says_so() -> None:
    assert "has a colon" in parse([["a:b", ""]], rules=Rules("refuse"))[1][0].reason
    assert paths(parse([["a:b", ""]], rules=Rules("as_is"))[0]) == [("a\\:b", "")]


@pytest.mark.parametrize(
    ("words", "enabled"),
    [("yes YES y True 1 on active X ja OUI sí si ✓ ", True), ("no No n FALSE 0 off disabled nein NON inactive", False)],
)
def test_enabled_is_read_in_many_words(words: str, enabled: bool) -> None:
    tags, rejected = parse([["Refit", "", word, ""] for word in words.split(" ")])
    assert (rejected, {tag.enabled for tag in tags}) == ([], {enabled})


@pytest.mark.parametrize(
    ("cell", "target"),
    [
        ("project:42", "job:42"),
        ("Job: 42", "job:42"),
        ("ticket:007", "issue:7"),
        ("Issue 7", "issue:7"),
        ("retainer:3", "contract:3"),
        ("CONTRACT #3", "contract:3"),
    ],
)
def test_a_target_is_stored_by_accelos_kinds(cell: str, target: str) -> None:
    assert parse([["Refit", "", "", cell]])[0][0].target == target


def test_rows_without_anything_are_left_out_and_cells_beyond_the_columns_ignored() -> None:
    assert parse([[], ["", " ", ""], ["A", "1", "no", "", "beyond"], ["B"]])[0] == [
        Staged(3, 1, "A", "A", "1", False, ""),
        Staged(4, 1, "B", "B", "", True, ""),
    ]


def test_names_that_differ_in_case_are_two_tags() -> None:
    assert paths(parse([["Refit", ""], ["REFIT", ""]])[0]) == [("Refit", ""), ("REFIT", "")]


def test_dependent_rows_give_parents_once_in_a_row_and_every_tag() -> None:
    rows = [["Acme", "1", "Refit", "2", "project:4"], ["Acme", "1", "Audit", ""], ["Acme", "9", "Hull", ""], ["Globex"]]
    tags, rejected = parse(rows, DEPENDENT)
    assert rejected == []
    assert [(tag.row, tag.depth, tag.path, tag.gl_code, tag.target) for tag in tags] == [
        (1, 1, "Acme", "1", ""),
        (1, 2, "Acme:Refit", "2", "job:4"),
        (2, 2, "Acme:Audit", "", ""),
        (3, 1, "Acme", "9", ""),
        (3, 2, "Acme:Hull", "", ""),
        (4, 1, "Globex", "", ""),
    ]


@pytest.mark.parametrize(
    ("row", "column", "words", "path", "taken"),
    [
        (["", "", "Refit", ""], "Column A", "repeat the name of the tag above", "", []),
        (["Acme", "", "", "20"], "Column C", "is empty", "Acme", [("Acme", "")]),
        (["Acme", "", "0", ""], "Column C", "is 0", "Acme", [("Acme", "")]),
        (["Acme", "1", "Refit", "x" * 256], "Column D", "256", "Acme:Refit", [("Acme", "1")]),
        (["Acme\\", "", "Refit", ""], "Column A", "backslash", "Acme\\", []),
        (["é" * 255, "", "e" * 255, "", "x"], "Column E", "project:42", "é" * 255 + ":" + "e" * 255, [("é" * 255, "")]),
    ],
)
def test_a_bad_row_of_dependent_levels_names_the_last_good_tag_and_keeps_its_parents(
    row: list[str], column: str, words: str, path: str, taken: list[tuple[str, str]]
) -> None:
    tags, [one] = parse([row], DEPENDENT)
    assert (paths(tags), one.column, one.path) == (taken, column, path)
    assert words in one.reason


def test_a_parent_named_again_without_its_code_keeps_it() -> None:
    tags, _ = parse([["Acme", "1", "Refit", ""], ["Acme", "", "Audit", ""], ["Acme", "", "Hull", ""]], DEPENDENT)
    assert paths(tags) == [("Acme", "1"), ("Acme:Refit", ""), ("Acme:Audit", ""), ("Acme:Hull", "")]


def test_names_too_long_together_are_refused() -> None:
    layout = Layout(FORMAT, False, tuple(Level(str(at), at) for at in range(10)), True)
    tags, [one] = parse([["é" * 255] * 10], layout)
    assert (len(tags), one.column) == (4, "Column E")
    assert "too long together" in one.reason


def test_independent_cells_are_tags_of_their_own() -> None:
    rows = [
        ["Sales", "1", "P:1", "2", "project:4"],
        ["", "", "0", ""],
        ["x\ny", "", "P2", "", "ticket:1"],
        ["", "5", "P3", ""],
    ]
    tags, rejected = parse(rows, INDEPENDENT)
    assert [(tag.depth, tag.path, tag.gl_code, tag.target) for tag in tags] == [
        (1, "Sales", "1", ""),
        (2, ":P\\:1", "2", "job:4"),
        (2, ":P2", "", "issue:1"),
        (2, ":P3", "", ""),
    ]
    assert [(one.row, one.column) for one in rejected] == [(2, "Column C"), (3, "Column A"), (4, "Column A")]
