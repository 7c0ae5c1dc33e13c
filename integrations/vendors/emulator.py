"""What an emulator of a vendor is: a WSGI-free request handler with state, served by `integrations.sandbox`.

The server owns sockets, faults, the call log and the control interface; an emulator owns the vendor's rules.
"""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it arrived. `path` starts with '/' and is below the emulator's own prefix; `headers` have
    lower-case names; `query` is the raw query text; `base` is the emulator's own address, without a final slash."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    base: str = ""

    def query_pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query, keep_blank_values=True)

    def form_pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)


@dataclass(slots=True)
class Response:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def json_response(value: Any, status: int = 200, content_type: str = "application/json", **headers: str) -> Response:
    return Response(status, jsonlib.dumps(value).encode(), content_type, dict(headers))


def not_known(what: str) -> Response:
    """The emulator does not know this: said plainly, never guessed."""
    return json_response({"error": f"The sandbox does not emulate {what}."}, 501)


class Clock:
    """The emulator's own time: real time plus a shift that the control interface sets, or frozen."""

    def __init__(self) -> None:
        self.shift = timedelta(0)
        self.frozen: datetime | None = None

    def reset(self) -> None:
        self.shift, self.frozen = timedelta(0), None

    def now(self) -> datetime:
        return (self.frozen or datetime.now(UTC)) + self.shift


class Emulator(Protocol):
    """`key` is the vendor key and the path prefix (`/accelo/...`). Calls of `handle` and `control` are serialised
    by the server (one lock for each emulator)."""

    key: str
    clock: Clock

    def reset(self) -> None:
        """Back to an empty account with default settings."""

    def seed(self, size: str) -> None:
        """Fill with believable data: `demo` (what the demo shows) or `small` (a handful)."""

    def handle(self, request: Request) -> Response: ...

    def control(self, name: str, data: dict[str, Any]) -> Any:
        """A test's or person's action outside the API: `put` (insert or edit rows as a person would), `remove`,
        `settings` (limits, switches), `state` (everything, for comparing). Raises KeyError for an unknown name.
        Returns JSON."""
