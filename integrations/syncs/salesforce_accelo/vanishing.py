"""When so many records are gone that the reading must be doubted. Pure."""

from __future__ import annotations

FEWEST = 3
"""So few are never doubted: of a handful of records one is more than a tenth."""
SHARE = 10


def too_many_vanish(vanished: int, linked: int, accepted: int | None) -> bool:
    """Whether more than a tenth of the linked records would count as gone at once. `accepted`: so many linked records
    are right, a person said."""
    if vanished < FEWEST or vanished * SHARE <= linked:
        return False
    return accepted is None or linked - vanished < accepted


def told_as(gone: str) -> str:
    """The code for a pair of which one side is not listed."""
    return {"target": "deleted_in_accelo", "inactive": "inactive_in_accelo"}.get(gone, gone)
