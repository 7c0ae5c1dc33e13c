"""Whether a failed call is tried again, and when. Pure: time and chance come as arguments."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

BASE = 0.5
"""Upper bound of the first pause, seconds; it doubles with each attempt."""


def backoff(attempt: int, jitter: float, cap: float) -> float:
    """Seconds to pause after failed attempt number `attempt` (1, 2, …): full jitter below a doubling bound.

    `jitter` is a random number from 0 to 1, so that many workers that failed together do not return together.
    """
    return jitter * min(cap, BASE * 2.0 ** min(attempt - 1, 30))


def retry_wait(
    *,
    attempt: int,
    attempts: int,
    retry_after: float | None,
    max_wait: float,
    jitter: float,
) -> float | None:
    """Seconds to wait before the next attempt, or None: give up and hand the failure on.

    `attempt`: attempts made so far; `attempts`: how many are allowed in all. `retry_after`: what the vendor asked
    for, obeyed as the least pause; above `max_wait` (seconds) waiting is the caller's business.
    """
    if attempt >= attempts or (retry_after is not None and retry_after > max_wait):
        return None
    return max(retry_after or 0.0, backoff(attempt, jitter, max_wait))


def parse_retry_after(value: str, now: datetime) -> float | None:
    """Seconds from now that a `Retry-After` header asks for; None when it is absent or makes no sense.

    Takes seconds and an HTTP date (RFC 9110, 10.2.3); a moment in the past is 0. `now`: aware.
    """
    text = value.strip()
    try:
        seconds = float(text)
    except ValueError:
        return _until(text, now)
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _until(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)
