"""The REST API's addresses below /services/data: versions, sign-in, allowance, then the resource."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from integrations.vendors.emulator import Request, Response
from integrations.vendors.salesforce.sandbox import replication
from integrations.vendors.salesforce.sandbox.access import Gate, Session
from integrations.vendors.salesforce.sandbox.answers import (
    Answer,
    Call,
    NotEmulated,
    Refused,
    missing,
    not_emulated,
    refusal,
    to_response,
    wrong_method,
)
from integrations.vendors.salesforce.sandbox.bulk import Bulk
from integrations.vendors.salesforce.sandbox.collections_api import Collections
from integrations.vendors.salesforce.sandbox.composite import Composite
from integrations.vendors.salesforce.sandbox.describe import describe, describe_global
from integrations.vendors.salesforce.sandbox.objects import SPECS
from integrations.vendors.salesforce.sandbox.query_api import Queries
from integrations.vendors.salesforce.sandbox.rows_api import Rows
from integrations.vendors.salesforce.sandbox.saving import Saver

OLDEST, NEWEST = 41, 67
GONE = "The requested API version is no longer supported. Use a newer version of the API."
SEASONS = ("Winter", "Spring", "Summer")
_VERSION = re.compile(r"v(\d+)\.0")
_ODD_TYPE = """<?xml version="1.0" encoding="UTF-8"?><Error><errorCode>LOGIN_OAUTH_INVALID_TOKEN</errorCode>\
<errorDetails>The content type is not application/json</errorDetails></Error>"""


class Api:
    def __init__(self, gate: Gate, saver: Saver) -> None:
        self._gate = gate
        self._store = gate.store
        self.queries = Queries(gate.store)
        self._rows = Rows(saver)
        self._collections = Collections(saver, self._rows)
        self._composite = Composite(saver, self.dispatch)
        self._bulk = Bulk(saver, self._rows)
        self._resources: Mapping[str, Callable[[Call], Answer]] = {
            "query": self.queries.handle,
            "queryAll": self.queries.handle,
            "sobjects": self._sobjects,
            "composite": self._composites,
            "limits": self._limits,
            "jobs": self._bulk.handle,
        }

    def handle(self, path: str, request: Request) -> Response:
        """`path`: what follows /services/data."""
        raw = [part for part in path.split("/") if part]
        if not raw:
            return to_response(Answer(body=versions()))
        info = ""
        try:
            version = _version(raw[0])
            session = self._gate.session(request)
            info = session.client_id
            call = _call(request, session, version, raw[1:])
            self._gate.count(session.client_id, _kind(call), _cost(call))
            response = to_response(self._answer(call))
        except Refused as refused:
            response = to_response(refusal(refused))
        except NotEmulated as unknown:
            response = to_response(not_emulated(unknown))
        if info:
            response.headers["Sforce-Limit-Info"] = self._gate.limit_info(info)
        return response

    def _answer(self, call: Call) -> Answer:
        """One oddity of the front servers: a body that is not declared as JSON counts as no sign-in."""
        sent = call.headers.get("content-type", "").split(";")[0].strip().lower()
        if call.method in ("POST", "PATCH") and call.parts and sent != "application/json":
            headers = {"Sfdc-OAuth-Error": "Invalid_Content_Type"}
            return Answer(401, _ODD_TYPE.encode(), headers, "text/html; charset=UTF-8")
        return self.dispatch(call)

    def dispatch(self, call: Call) -> Answer:
        """Raises Refused, NotEmulated."""
        if not call.parts:
            return Answer(body={name: f"{call.root}/{name}" for name in self._resources})
        resource = self._resources.get(call.parts[0])
        if resource is None:
            if call.parts[0] in ("search", "parameterizedSearch", "tooling", "ui-api", "analytics", "chatter", "event"):
                raise NotEmulated(f"/{call.parts[0]}")
            raise missing()
        return resource(call)

    def _sobjects(self, call: Call) -> Answer:
        if len(call.parts) == 1:
            return describe_global(self._store, call)
        spec = self._store.schema.spec(call.parts[1])
        if spec is None or not self._store.schema.may(spec.name, "queryable"):
            raise missing()
        rest = call.parts[2:]
        if not rest or (call.method == "POST" and [part.lower() for part in rest] == ["id"]):
            return self._object(call, spec.name)
        if rest == ("describe",):
            return describe(self._store, call, spec.name)
        if rest[0] in ("updated", "deleted") and len(rest) == 1:
            return replication.handle(self._store, call, spec.name)
        if len(rest) == 1:
            return self._rows.one(call, spec.name)
        if rest[0].lower() == "id" and len(rest) == 2:
            return self._rows.by_key(call, spec.name)
        if len(rest) == 2 and rest[0].lower() in self._store.schema.fields(spec.name):
            return self._rows.by_key(call, spec.name)
        raise missing()

    def _object(self, call: Call, name: str) -> Answer:
        if call.method == "POST":
            return self._rows.create(call, name)
        if call.method != "GET":
            raise wrong_method(call, "HEAD", "GET", "POST")
        root = f"{call.root}/sobjects/{name}"
        about = {"name": name, "label": name, "keyPrefix": SPECS[name].prefix, "urls": {"sobject": root}}
        return Answer(body={"objectDescribe": about, "recentItems": []})

    def _composites(self, call: Call) -> Answer:
        kind = call.parts[1] if len(call.parts) > 1 else ""
        if kind == "sobjects":
            return self._collections.handle(call)
        if kind == "batch":
            return self._composite.batch(call)
        if kind:
            raise NotEmulated(f"/composite/{kind}")
        return self._composite.handle(call)

    def _limits(self, call: Call) -> Answer:
        if call.parts[1:] == ("recordCount",):
            names = [name for name in call.query.get("sObjects", ",".join(SPECS)).split(",") if name in SPECS]
            counts = [{"count": len(self._store.tables[name].alive.ids), "name": name} for name in names]
            return Answer(body={"sObjects": counts})
        if len(call.parts) > 1:
            raise missing()
        most = int(self._store.settings["daily_limit"])
        limits = {
            "DailyApiRequests": {"Max": most, "Remaining": max(most - self._gate.spent, 0)},
            "DailyBulkApiBatches": {"Max": 15_000, "Remaining": 15_000},
            "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000 - self._bulk.query_jobs},
        }
        return Answer(body=limits)


def versions() -> list[dict[str, str]]:
    """Oldest first. 66.0 is Spring '26; three releases a year, Winter named after the year to come."""
    found = []
    for number in range(OLDEST, NEWEST + 1):
        step = number - 65
        year, season = 26 + step // 3, SEASONS[step % 3]
        label = f"{season} '{year:02d}"
        found.append({"label": label, "url": f"/services/data/v{number}.0", "version": f"{number}.0"})
    return found


def _version(text: str) -> str:
    """Raises Refused: 410 for a version that is gone, 404 for what never was one."""
    found = _VERSION.fullmatch(text)
    if not found or int(found[1]) > NEWEST or int(found[1]) < 7:
        raise missing()
    if int(found[1]) < OLDEST:
        raise Refused("UNSUPPORTED_API_VERSION", GONE)
    return f"{found[1]}.0"


def _call(request: Request, session: Session, version: str, raw: list[str]) -> Call:
    method = "GET" if request.method == "HEAD" else request.method
    parts = tuple(unquote(part) for part in raw)
    query = dict(request.query_pairs())
    return Call(method, parts, query, request.headers, request.body, session.user_id, session.client_id, version)


def _kind(call: Call) -> str:
    """For the audit: what a call is for, in one word."""
    parts = call.parts or ("",)
    if parts[0] == "composite" and len(parts) > 1:
        if parts[1] != "sobjects":
            return parts[1]
        reads = call.method == "GET" or len(parts) == 3 and call.method == "POST"
        return "collections_read" if reads else "collections_write"
    if parts[0] == "jobs":
        return "bulk"
    if parts[0] != "sobjects":
        return parts[0]
    if parts[-1] in ("describe", "updated", "deleted") or len(parts) == 1:
        return parts[-1] if len(parts) > 1 else "describe"
    return "record_read" if call.method == "GET" else "record_write"


def _cost(call: Call) -> int:
    """API calls used: one, but for a batch one for each subrequest."""
    if call.parts[:2] != ("composite", "batch"):
        return 1
    requests: Any = call.json_object().get("batchRequests")
    return max(len(requests), 1) if isinstance(requests, list) else 1
