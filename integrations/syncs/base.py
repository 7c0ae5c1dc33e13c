"""What a sync folder declares, and the driver that the engine runs. Django-free.

A fourth sync is one folder with `SYNC = Sync(...)` and one line in the registry.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Protocol

from integrations.core.conflict import Blank, Winner
from integrations.core.filters import Filter
from integrations.core.mapping import Mappings
from integrations.core.records import (
    Action,
    Fields,
    Found,
    IntentView,
    LinkView,
    Page,
    Record,
    Written,
)
from integrations.core.tags import TagBook
from integrations.syncs.queries import LinkQueries, References


@dataclass(frozen=True, slots=True)
class FilterField:
    """A field of the source that records can be filtered by: its name in a candidate's extra, what people call it, and
    the vendor's own name, by which a configuration file may call it too."""

    key: str
    label: str
    vendor_name: str = ""


@dataclass(frozen=True, slots=True)
class StreamSource:
    """One place that a stream can be fed from.

    `rows`: the source vendor's candidate kind whose values show an admin what a filter keeps. `choice`: the candidate
    kind of which one is chosen (a dimension), '' = a fixed place; then only rows with its code under that name in their
    extra belong to it.
    """

    key: str
    label: str
    rows: str
    fields: tuple[FilterField, ...]
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of record. One with `sources` is configured by an admin: fed from where, filtered how, enabled or not.

    `enabled`: whether a new sync that names no streams runs it. `about`: what it overwrites and what it never does.
    """

    key: str
    label: str
    target_label: str = ""
    sources: tuple[StreamSource, ...] = ()
    enabled: bool = True
    about: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """How a stream of one sync is configured. `choice`: code or name of the chosen one (a dimension), or ''."""

    source: StreamSource
    choice: str = ""
    filter: Filter = Filter()

    @property
    def words(self) -> str:
        return f"{self.source.label} {self.choice}".strip()


@dataclass(frozen=True, slots=True)
class MappingKind:
    """One kind of value-to-value mapping. `source_kind`/`target_kinds` name the vendors' candidate kinds.

    `required`: a record whose value is unmapped is blocked. `defaults`: rows a new sync starts with,
    (source key, source label, target key, target label). `qualified`: rows may carry a qualifier
    (a category row for one tax rate only). `words`: what else people call it, in the singular; `target_words`: what
    they call a target, by the word, for the target kind it names.
    """

    key: str
    label: str
    source_label: str
    target_label: str
    source_kind: str = ""
    target_kinds: tuple[str, ...] = ()
    required: bool = True
    qualified: bool = False
    defaults: tuple[tuple[str, str, str, str], ...] = ()
    help: str = ""
    words: tuple[str, ...] = ()
    target_words: Mapping[str, str] = field(default_factory=dict)


Policy = Literal["overwrite", "set_if_empty", "set_if_new", "off"]
Direction = Literal["both", "to_target", "to_source", "off"]


@dataclass(frozen=True, slots=True)
class FieldRule:
    """A row of a sync's field table: which source value fills which target field, by which policy."""

    target: str
    target_label: str
    source: str
    source_label: str
    policy: Policy = "overwrite"
    sources: tuple[tuple[str, str], ...] = ()
    """Other sources an admin may choose for this target, (source, label); empty = fixed."""
    fixed_policy: bool = False
    note: str = ""
    winner: Winner | None = None
    """Of a two-way sync: who wins when both sides changed. None: the field goes one way by `policy`."""
    direction: Direction = "to_target"
    directions: tuple[Direction, ...] = ("to_target",)
    """Directions an admin may choose from; the first is the default."""
    blank: Blank = "fill"
    stream: str = ""
    """The stream whose records have this field, where a sync has fields of several."""


@dataclass(frozen=True, slots=True)
class Option:
    """One declared option of a sync; rendered by the sync's form, checked by `config load`."""

    name: str
    label: str
    type: Literal["int", "bool", "text", "choice", "decimal", "list"] = "text"
    default: Any = ""
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records a run is asked for: everything new (default), one stream, named records, dates, all."""

    streams: tuple[str, ...] = ()
    source_ids: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    full: bool = False
    undo: tuple[int, ...] = ()
    """Runs: what they created is taken back, as far as nobody has edited it and the vendor permits it."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a driver is opened with. `store` reads links beyond the page at hand."""

    source: Any
    target: Any
    options: Mapping[str, Any]
    fields: Mapping[str, FieldRule]
    """By target field; policy and source as the admin set them."""
    mappings: Mappings
    references: References
    store: LinkQueries
    now: Callable[[], datetime]
    time_zone: str
    scope: Scope
    dry: bool = False
    fetch: Callable[[str, int], tuple[bytes, str]] | None = None
    """`fetch(url, max_bytes) -> (content, content type)` through a door of its own, for files that belong to no
    vendor connection (receipts). Raises the kinds of core/errors.py."""
    feeds: Mapping[str, Feed] = field(default_factory=dict)
    """By stream key, of the streams that are configured."""
    tags: TagBook | None = None
    settle: Callable[[float], None] = lambda seconds: None
    """Wait, at most so long, until what was written has surely become visible."""
    applying: bool = False
    """A preview is being carried out: a person has seen what will be done."""
    run: int = 0
    """Number of the run, for what is remembered of it."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """What the engine may count on.

    `together`: so many writes are intended, carried out and recorded together. More than one only where a create whose
    answer was lost can be looked up exactly; `finish` then does no work at the vendor.
    `apart`: a stream that cannot be read stops no other.
    `whole`: the target is read with the source, so that `plan` knows what it holds now; else what it held when both
    were last equal is compared before it is asked.
    `gather`: is given the writes that go together before `create` and `update` are called for each. It sends them in as
    few calls as the vendor allows and raises nothing for a single record: `create` and `update` then give, or raise,
    what became of it. Its answer: source ids of those for which nothing more is sent.
    `batched`: whether `gather` sends this create.
    """

    together: int = 1
    apart: bool = False
    whole: bool = False
    gather: Callable[[Sequence[Action]], Collection[str]] | None = None
    batched: Callable[[Action], bool] | None = None


class Driver(Protocol):
    """One run's worker for one sync: all I/O of the sync, none of the bookkeeping.

    The engine calls `prepare`, then for each stream `read`; for each page it looks up links, skips what is
    unchanged, fetches targets of the rest, asks for a plan and carries it out: for a create
    `marker` → (intent committed) → `create` → (link committed) → `finish`; for an update `update` → `finish`.
    """

    conduct: Conduct

    def prepare(self) -> None:
        """Check what the run needs before anything is read (references, permissions)."""

    def rules_version(self) -> str:
        """Digest of everything but the record that decides a plan: mappings, options, field rules, code version."""

    def read(self, stream: str, cursor: Fields) -> Iterator[Page]: ...

    def fetch_targets(self, stream: str, target_ids: list[str]) -> dict[str, Fields]:
        """Present values of these target records by id; absent ones are left out."""

    def plan(self, record: Record, link: LinkView | None, target: Fields | None) -> Action:
        """Pure. `target` is None when there is no link or the target record is gone."""

    def missing(self, stream: str, seen: Callable[[int], bool]) -> Iterator[tuple[LinkView, Action]]:
        """After the last page: links whose source record is gone, each with the action that reports it."""

    def marker(self, action: Action) -> Fields:
        """Where the target stands before a create is sent; kept with the intent for `find`."""

    def create(self, action: Action) -> Written: ...

    def update(self, action: Action) -> Written: ...

    def finish(self, action: Action, written: Written) -> Written:
        """Repeatable follow-ups of a write: delete what was replaced, move the status. Never creates."""

    def find(self, intent: IntentView) -> Found: ...

    def close(self) -> None:
        """Give back files; called once, however the run ends."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the wizard of an import. `mappings`: stream that a person may choose -> the mapping kinds that are
    decided in this step for it."""

    key: str
    label: str
    mappings: Mapping[str, tuple[str, ...]]
    help: str = ""


@dataclass(frozen=True, slots=True)
class Sync:
    """`source`/`target`: vendor keys. `schedule`: five-field cron in UTC. `deletion`: what follows when a source
    record disappears, as a sentence for the page."""

    key: str
    label: str
    source: str
    target: str
    streams: tuple[Stream, ...]
    open: Callable[[Context], Driver]
    mapping_kinds: tuple[MappingKind, ...] = ()
    fields: tuple[FieldRule, ...] = ()
    options: tuple[Option, ...] = ()
    schedule: str = "0 * * * *"
    remarks: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Codes of reasons that a run's report counts for each stream: what is said of one record and of several."""
    deletion: str = ""
    about: str = ""
    steps: tuple[Step, ...] = ()
    """Of an import: a person starts it, by a wizard with these steps, for some of the streams that they name; other
    streams go along. It is not offered as a sync and never runs by itself."""

    @property
    def once(self) -> bool:
        return bool(self.steps)

    @property
    def chosen_streams(self) -> tuple[str, ...]:
        """Streams of an import that a person chooses among."""
        named = {name for step in self.steps for name in step.mappings}
        return tuple(stream.key for stream in self.streams if stream.key in named)
