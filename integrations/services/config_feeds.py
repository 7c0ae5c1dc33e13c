"""The streams of a configured sync in a configuration file: which run, fed from where, filtered how.

Written as people write: `streams: [categories, suppliers]`, `{tax_rates: yes, projects: "dimension:DEPT"}`, or a list
or map of {enabled, source, choice, filter}. What is stored plays no part here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from integrations.services.config_filters import named, nothing, read_filter
from integrations.services.config_values import NO, YES, Reading
from integrations.services.config_yaml import Node
from integrations.services.mapping_words import nearest, plain_word
from integrations.syncs.base import Stream, StreamSource
from integrations.syncs.base import Sync as SyncKind

STREAM_KEYS = ("key", "target", "stream", "name")
SOURCE_KEYS = ("source", "key", "from")
CHOICE_KEYS = ("choice", "name", "code")


@dataclass(slots=True)
class FeedSpec:
    """None = not said. `filter`: rows {field, comparison, values} as core/filters.py takes them."""

    stream: Stream
    node: Node
    enabled: bool = True
    source: StreamSource | None = None
    choice: str | None = None
    filter: list[dict[str, Any]] | None = None


def read_feeds(reading: Reading, kind: SyncKind, node: Node) -> dict[str, FeedSpec]:
    """By stream key, of the streams that the file names."""
    found: dict[str, FeedSpec] = {}
    for name, at, body in _named_streams(reading, node):
        stream = named(kind.streams, name)
        if stream is None:
            known = [stream.key for stream in kind.streams]
            words = f"There is no stream {name!r}; there are {', '.join(known)}.{nearest(name, known)}"
            reading.problems.at(at, words)
        elif stream.key in found:
            reading.problems.at(at, f"{stream.label} stands here twice; keep one.")
        else:
            found[stream.key] = _read_feed(reading, stream, at, body)
    return found


def _named_streams(reading: Reading, node: Node) -> Iterable[tuple[str, Node, Node]]:
    """(name, its place, what is said of it) in any of the forms."""
    if node.is_map and not any(node.get(key) for key in STREAM_KEYS):
        return [(name, body, body) for name, body in node.items()]
    if node.is_map:
        return [_named_map(reading, node)]
    if node.is_list:
        return [pair for item in node.value for pair in _listed(reading, item)]
    return [(name.strip(), node, nothing(node)) for name in reading.text(node).split(",") if name.strip()]


def _listed(reading: Reading, item: Node) -> Iterable[tuple[str, Node, Node]]:
    """One of a list: a name, {key, …}, or {categories: …}."""
    if item.is_map:
        return _named_streams(reading, item)
    return [(reading.text(item, "A stream"), item, nothing(item))]


def _named_map(reading: Reading, node: Node) -> tuple[str, Node, Node]:
    key = next(key for key in STREAM_KEYS if node.get(key))
    body = {name: value for name, value in node.items() if name != key}
    return reading.text(node.get(key), "A stream"), node, Node(body, node.line, node.path)


def _read_feed(reading: Reading, stream: Stream, at: Node, body: Node) -> FeedSpec:
    spec = FeedSpec(stream, at)
    if body.is_list:
        reading.problems.at(body, f"{stream.label} must be yes, no, a source or a map, not a list.")
    elif body.is_map:
        _read_parts(reading, spec, body)
    elif plain_word(reading.text(body)) in YES | NO:
        spec.enabled = reading.switch(body, True)
    elif reading.text(body):
        _read_source(reading, spec, body)
    return spec


def _read_parts(reading: Reading, spec: FeedSpec, body: Node) -> None:
    kinds = _choice_kinds(spec.stream)
    reading.only(body, ("enabled", "source", "choice", *kinds, "filter", "filters"))
    spec.enabled = reading.switch(body.get("enabled"), True)
    if source := body.get("source"):
        _read_source(reading, spec, source)
    for name in ("choice", *kinds):
        if choice := body.get(name):
            _read_choice(reading, spec, choice, name)
    if filters := body.get("filter") or body.get("filters"):
        sources = [spec.source] if spec.source else list(spec.stream.sources)
        fields = list({field.key: field for source in sources for field in source.fields}.values())
        spec.filter = read_filter(reading, fields, filters)


# --- sources ------------------------------------------------------------------------------------------------------


def _read_source(reading: Reading, spec: FeedSpec, node: Node) -> None:
    """A key or label; `dimension:DEPT`, `dimension DEPT`; {dimension: DEPT}; else the text is the choice itself."""
    if node.is_map:
        _read_source_map(reading, spec, node)
        return
    text = reading.text(node, "source")
    if not text:
        return
    for head, rest in _splits(text):
        source = named(spec.stream.sources, head)
        if source and (source.choice or not rest):
            spec.source, spec.choice = source, rest or (spec.choice if source.choice else None)
            return
    source = _with_choice(spec.stream)
    if source:
        spec.source, spec.choice = source, text
        return
    known = [source.key for source in spec.stream.sources]
    words = f"{spec.stream.label} is fed from one of {', '.join(known)}, not {text!r}.{nearest(text, known)}"
    reading.problems.at(node, words)


def _splits(text: str) -> list[tuple[str, str]]:
    """The whole text, then all ways to part a source from its choice, the first at the first colon."""
    head, colon, rest = text.partition(":")
    parts = text.split()
    at_blanks = [(" ".join(parts[:n]), " ".join(parts[n:])) for n in range(len(parts) - 1, 0, -1)]
    return [(text, ""), *([(head.strip(), rest.strip())] if colon else []), *at_blanks]


def _read_source_map(reading: Reading, spec: FeedSpec, node: Node) -> None:
    """{dimension: DEPT}, or {source: dimension, choice: DEPT}."""
    if key := next((key for key in SOURCE_KEYS if node.get(key)), None):
        choice_keys = [*CHOICE_KEYS, *_choice_kinds(spec.stream)]
        reading.only(node, (key, *choice_keys))
        _read_source(reading, spec, node.get(key) or node)
        for name in choice_keys:
            if choice := node.get(name):
                _read_choice(reading, spec, choice, name)
        return
    for name, choice in list(node.items())[:1]:
        source = named(spec.stream.sources, name) or _choosing(spec.stream, name)
        if source is None or len(node.value) > 1:
            known = [source.key for source in spec.stream.sources]
            reading.problems.at(node, f"{spec.stream.label} is fed from one of {', '.join(known)}; name one.")
            return
        spec.source = source
        _read_choice(reading, spec, choice, name)


def _choice_kinds(stream: Stream) -> list[str]:
    return list(dict.fromkeys(source.choice for source in stream.sources if source.choice))


def _choosing(stream: Stream, kind: str) -> StreamSource | None:
    return next((source for source in stream.sources if source.choice and source.choice == kind), None)


def _with_choice(stream: Stream) -> StreamSource | None:
    return next((source for source in stream.sources if source.choice), None)


def _read_choice(reading: Reading, spec: FeedSpec, node: Node, name: str) -> None:
    text = reading.text(node, name)
    source = spec.source if spec.source and spec.source.choice else None
    if source is None and spec.source is None:
        source = _choosing(spec.stream, name) or _with_choice(spec.stream)
    if source is None:
        there = spec.source.label if spec.source else f"No source of {spec.stream.label}"
        reading.problems.at(node, f"{there} has nothing to choose from; leave {name!r} out.")
        return
    spec.source, spec.choice = source, text or None
