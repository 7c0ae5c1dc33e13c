"""How an attempt at a run ends: done, held until something heals, refused until a person acts, stopped, failed."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations import registry
from integrations.core.errors import ConfigError, PortalError, TransientError
from integrations.core.forecast import about, seconds_for
from integrations.core.plan import summary
from integrations.engine import LeaseLost, PartsFailed, Stopped
from integrations.models import Budget, Connection, Run, RunItem
from integrations.services import incidents
from integrations.services.clients import Clients
from integrations.services.conflicts import conflicts_incident
from integrations.services.connections import budget_key, connection_state, remember_account
from integrations.services.import_reasons import undo_summary
from integrations.services.jobs import HOLD_STEPS, job_close
from integrations.services.ledger import RunLedger
from integrations.services.runs import run_wake
from integrations.services.two_way import is_two_way

log = logging.getLogger(__name__)


def conclude(run: Run, ledger: RunLedger, clients: Clients, error: Exception | None) -> None:
    match error:
        case None:
            finish(run, ledger, clients)
        case PartsFailed():
            partly(run, ledger, clients, error)
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


def finish(run: Run, ledger: RunLedger, clients: Clients, parts: str = "") -> None:
    """`parts`: what could not be worked on, in words; '' when everything was."""
    counts = ledger.counts()
    trouble = counts["failed"] + counts["unknown"]
    status = Run.Status.DONE_WITH_FAILURES if trouble or parts else Run.Status.DONE
    words = [f"{told(run, counts)}.", parts, forecast(run, counts["created"] + counts["updated"])]
    close(run, ledger, status, " ".join(filter(None, words)).rstrip("."))
    if run.kind == Run.Kind.PREVIEW:
        return
    called = clients.calls()
    for connection in (run.sync.source, run.sync.target):
        if called.get(connection.key):  # a quiet run proves nothing of a vendor that it did not ask
            remember_account(connection)
            healed(connection)
    if parts:
        tell(run, "parts", parts)
    else:
        incidents.incident_close(workspace=run.workspace, subject=f"sync:{run.sync_id}:run")
    records_incident(run, trouble)
    if is_two_way(registry.sync(run.sync.kind)):
        conflicts_incident(run.sync)


def told(run: Run, counts: dict[str, int]) -> str:
    """What became of the records; taking an import back has words of its own."""
    return undo_summary(run) if run.scope.get("undo") else summary(counts)


def forecast(run: Run, writes: int) -> str:
    """For a preview: how long carrying it out takes at least, where the target's limits make it long."""
    if run.kind != Run.Kind.PREVIEW:
        return ""
    kind, vendor = registry.sync(run.sync.kind), registry.vendor(run.sync.target.vendor)
    if is_two_way(kind):
        there = [f"{vendor.key}.{rule.target.partition('.')[2]}" for rule in kind.fields]
        writes = RunItem.objects.filter(run=run, status="planned", changes__has_any_keys=there).count()
    time = about(seconds_for(writes, call_windows(run.sync.target)))
    if not time:
        return ""
    return f"Carrying it out takes {time} or more, for {vendor.label} limits how often it is called."


def call_windows(connection: Connection) -> list[tuple[int, float]]:
    """At most so many calls in so many seconds: as documented, and as the vendor's answers told."""
    vendor = registry.vendor(connection.vendor)
    windows = [(window.calls, window.seconds) for window in vendor.windows]
    told = Budget.objects.filter(key=budget_key(connection)).values_list("limit", flat=True).first()
    if vendor.allowance_seconds and told:
        windows.append((max(1, told - min(vendor.reserve, told // 10)), vendor.allowance_seconds))
    return windows


def records_incident(run: Run, trouble: int) -> None:
    """Not of an import, whose own page and e-mail tell of what failed."""
    if registry.sync(run.sync.kind).once:
        return
    subject = f"sync:{run.sync_id}:records"
    if not trouble:
        incidents.incident_close(workspace=run.workspace, subject=subject)
        return
    message = f"{run.sync}: {trouble} record(s) failed in run {run.pk}. Open the run to see why and retry them."
    incidents.incident_open(
        workspace=run.workspace, subject=subject, kind="records", message=message, sync=run.sync
    )  # fmt: skip


def partly(run: Run, ledger: RunLedger, clients: Clients, error: PartsFailed) -> None:
    """Some streams could not be worked on. What heals by itself or by a repair holds the run, which then goes on with
    just those streams; what a person must look at ends it."""
    words = parts_words(run, error)
    rest = "Everything else is done." if ledger.done else ""
    message = " ".join(filter(None, (words, rest)))
    worst = most_serious(error)
    if worst is None or (ledger.done and run.kind != Run.Kind.RUN):
        return finish(run, ledger, clients, message)
    one, side = worst
    clients.last = side if side in clients.connections else None
    if isinstance(one, TransientError):
        return hold(run, ledger, clients, type(one)(message, one.detail, one.code, one.retry_after))
    return refuse(run, ledger, clients, ConfigError(message, one.detail, one.code))


def parts_words(run: Run, parts: PartsFailed) -> str:
    """ "Categories, Tax rates: why." What concerns several is said once."""
    by_message: dict[str, list[str]] = {}
    for stream, (error, _) in parts.failed.items():
        by_message.setdefault(error.message, []).append(stream_label(run, stream))
    return " ".join(f"{', '.join(labels)}: {message}" for message, labels in by_message.items())


def most_serious(parts: PartsFailed) -> tuple[PortalError, str] | None:
    """A connection to be repaired before trouble that passes; None when neither is among them."""
    for kind in (ConfigError, TransientError):
        for failed in parts.failed.values():
            if isinstance(failed[0], kind):
                return failed
    return None


def stream_label(run: Run, key: str) -> str:
    return next((stream.label for stream in registry.sync(run.sync.kind).streams if stream.key == key), key)


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
            f"Cancelled after {counts['read']} records. {told(run, counts)}",
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
    if not registry.sync(run.sync.kind).once:
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
    job_close(run, status, message, **values)
