"""Who may call: applications, grants, sessions, and the org's rolling allowance of calls.

Source: help pages on OAuth 2.0 flows, refresh token policies and API request limits.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from integrations.vendors.emulator import Request
from integrations.vendors.salesforce.sandbox.answers import Refused
from integrations.vendors.salesforce.sandbox.store import Row, Store

CLIENT_ID = "3MVG9sandbox.Acme.Integrations.Portal_000000000001"
CLIENT_SECRET = "0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C4B5A69788796A5B4C3D2E1F0"
GRANTS_PER_USER = 5
DAY = 86_400
DEFAULT_SCOPE = "api refresh_token id"
EXPIRED = "expired access/refresh token"
SESSION_GONE = "Session expired or invalid"
NOT_FOR_REST = "This session is not valid for use with the REST API"


class OAuthRefused(Exception):
    """The token endpoint says no, in the RFC 6749 shape."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


@dataclass(slots=True)
class App:
    """A registered application. `run_as`: user id for client credentials, '' for the first active user."""

    secret: str
    name: str = "Integrations portal"
    redirect_uris: tuple[str, ...] = ()
    run_as: str = ""


@dataclass(slots=True)
class Grant:
    """What a user has allowed an application. `spent`: refresh tokens that were rotated out."""

    client_id: str
    user_id: str
    scope: str
    refresh_token: str
    spent: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Session:
    client_id: str
    user_id: str
    scope: str
    last_used: int
    issued_at: int
    grant: Grant | None = None


@dataclass(slots=True)
class Code:
    """An authorization code. `challenge` '' when the request had none."""

    client_id: str
    user_id: str
    scope: str
    redirect_uri: str
    challenge: str
    expires_at: int


@dataclass(slots=True)
class Gate:
    store: Store
    apps: dict[str, App] = field(default_factory=lambda: {CLIENT_ID: App(CLIENT_SECRET)})
    sessions: dict[str, Session] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    used: deque[tuple[int, str, str]] = field(default_factory=deque)
    """(second, application, kind) of each counted call of the last 24 hours, oldest first."""

    # Sign-in

    def app(self, client_id: str) -> App:
        if client_id not in self.apps:
            raise OAuthRefused("invalid_client_id", "client identifier invalid")
        return self.apps[client_id]

    def client(self, request: Request, form: dict[str, str]) -> tuple[str, App]:
        """The application that asks, by Basic or form credentials."""
        client_id, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        app = self.app(client_id)
        if not hmac.compare_digest(secret.encode(), app.secret.encode()):
            raise OAuthRefused("invalid_client", "invalid client credentials")
        return client_id, app

    def user(self, user_id: str) -> Row | None:
        return self.store.tables["User"].rows.get(user_id)

    def check_user(self, user_id: str) -> Row:
        user = self.user(user_id)
        if user is None or not user.get("IsActive"):
            raise OAuthRefused("inactive_user", "user is inactive")
        return user

    def grant(self, client_id: str, user_id: str, scope: str) -> Grant:
        """A new grant; the user's sixth for the application ends the oldest one."""
        mine = [one for one in self.grants if (one.client_id, one.user_id) == (client_id, user_id)]
        for old in mine[: max(len(mine) - GRANTS_PER_USER + 1, 0)]:
            self.end_grant(old)
        grant = Grant(client_id, user_id, scope, new_refresh_token())
        self.grants.append(grant)
        return grant

    def end_grant(self, grant: Grant) -> None:
        """With its sessions."""
        self.grants = [one for one in self.grants if one is not grant]
        self.sessions = {token: one for token, one in self.sessions.items() if one.grant is not grant}

    def end_all(self) -> None:
        """Every user takes back every grant."""
        for grant in list(self.grants):
            self.end_grant(grant)

    def refresh(self, token: str, client_id: str) -> Grant:
        """The grant of a refresh token. One that was rotated out ends its grant. Raises OAuthRefused."""
        for grant in self.grants:
            if token in grant.spent:
                self.end_grant(grant)
                break
            if token == grant.refresh_token and grant.client_id == client_id:
                self.check_user(grant.user_id)
                if self.store.settings["immediately_expire_refresh_tokens"]:
                    break
                return grant
        raise OAuthRefused("invalid_grant", EXPIRED)

    def open_session(self, client_id: str, user_id: str, scope: str, grant: Grant | None) -> str:
        token = f"{self.org_id[:15]}!AQ{secrets.token_urlsafe(66)}"
        now = self.store.now()
        self.sessions[token] = Session(client_id, user_id, scope, now, now, grant)
        return token

    @property
    def org_id(self) -> str:
        return next(iter(self.store.tables["Organization"].rows))

    # Calls

    def session(self, request: Request) -> Session:
        """The caller's session, whose life starts anew. Raises Refused INVALID_SESSION_ID."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        session = self.live(token.strip()) if kind.lower() in ("bearer", "oauth") else None
        if session is None:
            raise Refused("INVALID_SESSION_ID", SESSION_GONE)
        if not {"api", "full", "web"} & set(session.scope.split()):
            raise Refused("INVALID_SESSION_ID", NOT_FOR_REST)
        session.last_used = self.store.now()
        return session

    def live(self, token: str) -> Session | None:
        session = self.sessions.get(token)
        if session is None:
            return None
        user, idle = self.user(session.user_id), self.store.now() - session.last_used
        alive = user is not None and user.get("IsActive") and idle < self.store.settings["session_seconds"]
        return session if alive else None

    def count(self, client_id: str, kind: str, calls: int = 1) -> None:
        """Counts API calls. Raises Refused when the allowance was used up before."""
        settings, now = self.store.settings, self.store.now()
        while self.used and self.used[0][0] <= now - DAY:
            self.used.popleft()
        if settings["concurrency_refusals"] > 0:
            settings["concurrency_refusals"] -= 1
            raise Refused("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.")
        if self.spent >= settings["daily_limit"]:
            raise Refused("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.used.extend([(now, client_id, kind)] * calls)

    @property
    def spent(self) -> int:
        """Calls of the last 24 hours, other applications' included."""
        return len(self.used) + int(self.store.settings["used_by_others"])

    def limit_info(self, client_id: str) -> str:
        """`Sforce-Limit-Info` in its short form, or with the application's own share."""
        settings = self.store.settings
        text = f"api-usage={self.spent}/{settings['daily_limit']}"
        if settings["limit_header"] != "long":
            return text
        mine = sum(1 for _, app, _ in self.used if app == client_id)
        most = settings["per_app_limit"] or settings["daily_limit"]
        name = self.apps[client_id].name if client_id in self.apps else "unknown"
        return f"{text}; per-app-api-usage={mine}/{most}(appName={name})"

    def audit(self) -> dict[str, Any]:
        """Calls by kind since the last 24 hours began."""
        kinds = Counter(kind for _, _, kind in self.used)
        return {"total": len(self.used), "by_kind": dict(sorted(kinds.items()))}


def new_refresh_token() -> str:
    return "5Aep861" + secrets.token_urlsafe(60)


def challenge_of(verifier: str) -> str:
    """RFC 7636, S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def sign(text: str, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def _basic(request: Request) -> tuple[str, str] | None:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return id, secret
