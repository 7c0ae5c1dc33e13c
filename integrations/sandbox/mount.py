"""One emulator as it is served: its lock, faults, call log and held requests."""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from integrations.sandbox.faults import Fault, first_striking
from integrations.vendors.emulator import Emulator, Request, Response, json_response

KEPT_CALLS = 20_000
EXCERPT = 2_000
POLL = 0.02
"""Seconds between two looks whether a held request's client is still there."""


class Held:
    """A request that a `hang` fault holds."""

    def __init__(self, number: int, entry: dict[str, Any]) -> None:
        self.number = number
        self.entry = entry
        self.settled = threading.Event()
        self.goes_on = False


class Mount:
    """State that the control interface and the requests share. The emulator is touched only under `lock`."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.lock = threading.RLock()
        self._books = threading.Lock()
        self._calls: deque[dict[str, Any]] = deque(maxlen=KEPT_CALLS)
        self._faults: list[Fault] = []
        self._held: dict[int, Held] = {}
        self._numbers = count(1)

    def handle(self, request: Request) -> Response:
        """The emulator's answer. An exception in it is a 500 whose body is the traceback, so that a test shows it."""
        with self.lock:
            try:
                return self.emulator.handle(request)
            except Exception:
                return json_response({"error": "The sandbox itself failed.", "trace": traceback.format_exc()}, 500)

    def arrive(self, request: Request, port: int) -> tuple[dict[str, Any], Fault | None]:
        """Enters the request into the log, with status 0 until it is answered, and picks the fault that strikes it.

        `port`: the client's, which tells connections apart.
        """
        entry = {
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "body": request.body[: EXCERPT * 4].decode("utf-8", "replace")[:EXCERPT],
            "status": 0,
            "time": datetime.now(UTC).isoformat(),
            "port": port,
            "fault": "",
        }
        with self._books:
            self._calls.append(entry)
            fault = first_striking(self._faults, request)
            entry["fault"] = f"{fault.do} {fault.when}" if fault else ""
        return entry, fault

    def set_faults(self, faults: list[Fault]) -> None:
        with self._books:
            self._faults = faults

    def faults(self) -> list[Fault]:
        with self._books:
            return list(self._faults)

    def calls(self) -> list[dict[str, Any]]:
        with self._books:
            return [dict(entry) for entry in self._calls]

    def clear_calls(self) -> None:
        with self._books:
            self._calls.clear()

    def hold(self, entry: dict[str, Any], is_gone: Callable[[], bool]) -> bool:
        """Blocks until released (True), or until the client is gone or the emulator is reset (False)."""
        held = Held(next(self._numbers), entry)
        with self._books:
            self._held[held.number] = held
        try:
            while not held.settled.wait(POLL) and not is_gone():
                pass
            return held.goes_on and not is_gone()
        finally:
            with self._books:
                del self._held[held.number]

    def hanging(self) -> list[dict[str, Any]]:
        """Log entries of the requests held now, in order of arrival."""
        with self._books:
            return [dict(held.entry) for held in self._held.values()]

    def release(self) -> int:
        """Lets all held requests go on; returns how many there were."""
        return self._settle(goes_on=True)

    def _settle(self, *, goes_on: bool) -> int:
        with self._books:
            held = list(self._held.values())
        for one in held:
            one.goes_on = goes_on
            one.settled.set()
        return len(held)

    def reset(self) -> None:
        """Emulator, clock, faults and log as on the first day.

        Held requests end without an answer: what they would still do belongs to the old state.
        """
        self.set_faults([])
        self._settle(goes_on=False)
        with self.lock:
            self.emulator.clock.reset()
            self.emulator.reset()
        self.clear_calls()
