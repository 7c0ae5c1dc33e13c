"""`query`, `queryAll` and their further pages."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from integrations.vendors.salesforce.sandbox.answers import Answer, Call, NotEmulated, Refused, wrong_method
from integrations.vendors.salesforce.sandbox.ids import build_id
from integrations.vendors.salesforce.sandbox.soql_names import Names
from integrations.vendors.salesforce.sandbox.soql_run import Found, run_query
from integrations.vendors.salesforce.sandbox.soql_show import build_shower
from integrations.vendors.salesforce.sandbox.store import Store

SMALLEST, LARGEST = 200, 2000
CURSOR_SECONDS = 2 * 86_400
KEPT = 1000
SHORT_PAGES = (137, 1, 199, 60, 731)
"""Sizes of pages with the switch `short_pages`: what wide rows or long text do to real ones."""


NO_MORE_GROUPS = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"


@dataclass(slots=True)
class Cursor:
    found: Found
    size: int
    made_at: int
    pages: int = 0


class Queries:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._cursors: OrderedDict[str, Cursor] = OrderedDict()
        self._made = 0

    def expire(self) -> None:
        """Every open cursor is dead."""
        self._cursors.clear()

    def handle(self, call: Call) -> Answer:
        if call.method != "GET":
            raise wrong_method(call, "GET", "HEAD")
        if len(call.parts) > 1:
            return Answer(body=self._further(call, call.parts[1]))
        if "explain" in call.query:
            raise NotEmulated("query plans")
        soql = call.query.get("q", "")
        if not soql.strip():
            raise Refused("MALFORMED_QUERY", "SOQL statement is empty: the parameter q is missing")
        return Answer(body=self._first(call, soql, deleted=call.parts[0] == "queryAll"))

    def _first(self, call: Call, soql: str, deleted: bool) -> dict[str, Any]:
        store = self._store
        found = run_query(store, call.user_id, soql, deleted=deleted)
        most = int(store.settings["query_timeout_rows"])
        if most and found.total > most:
            raise Refused("QUERY_TIMEOUT", "Your query request was running for too long.")
        if found.groups is not None:
            if len(found.groups) > batch_size(call):
                raise Refused("EXCEEDED_ID_LIMIT", NO_MORE_GROUPS)
            return {"totalSize": found.total, "done": True, "records": found.groups}
        cursor = Cursor(found, batch_size(call), store.now())
        return self._page(call, "", cursor, 0)

    def _further(self, call: Call, locator: str) -> dict[str, Any]:
        key, dash, offset = locator.rpartition("-")
        cursor, life = self._cursors.get(key), int(self._store.settings["locator_pages"])
        dead = cursor is None or cursor.made_at + CURSOR_SECONDS <= self._store.now()
        if dead or not dash or not offset.isdigit() or cursor is None or 0 <= life < cursor.pages:
            raise Refused("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(call, key, cursor, int(offset))

    def _page(self, call: Call, key: str, cursor: Cursor, start: int) -> dict[str, Any]:
        """Rows as they are now; those gone since the query began are left out."""
        found, size = cursor.found, cursor.size
        if self._store.settings["short_pages"]:
            size = min(size, SHORT_PAGES[cursor.pages % len(SHORT_PAGES)])
        cursor.pages += 1
        end = start + size
        table = self._store.tables[found.object]
        rows = (table.shown(id, deleted=found.deleted) for id in found.ids[start:end])
        show = build_shower(Names(self._store, call.user_id, found.object), found.paths, call.version)
        records = [show(row) for row in rows if row is not None]
        if end >= len(found.ids):
            return {"totalSize": found.total, "done": True, "records": records}
        key = key or self._keep(cursor)
        url = f"{call.root}/query/{key}-{end}"
        return {"totalSize": found.total, "done": False, "nextRecordsUrl": url, "records": records}

    def _keep(self, cursor: Cursor) -> str:
        self._made += 1
        key = build_id("0r8", self._made)
        self._cursors[key] = cursor
        while len(self._cursors) > KEPT:
            self._cursors.popitem(last=False)
        return key


def batch_size(call: Call) -> int:
    """What `Sforce-Query-Options: batchSize=n` wishes, within 200 and 2,000."""
    found = re.search(r"batchsize\s*=\s*(\d+)", call.headers.get("sforce-query-options", ""), re.IGNORECASE)
    return max(SMALLEST, min(int(found[1]), LARGEST)) if found else LARGEST
