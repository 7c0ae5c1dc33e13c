"""Imports: opening a draft, its steps, starting it, and how it ends.

An import is a sync that a person starts (`Sync.once`): its mappings and options are the sync's, its work are runs. All
imports between the same two connections share one sync, and with it the links: none creates what another one created.

import_lists.py     what both applications have to map  import_steps.py    what is still to be decided
import_survey.py    what the conditions leave, what is  import_picks.py    one record that a person picks
                    hidden, which currencies            import_changes.py  stored, and told to the audit
import_standing.py  whether it can begin or go on       import_reasons.py  reasons in words
import_mail.py      the e-mail at the end
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations import registry
from integrations.core.errors import ConfigError
from integrations.models import Connection, Import, Link, Run, Sync, Workspace
from integrations.services.import_changes import import_change as import_change
from integrations.services.import_changes import import_sign
from integrations.services.import_lists import import_read as import_read
from integrations.services.import_mail import ended_mail
from integrations.services.import_standing import (
    AT_WORK,
    OPEN,
    State,
    refuse_at_work,
    refuse_begun,
    refuse_other,
    run_of,
)
from integrations.services.reports import WAITING_STATES
from integrations.services.runs import run_active, run_cancel, run_enqueue
from integrations.services.syncs import sync_create
from integrations.syncs.base import Scope
from integrations.syncs.base import Sync as SyncKind

MOST_NAMED = 2000
"""Waiting records up to so many are asked for by their ids."""


def import_kinds() -> list[SyncKind]:
    """Kinds of sync that are imports."""
    return [kind for kind in registry.syncs() if kind.once]


# --- opening --------------------------------------------------------------------------------------------------------


def import_sync(workspace: Workspace, kind: SyncKind, source: str = "", target: str = "") -> Sync:
    """The sync that holds what all imports between two connections share; made when it is not there yet.

    `source`, `target`: connection keys, needed only where there are several. Raises ConfigError in words when a
    connection is missing or is not signed in.
    """
    one, other = _side(workspace, kind.source, source), _side(workspace, kind.target, target)
    present = Sync.objects.filter(workspace=workspace, kind=kind.key, source=one, target=other).first()
    if present:
        return present
    values = {"kind": kind.key, "name": kind.label, "source": one, "target": other, "enabled": False, "options": {}}
    try:
        with transaction.atomic():
            return sync_create(workspace=workspace, key=f"import-{one.pk}-{other.pk}", **values)
    except IntegrityError:  # another process made it at the same moment
        return Sync.objects.get(workspace=workspace, kind=kind.key, source=one, target=other)


def _side(workspace: Workspace, vendor: str, key: str) -> Connection:
    label = registry.vendor(vendor).label
    rows = list(workspace.connections.filter(vendor=vendor).order_by("key"))
    rows = [row for row in rows if key in ("", row.key)]
    if not rows:
        named = f"There is no connection {key!r} to {label}." if key else f"{label} is not connected."
        raise ConfigError(f"{named} Add the connection first, on the page Connections.")
    if len(rows) > 1:
        raise ConfigError(f"There are several connections to {label}: {', '.join(row.key for row in rows)}. Name one.")
    return rows[0]


def import_open(*, sync: Sync, kinds: Sequence[str], user: Any = None) -> Import:
    """The draft of this sync, as it was left, now for these kinds; a new one where there is none.

    Raises ConfigError when an import is at work, or a kind is unknown.
    """
    kinds = kinds_checked(registry.sync(sync.kind), kinds)
    with transaction.atomic():
        draft = Import.objects.select_for_update().filter(sync=sync, state__in=OPEN).first()
        if draft is None:
            return _new_draft(sync, kinds, user)
        refuse_at_work(draft)
        if draft.kinds != kinds:
            import_change(draft, user, kinds=kinds, preview=None)
    return draft


def _new_draft(sync: Sync, kinds: list[str], user: Any) -> Import:
    values = {"workspace_id": sync.workspace_id, "kinds": kinds, "created_by": user, "changed_by": user}
    draft = Import(sync=sync, **values)
    import_sign(draft, user, "opened")
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:  # another person opened one at the same moment
        return Import.objects.get(sync=sync, state__in=OPEN)
    return draft


def kinds_checked(kind: SyncKind, kinds: Iterable[str]) -> list[str]:
    """In the sync's own order, each once. Raises ConfigError."""
    given = list(kinds)
    for name in given:
        if name not in kind.chosen_streams:
            raise ConfigError(f"{name!r} cannot be imported; there are {', '.join(kind.chosen_streams)}.")
    if not given:
        raise ConfigError(f"Choose what to import: {', '.join(kind.chosen_streams)}.")
    return [name for name in kind.chosen_streams if name in given]


def import_decided(draft: Import, user: Any = None) -> None:
    """Somebody decided something: what a preview showed does not hold any more."""
    preview = draft.preview
    import_change(draft, user, preview=None)
    if preview and not preview.finished:
        run_cancel(run=preview)


def import_discard(*, draft: Import, user: Any = None) -> None:
    """Forget a draft; decisions about users and statuses stay for the next one. Raises ConfigError."""
    if not Import.objects.filter(pk=draft.pk, state=State.DRAFT).update(state=State.DISCARDED, ended_at=timezone.now()):
        raise ConfigError("Only an import that has not begun can be discarded.")
    import_change(draft, user, "discarded", state=State.DISCARDED)


# --- runs -----------------------------------------------------------------------------------------------------------


def import_scope(draft: Import) -> Scope:
    """What was chosen, and what goes along with it; failed records too, however lately they failed."""
    return Scope(streams=draft.streams, full=True)


def import_preview(*, draft: Import, user: Any = None, trigger: str = "manual", wake: bool = True) -> Run:
    """A run that shows what the import would do. Raises ConfigError when it has begun."""
    refuse_begun(Import.objects.get(pk=draft.pk))
    scope = import_scope(draft)
    run = run_enqueue(sync=draft.sync, kind=Run.Kind.PREVIEW, trigger=trigger, user=user, scope=scope, wake=wake)
    import_change(draft, user, preview=run)
    return run


def import_start(*, draft: Import, user: Any = None, trigger: str = "manual", wake: bool = True) -> Run:
    """Begin it. Of two people who press Start at once, one does; the other is told. Raises Begun, ConfigError."""
    with transaction.atomic():
        row = Import.objects.select_for_update().get(pk=draft.pk)
        refuse_begun(row)
        run = run_enqueue(sync=row.sync, trigger=trigger, user=user, scope=import_scope(row), wake=wake)
        values = {
            "state": State.RUNNING,
            "run": run,
            "runs": [run.pk],
            "started_at": timezone.now(),
            "started_by": user,
        }
        import_change(row, user, "started", **values)
    draft.refresh_from_db()
    return run


def import_retry(*, done: Import, user: Any = None, trigger: str = "retry", wake: bool = True) -> Run:
    """Run again what failed or waits, whichever import of this sync met it first; all of it when the last run was
    stopped or broke off before everything was read. Raises ConfigError."""
    with transaction.atomic():
        row = Import.objects.select_for_update().get(pk=done.pk)
        refuse_other(row)
        if row.state != State.ENDED or row.run is None:
            raise ConfigError("Only an import that has ended can be tried again.")
        run = _retry_run(row, user, trigger, wake)
        runs = list(dict.fromkeys([*row.runs, run.pk]))
        import_change(row, user, "tried again", state=State.RUNNING, run=run, runs=runs, undo=None, ended_at=None)
    done.refresh_from_db()
    return run


def _retry_run(row: Import, user: Any, trigger: str, wake: bool) -> Run:
    """Companies and contacts go along: a record may have waited before those that it needs were made.

    Named records are asked for 150 a call, all of them 2,000 a call: where many wait everything is read anew, and what
    is new since comes too.
    """
    scope = import_scope(row)
    if row.run and row.run.status in (Run.Status.FAILED, Run.Status.CANCELLED):
        return run_enqueue(sync=row.sync, trigger=trigger, user=user, scope=scope, wake=wake)
    waiting = Link.objects.filter(sync=row.sync, stream__in=scope.streams, state__in=WAITING_STATES)
    ids = list(waiting.values_list("source_id", flat=True)[: MOST_NAMED + 1])
    if not ids:
        raise ConfigError("Nothing failed and nothing waits. To bring what came since, start a new import.")
    waiting.filter(state=Link.State.FAILED).update(next_attempt_at=None, fingerprint="", attempts=0)
    if len(ids) <= MOST_NAMED:
        scope = replace(scope, source_ids=tuple(dict.fromkeys(ids)))
    return run_enqueue(sync=row.sync, trigger=trigger, user=user, scope=scope, wake=wake)


def import_undo(
    *, done: Import, user: Any = None, preview: bool = False, trigger: str = "manual", wake: bool = True
) -> Run:
    """Take back what its runs created, as far as nobody has edited it and Accelo permits it; a preview shows that.

    Raises ConfigError when it has not ended, or another import is open.
    """
    with transaction.atomic():
        row = Import.objects.select_for_update().get(pk=done.pk)
        refuse_other(row)
        if row.state != State.ENDED or not row.runs:
            raise ConfigError("Only an import that has ended can be undone.")
        kind = Run.Kind.PREVIEW if preview else Run.Kind.RUN
        scope = Scope(undo=tuple(row.runs), full=True)
        run = run_enqueue(sync=row.sync, kind=kind, trigger=trigger, user=user, scope=scope, wake=wake)
        if not preview:
            import_change(row, user, "undo started", state=State.UNDOING, undo=run, ended_at=None)
    done.refresh_from_db()
    return run


def import_cancel(*, row: Import, user: Any = None) -> str:
    """Stop its run after the record at hand, or discard a draft. What happens, in words. Raises ConfigError."""
    if row.state == State.DRAFT:
        import_discard(draft=row, user=user)
        return "The draft is discarded."
    run = run_of(row)
    if row.state not in AT_WORK or run is None:
        raise ConfigError("It has already ended.")
    run_active(row.sync)  # queues it where its process is gone
    words = run_cancel(run=run)
    import_change(row, user, "cancelled")
    imports_settle(row.sync)
    return words


# --- how it ends ----------------------------------------------------------------------------------------------------


def imports_settle(sync: Sync | None = None) -> int:
    """End every import whose run has ended, however it ended, and owe its e-mail, in one transaction each.

    Called when a run has ended and each minute, so that an import ends though its worker died at that moment.
    """
    rows = Import.objects.filter(state=State.RUNNING, run__finished_at__isnull=False)
    rows |= Import.objects.filter(state=State.UNDOING, undo__finished_at__isnull=False)
    rows = rows.filter(sync=sync) if sync else rows
    return sum(_settle(pk) for pk in rows.values_list("pk", flat=True))


def _settle(pk: int) -> bool:
    with transaction.atomic():
        row = Import.objects.select_for_update().get(pk=pk)
        run = run_of(row)
        if row.state not in AT_WORK or run is None or run.finished_at is None:
            return False
        import_change(row, None, "ended", state=State.ENDED, ended_at=run.finished_at)
        ended_mail(row, run)
    return True
