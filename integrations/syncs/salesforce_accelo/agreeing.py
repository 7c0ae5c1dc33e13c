"""The proof that both sides agree: what a comparison of everything counted. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.core.conflict import equal, same
from integrations.core.records import Json, LinkView
from integrations.syncs.base import FieldRule
from integrations.syncs.salesforce_accelo.alike import alike
from integrations.syncs.salesforce_accelo.decisions import base_of
from integrations.syncs.salesforce_accelo.pairs import Pair

COUNTS = (
    "source", "target", "linked", "agree", "apart", "differ", "only_source", "only_target", "gone", "not_visible",
)  # fmt: skip
SOONEST = timedelta(hours=20)


class Agreement:
    """Counts one stream's pairs as they were found, before anything was written."""

    def __init__(self, stream: str, rules: Mapping[str, FieldRule]) -> None:
        self.stream, self.rules = stream, rules
        self.counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))

    def note(self, pair: Pair, link: LinkView | None) -> None:
        there = {"source": bool(pair.source and pair.source.values), "target": bool(pair.target and pair.target.values)}
        self.counts["source"] += there["source"]
        self.counts["target"] += there["target"]
        if pair.gone:
            self.counts["not_visible" if pair.gone in ("not_visible", "not_selected") else "gone"] += 1
        elif not there["target"]:
            self.counts["only_source"] += 1
        elif not there["source"]:
            self.counts["only_target"] += 1
        else:
            self.counts["linked"] += 1
            self.counts[self.standing(pair, link)] += 1

    def standing(self, pair: Pair, link: LinkView | None) -> str:
        """agree; apart: they differ as they did when they were settled; differ: something changed since."""
        differing = self.differing(pair)
        for key, (source, target) in differing.items():
            base = base_of(link.base, key) if link else None
            if base is None or not (equal(base.source, source) and equal(base.target, target)):
                return "differ"
        return "apart" if differing else "agree"

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


def due_for_comparison(stored: Mapping[str, Any] | None, stream: str, now: datetime, hour: int) -> bool:
    """Once a day, by the first run after `hour` (UTC)."""
    last = ((stored or {}).get("streams", {}).get(stream) or {}).get("at")
    if not last:
        return True
    at = datetime.fromisoformat(last)
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    due = today if today <= now else today - timedelta(days=1)
    return at < due and now - at >= SOONEST
