"""Waiting: for the call budget, and between attempts, without losing the owner's lease."""

from __future__ import annotations

from collections.abc import Callable

from integrations.core.errors import BudgetExhausted
from integrations.http.shapes import Limits, Pacer

SLICE = 1.0
"""Longest sleep without a tick, seconds."""


class Pauses:
    """`tick` may raise (a lease is lost, a run is cancelled); what it raises ends the pause and goes to the caller."""

    def __init__(
        self,
        pacer: Pacer,
        limits: Limits,
        tick: Callable[[], None],
        sleep: Callable[[float], None],
        vendor: str,
    ) -> None:
        self.tick = tick
        self._pacer = pacer
        self._sleep = sleep
        self._patience = limits.max_wait * 3
        self._vendor = vendor

    def pace(self) -> None:
        """Returns when the next call may be sent. Raises BudgetExhausted when that takes more than three times the
        longest pause, with the seconds still to wait."""
        waited = 0.0
        while (wait := self._pacer.acquire()) > 0:
            waited += wait
            if waited > self._patience:
                message = (
                    f"The calls allowed at {self._vendor or 'the vendor'} are used up. It goes on by itself later."
                )
                raise BudgetExhausted(message, code="pace", retry_after=wait)
            self.pause(wait)

    def pause(self, seconds: float) -> None:
        """Sleeps in slices of at most a second, with a tick before each and one at the end."""
        while seconds > 0:
            self.tick()
            step = min(SLICE, seconds)
            self._sleep(step)
            seconds -= step
        self.tick()
