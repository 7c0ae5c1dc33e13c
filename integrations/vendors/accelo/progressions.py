"""Moving an object's status along the way its administrator laid out. Source: Accelo API docs, _progressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from integrations.core.errors import OutcomeUnknown
from integrations.vendors.accelo.records import Progression
from integrations.vendors.accelo.transport import Transport

STEP_ATTEMPTS = 3
"""Times one status step is sent when its answer is lost and the object has not moved."""


class Standing(Protocol):
    @property
    def standing(self) -> str: ...


S = TypeVar("S", bound=Standing)


def list_moves(calls: Transport, path: str) -> list[Progression]:
    """`path`: of the object (expenses/7). The moves open to the signed-in user now; [] when there are none."""
    return [Progression.from_wire(row) for row in calls.rows(f"{path}/progressions")]


def run_move(
    calls: Transport,
    path: str,
    move_id: str,
    *,
    fields: str,
    build: Callable[[Any], S],
    reread: Callable[[], S | None],
    present: str = "",
) -> S:
    """The object afterwards. After a lost answer it is read again: compare its standing.

    `present`: its standing before. Where the lost step surely left it so, the step is sent again, twice at most.
    """
    lost = 0
    while True:
        try:
            form = {"_fields": fields}
            return build(calls.write("PUT", f"{path}/progressions/{move_id}/auto", form=form, repeatable=False))
        except OutcomeUnknown:
            lost += 1
            found = reread()
            if found is None:
                raise
            if found.standing != present or lost == STEP_ATTEMPTS:
                return found
