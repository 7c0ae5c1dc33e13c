"""What a configuration file would make of the configured streams of a sync. Nothing is saved here."""

from __future__ import annotations

from typing import Any

from integrations.core.errors import ConfigError
from integrations.models import Sync
from integrations.services.config_feeds import FeedSpec
from integrations.services.config_syncs import SyncSpec
from integrations.services.config_targets import LoadTargets
from integrations.services.config_values import Reading
from integrations.services.feeds import build_feed, stored_feed
from integrations.services.mapping_words import nearest

MOST_TOLD = 20
Feeds = dict[str, dict[str, Any]]
"""By stream key, in the stored form."""


def drafted_feeds(spec: SyncSpec, before: Sync | None) -> Feeds | None:
    """What the file leaves out of a stream stays; a stream that it does not name is disabled and keeps the rest.

    None when the file says nothing of streams.
    """
    if spec.feeds is None:
        return None
    stored = before.feeds if before else {}
    return {
        stream.key: drafted_feed(spec.feeds.get(stream.key), stored_feed(stream, stored.get(stream.key)))
        for stream in spec.kind.streams
        if stream.sources
    }


def drafted_feed(spec: FeedSpec | None, stored: dict[str, Any]) -> dict[str, Any]:
    """Another source has other fields and other choices, so that the old ones end with the old source."""
    if spec is None:
        return {**stored, "enabled": False}
    if spec.source and spec.source.key != stored["source"]:
        stored = {"source": spec.source.key, "choice": "", "filter": []}
    given = {"choice": spec.choice, "filter": spec.filter}
    return {**stored, "enabled": spec.enabled, **{name: value for name, value in given.items() if value is not None}}


def check_feeds(reading: Reading, spec: SyncSpec, feeds: Feeds, listed: LoadTargets | None) -> list[str]:
    """Tells `reading` what cannot be. Returns warnings. `listed`: the source connection's lists."""
    warnings: list[str] = []
    for feed in (spec.feeds or {}).values():
        warnings += check_feed(reading, feed, feeds[feed.stream.key], listed)
    return list(dict.fromkeys(warnings))


def check_feed(reading: Reading, spec: FeedSpec, wanted: dict[str, Any], listed: LoadTargets | None) -> list[str]:
    try:
        feed = build_feed(spec.stream, wanted, whole=False)
    except ConfigError as wrong:
        reading.problems.at(spec.node, wrong.message)
        return []
    if feed.source.choice and not feed.choice and spec.enabled:
        words = f"Say which {feed.source.label.lower()} it is fed from, as in source: {feed.source.key}:CODE."
        reading.problems.at(spec.node, f"{spec.stream.label}: {words}")
    return check_choice(reading, spec, feed.source.choice, listed) if spec.choice and listed else []


def others(spec: FeedSpec) -> str:
    """The sources that need no choice, for whom meant one of these."""
    keys = [source.key for source in spec.stream.sources if not source.choice]
    return f" Without a choice there is {' or '.join(keys)}." if keys else ""


def check_choice(reading: Reading, spec: FeedSpec, kind: str, listed: LoadTargets) -> list[str]:
    """What is chosen must be listed at the source, as far as that can be told. An empty list tells nothing."""
    text = spec.choice or ""
    if any(listed.tiers([kind], text)):
        return []
    known = list(listed.labels([kind])) if listed.has([kind]) else []
    if known:
        there = ", ".join(known[:MOST_TOLD])
        words = f"{spec.stream.label}: {text!r} is not listed; there are {there}.{nearest(text, known)}{others(spec)}"
        reading.problems.at(spec.node, words)
    if listed.failed:
        return [f"Sources of streams could not be looked up and stand as written. {listed.failed}"]
    return []
