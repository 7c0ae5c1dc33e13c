"""Rows of links, items and intents: from what the engine says, and back. Nothing is saved here."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from integrations.core.plan import Outcome, next_pause
from integrations.core.records import Action, IntentView, LinkView, Written
from integrations.models import Intent, Link, Run, RunItem

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


def settle_link(link: Link, outcome: Outcome) -> Link:
    """The link as it stands after this outcome (not saved)."""
    action, record = outcome.action, outcome.record
    link.updated_at = timezone.now()
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
        settle_written(link, outcome.written, action)
    elif outcome.status in ("failed", "unknown"):
        link.attempts += 1
        link.next_attempt_at = timezone.now() + timedelta(seconds=next_pause(link.attempts - 1))
    return link


def skipped_state(link: Link, outcome: Outcome) -> str:
    """A skipped record that has a target stays linked; one that vanished is marked so."""
    if outcome.code == "vanished":
        return Link.State.VANISHED
    return Link.State.LINKED if link.target_id else Link.State.SKIPPED


def settle_written(link: Link, written: Written, action: Action) -> None:
    link.target_id = written.target_id
    link.base = dict(action.wanted if written.base is None else written.base)
    link.pending = {key: value for key, value in written.pending.items() if key != "settle"}
    link.memo = {**link.memo, **written.memo}
    link.attempts = link.attempts + 1 if link.pending else 0
    pause = timedelta(seconds=next_pause(link.attempts))
    link.next_attempt_at = timezone.now() + pause if link.pending else None


def build_item(run: Run, outcome: Outcome) -> RunItem:
    action = outcome.action
    return RunItem(
        run=run,
        stream=action.stream,
        source_id=outcome.source_id,
        target_id=outcome.written.target_id if outcome.written else action.target_id,
        label=action.label[:300],
        action=action.kind,
        status=outcome.status,
        code=outcome.code[:40],
        reason=outcome.reason,
        changes={name: list(pair) for name, pair in action.changes.items()},
        source=dict(outcome.record.fields) if outcome.record else {},
        why=[{"field": why.field, "value": why.value, "because": why.because} for why in action.why],
        candidates=[dict(candidate) for candidate in action.candidates],
        calls=[as_json(call) for call in outcome.calls],
        error_kind=outcome.error_kind,
        detail=outcome.detail[:4000],
        plan_hash=outcome.plan_hash,
    )


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
