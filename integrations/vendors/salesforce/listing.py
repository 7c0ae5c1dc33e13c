"""Reading all records of an object, and records by id. Source: Salesforce REST guide, Query, sObject Collections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from integrations.core.errors import ConfigError, ProtocolError, RejectedError, TransientError
from integrations.vendors.salesforce import soql
from integrations.vendors.salesforce.bulk import BulkReader, NoBulk
from integrations.vendors.salesforce.changes import RESUMES, columns
from integrations.vendors.salesforce.describe import Describe
from integrations.vendors.salesforce.ids import to18
from integrations.vendors.salesforce.query import Queries, QueryPage, Row, plain
from integrations.vendors.salesforce.rules import DEAD_CURSOR
from integrations.vendors.salesforce.transport import Transport, as_list
from integrations.vendors.salesforce.wire import wire_id

RETRIEVED = 2_000
"""Ids that one retrieve takes."""
ASKED = 150
"""Ids of one `Id IN (...)`: a condition has at most 4,000 characters."""


class Listing:
    def __init__(self, calls: Transport, queries: Queries, bulk: BulkReader) -> None:
        self._calls = calls
        self._queries = queries
        self._bulk = bulk

    def read_all(
        self,
        object: str,
        fields: Sequence[str],
        where: str,
        after_id: str,
        bulk_above: int,
        describe: Callable[[], Describe],
    ) -> Iterator[list[Row]]:
        """See SalesforceClient.read_all."""
        select = f"SELECT {', '.join(columns(('Id',), fields))} FROM {soql.name(object)}"
        job = None
        if self._queries.count(object, _after(where, after_id)) > bulk_above:
            with suppress(NoBulk):
                job = self._bulk.start(f"{select}{_order(where, after_id)}")
        return self._read(job, select, where, after_id, describe)

    def _read(
        self, job: str | None, select: str, where: str, after_id: str, describe: Callable[[], Describe]
    ) -> Iterator[list[Row]]:
        """The results of the job, if there is one."""
        if job is not None:
            try:
                for rows in self._bulk.pages(job, describe()):
                    after_id = _last_id(rows)
                    yield rows
                return
            except (NoBulk, RejectedError) as error:
                # no such job in this org, or its results have gone: the rest comes by query, from where it stands
                if isinstance(error, RejectedError) and error.code != DEAD_CURSOR:
                    raise
        yield from (page.rows for page in self.pages(select, where, after_id) if page.rows)

    def pages(self, select: str, where: str, after_id: str) -> Iterator[QueryPage]:
        """By query, in the order of Id, one request per page; an empty result is one page without rows.

        `select`: a query up to its object, the Id among its fields. Goes on by itself after the last row read when the
        vendor has given the list up.
        """
        stuck = 0
        while True:
            try:
                for page in self._queries.pages(f"{select}{_order(where, after_id)}"):
                    if page.rows:
                        after_id, stuck = _last_id(page.rows), 0
                    yield page
                return
            except RejectedError as error:
                stuck += 1
                if error.code != DEAD_CURSOR:
                    raise
                if stuck > RESUMES:
                    raise TransientError(error.message, error.detail, error.code) from error

    def retrieve(self, object: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Row]:
        """See SalesforceClient.retrieve."""
        wanted = list(dict.fromkeys(map(to18, ids)))
        names = columns(("Id",), fields)
        found: dict[str, Row] = {}
        for start in range(0, len(wanted), RETRIEVED):
            for row in self._retrieved(soql.name(object), wanted[start : start + RETRIEVED], names):
                found[wire_id(row.get("Id"))] = row
        return found

    def _retrieved(self, object: str, ids: list[str], names: list[str]) -> Iterator[Row]:
        try:
            body = {"ids": ids, "fields": names}
            rows = as_list(self._calls.send("POST", f"composite/sobjects/{object}", body, repeatable=True))
        except (RejectedError, ConfigError, ProtocolError):
            # refused as a whole (an old edition, one odd id, a field that is gone): the query says which
            yield from self._asked(object, ids, names)
            return
        yield from (plain(row) for row in rows if isinstance(row, Mapping))

    def _asked(self, object: str, ids: list[str], names: list[str]) -> Iterator[Row]:
        for start in range(0, len(ids), ASKED):
            condition = f"Id IN {soql.in_list(ids[start : start + ASKED])}"
            yield from self._queries.rows(f"SELECT {', '.join(names)} FROM {object} WHERE {condition}")


def _after(where: str, after_id: str) -> str:
    later = f"Id > {soql.quote(after_id)}" if after_id else ""
    return f"({where}) AND {later}" if where and later else where or later


def _order(where: str, after_id: str) -> str:
    return f"{soql.where_all(_after(where, after_id))} ORDER BY Id"


def _last_id(rows: list[Row]) -> str:
    return wire_id(rows[-1].get("Id"))
