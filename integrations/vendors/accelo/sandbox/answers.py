"""Envelopes and refusals as Accelo sends them. Source: Accelo API docs, _introduction and _status_codes."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

from integrations.vendors.emulator import Response

OK_TEXT = "Everything executed as expected."
MORE_INFO = "https://api.accelo.com/docs/#status-codes"
GENERIC = (
    "The request could not be interpreted. This can be caused by missing or invalid data. "
    "Please ensure that the resource you are requesting actually exists."
)
HTTP: Mapping[str, int] = {
    "invalid_request": 400,
    "duplicate": 400,
    "invalid_grant": 400,
    "invalid_scope": 400,
    "unsupported_grant_type": 400,
    "invalid_client": 401,
    "unauthorized_client": 401,
    "invalid_permission": 403,
    "too_many_requests": 429,
    "server_error": 500,
}


class Refused(Exception):
    """A call that Accelo answers with a failure word."""

    def __init__(self, word: str, message: str = GENERIC, more_info: str = MORE_INFO) -> None:
        super().__init__(message)
        self.word = word
        self.message = message
        self.more_info = more_info


class NotKnown(Exception):
    """A part of Accelo that this emulator does not know."""


class Shuffler:
    """Accelo's key order is random; so is ours, from a fixed seed."""

    def __init__(self) -> None:
        self.random = random.Random(7)

    def shuffle(self, value: Any) -> Any:
        if isinstance(value, dict):
            items = list(value.items())
            self.random.shuffle(items)
            return {key: self.shuffle(inner) for key, inner in items}
        return [self.shuffle(inner) for inner in value] if isinstance(value, list) else value


NOTHING = object()
"""A DELETE answers the meta alone."""


def envelope(
    shuffler: Shuffler, response: Any, flags: Mapping[str, str], *, status: int = 200, refused: Refused | None = None
) -> Response:
    """`flags`: the request's control parameters, value 1 or yes (_suppress_message, ..._http_status, ..._meta)."""
    meta: dict[str, Any] = _meta(status, refused)
    if _on(flags, "_suppress_message"):
        meta = {"status": meta["status"]}
    if _on(flags, "_suppress_http_status"):
        meta["response_code"] = status
        status = 200
    body: dict[str, Any] = {} if response is NOTHING else {"response": response}
    if not _on(flags, "_suppress_meta"):
        body["meta"] = meta
    return Response(status, json.dumps(shuffler.shuffle(body)).encode())


def _meta(status: int, refused: Refused | None) -> dict[str, Any]:
    if refused is not None:
        return {"status": refused.word, "message": refused.message, "more_info": refused.more_info}
    word = "ok_created" if status == 201 else "ok"
    return {"status": word, "message": OK_TEXT, "more_info": MORE_INFO}


def _on(flags: Mapping[str, str], name: str) -> bool:
    return flags.get(name, "") in ("1", "yes")


def oauth_error(word: str, description: str = "") -> Response:
    """The RFC 6749 shape of the sign-in addresses."""
    body = {"error": word} | ({"error_description": description} if description else {})
    return Response(HTTP[word], json.dumps(body).encode())
