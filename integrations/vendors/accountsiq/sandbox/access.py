"""Who may call: applications and their tokens (2.0), keys and sessions (1.1). Times by the emulator's clock.

Sources: the vendor's wiki, Authentication; what it does not say (lifetimes, codes of refusals) is a switch.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

CLIENT_ID = "harbour-lane-portal"
CLIENT_SECRET = "sandbox-client-secret"
ENTITY = "HARBOUR_LANE"
SECOND_ENTITY = "HARBOUR_LANE_IE"
PARTNER_KEY = "sandbox-partner-key"
USER_KEY = "sandbox-user-key"
SECOND_USER_KEY = "sandbox-user-key-ie"

REVOKED = "OAUTH_INTEGRATION_APPS_APPLICATION_IS_REVOKED"


def default_settings() -> dict[str, Any]:
    """Switches of what is not public, and of what a test wants otherwise."""
    return {
        "access_seconds": 1200,
        "refresh_seconds": 86_400,
        "session_seconds": 1200,
        "revoked_code": REVOKED,
        "no_access_code": "UNKNOWN",
        "no_access_message": "The application may not reach this entity.",
        "expired_status": "Failure",
        "rate_scale": "percent",
        "result_first": False,
        "inactive_bi_codes": True,
        "list_needs_entity": False,
    }


class Refused(Exception):
    """An answer without Result. `expired`: the token, not the request, is at fault."""

    def __init__(self, code: str, message: str, *, expired: bool = False, status: str = "Failure") -> None:
        super().__init__(message)
        self.code, self.message, self.expired, self.status = code, message, expired, status


@dataclass(slots=True)
class App:
    """An Integration Application and the entities it may reach."""

    secret: str
    entities: list[str]
    revoked: bool = False


@dataclass(slots=True)
class Gate:
    settings: dict[str, Any]
    now: Callable[[], datetime]
    apps: dict[str, App] = field(default_factory=lambda: {CLIENT_ID: App(CLIENT_SECRET, [ENTITY, SECOND_ENTITY])})
    partner_keys: set[str] = field(default_factory=lambda: {PARTNER_KEY})
    access: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """Token -> (client id, end)."""
    refresh: dict[str, tuple[str, datetime, str]] = field(default_factory=dict)
    """Token -> (client id, end, its access token)."""
    sessions: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """Token of 1.1 -> (entity, end)."""

    def app(self, client_id: str, secret: str) -> App:
        if not client_id:
            raise Refused("OAUTH_INTEGRATION_APPS_CLIENTID_IS_NULL_OR_EMPTY", "The client id is missing.")
        if not secret:
            raise Refused("OAUTH_INTEGRATION_APPS_CLIENTSECRET_IS_NULL_OR_EMPTY", "The client secret is missing.")
        app = self.apps.get(client_id)
        if app is None or not secrets.compare_digest(app.secret.encode(), secret.encode()):
            raise Refused("UNKNOWN", "Invalid client credentials.")
        self._check_revoked(app)
        return app

    def issue(self, client_id: str) -> tuple[str, str]:
        pair = secrets.token_hex(24), secrets.token_hex(24)
        now = self.now()
        self.access[pair[0]] = client_id, now + timedelta(seconds=self.settings["access_seconds"])
        self.refresh[pair[1]] = client_id, now + timedelta(seconds=self.settings["refresh_seconds"]), pair[0]
        return pair

    def exchange(self, client_id: str, refresh: str) -> tuple[str, str]:
        """A new pair for a refresh token; the old pair is useless afterwards."""
        owner, end, access = self.refresh.pop(refresh, ("", self.now(), ""))
        if owner != client_id or end <= self.now():
            raise Refused("UNKNOWN", "The refresh token is not valid.")
        self.access.pop(access, None)
        return self.issue(client_id)

    def caller(self, token: str) -> App:
        """The application behind an access token. Raises Refused: expired, revoked."""
        client_id, end = self.access.get(token, ("", self.now()))
        if end <= self.now() or client_id not in self.apps:
            raise self.expired()
        self._check_revoked(self.apps[client_id])
        return self.apps[client_id]

    def session(self, token: str) -> str:
        """The entity of a session of 1.1."""
        entity, end = self.sessions.get(token, ("", self.now()))
        if end <= self.now():
            raise self.expired()
        return entity

    def login(self, entity: str) -> str:
        token = secrets.token_hex(24)
        self.sessions[token] = entity, self.now() + timedelta(seconds=self.settings["session_seconds"])
        return token

    def expired(self) -> Refused:
        return Refused("UNKNOWN", "The token has expired.", expired=True, status=self.settings["expired_status"])

    def no_access(self) -> Refused:
        return Refused(self.settings["no_access_code"], self.settings["no_access_message"])

    def _check_revoked(self, app: App) -> None:
        if app.revoked:
            raise Refused(self.settings["revoked_code"], "The application is revoked.")

    def expire(self, refresh_too: bool) -> None:
        self.access.clear()
        self.sessions.clear()
        if refresh_too:
            self.refresh.clear()
