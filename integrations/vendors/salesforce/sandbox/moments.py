"""Times as the emulator keeps them (whole unix seconds) and as Salesforce writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)")


@lru_cache(maxsize=50_000)
def format_moment(seconds: int) -> str:
    """`2026-01-31T23:59:59.000+0000`, as in JSON."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.000+0000"


def format_moment_csv(seconds: int) -> str:
    """`2026-01-31T23:59:59.000Z`, as in bulk results."""
    return format_moment(seconds).replace("+0000", "Z")


def parse_moment(text: str) -> int:
    """Whole seconds, the fraction dropped. Raises ValueError for what is no date with time and zone."""
    found = _MOMENT.fullmatch(text)
    if not found:
        raise ValueError(text)
    zone = "+00:00" if found[4] == "Z" else found[4]
    return int(datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}").timestamp())


def parse_date(text: str) -> str:
    """The same text. Raises ValueError for what is no calendar date."""
    if len(text) != 10:
        raise ValueError(text)
    return date.fromisoformat(text).isoformat()


def http_date(seconds: int) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


def parse_http_date(text: str) -> int:
    """Raises ValueError for what is no HTTP date."""
    return int(parsedate_to_datetime(text).timestamp())
