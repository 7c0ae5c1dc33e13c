"""Connections that check the address they really connect to, keep one deadline over everything, and know what was sent.

Built on urllib3's pools (not on its pool manager, proxies or retries): one pool for each origin.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import certifi
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
)

from integrations.core.errors import ConfigError
from integrations.http.guard import Guard

RECV_SLICE = 65_536
SMALL = 65_536
"""Bytes of a body that is sent in one piece with its head."""


class Trace(threading.local):
    """State of the request in hand, for this thread: its deadline (monotonic seconds), what was sent.

    `max_idle`: a pooled connection that lay unused longer (seconds) is replaced by a fresh one.
    """

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.deadline = math.inf
        self.read = 30.0
        self.sent = False
        self.max_idle = math.inf

    def left(self, at_most: float) -> float:
        """Seconds until the deadline, `at_most` at the most. Raises TimeoutError when it has passed."""
        left = min(at_most, self.deadline - time.monotonic())
        if left <= 0:
            raise TimeoutError("The total time for this request is used up.")
        return left


class _TimedReader(io.RawIOBase):
    """The receiving side of a socket: every single read ends at the deadline, so that a dripping answer cannot hold
    the caller (a socket's own time-out starts anew with each byte)."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, trace: Trace) -> None:
        self._raw, self._sock, self._trace = raw, sock, trace

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._trace.left(self._trace.read))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


def _response_class(trace: Trace) -> Callable[..., http.client.HTTPResponse]:
    def build(sock: socket.socket, *args: Any, **kwargs: Any) -> http.client.HTTPResponse:
        response = http.client.HTTPResponse(sock, *args, **kwargs)
        raw = response.fp.detach()
        response.fp = io.BufferedReader(_TimedReader(raw, sock, trace), RECV_SLICE)
        return response

    return build


def open_socket(host: str, port: int, timeout: float, trace: Trace) -> socket.socket:
    """A connected socket to the first address of `host` that the guard permits and that answers.

    The name is resolved once and the checked address is the one connected to, so that a name server that changes
    its answer between check and use gains nothing. Raises ConfigError (every address forbidden), OSError.
    """
    refusal: ConfigError | None = None
    trouble: OSError | None = None
    for family, kind, protocol, _, address in socket.getaddrinfo(host.strip("[]"), port, 0, socket.SOCK_STREAM):
        try:
            trace.guard.check_address(host, port, str(address[0]))
        except ConfigError as error:
            refusal = error
            continue
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(trace.left(timeout))
            sock.connect(address)
            return sock
        except OSError as error:
            sock.close()
            trouble = error
    raise trouble or refusal or OSError(f"{host} has no address")


class _Guarded(HTTPConnection):
    """What both kinds of connection add: guarded connecting, the deadline, the note that something was sent."""

    trace: Trace
    idle_since: float = 0.0
    held: list[bytes] | None = None
    """Pieces of a request that wait to leave together."""

    def adopt(self, trace: Trace) -> None:
        self.trace = trace
        self.response_class = _response_class(trace)  # type: ignore[assignment]  # only ever called

    def _new_conn(self) -> socket.socket:
        timeout = self.timeout or self.trace.read
        try:
            sock = open_socket(self._dns_host, self.port, timeout, self.trace)
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(self.host, self, socket.gaierror(str(error))) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"Connection to {self.host} timed out after {timeout} s") from error
        except OSError as error:
            raise NewConnectionError(self, f"Failed to establish a new connection: {error}") from error
        sys.audit("http.client.connect", self, self.host, self.port)
        return sock

    def request(self, method: str, url: str, body: Any = None, *args: Any, **kwargs: Any) -> None:
        """Head and small body leave in one piece: one system call and one waking of the other side, where http.client
        takes two. Nothing is held back beyond this call."""
        small = body is None or (isinstance(body, bytes) and len(body) <= SMALL)
        self.held = [] if small else None
        try:
            super().request(method, url, body, *args, **kwargs)
            pieces, self.held = self.held, None
            if pieces:
                self.send(b"".join(pieces))
        finally:
            self.held = None

    def send(self, data: Any) -> None:
        """Bounded by the deadline, not by the connect time-out as in urllib3: a large upload may take its time."""
        if self.held is not None and isinstance(data, bytes):
            self.held.append(data)
            return
        if self.sock is None:
            self.connect()
        self.sock.settimeout(self.trace.left(math.inf) if self.trace.deadline < math.inf else None)
        self.trace.sent = True
        super().send(data)


class _PlainConnection(_Guarded):
    def __init__(self, *args: Any, trace: Trace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.adopt(trace)


class _TlsConnection(_Guarded, HTTPSConnection):
    def __init__(self, *args: Any, trace: Trace, **kwargs: Any) -> None:
        HTTPSConnection.__init__(self, *args, **kwargs)
        self.adopt(trace)


class _IdleAware(HTTPConnectionPool):
    """Hands out pooled connections only while they are surely young enough.

    urllib3 drops a connection that the server has visibly closed. There remains the moment in which the server's
    close and our request cross on the wire: then nobody can tell whether the request was read. A read is simply
    repeated. For a request that is not repeatable, an idle connection is therefore replaced by a fresh one well
    before any usual keep-alive time-out (5 s and more); one used a moment ago is reused, which spares a TLS
    handshake for each of many writes in a row.
    """

    def _get_conn(self, timeout: float | None = None) -> Any:
        conn = super()._get_conn(timeout)
        if isinstance(conn, _Guarded) and time.monotonic() - conn.idle_since > conn.trace.max_idle:
            conn.close()
        return conn

    def _put_conn(self, conn: Any) -> None:
        if isinstance(conn, _Guarded):
            conn.idle_since = time.monotonic()
        super()._put_conn(conn)


class _PlainPool(_IdleAware):
    ConnectionCls = _PlainConnection


class _TlsPool(_IdleAware, HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def open_pool(scheme: str, host: str, port: int, trace: Trace) -> HTTPConnectionPool:
    """A pool of connections to one origin; environment proxies are ignored."""
    if scheme == "https":
        return _TlsPool(host, port, maxsize=2, trace=trace, ssl_context=trusted_authorities())
    return _PlainPool(host, port, maxsize=2, trace=trace)


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Trusts the system's certificate authorities and certifi's, so that a bare container works too."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
