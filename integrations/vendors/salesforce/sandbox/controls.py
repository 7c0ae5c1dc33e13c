"""The control interface: what people and processes of the org do to rows outside the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from integrations.vendors.salesforce.sandbox.controls_org import OrgControls, full_id
from integrations.vendors.salesforce.sandbox.controls_pipeline import PipelineControls
from integrations.vendors.salesforce.sandbox.loading import bulk, generate
from integrations.vendors.salesforce.sandbox.moments import parse_moment
from integrations.vendors.salesforce.sandbox.removing import delete_row, merge_rows, purge_row, undelete_row
from integrations.vendors.salesforce.sandbox.saving import Saver
from integrations.vendors.salesforce.sandbox.soql_names import object_of
from integrations.vendors.salesforce.sandbox.store import Table

Data = dict[str, Any]


class Controls:
    """`handle(name, data)`. Raises KeyError for an unknown name, object, field or row; ValueError for bad data, Refused
    for what the org itself refuses."""

    def __init__(self, saver: Saver, org: OrgControls) -> None:
        self._saver = saver
        self._store = saver.store
        self._names: Mapping[str, Callable[[Data], Any]] = {
            "put": self._put,
            "bulk": self._bulk,
            "generate": self._generate,
            "commit_late": self._commit_late,
            "bulk_stamp": self._bulk_stamp,
            "touch": self._touch,
            "delete": self._delete,
            "remove": self._delete,
            "undelete": self._undelete,
            "purge": self._purge,
            "purge_log": self._purge_log,
            "merge": self._merge,
            "hide": self._hide,
            "unhide": self._unhide,
        } | {**org.names, **PipelineControls(self._store).names}

    def handle(self, name: str, data: Data) -> Any:
        return self._names[name](dict(data))

    def _put(self, data: Data) -> list[str]:
        """{"object", "rows", "by"}: insert, or edit by Id, as a person would; the ids, in order."""
        by, object = self._by(data), self._object(data)
        return [self._saver.put(object, row, by) for row in data["rows"]]

    def _commit_late(self, data: Data) -> list[str]:
        """{"object", "rows", "stamp"}: rows or edits that show up now, though their stamps lie in the past."""
        second = moment(data["stamp"])
        rows = [{"LastModifiedDate": second, "SystemModstamp": second, **row} for row in data["rows"]]
        rows = [row if "Id" in row else {"CreatedDate": second, **row} for row in rows]
        return self._put({**data, "rows": rows})

    def _bulk(self, data: Data) -> list[str]:
        return bulk(self._store, data)

    def _generate(self, data: Data) -> dict[str, int]:
        return generate(self._store, data)

    def _bulk_stamp(self, data: Data) -> int:
        """{"object", "stamp", "ids"}: one stamp for many rows, without `ids` for all. How many."""
        table, second = self._store.tables[self._object(data)], moment(data["stamp"])
        ids = [full_id(id) for id in data["ids"]] if data.get("ids") else list(table.rows)
        for id in ids:
            table.rows[id] = {**table.rows[id], "SystemModstamp": second, "LastModifiedDate": second}
        table.reindex()
        return len(ids)

    def _touch(self, data: Data) -> None:
        """{"ids"}: SystemModstamp moves, no value does, nor LastModifiedDate."""
        now = self._store.now()
        self._each(data, lambda id: self._table(id).put({**self._table(id).rows[id], "SystemModstamp": now}))

    def _delete(self, data: Data) -> None:
        """{"ids", "by"}; refused like the API would: an account with cases."""
        self._each(data, lambda id: delete_row(self._store, id, self._by(data)))

    def _undelete(self, data: Data) -> None:
        """{"ids", "by"}"""
        self._each(data, lambda id: undelete_row(self._store, id, self._by(data)))

    def _purge(self, data: Data) -> None:
        """{"ids"}: gone for good, deleted before or not."""
        self._each(data, lambda id: purge_row(self._store, id))

    def _hide(self, data: Data) -> None:
        """{"ids"}: the sharing is lost."""
        self._each(data, lambda id: self._table(id).hide(id, True))

    def _unhide(self, data: Data) -> None:
        self._each(data, lambda id: self._table(id).hide(id, False))

    def _purge_log(self, data: Data) -> None:
        """{"object"}: the delete log is cleaned; `earliestDateAvailable` says so."""
        name = self._object(data)
        self._store.deletions[name] = []
        self._store.log_since[name] = self._store.now() // 60 * 60

    def _merge(self, data: Data) -> None:
        """{"winner", "losers", "by"}"""
        losers = [full_id(id) for id in data["losers"]]
        merge_rows(self._store, full_id(data["winner"]), losers, self._by(data))

    def _each(self, data: Data, act: Callable[[str], None]) -> None:
        for id in data["ids"]:
            act(full_id(id))

    def _table(self, id: str) -> Table:
        return self._store.tables[object_of(id)]

    def _object(self, data: Data) -> str:
        return self._store.tables[data["object"]].name

    def _by(self, data: Data) -> str:
        """The person who acts: `by`, else the first user who is not the administrator that tests sign in as."""
        people = [one for one in self._store.tables["User"].rows.values() if one.get("IsActive")]
        people = [one for one in people if one["UserType"] == "Standard"]
        return str(data.get("by") or people[min(1, len(people) - 1)]["Id"])


def moment(value: Any) -> int:
    """Unix seconds, or text like 2026-01-31T23:59:59Z. Raises ValueError."""
    return value if isinstance(value, int) else parse_moment(str(value))
