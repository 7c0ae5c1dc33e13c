"""What a person decides about single records: leave out, take up again, say what became of a lost answer."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from integrations.core.errors import ConfigError
from integrations.models import Intent, Link, Run
from integrations.models.jobs import ACTIVE
from integrations.services.ledger_intents import intent_pair

IGNORABLE = [Link.State.BLOCKED, Link.State.FAILED, Link.State.SKIPPED, Link.State.VANISHED]
LEFT_OUT = "Left out by {who}."


def records_ignore(*, links: QuerySet[Link], who: str) -> int:
    """Leave these records out of every later run. Linked ones and open outcomes stay. Returns how many."""
    return links.filter(state__in=IGNORABLE).update(
        state=Link.State.IGNORED, reason=LEFT_OUT.format(who=who), code="ignored", needs={}, next_attempt_at=None,
        updated_at=timezone.now(),
    )  # fmt: skip


def records_unignore(*, links: QuerySet[Link]) -> int:
    """Take records up again: the next run plans them like new ones, or compares them with their target."""
    rows = links.filter(state=Link.State.IGNORED)
    fresh: dict[str, Any] = {"fingerprint": "", "reason": "", "code": "", "attempts": 0, "next_attempt_at": None}
    with transaction.atomic():
        linked = rows.exclude(target_id="").update(state=Link.State.LINKED, **fresh)
        return linked + rows.filter(target_id="").update(state=Link.State.SKIPPED, **fresh)


def intent_is_done(*, intent: Intent, target_id: str, who: str) -> None:
    """A person says: it was created, as `target_id`. The next run compares the pair.

    Raises ConfigError when the outcome is settled already, a run works on it, or the target belongs to another record.
    """
    target_id = target_id.strip()
    if not target_id:
        raise ConfigError("Say which record it is: choose one or write its id.")
    source_id, target = intent_pair(intent.source_id, intent.marker, target_id)
    pair = Q(target_id=target) if source_id == intent.source_id else Q(source_id=source_id)
    links = Link.objects.filter(sync=intent.sync, stream=intent.stream)
    if links.filter(pair).exclude(source_id=intent.source_id).exists():
        raise ConfigError(f"{target_id} is already the counterpart of another record. Look again which one it is.")
    pending = {"settle": "updated", "delete": intent.replaces} if intent.replaces else {"settle": "created"}
    with transaction.atomic():
        _settle(intent, Intent.State.DONE, who, target_id)
        links.filter(source_id=intent.source_id).update(source_id=source_id)
        Link.objects.update_or_create(
            sync=intent.sync, stream=intent.stream, source_id=source_id,
            defaults={
                "target_id": target, "state": Link.State.LINKED, "fingerprint": "", "reason": "",
                "label": intent.label, "pending": pending, "next_attempt_at": None,
            },
        )  # fmt: skip


def intent_is_not_done(*, intent: Intent, who: str) -> None:
    """A person says: it was not created. The next run may send it again. Raises ConfigError as `intent_is_done`."""
    with transaction.atomic():
        _settle(intent, Intent.State.NOT_DONE, who)
        link = Link.objects.filter(sync=intent.sync, stream=intent.stream, source_id=intent.source_id)
        open_link = link.filter(state=Link.State.UNKNOWN)
        open_link.exclude(target_id="").update(state=Link.State.LINKED, fingerprint="", next_attempt_at=None)
        open_link.filter(target_id="").update(state=Link.State.FAILED, fingerprint="", next_attempt_at=None)


def _settle(intent: Intent, state: str, who: str, target_id: str = "") -> None:
    if Run.objects.filter(sync=intent.sync, status__in=ACTIVE).exists():
        raise ConfigError("A run of this sync is at work and may be looking it up. Wait until it has ended.")
    rows = Intent.objects.filter(pk=intent.pk, state=Intent.State.UNKNOWN)
    if not rows.update(state=state, target_id=target_id, settled_at=timezone.now(), settled_by=who[:150]):
        raise ConfigError("This outcome is settled already.")
