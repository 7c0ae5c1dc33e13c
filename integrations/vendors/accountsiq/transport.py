"""One SOAP call: token, envelope, renewal of a token that has run out, and the answer's own word on success."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from integrations.core.errors import ConfigError, PortalError, TransientError
from integrations.vendors.accountsiq.addresses import endpoint
from integrations.vendors.accountsiq.answers import Head, NotSuccess, Row, Shape
from integrations.vendors.accountsiq.envelope import Params, build_envelope, build_headers
from integrations.vendors.accountsiq.meaning import failure
from integrations.vendors.accountsiq.reading import CUT, check_end, read_record, read_rows
from integrations.vendors.accountsiq.signin import SignIn
from integrations.vendors.base import Access

LIST_SECONDS = 900.0
FIRST_BYTE_SECONDS = 120.0
"""For one list with its body; no operation pages, so a list of many suppliers is one long answer."""
MAX_LIST = 4_000_000_000
MAX_RECORD = 1_000_000
UNKNOWN = "UNKNOWN"
"""The vendor's code for a Failure without a reason."""
EXPIRED = "HasExpired"
ATTEMPTS = 2
"""How often a list is asked for when its answer was cut short or said Failure for no known reason."""
PAUSE = 1.0
PRIVATE = frozenset({"TokenGet", "TokenRefresh", "Login", "GetSupplierList", "GetActiveSupplierList"})
"""Operations whose answers hold tokens, or bank details and contact data: nothing of them is kept in any log."""


class Transport:
    """`url`: the endpoint. Every call may be repeated: reads and sign-ins change nothing at AccountsIQ."""

    def __init__(self, access: Access) -> None:
        self._http = access.http
        self.url = endpoint(access.settings)
        self.sign_in = SignIn(access, self._sign_in)

    def rows(self, shape: Shape, entity: str | None = None) -> Iterator[Row]:
        """All rows of a list operation, one call, memory flat. `entity`: in place of the configured one.

        A token that has run out is renewed. Before the first row: ConfigError, TransientError with the vendor's words.
        Later only ProtocolError, and surely before the iterator ends: an incomplete list never looks like a whole one.
        """
        expired = tried = 0
        while True:
            token = self.sign_in.token()
            try:
                with self._answer(shape, token, entity) as file:
                    yield from read_rows(file, shape)
                return
            except NotSuccess as refused:
                head = refused.head
            except TransientError as error:
                if error.code != CUT:
                    raise
                tried += 1
                self._settle(error, tried)
                continue
            if head.expired:
                expired += 1
                self._renew(token, expired)
            else:
                tried += 1
                self._settle(failure(head, self._entity(entity)), tried)

    def record(self, shape: Shape) -> dict[str, str]:
        """The wanted fields of the one Result. Raises as `rows`."""
        for row in self.rows(shape):
            return dict(row)
        return {}

    def _settle(self, error: PortalError, tried: int) -> None:
        """Raises, or pauses before another attempt: a Failure for no known reason may have passed by then."""
        if not isinstance(error, TransientError) or tried >= ATTEMPTS:
            raise error
        self._http.pause(PAUSE)

    def _renew(self, token: str, expired: int) -> None:
        """The first time by refreshing; when the fresh token is refused too, by signing in; then it is given up."""
        if expired > 2:
            raise ConfigError(
                "AccountsIQ calls every new access token expired. Check the entity and the rights of the Integration "
                "Application; if they are right, ask AccountsIQ's support.",
                code=EXPIRED,
            )
        self.sign_in.renew(token, anew=expired == 2)

    def _entity(self, entity: str | None) -> str:
        return self.sign_in.entity if entity is None else entity

    @contextmanager
    def _answer(self, shape: Shape, token: str, entity: str | None) -> Iterator[IO[bytes]]:
        modern = self.sign_in.version == "2.0"
        body = build_envelope(
            shape.operation,
            () if modern else [("token", token)],
            (self._entity(entity), token) if modern else None,
        )
        with self._sent(shape.operation, body, LIST_SECONDS, MAX_LIST) as file:
            yield file

    def _sign_in(self, shape: Shape, params: Params) -> tuple[Head, dict[str, str]]:
        with self._sent(shape.operation, build_envelope(shape.operation, params), None, MAX_RECORD) as file:
            content = io.BytesIO(file.read())
        check_end(content)
        return read_record(content, shape)

    @contextmanager
    def _sent(self, operation: str, body: bytes, total: float | None, max_bytes: int) -> Iterator[IO[bytes]]:
        with self._http.spool(
            "POST",
            self.url,
            body=body,
            headers=build_headers(operation),
            total=total,
            max_bytes=max_bytes,
            read=FIRST_BYTE_SECONDS,
            private=operation in PRIVATE,
        ) as file:
            yield file
