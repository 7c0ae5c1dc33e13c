"""Parameters of one request, wherever they travel: query, form body, JSON body, multipart. Twice is refused.

Source: Accelo API docs, _configuring_responses and _introduction.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from integrations.vendors.accelo.sandbox.answers import Refused
from integrations.vendors.emulator import Request


@dataclass(frozen=True, slots=True)
class Upload:
    filename: str
    content: bytes
    mimetype: str


@dataclass(frozen=True, slots=True)
class Params:
    """`values`: text, or JSON values of a JSON body. `method`: after the `_method` override."""

    method: str
    values: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else str(value)


def read_params(request: Request) -> Params:
    """Raises Refused (invalid_request) for a repeated name, an unreadable body or an unknown `_method`."""
    files: dict[str, Upload] = {}
    pairs: list[tuple[str, Any]] = [*request.query_pairs(), *_body_pairs(request, files)]
    values = dict(pairs)
    if len(values) != len(pairs):
        raise Refused("invalid_request")
    method = str(values.pop("_method", request.method)).upper()
    if method not in ("GET", "POST", "PUT", "DELETE"):
        raise Refused("invalid_request")
    return Params(method, values, files)


def _body_pairs(request: Request, files: dict[str, Upload]) -> list[tuple[str, Any]]:
    kind = request.headers.get("content-type", "")
    if not request.body:
        return []
    if kind.startswith("application/json"):
        return _json_pairs(request.body)
    if kind.startswith("multipart/form-data"):
        return _multipart_pairs(kind, request.body, files)
    return list(request.form_pairs())


def _json_pairs(body: bytes) -> list[tuple[str, Any]]:
    try:
        found = json.loads(body)
    except ValueError:
        raise Refused("invalid_request") from None
    if not isinstance(found, dict):
        raise Refused("invalid_request")
    return list(found.items())


def _multipart_pairs(kind: str, body: bytes, files: dict[str, Upload]) -> list[tuple[str, Any]]:
    """Parts with a file name go to `files`, the others are values."""
    boundary = re.search(r'boundary="?([^";]+)', kind)
    if boundary is None:
        raise Refused("invalid_request")
    pairs: list[tuple[str, Any]] = []
    for part in body.split(b"--" + boundary.group(1).encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        headers = head.decode("utf-8", "replace")
        name, filename = _attribute(headers, "name"), _attribute(headers, "filename")
        if filename is None:
            pairs.append((name or "", content.decode("utf-8", "replace")))
        elif name is None or name in files:
            raise Refused("invalid_request")
        else:
            mimetype = re.search(r"(?im)^content-type:\s*(\S+)", headers)
            files[name] = Upload(filename, content, mimetype.group(1) if mimetype else "application/octet-stream")
    return pairs


def _attribute(headers: str, name: str) -> str | None:
    """A quoted attribute of the disposition; quotes and line ends travel percent-encoded."""
    found = re.search(rf'[; ]{name}="([^"]*)"', headers)
    if found is None:
        return None
    return found.group(1).replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
