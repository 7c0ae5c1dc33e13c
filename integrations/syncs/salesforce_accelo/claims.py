"""Who of those without a link belong together: by keys that are kept on the desk, one part of the lists at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from integrations.syncs.salesforce_accelo.desk import (
    CANDIDATES,
    CLAIM_TWINS,
    CROWDS,
    FORGET_WIDE,
    FREE_SOURCES,
    FREE_TARGETS,
    KINDS,
    SAME,
    SAME_UNCLAIMED,
    UNCLAIMED,
    Comparison,
)
from integrations.syncs.salesforce_accelo.keys import Keys, blocking_keys, keys_packed, keys_unpacked
from integrations.syncs.salesforce_accelo.matching import Match, decide_pair, settle_claims, unasked
from integrations.syncs.salesforce_accelo.rating import Candidate

PART = 500
PARTS = 2000

SourceRow = tuple[str, bytes, str, str]
"""Id, row, company, text: see the desk's table."""
TargetRow = tuple[str, str, bool]
"""Id, text, whether it has addresses."""
SourceKeys = Callable[[list[SourceRow]], Iterable[Candidate]]
TargetKeys = Callable[[list[TargetRow]], Iterable[Candidate]]


class Claims:
    """One stream's. `link_likely`: nobody is asked about what is likely."""

    def __init__(self, desk: Comparison, link_likely: bool) -> None:
        self.desk, self.link_likely = desk, link_likely

    def settle(self, source_keys: SourceKeys, target_keys: TargetKeys) -> None:
        """Fills `claim` and `pick`."""
        self._keep_sources(source_keys)
        self._keep_targets(FREE_TARGETS, target_keys)
        self.desk.script(CROWDS)
        self._claim_twins()
        self._keep_targets(SAME_UNCLAIMED, target_keys)
        self.desk.db.execute(FORGET_WIDE)
        for rows in self.desk.stream(UNCLAIMED, PART):
            self._claim(self.matches([id for (id,) in rows]))
        for group in self.desk.components():
            settled = settle_claims(self.matches(group))
            self.desk.add("claim", [claim_row(id, unasked(match, self.link_likely)) for id, match in settled.items()])

    def _keep_sources(self, source_keys: SourceKeys) -> None:
        """The keys of all that are free, once."""
        desk = self.desk
        for sources in desk.stream(FREE_SOURCES, PARTS):
            known = list(source_keys(sources))
            desk.add("skept", [(one.id, keys_packed(one.keys), kind_of(one.keys)) for one in known])
            desk.add("skey", [(one.id, key) for one in known for key in blocking_keys(one.keys)])
        desk.script(SAME)

    def _keep_targets(self, query: str, target_keys: TargetKeys) -> None:
        desk = self.desk
        for targets in desk.stream(query, PARTS):
            found = list(target_keys(targets))
            desk.add("tkept", [(one.id, keys_packed(one.keys), one.label) for one in found])
            desk.add("tkey", [(one.id, key) for one in found for key in blocking_keys(one.keys)])

    def _claim_twins(self) -> None:
        """Two that have the same keys, of which they share none with anybody else, are all there is to choose from.

        What such a match is called depends on which keys there are, not on what they are, so it is decided once for
        each kind. Without any key of its own nothing is exact.
        """
        for kind, packed in self.desk.rows(KINDS):
            keys = keys_unpacked(packed)
            match = decide_pair(keys, [Candidate("", keys)])
            if match.kind == "exact":
                for query in CLAIM_TWINS:
                    self.desk.db.execute(query, {"kind": kind, "code": match.code, "words": match.reason})

    def _claim(self, matches: Mapping[str, Match]) -> None:
        rows = [(id, match) for id, match in matches.items() if match.kind != "new"]
        self.desk.add("claim", [claim_row(id, unasked(match, self.link_likely)) for id, match in rows])
        self.desk.add("pick", [(id, pick.id) for id, match in rows for pick in match.picks])

    def matches(self, sources: list[str]) -> dict[str, Match]:
        """By source id; without those that nobody shares a key with."""
        wanted: dict[str, list[str]] = {}
        for source, target in self.desk.among(CANDIDATES, sources):
            wanted.setdefault(source, []).append(target)
        keys = self._kept_sources(wanted)
        found = self._kept_targets({id for ids in wanted.values() for id in ids})
        return {id: decide_pair(keys[id], [found[one] for one in ids]) for id, ids in wanted.items()}

    def _kept_sources(self, ids: Iterable[str]) -> dict[str, Keys]:
        query = "SELECT id, keys FROM skept WHERE id IN (SELECT value FROM json_each(?))"
        return {id: keys_unpacked(text) for id, text in self.desk.among(query, ids)}

    def _kept_targets(self, ids: Iterable[str]) -> dict[str, Candidate]:
        query = "SELECT id, keys, label FROM tkept WHERE id IN (SELECT value FROM json_each(?))"
        return {id: Candidate(id, keys_unpacked(text), label) for id, text, label in self.desk.among(query, ids)}


def kind_of(keys: Keys) -> str:
    """Which of its keys there are."""
    named = (keys.name, keys.first, keys.last, keys.host, keys.phones, keys.emails, keys.companies)
    return "".join("1" if one else "0" for one in named)


def claim_row(id: str, match: Match) -> tuple[str, str, str, str, str, str]:
    """Of one that is sure nobody chooses."""
    candidates = [] if match.target_id else list(match.candidates)
    return (id, match.kind, match.code, match.target_id, match.reason, json.dumps(candidates))
