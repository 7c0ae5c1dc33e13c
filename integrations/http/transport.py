"""One request out, one answer in: no retry, no redirect, no vendor's table."""

from __future__ import annotations

import http.client
import logging
import time

from urllib3 import HTTPConnectionPool, Timeout
from urllib3.exceptions import HTTPError
from urllib3.util import Url

from integrations.http.failures import Failed, network_failure
from integrations.http.guard import Guard, origin
from integrations.http.incoming import Sink, receive
from integrations.http.outgoing import Outgoing
from integrations.http.shapes import Limits, Reply
from integrations.http.wire import Trace, open_pool

FRESH = 2.0
"""Seconds a pooled connection may have lain idle to carry a request that is not repeatable."""
STALE = 60.0
"""The same for a repeatable one."""

# These two log whole addresses, with whatever secret is in their query. The door keeps its own, masked log.
for _name in ("urllib3.connectionpool", "urllib3.connection"):
    logging.getLogger(_name).setLevel(logging.ERROR)


class Transport:
    """The pooled connections of one session. Environment proxies, netrc and cookies are not used."""

    def __init__(self, guard: Guard, limits: Limits) -> None:
        self._guard = guard
        self._limits = limits
        self._trace = Trace(guard)
        self._pools: dict[tuple[str, str, int], HTTPConnectionPool] = {}

    @property
    def sent(self) -> bool:
        """Whether at least one byte of the latest request of this thread went out."""
        return self._trace.sent

    def begin(self, *, repeatable: bool, total: float, read: float) -> None:
        """Starts the deadline of one attempt, redirects and body included; seconds from now. `read`: the longest wait
        for a piece of the answer."""
        self._trace.deadline = time.monotonic() + total
        self._trace.read = read
        self._trace.max_idle = STALE if repeatable else FRESH

    def send(self, out: Outgoing, sink: Sink, *, max_bytes: int, who: str) -> Reply:
        """The complete answer, its body in `sink` (Reply.content is `sink.shown()`).

        Raises Failed (network trouble, too large), ConfigError (the guard refuses the address).
        """
        self._trace.sent = False
        url = self._guard.check_url(out.url)
        started = time.monotonic()
        try:
            status, headers = self._exchange(out, url, sink, max_bytes, who)
        except (HTTPError, OSError, http.client.HTTPException) as error:
            failure = network_failure(error, who=who, host=url.host or "", sent=self._trace.sent)
            raise Failed(failure) from None
        return Reply(status, headers, sink.shown(), out.url, time.monotonic() - started)

    def _exchange(self, out: Outgoing, url: Url, sink: Sink, max_bytes: int, who: str) -> tuple[int, dict[str, str]]:
        """Status and headers, by lower-case names."""
        response = self._pool(url).urlopen(
            out.method,
            url.request_uri,
            body=out.body,
            headers=dict(out.headers),
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
            timeout=Timeout(connect=self._trace.left(self._limits.connect), read=self._trace.read),
        )
        complete = False
        try:
            receive(response, sink, max_bytes=max_bytes, who=who)
            complete = True
        finally:
            if not complete:
                response.close()
        return response.status, {name.lower(): value for name, value in response.headers.items()}

    def _pool(self, url: Url) -> HTTPConnectionPool:
        key = origin(url)
        if key not in self._pools:
            self._pools[key] = open_pool(*key, self._trace)
        return self._pools[key]

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()
