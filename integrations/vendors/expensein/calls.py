"""One authorised call to ExpenseIn: address, header, a refused token renewed once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from typing import IO, Any, TypeVar

from integrations.core.errors import ConfigError
from integrations.http import Reply
from integrations.vendors.base import Access
from integrations.vendors.expensein.auth import SignIn
from integrations.vendors.expensein.mapping import ApiMapping
from integrations.vendors.expensein.wire import parse_base_url

MAX_LIST = 500_000_000
"""Bytes of one list; about two million records."""
LIST_SECONDS = 300.0
TOKEN_REFUSED = (
    "ExpenseIn does not accept the token it was asked for just now. Check client id, client secret and scope, and that "
    "this client may use the API."
)
JSON_BODY = {"Content-Type": "application/json; charset=utf-8"}
T = TypeVar("T")


class Calls:
    """`root`: the base address with its version, without a final slash."""

    def __init__(self, access: Access, mapping: ApiMapping) -> None:
        self.root = parse_base_url(access.settings.get("base_url", ""))
        self._http = access.http
        self._sign_in = SignIn(access, mapping)
        self._given_up: ConfigError | None = None

    def write(self, method: str, path: str, body: Mapping[str, Any], *, repeatable: bool) -> Reply:
        url, content = self.root + path, json.dumps(body, ensure_ascii=False, default=_number).encode()
        return self._authorised(
            lambda headers: self._http.request(
                method, url, repeatable=repeatable, body=content, headers=headers | JSON_BODY
            )
        )

    def read(self, path: str) -> Reply:
        url = self.root + path
        return self._authorised(lambda headers: self._http.request("GET", url, repeatable=True, headers=headers))

    @contextmanager
    def spool(self, path: str, params: Mapping[str, str]) -> Iterator[IO[bytes]]:
        """The complete answer in a temporary file, at its start."""
        url = self.root + path
        with ExitStack() as stack:
            yield self._authorised(
                lambda headers: stack.enter_context(
                    self._http.spool("GET", url, params=params, headers=headers, max_bytes=MAX_LIST, total=LIST_SECONDS)
                )
            )

    def _authorised(self, send: Callable[[dict[str, str]], T]) -> T:
        """Raises ConfigError at once after a key or token was refused for good: it is tried once."""
        if self._given_up:
            raise self._given_up
        try:
            return self._with_token(send)
        except ConfigError as error:
            self._given_up = error if error.code == "401" else None
            raise

    def _with_token(self, send: Callable[[dict[str, str]], T]) -> T:
        """A refused call was surely not carried out, so that even a create may be sent again with a new token."""
        header = self._sign_in.header()
        try:
            return send(_headers(header))
        except ConfigError as error:
            if error.code != "401" or not self._sign_in.by_token:
                raise
        header = self._sign_in.renewed()
        try:
            return send(_headers(header))
        except ConfigError as error:
            raise (ConfigError(TOKEN_REFUSED, error.detail, "401") if error.code == "401" else error) from None


def _number(value: object) -> float:
    """A fraction that came with a record and goes back with it; of up to 15 digits none is lost."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


def _headers(authorization: str) -> dict[str, str]:
    return {"Authorization": authorization, "Accept": "application/json"}
