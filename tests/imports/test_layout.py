"""What columns mean: guessed from headings and values, remembered, checked."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.core.tags import Shape
from integrations.imports.layout import Layout, Level, detect_layout, headings_of, signature
from integrations.imports.table import Format

FORMAT = Format("text", "utf-8", ",")
TWO = Shape(("Client", "Project"), True, True, (False, False))


def guess(*rows: str, present: Shape | None = None, remembered: dict[str, Any] | None = None) -> Layout:
    return detect_layout([row.split(",") for row in rows], FORMAT, remembered or {}, present)


@pytest.mark.parametrize(
    ("heading", "name", "code", "enabled"),
    [
        ("Name,GL Code,Enabled", 0, 1, 2),
        ("Tag,Tag GL", 0, 1, None),
        ("Project,Project GL", 0, 1, None),
        ("PROJECT NAME *,project_code", 0, 1, None),
        ("Project code,Project", 1, 0, None),
        ("Code,Name,GL code", 1, 2, None),
        ("GL code,Project code", 1, 0, None),
        ("Client,Name,Code", 1, 2, None),
        ("Nummer,Bezeichnung,Aktiv", 1, 0, 2),
        ("Código de proyecto,Título,Activo", 1, 0, 2),
        ("Intitulé,N° de compte,Numéro", 0, 2, None),
        ("Status,Name", 1, None, 0),
        ("Cost centre,Code", 0, 1, None),
    ],
)
def test_one_level_is_found_by_usual_headings(heading: str, name: int, code: int | None, enabled: int | None) -> None:
    layout = guess(heading, "yes,yes,yes")
    assert (layout.header, layout.dependent, len(layout.levels)) == (True, False, 1)
    assert (layout.levels[0].name_column, layout.levels[0].gl_column, layout.enabled_column) == (name, code, enabled)
    assert layout.check(3) == []


@pytest.mark.parametrize(
    ("heading", "levels"),
    [
        ("Client,Client GL,Project,Project GL", [("Client", 0, 1), ("Project", 2, 3)]),
        ("Ship,Ship GL,Deck,Deck GL Code", [("Ship", 0, 1), ("Deck", 2, 3)]),
        ("Abteilung,Standort", [("Abteilung", 0, None), ("Standort", 1, None)]),
        ("Customer,Note,Job,GL code", [("Customer", 0, None), ("Job", 2, 3)]),
    ],
)
def test_several_levels_are_found_by_pairs_or_by_usual_words(
    heading: str, levels: list[tuple[str, int, int | None]]
) -> None:
    layout = guess(heading, "a,b,c,d")
    assert [(level.name, level.name_column, level.gl_column) for level in layout.levels] == levels


def test_the_lists_own_levels_are_known_whatever_they_are_called() -> None:
    present = Shape(("Name", "Hull No"), True, False, (False, False))
    layout = guess("Note,hull no,NAME", "x,1,A", present=present)
    assert layout.levels == (Level("Name", 2), Level("Hull No", 1))


@pytest.mark.parametrize(
    ("rows", "present", "dependent"),
    [
        (["A,1", "A,2"], None, True),
        (["A,1", "B,2"], None, False),
        (["A,1", "B,1"], TWO, True),
        (["A,1", ",2"], TWO, False),
        (["A,1", "B,"], TWO, True),
        (["A,1", "A,1"], None, False),
    ],
)
def test_whether_levels_depend_is_told_by_the_rows_else_by_the_list(
    rows: list[str], present: Shape | None, dependent: bool
) -> None:
    assert guess("Client,Project", *rows, present=present).dependent is dependent


@pytest.mark.parametrize("rows", [["Refit"], ["Refit,active"], ["Refit,P-1", "Audit,P-2"], ["Enabled", "Refit"]])
def test_a_first_row_without_a_known_heading_is_a_tag(rows: list[str]) -> None:
    assert not guess(*rows).header


def test_a_file_without_headings_as_wide_as_the_list_is_read_like_the_list() -> None:
    layout = guess("Acme,100,Refit,20", "Acme,100,Audit,30", present=TWO)
    assert (layout.header, layout.dependent) == (False, True)
    assert layout.levels == (Level("Client", 0, 1), Level("Project", 2, 3))


def test_a_single_list_keeps_its_levels_name() -> None:
    assert guess("Name,Code", present=Shape(("Cost unit",))).levels[0].name == "Cost unit"


def test_what_was_chosen_for_the_same_headings_is_remembered_with_this_files_format() -> None:
    chosen = Layout(Format("text", "cp1252", ";"), True, (Level("Tag", 2),), enabled_column=0)
    remembered = {signature(["A", "Name", "Odd"]): chosen.to_json()}
    assert guess(" a ,NAME,odd", "1,2,3", remembered=remembered) == Layout(
        FORMAT, True, (Level("Tag", 2),), enabled_column=0
    )


@pytest.mark.parametrize("junk", [None, 7, {}, {"levels": [{"name": "Tag", "name_column": 9}]}, {"format": "x"}])
def test_a_remembered_layout_that_no_longer_fits_is_passed_over(junk: object) -> None:
    assert guess("Name,Code", remembered={signature(["Name", "Code"]): junk}).levels[0].gl_column == 1


def test_headings_are_letters_where_there_are_none() -> None:
    rows = [["\ufeffName ", "", "Code"], ["a", "b", "c", "d"]]
    assert headings_of(rows, Layout(FORMAT, True, (Level("Tag", 0),))) == ("Name", "Column B", "Code", "Column D")
    assert headings_of(rows, Layout(FORMAT, False, (Level("Tag", 5),)))[-1] == "Column F"


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        (Layout(FORMAT, True, ()), "Choose the column that holds the names"),
        (Layout(FORMAT, True, (Level("Tag", 0, 0),)), "Column A was chosen twice"),
        (Layout(FORMAT, True, (Level("Tag", 4),)), "The file has no column E; it has 3"),
        (Layout(FORMAT, True, (Level("A", 0), Level("B", 1)), enabled_column=2), "Every tag listed"),
        (Layout(FORMAT, True, (Level("A", 0), Level("a ", 1))), "a name of its own"),
    ],
)
def test_a_layout_that_cannot_be_is_told_in_words(layout: Layout, words: str) -> None:
    (problem,) = layout.check(3)
    assert words in problem


def test_a_layout_is_stored_and_loaded() -> None:
    layout = Layout(FORMAT, True, (Level("Client", 0, 1), Level("Project", 2)), True, None, 4)
    assert Layout.from_json(layout.to_json()) == layout
    assert layout.shape == Shape(("Client", "Project"), True, True, (False, False))


@pytest.mark.parametrize(
    "change",
    [
        {"format": {"kind": "exe"}},
        {"format": {"kind": "text", "encoding": "rot13"}},
        {"format": {"kind": "text", "encoding": "utf-8", "delimiter": "x"}},
        {"levels": "all"},
        {"levels": [{"name": "Tag", "name_column": True}]},
        {"enabled_column": -1},
        {"target_column": 10**9},
    ],
)
def test_a_stored_layout_of_no_use_is_refused_in_words(change: dict[str, Any]) -> None:
    data = Layout(FORMAT, True, (Level("Tag", 0),)).to_json() | change
    with pytest.raises(ValueError, match=r"\w+ .*\."):
        Layout.from_json(data)
