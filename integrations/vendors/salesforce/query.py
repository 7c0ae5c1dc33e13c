"""Reading by query: pages by the vendor's own cursor, long queries inside a composite request.

Source: Salesforce REST guide, Query, Query More Results, Composite; SOQL and SOSL limits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from integrations.core.errors import (
    BudgetExhausted,
    ConfigError,
    PortalError,
    ProtocolError,
    RejectedError,
    TransientError,
)
from integrations.http import Reply, Verdict
from integrations.vendors.salesforce import soql
from integrations.vendors.salesforce.rules import QUERY_TIMEOUT
from integrations.vendors.salesforce.times import server_time
from integrations.vendors.salesforce.transport import Transport, as_object
from integrations.vendors.salesforce.wire import classify

BATCH = {"Sforce-Query-Options": "batchSize=2000"}
"""A wish: wide rows come in smaller pages, so the size of a page says nothing."""
LONG = 1_900
"""Bytes of path and query above which a query goes inside a composite request; advice is to stay below 2,000."""
TOO_LONG = 16_000
"""Bytes that Salesforce would refuse with its headers (16,384)."""
SCHEMA_WORDS = frozenset({"INVALID_FIELD", "INVALID_TYPE"})

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class QueryPage:
    """`rows`: by field name, a parent nested as a dict or None, without Salesforce's `attributes`; fractional numbers
    as Decimal. `total`: rows of the whole result. `server_time`: the vendor's clock when this page was given, `began`
    when its making began."""

    rows: list[Row]
    total: int
    server_time: datetime
    began: datetime


class Queries:
    def __init__(self, calls: Transport) -> None:
        self._calls = calls

    def pages(self, text: str, *, deleted: bool = False) -> Iterator[QueryPage]:
        """One request per page, lazily; an empty result is one page without rows.

        Raises RejectedError with code INVALID_QUERY_LOCATOR when the cursor has died (the caller resumes from where
        it stands), TransientError with code QUERY_TIMEOUT, ConfigError for a field or object that is not there or
        not visible.
        """
        body, reply = self._first(text, deleted)
        while True:
            when = server_time(reply)
            yield QueryPage(_rows(body), _total(body), when, when - timedelta(seconds=reply.elapsed))
            following = body.get("nextRecordsUrl")
            if not following:
                if body.get("done") is False:
                    raise ProtocolError("Salesforce says that more records follow, but not where.", repr(body)[:200])
                return
            reply = self._get(str(following), None)
            body = as_object(reply)

    def rows(self, text: str) -> Iterator[Row]:
        for page in self.pages(text):
            yield from page.rows

    def count(self, object: str, where: str) -> int:
        """How many living records meet the condition; one call."""
        body, _ = self._first(f"SELECT COUNT() FROM {soql.name(object)}{soql.where_all(where)}", False)
        return _total(body)

    def _first(self, text: str, deleted: bool) -> tuple[Mapping[str, Any], Reply]:
        resource = "queryAll" if deleted else "query"
        address = f"{self._calls.path(resource)}?{urlencode({'q': text})}"
        if len(address) > LONG:
            try:
                return self._inside_composite(address)
            except _CompositeRefused as refused:
                if len(address) > TOO_LONG:
                    raise refused.error from None
        reply = self._get(resource, {"q": text})
        return as_object(reply), reply

    def _get(self, path: str, params: Mapping[str, str] | None) -> Reply:
        try:
            return self._calls.get(path, params, headers=BATCH)
        except PortalError as error:
            raise of_query(error) from error

    def _inside_composite(self, address: str) -> tuple[Mapping[str, Any], Reply]:
        """The query as the one part of a POST, which has no limit of length but the query's own."""
        part = {"method": "GET", "url": address, "referenceId": "query", "httpHeaders": BATCH}
        body = {"allOrNone": False, "compositeRequest": [part]}
        try:
            reply = self._calls.send("POST", "composite", body, repeatable=True)
        except (RejectedError, ProtocolError) as error:
            raise _CompositeRefused(error) from error
        return _only_part(reply), reply


class _CompositeRefused(Exception):
    """Composite requests are not to be had in this org; `error` says why."""

    def __init__(self, error: PortalError) -> None:
        super().__init__(error.message)
        self.error = error


def of_query(error: PortalError) -> PortalError:
    """The same trouble, as it reads for a query: a missing field concerns all records, not one."""
    if not isinstance(error, RejectedError):
        return error
    if error.code == QUERY_TIMEOUT:
        return TransientError(error.message, error.detail, error.code)
    if error.code in SCHEMA_WORDS:
        message = f"{error.message} Give the user of the connection the right to see it, or leave it out of the sync."
        return ConfigError(message, error.detail, error.code)
    return error


def _only_part(reply: Reply) -> Mapping[str, Any]:
    """The body inside a composite answer, which is judged by the same table as an answer of its own."""
    parts = as_object(reply).get("compositeResponse")
    if not (isinstance(parts, list) and len(parts) == 1 and isinstance(parts[0], Mapping)):
        raise ProtocolError("Salesforce answered a composite request without its part.", reply.text()[:200])
    status = parts[0].get("httpStatusCode")
    if not isinstance(status, int):
        raise ProtocolError("Salesforce answered part of a request without a status.", reply.text()[:200])
    body = parts[0].get("body")
    verdict = _judged(reply, status, body) if status >= 300 else None
    if verdict is not None:
        raise of_query(_error(verdict, f"composite part -> {status}"))
    if not isinstance(body, Mapping):
        raise ProtocolError("Salesforce answered a query with something else.", repr(body)[:200])
    return body


def _judged(reply: Reply, status: int, body: Any) -> Verdict | None:
    content = json.dumps(body, default=str).encode()
    return classify(Reply(status, reply.headers, content, reply.url, reply.elapsed))


def _error(verdict: Verdict, detail: str) -> PortalError:
    if verdict.kind in ("transient", "unknown"):
        return TransientError(verdict.message, detail, verdict.code, verdict.retry_after)
    if verdict.kind == "budget":
        return BudgetExhausted(verdict.message, detail, verdict.code, verdict.retry_after)
    kinds: dict[str, type[PortalError]] = {"config": ConfigError, "rejected": RejectedError}
    return kinds.get(verdict.kind, ProtocolError)(verdict.message, detail, verdict.code)


def _total(body: Mapping[str, Any]) -> int:
    total = body.get("totalSize")
    if not isinstance(total, int):
        raise ProtocolError("Salesforce answered a query without saying how many records there are.", repr(body)[:200])
    return total


def _rows(body: Mapping[str, Any]) -> list[Row]:
    records = body.get("records")
    if not isinstance(records, list):
        raise ProtocolError("Salesforce answered a query without records.", repr(body)[:200])
    return [plain(record) for record in records]


def plain(record: Any) -> Row:
    """A record without Salesforce's `attributes`, parents included."""
    if not isinstance(record, Mapping):
        raise ProtocolError("Salesforce sent a record that is none.", repr(record)[:200])
    return {
        name: plain(value) if type(value) is dict else value for name, value in record.items() if name != "attributes"
    }
