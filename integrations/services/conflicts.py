"""Fields that both sides claim: a person chooses, restores what lost, or makes the choice a rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from integrations.core.conflict import Held, Side, equal
from integrations.core.errors import ConfigError
from integrations.models import FieldConflict, Link, Sync, Workspace
from integrations.models import FieldRule as StoredRule
from integrations.services.incidents import incident_close, incident_open
from integrations.services.runs import run_enqueue
from integrations.services.two_way import Ways, names_of, other_side
from integrations.syncs.base import Scope

State = FieldConflict.State
MOST_NAMED = 5000
"""More records than this are not named one by one: the run looks at everything."""
AMONG = 500
DECIDED_ALREADY = "This conflict is decided already. Look again: the page shows what was chosen."


# --- choosing -----------------------------------------------------------------------------------------------------


def conflict_choose(*, conflict: FieldConflict, side: Side, who: str, user: Any = None, remember: bool = False) -> None:
    """Both sides shall hold what `side` held when the conflict was found. A run that carries it out is asked for.

    The choice holds only while both sides still hold what the person saw. `remember`: from now on that side wins for
    this field. Raises ConfigError when it is decided already, or when the other side may not be written.
    """
    rows = FieldConflict.objects.filter(pk=conflict.pk)
    if not conflicts_choose(rows=rows, side=side, who=who, user=user, remember=remember):
        raise ConfigError(DECIDED_ALREADY)


def conflicts_choose(
    *, rows: QuerySet[FieldConflict], side: Side, who: str, user: Any = None, remember: bool = False
) -> int:
    """`conflict_choose` for those of `rows` that are open; one run for all of a sync. Returns how many were chosen.

    Fields of which the other side may not be written are passed over; raises ConfigError when nothing else is left.
    """
    chosen, wrong = 0, ""
    with transaction.atomic():
        by_sync: dict[int, list[int]] = {}
        for pk, sync_id in rows.filter(state=State.OPEN).order_by("pk").values_list("pk", "sync_id"):
            by_sync.setdefault(sync_id, []).append(pk)
        syncs = Sync.objects.select_related("workspace").in_bulk(by_sync)
        for sync_id, pks in by_sync.items():
            number, why = _choose(syncs[sync_id], pks, side, who, user, remember)
            chosen, wrong = chosen + number, wrong or why
    if not chosen and wrong:
        raise ConfigError(wrong)
    for sync in syncs.values():
        conflicts_healed(sync)
    return chosen


def _choose(sync: Sync, pks: list[int], side: Side, who: str, user: Any, remember: bool) -> tuple[int, str]:
    """How many of this sync, and why others were passed over."""
    named: dict[tuple[str, str], None] = {}
    ways, wrong, number = Ways(sync), "", 0
    for start in range(0, len(pks), AMONG):
        part = FieldConflict.objects.filter(sync=sync, pk__in=pks[start : start + AMONG], state=State.OPEN)
        for stream, field in list(part.order_by().values_list("stream", "field").distinct()):
            why = ways.why_not(stream, field, other_side(side))
            if why:
                wrong = wrong or why
                continue
            of_field = part.filter(stream=stream, field=field)
            named |= dict.fromkeys(of_field.order_by("pk").values_list("stream", "source_id"))
            number += _mark(of_field, side, who)
            if remember:
                rule_remember(sync=sync, stream=stream, field=field, side=side)
    if number:
        conflicts_run(sync, named, user)
    return number, wrong


def _mark(rows: QuerySet[FieldConflict], side: Side, who: str) -> int:
    return rows.update(
        state=State.CHOSEN, winner=side, value=F(f"{side}_value"), seen_source=F("source_value"),
        seen_target=F("target_value"), decided_at=timezone.now(), decided_by=who[:150],
    )  # fmt: skip


def conflicts_run(sync: Sync, named: Iterable[tuple[str, str]], user: Any) -> None:
    """Ask for the run that carries the choices out. `named`: stream and source id of the records.

    What is settled is looked at again, although neither side changed.
    """
    by_stream: dict[str, list[str]] = {}
    for stream, source_id in named:
        by_stream.setdefault(stream, []).append(source_id)
    for stream, ids in by_stream.items():
        for start in range(0, len(ids), AMONG):
            links = Link.objects.filter(sync=sync, stream=stream, source_id__in=ids[start : start + AMONG])
            links.update(fingerprint="")
    every = tuple(dict.fromkeys(id for ids in by_stream.values() for id in ids))
    many = len(every) > MOST_NAMED
    scope = Scope(streams=tuple(by_stream), source_ids=() if many else every, full=many)
    run_enqueue(sync=sync, trigger="conflict", user=user, scope=scope)


def rule_remember(*, sync: Sync, stream: str, field: str, side: Side) -> bool:
    """From now on `side` wins for this field. Returns whether that is a change; the audit shows it."""
    rule = Ways(sync).rule(stream, field)
    if rule is None or rule.winner == side:
        return False
    stored = StoredRule.objects.filter(sync=sync, target=rule.target).first()
    stored = stored or StoredRule(sync=sync, target=rule.target, source=rule.source, policy=rule.policy)
    stored.winner = side
    stored._change_reason = "remembered from a conflict"  # type: ignore[attr-defined]  # read by the history
    stored.save()
    return True


# --- restoring ----------------------------------------------------------------------------------------------------


def conflict_restore(*, conflict: FieldConflict, who: str, user: Any = None) -> None:
    """The value that lost comes back, on both sides where both may be written. A run that does it is asked for.

    Raises ConfigError when the conflict is not decided, when another decision about the field waits, when the side
    that lost its value may not be written, and when the two records are no pair any more.
    """
    try:
        with transaction.atomic():
            row = FieldConflict.objects.select_for_update().get(pk=conflict.pk)
            _restore(row, who)
            conflicts_run(row.sync, [(row.stream, row.source_id)], user)
    except IntegrityError as error:  # a run found the field in conflict at this moment
        raise ConfigError(_waits(conflict)) from error
    conflict.refresh_from_db()


def _restore(row: FieldConflict, who: str) -> None:
    if row.state not in (State.DECIDED, State.SETTLED) or not row.winner:
        raise ConfigError("Only a decided conflict has a value to restore. Look again: its state has changed.")
    rivals = FieldConflict.objects.filter(sync=row.sync, stream=row.stream, source_id=row.source_id, field=row.field)
    if rivals.filter(state__in=[State.OPEN, State.CHOSEN]).exists():
        raise ConfigError(_waits(row))
    loser = other_side(row.winner)
    why = Ways(row.sync).why_not(row.stream, row.field, loser)
    if why:
        raise ConfigError(why)
    seen = held_after(row)
    row.rule = f"{row.rule} {who} restored {names_of(row.sync).of(loser)}’s value.".strip()
    row.state, row.winner, row.value = State.CHOSEN, loser, getattr(row, f"{loser}_value")
    row.seen_source, row.seen_target = seen.source, seen.target
    row.decided_at, row.decided_by, row.remark = timezone.now(), who[:150], ""
    row.save()


def _waits(row: FieldConflict) -> str:
    return (
        f"{row.field_label} of {row.label or row.source_id} waits for a decision or a run already. Settle that first."
    )


def held_after(row: FieldConflict) -> Held:
    """What both sides held once the conflict was decided: the winner's value, as each side stored it.

    A side may store it in its own way. The link's base tells how, as long as the field has not moved on since.
    """
    link = Link.objects.filter(sync=row.sync, stream=row.stream, source_id=row.source_id).exclude(target_id="").first()
    if link is None:
        raise ConfigError("These two records are not linked any more, so there is nothing to restore.")
    base = {side: (link.base.get(side) or {}).get(row.field) for side in ("source", "target")}
    if base[row.winner] is not None and equal(base[row.winner], row.value):
        return Held(base["source"], base["target"])
    return Held(row.value, row.value)


# --- counting -----------------------------------------------------------------------------------------------------


def conflicts_open(of: Workspace | Sync) -> int:
    """How many wait for a person."""
    rows = FieldConflict.objects.filter(state=State.OPEN)
    return rows.filter(sync=of).count() if isinstance(of, Sync) else rows.filter(sync__workspace=of).count()


def conflicts_by_sync(workspace: Workspace) -> list[tuple[int, str, int]]:
    """(id, name, how many wait) of each sync that has some, by name."""
    rows = FieldConflict.objects.filter(sync__workspace=workspace, state=State.OPEN).order_by("sync__name")
    return list(rows.values_list("sync_id", "sync__name").annotate(n=Count("pk")))


def conflicts_incident(sync: Sync) -> None:
    """One incident while conflicts wait for a person, closed when none does."""
    number = conflicts_open(sync)
    if not number:
        return incident_close(workspace=sync.workspace, subject=incident_subject(sync))
    waits = "1 field that both sides hold differently waits" if number == 1 else (
        f"{number} fields that both sides hold differently wait"
    )  # fmt: skip
    message = f"{sync}: {waits} for a person. Open Conflicts and choose the values that count."
    subject = incident_subject(sync)
    incident_open(workspace=sync.workspace, subject=subject, kind="conflicts", message=message, sync=sync)
    return None


def conflicts_healed(sync: Sync) -> None:
    """Close the incident when a person has decided the last one."""
    if not conflicts_open(sync):
        incident_close(workspace=sync.workspace, subject=incident_subject(sync))


def incident_subject(sync: Sync) -> str:
    return f"sync:{sync.pk}:conflicts"
