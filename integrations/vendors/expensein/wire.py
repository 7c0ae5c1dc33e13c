"""Addresses, and the one table from ExpenseIn's answers to our failure kinds. Pure.

Statuses and error bodies are assumed, not documented: {"message", "errors": [{"field", "message"}]}. The table also
takes the other common shapes ({"errors": {"name": ["..."]}}, {"title"}, {"detail"}, {"error"}), and any body at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from integrations.core.errors import ConfigError
from integrations.http import Reply, Verdict

VERSION = "/1.0"
"""The version is a path segment (ExpenseIn, Developers)."""

NEW_KEY = (
    "ExpenseIn does not accept the API key. It is wrong, or was regenerated or deleted: make a new one in ExpenseIn "
    "under Admin > Integrations > ExpenseIn API and enter it here."
)
NOT_ALLOWED = (
    "ExpenseIn does not allow this{words}. Either the API key lacks a permission (writing needs Account "
    "administrator), or it may not be used from the address of this server: correct the key's permissions or allowed "
    "IP addresses in ExpenseIn under Admin > Integrations > ExpenseIn API."
)
WRONG_ADDRESS = (
    "There is no ExpenseIn API at the base address. Set base_url to the address with the version at its end, like "
    "https://api.expensein.com/1.0."
)
WEB_PAGE = (
    "ExpenseIn answered with a web page instead of data: it may be under maintenance. If it stays so, test the "
    "connection."
)
WRONG_MAPPING = "Correct base_url, or the paths and methods in the mapping file (PORTAL_EXPENSEIN_MAPPING)."
_SENTENCES = ("message", "Message", "detail", "title", "error_description", "error")
_REFUSALS = frozenset({400, 404, 409, 410, 412, 413, 422})
_LONGEST = 500


def parse_base_url(base_url: str) -> str:
    """Without a final slash; the version is added to a bare host. Raises ConfigError naming base_url."""
    text = base_url.strip().rstrip("/")
    text = text if "://" in text else f"https://{text}"
    parts = urlsplit(text)
    if not parts.hostname or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise ConfigError(WRONG_ADDRESS, f"base_url {base_url!r}", "wrong_address")
    return text if parts.path else text + VERSION


def classify(reply: Reply) -> Verdict | None:
    """None: a success. The code is the HTTP status, web_page for a web page under a success status. The client turns a
    404 on a list into trouble of the set-up, the connection test a web page into a wrong base address."""
    status = reply.status
    if status < 300:
        if is_html(reply.content):
            return Verdict("transient", WEB_PAGE, "web_page", done=True)
        return None
    words = said(reply)
    if status == 401:
        return Verdict("config", NEW_KEY, "401")
    if status == 403:
        return Verdict("config", NOT_ALLOWED.format(words=f" ({words})" if words else ""), "403")
    if status == 405:
        return Verdict("config", f"ExpenseIn does not know this method here (HTTP 405). {WRONG_MAPPING}", "405")
    if status == 429:
        return _pause(reply)
    if status >= 500 or status == 408:
        return Verdict("transient", _trouble(status, words), str(status), done=True)
    if status in _REFUSALS:
        return Verdict("rejected", f"ExpenseIn refuses this: {words or f'HTTP {status}'}", str(status))
    return Verdict("protocol", f"ExpenseIn gave an unexpected answer: {words or f'HTTP {status}'}", str(status))


def _pause(reply: Reply) -> Verdict:
    """With a known end the sync is held until then; without one the door tries again after growing waits."""
    message = "ExpenseIn asks for a pause: too many calls. It goes on by itself."
    return Verdict("budget" if reply.headers.get("retry-after") else "transient", message, "429")


def _trouble(status: int, words: str) -> str:
    return f"ExpenseIn has trouble at the moment (HTTP {status}{': ' + words if words else ''})."


def said(reply: Reply) -> str:
    """The vendor's message with those of the fields ("Not valid; name: already in use"), '' when there is none."""
    if is_html(reply.content):
        return ""
    try:
        body = json.loads(reply.content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return ""
    if isinstance(body, str):
        return body.strip()[:_LONGEST]
    if not isinstance(body, Mapping):
        return ""
    sentence = next((body[key] for key in _SENTENCES if isinstance(body.get(key), str)), "").strip()
    parts = [sentence.rstrip("."), *_field_words(body.get("errors") or body.get("Errors"))]
    return "; ".join(dict.fromkeys(part for part in parts if part))[:_LONGEST]


def _field_words(errors: Any) -> Iterator[str]:
    """ "field: message" of a list of objects or texts, or of an object from field to message(s)."""
    if isinstance(errors, Mapping):
        for field, texts in errors.items():
            for text in texts if isinstance(texts, list) else [texts]:
                yield f"{field}: {text}"
    elif isinstance(errors, list):
        for one in errors:
            if isinstance(one, Mapping):
                field, text = one.get("field") or one.get("name"), one.get("message") or "not valid"
                yield f"{field}: {text}" if field else str(text)
            elif isinstance(one, str):
                yield one


def is_html(content: bytes) -> bool:
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype", b"<html", b"<head", b"<body"))
