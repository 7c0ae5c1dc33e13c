"""The shapes of the server's answers. JSON comes as text/plain, as the real one sends it."""

from __future__ import annotations

import html
import json
from typing import Any

from integrations.vendors.emulator import Response

PLAIN = "text/plain;charset=utf-8"


class Refused(Exception):
    """A job that ends in an error envelope."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def envelope(content_type: str = PLAIN, **values: Any) -> Response:
    return Response(200, json.dumps({**values, "responseCode": 200}, ensure_ascii=False).encode(), content_type)


def failure(code: int, message: str) -> Response:
    return Response(200, json.dumps({"responseCode": code, "responseMessage": message}).encode(), PLAIN)


def text(content: str) -> Response:
    return Response(200, content.encode(), PLAIN)


def page(status: int, message: str) -> Response:
    """The web page of the servlet container."""
    title = f"HTTP Status {status} - {html.escape(message)}"
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Response(status, body.encode(), "text/html;charset=utf-8")
