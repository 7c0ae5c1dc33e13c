"""Which record of the other side one is, when the two were never linked. Pure.

Every candidate is rated by what it shares with the record and what speaks against it. The best one decides, unless
another is just as good; then what several records claim is settled among them. Only an exact match links by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from integrations.syncs.salesforce_accelo.keys import Keys
from integrations.syncs.salesforce_accelo.rating import Candidate, Pick, rate

MatchKind = Literal["exact", "likely", "ambiguous", "new"]
SHOWN = 8
"""Candidates that a person may choose from."""
RIVALS = 3
"""Other claimants that a message names."""


@dataclass(frozen=True, slots=True)
class Match:
    """`kind` new: no candidate is left. `code`: the best pick's when exact, else the kind. `picks`: best first; of an
    exact match the first is the one, the others were less good. `reason`: for people."""

    kind: MatchKind
    code: str
    picks: tuple[Pick, ...] = ()
    reason: str = ""

    @property
    def target_id(self) -> str:
        """The one it is, when that is exact."""
        return self.picks[0].id if self.kind == "exact" else ""

    @property
    def candidates(self) -> tuple[dict[str, str], ...]:
        """Those that a person may choose from, best first: id, label, reason."""
        return tuple(pick.as_json() for pick in self.picks[:SHOWN])


def decide_pair(source: Keys, candidates: Sequence[Candidate]) -> Match:
    """Which of `candidates` (none of them linked) the record is. One record's view: see `settle_claims`."""
    rated = (rate(source, candidate) for candidate in candidates)
    return _judge(pick for pick in rated if pick)


def settle_claims(matches: Mapping[str, Match], labels: Mapping[str, str] | None = None) -> dict[str, Match]:
    """The matches by source id, once no record of the other side is claimed twice; those suffice that share one.

    The one best exact claim wins its record, which is no candidate for others from then on. Claims that are equally
    good are ambiguous for all; so is what loses an exact claim and has nothing else, for it may be a double. `labels`:
    names for people by source id, as far as there are.
    """
    names = labels or {}
    standing = dict(matches)
    won: dict[str, str] = {}
    while fresh := _winners(standing, won):
        won |= fresh
        for source, match in standing.items():
            lost = {pick.id: fresh[pick.id] for pick in match.picks if fresh.get(pick.id, source) != source}
            if lost:
                standing[source] = _losing(match, lost, names)
    claims = _claims(standing)
    return {
        source: _contested(source, match, claims, names) if _shared(match, claims) else match
        for source, match in standing.items()
    }


def unasked(match: Match, link_likely: bool) -> Match:
    """Where nobody is to be asked, the one likely candidate counts like an exact one."""
    if not link_likely or match.kind != "likely":
        return match
    return replace(match, kind="exact", code="matched_likely")


def doubt(found: Sequence[Mapping[str, str]]) -> str:
    """`found`: candidates, best known first."""
    if len(found) == 1:
        return f"It may be {found[0]['label']}: {found[0]['reason']}."
    return f"{len(found)} records of Salesforce may be this one. Choose one."


def _judge(picks: Iterable[Pick]) -> Match:
    found = tuple(sorted(picks, key=lambda pick: (-pick.rank, -pick.score, len(pick.id), pick.id)))
    if not found:
        return Match("new", "new", reason="Nothing on the other side looks like it.")
    best, count = found[0], len(_best(found))
    if count > 1:
        words = f"{count} records of the other side match it equally well ({best.reason}). Choose one."
        return Match("ambiguous", "ambiguous", found, words)
    if best.exact:
        return Match("exact", best.code, found, f"Matched: {best.reason}.")
    return Match("likely", "likely", found, f"It may be {best.label or best.id}: {best.reason}.")


def _claims(matches: Mapping[str, Match]) -> dict[str, list[tuple[int, str]]]:
    """Record of the other side -> (rank, source id) of the matches whose best it is, alone or not."""
    claims: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for source, match in matches.items():
        for pick in _best(match.picks):
            claims[pick.id].append((pick.rank, source))
    return claims


def _best(picks: Sequence[Pick]) -> list[Pick]:
    """Those that nothing tells apart from the first."""
    return [one for one in picks if one.rank == picks[0].rank and (one.exact or one.score == picks[0].score)]


def _winners(matches: Mapping[str, Match], won: Mapping[str, str]) -> dict[str, str]:
    """Records of the other side that just now found the one whose exact claim is the best: its source id."""
    found: dict[str, str] = {}
    for target, claims in _claims(matches).items():
        rank, source = max(claims)
        single = sum(one == rank for one, _ in claims) == 1
        if target not in won and single and matches[source].kind == "exact":
            found[target] = source
    return found


def _losing(match: Match, lost: Mapping[str, str], names: Mapping[str, str]) -> Match:
    """The match without the candidates that turned out to be others': candidate id -> source id of its owner."""
    gone = [pick for pick in match.picks if pick.id in lost]
    again = _judge(pick for pick in match.picks if pick.id not in lost)
    if again.kind != "new":
        return again
    best = gone[0]
    owner = names.get(lost[best.id], "another record")
    words = f"{best.label or best.id} looks like it ({best.reason}), but {owner} matches that one better."
    if not any(pick.exact for pick in gone):
        return replace(again, reason=words)
    return Match("ambiguous", "ambiguous", (), f"{words} It may be a double.")


def _shared(match: Match, claims: Mapping[str, Sequence[tuple[int, str]]]) -> bool:
    return match.kind in ("exact", "likely") and len(claims[match.picks[0].id]) > 1


def _contested(
    source: str, match: Match, claims: Mapping[str, Sequence[tuple[int, str]]], names: Mapping[str, str]
) -> Match:
    best = match.picks[0]
    rivals = sorted(names.get(other, other) for _, other in claims[best.id] if other != source)
    told = ", ".join(rivals[:RIVALS]) + (f" and {len(rivals) - RIVALS} more" if len(rivals) > RIVALS else "")
    words = f"It matches {best.label or best.id} ({best.reason}), and so does {told}. Choose which one it is."
    return replace(match, kind="ambiguous", code="ambiguous", reason=words)
