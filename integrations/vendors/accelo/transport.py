"""One authenticated call to the Accelo API: bearer token, envelope, lists, pages, allowance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.core.errors import BudgetExhausted, ConfigError, OutcomeUnknown, ProtocolError, RejectedError
from integrations.http import Reply
from integrations.vendors.accelo.auth import SignIn
from integrations.vendors.accelo.wire import (
    OK_WORDS,
    READ_ONLY,
    WRONG_ADDRESS,
    Addresses,
    Allowance,
    allowance,
    decode,
    vendor_time,
)
from integrations.vendors.base import Access

PAGE = 100
"""Most rows Accelo gives in one page; it gives 10 when not asked (_configuring_responses)."""
UNREADABLE = "Accelo answered unreadably to something new; look there before it is sent again."

Row = Mapping[str, Any]
Files = Mapping[str, tuple[str, bytes, str]]


class Transport:
    """`allowance`: what Accelo last said of its hourly budget. `time`: when it last answered, by its own clock (unix
    seconds; ours where it does not say)."""

    def __init__(self, access: Access, addresses: Addresses, sign_in: SignIn) -> None:
        self._http = access.http
        self._addresses = addresses
        self._sign_in = sign_in
        self.allowance = Allowance(None, None, None)
        self.time = 0.0

    def read(self, path: str, **params: str) -> Any:
        """The `response` of one GET. A missing object raises RejectedError, as Accelo answers it with 400."""
        return self._call("GET", path, repeatable=True, params=params)

    def rows(self, path: str, **params: str) -> list[Row]:
        return as_rows(self.read(path, **params))

    def pages(self, path: str, filters: str = "", fields: str = "") -> Iterator[Row]:
        """All rows, page by page, by ascending id where the filters do not say otherwise; each row once.

        Ends at the first page that is not full. Raises ProtocolError when Accelo gives the same page twice.
        """
        seen: set[str] = set()
        page = 0
        while True:
            params = {"_limit": str(PAGE), "_page": str(page), "_fields": fields, "_filters": filters}
            rows = self.rows(path, **{name: value for name, value in params.items() if value})
            fresh = [row for row in rows if str(row.get("id")) not in seen]
            if rows and not fresh:
                raise ProtocolError(f"Accelo gave the same page of {path} twice.", f"page {page}")
            seen.update(str(row.get("id")) for row in fresh)
            yield from fresh
            if len(rows) < PAGE:
                return
            page += 1

    def write(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, str],
        files: Files | None = None,
        repeatable: bool,
    ) -> Any:
        """The `response` of one write. Raises RejectedError when this user may not do this one write,
        ConfigError when the token may not write at all, OutcomeUnknown when no readable answer came."""
        try:
            return self._call(method, path, repeatable=repeatable, form=form, files=files)
        except ConfigError as error:
            if error.code == "invalid_permission" and not self._sign_in.may_write(path.split("/")[0]):
                raise ConfigError(READ_ONLY, error.detail, "invalid_scope") from error
            if error.code == "invalid_permission":
                raise RejectedError(error.message, error.detail, error.code) from error
            raise

    def _call(self, method: str, path: str, *, repeatable: bool, **kwargs: Any) -> Any:
        """Renews a refused token once and repeats; a second refusal is for a person, or Accelo locks us out."""
        token = self._sign_in.token()
        try:
            reply = self._send(method, path, token, repeatable, kwargs)
        except ConfigError as error:
            if error.code != "invalid_client":
                raise
            reply = self._send(method, path, self._sign_in.renew(token), repeatable, kwargs)
        self._observe(reply)
        try:
            return envelope(reply)
        except (ProtocolError, ConfigError) as error:
            if repeatable:
                raise
            raise OutcomeUnknown(UNREADABLE, error.detail, error.code) from error

    def _send(self, method: str, path: str, token: str, repeatable: bool, kwargs: Mapping[str, Any]) -> Reply:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        url = self._addresses.api(path)
        try:
            return self._http.request(method, url, repeatable=repeatable, headers=headers, follow=False, **kwargs)
        except BudgetExhausted as error:
            # Accelo's own word, with its end; the pacer raises this kind too, to keep a reserve
            if error.code == "too_many_requests" and error.retry_after is not None:
                self._http.pacer.observe(limit=self.allowance.limit, remaining=0, reset_in=error.retry_after)
            raise

    def _observe(self, reply: Reply) -> None:
        self.time = vendor_time(reply)
        said = allowance(reply)
        if said.known:
            self.allowance = said
            self._http.pacer.observe(limit=said.limit, remaining=said.remaining, reset_in=said.reset_in)


def envelope(reply: Reply) -> Any:
    """What stands in `response`. Raises ConfigError when some other software answered, ProtocolError otherwise."""
    body = decode(reply)
    if not isinstance(body, Mapping):
        raise ProtocolError("Accelo answered with something that is not its envelope.", reply.text()[:200])
    meta = body.get("meta")
    if not isinstance(meta, Mapping):
        raise ConfigError(WRONG_ADDRESS, f"the answer has no meta: {reply.text()[:200]}", "wrong_address")
    if str(meta.get("status")).lower() not in OK_WORDS:
        raise ProtocolError("Accelo answered with a status its documentation does not know.", str(dict(meta))[:200])
    return body.get("response")


def as_rows(response: Any) -> list[Row]:
    """A list, whatever it is wrapped in: an array, an object with one array (`{"periods": [...]}`), one object.

    Raises ProtocolError when none of these came.
    """
    if response is None:
        return []
    if isinstance(response, list):
        return [row for row in response if isinstance(row, Mapping)]
    arrays = [value for value in response.values() if isinstance(value, list)] if isinstance(response, Mapping) else []
    if len(arrays) == 1:
        return as_rows(arrays[0])
    if isinstance(response, Mapping) and response.get("id"):
        return [response]
    raise ProtocolError("Accelo sent no list where its documentation promises one.", repr(response)[:200])
