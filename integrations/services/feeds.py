"""How the streams of a sync are configured: which are enabled, fed from where, filtered how; and lists that are held.

What the source holds, for choosing and previewing, is in feed_rows.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from integrations import registry
from integrations.core.errors import ConfigError
from integrations.core.filters import build_filter, filter_words
from integrations.models import Connection, Sync
from integrations.syncs.base import Feed, Stream
from integrations.syncs.base import Sync as SyncKind

NOTHING_ENABLED = "No item of this sync is enabled. Enable at least one on its Configure page."
DOUBLED = (
    "The sync {} already carries {} between these two accounts; a second one would create each record twice. "
    "Disable them in one of the two."
)
Stored = Mapping[str, Any]
"""One stream's configuration as in `Sync.feeds`: {"enabled", "source", "choice", "filter"}."""


def is_configured(kind: SyncKind) -> bool:
    """Whether an admin says for each stream where it is fed from."""
    return any(stream.sources for stream in kind.streams)


def enabled_streams(sync: Sync, kind: SyncKind | None = None) -> tuple[str, ...]:
    """Keys of the streams that a run works on, in their declared order; () when everything is disabled."""
    kind = kind or registry.sync(sync.kind)
    if not is_configured(kind):
        return tuple(stream.key for stream in kind.streams if not sync.streams or stream.key in sync.streams)
    return enabled_among(kind, sync.feeds)


def enabled_among(kind: SyncKind, feeds: Mapping[str, Stored]) -> tuple[str, ...]:
    return tuple(stream.key for stream in kind.streams if is_enabled(stream, feeds.get(stream.key)))


def is_enabled(stream: Stream, stored: Stored | None) -> bool:
    return stream.enabled if stored is None else bool(stored.get("enabled"))


def feeds_of(sync: Sync, kind: SyncKind) -> dict[str, Feed]:
    """Feeds of the enabled streams that are configured. Raises ConfigError naming the stream that cannot be read."""
    enabled = enabled_streams(sync, kind)
    return {
        stream.key: build_feed(stream, sync.feeds.get(stream.key) or {})
        for stream in kind.streams
        if stream.sources and stream.key in enabled
    }


def build_feed(stream: Stream, stored: Stored, *, whole: bool = True) -> Feed:
    """From {"source", "choice", "filter"}; what is absent stands at its default.

    `whole`: a source that needs a choice has one; a disabled stream may lack it. Raises ConfigError.
    """
    key = stored.get("source") or stream.sources[0].key
    source = next((one for one in stream.sources if one.key == key), None)
    if source is None:
        known = ", ".join(one.key for one in stream.sources)
        raise ConfigError(f"{stream.label}: there is no source {key!r}; choose one of {known} on the Configure page.")
    choice = str(stored.get("choice") or "").strip() if source.choice else ""
    if whole and source.choice and not choice:
        raise ConfigError(f"{stream.label}: choose which {source.label.lower()} it is fed from, on the Configure page.")
    try:
        return Feed(source, choice, build_filter(stored.get("filter") or (), [field.key for field in source.fields]))
    except ValueError as wrong:
        raise ConfigError(f"{stream.label}: {wrong}") from None


def feed_json(feed: Feed, *, enabled: bool) -> dict[str, Any]:
    """As stored in `Sync.feeds`."""
    return {
        "enabled": enabled, "source": feed.source.key, "choice": feed.choice, "filter": feed.filter.as_json(),
    }  # fmt: skip


def stored_feed(stream: Stream, stored: Stored | None) -> dict[str, Any]:
    """What holds, whole and in the stored form: what was never configured stands at its declared default."""
    given = dict(stored or {})
    return {
        "enabled": is_enabled(stream, stored),
        "source": given.get("source") or stream.sources[0].key,
        "choice": given.get("choice") or "",
        "filter": list(given.get("filter") or ()),
    }


def stored_feeds(kind: SyncKind, feeds: Mapping[str, Stored]) -> dict[str, dict[str, Any]]:
    """`stored_feed` of every stream that is configured."""
    return {stream.key: stored_feed(stream, feeds.get(stream.key)) for stream in kind.streams if stream.sources}


def feed_words(stream: Stream, stored: Stored | None) -> str:
    """For a person: "Dimension DEPT, only where Option code starts with “4”", or "disabled"."""
    held = stored_feed(stream, stored)
    if not held["enabled"]:
        return "disabled"
    try:
        feed = build_feed(stream, held, whole=False)
    except ConfigError as wrong:
        return wrong.message
    conditions = filter_in_words(feed)
    return f"{feed.words}, only where {conditions}" if conditions else feed.words


def filter_in_words(feed: Feed) -> str:
    """'' for no filter."""
    return filter_words(feed.filter, {field.key: field.label for field in feed.source.fields})


def feeds_save(*, sync: Sync, feeds: Mapping[str, Stored]) -> bool:
    """Store how the named streams are configured; others keep theirs. Starts nothing. Returns whether it changed.

    The schedule is installed again: it rests while nothing is enabled. Raises ConfigError for what cannot be read, for
    an enabled stream that lacks its choice, and when another sync carries the same records between the same accounts.
    """
    from integrations.services.syncs import schedule_install  # here, because that module asks this one what is enabled

    kind = registry.sync(sync.kind)
    wanted = {**stored_feeds(kind, sync.feeds), **feeds_checked(kind, feeds)}
    refuse_doubled(sync, enabled_among(kind, wanted))
    if wanted == sync.feeds:
        return False
    with transaction.atomic():
        sync.feeds = wanted
        sync.save(update_fields=["feeds"])
        schedule_install(sync)
    return True


def feeds_checked(kind: SyncKind, feeds: Mapping[str, Stored]) -> dict[str, dict[str, Any]]:
    """In the stored form. Raises ConfigError as `feeds_save`."""
    streams = {stream.key: stream for stream in kind.streams if stream.sources}
    unknown = [key for key in feeds if key not in streams]
    if unknown:
        raise ConfigError(f"There is no item {unknown[0]!r}; there are {', '.join(streams)}.")
    enabled = {key: is_enabled(streams[key], stored) for key, stored in feeds.items()}
    return {
        key: feed_json(build_feed(streams[key], stored, whole=enabled[key]), enabled=enabled[key])
        for key, stored in feeds.items()
    }


# --- two syncs between the same accounts --------------------------------------------------------------------------


def refuse_doubled(sync: Sync, streams: Iterable[str]) -> None:
    """Raises ConfigError when another sync between the same accounts carries one of these streams."""
    kind = registry.sync(sync.kind)
    others = Sync.objects.filter(workspace_id=sync.workspace_id, kind=sync.kind).exclude(pk=sync.pk)
    for other in others.select_related("source", "target"):
        both = set(streams) & set(enabled_streams(other, kind))
        if both and same_account(other.source, sync.source) and same_account(other.target, sync.target):
            labels = ", ".join(stream.label for stream in kind.streams if stream.key in both)
            raise ConfigError(DOUBLED.format(other.name, labels))


def same_account(one: Connection, other: Connection) -> bool:
    """The same connection, or one that is signed in to the same account at the same place."""
    if one.pk == other.pk or not one.identity or one.identity != other.identity:
        return one.pk == other.pk
    places = [item.name for item in registry.vendor(one.vendor).settings if item.required and not item.choices]
    return all(one.settings.get(name) == other.settings.get(name) for name in places)


# --- lists that are held for a person -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """A list that shrank so much that a run did not believe it. `was`, `now`: how many records it had and has."""

    stream: str
    label: str
    was: int
    now: int
    source: str
    at: datetime | None


def held_streams(sync: Sync) -> list[Held]:
    """Lists of enabled streams that wait for a person, in the declared order of their streams."""
    kind = registry.sync(sync.kind)
    enabled = enabled_streams(sync, kind)
    held = sync.memory.get("held") or {}
    return [
        build_held(stream, held[stream.key]) for stream in kind.streams if stream.key in enabled and stream.key in held
    ]


def build_held(stream: Stream, entry: Mapping[str, Any]) -> Held:
    labels = {source.key: source.label for source in stream.sources}
    key, _, choice = str(entry.get("source") or "").partition(":")
    source = f"{labels.get(key, key)} {choice}".strip()
    at = parse_datetime(str(entry.get("at") or ""))
    return Held(stream.key, stream.label, int(entry["was"]), int(entry["now"]), source, at)


def stream_accept(*, sync: Sync, stream: str, seen: tuple[int, int] | None = None) -> Held:
    """A person says that the shorter list is right: the next run takes it as it is. Returns what was accepted.

    `seen`: the numbers (was, now) that the person agreed to. Raises ConfigError when no list is held, or when it is
    held with other numbers by now.
    """
    with transaction.atomic():
        fresh = Sync.objects.select_for_update().get(pk=sync.pk)
        held = next((one for one in held_streams(fresh) if one.stream == stream), None)
        if held is None:
            raise ConfigError("This list is not held any more: another run has read it, or somebody has accepted it.")
        if seen is not None and seen != (held.was, held.now):
            raise ConfigError(
                f"{held.label}: the list has changed meanwhile. It had {held.was} records and now has {held.now}. "
                "Look again, then accept these numbers."
            )
        fresh.memory = memory_accepting(fresh.memory, stream)
        reason = f"{held.label}: accepted a list of {held.now} records instead of {held.was}"
        fresh._change_reason = reason  # type: ignore[attr-defined]  # read by the history, for the audit
        fresh.save(update_fields=["memory"])
    sync.memory = fresh.memory
    return held


def memory_accepting(memory: Mapping[str, Any], stream: str) -> dict[str, Any]:
    """The sync's memory with the held list taken as the one to compare with from now on.

    An entry's `list` names it where it is not the stream's own: the target's list of the same stream is held too.
    """
    entry = memory["held"][stream]
    held = {key: value for key, value in memory["held"].items() if key != stream}
    accepted = {"source": entry.get("source", ""), "count": entry["now"]}
    lists = {**(memory.get("lists") or {}), entry.get("list", stream): accepted}
    return {**memory, "held": held, "lists": lists}
