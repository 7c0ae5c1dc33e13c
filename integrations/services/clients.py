"""The open vendor clients of one run or upload: opened when first used, counted, their logs drained together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from integrations import registry
from integrations.http import Http
from integrations.models import Connection, Sync
from integrations.services.connections import build_access, connection_door, guard, limits, refuse_other_account
from integrations.services.references import Side

FILE_SECONDS = 60.0
FILE_ATTEMPTS = 3
FILE_WAIT = 10.0
"""A file is worth less patience than the record it belongs to."""


def both_sides(sync: Sync) -> dict[Side, Connection]:
    return {"source": sync.source, "target": sync.target}


class Clients:
    """`last` names the side that was opened or called last, so that a failure can be laid at the right connection;
    None while nobody was."""

    def __init__(self, connections: dict[Side, Connection], tick: Callable[[], None]) -> None:
        self.connections = connections
        self.tick = tick
        self.last: Side | None = None
        self.stack = ExitStack()
        self.doors: dict[str, Http] = {}
        self.opened: dict[Side, Any] = {}

    def __enter__(self) -> Clients:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stack.close()

    def get(self, side: Side) -> Any:
        if side not in self.opened:
            connection = self.connections[side]

            def tick() -> None:
                self.last = side
                self.tick()

            before, self.last = self.last, side
            refuse_other_account(connection)
            door = self.stack.enter_context(connection_door(connection, tick))
            self.doors[connection.key] = door
            vendor = registry.vendor(connection.vendor)
            client = vendor.open(build_access(connection, vendor, door))
            if connection.state == Connection.State.SIGN_IN and hasattr(client, "sign_in"):
                client.sign_in()  # a run that was held for this asks nobody for anything else before
            self.opened[side] = client
            self.last = before
        return self.opened[side]

    def fetch(self, url: str, max_bytes: int) -> tuple[bytes, str]:
        """A file that belongs to no connection (a receipt), sent no credentials."""
        if "receipts" not in self.doors:
            usual = limits()
            door = Http(
                guard=guard(),
                classify=file_verdict,
                limits=replace(
                    usual, total=FILE_SECONDS, attempts=FILE_ATTEMPTS, max_wait=min(FILE_WAIT, usual.max_wait)
                ),
                tick=self.tick,
                vendor="The file's host",
            )
            self.doors["receipts"] = self.stack.enter_context(door)
        reply = self.doors["receipts"].request("GET", url, repeatable=True, max_bytes=max_bytes)
        return reply.content, reply.headers.get("content-type", "")

    def calls(self) -> dict[str, int]:
        return {key: door.calls for key, door in self.doors.items()}

    def drain(self) -> tuple[object, ...]:
        return tuple(call for door in self.doors.values() for call in door.drain_log())


def file_verdict(reply: Any) -> Any:
    from integrations.http import Verdict

    if reply.status < 400:
        return None
    kind = "transient" if reply.status >= 500 or reply.status == 429 else "rejected"
    return Verdict(kind, f"The file's host answered {reply.status}.", str(reply.status))  # type: ignore[arg-type]
