"""The emulated web service: both endpoints, and what a test or a person does beside them."""

from __future__ import annotations

from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from integrations.vendors.accountsiq.sandbox import operations, render, seed
from integrations.vendors.accountsiq.sandbox.access import (
    CLIENT_ID,
    ENTITY,
    SECOND_ENTITY,
    SECOND_USER_KEY,
    USER_KEY,
    App,
    Gate,
    Refused,
    default_settings,
)
from integrations.vendors.accountsiq.sandbox.render import NAMESPACE
from integrations.vendors.accountsiq.sandbox.specs import ENTITY as ENTITY_FIELDS
from integrations.vendors.accountsiq.sandbox.specs import TABLES, Row
from integrations.vendors.accountsiq.sandbox.store import Entity
from integrations.vendors.accountsiq.sandbox.wsdl import build_wsdl
from integrations.vendors.emulator import Clock, Request, Response, not_known

ENDPOINTS = {
    "/system/dashboard/integration/integration_2_0.asmx": "2.0",
    "/system/dashboard/integration/integration_1_1.asmx": "1.1",
}
_BODY = "{http://schemas.xmlsoap.org/soap/envelope/}Body"
_HEADER = "{http://schemas.xmlsoap.org/soap/envelope/}Header"
NOT_RECOGNISED = "Server did not recognize the value of HTTP Header SOAPAction: "


class AccountsIQEmulator:
    key = "accountsiq"

    def __init__(self) -> None:
        self.clock = Clock()
        self.reset()

    def reset(self) -> None:
        """Two empty companies, one application that may reach both, one user key for each (1.1)."""
        self.settings = default_settings()
        self.gate = Gate(self.settings, self.clock.now)
        self.entities = {
            ENTITY: Entity(ENTITY, "Harbour & Lane Ltd", "GBP", USER_KEY),
            SECOND_ENTITY: Entity(SECOND_ENTITY, "Harbour & Lane (Ireland) Ltd", "EUR", SECOND_USER_KEY),
        }
        self.counts: Counter[str] = Counter()
        self.failures: dict[str, Row] = {}

    def seed(self, size: str) -> None:
        """Raises KeyError for another size than small or demo."""
        for table, rows in seed.SEEDS[size]().items():
            self.entities[ENTITY].put(table, rows, self.clock.now())
        for table, rows in seed.second().items():
            self.entities[SECOND_ENTITY].put(table, rows, self.clock.now())

    # HTTP

    def handle(self, request: Request) -> Response:
        version = ENDPOINTS.get(request.path.rstrip("/").lower())
        if version is None:
            return render.page(404, "The resource cannot be found.")
        if request.method == "GET":
            if request.query.lower() == "wsdl":
                return Response(200, build_wsdl(version, request.base + request.path), render.CONTENT_TYPE)
            return render.page(200, f"Integration_{version.replace('.', '_')}")
        if request.method != "POST":
            return render.page(405, "Method not allowed")
        kind = request.headers.get("content-type", "").replace(" ", "").lower()
        if kind not in ("text/xml;charset=utf-8", 'text/xml;charset="utf-8"'):
            return Response(415, b"", "text/plain")
        return self._soap(version, request)

    def _soap(self, version: str, request: Request) -> Response:
        try:
            document = fromstring(request.body)
            body = document.find(_BODY)
            called = body[0] if body is not None else None
        except (ParseError, IndexError):
            called = None
        if called is None:
            return render.fault(
                "Server was unable to read request. ---> There is an error in XML document.", "soap:Client"
            )
        element = called.tag.removeprefix(f"{{{NAMESPACE}}}")
        action = request.headers.get("soapaction", "").strip('"')
        operation = action.removeprefix(NAMESPACE) if action else element
        other = {"2.0": "1.1", "1.1": "2.0"}[version]
        if (action and not action.startswith(NAMESPACE)) or operation in operations.SIGN_IN[other]:
            return render.fault(f"{NOT_RECOGNISED}{action}.", "soap:Client")
        if operation != element:
            return render.fault("Server was unable to process request. ---> The element is another one.", "soap:Client")
        return self._operation(version, operation, called, document.find(_HEADER))

    def _operation(self, version: str, operation: str, called: Element, header: Element | None) -> Response:
        known = operation in operations.LISTS or operation in operations.QUERIES
        if not known and operation not in operations.SIGN_IN[version]:
            return not_known(f"the operation {operation}")
        self.counts[operation] += 1
        query = operations.Query(called, self.settings)
        planned = self._planned_failure(operation)
        if planned is not None:
            return planned
        try:
            if operation in ("TokenGet", "TokenRefresh"):
                return self._ok(self._token(operation, query))
            if operation == "Login":
                return self._ok(self._login(query))
            return self._ok(self._data(version, operation, query, header))
        except Refused as refused:
            return self._ok(
                render.answer(
                    operation,
                    None,
                    status=refused.status,
                    code=refused.code,
                    message=refused.message,
                    expired=refused.expired,
                    result_first=self.settings["result_first"],
                )
            )

    def _ok(self, body: bytes) -> Response:
        return Response(200, body, render.CONTENT_TYPE)

    def _planned_failure(self, operation: str) -> Response | None:
        plan = self.failures.get(operation) or self.failures.get("*")
        if not plan or plan["times"] == 0:
            return None
        plan["times"] -= 1
        if plan["as"] == "fault":
            return render.fault(plan["message"])
        return self._ok(render.answer(operation, None, status="Failure", code=plan["code"], message=plan["message"]))

    # sign-in

    def _token(self, operation: str, query: operations.Query) -> bytes:
        client_id = query.text("clientId")
        try:
            self.gate.app(client_id, query.text("clientSecret"))
            if operation == "TokenGet":
                pair = self.gate.issue(client_id)
            else:
                pair = self.gate.exchange(client_id, query.text("refreshToken"))
        except Refused as refused:
            return render.token_answer(operation, None, refused.code, refused.message)
        return render.token_answer(operation, pair, "SUCCESS")

    def _login(self, query: operations.Query) -> bytes:
        entity = self.entities.get(query.text("companyID"))
        right = (
            entity and query.text("partnerKey") in self.gate.partner_keys and query.text("userKey") == entity.user_key
        )
        if entity is None or not right:
            return render.envelope("Login", "")
        return render.envelope("Login", render.element("LoginResult", self.gate.login(entity.id)))

    # data

    def _data(self, version: str, operation: str, query: operations.Query, header: Element | None) -> bytes:
        entity = self._entity_2_0(operation, header) if version == "2.0" else self._entity_1_1(query)
        if isinstance(entity, App):
            return self._whole(operation, self._entities_of(entity))
        if operation in operations.QUERIES:
            return self._whole(operation, operations.QUERIES[operation](entity, query))
        if operation not in entity.rendered:
            entity.rendered[operation] = self._whole(operation, operations.LISTS[operation](entity, query))
        return entity.rendered[operation]

    def _whole(self, operation: str, result: str) -> bytes:
        return render.answer(operation, result, result_first=self.settings["result_first"])

    def _entity_2_0(self, operation: str, header: Element | None) -> Entity | App:
        """The company by the header; the application where only its entities are asked for."""
        values = {
            one.tag.removeprefix(f"{{{NAMESPACE}}}"): (one.text or "").strip()
            for block in (header if header is not None else ())
            for one in block
        }
        app = self.gate.caller(values.get("AccessToken", ""))
        entity = values.get("Entity", "")
        lists = operation == "GetEntitiesByToken"
        if (not lists or entity or self.settings["list_needs_entity"]) and entity not in app.entities:
            raise self.gate.no_access()
        return app if lists else self.entities[entity]

    def _entity_1_1(self, query: operations.Query) -> Entity:
        if len(query.body) == 0 or query.body[0].tag != f"{{{NAMESPACE}}}token":
            raise self.gate.expired()
        return self.entities[self.gate.session((query.body[0].text or "").strip())]

    def _entities_of(self, app: App) -> str:
        rows = [self.entities[id] for id in app.entities if id in self.entities]
        shown = [{"EntityID": one.id, "EntityName": one.name, "BaseCurrency": one.currency} for one in rows]
        return "".join(f"<WSEntity>{render.render_fields(ENTITY_FIELDS, row)}</WSEntity>" for row in shown)

    # control

    def control(self, name: str, data: dict[str, Any]) -> Any:
        """put, remove, settings, state, expire, application, entity, fail. Raises KeyError for another name, ValueError
        (the vendor's code) for what its screens refuse."""
        actions = {
            "put": self._put,
            "remove": self._remove,
            "settings": self._set,
            "state": self._state,
            "expire": self._expire,
            "application": self._application,
            "entity": self._entity,
            "fail": self._fail,
        }
        return actions[name](data)

    def _put(self, data: Row) -> Row:
        """{"table", "rows", "entity"?, "raw"?}: insert or edit by code. Rows hold the vendor's field names; an option
        names its `dimension` too."""
        entity = self.entities[data.get("entity", ENTITY)]
        return {"ids": entity.put(data["table"], data["rows"], self.clock.now(), raw=bool(data.get("raw")))}

    def _remove(self, data: Row) -> Row:
        """{"table", "ids", "entity"?}: ids are codes; without ids all of the table."""
        entity = self.entities[data.get("entity", ENTITY)]
        ids = data["ids"] if "ids" in data else list(entity.tables[data["table"]])
        return {"removed": entity.remove(data["table"], ids)}

    def _set(self, data: Row) -> Row:
        for name, value in data.items():
            if name not in self.settings:
                raise KeyError(name)
            self.settings[name] = value
        for entity in self.entities.values():
            entity.rendered.clear()
        return dict(self.settings)

    def _state(self, data: Row) -> Row:
        """{"entities": {id: {table: rows}}, "calls": {operation: n}}; {"tables": […]} narrows it."""
        tables = data.get("tables", list(TABLES))
        entities = {id: entity.state(tables) for id, entity in self.entities.items()}
        return {"entities": entities, "calls": dict(self.counts)}

    def _expire(self, data: Row) -> Row:
        """All access tokens and sessions end now; {"refresh": true}: refresh tokens too."""
        self.gate.expire(bool(data.get("refresh")))
        return {}

    def _application(self, data: Row) -> Row:
        """{"client_id"?, "revoked"?, "entities"?, "secret"?}: as a group administrator changes it, or makes one."""
        app = self.gate.apps.setdefault(data.get("client_id", CLIENT_ID), App("", [ENTITY]))
        app.revoked = bool(data.get("revoked", app.revoked))
        app.entities = list(data.get("entities", app.entities))
        app.secret = str(data.get("secret", app.secret))
        return {"entities": app.entities, "revoked": app.revoked}

    def _entity(self, data: Row) -> Row:
        """{"id", "name", "currency"?, "user_key"?}: one more company, which no application may reach yet."""
        entity = Entity(data["id"], data["name"], data.get("currency", "GBP"), data.get("user_key", ""))
        self.entities[entity.id] = entity
        return {"id": entity.id}

    def _fail(self, data: Row) -> Row:
        """{"operation"? (*), "times"? (1; -1 all), "as"? (failure or fault), "code"?, "message"?}: the next calls."""
        plan = {"times": 1, "as": "failure", "code": "UNKNOWN", "message": "The operation failed.", **data}
        self.failures[plan.pop("operation", "*")] = plan
        return plan
