"""What was deleted, and up to when changes can be seen for certain.

Both lists ignore the seconds of their bounds, and want the start more than a minute before the end. Source: Salesforce
REST guide, sObject Get Deleted, sObject Get Updated; SOAP guide, the same calls; client libraries on the seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.core.errors import ProtocolError
from integrations.vendors.salesforce import soql
from integrations.vendors.salesforce.times import parse_time
from integrations.vendors.salesforce.transport import Transport, as_object
from integrations.vendors.salesforce.wire import wire_id

SHORTEST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Deleted:
    """`rows`: (id of 18 characters, when). `earliest`: before this the log is gone, so if it is later than what was
    asked for, deletions may be missing. `covered`: up to here the list is complete; the next call starts here."""

    rows: tuple[tuple[str, datetime], ...]
    earliest: datetime
    covered: datetime


def fetch_deleted(calls: Transport, object: str, start: datetime, end: datetime) -> Deleted:
    body = _fetch(calls, object, "deleted", start, end)
    rows = body.get("deletedRecords")
    if not isinstance(rows, list):
        raise ProtocolError("Salesforce sent no list of deleted records.", repr(body)[:200])
    return Deleted(
        rows=tuple(map(_deletion, rows)),
        earliest=parse_time(body.get("earliestDateAvailable")),
        covered=parse_time(body.get("latestDateCovered")),
    )


def fetch_updated_until(calls: Transport, object: str, start: datetime, end: datetime) -> datetime:
    return parse_time(_fetch(calls, object, "updated", start, end).get("latestDateCovered"))


def bounds(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Whole minutes in UTC, seconds cut off, the start moved back to two minutes before the end where it is nearer.

    What happened in the last, unfinished minute is left to the next call, which begins at `covered`.
    """
    last = end.astimezone(UTC).replace(second=0, microsecond=0)
    first = start.astimezone(UTC).replace(second=0, microsecond=0)
    return min(first, last - SHORTEST), last


def _fetch(calls: Transport, object: str, what: str, start: datetime, end: datetime) -> Mapping[str, Any]:
    first, last = bounds(start, end)
    params = {"start": first.isoformat(), "end": last.isoformat()}
    return as_object(calls.get(f"sobjects/{soql.name(object)}/{what}/", params))


def _deletion(row: Any) -> tuple[str, datetime]:
    if not isinstance(row, Mapping):
        raise ProtocolError("Salesforce sent a deletion that is none.", repr(row)[:200])
    return wire_id(row.get("id")), parse_time(row.get("deletedDate"))
