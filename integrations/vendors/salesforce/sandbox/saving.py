"""Creates and updates rows as the API and as people do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.vendors.salesforce.sandbox.addresses import settle_leniently, settle_places
from integrations.vendors.salesforce.sandbox.answers import Call, NotEmulated, Refused
from integrations.vendors.salesforce.sandbox.derive import derive, twin_of
from integrations.vendors.salesforce.sandbox.objects import SPECS
from integrations.vendors.salesforce.sandbox.rules import Rules, assigned_owner
from integrations.vendors.salesforce.sandbox.schema import Field, no_such_column
from integrations.vendors.salesforce.sandbox.soql_names import object_of
from integrations.vendors.salesforce.sandbox.store import Row, Store, Table
from integrations.vendors.salesforce.sandbox.values import clean


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes, and what the request's headers ask for."""

    user_id: str
    assign: bool = True
    allow_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """One row written through the API, for the audit."""

    id: str
    object: str
    operation: str
    fields: tuple[str, ...]
    at: int


def actor_of(call: Call) -> Actor:
    assign = call.headers.get("sforce-auto-assign", "TRUE").strip().upper() != "FALSE"
    asked = call.headers.get("sforce-duplicate-rule-header", "").replace(" ", "").lower()
    return Actor(call.user_id, assign, "allowsave=true" in asked.split(";"))


@dataclass(slots=True)
class Saver:
    """`writes`: what came through the API, oldest first. `pending`: automation still to come, (second, id, changes)."""

    store: Store
    rules: Rules = field(default_factory=Rules)
    writes: list[Write] = field(default_factory=list)
    pending: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)

    def create(self, object: str, values: Mapping[str, Any], actor: Actor) -> str:
        """The new row's id. Raises Refused."""
        store = self.store
        self._check_right(object, "createable", actor)
        changes = self._read(object, values, actor, creating=True)
        self.rules.check_lock(_parents(changes))
        self._check_required(object, changes, creating=True)
        row = {"Id": "", "IsDeleted": False, "OwnerId": actor.user_id, "CreatedDate": store.now()}
        row["CreatedById"] = actor.user_id
        self._finish(object, None, row, changes, actor)
        return str(row["Id"])

    def update(self, object: str, id: str, values: Mapping[str, Any], actor: Actor) -> None:
        """Raises Refused; NOT_FOUND when there is no such row."""
        self._check_right(object, "updateable", actor)
        old = find_row(self.store.tables[object], id)
        changes = self._read(object, values, actor, creating=False)
        self.rules.check_lock([id, *_parents({**old, **changes})])
        self._check_required(object, changes, creating=False)
        self._finish(object, old, dict(old), changes, actor)

    def put(self, object: str, values: Mapping[str, Any], user_id: str) -> str:
        """Insert, or edit when the id exists, as a person would: no rules, and read-only fields may be set."""
        store, fields = self.store, self.store.schema.fields(object)
        unknown = [name for name in values if name.lower() not in fields]
        if unknown:
            raise KeyError(", ".join(unknown))
        changes = {fields[name.lower()].name: _given(store, fields[name.lower()], values[name]) for name in values}
        old = store.tables[object].rows.get(changes.get("Id", ""))
        if old is None:
            now = store.now()
            row: Row = {"IsDeleted": False, "CreatedDate": now, "CreatedById": user_id, "OwnerId": user_id}
            row["Id"] = changes.get("Id") or store.new_id(object)
        else:
            row = dict(old)
        if store.settings["state_picklists"]:
            settle_leniently(object, old, changes)
        self._stamp(row, user_id, store.now())
        self._apply(object, row, changes)
        self._store(object, row)
        return str(row["Id"])

    def _finish(self, object: str, old: Row | None, row: Row, changes: dict[str, Any], actor: Actor) -> None:
        """Checks what the whole row is checked for, saves it, then lets automation have its way."""
        store = self.store
        if store.settings["state_picklists"]:
            settle_places(object, old, changes)
        owner = assigned_owner(store, object)
        if actor.assign and owner:
            changes["OwnerId"] = owner
        self._stamp(row, actor.user_id, store.now())
        self._apply(object, row, changes)
        self.rules.check_row(object, row)
        self._check_unique(object, row)
        self.rules.check_duplicates(store, object, row, actor.allow_duplicates)
        row["Id"] = row["Id"] or store.new_id(object)
        self._store(object, row)
        operation = "create" if old is None else "update"
        self.writes.append(Write(row["Id"], object, operation, tuple(sorted(changes)), store.now()))
        self._automate(object, row)

    def _automate(self, object: str, row: Row) -> None:
        changes, delay = self.rules.automate(object, row)
        if changes:
            self.pending.append((row["SystemModstamp"] + delay, row["Id"], changes))
        self.catch_up()

    def catch_up(self) -> None:
        """Automation whose moment has come does its work, stamped with that moment."""
        due = [one for one in self.pending if one[0] <= self.store.now()]
        self.pending = [one for one in self.pending if one not in due]
        for second, id, changes in due:
            table = self.store.tables[object_of(id)]
            if id in table.rows and not table.rows[id]["IsDeleted"]:
                row = dict(table.rows[id])
                self._stamp(row, self.automation_user(), max(second, row["SystemModstamp"]))
                self._apply(table.name, row, changes)
                self._store(table.name, row)

    def automation_user(self) -> str:
        users = self.store.tables["User"].rows.values()
        robot = next((one["Id"] for one in users if one["UserType"] == "AutomatedProcess"), "")
        return str(self.store.settings["automation_user"] or robot)

    def _apply(self, object: str, row: Row, changes: Mapping[str, Any]) -> None:
        for name, value in changes.items():
            if value is None:
                row.pop(name, None)
            else:
                row[name] = value
        derive(self.store, object, row, set(changes))

    def _store(self, object: str, row: Row) -> None:
        twin = twin_of(self.store, object, row)
        if twin is not None and object == "Account":
            row["PersonContactId"] = twin["Id"]
        self.store.tables[object].put(row)
        if twin is not None:
            self.store.tables["Contact" if object == "Account" else "Account"].put(twin)

    @staticmethod
    def _stamp(row: Row, user_id: str, second: int) -> None:
        row["LastModifiedDate"] = row["SystemModstamp"] = second
        row["LastModifiedById"] = user_id

    def _read(self, object: str, values: Mapping[str, Any], actor: Actor, *, creating: bool) -> dict[str, Any]:
        """Known, writable fields with values as they are stored."""
        visible = self.store.schema.visible(object, actor.user_id)
        changes: dict[str, Any] = {}
        for name, value in values.items():
            if name.lower() == "attributes":
                continue
            known = visible.get(name.lower())
            if known is None:
                relation = any(one.relationship.lower() == name.lower() for one in visible.values() if one.refers)
                if relation:
                    raise NotEmulated("parents by external id in a written row")
                raise no_such_column(name, object)
            if not (known.createable if creating else known.updateable):
                raise _read_only(known)
            changes[known.name] = clean(self.store, known, value)
        return changes

    def _check_required(self, object: str, changes: Mapping[str, Any], *, creating: bool) -> None:
        person = bool(changes.get("LastName")) and self.store.settings["person_accounts"] and object == "Account"
        missing = tuple(
            one.name
            for one in self.store.schema.fields(object).values()
            if one.required and changes.get(one.name) is None and (creating or one.name in changes)
        )
        if missing and not (person and missing == ("Name",)):
            words = f"Required fields are missing: [{', '.join(missing)}]"
            raise Refused("REQUIRED_FIELD_MISSING", words, missing)

    def _check_unique(self, object: str, row: Row) -> None:
        for one in self.store.schema.fields(object).values():
            value = row.get(one.name)
            if not one.unique or value is None:
                continue
            other = next((o for o in matching(self.store, object, one.name, value) if o["Id"] != row["Id"]), None)
            if other is not None:
                words = f"duplicate value found: {one.name} duplicates value on record with id: {other['Id'][:15]}"
                raise Refused("DUPLICATE_VALUE", words, ())

    def _check_right(self, object: str, right: str, actor: Actor) -> None:
        if not SPECS[object].writable:
            words = f"entity type cannot be {'inserted' if right == 'createable' else 'updated'}: {object}"
            raise Refused("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", words, ())
        if not self.store.schema.may(object, right):
            words = "insufficient access rights on object id"
            raise Refused("INSUFFICIENT_ACCESS_OR_READONLY", words, ())


def find_row(table: Table, id: str) -> Row:
    """Raises Refused ENTITY_IS_DELETED or NOT_FOUND."""
    row = table.rows.get(id) if id not in table.hidden else None
    if row is None:
        raise Refused("NOT_FOUND", "The requested resource does not exist")
    if row["IsDeleted"]:
        raise Refused("ENTITY_IS_DELETED", "entity is deleted", ())
    return row


def matching(store: Store, object: str, name: str, value: str) -> list[Row]:
    """Rows that are not deleted and have this value, case aside."""
    table = store.tables[object]
    found = (table.shown(id) for id in sorted(table.with_values(name, [str(value).casefold()])))
    return [row for row in found if row is not None]


def _given(store: Store, known: Field, value: Any) -> Any:
    """A value of the control interface: date-times as text or seconds, everything else as in a request, but unchecked
    against the field's length."""
    if isinstance(value, str) and known.type not in ("datetime",):
        return value.strip() or None
    return value if known.type == "datetime" and isinstance(value, int) else clean(store, known, value)


def _parents(row: Mapping[str, Any]) -> list[str]:
    return [row["AccountId"]] if row.get("AccountId") else []


def _read_only(known: Field) -> Refused:
    words = (
        f"Unable to create/update fields: {known.name}. Please check the security settings of this field and verify "
        "that it is read/write for your profile or permission set."
    )
    return Refused("INVALID_FIELD_FOR_INSERT_UPDATE", words, (known.name,))
