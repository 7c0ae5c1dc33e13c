"""The proof that both sides agree: what a comparison of everything counted. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.core.conflict import same
from integrations.core.records import Json, LinkView
from integrations.syncs.base import FieldRule
from integrations.syncs.salesforce_accelo.alike import alike
from integrations.syncs.salesforce_accelo.decisions import base_of
from integrations.syncs.salesforce_accelo.pairs import Half, Pair

COUNTS = (
    "source", "target", "linked", "agree", "apart", "differ", "waiting", "only_source", "only_target", "gone",
    "not_visible",
)  # fmt: skip
SOONEST = timedelta(hours=20)


class Agreement:
    """Counts one stream's pairs: as they stand once what was found different is carried over."""

    def __init__(self, stream: str, rules: Mapping[str, FieldRule]) -> None:
        self.stream, self.rules = stream, rules
        self.counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))

    def unequal(self, pair: Pair) -> bool:
        """Whether the pair's link must be looked at to tell how it stands."""
        return bool(not pair.gone and has_values(pair.source) and has_values(pair.target) and self.differing(pair))

    def note(self, pairs: Iterable[Pair], unequal: Mapping[str, LinkView | None], disputed: Collection[str]) -> None:
        """`unequal`: the links of such pairs, after they were worked on. `disputed`: those of which a field waits for a
        person."""
        for pair in pairs:
            there = {"source": has_values(pair.source), "target": has_values(pair.target)}
            self.counts["source"] += there["source"]
            self.counts["target"] += there["target"]
            self.counts[self.standing(pair, there, unequal, disputed)] += 1
            self.counts["linked"] += bool(not pair.gone and all(there.values()))

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
        return self.settled(link) if link and link.fingerprint and link.state == "linked" else "differ"

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
        return {"at": at, "run": run, "streams": {**streams, self.stream: {**self.counts, "at": at}}}


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
