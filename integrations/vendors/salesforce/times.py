"""Dates and times as Salesforce writes and reads them. Pure.

REST answers carry `2020-10-22T21:03:23.000+0000`, Bulk results `2020-10-22T21:03:23.000Z`, queries take
`2020-10-22T21:03:23Z`. Nearly all stamps are whole seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import Any

from integrations.core.errors import ProtocolError
from integrations.http import Reply


def parse_time(text: Any) -> datetime:
    """Aware UTC, of either form. Raises ProtocolError for anything else."""
    return _parsed(str(text))


@lru_cache(maxsize=1024)
def _parsed(text: str) -> datetime:
    """The two stamps of a record are mostly the same, and so are those of records that were stored together."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ProtocolError("Salesforce sent a time that cannot be read.", repr(text)[:100]) from None
    if moment.tzinfo is None:
        raise ProtocolError("Salesforce sent a time without its zone.", repr(text)[:100])
    return moment.astimezone(UTC)


def format_time(moment: datetime) -> str:
    """As it stands in a query: UTC, whole seconds, cut off. `moment` is aware."""
    return f"{_utc(moment):%Y-%m-%dT%H:%M:%SZ}"


def wire_time(moment: datetime) -> str:
    """As REST answers write it."""
    return f"{_utc(moment):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def http_date(moment: datetime) -> str:
    """For a conditional header; whole seconds."""
    return format_datetime(_utc(moment).replace(microsecond=0), usegmt=True)


def server_time(reply: Reply) -> datetime:
    """The vendor's own clock at this answer. Raises ProtocolError when the answer does not tell it."""
    try:
        moment = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        raise ProtocolError(
            "An answer of Salesforce came without its time, so the portal cannot tell what it covers. "
            "Look for software between the portal and Salesforce that changes answers.",
            repr(reply.headers.get("date", "")),
        ) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A time for Salesforce must have its zone.")
    return moment.astimezone(UTC)
