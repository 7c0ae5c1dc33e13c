"""Who wins a field: a table of cases, and what holds for any values and policies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.conflict import (
    TURNS_WITHIN,
    Choice,
    Held,
    Names,
    Policy,
    Verdict,
    canonical,
    decide,
    equal,
    take_turn,
)

NAMES = Names("Salesforce", "Accelo")
BOTH = Policy(to_source=True)
ONE_WAY = Policy()
BACK_ONLY = Policy("target", to_source=True, to_target=False)
BASE = Held("a", "a")


def judged(now: Held, base: Held | None = BASE, policy: Policy = BOTH, **more: Any) -> tuple[str, str, str, str]:
    """(kind, written to Salesforce, written to Accelo, side that loses)."""
    one = decide(now, base, policy, names=NAMES, **more)
    return (one.kind, one.value if one.to_source else "-", one.value if one.to_target else "-", one.loser or "")


@pytest.mark.parametrize(
    ("now", "base", "policy", "newer", "expected"),
    [
        # nothing happened, or the same on both sides
        (Held("a", "a"), BASE, BOTH, None, ("same", "-", "-", "")),
        (Held("b", "b"), BASE, BOTH, None, ("agreed", "-", "-", "")),
        (Held("a", "A."), Held("a", "A."), BOTH, None, ("same", "-", "-", "")),
        (Held(" a\r\n", "a"), BASE, BOTH, None, ("same", "-", "-", "")),
        # one side changed
        (Held("b", "a"), BASE, BOTH, None, ("write", "-", "b", "")),
        (Held("a", "b"), BASE, BOTH, None, ("write", "b", "-", "")),
        (Held("", "a"), BASE, BOTH, None, ("write", "-", "", "")),
        (Held("a", ""), BASE, BOTH, None, ("write", "", "-", "")),
        (Held("a", "b"), Held("a", "A."), BOTH, None, ("write", "b", "-", "")),
        # one way only: what is changed in Accelo is put back, and kept as the losing value
        (Held("a", "b"), BASE, ONE_WAY, None, ("write", "-", "a", "target")),
        (Held("a", ""), BASE, ONE_WAY, None, ("write", "-", "a", "")),
        (Held("a", "b"), BASE, replace(ONE_WAY, winner="target"), None, ("kept", "-", "-", "")),
        (Held("a", "b"), BASE, replace(ONE_WAY, winner="newest"), "target", ("kept", "-", "-", "")),
        (Held("a", "b"), BASE, replace(ONE_WAY, winner="ask"), None, ("conflict", "-", "-", "")),
        # one way only: a blank that was blank before is nobody's value, so nothing is put back
        (Held("", "b"), Held("", ""), ONE_WAY, None, ("kept", "-", "-", "")),
        (Held("", "b"), Held("", "a"), ONE_WAY, None, ("kept", "-", "-", "")),
        (Held("b", ""), Held("a", ""), BACK_ONLY, None, ("kept", "-", "-", "")),
        (Held("b", {}), Held("a", ""), replace(BACK_ONLY, winner="ask"), None, ("kept", "-", "-", "")),
        (Held("b", "a"), BASE, BACK_ONLY, None, ("write", "a", "-", "source")),
        (Held("a", ""), BASE, BACK_ONLY, None, ("write", "", "-", "")),
        # both changed
        (Held("b", "c"), BASE, BOTH, None, ("write", "-", "b", "target")),
        (Held("b", "c"), BASE, replace(BOTH, winner="target"), None, ("write", "c", "-", "source")),
        (Held("b", "c"), BASE, replace(BOTH, winner="newest"), "target", ("write", "c", "-", "source")),
        (Held("b", "c"), BASE, replace(BOTH, winner="newest"), None, ("write", "-", "b", "target")),
        (Held("b", "c"), BASE, replace(BOTH, winner="ask"), None, ("conflict", "-", "-", "")),
        (Held("", "c"), BASE, BOTH, None, ("write", "-", "", "target")),
        (Held("b", ""), BASE, BOTH, None, ("write", "-", "b", "")),
        # a new pair: blanks are filled before anybody wins
        (Held("b", "c"), None, BOTH, None, ("write", "-", "b", "target")),
        (Held("", "c"), None, BOTH, None, ("write", "c", "-", "")),
        (Held("b", ""), None, BOTH, None, ("write", "-", "b", "")),
        (Held("", "c"), None, ONE_WAY, None, ("kept", "-", "-", "")),
        (Held("", "c"), None, replace(BOTH, blank="keep"), None, ("kept", "-", "-", "")),
        (Held("", "c"), None, replace(BOTH, blank="source"), None, ("write", "-", "", "target")),
        (Held("b", ""), None, replace(BOTH, blank="source"), None, ("write", "-", "b", "")),
        (Held({"city": ""}, ""), None, BOTH, None, ("agreed", "-", "-", "")),
    ],
)
def test_the_field_s_policy_decides(
    now: Held, base: Held | None, policy: Policy, newer: Any, expected: tuple[str, str, str, str]
) -> None:
    assert judged(now, base, policy, newer=newer) == expected


def test_a_choice_holds_only_as_long_as_both_sides_hold_what_the_person_saw() -> None:
    choice = Choice("c", seen=Held("b", "c"), number=7)
    asked = replace(BOTH, winner="ask")
    assert judged(Held("b", "c"), policy=asked, choice=choice) == ("write", "c", "-", "")
    assert judged(Held("x", "c"), policy=asked, choice=choice)[0] == "conflict"
    assert decide(Held("b", "c"), BASE, asked, names=NAMES, choice=choice).chosen == 7
    third = Choice("d", seen=Held("b", "c"), number=8)
    assert judged(Held("b", "c"), policy=asked, choice=third) == ("write", "d", "d", "")
    assert judged(Held("b", "c"), policy=ONE_WAY, choice=third) == ("write", "-", "d", "")


def test_the_reason_names_the_rule_and_the_sides() -> None:
    said = decide(Held("b", "c"), BASE, replace(BOTH, winner="newest"), names=NAMES, newer="target").because
    assert said == "Both sides changed it. By the rule the later change, in Accelo, wins."


def test_a_value_that_keeps_coming_back_from_the_other_side_is_fought_over() -> None:
    def turns_of(values: list[tuple[str, str]], step: float) -> list[bool]:
        turns: list[list[Any]] = []
        fought = []
        for number, (to, value) in enumerate(values):
            verdict = Verdict("write", value=value, to_source=to == "source", to_target=to == "target")
            turns, over = take_turn(turns, verdict, number * step)
            fought.append(over)
        return fought

    quarrel = [("target", "a"), ("source", "A"), ("target", "a"), ("source", "A")]
    assert turns_of(quarrel, 900) == [False, False, True, True]
    assert turns_of(quarrel, TURNS_WITHIN) == [False] * 4, "so rarely it is two people"
    assert turns_of([("target", "a"), ("source", "b"), ("target", "c"), ("source", "d")], 900) == [False] * 4
    assert turns_of([("target", "a"), ("target", "b"), ("target", "a")], 900) == [False] * 3


# --- for any values and policies --------------------------------------------------------------------------------------

VALUES = st.sampled_from(["", "a", "b", "c", " a ", {}, {"city": "x"}, {"city": "y", "zip": ""}])
HELD = st.builds(Held, VALUES, VALUES)
POLICIES = st.builds(
    Policy,
    st.sampled_from(["source", "target", "newest", "ask"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["fill", "keep", "source"]),
)
NEWER = st.sampled_from([None, "source", "target"])
SWAPPED: dict[Any, Any] = {"source": "target", "target": "source", None: None, "": ""}


def after(now: Held, base: Held | None, verdict: Verdict) -> tuple[Held, Held | None]:
    """What both sides hold, and the base, once the verdict is carried out."""
    held = Held(verdict.value if verdict.to_source else now.source, verdict.value if verdict.to_target else now.target)
    return held, base if verdict.kind == "conflict" else held


@given(HELD, st.none() | HELD, POLICIES, NEWER)
def test_once_carried_out_nothing_more_is_written(now: Held, base: Held | None, policy: Policy, newer: Any) -> None:
    verdict = decide(now, base, policy, names=NAMES, newer=newer)
    held, settled = after(now, base, verdict)
    again = decide(held, settled, policy, names=NAMES, newer=newer)
    assert again.kind == ("conflict" if verdict.kind == "conflict" else "same")


@given(HELD, st.none() | HELD, POLICIES, NEWER)
def test_nothing_is_made_up_nothing_goes_where_it_may_not_and_no_loss_is_silent(
    now: Held, base: Held | None, policy: Policy, newer: Any
) -> None:
    verdict = decide(now, base, policy, names=NAMES, newer=newer)
    assert not (verdict.to_source and not policy.to_source) and not (verdict.to_target and not policy.to_target)
    assert (verdict.kind == "write") == (verdict.to_source or verdict.to_target)
    for side, written in (("source", verdict.to_source), ("target", verdict.to_target)):
        if not written:
            continue
        lost, kept = now.on(side), now.on(SWAPPED[side])
        assert equal(verdict.value, kept)
        changed = base is None or not equal(lost, base.on(side))
        assert (verdict.loser == side) == (changed and bool(canonical(lost)))


@given(HELD, HELD, POLICIES, NEWER)
def test_two_sides_that_both_may_write_are_treated_alike(now: Held, base: Held, policy: Policy, newer: Any) -> None:
    """Only when the times do not tell does the source come first."""
    if policy.winner == "newest" and newer is None:
        return
    mirror = Policy(SWAPPED.get(policy.winner, policy.winner), policy.to_target, policy.to_source, policy.blank)
    one = decide(now, base, policy, names=NAMES, newer=newer)
    other = decide(
        Held(now.target, now.source), Held(base.target, base.source), mirror, names=NAMES, newer=SWAPPED[newer]
    )
    assert (one.kind, one.to_source, one.to_target, SWAPPED[one.loser]) == (
        other.kind, other.to_target, other.to_source, other.loser,
    )  # fmt: skip


@given(HELD, HELD, NEWER, st.sampled_from(["source", "target", "newest", "ask"]))
def test_an_edit_on_one_side_survives_whoever_wins_conflicts(now: Held, base: Held, newer: Any, winner: Any) -> None:
    changed = [side for side in ("source", "target") if not equal(now.on(side), base.on(side))]
    if len(changed) != 1 or equal(now.source, now.target):
        return
    verdict = decide(now, base, replace(BOTH, winner=winner), names=NAMES, newer=newer)
    held, _ = after(now, base, verdict)
    assert equal(held.source, now.on(changed[0])) and equal(held.target, now.on(changed[0]))
