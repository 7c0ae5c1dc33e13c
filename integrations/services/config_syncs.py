"""Syncs of a configuration file, checked. What is stored plays no part here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from integrations import registry
from integrations.services.config_feeds import FeedSpec, read_feeds
from integrations.services.config_fields import FieldSpec, read_fields
from integrations.services.config_values import Reading, option_value, schedule_value
from integrations.services.config_yaml import Node
from integrations.services.feeds import is_configured
from integrations.services.mapping_words import nearest, plain_word
from integrations.syncs.base import Sync as SyncKind

SYNC_KEYS = (
    "key", "kind", "source", "target", "name", "enabled", "schedule", "options", "streams", "fields", "mappings",
)  # fmt: skip


@dataclass(slots=True)
class SyncSpec:
    """None = not said. `source`, `target`: connection keys, '' = the only connection of the vendor.

    `streams`: keys of those that run, [] = all; `feeds` in its place where streams are configured, by stream key.
    """

    key: str
    kind: SyncKind
    node: Node
    source: str = ""
    target: str = ""
    name: str | None = None
    enabled: bool | None = None
    schedule: str | None = None
    streams: list[str] | None = None
    feeds: dict[str, FeedSpec] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    fields: list[FieldSpec] = field(default_factory=list)


def read_syncs(reading: Reading, node: Node | None) -> list[SyncSpec]:
    found: dict[str, SyncSpec] = {}
    for item in reading.items(node):
        spec = _read_sync(reading, item)
        if spec and spec.key in found:
            reading.problems.at(item, f"Two syncs have the key {spec.key!r}; give each its own.")
        elif spec:
            found[spec.key] = spec
    return list(found.values())


def sync_kind(text: str) -> SyncKind | None:
    """`ieatta_accelo`, `ieatta-accelo`, `Ieatta to Accelo` all name the same."""
    word = "".join(part for part in plain_word(text).replace(">", " ").replace("→", " ").split() if part != "to")
    for kind in registry.syncs():
        if word in (plain_word(kind.key).replace(" ", ""), "".join(plain_word(kind.label).split())):
            return kind
    return None


def _read_sync(reading: Reading, node: Node) -> SyncSpec | None:
    reading.only(node, SYNC_KEYS)
    key = reading.text(node.get("key"))
    kind = sync_kind(reading.text(node.get("kind")) or key)
    if kind is None:
        keys = [kind.key for kind in registry.syncs()]
        words = f"Say what kind of sync this is: kind: {keys[0]}. There are {', '.join(keys)}."
        reading.problems.at(node.get("kind") or node, words)
        return None
    spec = SyncSpec(reading.slug(node, key or kind.key), kind, node, name=reading.text(node.get("name")) or None)
    spec.source, spec.target = reading.text(node.get("source")), reading.text(node.get("target"))
    if node.get("enabled"):
        spec.enabled = reading.switch(node.get("enabled"), True)
    if schedule := node.get("schedule"):
        spec.schedule = schedule_value(reading, schedule)
    if options := node.get("options"):
        _read_options(reading, spec, options)
    if streams := node.get("streams"):
        _read_streams(reading, spec, streams)
    if fields := node.get("fields"):
        spec.fields.extend(read_fields(reading, spec.kind, fields))
    return spec


def _read_options(reading: Reading, spec: SyncSpec, node: Node) -> None:
    declared = {option.name: option for option in spec.kind.options}
    if node.value is not None and not node.is_map:
        reading.problems.at(node, f"options must be a map from name to value, not {node.describe()}.")
    reading.only(node, declared)
    for name, value in node.items():
        if name in declared:
            spec.options[name] = option_value(reading, value, declared[name])


def _read_streams(reading: Reading, spec: SyncSpec, node: Node) -> None:
    """A list of names or of {key, enabled, options}, or a map from name to yes, no or {enabled, options}."""
    if is_configured(spec.kind):
        spec.feeds = None if node.value is None else read_feeds(reading, spec.kind, node)
        return
    known = [stream.key for stream in spec.kind.streams]
    chosen = {}
    if node.is_map:
        chosen = {name: _stream_enabled(reading, spec, value) for name, value in node.items()}
    elif node.is_list:
        chosen = dict(_listed_stream(reading, spec, item) for item in node.value)
    elif reading.text(node):
        chosen = {name.strip(): True for name in reading.text(node).split(",")}
    for name in chosen:
        if name not in known:
            reading.problems.at(
                node, f"There is no stream {name!r}; there are {', '.join(known)}.{nearest(name, known)}"
            )
    running = [name for name in known if chosen.get(name, node.is_map)]
    if not running and chosen and set(chosen) <= set(known):
        reading.problems.at(node, "At least one stream must run. To stop the sync, set enabled: no.")
    spec.streams = [] if running == known else running


def _listed_stream(reading: Reading, spec: SyncSpec, node: Node) -> tuple[str, bool]:
    if not node.is_map:
        return reading.text(node), True
    named = next((name for name in ("key", "name", "stream") if node.get(name)), "key")
    rest = {name: value for name, value in node.items() if name != named}
    return reading.text(node.get(named)), _stream_enabled(reading, spec, Node(rest, node.line, node.path))


def _stream_enabled(reading: Reading, spec: SyncSpec, node: Node) -> bool:
    if not node.is_map:
        return reading.switch(node, True)
    inner = {name: value for name, value in node.items() if name not in ("enabled", "options")}
    if inner:
        _read_options(reading, spec, Node(inner, node.line, node.path))
    if options := node.get("options"):
        _read_options(reading, spec, options)
    return reading.switch(node.get("enabled"), True)
