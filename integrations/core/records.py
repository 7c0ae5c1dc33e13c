"""The shapes that every sync speaks: records, links, actions, results. No I/O, no clock.

Values in `fields`, `wanted`, `base` and `changes` are JSON values (text, bool, None, lists, dicts of
these). Money and quantities are decimal text (`"12.30"`), dates are ISO text, ids are text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypeVar

Json = Any
Fields = Mapping[str, Json]

ActionKind = Literal["create", "update", "replace", "link", "skip", "conflict", "blocked", "none", "read"]
"""`none`: both sides already agree (nothing to write, the link's fingerprint is refreshed).
`replace`: a new target record takes the place of one that the vendor cannot change. `read`: a list as a whole, in the
item that tells why it could not be read."""


def fingerprint(parts: Iterable[str]) -> str:
    """128-bit hex digest of canonical text parts, in order. Equal parts, equal digest."""
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def canonical_text(value: str | None) -> str:
    """Trimmed, line ends `\\n`, None = ''."""
    if not value:
        return ""
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    return value.strip()


class Telling(Protocol):
    """What a record was made of, able to tell itself for the history."""

    def as_fields(self) -> dict[str, Json]: ...


T = TypeVar("T", bound=Telling)


class LazyFields(Mapping[str, Json], Generic[T]):
    """`made_of.as_fields()`, built only when somebody reads it: most records are unchanged, and nobody does."""

    __slots__ = ("_fields", "made_of")

    def __init__(self, made_of: T) -> None:
        self.made_of = made_of
        self._fields: dict[str, Json] | None = None

    def told(self) -> dict[str, Json]:
        """All of them at once."""
        if self._fields is None:
            self._fields = self.made_of.as_fields()
        return self._fields

    def __getitem__(self, key: str) -> Json:
        return self.told()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.told())

    def __len__(self) -> int:
        return len(self.told())


@dataclass(frozen=True, slots=True)
class Record:
    """One source record. `label` names it for a person ("Taxi, 12.50 GBP, 3 July 2026").

    `digest` is the fingerprint of the canonical source fields. `parent_id` and `parent_state` tell the
    container the record came in (an expense's report and its state), or ''. `standing`: it is settled, but something
    about it was told and still holds; a run that finds it unchanged counts it as skipped. `uses`: a value that a list
    kept elsewhere knows (an expense's tag, as a path of core/tags.py), or ''.
    """

    stream: str
    external_id: str
    digest: str
    fields: Fields
    label: str = ""
    modified: datetime | None = None
    parent_id: str = ""
    parent_state: str = ""
    standing: bool = False
    uses: str = ""


@dataclass(frozen=True, slots=True)
class LinkView:
    """What is stored of the lasting pair (source id, target id).

    `fingerprint` covers source digest and rules version at the last settled write ('' = not settled).
    `base`: the values both sides had when last equal. `pending`: follow-up work that a crash or refusal
    left undone (`{"delete": "old id"}`, `{"status": "approved"}`). `memo`: what the sync remembers
    (`{"receipt": "R1"}`). `state`: linked, blocked, failed, unknown, vanished, ignored, skipped.
    """

    source_id: str
    target_id: str = ""
    fingerprint: str = ""
    state: str = ""
    reason: str = ""
    base: Fields = field(default_factory=dict)
    pending: Fields = field(default_factory=dict)
    memo: Fields = field(default_factory=dict)
    attempts: int = 0
    due: bool = True
    """False while a failed record waits for its next attempt."""
    pk: int = 0


@dataclass(frozen=True, slots=True)
class Why:
    """One decision for one target field: its value, and which rule or mapping gave it, in plain words."""

    field: str
    value: Json
    because: str


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done for one record, with its reason.

    `wanted`: the target values. `changes`: field -> (before, after), for an update or replace only those that
    differ, for a create all. `code` is the machine word of the reason (`unmapped_category`); `notes` are plain
    sentences that go with a carried-out action. `candidates`: [{"id", "label"}] an admin may choose from.
    `extra`: what the sync's writer needs and a person does not (the receipt to send, the id to delete).
    """

    kind: ActionKind
    stream: str
    source_id: str
    label: str = ""
    target_id: str = ""
    wanted: Fields = field(default_factory=dict)
    changes: Mapping[str, tuple[Json, Json]] = field(default_factory=dict)
    reason: str = ""
    code: str = ""
    why: tuple[Why, ...] = ()
    notes: tuple[str, ...] = ()
    candidates: tuple[Mapping[str, str], ...] = ()
    extra: Fields = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        return self.kind in ("create", "update", "replace")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of source records. `cursor` is where the stream stands once this page is recorded."""

    stream: str
    records: tuple[Record, ...]
    cursor: Fields | None = None
    total: int | None = None
    """How many records the stream will bring, when known (for the progress bar)."""
    new: bool = False
    """The stream had no link at all when it was read, so none of these records has one."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the target answered to a write: its id, the values it now holds, remarks for a person.

    `pending`: follow-up work that could not be done now (see LinkView.pending). `memo`: to be remembered.
    `digest`: what the source record's digest will be now that the target holds this, where the digest covers both
    sides; '' = as it was read. `base`: the link's base from now on; None = what was wanted. `source_id`: the id of the
    record at the source, where this write made it there; '' = the record's own.
    """

    target_id: str
    actual: Fields = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    pending: Fields = field(default_factory=dict)
    memo: Fields = field(default_factory=dict)
    digest: str = ""
    base: Fields | None = None
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class IntentView:
    """A create that was recorded before it was sent. `marker` is the sync's own note of where the target
    stood then (such as the highest id)."""

    pk: int
    stream: str
    source_id: str
    wanted: Fields
    marker: Fields
    label: str = ""
    replaces: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Answer of a look-up for an unknown outcome. One id: it was done. None: it was not.
    Several: a person must decide."""

    ids: tuple[str, ...] = ()
    actual: Fields = field(default_factory=dict)
