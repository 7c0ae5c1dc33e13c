"""Calls and answers of the REST API inside the emulator, and refusals as Salesforce words them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.vendors.emulator import Response

JSON = "application/json;charset=UTF-8"
HTTP: Mapping[str, int] = {
    "INVALID_SESSION_ID": 401,
    "REQUEST_LIMIT_EXCEEDED": 403,
    "API_DISABLED_FOR_ORG": 403,
    "INSUFFICIENT_ACCESS": 403,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "METHOD_NOT_ALLOWED": 405,
    "UNSUPPORTED_API_VERSION": 410,
    "UNSUPPORTED_MEDIA_TYPE": 415,
}
"""All other codes are 400. Source: REST API guide, status codes and error responses."""


class Refused(Exception):
    """Salesforce says no. `fields` None: the error has no such key (queries, missing resources)."""

    def __init__(self, code: str, message: str, fields: tuple[str, ...] | None = None, status: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = fields
        self.status = status or HTTP.get(code, 400)

    def as_rest(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        return error if self.fields is None else {**error, "fields": list(self.fields)}

    def as_row(self) -> dict[str, Any]:
        """The error of one row of a collection."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields or ())}


class NotEmulated(Exception):
    """A part of Salesforce that this emulator does not know."""


@dataclass(slots=True)
class Answer:
    """`body`: JSON value, or bytes of `content_type`; None is no body at all."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the REST API. `parts`: what follows `/services/data/vNN.N`, decoded; header names in lower case."""

    method: str
    parts: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    user_id: str
    client_id: str
    version: str

    @property
    def root(self) -> str:
        return f"/services/data/v{self.version}"

    def json(self) -> Any:
        """The body. Raises Refused for what is no JSON."""
        try:
            return json.loads(self.body)
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise Refused("JSON_PARSER_ERROR", f"Unexpected character in the request body: {error}") from None

    def json_object(self) -> dict[str, Any]:
        value = self.json()
        if not isinstance(value, dict):
            raise Refused("JSON_PARSER_ERROR", "The request body must be a JSON object.")
        return value


def refusal(refused: Refused) -> Answer:
    return Answer(refused.status, [refused.as_rest()])


def not_emulated(unknown: NotEmulated) -> Answer:
    return Answer(501, [{"errorCode": "NOT_EMULATED", "message": f"The sandbox does not emulate {unknown}."}])


def missing() -> Refused:
    return Refused("NOT_FOUND", "The requested resource does not exist")


def wrong_method(call: Call, *allowed: str) -> Refused:
    words = f"HTTP Method '{call.method}' not allowed. Allowed are {','.join(allowed)}"
    return Refused("METHOD_NOT_ALLOWED", words)


def to_response(answer: Answer) -> Response:
    if answer.body is None:
        body = b""
    elif isinstance(answer.body, bytes):
        body = answer.body
    else:
        body = json.dumps(answer.body, ensure_ascii=False).encode()
    return Response(answer.status, body, answer.content_type, dict(answer.headers))
