"""What one answer of the Integration Server means. Pure.

Most answers are HTTP 200 and a code in the body decides; the content type tells nothing. A success is a JSON object
with `responseCode` 200, a bare file name (`file`) or raw content (`download`). Source: the vendor's Integration Server
manual, "Response codes"; behaviour recorded by public clients of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from integrations.http import Reply, Verdict

BACK_OFF = 10.0
"""Seconds after a rate limit: the shorter window's length. The vendor names no Retry-After."""

TEMPLATE = "template"
NO_POLICY = "no_policy"
NOT_FOUND = "404"
GONE = "410"
SERVER = "500"
HTML = "html"
NO_CODE = "message"
"""An envelope with a message alone."""

SIGN_IN_AGAIN = (
    "Ieatta does not accept the credentials. The secret may have been made anew, which stops every integration on that "
    "Ieatta account: create a new pair under Tools > Integrations, enter it here and in the other integrations."
)
NOT_ALLOWED = (
    "The Ieatta user of this connection may not do this ({words}). If the secret was made anew, enter the new pair: "
    "until then every integration on that account stops. Otherwise make the user an admin of the workspace (policy)."
)
_AUTH = re.compile(r"not authori[sz]ed|authenticat|credential|partneruser|permission|not allowed|access denied", re.I)
_TEMPLATE = re.compile(r"template|freemarker|\bftl\b|InvalidReference|ParseException", re.I)
_MISSING = re.compile(r"required parameter|missing or malformed|malformed", re.I)
_BAD_REQUEST_PAGE = re.compile(rb"requestJobDescription|JSONObject", re.I)

_Kind = Literal["config", "transient", "rejected", "protocol"]


def classify(reply: Reply) -> Verdict | None:
    """The vendor's table for the door: None when the answer is a success."""
    body = envelope(reply.content)
    code = code_of(body) if body is not None else None
    words = words_of(body) if body is not None else ""
    if reply.status == 429 or code == 429:
        return Verdict("transient", "Ieatta asks for a pause: too many requests.", "429", BACK_OFF)
    if reply.status < 300:
        if body is None:
            return _page(reply) if is_html(reply.content) else None
        return None if code in (200, 207) or (code is None and not words) else _by_code(code, words)
    if body is not None and code is not None and code != 200:
        return _by_code(code, words)
    return _by_status(reply, words)


def envelope(content: bytes) -> Mapping[str, Any] | None:
    """The body as an envelope: one JSON object that names a code or a message; None for anything else.

    Export content of our template is several objects, or one without either key.
    """
    start = content.lstrip()[:1]
    if start != b"{":
        return None
    try:
        body = json.loads(content.decode("utf-8", "replace"))
    except ValueError:
        return None
    return body if isinstance(body, dict) and ("responseCode" in body or "responseMessage" in body) else None


def code_of(body: Mapping[str, Any]) -> int | None:
    """`responseCode` as number, float or numeric text; None when absent or something else."""
    try:
        return int(float(body["responseCode"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def words_of(body: Mapping[str, Any]) -> str:
    return str(body.get("responseMessage") or "").strip()


def is_html(content: bytes) -> bool:
    return (
        content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html", b"<head", b"<body"))
    )


def _by_code(code: int | None, words: str) -> Verdict:
    """A code in the body. 500 stands for generic trouble and for a lack of permission alike."""
    said = words or f"code {code}"
    if code == 401 or (code in (500, None) and _AUTH.search(words)):
        return _sign_in(code, words)
    if code == 403:
        return Verdict("config", NOT_ALLOWED.format(words=said), "403")
    if _TEMPLATE.search(words):
        return Verdict("rejected", f"Ieatta could not use the export template: {said}", TEMPLATE)
    if code == 500 and not _MISSING.search(words):
        return Verdict("transient", f"Ieatta has trouble at the moment: {said}", SERVER, done=True)
    if code is not None and 501 <= code <= 599:
        return Verdict("transient", f"Ieatta has trouble at the moment: {said}", str(code), done=True)
    return Verdict("rejected", f"Ieatta refused the request: {said}", NO_CODE if code is None else str(code))


def _sign_in(code: int | None, words: str) -> Verdict:
    if words and re.search(r"not authori[sz]ed|permission|not allowed|access denied", words, re.I) and code != 401:
        return Verdict("config", NOT_ALLOWED.format(words=words), str(code or ""))
    return Verdict("config", SIGN_IN_AGAIN, str(code or ""))


def _by_status(reply: Reply, words: str) -> Verdict:
    """An HTTP error without a usable code in the body."""
    status = reply.status
    said = words or f"HTTP {status}"
    if status == 401 or (status == 500 and _AUTH.search(reply.text()[:2000])):
        return _sign_in(status, words)
    if status == 403:
        return Verdict("config", NOT_ALLOWED.format(words=said), "403")
    if status == 500 and _BAD_REQUEST_PAGE.search(reply.content):
        return Verdict("protocol", "Ieatta could not read the portal's request. Report this to us.", "500")
    if status == 500 and _TEMPLATE.search(reply.text()[:20_000]):
        return Verdict("rejected", "Ieatta could not use the export template.", TEMPLATE)
    if status >= 500 or status == 408:
        code = SERVER if status == 500 else str(status)
        return Verdict("transient", f"Ieatta has trouble at the moment (HTTP {status}).", code, done=True)
    if status in (404, 405) and (not words or is_html(reply.content)):
        return Verdict("config", f"There is no Ieatta service at this address (HTTP {status}). Check base_url.", HTML)
    return Verdict("rejected", f"Ieatta refused the request: {said}", str(status))


def _page(reply: Reply) -> Verdict:
    """A web page under HTTP 200: a gateway's excuse, or not the vendor's address at all."""
    if _BAD_REQUEST_PAGE.search(reply.content):
        return Verdict("protocol", "Ieatta could not read the portal's request. Report this to us.", "500")
    return Verdict(
        "transient",
        "Ieatta answered with a web page instead of data. If this stays, check base_url of the connection.",
        HTML,
        done=True,
    )
