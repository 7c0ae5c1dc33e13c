"""Answers in the shapes assumed of ExpenseIn, and refusals with its error bodies."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from integrations.vendors.emulator import Response, json_response
from integrations.vendors.expensein.sandbox.store import Row, Settings

JSON = "application/json; charset=utf-8"


class Refused(Exception):
    """A call that is answered with a status, a message and perhaps the fields at fault, (name, message)."""

    def __init__(
        self, status: int, message: str, fields: Iterable[tuple[str, str]] = (), headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.fields, self.headers = status, message, list(fields), headers or {}

    def response(self) -> Response:
        body: Row = {"message": self.message}
        if self.fields:
            body["errors"] = [{"field": field, "message": message} for field, message in self.fields]
        return json_response(body, self.status, JSON, **self.headers)


def page_not_found(path: str) -> Response:
    """What the web server itself says outside the API."""
    body = "<!DOCTYPE html><html><head><title>404</title></head><body><h1>Not Found</h1></body></html>"
    return Response(404, body.encode(), "text/html; charset=utf-8")


def shown(row: Row, settings: Settings) -> Row:
    """A row by the account's own field names; an id as a number where the account numbers its records."""
    told = {settings.names.get(name, name): value for name, value in row.items()} if settings.names else dict(row)
    if settings.numeric_ids and row["id"].isdigit():
        told[settings.names.get("id", "id")] = int(row["id"])
    return told


def rendered(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def rendered_list(rows: Iterable[Row], settings: Settings) -> bytes:
    body = b"[" + b",".join(rendered(shown(row, settings)) for row in rows) + b"]"
    return b'{"kind":"list",' + rendered(settings.wrap) + b":" + body + b',"next":null}' if settings.wrap else body
