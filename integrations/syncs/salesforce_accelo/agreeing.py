"""The proof that both sides agree: what a comparison of everything counted. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.core.conflict import equal
from integrations.core.records import LinkView
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
        apart = False
        source, target = (pair.source.values if pair.source else {}), (pair.target.values if pair.target else {})
        for key in self.rules:
            if key not in source or key not in target or alike(key)(source[key], target[key]):
                continue
            base = base_of(link.base, key) if link else None
            if base is None or not (equal(base.source, source[key]) and equal(base.target, target[key])):
                return "differ"
            apart = True
        return "apart" if apart else "agree"

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
