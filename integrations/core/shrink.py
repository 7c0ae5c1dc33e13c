"""Whether a list that was read whole can be believed. Pure.

A vendor in trouble may answer with a part of a list, or with none of it, and call that a success.
"""

from __future__ import annotations


def shrank(was: int | None, now: int) -> bool:
    """Whether a list lost more than half of its records since it was last read whole. None: never read."""
    return was is not None and now * 2 < was
