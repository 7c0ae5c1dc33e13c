"""Whether both sides agree: what the last full comparison of a sync counted, and which records do not, for its page and
its command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from integrations import registry
from integrations.models import Run, Sync
from integrations.services.runs import run_enqueue
from integrations.services.scopes import scope_of
from integrations.syncs.base import Scope

AGREEMENT = "agreement"
"""Key in the sync's memory: {"at", "run", "streams": {stream: counts and "records"}}; the driver writes it."""
MOST = 200
"""Records that are named, of all streams together."""


@dataclass(frozen=True)
class StreamAgreement:
    """Counts of one stream. `agree`, `apart` (they differ on purpose), `differ` and `waiting` are linked pairs.
    `unpaired`: of those only on one side, the ones that the sync should have paired."""

    key: str
    label: str
    source: int = 0
    target: int = 0
    linked: int = 0
    agree: int = 0
    apart: int = 0
    differ: int = 0
    only_source: int = 0
    only_target: int = 0
    gone: int = 0
    not_visible: int = 0
    waiting: int = 0
    unpaired: int = 0


@dataclass(frozen=True)
class Disagreeing:
    """One record that spoils the agreement. `source_id` or `target_id` '': it stands on the other side only. `fields`:
    keys of those that differ. `waiting`: for a person. `reason`: why it is left, or ''."""

    stream: str
    source_id: str
    target_id: str
    title: str
    fields: tuple[str, ...] = ()
    waiting: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Agreement:
    """`at` None: never compared. `run`: the run that compared, None when it is gone. `asked`: the next one, if it
    waits or works already. `records`: the first MOST that do not agree, by stream."""

    at: datetime | None
    run: Run | None
    streams: tuple[StreamAgreement, ...]
    asked: Run | None = None
    records: tuple[Disagreeing, ...] = ()

    @property
    def differ(self) -> int:
        return sum(stream.differ for stream in self.streams)

    @property
    def waiting(self) -> int:
        return sum(stream.waiting for stream in self.streams)

    @property
    def unpaired(self) -> int:
        return sum(stream.unpaired for stream in self.streams)

    @property
    def spoiled(self) -> int:
        """How many records do not agree."""
        return self.differ + self.waiting + self.unpaired

    @property
    def proven(self) -> bool:
        """Every linked pair agrees, but for what differs on purpose, and no record stands alone that the sync should
        have paired."""
        return self.at is not None and not self.spoiled


def agreement(sync: Sync) -> Agreement:
    """As the last full comparison found it, streams in their declared order."""
    told: Mapping[str, Any] = sync.memory.get(AGREEMENT) or {}
    counts = told.get("streams") or {}
    declared = registry.sync(sync.kind).streams
    streams = tuple(build_stream(one.key, one.label, counts[one.key]) for one in declared if one.key in counts)
    run = Run.objects.filter(sync=sync, pk=told["run"]).first() if told.get("run") else None
    rows = [build_record(one.key, row) for one in declared for row in (counts.get(one.key) or {}).get("records", [])]
    at = parse_datetime(str(told.get("at") or ""))
    return Agreement(at, run, streams, full_run_asked(sync), tuple(rows[:MOST]))


def build_stream(key: str, label: str, counts: Mapping[str, Any]) -> StreamAgreement:
    """Numbers that a later version writes beside these are passed over."""
    known = {name for name in StreamAgreement.__dataclass_fields__ if name not in ("key", "label")}
    return StreamAgreement(key, label, **{name: int(number) for name, number in counts.items() if name in known})


def build_record(stream: str, row: Mapping[str, Any]) -> Disagreeing:
    texts = {name: str(row.get(name, "")) for name in ("source_id", "target_id", "title", "reason")}
    return Disagreeing(stream, fields=tuple(row.get("fields", ())), waiting=bool(row.get("waiting")), **texts)


def full_run_asked(sync: Sync) -> Run | None:
    """A full run that waits or works."""
    rows = Run.objects.filter(sync=sync, kind=Run.Kind.RUN, finished_at=None).order_by("-pk")
    return next((run for run in rows if scope_of(run).full), None)


def agreement_start(*, sync: Sync, user: Any = None) -> Run:
    """Compare everything on both sides anew, and carry over what is found. Raises ConfigError as `run_enqueue`."""
    return full_run_asked(sync) or run_enqueue(sync=sync, user=user, scope=Scope(full=True))
