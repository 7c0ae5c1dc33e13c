"""Asks the emulator directly, without a network between."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from integrations.vendors.emulator import Request, Response
from integrations.vendors.salesforce.sandbox import CLIENT_ID, CLIENT_SECRET, SalesforceSandbox

BASE = "http://127.0.0.1/salesforce"
NOON = datetime(2026, 5, 8, 12, 0, tzinfo=UTC)


class Caller:
    """A signed-in application; the emulator's clock stands at noon until `later`."""

    def __init__(self, size: str = "") -> None:
        self.sandbox = SalesforceSandbox()
        self.sandbox.clock.frozen = NOON
        self.sandbox.reset()
        if size:
            self.sandbox.seed(size)
        self.token = ""
        self.token = self.sign_in()["access_token"]

    def send(self, method: str, path: str, query: str = "", body: bytes = b"", **headers: str) -> Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("authorization", f"Bearer {self.token}")
        return self.sandbox.handle(Request(method, path, query, sent, body, BASE))

    def form(self, name: str, **form: str) -> Response:
        return self.send("POST", f"/services/oauth2/{name}", body=urlencode(form).encode(), authorization="")

    def sign_in(self, **form: str) -> Any:
        """The token answer, as JSON."""
        sent = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET} | form
        return json.loads(self.form("token", **sent).body)

    def api(self, method: str, path: str, sent: Any = None, **headers: str) -> Response:
        """`path` below /services/data/v66.0/, with its query."""
        where, _, query = path.partition("?")
        body = b"" if sent is None else json.dumps(sent).encode()
        if sent is not None:
            headers.setdefault("content_type", "application/json")
        return self.send(method, f"/services/data/v66.0/{where}", query, body, **headers)

    def get(self, path: str, **headers: str) -> Any:
        return json.loads(self.api("GET", path, **headers).body)

    def follow(self, url: str, **headers: str) -> Response:
        return self.api("GET", url.removeprefix("/services/data/v66.0/"), **headers)

    def query(self, soql: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        answer = self.get(f"{'queryAll' if deleted else 'query'}/?q={quote(soql)}")
        assert isinstance(answer, dict), answer
        return list(answer["records"])

    def column(self, soql: str, *, deleted: bool = False) -> list[Any]:
        """The last selected field of each row."""
        return [list(row.values())[-1] for row in self.query(soql, deleted=deleted)]

    def refused(self, soql: str) -> tuple[int, str, str]:
        return error(self.api("GET", f"query/?q={quote(soql)}"))

    def put(self, object: str, *rows: Mapping[str, Any]) -> list[str]:
        ids: list[str] = self.control("put", object=object, rows=list(rows))
        return ids

    def control(self, name: str, **data: Any) -> Any:
        return self.sandbox.control(name, data)

    def later(self, **span: float) -> None:
        self.sandbox.clock.frozen = (self.sandbox.clock.frozen or NOON) + timedelta(**span)

    def row(self, id: str) -> dict[str, Any]:
        return next(row for rows in self.control("state").values() for row in rows if row["Id"] == id)


def error(answer: Response) -> tuple[int, str, str]:
    first = json.loads(answer.body)[0]
    return answer.status, first["errorCode"], first["message"]


def body(answer: Response) -> Any:
    return json.loads(answer.body)
