"""The emulated ExpenseIn account: its addresses, and what a test or an admin does beside the API."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from integrations.vendors.emulator import Clock, Request, Response, not_known
from integrations.vendors.expensein.sandbox import seed
from integrations.vendors.expensein.sandbox.access import KEY, ApiKey, Gate
from integrations.vendors.expensein.sandbox.answers import (
    JSON,
    Refused,
    page_not_found,
    rendered,
    rendered_list,
    shown,
)
from integrations.vendors.expensein.sandbox.rules import checked
from integrations.vendors.expensein.sandbox.store import DEFAULTS, PATHS, Row, Settings, Store

VERSION = "/1.0/"
TOKEN_PATH = "/oauth/token"


class ExpenseInEmulator:
    key = "expensein"

    def __init__(self) -> None:
        self.clock = Clock()
        self.reset()

    def reset(self) -> None:
        """One account with one user, two keys and no records."""
        self.store = Store(self.clock)
        self.settings = Settings()
        self.gate = Gate(self.clock, self.settings)
        self.writes: list[Row] = []
        self._lists: dict[str, tuple[int, bytes]] = {}
        seed.first_user(self.store)

    def seed(self, size: str) -> None:
        """`small` or `demo`; KeyError otherwise."""
        seed.SIZES[size](self.store)

    # HTTP

    def handle(self, request: Request) -> Response:
        try:
            response = self._answer(request)
        except Refused as refused:
            response = refused.response()
        if request.method not in ("GET", "HEAD") and request.path.startswith(VERSION):
            self._log(request, response)
        return response

    def _answer(self, request: Request) -> Response:
        if request.path == TOKEN_PATH and self.settings.oauth:
            return self.gate.give_token(request)
        if not request.path.startswith(VERSION):
            return page_not_found(request.path)
        self.gate.admit(request)
        path, _, id = request.path.removeprefix(VERSION).partition("/")
        table = self._table(path)
        if table is None or "/" in id:
            return not_known(f"{request.method} {request.path}")
        return self._one(table, id, request) if id else self._all(table, request)

    def _table(self, path: str) -> str | None:
        """None for a path that the emulator does not know; Refused 404 where this account has another one."""
        for table, usual in PATHS.items():
            if path == self.settings.paths.get(table, usual):
                return table
            if path == usual:
                raise Refused(404, "There is no such resource.")
        return None

    def _all(self, table: str, request: Request) -> Response:
        if request.method == "GET":
            return Response(200, self._list(table, request), JSON)
        if request.method != "POST" or table == "users":
            return not_known(f"{request.method} {request.path}")
        values = checked(self.store, self.settings, table, _body(request))
        row = self.store.insert(table, self._numbered(values))
        return self._written(row, self.settings.create_status)

    def _one(self, table: str, id: str, request: Request) -> Response:
        row = self.store.tables[table].get(id)
        if request.method not in ("GET", "PUT", "PATCH") or table == "users":
            return not_known(f"{request.method} {request.path}")
        if row is None or (row["isDeleted"] and request.method != "GET"):
            raise Refused(404, "There is no such record.")
        if request.method == "GET":
            return Response(200, rendered(shown(row, self.settings)), JSON)
        if request.method != self.settings.update_method:
            raise Refused(405, f"The method {request.method} is not allowed here.")
        values = checked(self.store, self.settings, table, _body(request), id)
        base = DEFAULTS[table] if self.settings.update_body == "full" else {}
        return self._written(self.store.edit(table, id, {**base, **values}), 200)

    def _list(self, table: str, request: Request) -> bytes:
        """The whole list is rendered once until something changes."""
        if self.settings.paging:
            query = dict(request.query_pairs())
            size = min(_number(query, "pageSize", self.settings.page_size), self.settings.page_size)
            start = (_number(query, "page", 1) - 1) * size
            return rendered_list(self.store.rows(table, start, size), self.settings)
        version, body = self._lists.get(table, (-1, b""))
        if version != self.store.version[table]:
            body = rendered_list(self.store.rows(table), self.settings)
            self._lists[table] = (self.store.version[table], body)
        return body

    def _numbered(self, values: Row) -> Row:
        return {**values, "id": str(self.store.next_number())} if self.settings.numeric_ids else values

    def _written(self, row: Row, status: int) -> Response:
        told = shown(row, self.settings)
        if self.settings.answer == "empty":
            return Response(status, b"", JSON)
        if self.settings.answer == "id":
            told = {name: value for name, value in told.items() if name == self.settings.names.get("id", "id")}
        return Response(status, rendered(told), JSON)

    def _log(self, request: Request, response: Response) -> None:
        self.writes.append(
            {
                "time": self.clock.now().isoformat(),
                "method": request.method,
                "path": request.path,
                "body": request.body.decode("utf-8", "replace"),
                "status": response.status,
            }
        )

    # control

    def control(self, name: str, data: dict[str, Any]) -> Any:
        """put, remove, settings, state, writes, bulk, regenerate_key. Raises KeyError for another name or table,
        ValueError for data that makes no sense."""
        actions = {
            "put": self._put,
            "remove": self._remove,
            "settings": self._set,
            "state": self._state,
            "writes": self._tell_writes,
            "bulk": self._bulk,
            "regenerate_key": self._regenerate,
        }
        return actions[name](data)

    def _put(self, data: Row) -> Row:
        """{"table", "rows"} -> {"ids"}: insert, or edit by id, as an admin would. Table keys: {"key", "permissions",
        "addresses"}. ValueError where an admin would be refused a name."""
        if data["table"] == "keys":
            for row in data["rows"]:
                values = {name: value for name, value in row.items() if name != "key"}
                self.gate.keys[row["key"]] = ApiKey(**values)
            return {"ids": [row["key"] for row in data["rows"]]}
        return {"ids": [self._put_one(data["table"], row) for row in data["rows"]]}

    def _put_one(self, table: str, row: Row) -> str:
        holder = self.store.holder(table, row["name"]) if "name" in row and not row.get("isDeleted") else ""
        if self.settings.unique_names and holder not in ("", str(row.get("id", ""))):
            raise ValueError(f"{holder} already has the name {row['name']!r}.")
        return self.store.put(table, row)

    def _remove(self, data: Row) -> Row:
        """{"table", "ids"}: delete as an admin would, which marks them; "purge": true takes them out altogether."""
        if data["table"] == "keys":
            for key in data["ids"]:
                del self.gate.keys[key]
            return {"removed": len(data["ids"])}
        for id in data["ids"]:
            (self.store.purge if data.get("purge") else self.store.delete)(data["table"], str(id))
        return {"removed": len(data["ids"])}

    def _set(self, data: Row) -> Row:
        """Any of store.Settings -> all of them."""
        known = {item.name for item in fields(Settings)}
        for name, value in data.items():
            if name not in known:
                raise KeyError(name)
            setattr(self.settings, name, value)
        self._lists.clear()
        return asdict(self.settings)

    def _state(self, data: Row) -> Row:
        """Every table as a list of rows, and the log of writes; {"table"} narrows it to one."""
        tables = [data["table"]] if data.get("table") else list(self.store.tables)
        state: Row = {table: [dict(row) for row in self.store.rows(table)] for table in tables}
        return state if data.get("table") else {**state, "writes": list(self.writes)}

    def _tell_writes(self, data: Row) -> list[Row]:
        """Time, method, path, body and status of each write that arrived, refused ones too; {"clear": true} empties
        the log afterwards."""
        writes = list(self.writes)
        if data.get("clear"):
            self.writes.clear()
        return writes

    def _bulk(self, data: Row) -> Row:
        """{"table", "count", more fields}: quickly generated records, "Supplier 00001" with code S00001."""
        count, table = int(data["count"]), data["table"]
        more = {name: value for name, value in data.items() if name not in ("table", "count")}
        for row in seed.generated(table, count, more):
            self.store.insert(table, row)
        return {"count": count}

    def _regenerate(self, data: Row) -> Row:
        """{"key": the present one, "new": ...} -> {"key"}."""
        return {"key": self.gate.regenerate(data.get("key", KEY), data.get("new", ""))}


def _number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise Refused(400, "The request is not valid.", [(name, "This must be a number, 1 or more.")])
    return int(text)


def _body(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        raise Refused(400, "The request body is not valid JSON.") from None
