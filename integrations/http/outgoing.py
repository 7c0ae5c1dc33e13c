"""Builds what is sent: address, headers, encoded body, and the masked text of it for the log."""

from __future__ import annotations

import json as jsonlib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from urllib3.filepost import encode_multipart_formdata

from integrations.core.errors import ConfigError
from integrations.http.guard import Guard, origin, parse_address
from integrations.http.masking import Masker

Pairs = Mapping[str, Any] | list[tuple[str, str]]
Files = Mapping[str, tuple[str, bytes, str]]

NEUTRAL_HEADERS = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})
"""Headers that a redirect to another server still gets; all others may carry a secret."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request ready to be sent. `shown`: its body as masked text for the log."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    shown: str = ""


def build(
    method: str,
    url: str,
    *,
    masker: Masker,
    params: Pairs | None,
    form: Pairs | None,
    json: Any,
    body: bytes | None,
    files: Files | None,
    headers: Mapping[str, str] | None,
    auth: tuple[str, str] | None,
) -> Outgoing:
    """Raises ConfigError when the address or a header value cannot be sent.

    At most one of form (with or without files), json and body. Values None are left out of params and form.
    """
    sent: dict[str, str] = {
        "accept-encoding": "gzip, deflate",
        "user-agent": "integrations-portal",
    }
    content, kind, shown = _encode(masker, form, json, body, files)
    if kind:
        sent["content-type"] = kind
    if auth is not None:
        sent["authorization"] = "Basic " + b64encode(f"{auth[0]}:{auth[1]}".encode()).decode()
    sent |= {name.lower(): value for name, value in (headers or {}).items()}
    _check_headers(sent)
    return Outgoing(method.upper(), _with_params(url, params), sent, content, shown)


def _encode(
    masker: Masker,
    form: Pairs | None,
    json: Any,
    body: bytes | None,
    files: Files | None,
) -> tuple[bytes | None, str, str]:
    """Body, content type, masked text."""
    if files is not None:
        fields: list[tuple[str, Any]] = [*pairs_of(form), *files.items()]
        content, kind = encode_multipart_formdata(fields)
        names = [(name, f"<{file[0]}, {len(file[1])} bytes, {file[2]}>") for name, file in files.items()]
        return content, kind, masker.excerpt(masker.pairs([*pairs_of(form), *names]))
    if form is not None:
        pairs = pairs_of(form)
        return (
            urlencode(pairs).encode(),
            "application/x-www-form-urlencoded",
            masker.excerpt(masker.pairs(pairs)),
        )
    if json is not None:
        text = jsonlib.dumps(json, ensure_ascii=False)
        return text.encode(), "application/json", masker.excerpt(text)
    if body is not None:
        return body, "", masker.excerpt(readable(body))
    return None, "", ""


def pairs_of(values: Pairs | None) -> list[tuple[str, str]]:
    """Text pairs in order; a list or tuple value repeats its name."""
    items: Iterable[tuple[str, Any]] = values.items() if isinstance(values, Mapping) else values or []
    return [
        (name, str(one))
        for name, value in items
        for one in (value if isinstance(value, list | tuple) else (value,))
        if one is not None
    ]


def readable(body: bytes) -> str:
    """Text of a body for the log; of a binary one only its size."""
    start = body[:40_000]
    if b"\x00" in start[:1000]:
        return f"<{len(body)} bytes>"
    return start.decode("utf-8", "replace")


def _with_params(url: str, params: Pairs | None) -> str:
    extra = urlencode(pairs_of(params))
    if not extra:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=f"{parts.query}&{extra}" if parts.query else extra))


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise ConfigError(
                f"A credential or setting that is sent in the header {name} contains a line break or a character "
                "that cannot be sent. Enter it again, without blanks or lines around it."
            )


def redirected(sent: Outgoing, status: int, location: str, guard: Guard, *, repeatable: bool) -> Outgoing | None:
    """The request that follows a redirect, or None when it must not be followed: its body would have to go to another
    server, or the answer does not say whether the request is to be sent again (301 and 302 of a write, which
    browsers turn into a read that looks like a success).

    303 after a repeatable write is a read of the result. To another server go neither body nor Authorization nor any
    header that might carry a secret. Raises ConfigError when the new address is none or plain http to an unnamed host.
    """
    target = urljoin(sent.url, location)
    same = origin(guard.check_url(target)) == origin(parse_address(sent.url))
    reads = sent.method in ("GET", "HEAD")
    refused = (not repeatable) if status == 303 else (status in (301, 302) or not same)
    if not reads and refused:
        return None
    keep = sent.headers if same else {k: v for k, v in sent.headers.items() if k in NEUTRAL_HEADERS}
    if reads or status != 303:
        return replace(sent, url=target, headers=keep)
    plain = {name: value for name, value in keep.items() if name != "content-type"}
    return Outgoing("GET", target, plain)
