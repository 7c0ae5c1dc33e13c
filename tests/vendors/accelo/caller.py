"""Asks the emulator directly, without a network between."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from integrations.vendors.accelo.sandbox import SERVICE_ID, SERVICE_SECRET, AcceloSandbox
from integrations.vendors.emulator import Request, Response

NEW: Mapping[str, str] = {
    "title": "Taxi",
    "against_type": "job",
    "against_id": "1",
    "unit_cost": "10.5",
    "quantity": "2",
    "type_id": "1",
}
READ_BACK = "price,date_incurred,billable,reimbursable,submitter_id,approver_id,activity,resource,against_id,type_id"


class Caller:
    """Calls the emulator as a signed-in application."""

    def __init__(self) -> None:
        self.sandbox = AcceloSandbox()
        self.sandbox.seed("small")
        self.token = ""

    def send(
        self,
        method: str,
        path: str,
        query: str = "",
        body: bytes = b"",
        kind: str = "application/x-www-form-urlencoded",
        **headers: str,
    ) -> Response:
        lower = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        sent = {"content-type": kind, **lower}
        return self.sandbox.handle(Request(method, path, query, sent, body, "http://127.0.0.1/accelo"))

    def sign_in(self, client: tuple[str, str] = (SERVICE_ID, SERVICE_SECRET), **form: str) -> Response:
        form = {"grant_type": "client_credentials", "scope": "write(all)"} | form
        basic = base64.b64encode(":".join(client).encode()).decode()
        body = urlencode({name: value for name, value in form.items() if value}).encode()
        answer = self.send("POST", "/oauth2/v0/token", body=body, authorization=f"Basic {basic}")
        self.token = json.loads(answer.body).get("access_token", "")
        return answer

    def api(
        self, method: str, path: str, form: Mapping[str, str] | None = None, json_body: Any = None, **query: str
    ) -> Response:
        if json_body is not None:
            body, kind = json.dumps(json_body).encode(), "application/json"
        else:
            body, kind = urlencode(form or {}).encode(), "application/x-www-form-urlencoded"
        bearer = f"Bearer {self.token}"
        return self.send(method, f"/api/v0/{path}", urlencode(query), body, kind, authorization=bearer)

    def get(self, path: str, **query: str) -> Any:
        return json.loads(self.api("GET", path, None, None, **query).body)["response"]

    def ids(self, path: str, filters: str, **query: str) -> list[str]:
        return [row["id"] for row in self.get(path, _filters=filters, _limit="100", **query)]

    def create(self, **changes: str | None) -> Response:
        form = {name: value for name, value in {**NEW, **changes, "_fields": READ_BACK}.items() if value is not None}
        return self.api("POST", "expenses", form)


def meta(answer: Response) -> Any:
    return json.loads(answer.body)["meta"]


def response(answer: Response) -> Any:
    return json.loads(answer.body)["response"]
