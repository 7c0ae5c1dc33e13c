"""One HTTP exchange of the sandbox: routes it, lets faults strike, answers."""

from __future__ import annotations

import select
import socket
import struct
import time
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, cast

from integrations.sandbox.faults import HTML, Fault
from integrations.sandbox.interface import PREFIX, answer
from integrations.sandbox.mount import Mount
from integrations.vendors.emulator import Request, Response, json_response

if TYPE_CHECKING:
    from integrations.sandbox.server import Sandbox

DRIPS = 20
"""A slow body goes out in this many pieces."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    entry: dict[str, Any] | None = None
    """Log entry of the vendor's request in hand; its status is set before the answer goes out, so that a test that
    has the answer finds it in the log."""

    @property
    def sandbox(self) -> Sandbox:
        return cast("Any", self.server).sandbox  # type: ignore[no-any-return]

    def handle(self) -> None:
        """A client that goes away, or a fault that closes the connection, ends it quietly."""
        self.sandbox.opened(self.connection)
        try:
            super().handle()
        except (ConnectionError, TimeoutError, ValueError):
            self.close_connection = True
        finally:
            self.sandbox.closed(self.connection)

    def do_GET(self) -> None:
        self.entry = None
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if path == PREFIX or path.startswith(PREFIX + "/"):
            self._send(answer(self.sandbox.mounts, path, body))
            return
        key, slash, rest = path.lstrip("/").partition("/")
        mount = self.sandbox.mounts.get(key)
        if mount is None:
            self._send(self._no_such(key))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        base = f"{self.sandbox.url}/{key}"
        self._serve(mount, Request(self.command, slash + rest or "/", query, headers, body, base))

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = do_GET

    def _no_such(self, key: str) -> Response:
        vendors = {name: f"{self.sandbox.url}/{name}" for name in self.sandbox.mounts}
        return json_response({"sandbox": vendors}, 404 if key else 200)

    def _serve(self, mount: Mount, request: Request) -> None:
        entry, fault = mount.arrive(request, self.client_address[1])
        self.entry, response = entry, None
        if fault is None or fault.when == "after" or fault.do == "slow":
            response = mount.handle(request)
        if fault is not None and fault.do == "hang":
            if not mount.hold(entry, self._is_gone):
                self.close_connection = True
                return
            response = response or mount.handle(request)
        if fault is not None and fault.do != "hang":
            self._strike(fault, response)
        elif response is not None:
            self._send(response)

    def _strike(self, fault: Fault, response: Response | None) -> None:
        """Answers, or not, as the fault says."""
        if fault.do in ("refuse", "reset", "raw"):
            self.wfile.write(fault.body_text.encode() if fault.do == "raw" else b"")
            self._hang_up(reset=fault.do == "reset")
            return
        if fault.do not in ("cut", "slow"):
            self._send(_faulty(fault))
            return
        base = response or json_response({"sandbox": "The fault came before the work, so there is no true answer."})
        body = fault.body_text.encode() or base.body
        told = Response(fault.status or base.status, body, base.content_type, {**base.headers, **fault.headers})
        if fault.do == "cut":
            self._cut(told)
        else:
            self._drip(told, fault.seconds)

    def _cut(self, response: Response) -> None:
        self.wfile.write(self._head(response) + response.body[: len(response.body) // 2])
        self._hang_up()

    def _drip(self, response: Response, seconds: float) -> None:
        self.wfile.write(self._head(response))
        size = max(len(response.body) // DRIPS, 1)
        for start in range(0, len(response.body), size):
            time.sleep(seconds / max(len(response.body) / size, 1))
            self.wfile.write(response.body[start : start + size])

    def _send(self, response: Response) -> None:
        body = b"" if self.command == "HEAD" or response.status in (204, 304) else response.body
        self.wfile.write(self._head(response) + body)

    def _head(self, response: Response) -> bytes:
        """Status line and headers; the emulator's own headers win over the server's."""
        if self.entry is not None:
            self.entry["status"] = response.status
        headers = {"Date": formatdate(usegmt=True), "Content-Type": response.content_type}
        if response.status not in (204, 304):
            headers["Content-Length"] = str(len(response.body))
        given = {name.lower() for name in response.headers}
        lines = [(n, v) for n, v in headers.items() if n.lower() not in given] + list(response.headers.items())
        try:
            reason = HTTPStatus(response.status).phrase
        except ValueError:
            reason = "Unknown"
        text = f"HTTP/1.1 {response.status} {reason}\r\n" + "".join(f"{n}: {v}\r\n" for n, v in lines) + "\r\n"
        return text.encode("latin-1", "replace")

    def _hang_up(self, *, reset: bool = False) -> None:
        """Closes the connection now. With `reset` the client gets a TCP reset: no lingering, unsent data dropped."""
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.sandbox.closed(self.connection)
            self.rfile.close()
            self.connection.close()

    def _is_gone(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        try:
            return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the call log of the control interface is the log."""


def _faulty(fault: Fault) -> Response:
    text = fault.body_text.encode()
    if fault.do == "html":
        return Response(fault.status or 200, text or HTML.encode(), "text/html; charset=utf-8", dict(fault.headers))
    if fault.do == "empty":
        return Response(fault.status or 200, b"", "application/json", dict(fault.headers))
    return Response(fault.status or 500, text or b'{"error": "injected"}', "application/json", dict(fault.headers))
