"""`composite/sobjects`: up to 200 rows in one call, each with its own result, in order.

Source: REST API guide, sObject Collections.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.vendors.salesforce.sandbox.answers import Answer, Call, NotEmulated, Refused, missing, wrong_method
from integrations.vendors.salesforce.sandbox.ids import to18
from integrations.vendors.salesforce.sandbox.removing import delete_by_api
from integrations.vendors.salesforce.sandbox.rows_api import Rows, checked_id, show_row
from integrations.vendors.salesforce.sandbox.saving import Actor, Saver, actor_of
from integrations.vendors.salesforce.sandbox.soql_names import object_of

MOST_ROWS = 200
MOST_RUNS = 10
MOST_IDS = 2000
Work = Callable[[dict[str, Any]], dict[str, Any]]
_ROLLED_BACK = Refused(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
    (),
)


class Collections:
    def __init__(self, saver: Saver, rows: Rows) -> None:
        self._saver = saver
        self._rows = rows

    def handle(self, call: Call) -> Answer:
        """`call.parts`: composite, sobjects, then the object and the upsert's key field, if any."""
        rest = call.parts[2:]
        if rest and call.method in ("GET", "POST"):
            return self._retrieve(call, rest)
        if call.method == "DELETE" and not rest:
            return self._delete(call)
        if call.method == "POST":
            return self._save(call, self._creating(call))
        if call.method == "PATCH":
            return self._save(call, self._upserting(call, *rest) if len(rest) == 2 else self._updating(call))
        raise wrong_method(call, "GET", "POST", "PATCH", "DELETE")

    def _save(self, call: Call, work: Work) -> Answer:
        body = call.json_object()
        records = body.get("records")
        if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
            raise Refused("JSON_PARSER_ERROR", "The request body must have a list 'records'.")
        self._check_shape(records)
        return Answer(body=self._each(records, work, all_or_none=bool(body.get("allOrNone", False))))

    def _each(self, records: list[dict[str, Any]], work: Work, *, all_or_none: bool) -> list[dict[str, Any]]:
        """A result for each record. 200 even if every one failed."""
        kept = len(self._saver.writes)
        if all_or_none:
            self._saver.store.begin()
        try:
            results = [_result(work, record) for record in records]
        except NotEmulated:
            if all_or_none:
                self._saver.store.rollback()
            raise
        failed = any(not one["success"] for one in results)
        if all_or_none and not failed:
            self._saver.store.commit()
        if not all_or_none or not failed:
            return results
        self._saver.store.rollback()
        del self._saver.writes[kept:]
        undone = {"success": False, "errors": [_ROLLED_BACK.as_row()]}
        return [undone if one["success"] else one for one in results]

    def _check_shape(self, records: list[dict[str, Any]]) -> None:
        if len(records) > MOST_ROWS:
            raise Refused("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST_ROWS} records")
        types = [self._type_of(record) for record in records]
        runs = sum(1 for place, name in enumerate(types) if place == 0 or types[place - 1] != name)
        if runs > MOST_RUNS:
            words = f"cannot process more than {MOST_RUNS} chunks: sort the records by type"
            raise Refused("LIMIT_EXCEEDED", words)

    def _type_of(self, record: dict[str, Any]) -> str:
        attributes = record.get("attributes")
        name = attributes.get("type") if isinstance(attributes, dict) else None
        if not name:
            words = "attributes.type is required: specify the type of each record"
            raise Refused("INVALID_FIELD", words, ())
        spec = self._saver.store.schema.spec(name)
        if spec is None:
            raise Refused("INVALID_TYPE", f"sObject type '{name}' is not supported.", ())
        return spec.name

    def _creating(self, call: Call) -> Work:
        actor = actor_of(call)

        def work(record: dict[str, Any]) -> dict[str, Any]:
            if any(name.lower() == "id" for name in record):
                raise Refused("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ("Id",))
            return {"id": self._saver.create(self._type_of(record), record, actor)}

        return work

    def _updating(self, call: Call) -> Work:
        actor = actor_of(call)

        def work(record: dict[str, Any]) -> dict[str, Any]:
            object = self._type_of(record)
            sent = next((value for name, value in record.items() if name.lower() == "id"), "")
            if not sent:
                raise Refused("MISSING_ARGUMENT", "Id not specified in an update call", ())
            id = checked_id(object, str(sent))
            self._saver.update(object, id, _without_id(record), actor)
            return {"id": id}

        return work

    def _upserting(self, call: Call, name: str, key_name: str) -> Work:
        actor, rows = actor_of(call), self._rows
        spec = self._saver.store.schema.spec(name)
        if spec is None:
            raise missing()
        key = rows.key_field(spec.name, key_name, call.user_id)
        seen: set[str] = set()

        def work(record: dict[str, Any]) -> dict[str, Any]:
            value = next((one for name, one in record.items() if name.lower() == key.name.lower()), None)
            if value in (None, ""):
                raise Refused("MISSING_ARGUMENT", f"{key.name} not specified", ())
            if str(value).casefold() in seen:
                raise Refused("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", (key.name,))
            seen.add(str(value).casefold())
            values = {name: one for name, one in record.items() if name.lower() != key.name.lower()}
            id, created = rows.upsert(spec.name, key, str(value), values, actor)
            return {"id": id, "created": created}

        return work

    def _delete(self, call: Call) -> Answer:
        ids = [id for id in call.query.get("ids", "").split(",") if id]
        if not 0 < len(ids) <= MOST_ROWS:
            raise Refused("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST_ROWS} records")
        records = [{"id": id} for id in ids]
        work = self._deleting(actor_of(call))
        return Answer(body=self._each(records, work, all_or_none=call.query.get("allOrNone") == "true"))

    def _deleting(self, actor: Actor) -> Work:
        def work(record: dict[str, Any]) -> dict[str, Any]:
            id = to18(record["id"])
            if id is None or self._saver.store.table_of(id) is None:
                raise Refused("MALFORMED_ID", f"malformed id {record['id']}", ())
            delete_by_api(self._saver, object_of(id), id, actor)
            return {"id": id}

        return work

    def _retrieve(self, call: Call, rest: tuple[str, ...]) -> Answer:
        """GET ?ids=&fields=, or POST {"ids", "fields"}; null in the place of an unknown or deleted row."""
        spec = self._saver.store.schema.spec(rest[0])
        if spec is None or len(rest) > 1:
            raise missing()
        if call.method == "POST":
            body = call.json_object()
            ids, names = body.get("ids") or [], body.get("fields") or []
        else:
            ids, names = call.query.get("ids", "").split(","), call.query.get("fields", "").split(",")
        names = [name.strip() for name in names if name.strip()]
        if len(ids) > MOST_IDS or not names:
            words = f"specify fields, and at most {MOST_IDS} ids"
            raise Refused("EXCEEDED_ID_LIMIT" if names else "MISSING_ARGUMENT", words)
        table = self._saver.store.tables[spec.name]
        found = [table.shown(checked_id(spec.name, str(id).strip())) for id in ids]
        shown = [None if row is None else show_row(self._saver, call, spec.name, row, names) for row in found]
        return Answer(body=shown)


def _result(work: Work, record: dict[str, Any]) -> dict[str, Any]:
    try:
        return {**work(record), "success": True, "errors": []}
    except Refused as refused:
        return {"success": False, "errors": [row_error(refused).as_row()]}


def row_error(refused: Refused) -> Refused:
    """An unknown id in a collection is a wrong reference."""
    if refused.code == "NOT_FOUND":
        return Refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ())
    return refused


def _without_id(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name.lower() != "id"}
