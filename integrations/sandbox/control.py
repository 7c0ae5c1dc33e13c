"""Control: the client of the sandbox's control interface, for tests and the demo. Standard library only."""

from __future__ import annotations

import json as jsonlib
import time
from datetime import datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

_OPENER = build_opener(ProxyHandler({}))


class ControlError(Exception):
    """The sandbox refused a control request; the text is its own."""


class Control:
    """One vendor's emulator in the sandbox at `base_url` (the sandbox's address, without the vendor)."""

    def __init__(self, base_url: str, vendor: str, timeout: float = 30.0) -> None:
        self.url = f"{base_url.rstrip('/')}/{vendor}"
        self._root = f"{base_url.rstrip('/')}/_control"
        self._vendor = vendor
        self._timeout = timeout

    def faults(self, *faults: dict[str, Any]) -> None:
        """Sets these faults (fields: sandbox/faults.py) in place of all present ones; none: all is well again."""
        self._post("faults", list(faults))

    def calls(self) -> list[dict[str, Any]]:
        """The call log, oldest first: method, path, query, body, status (0: no answer), time, fault."""
        log: list[dict[str, Any]] = self._post("calls", None)
        return log

    def clear_calls(self) -> list[dict[str, Any]]:
        """Empties the log and returns what it held."""
        log: list[dict[str, Any]] = self._post("calls", {"clear": True})
        return log

    def shift(self, seconds: float) -> None:
        """The emulator's clock runs this much ahead of real (or frozen) time; replaces an earlier shift."""
        self._post("clock", {"shift_seconds": seconds})

    def freeze(self, moment: datetime | None) -> None:
        """The emulator's clock stands at `moment`; None lets it run again."""
        self._post("clock", {"frozen": moment.isoformat() if moment else None})

    def now(self) -> datetime:
        return datetime.fromisoformat(self._post("clock", None)["now"])

    def reset(self) -> None:
        self._post("reset", {})

    def seed(self, size: str = "demo") -> None:
        self._post("seed", {"size": size})

    def hanging(self) -> list[dict[str, Any]]:
        """Log entries of the requests that a `hang` fault holds now."""
        held: list[dict[str, Any]] = self._post("hanging", None)
        return held

    def wait_hanging(self, count: int = 1, timeout: float = 20.0) -> list[dict[str, Any]]:
        """Returns as soon as `count` requests are held. Raises TimeoutError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while len(held := self.hanging()) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(held)} of {count} requests hang at {self._vendor} after {timeout} s.")
            time.sleep(0.02)
        return held

    def release(self) -> int:
        """Lets all held requests go on; how many there were."""
        return int(self._post("release", {})["released"])

    def act(self, name: str, **data: Any) -> Any:
        """The emulator's own control: `put`, `remove`, `settings`, `state`, … Raises ControlError when refused."""
        return self._post(name, data)

    def _post(self, name: str, data: Any) -> Any:
        """`data` None asks without changing anything."""
        body = None if data is None else jsonlib.dumps(data).encode()
        request = Request(
            f"{self._root}/{self._vendor}/{name}", data=body, headers={"Content-Type": "application/json"}
        )
        try:
            with _OPENER.open(request, timeout=self._timeout) as answer:
                return jsonlib.loads(answer.read())
        except HTTPError as error:
            with error:
                raise ControlError(f"{name} at {self._vendor}: {error.read().decode('utf-8', 'replace')}") from None
