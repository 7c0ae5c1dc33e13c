"""Outcomes of actions, and the promises of a preview. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from integrations.core.errors import PortalError
from integrations.core.records import Action, Record, Written, fingerprint

AT_ONCE = "at_once"
"""A key of Written.pending: nothing was refused, so what is left undone is tried again with the next run; without it,
after a pause."""

Status = Literal[
    "planned",
    "created",
    "updated",
    "linked",
    "skipped",
    "blocked",
    "conflict",
    "failed",
    "unknown",
    "unchanged",
]

COUNTED: dict[str, str] = {
    "created": "created",
    "updated": "updated",
    "linked": "linked",
    "skipped": "skipped",
    "blocked": "blocked",
    "conflict": "conflicts",
    "failed": "failed",
    "unknown": "unknown",
}
"""Item status -> name of its count."""

PLANNED_AS = {
    "create": "created",
    "update": "updated",
    "replace": "updated",
    "link": "linked",
    "skip": "skipped",
    "conflict": "conflicts",
    "blocked": "blocked",
}
"""Planned action -> the count it would become."""

NEEDS_NOTHING: dict[str, Status] = {
    "skip": "skipped",
    "conflict": "conflict",
    "blocked": "blocked",
    "none": "unchanged",
}
"""Actions that are recorded without a call -> item status."""


def empty_counts() -> dict[str, int]:
    return {"read": 0, "created": 0, "updated": 0, "unchanged": 0} | dict.fromkeys(
        ("linked", "skipped", "blocked", "conflicts", "failed", "unknown"), 0
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record in one run. `fingerprint` '' = not settled, look again next time."""

    action: Action
    status: Status
    record: Record | None = None
    fingerprint: str = ""
    written: Written | None = None
    reason: str = ""
    code: str = ""
    error_kind: str = ""
    detail: str = ""
    calls: tuple[Any, ...] = ()
    plan_hash: str = ""

    @property
    def source_id(self) -> str:
        """The record's id at the source, also where only this write made it there."""
        return (self.written.source_id if self.written else "") or self.action.source_id


def plan_hash(action: Action, digest: str) -> str:
    """What a preview promised for a record. Another source, target or decision gives another hash."""
    promise = [
        action.kind,
        action.target_id,
        dict(action.wanted),
        {k: v[1] for k, v in action.changes.items()},
    ]
    return fingerprint([digest, json.dumps(promise, sort_keys=True, default=str)])


def settled_fingerprint(record: Record, rules_version: str, digest: str = "") -> str:
    """Equal source and equal rules give an equal text; no longer than 64 characters. `digest`: see Written.digest."""
    return f"{digest or record.digest}{rules_version}"


def refused(action: Action, error: PortalError, **more: Any) -> Outcome:
    """The outcome of a record whose write failed with `error`."""
    status: Status = "unknown" if error.kind == "unknown" else "failed"
    return Outcome(
        action=action,
        status=status,
        reason=error.message,
        code=error.code or error.kind,
        error_kind=error.kind,
        detail=error.detail,
        **more,
    )


@dataclass(slots=True)
class Tally:
    """Counts of one stream in this attempt. `quiet`: still blocked, failed or unknown, without a new item."""

    read: int = 0
    unchanged: int = 0
    quiet: dict[str, int] = field(default_factory=dict)

    def hush(self, status: str) -> None:
        self.quiet[status] = self.quiet.get(status, 0) + 1


class Seen:
    """A set of row numbers at about one bit each, so that memory stays flat."""

    def __init__(self) -> None:
        self._chunks: dict[int, bytearray] = {}

    def add(self, pk: int) -> None:
        chunk = self._chunks.setdefault(pk >> 12, bytearray(512))
        chunk[(pk & 4095) >> 3] |= 1 << (pk & 7)

    def __call__(self, pk: int) -> bool:
        chunk = self._chunks.get(pk >> 12)
        return bool(chunk and chunk[(pk & 4095) >> 3] & (1 << (pk & 7)))


def next_pause(attempts: int) -> float:
    """Seconds until a failed record is tried again: 10 minutes, doubled each time, at most 20 hours, so that a daily
    run does not come a moment too early every second time."""
    return float(min(600 * 2 ** min(attempts, 10), 72_000))


def summary(counts: dict[str, int], streams: Iterable[str] = ()) -> str:
    """One line for a person: "412 read: 400 unchanged, 8 created, 3 blocked, 1 failed"."""
    parts = [f"{counts[name]} {name}" for name in counts if name != "read" and counts[name]]
    return f"{counts['read']} read" + (": " + ", ".join(parts) if parts else "")
