"""How long a number of calls takes within a vendor's limits. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def seconds_for(calls: int, windows: Iterable[tuple[int, float]]) -> float:
    """`windows`: at most so many calls in so many seconds; the tightest counts. 0 without limits."""
    return max((calls / limit * seconds for limit, seconds in windows), default=0.0)


def about(seconds: float) -> str:
    """For a person: "about 3 minutes", "about 2 hours"; '' below a minute."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return ""
    if minutes < 120:
        return f"about {minutes} minute{'' if minutes == 1 else 's'}"
    return f"about {round(minutes / 60)} hours"
