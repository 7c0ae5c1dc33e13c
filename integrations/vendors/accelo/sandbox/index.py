"""What keeps a list cheap among hundreds of thousands of rows: rows by the second of their change, and by owner."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from typing import Any

SHUFFLED = 200
"""Up to so many rows of one second are shuffled; more are begun somewhere, in one of both directions."""


class Index:
    """Of one table. `dated`: its rows have a date_modified. An unset one is before everything."""

    def __init__(self, dated: bool, keys: tuple[str, ...]) -> None:
        self._is_dated = dated
        self._dated: list[tuple[int, int]] = []
        self._held: dict[str, dict[str, set[int]]] = {key: {} for key in keys}

    def add(self, row: dict[str, Any]) -> None:
        if self._is_dated:
            insort(self._dated, _moment(row))
        self._hold(row)

    def add_many(self, rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            if self._is_dated:
                self._dated.append(_moment(row))
            self._hold(row)
        self._dated.sort()

    def drop(self, row: dict[str, Any]) -> None:
        """With the values that the row had when it was added."""
        if self._is_dated:
            del self._dated[bisect_left(self._dated, _moment(row))]
        for key, held in self._held.items():
            held[str(row.get(key))].discard(int(row["id"]))

    def _hold(self, row: dict[str, Any]) -> None:
        for key, held in self._held.items():
            held.setdefault(str(row.get(key)), set()).add(int(row["id"]))

    def knows(self, key: str) -> bool:
        return key in self._held

    def ids_with(self, key: str, values: Iterable[str]) -> list[str]:
        held = self._held[key]
        return [str(id) for value in values for id in held.get(value, ())]

    def bounds(self, after: int | None, before: int | None) -> tuple[int, int]:
        """Where the rows changed after (strictly) and before (strictly) these seconds begin and end."""
        low = 0 if after is None else bisect_left(self._dated, (after + 1,))
        high = len(self._dated) if before is None else bisect_left(self._dated, (before,))
        return low, max(low, high)

    def ids_between(self, low: int, high: int) -> list[str]:
        return [str(id) for _, id in self._dated[low:high]]

    def in_order(self, low: int, high: int, down: bool, chance: random.Random) -> Iterator[str]:
        """Ids by the time of change; those of one second in an order that differs from call to call."""
        at = high - 1 if down else low
        while low <= at < high:
            second = self._dated[at][0]
            first = max(bisect_left(self._dated, (second,)), low)
            last = min(bisect_right(self._dated, (second + 1,)), high)
            yield from (str(self._dated[place][1]) for place in _mixed(first, last, chance))
            at = first - 1 if down else last


def _moment(row: dict[str, Any]) -> tuple[int, int]:
    modified = row.get("date_modified")
    return (-1 if modified is None else int(modified), int(row["id"]))


def _mixed(first: int, last: int, chance: random.Random) -> Iterator[int]:
    places = list(range(first, last)) if last - first <= SHUFFLED else []
    if places:
        chance.shuffle(places)
        yield from places
        return
    start, step = chance.randrange(first, last), chance.choice((1, -1))
    yield from ((start + step * n - first) % (last - first) + first for n in range(last - first))
