"""What an admin can map in Salesforce: people, queues, stages of opportunities, statuses of cases.

Source: Salesforce object reference, User, Group, OpportunityStage, CaseStatus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from integrations.core.errors import ConfigError
from integrations.vendors.base import Candidate
from integrations.vendors.salesforce.in_use import IN_USE
from integrations.vendors.salesforce.query import Queries
from integrations.vendors.salesforce.records import CaseStatus, Queue, Stage, User
from integrations.vendors.salesforce.setup import QUEUES, STAGES, STATUSES, USERS, Source
from integrations.vendors.salesforce.times import format_time


def _user(user: User) -> Candidate:
    """Inactive users too: old records point at them. Machine users are told by their type."""
    label = user.name or user.email
    return Candidate("user", user.id, label, email=user.email, active=user.active, extra={"type": user.type})


def _queue(queue: Queue) -> Candidate:
    return Candidate("queue", queue.id, queue.name)


def _stage(stage: Stage) -> Candidate:
    """Records store the API name; the label may be renamed or translated. Inactive ones live on in old records."""
    probability = "" if stage.probability is None else str(stage.probability)
    extra = {"closed": _flag(stage.closed), "won": _flag(stage.won), "probability": probability}
    return Candidate("opportunity_stage", stage.name, stage.label, active=stage.active, extra=extra)


def _status(status: CaseStatus) -> Candidate:
    extra = {"closed": _flag(status.closed), "default": _flag(status.default)}
    return Candidate("case_status", status.name, status.label, extra=extra)


SOURCES: Mapping[str, tuple[Source[Any], Callable[[Any], Candidate]]] = {
    "user": (USERS, _user),
    "queue": (QUEUES, _queue),
    "opportunity_stage": (STAGES, _stage),
    "case_status": (STATUSES, _status),
}
KINDS = (*SOURCES, *IN_USE)
DATED = frozenset({"user"})
"""Kinds whose rows tell when they were changed, in a way that can be asked for."""


def list_candidates(queries: Queries, kind: str, modified_after: datetime | None) -> Iterator[Candidate]:
    """All of one kind, one request per 2,000. `modified_after` (aware) narrows users; others come whole.

    Raises ConfigError for an unknown kind, and when the user may not read the list.
    """
    if kind in IN_USE:
        return IN_USE[kind](queries, lambda listed: list_candidates(queries, listed, None))
    if kind not in SOURCES:
        raise ConfigError(f"Salesforce has no list of {kind!r}. Known are {', '.join(KINDS)}.")
    source, build = SOURCES[kind]
    since = f"SystemModstamp >= {format_time(modified_after)}" if modified_after and kind in DATED else ""
    return map(build, source.read(queries, since))


def _flag(value: bool) -> str:
    return "true" if value else "false"
