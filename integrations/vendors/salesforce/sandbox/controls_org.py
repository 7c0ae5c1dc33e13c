"""The control interface: the org's switches, fields and rules, its users and applications, and what tests look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from integrations.vendors.salesforce.sandbox.access import App, Gate
from integrations.vendors.salesforce.sandbox.addresses import fill_codes
from integrations.vendors.salesforce.sandbox.ids import to18
from integrations.vendors.salesforce.sandbox.moments import format_moment
from integrations.vendors.salesforce.sandbox.query_api import Queries
from integrations.vendors.salesforce.sandbox.rules import Automation, Duplicates, Rules, Validation
from integrations.vendors.salesforce.sandbox.saving import Saver
from integrations.vendors.salesforce.sandbox.store import Row

Data = dict[str, Any]
FEATURES = ("state_picklists", "person_accounts", "multi_currency")


class OrgControls:
    """`names`: what each name does. Raise KeyError for an unknown object, switch or user."""

    def __init__(self, gate: Gate, saver: Saver, queries: Queries) -> None:
        self._gate = gate
        self._saver = saver
        self._store = gate.store
        self._queries = queries
        self.names: Mapping[str, Callable[[Data], Any]] = {
            "settings": self._settings,
            "state": self._state,
            "audit": self._audit,
            "apps": self._apps,
            "user": self._user,
            "expire_tokens": self._expire_tokens,
            "revoke_grants": self._revoke_grants,
            "other_org": self._other_org,
            "expire_locators": self._expire_locators,
            "add_field": self._add_field,
            "edit_field": self._edit_field,
            "delete_field": self._delete_field,
            "hide_fields": self._hide_fields,
            "unhide_fields": self._unhide_fields,
            "rights": self._rights,
            "rules": self._rules,
            "lock": self._lock,
        }

    def _settings(self, data: Data) -> Data:
        """Sets the named switches; the answer is all of them."""
        settings, store = self._store.settings, self._store
        unknown = set(data) - set(settings)
        if unknown:
            raise KeyError(", ".join(sorted(unknown)))
        before = settings["state_picklists"]
        settings.update(data)
        if any(name in data for name in FEATURES):
            store.schema.touch(store.now())
        if settings["state_picklists"] and not before:
            for name in ("Account", "Contact"):
                for id, row in list(store.tables[name].rows.items()):
                    store.tables[name].rows[id] = fill_codes(name, row)
        return dict(settings)

    def _state(self, data: Data) -> Data:
        """{"object"} narrows. Every row of every object by id, deleted ones too, with times as text; no tokens."""
        names = [self._store.tables[data["object"]].name] if data.get("object") else list(self._store.tables)
        return {name: [self._shown(name, row) for _, row in sorted(self._rows(name))] for name in names}

    def _rows(self, name: str) -> list[tuple[str, Row]]:
        return list(self._store.tables[name].rows.items())

    def _shown(self, name: str, row: Row) -> Row:
        fields = self._store.schema.fields(name)
        times = {key for key in row if key.lower() in fields and fields[key.lower()].type == "datetime"}
        return {key: format_moment(value) if key in times else value for key, value in row.items()}

    def _audit(self, data: Data) -> Data:
        """Calls used by kind, and each row written through the API: how often, by which operations and fields.
        {"clear": true} empties it afterwards."""
        written: dict[str, Data] = {}
        for write in self._saver.writes:
            known = written.setdefault(write.id, {"object": write.object, "times": 0, "operations": [], "fields": []})
            known["times"] += 1
            known["operations"].append(write.operation)
            known["fields"].append(list(write.fields))
        answer = {"calls": self._gate.audit(), "writes": written, "grants": len(self._gate.grants)}
        if data.get("clear"):
            self._saver.writes.clear()
            self._gate.used.clear()
        return answer

    # Sign-in

    def _apps(self, data: Data) -> None:
        """{client_id: {"secret", "name", "redirect_uris", "run_as"}}: register or change applications."""
        for client_id, app in data.items():
            lists = {name: tuple(value) for name, value in app.items() if isinstance(value, list)}
            self._gate.apps[client_id] = App(**{**app, **lists})

    def _user(self, data: Data) -> None:
        """{"username", "active"}: without `active` the user is switched off."""
        users = self._store.tables["User"].rows.values()
        user = next((one for one in users if one["Username"] == data["username"]), None)
        if user is None:
            raise KeyError(data["username"])
        self._saver.put("User", {"Id": user["Id"], "IsActive": bool(data.get("active"))}, user["Id"])

    def _expire_tokens(self, data: Data) -> None:
        """Every access token is dead; grants live on."""
        self._gate.sessions.clear()

    def _revoke_grants(self, data: Data) -> None:
        """Every user takes back every grant."""
        self._gate.end_all()

    def _other_org(self, data: Data) -> None:
        """{"id"}: all that signs in is led to another org, with the same rows; every session ends."""
        table = self._store.tables["Organization"]
        row = table.rows[self._gate.org_id]
        table.drop(row["Id"])
        table.put({**row, "Id": full_id(data["id"])})
        self._gate.sessions.clear()

    def _expire_locators(self, data: Data) -> None:
        self._queries.expire()

    # Fields and rules

    def _schema(self, data: Data, act: Callable[[str, Data], None]) -> None:
        name = self._store.tables[data["object"]].name
        act(name, {key: value for key, value in data.items() if key != "object"})
        self._store.schema.touch(self._store.now())

    def _add_field(self, data: Data) -> None:
        """{"object", "field", "type", and other attributes of a field}"""
        self._schema(data, self._store.schema.add)

    def _edit_field(self, data: Data) -> None:
        """{"object", "field", and attributes of the field: length, restricted, values, createable, …}"""
        field = data.pop("field")
        self._schema(data, lambda name, rest: self._store.schema.edit(name, field, rest))

    def _delete_field(self, data: Data) -> None:
        """{"object", "field"}"""
        self._schema(data, lambda name, rest: self._store.schema.delete(name, rest["field"]))

    def _hide_fields(self, data: Data) -> None:
        """{"object", "fields", "user"}: from one user (an id), or from all."""
        self._set_hidden(data, True)

    def _unhide_fields(self, data: Data) -> None:
        self._set_hidden(data, False)

    def _set_hidden(self, data: Data, hidden: bool) -> None:
        user = data.get("user") or "*"
        self._schema(data, lambda name, rest: self._store.schema.hide(name, rest["fields"], user, hidden))

    def _rights(self, data: Data) -> None:
        """{"object", "createable", "updateable", "deletable", "queryable"}: what API users may do."""
        self._schema(data, lambda name, rest: self._store.schema.rights.setdefault(name, {}).update(rest))

    def _rules(self, data: Data) -> None:
        """{"validations", "duplicates", "automations"}: lists in place of the present ones; {} ends them all."""
        rules, new = self._saver.rules, Rules()
        rules.validations = [Validation(**one) for one in data.get("validations", new.validations)]
        rules.duplicates = [Duplicates(**one) for one in data.get("duplicates", new.duplicates)]
        rules.automations = [Automation(**one) for one in data.get("automations", new.automations)]

    def _lock(self, data: Data) -> None:
        """{"ids", "times"}: these rows, or rows below these accounts, say UNABLE_TO_LOCK_ROW so often; {"rows"}: the
        n-th rows written through the API from now on (from 1) say so once."""
        rules = self._saver.rules
        rules.locks.update({full_id(id): int(data.get("times", 1)) for id in data.get("ids", [])})
        rules.locked_rows = {int(number) for number in data.get("rows", [])}
        rules.seen_rows = 0


def full_id(id: Any) -> str:
    """The 18 characters. Raises KeyError for no id."""
    full = to18(str(id))
    if full is None:
        raise KeyError(str(id))
    return full
