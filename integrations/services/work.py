"""Carrying out a run: opens what the engine needs, turns what it raises into the run's end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations import registry
from integrations.core.errors import ConfigError, PortalError, TransientError
from integrations.core.plan import summary
from integrations.engine import Engine, Interrupted, LeaseLost, Ports, Stopped
from integrations.models import Connection, Run, Sync
from integrations.services import incidents, workers
from integrations.services.clients import Clients
from integrations.services.connections import connection_state
from integrations.services.lease import owner_name
from integrations.services.ledger import RunLedger
from integrations.services.link_store import LinkStore
from integrations.services.mappings import confirmed_rows, field_rules
from integrations.services.references import CachedReferences
from integrations.services.runs import (
    run_claim,
    run_close,
    run_wake,
    scope_of,
)
from integrations.syncs.base import Context
from integrations.syncs.base import Sync as SyncKind

log = logging.getLogger(__name__)
SLICE_SECONDS = 240.0
OUR_FAULT = (
    "The portal itself failed. Nothing is lost: run the sync again, and report this run's number if it fails again."
)
HOLD_STEPS = (60, 120, 300, 900, 1800)


def run_work(run_id: int, *, slice_seconds: float | None = SLICE_SECONDS) -> str:
    """Claim a run and work on it; a no-op when it is finished or somebody else has it. Returns a short word."""
    owner = owner_name()
    run = run_claim(run_id, owner)
    if run is None:
        return "not taken"
    with structlog.contextvars.bound_contextvars(run=run.pk, sync=run.sync.key, workspace=run.workspace.slug):
        return run_execute(run, owner, slice_seconds)


def run_execute(run: Run, owner: str, slice_seconds: float | None) -> str:
    deadline = time.monotonic() + slice_seconds if slice_seconds else None
    ledger = RunLedger(run, owner, draining=workers.draining, deadline=deadline)
    began = time.monotonic()
    with Clients(run.sync, ledger.renew) as clients:
        error = outcome_of(run, ledger, clients)
        account(run, clients, time.monotonic() - began)
        conclude(run, ledger, clients, error)
    return run.status


def outcome_of(run: Run, ledger: RunLedger, clients: Clients) -> Exception | None:
    """Work until the end or until something ends the work; that something is returned."""
    try:
        attempt(run, ledger, clients)
    except (Interrupted, PortalError) as error:
        return error
    except Exception as error:
        log.exception("A run failed by our own fault")
        return PortalError(OUR_FAULT, f"{type(error).__name__}: {error}")
    return None


def conclude(run: Run, ledger: RunLedger, clients: Clients, error: Exception | None) -> None:
    match error:
        case None:
            finish(run, ledger, clients)
        case LeaseLost():
            log.warning("Another process took the run over")
        case Stopped():
            stopped(run, ledger, error.why)
        case TransientError():
            hold(run, ledger, clients, error)
        case ConfigError():
            refuse(run, ledger, clients, error)
        case PortalError():
            fail(run, ledger, error)


def attempt(run: Run, ledger: RunLedger, clients: Clients) -> None:
    kind = registry.sync(run.sync.kind)
    scope = scope_of(run)
    driver = kind.open(build_context(run, kind, clients))
    ports = Ports(
        now=timezone.now,
        pause=pausing(ledger),
        drain=clients.drain,
        settle_seconds=settings.PORTAL_SETTLE_SECONDS,
        log=lambda where, error: log.error("A record failed by our own fault", exc_info=error, extra={"where": where}),
    )
    chosen = scope.streams or tuple(run.sync.streams) or tuple(stream.key for stream in kind.streams)
    Engine(driver, ledger, ports, mode=run.kind).run(chosen, scope)


def pausing(ledger: RunLedger) -> Callable[[float], None]:
    def pause(seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            ledger.renew()
            time.sleep(min(1.0, left))

    return pause


def build_context(run: Run, kind: SyncKind, clients: Clients) -> Context:
    sync = run.sync
    return Context(
        source=clients.get("source"),
        target=clients.get("target"),
        options=options_of(sync, kind),
        fields=field_rules(sync),
        mappings=confirmed_rows(sync),
        references=CachedReferences(
            clients.connections,
            {
                "source": lambda: clients.get("source"),
                "target": lambda: clients.get("target"),
            },
        ),
        store=LinkStore(run),
        now=timezone.now,
        time_zone=run.workspace.time_zone,
        scope=scope_of(run),
        dry=run.kind == Run.Kind.PREVIEW,
        fetch=clients.fetch,
    )


def options_of(sync: Sync, kind: SyncKind) -> dict[str, Any]:
    return {option.name: sync.options.get(option.name, option.default) for option in kind.options}


# --- how a run ends -----------------------------------------------------------------------------------------------


def account(run: Run, clients: Clients, seconds: float) -> None:
    """Add this attempt's calls and time."""
    for key, number in clients.calls().items():
        run.calls[key] = run.calls.get(key, 0) + number
    run.seconds = round(run.seconds + seconds, 2)
    Run.objects.filter(pk=run.pk).update(calls=run.calls, seconds=run.seconds)


def finish(run: Run, ledger: RunLedger, clients: Clients) -> None:
    counts = ledger.counts()
    trouble = counts["failed"] + counts["unknown"]
    status = Run.Status.DONE_WITH_FAILURES if trouble else Run.Status.DONE
    close(run, ledger, status, summary(counts))
    if run.kind == Run.Kind.PREVIEW:
        return
    called = clients.calls()
    for connection in (run.sync.source, run.sync.target):
        if called.get(connection.key):  # a quiet run proves nothing of a vendor that it did not ask
            healed(connection)
    incidents.incident_close(workspace=run.workspace, subject=f"sync:{run.sync_id}:run")
    subject = f"sync:{run.sync_id}:records"
    if trouble:
        message = f"{run.sync}: {trouble} record(s) failed in run {run.pk}. Open the run to see why and retry them."
        incidents.incident_open(
            workspace=run.workspace,
            subject=subject,
            kind="records",
            message=message,
            sync=run.sync,
        )
    else:
        incidents.incident_close(workspace=run.workspace, subject=subject)


def healed(connection: Connection) -> None:
    if connection.state != Connection.State.CONNECTED:
        connection_state(connection=connection, state=Connection.State.CONNECTED)
    incidents.incident_close(workspace=connection.workspace, subject=f"connection:{connection.pk}")


def stopped(run: Run, ledger: RunLedger, why: str) -> None:
    if why == "cancelled":
        counts = ledger.counts()
        close(
            run,
            ledger,
            Run.Status.CANCELLED,
            f"Cancelled after {counts['read']} records. {summary(counts)}",
        )
        return
    words = "Its worker was asked to end; another goes on." if why == "drain" else "It goes on in the next slice."
    with transaction.atomic():
        put_back(
            run,
            ledger,
            status=Run.Status.QUEUED,
            queued_at=timezone.now(),
            message=words,
            holds=0,
        )
        run_wake(run)


def hold(run: Run, ledger: RunLedger, clients: Clients, error: TransientError) -> None:
    """Held, not failed: it goes on by itself when the vendor can be expected to answer again."""
    step = HOLD_STEPS[min(run.holds, len(HOLD_STEPS) - 1)]
    seconds = max(error.retry_after or 0, 1) if error.retry_after else step
    resume = timezone.now() + timedelta(seconds=seconds)
    message = f"{error.message} It is tried again at {resume.astimezone(run.workspace.zone):%H:%M}."
    put_back(
        run, ledger, status=Run.Status.HELD, resume_at=resume, message=message, error_kind=error.kind,
        detail=error.detail[:4000], holds=run.holds + 1,
    )  # fmt: skip
    if error.kind == "budget" and clients.last:
        connection_state(connection=clients.connections[clients.last], state=Connection.State.HELD, reason=message)
    elif run.holds >= 2:
        tell(run, "transient", message)


def refuse(run: Run, ledger: RunLedger, clients: Clients, error: ConfigError) -> None:
    """A person must act. The connection that was opened or called last is flagged; the run waits for the repair."""
    put_back(
        run, ledger, status=Run.Status.HELD, resume_at=timezone.now() + timedelta(hours=1), message=error.message,
        error_kind="config", detail=error.detail[:4000],
    )  # fmt: skip
    if clients.last is None:
        return tell(run, "config", error.message)
    connection = clients.connections[clients.last]
    connection_state(connection=connection, state=Connection.State.SIGN_IN, reason=error.message)
    incidents.incident_open(
        workspace=run.workspace, subject=f"connection:{connection.pk}", kind="config",
        message=f"{connection.name}: {error.message}", connection=connection, sync=run.sync,
    )  # fmt: skip
    return None


def fail(run: Run, ledger: RunLedger, error: PortalError) -> None:
    Run.objects.filter(pk=run.pk).update(detail=error.detail[:4000])
    close(run, ledger, Run.Status.FAILED, error.message, error_kind=error.kind)
    tell(run, error.kind, error.message)


def tell(run: Run, kind: str, message: str) -> None:
    incidents.incident_open(
        workspace=run.workspace, subject=f"sync:{run.sync_id}:run", kind=kind, message=f"{run.sync}: {message}",
        sync=run.sync,
    )  # fmt: skip


def put_back(run: Run, ledger: RunLedger, **values: Any) -> None:
    """Give the run up without ending it. A preview is not held: it ends as failed and is asked for again."""
    if run.kind != Run.Kind.RUN and values["status"] == Run.Status.HELD:
        close(
            run,
            ledger,
            Run.Status.FAILED,
            values["message"],
            error_kind=values["error_kind"],
        )
        return
    run.status, run.message, run.counts = values["status"], values["message"], ledger.counts()
    try:
        with transaction.atomic():
            ledger.mine().update(owner="", lease_until=None, counts=run.counts, **values)
    except IntegrityError:  # another run of this sync was asked for meanwhile and waits: it covers what is left
        words = f"{values['message']} The run that already waits covers what is left."
        close(run, ledger, Run.Status.CANCELLED, words)


def close(run: Run, ledger: RunLedger, status: str, message: str, **values: Any) -> None:
    run.counts = ledger.counts()
    if not ledger.mine().update(counts=run.counts):
        return
    run_close(run, status, message, **values)
