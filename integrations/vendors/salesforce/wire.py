"""Reads Salesforce's error bodies and says what each answer means, by the table in rules.py.

Four shapes of failure: REST sends an array of `{"message", "errorCode", "fields"}`, rows of a collection carry
`errors[]` with `statusCode`, sign-in sends `{"error", "error_description"}` (revoking: the same as a form), and pages
of maintenance or of the edge are HTML or empty. Messages may be in the user's language: only codes decide, the HTTP
status comes second.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from integrations.core.errors import ProtocolError
from integrations.http import Reply, Verdict
from integrations.vendors.salesforce.allowance import LOOK_AGAIN
from integrations.vendors.salesforce.ids import is_id, to18
from integrations.vendors.salesforce.rules import CHANGED_SINCE, EXPIRED, REFUSED, RULES, Rule

CONCURRENT_PAUSE = 60.0
"""Seconds, when a refusal for too many calls does not say which limit was met."""

BY_HTTP: Mapping[int, str] = {
    401: "sign_in_refused",
    403: "sign_in_refused",
    404: "wrong_address",
    405: "METHOD_NOT_ALLOWED",
    406: "overload",
    410: "version_gone",
    412: CHANGED_SINCE,
    414: "too_long",
    415: "UNSUPPORTED_MEDIA_TYPE",
    420: "overload",
    429: "too_many",
    431: "too_long",
}
"""For answers whose body has no code."""
FINAL = frozenset({410, 412, 414, 431})
"""These say it all, whatever the body says."""
BUSY = frozenset({406, 420, 429})
"""These too, unless the body has a word that is known."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What an answer or a row says: its machine word, its sentence, the fields it names."""

    code: str = ""
    words: str = ""
    fields: tuple[str, ...] = ()


def classify(reply: Reply) -> Verdict | None:
    """The vendor's table. None: the call succeeded, as far as one answer tells for all rows in it."""
    if reply.status < 400:
        return _below_400(reply)
    body = decode(reply.content)
    told = signal(body) if body is not None else _from_text(reply)
    if reply.status in FINAL or (reply.status in BUSY and told.code not in RULES):
        return _verdict(BY_HTTP[reply.status], told, reply)
    return _verdict(_word(told, reply), told, reply)


def signal(body: Any) -> Signal:
    """Of a body as JSON, in whichever shape; an empty Signal when it has none of them."""
    if isinstance(body, Mapping):
        return _from_object(body)
    rows = [row for row in body if isinstance(row, Mapping)] if isinstance(body, list) else []
    return row_signal(rows)


def row_signal(errors: Sequence[Any]) -> Signal:
    """Of the errors of one request or one row: the first one's code, all sentences and fields."""
    rows = [error for error in errors if isinstance(error, Mapping)]
    if not rows:
        return Signal()
    code = str(rows[0].get("errorCode") or rows[0].get("statusCode") or "")
    words = " ".join(_sentence(row.get("message")) for row in rows if row.get("message"))
    fields = [str(name) for row in rows for name in _list(row.get("fields"))]
    return Signal(code, words, tuple(dict.fromkeys(fields)))


def words_of(told: Signal) -> str:
    """The sentence for a person about one refused row."""
    rule = RULES.get(told.code, REFUSED)
    fields = f" ({', '.join(told.fields)})" if told.fields else ""
    return rule.message.format(words=told.words or told.code or "no reason given.", fields=fields)


def wire_id(value: Any) -> str:
    """The 18-character id of a record that Salesforce sent. Raises ProtocolError when it is none."""
    if not is_id(str(value)):
        raise ProtocolError("Salesforce sent a record without a proper id.", repr(value)[:100])
    return to18(str(value))


def decode(content: bytes) -> Any:
    """The body as JSON, None when it is not JSON."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _below_400(reply: Reply) -> Verdict | None:
    if 300 <= reply.status < 400 and reply.status != 304:
        return _verdict("wrong_address", Signal(words=f"HTTP {reply.status}"), reply)
    if reply.content[:200].lstrip().startswith(b"<"):
        return _verdict("unreadable", Signal(words="a web page"), reply)
    return None


def _from_object(body: Mapping[str, Any]) -> Signal:
    if body.get("error"):
        return Signal(str(body["error"]), str(body.get("error_description") or ""))
    if isinstance(body.get("errors"), list):
        return row_signal(body["errors"])
    return row_signal([body])


def _from_text(reply: Reply) -> Signal:
    """A form (revoking), a bare word (identity) or a page."""
    text = reply.text()[:2000].strip()
    if text in ("Bad_OAuth_Token", "Missing_OAuth_Token"):
        return Signal(EXPIRED, text)
    if text.startswith("error="):
        form = parse_qs(text)
        return Signal(form["error"][0], form.get("error_description", [""])[0])
    return Signal(words="a web page" if text.startswith("<") else "")


def _word(told: Signal, reply: Reply) -> str:
    """The entry of the table."""
    if told.code == EXPIRED:
        return "session_not_for_api" if _not_for_api(told.words) else EXPIRED
    if told.code == "REQUEST_LIMIT_EXCEEDED" and "totalrequests" in told.words.replace(" ", "").lower():
        return "daily_limit"
    if told.code:
        return told.code
    if reply.status >= 500:
        return "server_error"
    return BY_HTTP.get(reply.status, "")


def _not_for_api(words: str) -> bool:
    """Two refusals share the code of an expired session; renewing the token would go on for ever."""
    return "not valid for use with the REST API" in words or "not attached to Agent" in words


def _verdict(word: str, told: Signal, reply: Reply) -> Verdict:
    rule = RULES.get(word) or _unknown(told, reply)
    shown = Signal(word, told.words or f"HTTP {reply.status}.", told.fields)
    fields = f" ({', '.join(shown.fields)})" if shown.fields else ""
    return Verdict(
        kind=rule.kind,
        message=rule.message.format(words=shown.words, fields=fields),
        code=word or str(reply.status),
        retry_after=_retry_after(word, told),
        done=rule.done,
    )


def _unknown(told: Signal, reply: Reply) -> Rule:
    if reply.status >= 500:
        return RULES["server_error"]
    return RULES["sign_in_refused"] if reply.status == 401 or "/oauth2/" in reply.url else REFUSED


def _retry_after(word: str, told: Signal) -> float | None:
    """Seconds; Salesforce sends no Retry-After."""
    if word == "daily_limit":
        return LOOK_AGAIN
    if word == "REQUEST_LIMIT_EXCEEDED" and "concurrent" not in told.words.lower():
        return CONCURRENT_PAUSE
    return None


def _sentence(text: Any) -> str:
    words = str(text).strip()
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
