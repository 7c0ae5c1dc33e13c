"""Whether both sides agree: what the last full comparison of a sync counted, for its page and its command."""

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
"""Key in the sync's memory: {"at", "run", "streams": {stream: counts}}; the driver writes it."""


@dataclass(frozen=True)
class StreamAgreement:
    """Counts of one stream. `agree`, `apart` (they differ on purpose), `differ` and `waiting` are linked pairs."""

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


@dataclass(frozen=True)
class Agreement:
    """`at` None: never compared. `run`: the run that compared, None when it is gone. `asked`: the next one, if it
    waits or works already."""

    at: datetime | None
    run: Run | None
    streams: tuple[StreamAgreement, ...]
    asked: Run | None = None

    @property
    def differ(self) -> int:
        return sum(stream.differ for stream in self.streams)

    @property
    def waiting(self) -> int:
        return sum(stream.waiting for stream in self.streams)

    @property
    def proven(self) -> bool:
        """Every linked pair agrees, but for what differs on purpose."""
        return self.at is not None and not self.differ and not self.waiting


def agreement(sync: Sync) -> Agreement:
    """As the last full comparison found it, streams in their declared order."""
    told: Mapping[str, Any] = sync.memory.get(AGREEMENT) or {}
    counts = told.get("streams") or {}
    declared = registry.sync(sync.kind).streams
    streams = tuple(build_stream(one.key, one.label, counts[one.key]) for one in declared if one.key in counts)
    run = Run.objects.filter(sync=sync, pk=told["run"]).first() if told.get("run") else None
    return Agreement(parse_datetime(str(told.get("at") or "")), run, streams, full_run_asked(sync))


def build_stream(key: str, label: str, counts: Mapping[str, Any]) -> StreamAgreement:
    """Numbers that a later version writes beside these are passed over."""
    known = {name for name in StreamAgreement.__dataclass_fields__ if name not in ("key", "label")}
    return StreamAgreement(key, label, **{name: int(number) for name, number in counts.items() if name in known})


def full_run_asked(sync: Sync) -> Run | None:
    """A full run that waits or works."""
    rows = Run.objects.filter(sync=sync, kind=Run.Kind.RUN, finished_at=None).order_by("-pk")
    return next((run for run in rows if scope_of(run).full), None)


def agreement_start(*, sync: Sync, user: Any = None) -> Run:
    """Compare everything on both sides anew, and carry over what is found. Raises ConfigError as `run_enqueue`."""
    return full_run_asked(sync) or run_enqueue(sync=sync, user=user, scope=Scope(full=True))
