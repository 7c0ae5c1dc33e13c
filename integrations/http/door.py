"""Http: pacing, retries, redirects, the vendor's table and the masked log, around one transport."""

from __future__ import annotations

import logging
import random as chance
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO, Any, Literal, Self

from integrations.core.errors import PortalError
from integrations.core.retry import retry_wait
from integrations.http.failures import Failed, Failure, not_followed
from integrations.http.guard import Guard, parse_address
from integrations.http.incoming import Sink
from integrations.http.judging import judge, shown
from integrations.http.masking import Masker
from integrations.http.outgoing import Files, Outgoing, Pairs, build, redirected
from integrations.http.pauses import Pauses
from integrations.http.shapes import Call, Limits, NoPacer, Pacer, Reply, Verdict
from integrations.http.transport import Transport

log = logging.getLogger(__name__)

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 5
KEPT_CALLS = 50
DEFAULT_LIMITS = Limits()
PRIVATE = "(not kept)"
"""In the log, in place of an answer that holds more than may be kept."""


@dataclass(frozen=True, slots=True)
class _Terms:
    """How one request is to be treated; see `Http.request`."""

    repeatable: bool
    max_bytes: int
    total: float
    follow: bool
    paced: bool
    json: bool
    read: float
    private: bool


class Http:
    """One session for one connection (or for receipts: no vendor). Close it, or use it as a context manager.

    `classify(reply)` is the vendor's table: None when the reply is a success. `secrets` are masked wherever they
    occur in logs and errors. `tick` is called before and after each call and between slices of a pause, so that the
    owner of a lease can renew it or raise; only after a request that is not repeatable it is not called, for raising
    there would lose the answer to a write. `calls` counts requests sent. `pacer` is for the vendor's client to tell
    what it learned of the allowance (`http.pacer.observe(...)`).
    """

    calls: int
    pacer: Pacer

    def __init__(
        self,
        *,
        guard: Guard,
        classify: Callable[[Reply], Verdict | None],
        pacer: Pacer | None = None,
        limits: Limits = DEFAULT_LIMITS,
        secrets: tuple[str, ...] = (),
        tick: Callable[[], None] | None = None,
        sleep: Callable[[float], None] | None = None,
        random: Callable[[], float] | None = None,
        vendor: str = "",
    ) -> None:
        self.calls = 0
        self.pacer = pacer or NoPacer()
        self._guard = guard
        self._classify = classify
        self._limits = limits
        self._masker = Masker(secrets)
        self._pauses = Pauses(self.pacer, limits, tick or (lambda: None), sleep or time.sleep, vendor)
        self._random = random or chance.random
        self._vendor = vendor
        self._transport = Transport(guard, limits)
        self._log: deque[Call] = deque(maxlen=KEPT_CALLS)

    def request(
        self,
        method: str,
        url: str,
        *,
        repeatable: bool,
        params: Pairs | None = None,
        form: Pairs | None = None,
        json: Any = None,
        body: bytes | None = None,
        files: Files | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        max_bytes: int | None = None,
        total: float | None = None,
        follow: bool = True,
        paced: bool = True,
        expect: Literal["any", "json"] = "any",
        read: float | None = None,
        private: bool = False,
    ) -> Reply:
        """Send and return the successful reply. `repeatable`: sent twice it does no harm (reads, PUT of whole values).

        `expect="json"`: an answer that `classify` takes for a success but that is no JSON counts as unreadable.
        `max_bytes`, `total`, `read` (seconds): in place of those of the limits, `read` only where it is longer.
        `private`: nothing of the answer's body comes into the log or into an error. `follow` False: a redirect is
        given to `classify` and returned like any answer.

        Raises ConfigError, TransientError, RejectedError, ProtocolError by the vendor's table and by what the network
        did. A request that is not repeatable and may have been carried out (reset, time-out, cut-off or unreadable
        answer, 5xx) raises OutcomeUnknown and is never sent again; one that surely was not sent (refused, name not
        found, TLS, 429) is retried.
        """
        out = self._build(method, url, params, form, json, body, files, headers, auth)
        terms = self._terms(repeatable, max_bytes, total, follow, paced, expect == "json", read, private)
        return self._until_settled(out, terms, Sink(spool=False))

    @contextmanager
    def spool(
        self,
        method: str,
        url: str,
        *,
        repeatable: bool = True,
        params: Pairs | None = None,
        form: Pairs | None = None,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        max_bytes: int | None = None,
        total: float | None = None,
        follow: bool = True,
        paced: bool = True,
        read: float | None = None,
        private: bool = False,
    ) -> Iterator[IO[bytes]]:
        """As `request`, but the body goes to a temporary file (on disk above 1 MB), positioned at its start.

        For answers too large for memory; `max_bytes` bounds them. A small body (below 64 KB) is shown to
        `classify` as a whole, of a larger one only the first 64 KB. The body is complete before the block is entered.
        """
        out = self._build(method, url, params, form, json, body, None, headers, auth)
        sink = Sink(spool=True)
        try:
            terms = self._terms(repeatable, max_bytes, total, follow, paced, False, read, private)
            self._until_settled(out, terms, sink)
            yield sink.file
        finally:
            sink.file.close()

    def pause(self, seconds: float) -> None:
        """Sleep in slices, ticking, as the door itself does between attempts."""
        self._pauses.pause(seconds)

    def drain_log(self) -> list[Call]:
        """The calls since the last drain (at most the newest 50), masked."""
        if not self._log:
            return []
        calls = list(self._log)
        self._log.clear()
        return calls

    def mask(self, text: str) -> str:
        return self._masker.mask(text)

    def add_secret(self, value: str) -> None:
        self._masker.add(value)

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _build(
        self,
        method: str,
        url: str,
        params: Pairs | None,
        form: Pairs | None,
        json: Any,
        body: bytes | None,
        files: Files | None,
        headers: Mapping[str, str] | None,
        auth: tuple[str, str] | None,
    ) -> Outgoing:
        parse_address(url)
        if auth is not None:
            self.add_secret(auth[1])
        return build(
            method, url, masker=self._masker, params=params, form=form, json=json, body=body, files=files,
            headers=headers, auth=auth,
        )  # fmt: skip

    def _terms(
        self,
        repeatable: bool,
        max_bytes: int | None,
        total: float | None,
        follow: bool,
        paced: bool,
        json: bool,
        read: float | None,
        private: bool,
    ) -> _Terms:
        limits = self._limits
        bound = limits.max_bytes if max_bytes is None else max_bytes
        seconds = limits.total if total is None else total
        return _Terms(repeatable, bound, seconds, follow, paced, json, max(limits.read, read or 0.0), private)

    def _until_settled(self, out: Outgoing, terms: _Terms, sink: Sink) -> Reply:
        """The loop of attempts. What decides: may it have been carried out, would a repeat help, is there time."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._attempt(out, terms, sink)
            except Failed as failed:
                failure = self._masked(failed.failure, terms.private)
            if failure.maybe and not terms.repeatable:
                raise failure.outcome_unknown() from None
            wait = self._wait_before_next(attempt, failure)
            if wait is None:
                raise failure.error() from None
            log.info("%s: attempt %d failed (%s), next in %.1f s", self._who(out), attempt, failure.kind, wait)
            self._pauses.pause(wait)

    def _wait_before_next(self, attempt: int, failure: Failure) -> float | None:
        if not failure.again:
            return None
        return retry_wait(
            attempt=attempt,
            attempts=self._limits.attempts,
            retry_after=failure.retry_after,
            max_wait=self._limits.max_wait,
            jitter=self._random(),
        )

    def _attempt(self, out: Outgoing, terms: _Terms, sink: Sink) -> Reply:
        """One attempt with its redirects. Raises Failed; PortalError from guard, pacer and tick."""
        hop = out
        self._pauses.tick()
        if terms.paced:
            self._pauses.pace()
        self._transport.begin(repeatable=terms.repeatable, total=terms.total, read=terms.read)
        for _ in range(MAX_REDIRECTS + 1):
            reply = self._exchange(hop, terms, sink)
            location = reply.headers.get("location", "")
            if not (terms.follow and location and reply.status in REDIRECTS):
                judge(self._classify, hop, reply, masker=self._masker, who=self._who(out), json=terms.json)
                return reply
            following = redirected(hop, reply.status, location, self._guard, repeatable=terms.repeatable)
            if following is None:
                raise Failed(not_followed(hop, reply.status, location, self._who(out)))
            hop = following
        message = f"{self._who(out)} redirects in a circle. Check the address of the connection."
        raise Failed(Failure("config", message))

    def _exchange(self, out: Outgoing, terms: _Terms, sink: Sink) -> Reply:
        """One request and its answer, counted and logged."""
        call, started = Call(out.method, self.mask(out.url), 0, 0, out.shown), time.monotonic()
        try:
            reply = self._transport.send(out, sink, max_bytes=terms.max_bytes, who=self._who(out))
            call.status = reply.status
            call.answered = PRIVATE if terms.private else self._masker.excerpt(shown(reply))
        except (Failed, PortalError) as error:
            call.error = self.mask(str(error))
            raise
        finally:
            call.ms = round((time.monotonic() - started) * 1000)
            self._log.append(call)
            self.calls += self._transport.sent
            log.debug("%s %s -> %d in %d ms", call.method, call.url, call.status, call.ms)
        if terms.repeatable:
            self._pauses.tick()
        return reply

    def _who(self, out: Outgoing) -> str:
        return self._vendor or parse_address(out.url).host or ""

    def _masked(self, failure: Failure, private: bool) -> Failure:
        detail = failure.detail.partition("\n")[0] if private else failure.detail
        return replace(failure, message=self.mask(failure.message), detail=self.mask(detail))
