"""The proof that both sides agree: what a comparison of everything counted, and which records spoil it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from integrations.core.conflict import same
from integrations.core.records import Json, LinkView
from integrations.syncs.base import FieldRule
from integrations.syncs.queries import LinkQueries
from integrations.syncs.salesforce_accelo.alike import alike
from integrations.syncs.salesforce_accelo.decisions import base_of
from integrations.syncs.salesforce_accelo.pairs import Half, Pair

COUNTS = (
    "source", "target", "linked", "agree", "apart", "differ", "waiting", "only_source", "only_target", "gone",
    "not_visible", "unpaired",
)  # fmt: skip
"""`unpaired` is a part of `only_source` and `only_target`: those that the sync should have paired."""
SOONEST = timedelta(hours=20)
MOST = 200
"""Records that are named; the others are counted only."""


class Agreement:
    """Counts one stream's pairs: as they stand once what was found different is carried over. `creates`: on which side
    a record that stands alone on the other one is made (source, target). `records`: those that do not agree."""

    def __init__(self, stream: str, rules: Mapping[str, FieldRule], creates: Collection[str] = ()) -> None:
        self.stream, self.rules, self.creates = stream, rules, creates
        self.counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
        self.records: list[dict[str, Any]] = []

    def unequal(self, pair: Pair) -> bool:
        """Whether the pair's link must be looked at to tell how it stands."""
        if pair.gone:
            return False
        return not (has_values(pair.source) and has_values(pair.target)) or bool(self.differing(pair))

    def note(self, pairs: Iterable[Pair], unequal: Mapping[str, LinkView | None], disputed: Collection[str]) -> None:
        """`unequal`: the links of such pairs, after they were worked on. `disputed`: those of which a field waits for a
        person."""
        for pair in pairs:
            link = unequal.get(pair.id)
            there = {"source": has_values(pair.source), "target": has_values(pair.target)}
            if not pair.gone and is_made(link):
                there = dict.fromkeys(there, True)
            self.counts["source"] += there["source"]
            self.counts["target"] += there["target"]
            found = self.standing(pair, there, unequal, disputed)
            self.counts[found] += 1
            self.counts["linked"] += bool(not pair.gone and all(there.values()))
            unpaired = found in ("only_source", "only_target") and self.is_unpaired(link, there)
            self.counts["unpaired"] += unpaired
            if (unpaired or found in ("waiting", "differ")) and len(self.records) < MOST:
                self.records.append(self.named(pair, link, found))

    def standing(
        self,
        pair: Pair,
        there: Mapping[str, bool],
        unequal: Mapping[str, LinkView | None],
        disputed: Collection[str],
    ) -> str:
        if pair.gone:
            return "not_visible" if pair.gone in ("not_visible", "not_selected") else "gone"
        if not all(there.values()):
            return "only_source" if there["source"] else "only_target"
        if pair.id not in unequal:
            return "agree"
        link = unequal[pair.id]
        if pair.id in disputed or (link and link.state == "blocked"):
            return "waiting"
        return self.settled(link) if link and is_finished(link) else "differ"

    def is_unpaired(self, link: LinkView | None, there: Mapping[str, bool]) -> bool:
        """Whether a record that stands alone should not: it waits or has failed, or nothing became of it though such
        records are created. One that a person left out, or that the settings leave alone, may stand alone."""
        if link is not None:
            return link.state in ("blocked", "failed", "unknown")
        return ("target" if there["source"] else "source") in self.creates

    def named(self, pair: Pair, link: LinkView | None, found: str) -> dict[str, Any]:
        """`fields`: those that differ or are still to follow, [] of a record that stands alone. `waiting`: for a
        person."""
        differing = self.differing(pair)
        carried = [key for key in differing if found == "waiting" and self.is_carried(link, key, differing[key])]
        return {
            "source_id": pair.source.id if pair.source else "",
            "target_id": pair.target.id if pair.target else made_as(link), "title": pair.label,
            "fields": [key for key in differing if key not in carried] or to_follow(link),
            "waiting": found == "waiting" or bool(link and link.state == "blocked"),
            "reason": link.reason[:200] if link and link.state != "linked" else "",
        }  # fmt: skip

    def is_carried(self, link: LinkView | None, key: str, read: tuple[Json, Json]) -> bool:
        """Whether this run carried the field over, of a pair of which another one waits: then one side keeps what was
        read there, and both agree."""
        held = base_of(link.base, key) if link and link.state == "linked" else None
        if held is None or not alike(key)(held.source, held.target):
            return False
        return same(held.source, read[0]) or same(held.target, read[1])

    def settled(self, link: LinkView) -> str:
        """agree, or apart: they differ on purpose, as the vendor stored a value or as a rule left it."""
        held = ((key, base_of(link.base, key)) for key in self.rules)
        return "agree" if all(base is None or alike(key)(base.source, base.target) for key, base in held) else "apart"

    def differing(self, pair: Pair) -> dict[str, tuple[Json, Json]]:
        """What both sides show and hold in different ways. Where there is nothing, no link need be looked at."""
        source, target = (pair.source.values if pair.source else {}), (pair.target.values if pair.target else {})
        shown = ((key, source[key], target[key]) for key in self.rules if key in source and key in target)
        return {key: (one, two) for key, one, two in shown if not (same(one, two) or alike(key)(one, two))}

    def onto(self, stored: Mapping[str, Any] | None, now: datetime, run: int) -> dict[str, Any]:
        """What is remembered: the other stream's numbers stay."""
        streams = dict((stored or {}).get("streams", {}))
        at = now.isoformat(timespec="seconds")
        told = {**self.counts, "records": self.records, "at": at}
        return {"at": at, "run": run, "streams": {**streams, self.stream: told}}


def links_of(
    store: LinkQueries, stream: str, pairs: Sequence[Pair]
) -> tuple[dict[str, LinkView | None], Collection[str]]:
    """What `note` needs of these pairs, by their ids. What was made in Salesforce is linked under its new id."""
    if not pairs:
        return {}, ()
    ids = [pair.id for pair in pairs]
    alone = {pair.target.id: pair.id for pair in pairs if pair.target and not pair.source}
    made = store.by_target(stream, alone) if alone else {}
    links = {alone[id]: link for id, link in made.items()} | store.by_source(stream, ids)
    return {id: links.get(id) for id in ids}, store.disputed(stream, ids)


def is_made(link: LinkView | None) -> bool:
    """Of a pair that is no more alone: its counterpart is there now."""
    return bool(link and link.state == "linked" and link.target_id)


def made_as(link: LinkView | None) -> str:
    """Id in Accelo of a record that this run made there; '' of none."""
    return link.target_id if link and is_made(link) else ""


def is_finished(link: LinkView) -> bool:
    """Whether all that was to be written is, as far as it was taken."""
    return bool(link.fingerprint and link.state == "linked" and not link.pending)


def to_follow(link: LinkView | None) -> list[str]:
    """Fields that could not be written with the record that was created."""
    return list(link.pending.get("parts", ())) if link else []


def has_values(half: Half | None) -> bool:
    return bool(half and half.values)


def due_for_comparison(stored: Mapping[str, Any] | None, stream: str, now: datetime, hour: int) -> bool:
    """Once a day, by the first run after `hour` (UTC)."""
    last = ((stored or {}).get("streams", {}).get(stream) or {}).get("at")
    if not last:
        return True
    at = datetime.fromisoformat(last)
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    due = today if today <= now else today - timedelta(days=1)
    return at < due and now - at >= SOONEST
