"""What can be made to go wrong on the wire. Pure: parsing a fault and deciding which request it strikes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from integrations.vendors.emulator import Request

DEEDS = ("refuse", "reset", "hang", "status", "html", "cut", "empty", "slow", "raw")
HTML = "<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>"


@dataclass(slots=True)
class Fault:
    """One fault.

    match   "POST /api/v0/expenses": a method (or *) and a text or regular expression found in path?query;
            without a method any method. '' strikes every request
    body    text that the request body must contain (as sent, or with its form encoding undone)
    nth     the first matching request that is struck, counted since the fault was set, from 1
    times   how many are struck from there on; -1 = all
    when    "before": the vendor has not done the work; "after": it has, only the answer suffers
    do      refuse  the connection is closed without an answer
            reset   the same with a TCP reset
            hang    held until released or until the client goes away; then it goes on as if nothing had been
            status  answers `status` (500) with `body_text` and `headers`
            html    answers `status` (200) with a web page (`body_text` or a maintenance page)
            cut     half of the body under the full Content-Length, then the connection is closed
            empty   answers `status` (200) without a body
            slow    the true answer (or `body_text`), dripping over `seconds`; the work is always done
            raw     `body_text` goes out as it is, status line and all, then the connection is closed
    """

    do: str
    match: str = ""
    body: str = ""
    nth: int = 1
    times: int = 1
    when: str = "before"
    status: int = 0
    body_text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 1.0
    seen: int = 0

    def __post_init__(self) -> None:
        if self.do not in DEEDS:
            raise ValueError(f"A fault's 'do' is one of {', '.join(DEEDS)}; got {self.do!r}.")
        if self.when not in ("before", "after"):
            raise ValueError(f"A fault's 'when' is before or after; got {self.when!r}.")
        self._pattern()

    def strikes(self, request: Request) -> bool:
        """Counts a matching request and says whether it is struck."""
        if not self._matches(request):
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times < 0 or self.seen < self.nth + self.times)

    def _pattern(self) -> tuple[str, str, re.Pattern[str]]:
        method, _, rest = self.match.strip().partition(" ")
        if not re.fullmatch(r"[A-Z]+|\*", method):
            method, rest = "*", self.match.strip()
        try:
            return method, rest.strip(), re.compile(rest.strip())
        except re.error as error:
            raise ValueError(f"The fault's match {self.match!r} is no regular expression: {error}") from None

    def _matches(self, request: Request) -> bool:
        method, plain, pattern = self._pattern()
        target = f"{request.path}?{request.query}" if request.query else request.path
        found = plain in target or pattern.search(target) or pattern.search(request.path)
        return bool(method in ("*", request.method) and found and self._in_body(request.body))

    def _in_body(self, body: bytes) -> bool:
        if not self.body:
            return True
        text = body.decode("utf-8", "replace")
        return self.body in text or self.body in unquote_plus(text)


def parse_fault(data: Any) -> Fault:
    """Raises ValueError, in words, for what is no fault."""
    if not isinstance(data, dict):
        raise ValueError("A fault is a JSON object.")
    try:
        return Fault(**{name: value for name, value in data.items() if name != "seen"})
    except TypeError as error:
        raise ValueError(f"A fault has a wrong or missing field: {error}") from None


def first_striking(faults: list[Fault], request: Request) -> Fault | None:
    """The first fault that strikes this request; every fault that matches counts it."""
    struck = [fault for fault in faults if fault.strikes(request)]
    return struck[0] if struck else None
