"""What is chosen for the columns of a file of tags, as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.admin.tag_columns import chosen, meanings_of, stored
from integrations.imports.layout import Layout, Level
from integrations.imports.table import Format

HEADINGS = ("Client", "Client GL", "Project", "Active")
SINGLE = Layout(Format("text", "utf-8", ","), True, (Level("Tag", 0, 1),), False, 3, None)


def form(kind: str, *meanings: str, **more: str) -> dict[str, str]:
    columns = {f"column-{n}": meaning for n, meaning in enumerate(meanings)}
    return {"kind": kind, "header": "yes", "encoding": "utf-8", "delimiter": ",", **columns, **more}


def test_what_is_stored_comes_back_unchanged() -> None:
    for layout in (
        SINGLE,
        Layout(SINGLE.format, False, (Level("Client", 0, 1), Level("Project", 2, None)), True, None, 3),
    ):
        shown = stored(layout)
        meanings = [shown.meanings.get(n, "") for n in range(4)]
        names = {f"level-{n}": name for n, name in enumerate(shown.names)} if shown.count > 1 else {}
        given = form(shown.kind, *meanings, levels=str(shown.count), header="yes" if layout.header else "no", **names)
        made = chosen(layout, given, HEADINGS)
        assert made.layout == layout and made.wrong == []


def test_a_single_list_that_is_read_as_levels_takes_the_next_free_column() -> None:
    made = chosen(SINGLE, form("dependent", "name-0", "gl-0", "", "enabled"), HEADINGS)
    assert meanings_of(made.layout) == {0: "name-0", 1: "gl-0", 2: "name-1"}
    assert made.names == ["Client", "Project"] and made.layout.dependent
    assert made.layout.enabled_column is None


def test_levels_that_are_read_as_a_single_list_leave_the_lower_ones_out() -> None:
    several = Layout(SINGLE.format, True, (Level("Client", 0, 1), Level("Project", 2, None)), True, None, None)
    made = chosen(several, form("single", "name-0", "gl-0", "name-1", ""), HEADINGS)
    assert meanings_of(made.layout) == {0: "name-0", 1: "gl-0"} and not made.layout.dependent


def test_one_level_to_several_and_back_forgets_no_column() -> None:
    """As a browser goes through it: each form is filled from what the one before was answered with."""
    shown = stored(Layout(SINGLE.format, True, (Level("Tag", 0, 1),), False, 2, 3))
    seen = []
    for kind in ("dependent", "single", "independent", "single"):
        meanings = [shown.meanings.get(n, "") for n in range(4)]
        shown = chosen(shown.layout, form(kind, *meanings, was=shown.kind, other=shown.memory), HEADINGS)
        seen.append([shown.meanings[n] for n in range(4)])
    several, single = ["name-0", "gl-0", "name-1", "target"], ["name-0", "gl-0", "enabled", "target"]
    assert seen == [several, single, several, single]


def test_what_was_chosen_meanwhile_comes_before_what_is_remembered() -> None:
    made = chosen(
        replace(SINGLE, enabled_column=None),
        form("single", "name-1", "", "name-0", "", was="dependent", other="0=name-0 1=gl-0 3=enabled"),
        HEADINGS,
    )
    assert meanings_of(made.layout) == {2: "name-0", 1: "gl-0", 3: "enabled"} and made.wrong == []


def test_a_level_can_be_left_without_a_column() -> None:
    made = chosen(SINGLE, form("dependent", "name-0", "gl-0", "", "", was="dependent", other="3=enabled"), HEADINGS)
    assert made.meanings[2] == "" and made.wrong == ["Choose the column of level 2, or fewer levels."]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (form("single", "name-0", "", "name-0", ""), "“Client” and “Project” are both chosen as Name. Leave one out."),
        (form("independent", "name-0", "", "name-1", "", levels="3"), "Choose the column of level 3, or fewer levels."),
    ],
)
def test_what_does_not_fit_together_is_told_in_words(given: dict[str, str], words: str) -> None:
    several = Layout(SINGLE.format, True, (Level("Client", 0, None), Level("Project", 2, None)), False, None, None)
    made = chosen(several, given, HEADINGS)
    assert made.wrong == [words]


@pytest.mark.parametrize("text", ["", "-1", "9" * 30, "x", "1"])
def test_a_number_of_levels_that_is_none_is_two(text: str) -> None:
    assert 2 <= chosen(SINGLE, form("dependent", "name-0", levels=text), HEADINGS).count <= 10
