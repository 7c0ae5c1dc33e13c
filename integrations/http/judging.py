"""What a complete answer means, by the vendor's table and by whether it can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from integrations.core.errors import ProtocolError
from integrations.core.retry import parse_retry_after
from integrations.http.failures import Failed, unreadable, verdict_failure
from integrations.http.masking import Masker
from integrations.http.outgoing import Outgoing
from integrations.http.shapes import Reply, Verdict

SHOWN = 40_000
"""Bytes of a body that are looked at to show its beginning."""


def judge(
    classify: Callable[[Reply], Verdict | None], out: Outgoing, reply: Reply, *, masker: Masker, who: str, json: bool
) -> None:
    """Returns when the vendor's table calls the reply a success and, with `json`, it is JSON; else raises Failed.

    A table may call `reply.json()`: what cannot be read then counts as unreadable, not as a failure of the table.
    """
    try:
        verdict = classify(reply)
        if verdict is None and json:
            reply.json(decimals=True)  # as its client will ask for it
    except ProtocolError as error:
        raise Failed(unreadable(reply.status, f"{who}: {error.message}", _detail(out, reply, masker))) from None
    if verdict is not None:
        raise Failed(verdict_failure(verdict, reply.status, _detail(out, reply, masker), retry_after(reply)))


def _detail(out: Outgoing, reply: Reply, masker: Masker) -> str:
    return f"{out.method} {out.url} -> {reply.status}\n{masker.excerpt(shown(reply))}"


def retry_after(reply: Reply) -> float | None:
    """Seconds by the Retry-After header, a date in it read by the vendor's own clock when it sends one."""
    try:
        now = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        now = datetime.now(UTC)
    return parse_retry_after(reply.headers.get("retry-after", ""), now if now.tzinfo else now.replace(tzinfo=UTC))


def shown(reply: Reply) -> str:
    """The beginning of the body as text, not yet masked; of a binary one only its size."""
    kind = reply.headers.get("content-type", "")
    if b"\x00" in reply.content[:1000] or kind.startswith(("image/", "application/pdf", "application/zip")):
        return f"<{len(reply.content)} bytes of {kind}>"
    return (reply if len(reply.content) <= SHOWN else replace(reply, content=reply.content[:SHOWN])).text()
