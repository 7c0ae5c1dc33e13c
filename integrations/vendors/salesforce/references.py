"""What an admin can map in Salesforce: people, queues, stages of opportunities, statuses of cases.

Source: Salesforce object reference, User, Group, OpportunityStage, CaseStatus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.core.errors import ConfigError
from integrations.vendors.base import Candidate
from integrations.vendors.salesforce.query import Queries, Row
from integrations.vendors.salesforce.soql import where_all
from integrations.vendors.salesforce.times import format_time
from integrations.vendors.salesforce.wire import wire_id


@dataclass(frozen=True, slots=True)
class Source:
    """Where one kind is read. `dated`: its rows tell when they were changed."""

    object: str
    fields: str
    build: Callable[[Row], Candidate]
    where: str = ""
    order: str = "Id"
    dated: bool = False


def _user(row: Row) -> Candidate:
    """Inactive users too: old records point at them. Machine users are told by their type."""
    extra = {"type": _text(row.get("UserType"))}
    email, active = _text(row.get("Email")).strip(), row.get("IsActive") is True
    return Candidate("user", _id(row), _text(row.get("Name")) or email, email=email, active=active, extra=extra)


def _queue(row: Row) -> Candidate:
    return Candidate("queue", _id(row), _text(row.get("Name")))


def _stage(row: Row) -> Candidate:
    """Records store the API name; the label may be renamed or translated. Inactive ones live on in old records."""
    name = _text(row.get("ApiName"))
    extra = {"closed": _flag(row, "IsClosed"), "won": _flag(row, "IsWon")}
    active = row.get("IsActive") is True
    return Candidate("opportunity_stage", name, _text(row.get("MasterLabel")) or name, active=active, extra=extra)


def _status(row: Row) -> Candidate:
    name = _text(row.get("ApiName"))
    extra = {"closed": _flag(row, "IsClosed"), "default": _flag(row, "IsDefault")}
    return Candidate("case_status", name, _text(row.get("MasterLabel")) or name, extra=extra)


SOURCES: Mapping[str, Source] = {
    "user": Source("User", "Id, Name, Email, IsActive, UserType, SystemModstamp", _user, dated=True),
    "queue": Source("Group", "Id, Name", _queue, where="Type = 'Queue'"),
    "opportunity_stage": Source(
        "OpportunityStage", "ApiName, MasterLabel, IsActive, IsClosed, IsWon, SortOrder", _stage, order="SortOrder"
    ),
    "case_status": Source(
        "CaseStatus", "ApiName, MasterLabel, IsClosed, IsDefault, SortOrder", _status, order="SortOrder"
    ),
}
KINDS = tuple(SOURCES)


def list_candidates(queries: Queries, kind: str, modified_after: datetime | None) -> Iterator[Candidate]:
    """All of one kind, one request per 2,000. `modified_after` (aware) narrows users; others come whole.

    Raises ConfigError for an unknown kind, and when the user may not read the list.
    """
    source = SOURCES.get(kind)
    if source is None:
        raise ConfigError(f"Salesforce has no list of {kind!r}. Known are {', '.join(KINDS)}.")
    since = f"SystemModstamp >= {format_time(modified_after)}" if modified_after and source.dated else ""
    condition = where_all(source.where, since)
    rows = queries.rows(f"SELECT {source.fields} FROM {source.object}{condition} ORDER BY {source.order}")
    return map(source.build, rows)


def _id(row: Row) -> str:
    return wire_id(row.get("Id"))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _flag(row: Row, name: str) -> str:
    return "true" if row.get(name) is True else "false"
