"""What becomes of each field of a pair whose both records are there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from integrations.core.begun import Begun
from integrations.core.conflict import (
    Choice,
    Held,
    Names,
    Policy,
    Side,
    Verdict,
    blank,
    decide,
    equal,
    same,
    take_turn,
)
from integrations.core.records import Json, LinkView, Why, fingerprint
from integrations.syncs.base import FieldRule
from integrations.syncs.salesforce_accelo.alike import alike
from integrations.syncs.salesforce_accelo.decided import Decided, keep, put, show_changes
from integrations.syncs.salesforce_accelo.declared import COMPANIES, CONTACTS
from integrations.syncs.salesforce_accelo.fit import ACCELO, Limits, fits, limits_from_describe
from integrations.syncs.salesforce_accelo.outgoing import NEVER, to_salesforce
from integrations.syncs.salesforce_accelo.pairs import Pair
from integrations.syncs.salesforce_accelo.places import Offered, offered_by
from integrations.syncs.salesforce_accelo.problems import Problem
from integrations.syncs.salesforce_accelo.resuming import CUT_OFF, begun_for, look_again
from integrations.syncs.salesforce_accelo.shape import PREFIXES, TEXTS
from integrations.syncs.salesforce_accelo.telling import conflict_entry, shown
from integrations.syncs.salesforce_accelo.values import salesforce_fields
from integrations.vendors.salesforce.describe import Describe

NAMES = Names("Salesforce", "Accelo")
OF_PLACE = frozenset({"title", "phone", "fax", "mobile", "email"})
"""Fields of a contact that stand in its affiliation."""
LOOP = (
    "Its value keeps coming back from the other side, as if two automations fought over it. It is left alone until a "
    "person chooses."
)


@dataclass(frozen=True)
class Terms:
    """What a run decides by. `rules`: by field key of the stream, without those that are off. `writes_back`: values
    may go to Salesforce. `describe`: Salesforce's object. `accelo`: what Accelo takes."""

    rules: Mapping[str, FieldRule]
    writes_back: bool
    describe: Describe
    accelo: Limits = ACCELO
    first_name: str = "-"
    now: float = 0.0

    @cached_property
    def limits(self) -> Limits:
        return limits_from_describe(self.describe)

    @cached_property
    def new_limits(self) -> Limits:
        return limits_from_describe(self.describe, creating=True)

    @cached_property
    def offered(self) -> Offered:
        prefix = "Billing" if self.describe.object == "Account" else "Mailing"
        return offered_by(self.describe.fields, prefix)

    @cached_property
    def carried(self) -> frozenset[str]:
        """Fields that may go one way or the other."""
        return frozenset(key for key, policy in self.policies.items() if policy.to_source or policy.to_target)

    @cached_property
    def digest(self) -> str:
        """Of what Salesforce takes of the fields that are written there."""
        return fingerprint(
            f"{one.name}:{one.length}:{one.nillable}:{one.createable}:{one.updateable}:"
            f"{one.values if one.restricted or one.name.endswith('Code') else ''}"
            for one in map(self.describe.fields.__getitem__, writable_fields(self.describe))
        )

    @cached_property
    def policies(self) -> Mapping[str, Policy]:
        """By field key."""
        return {key: self._policy(rule) for key, rule in self.rules.items()}

    def policy(self, key: str) -> Policy:
        return self.policies[key]

    def _policy(self, rule: FieldRule) -> Policy:
        back = self.writes_back and rule.direction in ("both", "to_source")
        there = rule.direction in ("both", "to_target")
        winner = rule.winner or "source"
        if not there and winner != "ask":
            winner = "target"
        return Policy(winner, back, there, rule.blank)


def writable_fields(describe: Describe) -> list[str]:
    """API names of the fields of the table that may ever be written to Salesforce, as far as the user sees them."""
    stream = COMPANIES if describe.object == "Account" else CONTACTS
    never = {TEXTS[stream][key] for key in NEVER if key in TEXTS[stream]}
    return sorted(set(salesforce_fields(stream, describe)) - never)


def decide_fields(pair: Pair, link: LinkView | None, terms: Terms) -> Decided:
    """Both halves must be there. The base of a field that is not settled now stays what it was.

    What stayed different only while nothing went to Salesforce is new again once something may.
    """
    decided = Decided(turns=dict(link.memo.get("turns", {})) if link else {}, earlier=begun_for(pair, link))
    base = link.base if link else {}
    for key in base.get("source", {}).keys() - terms.policies.keys():
        keep(decided, key, base_of(base, key))  # a field that is off may come back on
    new_place = needs_place(pair)
    agreed = agreed_at_once(decided, pair, terms) if link is None and not new_place and not pair.choices else ()
    for key, policy in terms.policies.items():
        if key in agreed:
            continue
        old = base_of(base, key)
        if not (policy.to_source or policy.to_target) or not is_visible(pair, key):
            keep(decided, key, old)
            continue
        now = held(pair, key)
        old = take_up(decided, key, now, decided.earlier[key]) if key in decided.earlier else old
        old = None if new_place and key in OF_PLACE else old
        old = None if policy.to_source and is_apart(link, key, old, now) else old
        if is_plain(pair, key, old, now):
            keep(decided, key, now)
        else:
            one_field(decided, pair, key, now, old, policy, terms)
    return decided


def agreed_at_once(decided: Decided, pair: Pair, terms: Terms) -> set[str]:
    """Of a new pair, fields that both sides hold alike as they are written: at a first link nearly all there are. What
    a half holds is canonical already."""
    here, there = (half.values if half else {} for half in (pair.source, pair.target))
    found = {key for key in here.keys() & there.keys() & terms.carried if same(here[key], there[key])}
    for key in found:
        decided.base["source"][key] = decided.base["target"][key] = here[key]
    return found


def take_up(decided: Decided, key: str, now: Held, begun: Begun) -> Held | None:
    """The base of a field that was being written when a run was cut off. What the write would have told is told."""
    resumed = look_again(key, now, begun)
    decided.fates[key] = resumed.fate
    if resumed.fate != "unsent" and begun.chosen:
        decided.carried.append(begun.chosen)
    if resumed.fate == "written":
        decided.conflicts += [dict(begun.told)] if begun.told else []
        show_changes(decided, key, begun.now, begun.sent)
    return resumed.base


def is_plain(pair: Pair, key: str, base: Held | None, now: Held) -> bool:
    """Both sides hold the same as it is written, and nothing of that is news: what `one_field` comes to most often."""
    return same(now.source, now.target) and (base is None or base == now) and key not in pair.choices


def is_apart(link: LinkView | None, key: str, base: Held | None, now: Held) -> bool:
    """Whether it was left so because nothing went to Salesforce then, and nobody has touched it since."""
    if link is None or base is None or key not in link.memo.get("apart", ()):
        return False
    return equal(base.source, now.source) and equal(base.target, now.target)


def is_visible(pair: Pair, key: str) -> bool:
    """On both sides. What the connection's user may not see is not blank; a place that is about to be made is."""
    there = pair.target and (key in pair.target.values or (key in OF_PLACE and needs_place(pair)))
    return bool(pair.source and there and key in pair.source.values)


def needs_place(pair: Pair) -> bool:
    """Of a contact whose Accelo record has no place at the linked company yet."""
    return bool(pair.target and pair.company and not pair.target.ids.get("affiliation"))


def base_of(base: Mapping[str, Any], key: str) -> Held | None:
    source, target = base.get("source", {}), base.get("target", {})
    return Held(source[key], target[key]) if key in source and key in target else None


def held(pair: Pair, key: str) -> Held:
    source, target = pair.source, pair.target
    return Held(source.values.get(key, "") if source else "", target.values.get(key, "") if target else "")


def one_field(
    decided: Decided, pair: Pair, key: str, now: Held, base: Held | None, policy: Policy, terms: Terms
) -> None:
    choice = choice_for(decided, pair, key)
    verdict = decide(now, base, policy, names=NAMES, alike=alike(key), newer=newer(pair), choice=choice)
    if choice:
        (decided.carried if verdict.chosen else decided.overtaken).append(choice.number)
    if verdict.kind == "write":
        write(decided, pair, key, now, base, verdict, terms)
    elif verdict.kind == "conflict":
        decided.conflicts.append(conflict_entry(pair, key, now, base, verdict.code, verdict.because, winner=""))
        keep(decided, key, base)
    else:
        keep(decided, key, now)
        if stays_apart(verdict, now, base, policy, key, terms):
            decided.apart.append(key)
    if verdict.kind in ("write", "kept") or (verdict.kind == "agreed" and base is not None):
        decided.why.append(Why(label(key, terms), shown(now.source), verdict.because))


def choice_for(decided: Decided, pair: Pair, key: str) -> Choice | None:
    """Without one that an earlier attempt has carried out."""
    choice = pair.choices.get(key)
    return None if choice and choice.number in decided.carried else choice


def stays_apart(verdict: Verdict, now: Held, base: Held | None, policy: Policy, key: str, terms: Terms) -> bool:
    back = terms.rules[key].direction in ("both", "to_source") and not policy.to_source
    return back and not alike(key)(now.source, now.target) and (verdict.kind == "kept" or base is not None)


def write(decided: Decided, pair: Pair, key: str, now: Held, base: Held | None, verdict: Verdict, terms: Terms) -> None:
    """Plan the write, unless the value does not fit there or is fought over."""
    if base is not None and not verdict.chosen:
        turns, fought = take_turn(decided.turns.get(key, []), verdict, terms.now)
        if fought:
            decided.conflicts.append(conflict_entry(pair, key, now, base, "loop", LOOP, winner=""))
            keep(decided, key, base)
            return
        decided.turns[key] = turns
    elif verdict.chosen:
        decided.turns.pop(key, None)
    sides: tuple[Side, ...] = ("source", "target")
    for side in sides:
        if verdict.to_source if side == "source" else verdict.to_target:
            problem = fits(side, pair.stream, key, verdict.value, terms.limits, terms.accelo)
            if problem:
                decided.notes.append(problem.words)
                keep(decided, key, base)
                return
    if verdict.to_source:
        held_there = pair.source.values if pair.source else {}
        decided.notes += [one.words for one in place_problems(pair.stream, key, verdict.value, terms, held_there)]
    keep(decided, key, base)
    entry = conflict_of(decided, pair, key, now, base, verdict)
    decided.conflicts += [entry] if entry else []
    put(decided, key, now, base, verdict, entry)


def conflict_of(
    decided: Decided, pair: Pair, key: str, now: Held, base: Held | None, verdict: Verdict
) -> dict[str, Any] | None:
    """What is told of a value that is overwritten.

    Nobody can say whether a value that was edited after a run was cut off had been written: if not, the edit overtakes
    another one, which is kept like any value that loses.
    """
    winner: Side = "target" if verdict.to_source else "source"
    loser: Side = "source" if verdict.to_source else "target"
    if verdict.loser:
        return conflict_entry(
            pair, key, now, base, verdict.code, verdict.because, winner=winner, value=verdict.value
        )  # fmt: skip
    if decided.fates.get(key) != "edited" or verdict.chosen or blank(now.on(loser)):
        return None
    rule, before = CUT_OFF.format(side=NAMES.of(winner)), decided.earlier[key].base
    return conflict_entry(pair, key, now, before, "cut_off", rule, winner=winner, value=verdict.value)


def place_problems(stream: str, key: str, value: Json, terms: Terms, held: Mapping[str, Json]) -> tuple[Problem, ...]:
    """State and country that Salesforce does not offer: the rest of the address is written without them."""
    if key not in PREFIXES[stream]:
        return ()
    return to_salesforce(stream, {key: value}, terms.offered, held)[1]


def newer(pair: Pair) -> Side | None:
    """By whole seconds, which is all that both vendors tell."""
    source, target = (pair.source.modified if pair.source else 0), (pair.target.modified if pair.target else 0)
    if not source or not target or source == target:
        return None
    return "source" if source > target else "target"


def label(key: str, terms: Terms) -> str:
    return terms.rules[key].target_label
