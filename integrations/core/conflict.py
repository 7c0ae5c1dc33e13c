"""Two sides hold a field: which value goes where, and why. Three-way against the base. Pure.

The base is kept for each side: the value that the side held when the field was last settled. A side has changed when it
holds something else now, whoever wrote it, so a value that a vendor stored in its own way is no change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from integrations.core.records import Json, canonical_text, fingerprint

Side = Literal["source", "target"]
Winner = Literal["source", "target", "newest", "ask"]
Blank = Literal["fill", "keep", "source"]
Kind = Literal["same", "agreed", "write", "kept", "conflict"]
Alike = Callable[[Json, Json], bool]

TURNS = 3
TURNS_ANY = 6
TURNS_WITHIN = 86_400.0
"""Seconds. A field whose sides alternate in TURNS turns and bring a value that was there before, or in TURNS_ANY turns
with whatever values, is fought over by two automations."""


@dataclass(frozen=True, slots=True)
class Held:
    """What each side holds of one field. Text, or a mapping of parts (an address); '' and {} are none."""

    source: Json
    target: Json

    def on(self, side: Side) -> Json:
        return self.source if side == "source" else self.target


@dataclass(frozen=True, slots=True)
class Policy:
    """`winner`: who wins when both sides changed. `to_source`, `to_target`: which way values may go. `blank`: what
    happens at first to a pair of which one side is blank: it is filled, both stay, or the source's counts."""

    winner: Winner = "source"
    to_source: bool = False
    to_target: bool = True
    blank: Blank = "fill"

    def may(self, side: Side) -> bool:
        return self.to_source if side == "source" else self.to_target


@dataclass(frozen=True, slots=True)
class Choice:
    """A person's decision for one field. It holds only as long as both sides hold what the person saw (`seen`)."""

    value: Json
    seen: Held
    number: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`same`: nothing happened. `agreed`: both hold the same, the base moves. `write`: `value` goes to the named
    sides. `kept`: they differ and stay so. `conflict`: a person decides. `lost`: a value of `loser` is overwritten."""

    kind: Kind
    because: str = ""
    value: Json = ""
    to_source: bool = False
    to_target: bool = False
    code: str = ""
    loser: Side | None = None
    chosen: int = 0


SAME = Verdict("same", "Both sides hold the same.")
AGREED = Verdict("agreed", "Both sides hold the same.")


@dataclass(frozen=True, slots=True)
class Names:
    """What people call the two sides."""

    source: str = "the source"
    target: str = "the target"

    def of(self, side: Side) -> str:
        return self.source if side == "source" else self.target


def canonical(value: Json) -> Json:
    """Trimmed, line ends `\\n`; a mapping of blanks is none."""
    if isinstance(value, str):
        return canonical_text(value)
    if isinstance(value, Mapping):
        parts = {name: canonical(part) for name, part in value.items()}
        return parts if any(parts.values()) else {}
    return canonical_text(None if value is None else str(value))


def equal(one: Json, other: Json) -> bool:
    """By canonical value. Nothing in text and nothing in parts are the same nothing."""
    if same(one, other):
        return True
    first, second = canonical(one), canonical(other)
    return first == second or (not first and not second)


def same(one: Json, other: Json) -> bool:
    """Equal as given, which is quick to see; what is not may still be equal by canonical value."""
    return type(one) is type(other) and bool(one == other)


def blank(value: Json) -> bool:
    return not canonical(value)


def decide(
    now: Held,
    base: Held | None,
    policy: Policy,
    *,
    names: Names,
    alike: Alike = equal,
    newer: Side | None = None,
    choice: Choice | None = None,
) -> Verdict:
    """`base` None: the pair is new. `newer`: the side whose record was changed last, None where the times do not tell.
    `choice` that no longer fits what the sides hold is not heard."""
    if choice and equal(choice.seen.source, now.source) and equal(choice.seen.target, now.target):
        return chosen(now, policy, choice, names)
    if alike(now.source, now.target):
        settled = base is not None and equal(base.source, now.source) and equal(base.target, now.target)
        return SAME if settled else AGREED
    if base is None:
        return first(now, policy, names, newer)
    changed = {"source": not alike(now.source, base.source), "target": not alike(now.target, base.target)}
    if not any(changed.values()):
        return Verdict("same")
    if all(changed.values()):
        return by_policy(now, policy, names, newer, "both_changed", "Both sides changed it.")
    return one_changed(now, base, policy, names, newer, "source" if changed["source"] else "target")


def chosen(now: Held, policy: Policy, choice: Choice, names: Names) -> Verdict:
    to_source = not equal(now.source, choice.value) and policy.to_source
    to_target = not equal(now.target, choice.value) and policy.to_target
    if not (to_source or to_target):
        return Verdict("kept", "A person chose this value.", chosen=choice.number)
    return Verdict("write", "A person chose this value.", choice.value, to_source, to_target, chosen=choice.number)


def first(now: Held, policy: Policy, names: Names, newer: Side | None) -> Verdict:
    """A new pair. Blanks are filled before anybody wins."""
    empty: Side | None = "source" if blank(now.source) else "target" if blank(now.target) else None
    if empty is None:
        return by_policy(now, policy, names, newer, "first", "They differed when the two were linked.")
    if policy.blank == "keep":
        return Verdict("kept", "Blanks of new pairs stay as they are.")
    if policy.blank == "source" and empty == "source":
        return carry(now, policy, names, "source", "New pairs take the value of the source, even a blank.", loses=True)
    filled: Side = "target" if empty == "source" else "source"
    return carry(now, policy, names, filled, f"It was blank in {names.of(empty)}.")


def one_changed(now: Held, base: Held, policy: Policy, names: Names, newer: Side | None, side: Side) -> Verdict:
    """Where the value may not be carried over, the other side's is put back by the rule; a blank that always was one is
    nobody's value, so it clears nothing and nobody is asked about it."""
    other: Side = "target" if side == "source" else "source"
    if policy.may(other):
        return carry(now, policy, names, side, f"It was changed in {names.of(side)}.")
    said = f"It was changed in {names.of(side)}, from where it is not carried over."
    if blank(now.on(other)) and blank(base.on(other)):
        return Verdict("kept", f"{said} {names.of(other)} has nothing to put back, so both stay as they are.")
    return by_policy(now, policy, names, newer, "one_way", said)


def by_policy(now: Held, policy: Policy, names: Names, newer: Side | None, code: str, said: str) -> Verdict:
    """Both sides have a claim: the field's policy decides."""
    if policy.winner == "ask":
        return Verdict("conflict", f"{said} This field waits for a person.", code=code)
    winner: Side = policy.winner if policy.winner != "newest" else newer or "source"
    rule = f"{names.of(winner)} wins for this field."
    if policy.winner == "newest":
        rule = f"the later change, in {names.of(winner)}, wins." if newer else f"{rule} (The times do not tell.)"
    verdict = carry(now, policy, names, winner, f"{said} By the rule {rule}", loses=True)
    return replace(verdict, code=code)


def carry(now: Held, policy: Policy, names: Names, winner: Side, because: str, *, loses: bool = False) -> Verdict:
    """The winner's value goes to the other side, where values may go that way."""
    other: Side = "target" if winner == "source" else "source"
    if not policy.may(other):
        return Verdict("kept", f"{because} Nothing is carried over to {names.of(other)}, so both stay as they are.")
    lost = other if loses and not blank(now.on(other)) else None
    return Verdict("write", because, now.on(winner), other == "source", other == "target", loser=lost)


def take_turn(turns: list[list[Json]], verdict: Verdict, at: float) -> tuple[list[list[Json]], bool]:
    """The turns of a field after this write, and whether it is fought over: its value goes back and forth.

    `turns`: [to which side, digest of the value, unix time], oldest first, as remembered. The field is fought over when
    its sides alternate for the third time and bring a value that came that way before, or for the sixth time at all.
    """
    to = "source" if verdict.to_source else "target"
    print_ = "" if blank(verdict.value) else fingerprint([repr(canonical(verdict.value))])[:12]
    recent = [turn for turn in turns if at - float(turn[2]) < TURNS_WITHIN]
    kept = recent if recent and recent[-1][0] != to else []
    again = bool(print_) and any(turn[0] == to and turn[1] == print_ for turn in kept)
    after = [*kept, [to, print_, at]][-TURNS_ANY:]
    return after, len(after) >= (TURNS if again else TURNS_ANY)
