"""What the source of a configured stream holds: its dimensions to choose from, what a filter keeps, values that occur.

All from the cached candidates; `rows_read` brings these up to date from the vendor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from integrations.core.errors import PortalError
from integrations.core.filters import folded
from integrations.models import Connection, Reference
from integrations.services.connections import connection_missing, connection_open
from integrations.services.references import read_at, references_read
from integrations.syncs.base import Feed, Stream, StreamSource
from integrations.syncs.base import Sync as SyncKind

FRESH_SECONDS = 600.0
EXAMPLES = 10
MOST_VALUES = 200
"""Values of one field that are offered; a field with more of them is one to type into."""
BATCH = 1000


@dataclass(frozen=True)
class Choice:
    """One of the places that a source can be (a dimension). `code` is what is stored."""

    code: str
    label: str


@dataclass(frozen=True)
class Preview:
    """What a filter does to the rows as of `at` (None: never read). Examples are (code, name), by code."""

    kept: int = 0
    total: int = 0
    keeps: tuple[tuple[str, str], ...] = ()
    leaves: tuple[tuple[str, str], ...] = ()
    at: datetime | None = None

    @property
    def left_out(self) -> int:
        return self.total - self.kept


def rows_read(connection: Connection, kinds: Iterable[str], *, older_than: float = 0.0) -> str:
    """Read these lists again if they are older than so many seconds. Returns '' or, in plain words, why it could not.

    The lists as last read stay, so that a page can still be used while the vendor cannot be asked.
    """
    stale = [kind for kind in dict.fromkeys(kinds) if is_stale(connection, kind, older_than)]
    if not stale:
        return ""
    missing = connection_missing(connection)
    if missing:
        return f"{connection.name} is not connected yet: fill in {', '.join(missing)}."
    try:
        with connection_open(connection) as client:
            for kind in stale:
                references_read(connection=connection, kind=kind, client=client)
    except PortalError as error:
        return f"{connection.name}: {error.message}"
    return ""


def is_stale(connection: Connection, kind: str, older_than: float) -> bool:
    at = read_at(connection, kind)
    return at is None or at <= timezone.now() - timedelta(seconds=older_than)


def choice_kinds(kind: SyncKind) -> list[str]:
    """Kinds of candidates of which one is chosen somewhere in this sync."""
    sources = [source for stream in kind.streams for source in stream.sources]
    return list(dict.fromkeys(source.choice for source in sources if source.choice))


def choices_of(connection: Connection, source: StreamSource) -> list[Choice]:
    """What can be chosen for this source, by name."""
    rows = Reference.objects.filter(connection=connection, kind=source.choice, active=True).order_by("label_key", "pk")
    return [Choice(row.code or row.external_id, row.label) for row in rows]


def chosen_of(choices: Iterable[Choice], text: str) -> Choice | None:
    """The one that a code or a name means."""
    word = folded(text)
    listed = list(choices)
    by_code = (one for one in listed if folded(one.code) == word)
    return next(by_code, None) or next((one for one in listed if folded(one.label) == word), None)


def feed_rows(connection: Connection, feed: Feed) -> Any:
    """The cached rows that this feed is about, filtered or not; a query.

    What the vendor calls inactive takes part; what it does not list any more does not.
    """
    rows = Reference.objects.filter(active=True, connection=connection, kind=feed.source.rows)
    if not feed.source.choice:
        return rows
    chosen = chosen_of(choices_of(connection, feed.source), feed.choice)
    return rows.filter(**{f"extra__{feed.source.choice}": chosen.code if chosen else feed.choice})


def feed_preview(*, connection: Connection, feed: Feed) -> Preview:
    """Counts and examples of what the filter keeps and leaves out, row by row, however many there are."""
    kept = total = 0
    keeps: list[tuple[str, str]] = []
    leaves: list[tuple[str, str]] = []
    rows = feed_rows(connection, feed).order_by("code_key", "pk").values_list("code", "label", "extra")
    for code, label, extra in rows.iterator(chunk_size=BATCH):
        keep = feed.filter.keeps(extra)
        total, kept = total + 1, kept + keep
        examples = keeps if keep else leaves
        if len(examples) < EXAMPLES:
            examples.append((code, label))
    return Preview(kept, total, tuple(keeps), tuple(leaves), read_at(connection, feed.source.rows))


def field_values(connection: Connection, feed: Feed, field: str) -> list[str]:
    """Values of one field that occur, in order; none of them when they are too many to choose from."""
    found: set[str] = set()
    for value in _values(connection, feed, field):
        found.add(value)
        if len(found) > MOST_VALUES:
            return []
    return sorted(found, key=folded)


def _values(connection: Connection, feed: Feed, field: str) -> Iterator[str]:
    rows = feed_rows(connection, feed).order_by().values_list(f"extra__{field}", flat=True).distinct()
    return (str(value).strip() for value in rows.iterator(chunk_size=BATCH) if value not in (None, ""))


def source_named(stream: Stream, key: str) -> StreamSource | None:
    return next((source for source in stream.sources if source.key == key), None)
