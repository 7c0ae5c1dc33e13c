"""A write that is decided and waits for its turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from integrations.core.begun import note_of
from integrations.core.errors import OutcomeUnknown, TransientError
from integrations.core.records import Action, LinkView, Record


@dataclass(slots=True)
class Job:
    """`promise`: its plan hash. `intent`: the recorded intent of a create; 0 for an update."""

    record: Record
    action: Action
    link: LinkView | None
    promise: str
    intent: int = 0

    @property
    def notes(self) -> bool:
        """Whether it is an update of which something is to be remembered until its end is recorded."""
        return self.action.kind == "update" and bool(note_of(self.action).fields)


@contextmanager
def repeatable() -> Iterator[None]:
    """Around what may be done again: the target is known, so a lost answer is no unknown outcome but is tried again."""
    try:
        yield
    except OutcomeUnknown as error:
        raise TransientError(error.message, error.detail, error.code) from error
