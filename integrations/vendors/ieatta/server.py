"""One call of the Integration Server: the address, the credentials, the form. Every job may be repeated."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import urlsplit

from integrations.core.errors import ConfigError, ProtocolError
from integrations.http import Reply
from integrations.vendors.base import Access
from integrations.vendors.ieatta.jobs import Job

PATH = "/Integration-Server/ExpensifyIntegrations"
MAX_FILE = 2_000_000_000
"""Bytes of one exported file; about three million expenses."""
FILE_SECONDS = 900.0
"""For one download with its body: half a gigabyte over a slow line."""


def endpoint(base_url: str) -> str:
    """The whole address; the documented path is added to a bare host. Raises ConfigError naming base_url."""
    text = base_url.strip().rstrip("/")
    text = text if "://" in text else f"https://{text}"
    parts = urlsplit(text)
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise ConfigError(
            "Enter the whole address of the Ieatta Integration Server as base_url.", f"base_url {base_url!r}"
        )
    return text if parts.path else text + PATH


def budget_key(settings: Mapping[str, str], credentials: Mapping[str, str]) -> str:
    """Host and user: the limits are assumed to count per credential pair."""
    host = urlsplit(endpoint(settings.get("base_url", ""))).netloc.lower()
    return f"{host} {credentials.get('partner_user_id', '').strip().lower()}"


class Server:
    """`url`: the endpoint. `user`: the partner user id. Raises ConfigError when the credentials are not filled in."""

    def __init__(self, access: Access) -> None:
        self._http = access.http
        self.url = endpoint(access.settings.get("base_url", ""))
        self.user = access.credentials.get("partner_user_id", "").strip()
        self._secret = access.credentials.get("partner_user_secret", "").strip()
        self._http.add_secret(self._secret)

    def send(self, job: Job, total: float | None = None, **fields: str) -> Reply:
        return self._http.request("POST", self.url, repeatable=True, form=self._form(job, **fields), total=total)

    def ask(
        self,
        job: Job,
        *,
        fields: Mapping[str, str] | None = None,
        total: float | None = None,
        read: float | None = None,
        max_bytes: int | None = None,
    ) -> dict[str, Any]:
        """A job that answers with an envelope. An unreadable answer is asked for again by the door."""
        form = self._form(job, **(fields or {}))
        reply = self._http.request(
            "POST", self.url, repeatable=True, form=form, expect="json", total=total, read=read, max_bytes=max_bytes
        )
        body = reply.json()
        if not isinstance(body, dict) or "responseCode" not in body:
            raise ProtocolError("Ieatta answered without a response code.", detail=reply.text()[:300])
        return body

    @contextmanager
    def spool(self, job: Job) -> Iterator[IO[bytes]]:
        """The answer in a temporary file, positioned at its start."""
        form = self._form(job)
        with self._http.spool("POST", self.url, form=form, max_bytes=MAX_FILE, total=FILE_SECONDS) as file:
            yield file

    def _form(self, job: Job, **fields: str) -> dict[str, str]:
        if not self.user or not self._secret:
            raise ConfigError("Enter the partner user id and secret of Ieatta (Tools > Integrations).")
        pair = {"partnerUserID": self.user, "partnerUserSecret": self._secret}
        return {"requestJobDescription": json.dumps({**job, "credentials": pair}), **fields}
