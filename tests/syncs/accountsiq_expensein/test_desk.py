"""Pairs of both sides' lists: by code, by an earlier link, by name; doubled ones; what was left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.syncs.accountsiq_expensein.desk import LEFT, Desk
from integrations.syncs.accountsiq_expensein.lists import source_rows
from integrations.syncs.accountsiq_expensein.options import Options
from integrations.vendors.expensein.records import Item
from tests.syncs.accountsiq_expensein.worlds import target_table

Source = list[tuple[str, str]]
Target = list[Item]
Links = dict[str, str]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as made:
        yield made


def here(id: str, name: str, reference: str = "", **more: bool) -> Item:
    return Item(id, name, reference, **more)  # type: ignore[arg-type]


def lay(desk: Desk, source: Source, target: Target, links: Links | None = None, adopt: bool = False) -> None:
    came = ((code, name, True, "", True) for code, name in source)
    desk.fill("source", source_rows(came, Options(), 100, 50))
    desk.fill("target", target_table(target))
    desk.fill("link", [(id, there, "linked") for id, there in (links or {}).items()])
    desk.match(adopt=adopt)


def pairs(desk: Desk) -> dict[str, tuple[str, str | None, str]]:
    """Code -> how, partner, problem."""
    rows = desk.rows("SELECT code, how, target, problem FROM pair ORDER BY n")
    return {code: (how, partner, problem) for code, how, partner, problem in rows}


ONE, TWO = here("t1", "Travel", "1"), here("t2", "Rent", "2")
CASES: dict[str, tuple[Source, Target, Links, dict[str, tuple[str, str | None, str]]]] = {
    "by code": ([("1", "Travel")], [ONE, TWO], {}, {"1": ("reference", "t1", "")}),
    "by code, blanks around it": ([(" 1", "T")], [here("t1", "T", "1 ")], {}, {"1": ("reference", "t1", "")}),
    "never by name alone": ([("9", "Travel")], [ONE], {}, {"9": ("", None, "")}),
    "by code although linked elsewhere": ([("1", "T")], [ONE, TWO], {"1": "t2"}, {"1": ("reference", "t1", "")}),
    "by link when the code was edited": (
        [("1", "T")], [here("t1", "T", "edited")], {"1": "t1"}, {"1": ("link", "t1", "")}),
    "by link when the code was emptied": ([("1", "T")], [here("t1", "T")], {"1": "t1"}, {"1": ("link", "t1", "")}),
    "not by link when the code is another's": (
        [("1", "T"), ("2", "R")], [here("t1", "T", "2")], {"1": "t1"},
        {"1": ("", None, ""), "2": ("reference", "t1", "")}),
    "not by link when two links hold it": (
        [("1", "T"), ("2", "R")], [here("t1", "T")], {"1": "t1", "2": "t1"},
        {"1": ("", None, ""), "2": ("", None, "")}),
    "two codes swapped by a person": (
        [("1", "T"), ("2", "R")], [here("t1", "T", "2"), here("t2", "R", "1")], {"1": "t1", "2": "t2"},
        {"1": ("reference", "t2", ""), "2": ("reference", "t1", "")}),
    "marked as deleted": ([("1", "T")], [here("t1", "T", "1", deleted=True)], {"1": "t1"}, {"1": ("gone", None, "")}),
    "gone for good": ([("1", "T")], [], {"1": "t1"}, {"1": ("gone", None, "")}),
    "deleted by a person before we knew it": ([("1", "T")], [here("t1", "T", "1", deleted=True)], {},
                                              {"1": ("", None, "")}),
    "deleted and made anew": (
        [("1", "T")], [here("t1", "T", "1", deleted=True), here("t9", "T", "1")], {"1": "t1"},
        {"1": ("reference", "t9", "")}),
    "doubled reference": (
        [("1", "T"), ("2", "R")], [ONE, here("t3", "Trips", " 1"), TWO], {"1": "t1"},
        {"1": ("", None, "doubled_reference"), "2": ("reference", "t2", "")}),
    "doubled reference of which one is deleted": (
        [("1", "T")], [ONE, here("t3", "Trips", "1", deleted=True)], {}, {"1": ("reference", "t1", "")}),
    "references that nobody has are no trouble": ([("1", "T")], [ONE, here("a", "A", "9"), here("b", "B", "9")], {},
                                                  {"1": ("reference", "t1", "")}),
    "doubled code": ([("1", "T"), ("1 ", "Trips")], [ONE], {}, {"1": ("reference", "t1", "doubled_code")}),
    "the same row twice": ([("1", "T"), ("1", " T ")], [ONE], {}, {"1": ("reference", "t1", "")}),
    "without a code": ([(" ", "T"), ("", "R")], [here("t1", "T")], {}, {"": ("", None, "no_code")}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_record_finds_its_partner(desk: Desk, case: str) -> None:
    source, target, links, expected = CASES[case]
    lay(desk, source, target, links)
    assert pairs(desk) == expected


@pytest.mark.parametrize(
    ("source", "target", "links", "found"),
    [
        ([("9", "travel")], [here("t1", " Travel ")], {}, "t1"),
        ([("9", "Travel")], [here("t1", "Travel", "8")], {}, None),
        ([("9", "Travel")], [here("t1", "Travel", deleted=True)], {}, None),
        ([("9", "Travel")], [here("t1", "Travel")], {"7": "t1"}, None),
        ([("9", "Travel")], [here("t1", "Travel"), here("t2", "TRAVEL")], {}, None),
        ([("9", "Travel"), ("10", "Travel")], [here("t1", "Travel")], {}, "t1"),
    ],
    ids=["the same name", "has a reference", "deleted", "linked to another", "two of that name", "the first of two"],
)
def test_a_record_is_taken_over_by_name_only_where_that_is_sure(
    desk: Desk, source: Source, target: Target, links: Links, found: str | None
) -> None:
    lay(desk, source, target, links, adopt=True)
    assert pairs(desk)["9"][:2] == (("name", found) if found else ("", None))
    assert all(partner is None for code, (_, partner, _) in pairs(desk).items() if code != "9")


def test_what_the_lists_no_longer_bring_is_told_apart_from_what_the_filter_leaves_out(desk: Desk) -> None:
    came = [("1", "Kept", True, "", True), ("2", "Left out", True, "", False)]
    desk.fill("source", source_rows(came, Options(), 100, 50))
    desk.fill("target", [])
    desk.fill("link", [(id, f"t{id}", "linked") for id in "123"])
    desk.match(adopt=False)
    assert desk.rows(LEFT) == [("2", "t2", "linked", 0), ("3", "t3", "linked", None)]


def test_a_list_that_breaks_off_leaves_nothing_on_the_desk(desk: Desk) -> None:
    def broken() -> Iterator[tuple[str, str, str]]:
        yield ("1", "t1", "linked")
        raise ConnectionError

    with pytest.raises(ConnectionError):
        desk.fill("link", broken())
    assert desk.count("link") == 0
    assert desk.fill("link", [("2", "t2", "linked")]) == 1


def test_the_temporary_file_is_gone_afterwards() -> None:
    with Desk() as made:
        folder = made.folder.name
    with pytest.raises(FileNotFoundError):
        open(folder)  # noqa: SIM115
