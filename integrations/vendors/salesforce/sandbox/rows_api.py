"""`sobjects/X/…`: one record, read, created, changed, deleted, upserted; conditional headers.

Source: REST API guide, sObject rows, rows by external id, conditional request headers.
"""

from __future__ import annotations

import zlib
from typing import Any

from integrations.vendors.salesforce.sandbox.answers import Answer, Call, Refused, missing, wrong_method
from integrations.vendors.salesforce.sandbox.ids import to18
from integrations.vendors.salesforce.sandbox.moments import http_date, parse_http_date
from integrations.vendors.salesforce.sandbox.objects import SPECS
from integrations.vendors.salesforce.sandbox.removing import delete_by_api
from integrations.vendors.salesforce.sandbox.saving import Actor, Saver, actor_of, find_row, matching
from integrations.vendors.salesforce.sandbox.schema import Field, no_such_column
from integrations.vendors.salesforce.sandbox.soql_names import Names, Path
from integrations.vendors.salesforce.sandbox.soql_show import build_shower
from integrations.vendors.salesforce.sandbox.store import Row

NO_KEY = "Provided external ID field does not exist or is not accessible: "


class Rows:
    def __init__(self, saver: Saver) -> None:
        self._saver = saver
        self._store = saver.store

    def create(self, call: Call, object: str) -> Answer:
        """POST sobjects/X, and POST sobjects/X/Id."""
        values = call.json_object()
        _no_id(values)
        id = self._saver.create(object, values, actor_of(call))
        return Answer(201, {"id": id, "success": True, "errors": []})

    def one(self, call: Call, object: str) -> Answer:
        """sobjects/X/ID"""
        id = checked_id(object, call.parts[2])
        if call.method == "GET":
            return self._read(call, object, id)
        if call.method == "PATCH":
            return self._change(call, object, id)
        if call.method != "DELETE":
            raise wrong_method(call, "HEAD", "GET", "PATCH", "DELETE")
        return self._delete(call, object, id)

    def by_key(self, call: Call, object: str) -> Answer:
        """sobjects/X/FIELD/VALUE: read or upsert. Two rows with that value: 300 with their addresses."""
        key, value = self._key(call, object, call.parts[2]), call.parts[3]
        found = self.with_key(object, key, value)
        if len(found) > 1:
            return Answer(300, [f"{call.root}/sobjects/{object}/{row['Id']}" for row in found])
        if call.method == "GET" and found:
            return self._read(call, object, found[0]["Id"])
        if call.method == "DELETE" and found:
            return self._delete(call, object, found[0]["Id"])
        if call.method in ("GET", "DELETE"):
            raise missing()
        if call.method != "PATCH":
            raise wrong_method(call, "HEAD", "GET", "PATCH", "DELETE")
        return self._upsert(call, object, key, value, found[0] if found else None)

    def with_key(self, object: str, key: Field, value: str) -> list[Row]:
        if key.type == "id":
            row = self._store.tables[object].shown(checked_id(object, value))
            return [row] if row else []
        return matching(self._store, object, key.name, value)

    def key_field(self, object: str, name: str, user_id: str) -> Field:
        """A field that an upsert may use. Raises Refused NOT_FOUND."""
        known = self._store.schema.visible(object, user_id).get(name.lower())
        if known is None or not (known.external or known.lookup):
            raise Refused("NOT_FOUND", NO_KEY + name)
        return known

    def upsert(self, object: str, key: Field, value: str, values: dict[str, Any], actor: Actor) -> tuple[str, bool]:
        """Id, and whether it is a new row. Raises Refused DUPLICATE_VALUE when several rows have the key."""
        found = self.with_key(object, key, value)
        if len(found) > 1:
            ids = ", ".join(row["Id"] for row in found)
            raise Refused("DUPLICATE_VALUE", f"{key.name}: more than one record found for external id field: {ids}", ())
        if found:
            self._saver.update(object, found[0]["Id"], values, actor)
            return str(found[0]["Id"]), False
        if key.type == "id":
            raise Refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ())
        return self._saver.create(object, {**values, key.name: value}, actor), True

    def _key(self, call: Call, object: str, name: str) -> Field:
        return self.key_field(object, name, call.user_id)

    def _upsert(self, call: Call, object: str, key: Field, value: str, found: Row | None) -> Answer:
        values = call.json_object()
        _no_id(values)
        if key.name.lower() in (name.lower() for name in values):
            words = f"The {key.name} field should not be specified in the sobject data."
            raise Refused("INVALID_FIELD", words, (key.name,))
        if found is None and call.query.get("updateOnly") == "true":
            raise missing()
        if found is not None:
            guarded = self._guard(call, object, found)
            if guarded:
                return guarded
        id, created = self.upsert(object, key, value, values, actor_of(call))
        if not created and self._store.settings["upsert_update_status"] == 204:
            return Answer(204)
        return Answer(201 if created else 200, {"id": id, "success": True, "errors": [], "created": created})

    def _change(self, call: Call, object: str, id: str) -> Answer:
        values = call.json_object()
        _no_id(values)
        row = find_row(self._store.tables[object], id)
        guarded = self._guard(call, object, row)
        if guarded:
            return guarded
        self._saver.update(object, id, values, actor_of(call))
        return Answer(204)

    def _read(self, call: Call, object: str, id: str) -> Answer:
        row = find_row(self._store.tables[object], id)
        guarded = self._guard(call, object, row)
        if guarded:
            return guarded
        names = [name.strip() for name in call.query.get("fields", "").split(",") if name.strip()]
        body = show_row(self._saver, call, object, row, names)
        headers = {"Last-Modified": http_date(row["LastModifiedDate"])}
        if object == "Account":
            headers["ETag"] = etag_of(row)
        return Answer(200, body, headers)

    def _delete(self, call: Call, object: str, id: str) -> Answer:
        try:
            delete_by_api(self._saver, object, id, actor_of(call))
        except Refused as refused:
            if refused.code != "NOT_FOUND":
                raise
            raise Refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", (), 404) from None
        return Answer(204)

    def _guard(self, call: Call, object: str, row: Row) -> Answer | None:
        """304 or 412 by the conditional headers; ETags count for Account only; never on DELETE."""
        reads = call.method == "GET"
        if object == "Account":
            tags = [tag.strip() for tag in call.headers.get("if-none-match", "").split(",")]
            if etag_of(row) in tags:
                return Answer(304 if reads else 412)
            wanted = call.headers.get("if-match")
            if wanted and etag_of(row) not in [tag.strip() for tag in wanted.split(",")] and wanted != "*":
                return Answer(412)
        changed = row["LastModifiedDate"]
        since, until = _moment(call, "if-modified-since"), _moment(call, "if-unmodified-since")
        if since is not None and changed <= since:
            return Answer(304 if reads else 412)
        return Answer(412) if until is not None and changed > until else None


def checked_id(object: str, text: str) -> str:
    """The 18 characters. Raises Refused MALFORMED_ID for no id, or one of another object."""
    id = to18(text)
    if id is None or not id.startswith(SPECS[object].prefix):
        raise Refused("MALFORMED_ID", f"{object} ID: id value of incorrect type: {text}", ("Id",))
    return id


def show_row(saver: Saver, call: Call, object: str, row: Row, names: list[str]) -> dict[str, Any]:
    """The row as a record read shows it; no names: every field that the user sees. Raises Refused INVALID_FIELD."""
    visible = saver.store.schema.visible(object, call.user_id)
    for name in names:
        if name.lower() not in visible:
            raise no_such_column(name, object)
    fields = [visible[name.lower()] for name in names] if names else list(visible.values())
    if names and not any(one.name == "Id" for one in fields):
        fields.append(visible["id"])
    paths = tuple(Path(one, object) for one in fields)
    return build_shower(Names(saver.store, call.user_id, object), paths, call.version)(row)


def etag_of(row: Row) -> str:
    return f'"{zlib.crc32(repr(sorted(row.items())).encode()):08x}"'


def _moment(call: Call, header: str) -> int | None:
    """A bad value counts for nothing on GET, and is 400 otherwise."""
    text = call.headers.get(header)
    if not text:
        return None
    try:
        return parse_http_date(text)
    except (ValueError, TypeError):
        if call.method == "GET":
            return None
        raise Refused("INVALID_HEADER", f"The value of the header {header} is not valid: {text}", status=400) from None


def _no_id(values: dict[str, Any]) -> None:
    if any(name.lower() == "id" for name in values):
        raise Refused("INVALID_FIELD", "The Id field should not be specified in the sobject data.", ("Id",))
