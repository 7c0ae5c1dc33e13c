"""Who gets a name that several records want, and in which order names are handed over. Pure.

ExpenseIn takes each name once for each kind of record, and records are written one at a time: a record can take a name
only after the one that holds it has given it up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """A record that wants a name somebody else holds or wants too.

    `holder`: id in ExpenseIn of the other record that holds the wanted name, '' when nobody does. `holder_key`: the
    claim of that record, if it has one; `holder_moves`: it has none but is renamed in this run all the same.
    `target`: the claimant's own id in ExpenseIn, '' when it is to be created. `order`: of the list.
    """

    key: str
    wanted: str
    order: int
    target: str = ""
    holder: str = ""
    holder_key: str = ""
    holder_moves: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """`taken_by`: key of the claim that gets the name instead; `held`: the holder keeps it. Neither: it gets the name.

    `rank`: records are written by rising rank. `park`: the holder must give the name up before, for they swap.
    """

    rank: int = 0
    taken_by: str = ""
    held: bool = False
    park: bool = False

    @property
    def gets_it(self) -> bool:
        return not self.taken_by and not self.held


def settle_names(claims: Iterable[Claim]) -> dict[str, Verdict]:
    """One verdict for each claim, by key."""
    known = {claim.key: claim for claim in sorted(claims, key=lambda claim: claim.order)}
    winners: dict[str, Claim] = {}
    for claim in known.values():
        best = winners.get(claim.wanted)
        if best is None or (claim.target and not best.target):
            winners[claim.wanted] = claim
    verdicts = {
        key: Verdict(taken_by=winners[claim.wanted].key)
        for key, claim in known.items()
        if winners[claim.wanted].key != key
    }
    rank = 0
    for claim in winners.values():
        rank = _follow(claim, known, verdicts, rank)
    return {key: _as_its_winner(verdict, verdicts) for key, verdict in verdicts.items()}


def _as_its_winner(verdict: Verdict, verdicts: dict[str, Verdict]) -> Verdict:
    """Where the one who would get the name does not get it, it stays with its holder for the others too."""
    lost = verdict.taken_by and not verdicts[verdict.taken_by].gets_it
    return Verdict(held=True) if lost else verdict


def _follow(first: Claim, known: dict[str, Claim], verdicts: dict[str, Verdict], rank: int) -> int:
    """Decide a chain of claims, each waiting for the next one's name, from its far end. The last rank given."""
    chain: list[Claim] = []
    waiting: set[str] = set()
    claim: Claim | None = first
    while claim and claim.key not in verdicts and claim.key not in waiting:
        chain.append(claim)
        waiting.add(claim.key)
        claim = known.get(claim.holder_key) if claim.holder else None
    swaps_with = claim.key if claim and claim.key in waiting else ""
    for one in reversed(chain):
        rank += 1
        verdicts[one.key] = _verdict(one, verdicts, rank, swaps_with)
    return rank


def _verdict(claim: Claim, verdicts: dict[str, Verdict], rank: int, swaps_with: str) -> Verdict:
    if not claim.holder or claim.holder_moves:
        return Verdict(rank)
    before = verdicts.get(claim.holder_key)
    if before is None:
        swap = bool(claim.holder_key) and claim.holder_key == swaps_with
        return Verdict(rank, park=True) if swap else Verdict(held=True)
    return Verdict(rank) if before.gets_it else Verdict(held=True)
