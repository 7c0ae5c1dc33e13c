"""Carrying out a run: opens what the engine needs, turns what it raises into the run's end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone

from integrations import registry
from integrations.core.errors import ConfigError, PortalError
from integrations.engine import Engine, Interrupted, PartsFailed, Ports
from integrations.models import Run, Sync
from integrations.services import workers
from integrations.services.clients import Clients, both_sides
from integrations.services.feeds import NOTHING_ENABLED, enabled_streams, feeds_of
from integrations.services.imports import imports_settle
from integrations.services.jobs import job_account, pausing
from integrations.services.lease import owner_name
from integrations.services.ledger import RunLedger
from integrations.services.link_store import LinkStore
from integrations.services.mappings import confirmed_rows, field_rules
from integrations.services.references import CachedReferences
from integrations.services.run_ends import conclude
from integrations.services.runs import run_claim
from integrations.services.scopes import scope_of
from integrations.services.tag_book import StoredTags
from integrations.syncs.base import Context, Scope
from integrations.syncs.base import Sync as SyncKind

log = logging.getLogger(__name__)
SLICE_SECONDS = 240.0
OUR_FAULT = (
    "The portal itself failed. Nothing is lost: run the sync again, and report this run's number if it fails again."
)


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
    with Clients(both_sides(run.sync), ledger.renew) as clients:
        error = outcome_of(run, ledger, clients)
        job_account(run, clients.calls(), time.monotonic() - began)
        conclude(run, ledger, clients, error)
    if registry.sync(run.sync.kind).once:
        imports_settle(run.sync)
    return run.status


def outcome_of(run: Run, ledger: RunLedger, clients: Clients) -> Exception | None:
    """Work until the end or until something ends the work; that something is returned."""
    try:
        attempt(run, ledger, clients)
    except (Interrupted, PartsFailed, PortalError) as error:
        return error
    except Exception as error:
        log.exception("A run failed by our own fault")
        return PortalError(OUR_FAULT, f"{type(error).__name__}: {error}")
    return None


def attempt(run: Run, ledger: RunLedger, clients: Clients) -> None:
    kind = registry.sync(run.sync.kind)
    scope = scope_of(run)
    pause = pausing(ledger)
    driver = kind.open(build_context(run, kind, clients, pause))
    ports = Ports(
        now=timezone.now,
        pause=pause,
        drain=clients.drain,
        settle_seconds=settings.PORTAL_SETTLE_SECONDS,
        side=lambda: clients.last or "",
        log=lambda where, error: log.error("A record failed by our own fault", exc_info=error, extra={"where": where}),
    )
    chosen = [key for key in enabled_streams(run.sync, kind) if is_asked(key, scope, kind)]
    if not chosen:
        raise ConfigError(NOTHING_ENABLED)
    if scope.undo:
        chosen.reverse()  # what was made last may hang on what was made before
    with closing(driver):
        Engine(driver, ledger, ports, mode=run.kind).run(chosen, scope)


def is_asked(stream: str, scope: Scope, kind: SyncKind) -> bool:
    """Of an import, the streams that nobody chooses among go along with any other."""
    return not scope.streams or stream in scope.streams or (kind.once and stream not in kind.chosen_streams)


def build_context(run: Run, kind: SyncKind, clients: Clients, pause: Callable[[float], None]) -> Context:
    sync = run.sync
    tags = StoredTags(sync)
    return Context(
        source=clients.get("source"),
        target=clients.get("target"),
        options=options_of(sync, kind),
        fields=field_rules(sync),
        feeds=feeds_of(sync, kind),
        mappings=confirmed_rows(sync),
        references=CachedReferences(
            clients.connections,
            {
                "source": lambda: clients.get("source"),
                "target": lambda: clients.get("target"),
            },
            tags.match_again,
        ),
        store=LinkStore(run),
        now=timezone.now,
        time_zone=run.workspace.time_zone,
        scope=scope_of(run),
        run=run.pk or 0,
        dry=run.kind == Run.Kind.PREVIEW,
        settle=lambda seconds: pause(min(seconds, settings.PORTAL_SETTLE_SECONDS)),
        applying=run.kind == Run.Kind.APPLY,
        fetch=clients.fetch,
        tags=tags,
    )


def options_of(sync: Sync, kind: SyncKind) -> dict[str, Any]:
    return {option.name: sync.options.get(option.name, option.default) for option in kind.options}
