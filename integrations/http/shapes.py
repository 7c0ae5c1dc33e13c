"""What goes through the door and what bounds it: Limits, Verdict, Reply, Pacer, Call."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from integrations.core.errors import ProtocolError

PLAIN, EXACT = jsonlib.JSONDecoder(), jsonlib.JSONDecoder(parse_float=Decimal)
Kind = Literal["config", "transient", "budget", "rejected", "unknown", "protocol"]


@dataclass(frozen=True, slots=True)
class Limits:
    """`total` bounds one request with its body, seconds. `max_wait`: the longest pause the door sleeps itself;
    above it the error carries `retry_after` and the run is put back."""

    connect: float = 5.0
    read: float = 30.0
    total: float = 45.0
    max_bytes: int = 50_000_000
    attempts: int = 4
    max_wait: float = 30.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answer means. `kind`: config, transient, budget, rejected, unknown, protocol (core/errors.py).
    `done` False: the vendor surely did not carry out the request, so even a write may be repeated.

    One exception, for safety: of a request that is not repeatable, a status of 500 or above with kind transient,
    unknown or protocol counts as perhaps carried out, whatever `done` says.
    """

    kind: Kind
    message: str
    code: str = ""
    retry_after: float | None = None
    done: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One complete answer. `headers` has lower-case names. `elapsed` in seconds. `url`: where it came from in the
    end, after redirects."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str
    elapsed: float
    _read: dict[bool, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The body as it was read before: the vendor's table and its client both look at it."""

    def text(self) -> str:
        """The body as text by its declared charset (UTF-8 when none is known); undecodable bytes become U+FFFD."""
        _, _, charset = self.headers.get("content-type", "").lower().partition("charset=")
        try:
            return self.content.decode(charset.split(";")[0].strip(" \"'") or "utf-8-sig", "replace")
        except LookupError:
            return self.content.decode("utf-8-sig", "replace")

    def json(self, *, decimals: bool = False) -> Any:
        """The body as JSON. Raises ProtocolError naming what came instead (HTML page, empty, cut off).

        `decimals`: fractional numbers come as Decimal, exactly as written (for money), not as float. Each time the
        same object comes, so it must not be changed.
        """
        if decimals not in self._read:
            self._read[decimals] = self._as_json(decimals)
        return self._read[decimals]

    def _as_json(self, decimals: bool) -> Any:
        try:
            text = self.content.decode("utf-8-sig")
            return (EXACT if decimals else PLAIN).decode(text)
        except (ValueError, RecursionError):
            raise ProtocolError(
                f"The answer should have been JSON, but {self.describe()} came. Check the address of the connection; "
                "if it is right, the vendor has a disturbance or has changed its interface."
            ) from None

    def describe(self) -> str:
        """What the body is, for a message about an answer that is not JSON."""
        start = self.content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if not start:
            return "an empty answer"
        if start.startswith((b"<!doctype html", b"<html")) or b"<html" in start:
            return "a web page (HTML)"
        if start.startswith(b"<"):
            return "XML"
        if start[:1] in (b"{", b"["):
            return "JSON that is cut off or damaged"
        return "plain text or a file"


class Pacer(Protocol):
    """Call budget of one connection, shared by all processes of the installation."""

    def acquire(self) -> float:
        """Seconds to wait before the next call may be sent (0 = now, and it is then counted).

        Raises BudgetExhausted(retry_after) when the vendor's own allowance is used up.
        """

    def observe(self, *, limit: int | None, remaining: int | None, reset_in: float | None) -> None:
        """What the vendor said of its allowance; `reset_in` in seconds."""


class NoPacer:
    """For clients outside the portal (tests of a client alone)."""

    def acquire(self) -> float:
        return 0.0

    def observe(self, *, limit: int | None, remaining: int | None, reset_in: float | None) -> None:
        return None


@dataclass(slots=True)
class Call:
    """One line of the masked request log: what was sent and answered, safe to store and show.

    `status` 0: no complete answer came; `error` then says why. `ms`: milliseconds. `sent`, `answered`: at most
    2,000 characters of each body.
    """

    method: str
    url: str
    status: int
    ms: int
    sent: str = ""
    answered: str = ""
    error: str = ""
