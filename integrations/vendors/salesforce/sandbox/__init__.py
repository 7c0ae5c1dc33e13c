"""Emulator of one Salesforce org at HTTP level: sign-in, REST API, Bulk API 2.0 jobs, and what people do in the org.

store.py schema.py objects.py picklists.py places.py org.py   rows with indexes, fields as data
soql_lexer.py soql_parser.py soql_names.py soql_where.py soql_plan.py soql_run.py soql_show.py   queries
values.py addresses.py derive.py rules.py saving.py removing.py   writes and what they set off
api.py query_api.py rows_api.py collections_api.py composite.py replication.py describe.py bulk*.py   the addresses
access.py oauth.py pages.py   sign-in and allowance
controls*.py loading.py seed*.py   what happens outside the API
"""

from __future__ import annotations

from email.utils import format_datetime
from typing import Any

from integrations.vendors.emulator import Clock, Request, Response, not_known
from integrations.vendors.salesforce.sandbox.access import CLIENT_ID, CLIENT_SECRET, Gate
from integrations.vendors.salesforce.sandbox.answers import Refused
from integrations.vendors.salesforce.sandbox.api import Api
from integrations.vendors.salesforce.sandbox.controls import Controls
from integrations.vendors.salesforce.sandbox.controls_org import OrgControls
from integrations.vendors.salesforce.sandbox.oauth import OAuth
from integrations.vendors.salesforce.sandbox.org import found_org
from integrations.vendors.salesforce.sandbox.saving import Saver
from integrations.vendors.salesforce.sandbox.seed import fill
from integrations.vendors.salesforce.sandbox.store import Store

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "SalesforceSandbox"]

LONGEST = 16_384
"""Bytes of an address, and of an address with all headers. Source: help article on URI and header length."""


class SalesforceSandbox:
    """One org. The log-in host is the emulator's own address; so is `instance_url`, unless `instance_path` is set."""

    key = "salesforce"

    def __init__(self) -> None:
        self.clock = Clock()
        self.reset()

    def reset(self) -> None:
        self.store = Store(self.clock)
        found_org(self.store)
        self.gate = Gate(self.store)
        self._saver = saver = Saver(self.store)
        self._api = Api(self.gate, saver)
        self._oauth = OAuth(self.gate)
        self._controls = Controls(saver, OrgControls(self.gate, saver, self._api.queries))

    def seed(self, size: str) -> None:
        """`small` or `demo`; KeyError otherwise."""
        fill(self.store, size)

    def handle(self, request: Request) -> Response:
        self._saver.catch_up()
        response = _too_long(request) or self._answer(request)
        response.headers["Date"] = format_datetime(self.clock.now(), usegmt=True)
        return response

    def control(self, name: str, data: dict[str, Any]) -> Any:
        """Raises KeyError for an unknown name, object, switch or row; ValueError for what the org refuses."""
        self._saver.catch_up()
        try:
            return self._controls.handle(name, data)
        except Refused as refused:
            raise ValueError(f"{refused.code}: {refused.message}") from None

    def _answer(self, request: Request) -> Response:
        path = request.path
        moved = str(self.store.settings["instance_path"])
        if moved and path.startswith(moved + "/"):
            path = path.removeprefix(moved)
        if path.startswith("/services/oauth2/"):
            return self._oauth.handle(path.removeprefix("/services/oauth2/").strip("/"), request)
        if path == "/services/data" or path.startswith("/services/data/"):
            return self._api.handle(path.removeprefix("/services/data"), request)
        if path.startswith("/id/"):
            return self._oauth.identity(path.removeprefix("/id/"), request)
        if path == "/.well-known/openid-configuration":
            return self._oauth.discovery(request)
        if path.startswith("/services/"):
            return not_known(path)
        return Response(404, b"<html><body><h1>URL No Longer Exists</h1></body></html>", "text/html;charset=UTF-8")


def _too_long(request: Request) -> Response | None:
    """414 for the address alone, 431 together with the headers."""
    address = len(request.path) + len(request.query) + 1
    if address > LONGEST:
        return Response(414, b"<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>", "text/html")
    headers = sum(len(name) + len(value) + 4 for name, value in request.headers.items())
    if address + headers > LONGEST:
        words = b"<h1>Bad Message 431</h1><pre>reason: Request Header Fields Too Large</pre>"
        return Response(431, words, "text/html")
    return None
