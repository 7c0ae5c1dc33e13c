"""What Accelo's addresses and answers look like, and the one table from its signals to our failure kinds.

Two shapes of failure: resource calls carry `meta.status`, sign-in calls carry `error` (RFC 6749), the lock-out
stands flat or in `meta`. HTTP 200 alone proves nothing. Source: Accelo API docs, _status_codes, _introduction
and _authentication.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from integrations.core.errors import ConfigError, ProtocolError
from integrations.http import Reply, Verdict

OK_WORDS = frozenset({"ok", "ok_created"})
WINDOW_SECONDS = 3600.0
"""Accelo counts calls by the hour (_introduction, Rate Limiting)."""
RESET_MARGIN = 2.0
LOCKOUT_SECONDS = 300.0
"""Length of the lock-out after too many failed sign-ins; each new attempt restarts it (_authentication)."""

WRONG_ADDRESS = (
    "There is no Accelo API at the base address. Set base_url to https://<deployment>.api.accelo.com, "
    "with the name that stands before .accelo.com in your browser."
)
READ_ONLY = (
    "The access was granted for reading only, so nothing can be written. "
    "Set scope to read(all),write(all) and connect again."
)

Kind = Literal["config", "transient", "budget", "rejected", "unknown", "protocol"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`message` may contain {words}: the vendor's own. `done`: the request may have been carried out."""

    kind: Kind
    message: str
    done: bool = False


RULES: Mapping[str, Rule] = {
    "invalid_request": Rule("rejected", "Accelo refused this: {words}"),
    "duplicate": Rule("rejected", "Accelo already has one like this: {words}"),
    "invalid_grant": Rule("config", "Accelo no longer accepts this sign-in. Connect again."),
    "invalid_scope": Rule("config", READ_ONLY),
    "unsupported_grant_type": Rule(
        "config", "This kind of Accelo application cannot sign in this way. Check auth and the application's type."
    ),
    "unauthorized_client": Rule(
        "config", "The sign-in belongs to another Accelo application. Check client_id and connect again."
    ),
    "invalid_client": Rule(
        "config", "Accelo does not accept the credentials. Check client_id and client_secret, or connect again."
    ),
    "invalid_permission": Rule("config", "The Accelo user behind this connection may not do this: {words}"),
    "too_many_requests": Rule("budget", "Accelo's allowance of calls for this hour is used up."),
    "too_many_failed_logins": Rule(
        "transient", "Accelo has locked this address out after too many failed sign-ins. It opens again by itself."
    ),
    "server_error": Rule("transient", "Accelo has trouble at the moment: {words}", done=True),
    "wrong_address": Rule("config", WRONG_ADDRESS),
    "unreadable": Rule("transient", "Accelo answered with {words} instead of data.", done=True),
    "undocumented": Rule("protocol", "Accelo answered in a way its documentation does not know: {words}", done=True),
}

BY_HTTP: Mapping[int, str] = {
    400: "invalid_request",
    401: "invalid_client",
    403: "invalid_permission",
    404: "wrong_address",
    405: "wrong_address",
    410: "wrong_address",
    429: "too_many_requests",
}
"""For answers whose body has no known word."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """`root`: scheme, host and path prefix without a final slash (https://acme.api.accelo.com)."""

    root: str

    @classmethod
    def parse(cls, base_url: str) -> Addresses:
        """With or without scheme, final slash, /api/v0 or /oauth2/v0. Raises ConfigError naming base_url."""
        text = base_url.strip()
        text = (text if "://" in text else f"https://{text}").rstrip("/")
        for ending in ("/api/v0", "/oauth2/v0", "/api", "/oauth2"):
            text = text.removesuffix(ending).rstrip("/")
        parts = urlsplit(text)
        if not parts.hostname or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
            raise ConfigError(WRONG_ADDRESS, f"base_url is {base_url!r}", "wrong_address")
        return cls(text)

    def api(self, path: str) -> str:
        return f"{self.root}/api/v0/{path}"

    def oauth(self, path: str) -> str:
        return f"{self.root}/oauth2/v0/{path}"


def budget_key(settings: Mapping[str, str], credentials: Mapping[str, str]) -> str:
    """Host and path of the base address: the allowance belongs to the deployment, whoever calls."""
    base_url = settings.get("base_url", "")
    try:
        parts = urlsplit(Addresses.parse(base_url).root)
    except ConfigError:
        return base_url
    return f"{parts.netloc.lower()}{parts.path}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the three X-RateLimit headers say; `reset_in` in seconds. None where a header is absent."""

    limit: int | None
    remaining: int | None
    reset_in: float | None

    @property
    def known(self) -> bool:
        return self.remaining is not None

    def text(self) -> str:
        """For people, '' when unknown: "4,812 of 5,000 calls left this hour"."""
        if self.remaining is None:
            return ""
        of = f" of {self.limit:,}" if self.limit is not None else ""
        return f"{self.remaining:,}{of} calls left this hour"


def allowance(reply: Reply) -> Allowance:
    reset = _number(reply.headers.get("x-ratelimit-reset"))
    reset_in = None if reset is None else min(max(reset - vendor_time(reply), 0.0), WINDOW_SECONDS)
    limit = _number(reply.headers.get("x-ratelimit-limit"))
    remaining = _number(reply.headers.get("x-ratelimit-remaining"))
    return Allowance(None if limit is None else int(limit), None if remaining is None else int(remaining), reset_in)


def classify(reply: Reply) -> Verdict | None:
    """The vendor's table. None: the call succeeded as far as the envelope tells."""
    body = decode(reply)
    if not isinstance(body, Mapping):
        return _verdict(_word_without_body(reply), reply, _seen(reply))
    word, words = signal(body)
    if reply.status < 300 and (word in OK_WORDS or not word):
        return None
    if _deployment_missing(words):
        return _verdict("wrong_address", reply, words)
    return _verdict(word if word in RULES else _word_for(reply.status), reply, words or word)


def signal(body: Mapping[str, Any]) -> tuple[str, str]:
    """The machine word and the vendor's own sentence, whichever shape the body has; ('', '') when it has neither."""
    meta = body.get("meta")
    inner: Mapping[str, Any] = meta if isinstance(meta, Mapping) else body
    word = inner.get("status") or body.get("error") or ""
    words = inner.get("message") or body.get("error_description") or ""
    return str(word).strip().lower().replace(" ", "_"), str(words).strip()


def decode(reply: Reply) -> Any:
    """The body as JSON, None when it is not JSON."""
    try:
        return reply.json()
    except ProtocolError:
        return None


def _verdict(word: str, reply: Reply, words: str) -> Verdict:
    rule = RULES[word]
    return Verdict(
        kind=rule.kind,
        message=rule.message.format(words=words or f"HTTP {reply.status}"),
        code=word,
        retry_after=_retry_after(word, reply),
        done=rule.done,
    )


def _retry_after(word: str, reply: Reply) -> float | None:
    """Seconds. The vendor's Retry-After first, then the end of its hour; a lock-out never goes unanswered.

    None where nobody said it: a refusal without the headers, or one that says in the same breath that calls are left,
    is no word about the whole hour, so it is asked again after growing pauses.
    """
    said = _number(reply.headers.get("retry-after"))
    if word == "too_many_failed_logins":
        return (LOCKOUT_SECONDS if said is None else said) + RESET_MARGIN
    if word == "too_many_requests":
        known = said if said is not None else _end_of_hour(allowance(reply))
        return None if known is None else known + RESET_MARGIN
    return said


def _end_of_hour(told: Allowance) -> float | None:
    """Seconds until calls are counted anew, None where the answer does not say that they are used up."""
    return None if told.remaining else told.reset_in


def _word_for(status: int) -> str:
    return "server_error" if status >= 500 else BY_HTTP.get(status, "undocumented")


def _word_without_body(reply: Reply) -> str:
    """For a body that is no JSON object: what else the answer tells."""
    if reply.status < 300:
        return "unreadable"
    word = _word_for(reply.status)
    return "wrong_address" if word in ("invalid_request", "undocumented") else word


def _seen(reply: Reply) -> str:
    start = reply.content[:200].lstrip().lower()
    if not start:
        return "nothing"
    return "a web page" if start.startswith(b"<") else "unreadable text"


def _deployment_missing(words: str) -> bool:
    """An unknown deployment answers 400 `Deployment 'x' was not found.`; the docs also list it under server_error."""
    lower = words.lower()
    return lower.startswith("deployment") and "found" in lower


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def vendor_time(reply: Reply) -> float:
    """The vendor's clock (its Date header), else ours; unix seconds."""
    try:
        return parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
    except (ValueError, TypeError):
        return time.time()
