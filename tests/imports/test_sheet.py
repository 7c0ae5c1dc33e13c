"""What the portal writes it reads back as the same tags, through CSV and xlsx."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.core.tags import Shape, TagRow, escape, join_path, level_path
from integrations.imports.sheet import own_layout, tag_lines
from tests.imports.reading import as_csv, as_xlsx, read_file

AWKWARD = [
    "007", "=1+1", "'=1+1", "''@x", "@SUM(A1)", "+61", "-12.50", "-cmd", "a:b", "a\\:b", "\\:", ":", "-", "'quoted'",
    'say "hi"', "a,b;c|d", "\U0001f469\u200d\U0001f467", "\u0645\u0634\u0631\u0648\u0639 1", "\u200f\u05e9\u05dc",
    "acme", "ACME", "Acme", "x" * 255, "\u00e9" * 255, "yes", "Name", "GL Code", "#1", "# REF", "00", "a\\b", "1.0",
    "e\u0301", "1200.0", "2026-01-02", "TRUE", "null", "a  b", "sep=;", "a\u00a0b", "x",
]  # fmt: skip
NAMES = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40)
    .map(lambda text: text.strip().strip("\ufeff").strip())
    .filter(lambda text: text not in ("", "0") and len(escape(text)) <= 255 and "_x" not in text),
)
NAMES = NAMES.map(lambda name: re.sub(r"\\+:", ":", name))  # an escaped colon is read as a colon
CODES = st.one_of(st.just(""), NAMES)


@st.composite
def single_lists(draw: st.DrawFn) -> tuple[Shape, list[TagRow]]:
    shape = Shape(gl_codes=draw(st.booleans()))
    names = draw(st.lists(NAMES, max_size=12, unique=True))
    codes = CODES if shape.gl_codes else st.just("")
    return shape, [TagRow(1, escape(name), name, draw(codes), draw(st.booleans())) for name in names]


@st.composite
def level_lists(draw: st.DrawFn) -> tuple[Shape, list[TagRow]]:
    levels = draw(st.sampled_from([("Client", "Project"), ("Tag", "Name", "GL"), ("Größe", "Enabled"), ("A", "A GL")]))
    shape = Shape(levels, draw(st.booleans()), draw(st.booleans()), (False,) * len(levels))
    codes = CODES if shape.gl_codes else st.just("")
    names = st.lists(NAMES.filter(lambda name: not name.endswith("\\")), min_size=1, max_size=len(levels))
    found: dict[str, TagRow] = {}
    for chain in draw(st.lists(names, max_size=8)):
        for depth, name in enumerate(chain, start=1):
            path = join_path(chain[:depth]) if shape.dependent else level_path(depth, name)
            if path not in found:
                found[path] = TagRow(depth, path, name, draw(codes))
    return shape, draw(st.permutations(list(found.values())))


LISTS = st.one_of(single_lists(), level_lists())


def check(shape: Shape, tags: list[TagRow], content: bytes) -> None:
    targets = targets_of(tags)
    outcome = read_file(content, present=shape)
    assert outcome.rejected == []
    assert outcome.layout.shape == shape
    assert {TagRow(*tag[1:6]) for tag in outcome.tags} == set(tags)
    assert {tag.path: tag.target for tag in outcome.tags if tag.target} == targets


def targets_of(tags: list[TagRow]) -> dict[str, str]:
    """Every third tag has one."""
    return {tag.path: f"{['job', 'issue', 'contract'][at % 3]}:{at}" for at, tag in enumerate(tags) if at % 3 == 0}


@settings(max_examples=150, deadline=None)
@given(LISTS)
def test_a_list_comes_back_equal_through_csv(given: tuple[Shape, list[TagRow]]) -> None:
    shape, tags = given
    check(shape, tags, as_csv(tag_lines(shape, tags, targets_of(tags))))


@settings(max_examples=60, deadline=None)
@given(LISTS)
def test_a_list_comes_back_equal_through_xlsx(given: tuple[Shape, list[TagRow]]) -> None:
    shape, tags = given
    check(shape, tags, as_xlsx(tag_lines(shape, tags, targets_of(tags))))


def test_a_dependent_list_has_a_row_for_each_leaf_with_its_parents_repeated() -> None:
    shape = Shape(("Client", "Project"), dependent=True, required=(False, False))
    tags = [
        TagRow(2, "Acme:Refit", "Refit", "20"),
        TagRow(1, "Acme", "Acme", "100"),
        TagRow(2, "Acme:Audit", "Audit", "30"),
        TagRow(1, "Globex", "Globex"),
    ]
    assert list(tag_lines(shape, tags, {"Acme": "contract:3", "Acme:Audit": "job:42"})) == [
        ["Client", "Client GL", "Project", "Project GL", "Accelo target"],
        ["Acme", "100", "Refit", "20", ""],
        ["Acme", "100", "", "", "retainer:3"],
        ["Acme", "100", "Audit", "30", "project:42"],
        ["Globex", "", "", "", ""],
    ]


def test_a_formula_as_a_name_leaves_as_text() -> None:
    lines = list(tag_lines(Shape(), [TagRow(1, "=1+1", "=1+1", "+44-1")], {}))
    assert lines[1] == ["'=1+1", "'+44-1", "yes", ""]


@pytest.mark.parametrize("shape", [Shape(), Shape(gl_codes=False), Shape(("A", "B"), True, True, (False, False))])
def test_the_portals_own_layout_has_nothing_wrong_with_it(shape: Shape) -> None:
    layout = own_layout(shape)
    assert layout.check(len(next(iter(tag_lines(shape, [], {}))))) == []
    assert layout.shape == shape
