"""When so many records are gone that the reading must be doubted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from integrations.core.errors import HeldForPerson
from integrations.syncs.queries import LinkQueries

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


class Brake:
    """Holds a stream until a person accepts that so many of its links are gone. What is held is remembered."""

    def __init__(self, store: LinkQueries, now: Callable[[], datetime]) -> None:
        self.store, self.now = store, now

    def check(self, stream: str, vanished: int, linked: int) -> None:
        """Raises HeldForPerson when so many would vanish that something else must be wrong; else nothing is held."""
        lists, name = self.store.recall("lists") or {}, f"{stream} vanishing"
        accepted = lists.get(name, {}).get("count")
        if accepted is not None and not too_many_vanish(vanished, linked, None):
            self.store.remember("lists", {key: one for key, one in lists.items() if key != name} or None)
        if not too_many_vanish(vanished, linked, accepted):
            return self._release(stream)
        at = self.now().isoformat(timespec="seconds")
        entry = {"list": f"{stream} vanishing", "was": linked, "now": linked - vanished, "source": "", "at": at}
        self.store.remember("held", {**(self.store.recall("held") or {}), stream: entry})
        raise HeldForPerson(
            f"{vanished} of {linked} linked records would count as gone. Nothing was done with this list. If it is "
            "right, press “Accept the shorter list” on the sync's page.",
            code="many_vanish",
        )

    def holds(self, stream: str) -> bool:
        return stream in (self.store.recall("held") or {})

    def _release(self, stream: str) -> None:
        if self.holds(stream):
            held = {key: value for key, value in self.store.recall("held").items() if key != stream}
            self.store.remember("held", held or None)
