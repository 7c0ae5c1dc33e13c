"""Rows of links, items and intents: from what the engine says, and back. Nothing is saved here."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from integrations.core.begun import NOTED, noted
from integrations.core.plan import AT_ONCE, Outcome, next_pause
from integrations.core.records import Action, IntentView, LazyFields, LinkView, Written
from integrations.models import Intent, Link

LINK_COLUMNS = [
    "target_id", "state", "code", "reason", "label", "fingerprint", "parent_id", "parent_state", "base", "pending",
    "memo", "uses", "needs", "attempts", "next_attempt_at", "updated_at",
]  # fmt: skip
ITEM_COLUMNS = [
    "target_id", "label", "action", "status", "code", "reason", "changes", "source", "why", "candidates", "calls",
    "error_kind", "detail", "plan_hash",
]  # fmt: skip

LINK_STATE = {
    "created": Link.State.LINKED, "updated": Link.State.LINKED, "linked": Link.State.LINKED,
    "unchanged": Link.State.LINKED, "blocked": Link.State.BLOCKED, "conflict": Link.State.BLOCKED,
    "failed": Link.State.FAILED, "unknown": Link.State.UNKNOWN,
}  # fmt: skip


@dataclass(slots=True)
class LinkRow:
    """The columns of a link that is not stored yet: a tenth of what a model instance costs."""

    sync_id: int
    stream: str
    source_id: str
    target_id: str = ""
    state: str = ""
    code: str = ""
    reason: str = ""
    label: str = ""
    fingerprint: str = ""
    parent_id: str = ""
    parent_state: str = ""
    base: dict[str, Any] = field(default_factory=dict)
    pending: dict[str, Any] = field(default_factory=dict)
    memo: dict[str, Any] = field(default_factory=dict)
    uses: str = ""
    needs: dict[str, Any] = field(default_factory=dict)
    attempts: int = 0
    next_attempt_at: datetime | None = None


@dataclass(slots=True)
class ItemRow:
    """The columns of an item that is not stored yet."""

    run_id: int
    stream: str
    source_id: str
    target_id: str
    label: str
    action: str
    status: str
    code: str
    reason: str
    changes: dict[str, Any]
    source: dict[str, Any]
    why: list[Any]
    candidates: list[Any]
    calls: list[Any]
    error_kind: str
    detail: str
    plan_hash: str


OneLink = TypeVar("OneLink", Link, LinkRow)


def settle_link(link: OneLink, outcome: Outcome, now: datetime) -> OneLink:
    """The link as it stands after this outcome (not saved)."""
    action, record = outcome.action, outcome.record
    if record:
        link.label, link.parent_id, link.parent_state, link.uses = (
            record.label[:300],
            record.parent_id,
            record.parent_state,
            record.uses,
        )
    link.code, link.reason = outcome.code, outcome.reason
    link.state = LINK_STATE.get(outcome.status) or skipped_state(link, outcome)
    if outcome.status == "conflict" and link.target_id:
        link.state = Link.State.LINKED  # it is told as a conflict of its own; all other fields go on
    link.fingerprint = outcome.fingerprint
    link.needs = dict(action.extra.get("needs", {})) if outcome.status == "blocked" else {}
    if outcome.written:
        settle_written(link, outcome.written, action, now)
    elif outcome.status in ("failed", "unknown"):
        link.memo = noted(link.memo, action) if "note" in action.extra else link.memo
        link.attempts += 1
        link.next_attempt_at = now + timedelta(seconds=next_pause(link.attempts - 1))
    return link


def skipped_state(link: Link | LinkRow, outcome: Outcome) -> str:
    """A skipped record that has a target stays linked; one that vanished is marked so."""
    if outcome.code == "vanished":
        return Link.State.VANISHED
    return Link.State.LINKED if link.target_id else Link.State.SKIPPED


def settle_written(link: Link | LinkRow, written: Written, action: Action, now: datetime) -> None:
    link.target_id = written.target_id
    link.base = dict(action.wanted if written.base is None else written.base)
    link.pending = {key: value for key, value in written.pending.items() if key not in ("settle", AT_ONCE)}
    link.memo = {**link.memo, **written.memo}
    link.memo.pop(NOTED, None)
    link.attempts = link.attempts + 1 if link.pending else 0
    pause = 0.0 if AT_ONCE in written.pending else next_pause(link.attempts)
    link.next_attempt_at = now + timedelta(seconds=pause) if link.pending else None


def item_row(run_id: int, outcome: Outcome) -> ItemRow:
    action, written = outcome.action, outcome.written
    return ItemRow(
        run_id=run_id,
        stream=action.stream,
        source_id=outcome.source_id,
        target_id=written.target_id if written else action.target_id,
        label=action.label[:300],
        action=action.kind,
        status=outcome.status,
        code=outcome.code[:40],
        reason=outcome.reason,
        changes={name: list(pair) for name, pair in action.changes.items()},
        source=came(outcome),
        why=[{"field": why.field, "value": why.value, "because": why.because} for why in action.why],
        candidates=[dict(candidate) for candidate in action.candidates],
        calls=[as_json(call) for call in outcome.calls],
        error_kind=outcome.error_kind,
        detail=outcome.detail[:4000],
        plan_hash=outcome.plan_hash,
    )


def came(outcome: Outcome) -> dict[str, Any]:
    """The record's fields, {} where the outcome is of no record."""
    if outcome.record is None:
        return {}
    fields = outcome.record.fields
    return fields.told() if isinstance(fields, LazyFields) else dict(fields)


def as_json(call: object) -> Any:
    """A line of the request log; its values are plain."""
    if not is_dataclass(call) or isinstance(call, type):
        return call
    return {one.name: getattr(call, one.name) for one in fields(call)}


def link_view(link: Link, now: datetime) -> LinkView:
    return LinkView(
        source_id=link.source_id,
        target_id=link.target_id,
        fingerprint=link.fingerprint,
        state=link.state,
        reason=link.reason,
        base=link.base,
        pending=link.pending,
        memo=link.memo,
        attempts=link.attempts,
        due=link.next_attempt_at is None or link.next_attempt_at <= now,
        pk=link.pk,
    )


def intent_view(row: Intent) -> IntentView:
    return IntentView(
        pk=row.pk,
        stream=row.stream,
        source_id=row.source_id,
        wanted=row.wanted,
        marker=row.marker,
        label=row.label,
        replaces=row.replaces,
        sent_at=row.sent_at,
    )
