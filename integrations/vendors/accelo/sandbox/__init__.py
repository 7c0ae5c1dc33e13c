"""Emulator of one Accelo deployment at HTTP level: sign-in, API, allowance, lock-out, and a person's edits.

store.py index.py   tables, what keeps them fast     defaults.py places.py choices.py   switches, first rows
spec.py specs.py specs_directory.py specs_work.py   fields and filters of each object (data)
access.py   tokens, scopes, limits     oauth.py   sign-in addresses
api.py directory_api.py work_api.py   resource addresses     hooks.py   webhooks
expenses.py people.py addresses.py moves.py work.py   rules of each object
filters.py render.py params.py answers.py   the request and answer formats
seed.py seed_directory.py seed_work.py   a believable company
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from email.utils import format_datetime
from typing import Any

from integrations.vendors.accelo.sandbox import addresses, people, work
from integrations.vendors.accelo.sandbox.access import SERVICE_ID, SERVICE_SECRET, WEB_ID, WEB_SECRET, App, Gate
from integrations.vendors.accelo.sandbox.answers import Refused, Shuffler, envelope
from integrations.vendors.accelo.sandbox.api import Api
from integrations.vendors.accelo.sandbox.hooks import Hooks
from integrations.vendors.accelo.sandbox.oauth import SignInPages
from integrations.vendors.accelo.sandbox.seed import fill
from integrations.vendors.accelo.sandbox.store import Row, Store
from integrations.vendors.emulator import Clock, Request, Response

__all__ = ["SERVICE_ID", "SERVICE_SECRET", "WEB_ID", "WEB_SECRET", "AcceloSandbox"]

LAYOUT = 3
"""Grows when a stored deployment can no longer be taken up: new tables, switches or parts."""


class AcceloSandbox:
    """One deployment, by default `acme`. Its addresses may be preceded by a deployment name (`/acme/api/v0/...`);
    any other name is answered as an unknown deployment."""

    key = "accelo"

    def __init__(self) -> None:
        self.clock = Clock()
        self._layout = LAYOUT
        self._start()
        self._controls: Mapping[str, Callable[[dict[str, Any]], Any]] = {
            "put": self._put,
            "bulk": self._bulk,
            "webhooks": self._webhooks,
            "remove": self._remove,
            "settings": self._settings,
            "state": self._state,
            "apps": self._apps,
            "revoke_tokens": self._revoke_tokens,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Raises ValueError for a state that an older version stored."""
        if state.get("_layout") != LAYOUT:
            raise ValueError("The stored deployment is of an older version.")
        self.__dict__.update(state)

    def reset(self) -> None:
        self.hooks.close()
        self._start()

    def _start(self) -> None:
        self.store = Store(self.clock)
        self.gate = Gate(self.store)
        self.hooks = Hooks(self.store)
        self.store.listener = self._changed
        self._asked = False
        self._api = Api(self.store, self.gate, self.hooks)
        self._pages = SignInPages(self.gate)

    def _changed(self, table: str, row: Row, what: str) -> None:
        """Tells the subscribers; of the API's own writes only when the switch says so."""
        if not self._asked or self.store.settings["webhook_own_writes"]:
            self.hooks.changed(table, row, what)

    def seed(self, size: str) -> None:
        """`small` or `demo`; KeyError otherwise."""
        fill(self.store, size)

    def handle(self, request: Request) -> Response:
        self._asked = True
        try:
            response = self._answer(request)
        finally:
            self._asked = False
        response.headers["Date"] = format_datetime(self.clock.now(), usegmt=True)
        return response

    def _answer(self, request: Request) -> Response:
        deployment, path = self._addressed(request.path)
        if deployment != self.store.settings["deployment"]:
            refused = Refused("invalid_request", f"Deployment '{deployment}' was not found.")
            return envelope(Shuffler(), None, {}, status=400, refused=refused)
        for start, handle in (("api/v0/", self._api.handle), ("oauth2/v0/", self._pages.handle)):
            if path.startswith(start):
                return handle(path.removeprefix(start).strip("/"), request)
        if path.split("/")[0] in ("api", "oauth2"):
            return envelope(Shuffler(), None, {}, status=400, refused=Refused("invalid_request"))
        return Response(404, b"<html><body><h1>Not Found</h1></body></html>", "text/html")

    def control(self, name: str, data: dict[str, Any]) -> Any:
        """Raises KeyError for an unknown name, table or switch."""
        return self._controls[name](data)

    def _addressed(self, path: str) -> tuple[str, str]:
        """Deployment name and the rest of the path."""
        head, _, rest = path.lstrip("/").partition("/")
        if head in ("api", "oauth2", "") or not rest:
            return str(self.store.settings["deployment"]), path.lstrip("/")
        return head, rest

    def _put(self, data: dict[str, Any]) -> list[str]:
        """{"table", "rows"}: insert, or edit by id, as a person would in the web application. Ids, in order.

        An address may name its `state` and `country`; a sale's company follows from its affiliation. Affiliations and
        addresses move what they would at their owners.
        """
        table = _known(self.store, data["table"])
        return [self._put_one(table, row) for row in data["rows"]]

    def _put_one(self, table: str, row: Row) -> str:
        if table == "addresses":
            row = addresses.by_names(self.store, row)
        elif table in work.STATUSES:
            row = work.by_person(self.store, table, row)
        id = self.store.put(table, row)
        if table == "addresses":
            addresses.settle(self.store, self.store.tables[table][id])
        elif table == "affiliations":
            people.settle(self.store, self.store.tables[table][id])
            people.touch_parents(self.store, self.store.tables[table][id])
        return id

    def _bulk(self, data: dict[str, Any]) -> dict[str, Any]:
        """{"table", "rows"}: new rows, very many at once, exactly as they are given; nobody is told."""
        ids = self.store.insert_many(_known(self.store, data["table"]), data["rows"])
        return {"count": len(ids), "first": ids[0] if ids else "", "last": ids[-1] if ids else ""}

    def _remove(self, data: dict[str, Any]) -> None:
        """{"table", "ids"}"""
        table = _known(self.store, data["table"])
        for id in data["ids"]:
            self.store.remove(table, str(id))

    def _webhooks(self, data: dict[str, Any]) -> dict[str, Any]:
        """{"wait": seconds}: subscriptions and deliveries, once all is delivered or that time is over."""
        return self.hooks.seen(float(data.get("wait", 0)))

    def _settings(self, data: dict[str, Any]) -> dict[str, Any]:
        """Sets the named switches; the answer is all of them. A new limit starts a new hour."""
        unknown = set(data) - set(self.store.settings)
        if unknown:
            raise KeyError(", ".join(sorted(unknown)))
        self.store.settings.update(data)
        if "limit" in data or "window_seconds" in data:
            self.gate.window_end = 0
        return dict(self.store.settings)

    def _state(self, data: dict[str, Any]) -> dict[str, Any]:
        """Every table; {"table"} narrows it to one."""
        if data.get("table"):
            return {data["table"]: copy.deepcopy(self.store.rows(_known(self.store, data["table"])))}
        return self.store.state()

    def _apps(self, data: dict[str, Any]) -> None:
        """{client_id: {"secret", "kind", "staff_id"}}: register or change applications."""
        for client_id, app in json.loads(json.dumps(data)).items():
            self.gate.apps[client_id] = App(**app)

    def _revoke_tokens(self, data: dict[str, Any]) -> None:
        """{"refresh": true} ends refresh tokens and codes too."""
        self.gate.revoke_all(bool(data.get("refresh")))


def _known(store: Store, table: str) -> str:
    if table not in store.tables:
        raise KeyError(table)
    return table
