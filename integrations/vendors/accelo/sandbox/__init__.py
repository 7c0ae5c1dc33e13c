"""Emulator of one Accelo deployment at HTTP level: sign-in, API, allowance, lock-out, and a person's edits.

store.py    tables and switches        specs.py   fields and filters of each object (data)
access.py   tokens, scopes, limits     oauth.py   sign-in addresses
api.py      resource addresses         expenses.py rules of expenses
filters.py render.py params.py answers.py   the request and answer formats
seed.py     a believable company
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from email.utils import format_datetime
from typing import Any

from integrations.vendors.accelo.sandbox.access import SERVICE_ID, SERVICE_SECRET, WEB_ID, WEB_SECRET, App, Gate
from integrations.vendors.accelo.sandbox.answers import Refused, Shuffler, envelope
from integrations.vendors.accelo.sandbox.api import Api
from integrations.vendors.accelo.sandbox.oauth import SignInPages
from integrations.vendors.accelo.sandbox.seed import fill
from integrations.vendors.accelo.sandbox.store import Store
from integrations.vendors.emulator import Clock, Request, Response

__all__ = ["SERVICE_ID", "SERVICE_SECRET", "WEB_ID", "WEB_SECRET", "AcceloSandbox"]


class AcceloSandbox:
    """One deployment, by default `acme`. Its addresses may be preceded by a deployment name (`/acme/api/v0/...`);
    any other name is answered as an unknown deployment."""

    key = "accelo"

    def __init__(self) -> None:
        self.clock = Clock()
        self.reset()
        self._controls: Mapping[str, Callable[[dict[str, Any]], Any]] = {
            "put": self._put,
            "remove": self._remove,
            "settings": self._settings,
            "state": self._state,
            "apps": self._apps,
            "revoke_tokens": self._revoke_tokens,
        }

    def reset(self) -> None:
        self.store = Store(self.clock)
        self.gate = Gate(self.store)
        self._api = Api(self.store, self.gate)
        self._pages = SignInPages(self.gate)

    def seed(self, size: str) -> None:
        """`small` or `demo`; KeyError otherwise."""
        fill(self.store, size)

    def handle(self, request: Request) -> Response:
        response = self._answer(request)
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
        """{"table", "rows"}: insert, or edit by id, as a person would in the web application. Ids, in order."""
        if data["table"] not in self.store.tables:
            raise KeyError(data["table"])
        return [self.store.put(data["table"], row) for row in data["rows"]]

    def _remove(self, data: dict[str, Any]) -> None:
        """{"table", "ids"}"""
        if data["table"] not in self.store.tables:
            raise KeyError(data["table"])
        for id in data["ids"]:
            self.store.remove(data["table"], str(id))

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
        state = self.store.state()
        return {data["table"]: state[data["table"]]} if data.get("table") else state

    def _apps(self, data: dict[str, Any]) -> None:
        """{client_id: {"secret", "kind", "staff_id"}}: register or change applications."""
        for client_id, app in json.loads(json.dumps(data)).items():
            self.gate.apps[client_id] = App(**app)

    def _revoke_tokens(self, data: dict[str, Any]) -> None:
        """{"refresh": true} ends refresh tokens and codes too."""
        self.gate.revoke_all(bool(data.get("refresh")))
