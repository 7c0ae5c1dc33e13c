"""What a list of tags says about its tags, beside mappings and equal codes and titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from integrations.core.mapping import Row
from integrations.core.tags import TagChoice
from integrations.syncs.deciding import Stop
from integrations.syncs.ieatta_accelo.against import map_against
from integrations.syncs.ieatta_accelo.driver import ExpenseDriver
from tests.syncs.ieatta_accelo.conftest import World
from tests.syncs.ieatta_accelo.samples import CANDIDATES, expense, job, setup


class Book:
    """`TagBook` in memory: level names -> choice."""

    def __init__(self, choices: dict[tuple[str, ...], TagChoice], version: str = "1") -> None:
        self.choices = choices
        self.told = version

    def find(self, names: Sequence[str]) -> TagChoice | None:
        return self.choices.get(tuple(names))

    def version(self) -> str:
        return self.told


def decided(kind: str, id: str) -> TagChoice:
    return TagChoice("P-100", kind, id, "As drawn", True, "chosen by hand")


def found(kind: str, id: str) -> TagChoice:
    return TagChoice("P-100", kind, id, "As found", False, "equal code")


DONE = job("50", "Finished", "F-1", standing="complete")
ASLEEP = job("52", "Asleep", standing="inactive")
GONE = job("53", "Gone", active=False)
OTHER = Row("tag", "P-100", "300", target_kind="issue")
IGNORE = Row("tag", "P-100", "", ignore=True)


@pytest.mark.parametrize(
    ("choice", "rows", "against"),
    [
        (decided("job", "200"), [], "job/200"),
        (decided("job", "200"), [OTHER], "job/200"),
        (decided("job", "200"), [IGNORE], "job/200"),
        (decided("job", "999"), [], "job/999"),
        (decided("contract", "400"), [], "contract/400"),
        (decided("job", "50"), [], "job/50"),
        (found("job", "200"), [], "job/200"),
        (found("job", "200"), [OTHER], "issue/300"),
        # what was found and takes no expense any more, or is not known any more
        (found("job", "52"), [], "job/100"),
        (found("job", "53"), [], "job/100"),
        (found("job", "999"), [], "job/100"),
        (found("job", "50"), [], "job/50"),
    ],
)
def test_a_decision_comes_before_mappings_and_these_before_what_was_found(
    choice: TagChoice, rows: list[Row], against: str
) -> None:
    candidates = (*CANDIDATES, DONE, ASLEEP, GONE)
    decides = setup(*rows, candidates=candidates, tags=Book({("P-100",): choice}), retainer="contract")
    assert map_against(expense(), decides).value == against


def test_a_decision_for_what_takes_no_expenses_blocks_and_says_whose_it_is() -> None:
    with pytest.raises(Stop) as stop:
        map_against(expense(), setup(candidates=(ASLEEP,), tags=Book({("P-100",): decided("job", "52")})))
    assert stop.value.code == "closed_target" and "the tag's own target, chosen by hand" in stop.value.reason


def test_the_reason_names_tag_and_ground() -> None:
    told = map_against(expense(), setup(tags=Book({("P-100",): decided("job", "200")}))).because
    assert told == "P-100 by the tag's own target, chosen by hand → project Data centre"


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"tag": ":Stage", "tag_levels": (("", ""), (" Stage ", "S"))}, ("", "Stage")),
        ({"tag": "A\\:B:C", "tag_levels": (("A:B", ""), ("C", ""))}, ("A:B", "C")),
    ],
)
def test_the_list_is_asked_by_the_level_names_in_their_places(changes: dict[str, Any], names: tuple[str, ...]) -> None:
    assert map_against(expense(**changes), setup(tags=Book({names: decided("job", "200")}))).value == "job/200"


def test_another_target_of_any_tag_makes_settled_expenses_be_looked_at(world: World) -> None:
    driver = world.driver()
    contexts = [replace(driver.context, tags=tags) for tags in (None, Book({}, "1"), Book({}, "2"))]
    assert len({ExpenseDriver(context).rules_version() for context in contexts}) == 3
