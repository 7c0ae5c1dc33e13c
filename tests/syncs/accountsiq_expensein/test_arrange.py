"""Names on the filled desk, and the order in which rows are written: the same worlds as in test_names, by SQLite."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from integrations.syncs.accountsiq_expensein.arrange import arrange, laid_rows, with_code
from integrations.syncs.accountsiq_expensein.desk import Desk
from integrations.syncs.accountsiq_expensein.lists import source_rows
from integrations.syncs.accountsiq_expensein.options import Options
from integrations.syncs.accountsiq_expensein.rows import Laid, differences
from integrations.vendors.expensein.records import Item
from tests.syncs.accountsiq_expensein.worlds import Step, World, assert_right, shuffles, target_table, worlds, written


def laid_out(world: World, options: Options) -> list[Laid]:
    """Both lists on a desk, and its rows in the order of writing."""
    keys = {id: key for key, id in world.partner.items()}
    with Desk() as desk:
        came = ((key, name, True, "", True) for key, name in world.wanted.items())
        desk.fill("source", source_rows(came, options, 100, 50))
        desk.fill("target", target_table(Item(id, name, keys.get(id, "")) for id, name in world.held.items()))
        arrange(desk, options, needs_rate=False, name_limit=100)
        return [laid for part in laid_rows(desk, "categories", 2) for laid in part]


def settled(world: World, options: Options = Options()) -> set[str]:  # noqa: B008 frozen
    """Checks that writing in this order never clashes and touches nobody else; who has the wanted name then."""
    rows = laid_out(world, options)
    steps = [
        Step(laid.code, laid.park[0] if laid.park else "")
        for laid in rows
        if laid.problem is None and (laid.present is None or differences(laid, laid.present))
    ]
    having = {laid.code for laid in rows if laid.problem is None}
    assert_right(world, written(world, steps), having)
    assert {laid.problem.code for laid in rows if laid.problem} <= {"name_taken"}
    return having


@settings(max_examples=120, deadline=None, derandomize=True)
@given(worlds())
def test_writing_the_rows_in_their_order_never_clashes(world: World) -> None:
    settled(world)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(shuffles())
def test_swaps_and_cycles_end_right_for_everybody(world: World) -> None:
    assert settled(world) == set(world.wanted)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(worlds())
def test_with_the_code_added_everybody_gets_a_name_of_his_own_but_from_records_made_by_hand(world: World) -> None:
    rows = laid_out(world, Options(same_names="add_code"))
    by_hand = {laid.problem.code for laid in rows if laid.problem and "ExpenseIn has" in laid.problem.words}
    assert {laid.problem.code for laid in rows if laid.problem} == by_hand <= {"name_taken"}
    names = [laid.wanted for laid in rows if laid.problem is None]
    assert len(set(names)) == len(names)
    assert all(laid.wanted in (laid.name, f"{laid.name} ({laid.code})") for laid in rows)


@pytest.mark.parametrize(
    ("name", "code", "limit", "expected"),
    [
        ("Rent", "2", 100, "Rent (2)"),
        ("x" * 100, "2", 100, "x" * 96 + " (2)"),
        ("Rent and water", "22", 10, "Rent (22)"),
    ],
)
def test_a_name_with_its_code_keeps_to_the_limit(name: str, code: str, limit: int, expected: str) -> None:
    assert with_code(name, code, limit) == expected and len(expected) <= limit
