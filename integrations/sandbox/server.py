"""Sandbox: the server that mounts all emulators under `/<vendor key>/…`, on loopback only."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Iterable
from http.server import ThreadingHTTPServer
from typing import Any, Self

from integrations import registry
from integrations.sandbox.handler import Handler
from integrations.sandbox.mount import Mount
from integrations.vendors.emulator import Emulator

HOST = "127.0.0.1"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        super().__init__((HOST, port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that a fault has closed is no error of the server."""
        if not isinstance(sys.exc_info()[1], OSError | ValueError):
            super().handle_error(request, client_address)


class Sandbox:
    """Emulators of all registered vendors, or of those given. `port` 0: a free one, kept for `down` and `up`.

    `start` builds the emulators and raises what a broken one raises. `seed`: what each is filled with at the start, ''
    for nothing. Use it as a context manager (the server runs in threads), or `serve_forever` in the foreground.
    """

    def __init__(self, emulators: Iterable[Emulator] | None = None, *, port: int = 0, seed: str = "") -> None:
        self._given = None if emulators is None else list(emulators)
        self._seed = seed
        self._server: _Server | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port = port
        self.mounts: dict[str, Mount] = {}

    @property
    def url(self) -> str:
        """Without a final slash; an emulator is at `<url>/<key>`. Its port is known after `start`."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> Self:
        if not self.mounts:
            self.mounts = {emulator.key: Mount(emulator) for emulator in self._emulators()}
            for mount in self.mounts.values():
                if self._seed:
                    mount.emulator.seed(self._seed)
        self.up()
        return self

    def stop(self) -> None:
        self.down()

    def serve_forever(self) -> None:
        """Serves until interrupted (KeyboardInterrupt, or what a signal handler raises)."""
        self.start()
        try:
            threading.Event().wait()
        finally:
            self.stop()

    def down(self) -> None:
        """The port refuses connections and open ones are closed; the emulators keep their state. A held request ends as
        if its client had gone."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server = None
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def up(self) -> None:
        """Listens again, on the same port."""
        if self._server is not None:
            return
        self._server = _Server(self.port, self)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox", daemon=True).start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def _emulators(self) -> list[Emulator]:
        if self._given is not None:
            return self._given
        return [vendor.sandbox() for vendor in registry.vendors()]
