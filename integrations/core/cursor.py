"""When a cursor may advance, and from where changes are read again. Pure: the time comes as an argument.

A feed gives changed records by (stamp, id), ascending. Stamps are whole seconds and not unique, and a record can become
visible later than its stamp says. So each read begins some minutes before the newest stamp and drops what it knows by
id and stamp. What lies in these minutes may be very much (a bulk load gives thousands one stamp): then it is not read
again at every look, but once more, when the minutes are over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SURE = 2
"""Seconds after which a second is surely over, whatever the order in which an answer was made and stamped."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a feed. `stamp`: unix seconds. `id` "" = before every record of that second."""

    stamp: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """What is kept of one feed between runs.

    `newest`: the last record that was recorded. `start`: from where the minutes of overlap begin. `known`: id -> stamp
    of the records between the two, where they are few. `many`: how many they are where they are not few. `due`: unix
    seconds after which so many are read once more.
    """

    newest: Mark
    start: int
    known: Mapping[str, int] = field(default_factory=dict)
    many: int = 0
    due: float = 0.0

    def begin(self, now: float) -> Mark:
        """Where the next read begins."""
        return self.newest if self.many and now < self.due else Mark(self.start)

    def knows(self, id: str, stamp: int) -> bool:
        return self.known.get(id) == stamp

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"newest": [self.newest.stamp, self.newest.id], "start": self.start}
        if self.many:
            return shown | {"many": self.many, "due": self.due}
        return shown | {"known": dict(self.known)}

    @classmethod
    def after_whole(
        cls, began: int, seen: Mapping[str, int], *, start: int | None = None, overlap: int, few: int, now: float
    ) -> Feed:
        """After everything was read by another order. `began`: the vendor's time before the first record, so that what
        changed since is read next. `start`: where the overlap begins, if earlier. `seen`: stamps of the records of the
        overlap, at most a few more than `few`."""
        start = began - overlap if start is None else start
        known = {id: stamp for id, stamp in seen.items() if start <= stamp <= began - SURE}
        if len(seen) > few:
            return cls(Mark(began - SURE), start, many=len(seen), due=now + overlap)
        return cls(Mark(began), start, known)

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> Feed | None:
        if not value:
            return None
        stamp, id = value["newest"]
        many, due = int(value.get("many", 0)), float(value.get("due", 0.0))
        return cls(Mark(int(stamp), str(id)), int(value["start"]), dict(value.get("known", {})), many, due)


class Reader:
    """Follows one read of a feed and says what is to be kept.

    `overlap`: seconds. `few`: so many records of the overlap are remembered one by one. `now`: unix seconds by our own
    clock, used for how much time has passed only; stamps are the vendor's. `onwards`: the read begins at the newest
    record, though the overlap could be read.
    """

    def __init__(self, feed: Feed, *, overlap: int, few: int, now: float, onwards: bool = False) -> None:
        self.before, self.overlap, self.few, self.now = feed, overlap, few, now
        self.onwards = onwards or bool(feed.many and now < feed.due)
        self.began = feed.newest if self.onwards else feed.begin(now)
        self.newest = feed.newest
        self.recent: deque[tuple[str, int]] = deque(maxlen=few + 1)
        self.fresh = 0
        self.read_at: int | None = None

    def see(self, id: str, stamp: int, read_at: int) -> bool:
        """Take note of a record, in the feed's order. False: it is known, with this very stamp.

        `read_at`: the vendor's time when the answer was made. A record read in the second of its stamp, or in the next,
        may still have changed in that second: it is looked at once more.
        """
        if self.read_at is None:
            self.read_at = read_at
        if is_over(stamp, read_at):
            self.recent.append((id, stamp))
        if self.before.knows(id, stamp):
            return False
        self.fresh += 1
        return True

    def advance(self, mark: Mark) -> None:
        """Everything up to here was seen."""
        if (mark.stamp, mark.id) > (self.newest.stamp, self.newest.id):
            self.newest = mark

    def halfway(self) -> Feed:
        """What is to be kept when the records seen so far are recorded and others are to come: the next read goes on
        here, and the overlap is read when it is over."""
        many = (self.before.many if self.onwards else 0) + self.fresh
        return Feed(self.newest, self.before.start, many=max(1, many), due=self._due())

    def reached(self, horizon: int | None = None) -> Feed:
        """What is to be kept once everything seen is recorded. `horizon`: the vendor said that up to then every change
        is visible (unix seconds); the next overlap begins no later.

        Quiet reads keep the feed as it is.
        """
        if not self.fresh and (self.onwards or not self.before.many):
            return self.before
        return self._after_onwards() if self.onwards else self._after_overlap(horizon)

    def _after_onwards(self) -> Feed:
        """The overlap was left out, so it still begins where it did."""
        known = {**self.before.known, **dict(self.recent)}
        if self.before.many or len(known) > self.few:
            return Feed(self.newest, self.before.start, many=self.before.many + len(known), due=self._due())
        return Feed(self.newest, self.before.start, known)

    def _after_overlap(self, horizon: int | None) -> Feed:
        start = max(self.before.start, self._start(horizon))
        known = {id: stamp for id, stamp in self.recent if stamp >= start}
        if len(self.recent) > self.few and self.recent[0][1] >= start:
            return Feed(self.newest, start, many=len(known), due=self._due())
        return Feed(self.newest, start, known)

    def _start(self, horizon: int | None) -> int:
        """What may become visible later begins some minutes before the newest record; and no earlier than these minutes
        before the read, which has seen all that was older."""
        newest = self.newest.stamp if horizon is None else min(self.newest.stamp, horizon)
        start = newest - self.overlap
        return start if self.read_at is None else max(start, min(newest + 1, self.read_at - self.overlap))

    def _due(self) -> float:
        return self.before.due if self.onwards and self.before.many else self.now + self.overlap


def is_over(stamp: int, read_at: int) -> bool:
    """Whether a record of that second, read then, can surely not have changed in it any more."""
    return stamp <= read_at - SURE
