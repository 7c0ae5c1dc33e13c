"""What the engine is given, and how work on a run is interrupted. Django-free."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from integrations.core.errors import PortalError
from integrations.core.plan import Outcome, Tally
from integrations.core.records import Action, Fields, IntentView, LinkView, Page, Record, Written


class Glance(NamedTuple):
    """The part of a link that tells whether its record needs a closer look."""

    pk: int
    fingerprint: str
    state: str
    due: bool
    pending: bool


class Born(NamedTuple):
    """A create that the target has answered, under its recorded intent."""

    intent: int
    record: Record
    action: Action
    written: Written


class Promise(NamedTuple):
    """A create that is about to be sent. `marker`: see Driver.marker; `hash`: see plan_hash."""

    action: Action
    marker: Fields
    hash: str


class Interrupted(Exception):
    """This process must stop working on the run, for no fault of a record or vendor."""


class Stopped(Interrupted):
    """The run was asked to stop. `why`: cancelled, drain (the process must end), slice (time is up)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class LeaseLost(Interrupted):
    """Another process holds the run now; nothing more may be written by this one."""


class PartsFailed(Exception):
    """Streams that could not be worked on, while others could: for each the error, and which side was called last."""

    def __init__(self, failed: dict[str, tuple[PortalError, str]]) -> None:
        super().__init__(", ".join(failed))
        self.failed = failed


class Ledger(Protocol):
    """The durable side of a run. Every method commits before it returns; the first to notice raises LeaseLost."""

    def beat(self, passed: int = 0) -> None:
        """Renew the lease; raises Stopped when asked to stop. Cheap: does nothing most of the time.

        `passed`: how many records of the page at hand are settled, for the progress bar.
        """

    def cursor(self, stream: str) -> Fields: ...

    def glance(self, stream: str, ids: list[str], parents: Collection[str] = ()) -> dict[str, Glance]:
        """By source id; others may be among them. `parents`: the parent ids of all these records."""

    def links(self, stream: str, ids: list[str]) -> dict[str, LinkView]: ...

    def itemised(self, stream: str, ids: list[str]) -> set[str]:
        """Those that already have an item in this run, from an earlier attempt."""

    def promised(self, stream: str, ids: list[str]) -> dict[str, str] | None:
        """Plan hashes by source id when a preview is being applied, else None."""

    def intend(self, promises: list[Promise], updates: Sequence[Action] = ()) -> list[int]:
        """Numbers of the intents, in the same order. `updates`: see `note`."""

    def note(self, updates: Sequence[Action]) -> None:
        """Keep with each link what its update sends, as the note in the action's `extra` tells now: what became of an
        update that came to no end is found out with that. `record` forgets it."""

    def created(self, born: Born) -> None: ...

    def not_sent(self, intent: int, message: str) -> None: ...

    def lost_answer(self, intent: int, message: str) -> None: ...

    def record(self, outcomes: list[Outcome], born: Sequence[Born] = ()) -> None:
        """`born`: creates among them whose intents are still open."""

    def is_done(self, stream: str) -> bool:
        """Whether an earlier attempt of this run came to the stream's end."""

    def stream_done(self, stream: str) -> None: ...

    def stream_failed(self, stream: str, error: PortalError) -> None: ...

    def tell_fallen_away(self) -> None:
        """When a preview is applied: tell of its rows that no page brought."""

    def page_done(self, page: Page, tally: Tally, outcomes: list[Outcome], *, new: bool = False) -> None:
        """Record these outcomes, and then the page's cursor. `new`: none of them had a link when the page was read."""

    def open_intents(self, stream: str) -> list[IntentView]: ...

    def intent_found(self, intent: IntentView, target_id: str) -> None: ...

    def intent_absent(self, intent: IntentView) -> None: ...

    def intent_undecided(self, intent: IntentView, ids: Iterable[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """What the engine is given besides driver and ledger. `drain`: masked calls since the last drain. `side`: source or
    target, whichever was called last.

    `settle_seconds`: a lost create is looked for no sooner than this after it was sent, for the vendor may still be
    at work.
    """

    now: Callable[[], datetime]
    pause: Callable[[float], None]
    drain: Callable[[], tuple[object, ...]]
    log: Callable[[str, Exception], None]
    side: Callable[[], str] = lambda: ""
    settle_seconds: float = 5.0
