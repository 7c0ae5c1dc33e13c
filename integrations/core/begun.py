"""Writes that were begun and whose end was not recorded: what is noted before values are sent, and what the sides tell
later. Pure.

A process may be killed, or an answer lost, after a vendor stored a value and before that was recorded. Without the note
the value looks like somebody's edit, and an edit that somebody makes afterwards looks like one of two at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from integrations.core.conflict import Held, Side, equal
from integrations.core.errors import BudgetExhausted, ConfigError, RejectedError
from integrations.core.records import Action, Json

NOTED = "sent"
"""Under this key the note stands in the link's memo."""
SIDES: tuple[Side, ...] = ("source", "target")
Fate = Literal["unsent", "written", "edited"]
Stored = Callable[[Json, Json, Json], bool]
"""`(held, sent, before)`: whether a side that now holds `held` holds what it made of `sent`."""


@dataclass(frozen=True, slots=True)
class Begun:
    """One field. `base`, `now`: by what the write was decided. `sent`: what goes to each side, None = nothing does.
    `told`: the conflict that is told once it is written. `chosen`: number of the person's choice that it carries out.
    `fresh`: `base` is the link's own, so that a note of what was not sent is no news."""

    base: Held | None
    now: Held
    sent: Held
    told: Mapping[str, Any] | None = None
    chosen: int = 0
    fresh: bool = False

    def as_json(self) -> dict[str, Any]:
        kept = {"base": _both(self.base), "now": _both(self.now), "sent": _both(self.sent)}
        return (
            kept | ({"told": dict(self.told)} if self.told else {}) | ({"chosen": self.chosen} if self.chosen else {})
        )

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Begun:
        base = Held(*told["base"]) if told["base"] else None
        return cls(base, Held(*told["now"]), Held(*told["sent"]), told.get("told"), told.get("chosen", 0))

    def only(self, sides: Iterable[Side]) -> Begun:
        """As if nothing had gone to the other sides."""
        kept = set(sides)
        return replace(self, sent=Held(*(self.sent.on(side) if side in kept else None for side in SIDES)))

    @property
    def is_news(self) -> bool:
        return not self.fresh or any(self.sent.on(side) is not None for side in SIDES)


def _both(held: Held | None) -> list[Json] | None:
    return [held.source, held.target] if held else None


# --- looking at the sides again ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Resumed:
    """`base`: by what the field is decided now. `fate`: what became of the write; edited: it was stored and edited
    afterwards, or edited before it could be sent, which nobody can tell apart. `edited`: the side that was."""

    base: Held | None
    fate: Fate
    edited: Side | None = None


def resume(now: Held, begun: Begun, stored: Stored) -> Resumed:
    """A side that holds what was sent was written by us, one that holds what it held before was not written, and one
    that holds anything else was edited since: that is an edit of what was sent."""
    fates = {side: _fate(now, begun, side, stored) for side in SIDES if begun.sent.on(side) is not None}
    if not set(fates.values()) - {"unsent"}:
        return Resumed(begun.base, "unsent")
    edited: Side | None = next((side for side in SIDES if fates.get(side) == "edited"), None)
    if "unsent" in fates.values():  # of two sides: what the one got, or was edited to, is still to go to the other
        base = Held(*(now.on(side) if fates[side] == "unsent" else begun.now.on(side) for side in SIDES))
        return Resumed(base, "unsent", edited)
    base = Held(*(_settled(now, begun, side, fates.get(side)) for side in SIDES))
    return Resumed(base, "edited" if edited else "written", edited)


def _fate(now: Held, begun: Begun, side: Side, stored: Stored) -> Fate:
    held, before = now.on(side), begun.now.on(side)
    if equal(held, before):
        return "unsent"
    return "written" if stored(held, begun.sent.on(side), before) else "edited"


def _settled(now: Held, begun: Begun, side: Side, fate: Fate | None) -> Json:
    if fate is None:
        return begun.now.on(side)
    return now.on(side) if fate == "written" else begun.sent.on(side)


# --- noting -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Note:
    """What one action sends, for a link's memo. `earlier`: fields of an older note that is not settled yet.

    Before anything is sent it tells all that will be; once `start` was called, what may have been sent so far.
    """

    target_id: str
    fields: Mapping[str, Begun]
    earlier: Mapping[str, Begun] = field(default_factory=dict)
    on_the_way: set[tuple[Side, str]] | None = None

    def start(self) -> None:
        self.on_the_way = set()

    def sent(self, side: Side, keys: Iterable[str]) -> None:
        if self.on_the_way is not None:
            self.on_the_way.update((side, key) for key in keys)

    @contextmanager
    def sending(self, side: Side, keys: Iterable[str]) -> Iterator[None]:
        """Around a call. One that was refused, or never left, has sent nothing."""
        try:
            yield
        except (RejectedError, ConfigError, BudgetExhausted):
            raise
        except BaseException:
            self.sent(side, keys)
            raise
        self.sent(side, keys)

    def as_json(self) -> dict[str, Any]:
        """{} when there is nothing to remember."""
        told = {**self.earlier, **{key: self._so_far(key, begun) for key, begun in self.fields.items()}}
        kept = {key: begun.as_json() for key, begun in told.items() if begun.is_news}
        return {"target": self.target_id, "fields": kept} if kept else {}

    def _so_far(self, key: str, begun: Begun) -> Begun:
        if self.on_the_way is None:
            return begun
        so_far = begun.only(side for side in SIDES if (side, key) in self.on_the_way)
        before = self.earlier.get(key)
        return so_far if before is None or so_far.sent != Held(None, None) else before


def note_of(action: Action) -> Note:
    """An action that notes nothing has an empty one."""
    note = action.extra.get("note")
    return note if isinstance(note, Note) else Note("", {})


def noted(memo: Mapping[str, Any], action: Action) -> dict[str, Any]:
    """The link's memo with the action's note, as it is now."""
    kept = {name: value for name, value in memo.items() if name != NOTED}
    return kept | ({NOTED: note} if (note := note_of(action).as_json()) else {})


def begun_of(memo: Mapping[str, Any], target_id: str) -> dict[str, Begun]:
    """By field, what is noted of writes to this pair. What was noted for another target tells nothing."""
    note = memo.get(NOTED) or {}
    if note.get("target") not in ("", target_id):
        return {}
    return {key: Begun.from_json(told) for key, told in note["fields"].items()}
