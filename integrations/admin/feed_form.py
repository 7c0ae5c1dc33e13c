"""The rows of the page Configure data sync: from what is typed to what is shown and to what can be stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from integrations.core.errors import ConfigError
from integrations.core.filters import COMPARISONS, LISTS
from integrations.models import Sync
from integrations.services import feed_rows, feeds
from integrations.services.references import read_at
from integrations.syncs.base import Feed, FilterField, Stream, StreamSource
from integrations.syncs.base import Sync as SyncKind

MOST_LINES = 30


@dataclass(frozen=True)
class Line:
    """One condition. `fields`: those that it may be about. `offered`: (value, whether it is among `values`)."""

    at: int
    field: FilterField
    comparison: str
    values: list[str]
    fields: list[FilterField]
    offered: list[tuple[str, bool]]

    @property
    def number(self) -> str:
        """As a part of ids and names."""
        return str(self.at)

    @property
    def is_list(self) -> bool:
        return self.comparison in LISTS

    @property
    def text(self) -> str:
        return "\n".join(self.values) if self.is_list else "".join(self.values[:1])


@dataclass(frozen=True)
class Row:
    """`options`: (value, words, chosen) of the Source select. `wrong`: why it cannot be stored so. `trouble`: why the
    source could not be read. `read`: when its list was last read; `listed`: when that of the choices was."""

    stream: Stream
    source: StreamSource
    enabled: bool
    options: list[tuple[str, str, bool]]
    lines: list[Line]
    words: str
    source_words: str
    wrong: str
    open: bool
    focus: str
    preview: feed_rows.Preview | None
    trouble: str
    read: datetime | None
    listed: datetime | None
    chooses: bool

    @property
    def comparisons(self) -> list[tuple[str, str]]:
        return list(COMPARISONS.items())

    @property
    def can_add(self) -> bool:
        return len(self.lines) < len(self.source.fields)

    @property
    def read_today(self) -> bool:
        return self.read is not None and timezone.localdate(self.read) == timezone.localdate()


def build_row(
    sync: Sync,
    stream: Stream,
    typed: Mapping[str, Any],
    *,
    wrong: str = "",
    open: bool = False,
    focus: str = "",
    preview: feed_rows.Preview | None = None,
    trouble: str = "",
) -> Row:
    """`focus`: which control has the focus when the row is put in place of the old one."""
    source = feed_rows.source_named(stream, typed["source"]) or stream.sources[0]
    choosing = next((one for one in stream.sources if one.choice), None)
    options = source_options(sync, stream, source, typed["choice"])
    return Row(
        stream, source, typed["enabled"], options, build_lines(sync, source, typed), filter_words_of(stream, typed),
        next((words for _, words, chosen in options if chosen), source.label), wrong, open or bool(wrong), focus,
        preview, trouble, read_at(sync.source, source.rows),
        read_at(sync.source, choosing.choice) if choosing else None, choosing is not None,
    )  # fmt: skip


def source_options(sync: Sync, stream: Stream, chosen: StreamSource, choice: str) -> list[tuple[str, str, bool]]:
    """A fixed source is one option; one with choices is an option for each that its list holds."""
    found: list[tuple[str, str, bool]] = []
    for source in stream.sources:
        if not source.choice:
            found.append((source.key, source.label, source is chosen))
            continue
        listed = feed_rows.choices_of(sync.source, source)
        taken = feed_rows.chosen_of(listed, choice) if source is chosen and choice else None
        if source is chosen and taken is None:
            words = f"{source.label}: {choice} (not in the list)" if choice else f"{source.label}: choose one"
            found.append((f"{source.key}:{choice}", words, True))
        found += [(f"{source.key}:{one.code}", choice_words(source, one), one == taken) for one in listed]
    return found


def choice_words(source: StreamSource, one: feed_rows.Choice) -> str:
    return f"{source.label}: {one.label}" + (f" ({one.code})" if one.code != one.label else "")


def build_lines(sync: Sync, source: StreamSource, typed: Mapping[str, Any]) -> list[Line]:
    known = {one.key: one for one in source.fields}
    used = [line["field"] for line in typed["filter"]]
    lines = []
    for at, line in enumerate(typed["filter"]):
        own = known.get(line["field"]) or FilterField(line["field"], f"{line['field']} (not a field of this source)")
        free = [one for one in source.fields if one.key == own.key or one.key not in used]
        values = list(line["values"])
        offered = offered_values(sync, source, typed, own) if own.key in known else []
        pairs = [(value, value in values) for value in offered]
        lines.append(Line(at, own, line["comparison"], values, free if own in free else [own, *free], pairs))
    return lines


def offered_values(sync: Sync, source: StreamSource, typed: Mapping[str, Any], own: FilterField) -> list[str]:
    if source.choice and not typed["choice"]:
        return []
    return feed_rows.field_values(sync.source, Feed(source, typed["choice"]), own.key)


def filter_words_of(stream: Stream, typed: Mapping[str, Any]) -> str:
    """The filter in words, as far as it can be read; '' when there is none."""
    try:
        return feeds.filter_in_words(feeds.build_feed(stream, typed, whole=False))
    except ConfigError:
        return "not complete yet"


# --- what is typed ------------------------------------------------------------------------------------------------


def posted_feeds(kind: SyncKind, posted: Any) -> dict[str, dict[str, Any]]:
    """Every configured stream in the stored form, unchecked. Names: categories.source, categories.0.field …"""
    return {stream.key: posted_feed(stream, posted) for stream in kind.streams if stream.sources}


def posted_feed(stream: Stream, posted: Any) -> dict[str, Any]:
    source, _, choice = posted.get(f"{stream.key}.source", stream.sources[0].key).partition(":")
    pattern = re.compile(rf"{re.escape(stream.key)}\.(\d{{1,3}})\.field")
    numbers = sorted(int(found[1]) for name in posted if (found := pattern.fullmatch(name)))
    return {
        "enabled": f"{stream.key}.enabled" in posted,
        "source": source,
        "choice": choice.strip(),
        "filter": [posted_line(f"{stream.key}.{number}", posted) for number in numbers[:MOST_LINES]],
    }


def posted_line(name: str, posted: Any) -> dict[str, Any]:
    comparison = posted.get(f"{name}.comparison", "")
    lines = [text.strip() for text in posted.get(f"{name}.values", "").splitlines()]
    values = list(dict.fromkeys(text for text in lines if text))
    return {
        "field": posted.get(f"{name}.field", ""),
        "comparison": comparison,
        "values": values if comparison in LISTS else values[:1],
    }


def wrong_of(sync: Sync, stream: Stream, typed: Mapping[str, Any], *, whole: bool | None = None) -> str:
    """Why this cannot be stored, in words for its row; '' when it can. `whole`: as if it were enabled."""
    whole = typed["enabled"] if whole is None else whole
    source = feed_rows.source_named(stream, typed["source"])
    if source is None:
        return "Choose a source from the list."
    wrong = wrong_choice(sync, source, typed["choice"]) if whole and source.choice else ""
    wrong = wrong or wrong_lines(source, typed["filter"])
    if wrong:
        return wrong
    try:
        feeds.build_feed(stream, typed, whole=whole)
    except ConfigError as error:
        return error.message
    return ""


def wrong_choice(sync: Sync, source: StreamSource, choice: str) -> str:
    word = source.label.lower()
    if not choice:
        return f"Choose which {word} it is fed from, or switch it off."
    listed = feed_rows.choices_of(sync.source, source)
    if listed and feed_rows.chosen_of(listed, choice) is None:
        return f"There is no {word} {choice} any more. Choose another one, or read the list again."
    return ""


def wrong_lines(source: StreamSource, lines: list[dict[str, Any]]) -> str:
    labels = {one.key: one.label for one in source.fields}
    fields = [line["field"] for line in lines]
    for line in lines:
        label = labels.get(line["field"])
        if label is None:
            return f"The filter has a field that {source.label} does not have. Choose another field, or remove it."
        if not line["values"]:
            return f"{label}: give a value to compare with, or remove this comparison."
        if fields.count(line["field"]) > 1:
            return f"{label}: only one comparison a field is possible. Remove one of the two."
    return ""
