"""Who may call: applications, tokens, scopes, lock-out, the hourly allowance.

Source: Accelo API docs, _authentication and _introduction.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from integrations.vendors.accelo.sandbox.answers import MORE_INFO, Refused
from integrations.vendors.accelo.sandbox.params import Params
from integrations.vendors.accelo.sandbox.store import Store
from integrations.vendors.emulator import Request, Response

SERVICE_ID = "5a1f0c3e9b@acme.accelo.com"
SERVICE_SECRET = "sandbox-service-secret"
WEB_ID = "7d2e4b8a61@acme.accelo.com"
WEB_SECRET = "sandbox-web-secret"
LOCKED = (
    "User is locked out by their IP due to too many failed authentication attempts. "
    "Please use the 'Retry-After' header for accessing the locked delay in seconds."
)


@dataclass(slots=True)
class App:
    """A registered application. `kind`: service, web or installed. `staff_id`: who it runs as."""

    secret: str
    kind: str
    staff_id: str = "1"


@dataclass(slots=True)
class Token:
    client_id: str
    staff_id: str
    scope: str
    expires_at: int


@dataclass(slots=True)
class Grant:
    """A code or refresh token that can be turned into a token."""

    client_id: str
    staff_id: str
    scope: str
    expires_at: int
    redirect_uri: str = ""


def default_apps() -> dict[str, App]:
    return {SERVICE_ID: App(SERVICE_SECRET, "service"), WEB_ID: App(WEB_SECRET, "web")}


@dataclass(slots=True)
class Gate:
    """Tokens and limits of one deployment. Times in unix seconds of the emulator's clock."""

    store: Store
    apps: dict[str, App] = field(default_factory=default_apps)
    tokens: dict[str, Token] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    locked_until: int = 0
    window_end: int = 0
    used: int = 0

    def issue(self, client_id: str, staff_id: str, scope: str, seconds: int) -> str:
        token = secrets.token_urlsafe(16)
        self.tokens[token] = Token(client_id, staff_id, scope, self.store.now() + seconds)
        return token

    def locked(self) -> Response | None:
        """The lock-out answer while it lasts; every attempt starts its time anew."""
        settings, now = self.store.settings, self.store.now()
        if now >= self.locked_until:
            return None
        self.locked_until = now + settings["lockout_seconds"]
        words = {"status": "too_many_failed_logins", "message": LOCKED, "more_info": MORE_INFO}
        body = {"response": None, "meta": words} if settings["lockout_meta"] else words
        headers = {"Retry-After": str(settings["lockout_seconds"])}
        return Response(settings["lockout_http"], json.dumps(body).encode(), headers=headers)

    def failed(self) -> None:
        """Counts one failed authentication: more than the limit in five minutes lock the caller out."""
        settings, now = self.store.settings, self.store.now()
        self.failures = [at for at in self.failures if at > now - settings["lockout_seconds"]] + [now]
        if len(self.failures) > settings["lockout_limit"]:
            self.locked_until = now + settings["lockout_seconds"]
            self.failures = []

    def client(self, request: Request, params: Params) -> tuple[str, App]:
        """The application that signs in by Basic or by body credentials. Raises Refused invalid_client."""
        id, secret = _basic(request) or (params.text("client_id"), params.text("client_secret"))
        app = self.apps.get(id)
        if app is None or not secrets.compare_digest(app.secret.encode(), secret.encode()):
            self.failed()
            raise Refused("invalid_client", "The client credentials are not valid.")
        return id, app

    def bearer(self, request: Request, params: Params) -> Token:
        """The caller's token. Raises Refused: both ways of sending one, or none that is valid."""
        header = request.headers.get("authorization", "")
        query = params.text("_bearer_token")
        if header and query:
            raise Refused("invalid_request")
        kind, _, sent = header.partition(" ")
        token = self.tokens.get(query or (sent.strip() if kind.lower() == "bearer" else ""))
        if token is None or token.expires_at <= self.store.now():
            self.failed()
            raise Refused("invalid_client", "The access token is missing, wrong or expired.")
        return token

    def count(self) -> bool:
        """Counts one call; False when the hour's allowance was used up before."""
        now = self.store.now()
        if now >= self.window_end:
            self.window_end, self.used = now + self.store.settings["window_seconds"], 0
        self.used += 1
        return self.used <= int(self.store.settings["limit"])

    def limit_headers(self) -> dict[str, str]:
        limit = self.store.settings["limit"]
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(limit - self.used, 0)),
            "X-RateLimit-Reset": str(self.window_end),
        }

    def check_scope(self, token: Token, resource: str, writes: bool) -> None:
        """Raises Refused when the scope does not cover the resource; which word Accelo uses is a switch."""
        if not allows(token.scope, resource, writes):
            raise Refused(self.store.settings["scope_error"], "The scope of this token does not permit this.")

    def revoke_all(self, refresh_too: bool) -> None:
        self.tokens.clear()
        if refresh_too:
            self.grants.clear()


def allows(scope: str, resource: str, writes: bool) -> bool:
    """Whether `read(a,b),write(all)` covers reading or writing a resource; write includes read."""
    for name, inner in scope_parts(scope):
        if (name == "write" or not writes) and ("all" in inner or resource in inner):
            return True
    return False


def scope_parts(scope: str) -> list[tuple[str, set[str]]]:
    """(read or write, resource names). Parts are joined by a comma or a blank. Raises Refused invalid_scope."""
    parts: list[tuple[str, set[str]]] = []
    for part in scope.replace(" ", ",").replace("),", ");").split(";"):
        name, bracket, rest = part.strip(" ,").partition("(")
        if name not in ("read", "write") or not bracket or not rest.endswith(")"):
            raise Refused("invalid_scope", "The scope is not valid.")
        parts.append((name, {one.strip() for one in rest[:-1].split(",")}))
    return parts


def _basic(request: Request) -> tuple[str, str] | None:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return id, secret


def staff_of(store: Store, id: str) -> dict[str, Any]:
    """The token's user; a deployment without any staff yet still has somebody."""
    return store.find("staff", id) or {
        "id": id,
        "firstname": "Sandbox",
        "surname": "User",
        "email": "user@acme.example",
    }
