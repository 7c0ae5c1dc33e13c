"""Who may call: API keys with permissions and allowed addresses, tokens where the account has them, a call limit."""

from __future__ import annotations

import base64
import binascii
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from integrations.vendors.emulator import Clock, Request, Response
from integrations.vendors.expensein.sandbox.answers import JSON, Refused, rendered
from integrations.vendors.expensein.sandbox.store import Settings

KEY = "sandbox-expensein-admin-key"
READ_ONLY_KEY = "sandbox-expensein-reading-key"
CLIENT_ID = "sandbox-expensein-client"
CLIENT_SECRET = "sandbox-expensein-client-secret"
ADMINISTRATOR = "Account administrator"


@dataclass(slots=True)
class ApiKey:
    """`addresses`: from where it may be used; empty: from everywhere."""

    permissions: list[str] = field(default_factory=lambda: [ADMINISTRATOR])
    addresses: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Gate:
    clock: Clock
    settings: Settings
    keys: dict[str, ApiKey] = field(default_factory=lambda: {KEY: ApiKey(), READ_ONLY_KEY: ApiKey(["User"])})
    tokens: dict[str, datetime] = field(default_factory=dict)
    """Token -> its end."""
    issued: int = 0
    recent: deque[datetime] = field(default_factory=deque)

    def admit(self, request: Request) -> None:
        """Raises Refused: 401 for anything but a valid key (or token), 403 for what it may not do, 429."""
        scheme, _, word = request.headers.get("authorization", "").partition(" ")
        if scheme == "ApiKey" and word in self.keys:
            self._allow(self.keys[word], request)
        elif not (self.settings.oauth and scheme == "Bearer" and self._lives(word)):
            raise Refused(401, "Authorization has been denied for this request.")
        self._count()

    def _lives(self, token: str) -> bool:
        return token in self.tokens and self.tokens[token] > self.clock.now()

    def _allow(self, key: ApiKey, request: Request) -> None:
        if key.addresses and self.settings.caller_address not in key.addresses:
            raise Refused(403, f"The address {self.settings.caller_address} is not allowed for this API key.")
        if request.method != "GET" and ADMINISTRATOR not in key.permissions:
            raise Refused(403, f"This needs the permission {ADMINISTRATOR}.")

    def _count(self) -> None:
        allowed, now = self.settings.calls_per_second, self.clock.now()
        while self.recent and (now - self.recent[0]).total_seconds() >= 1:
            self.recent.popleft()
        if allowed and len(self.recent) >= allowed:
            raise Refused(429, "Too many requests.", headers={"Retry-After": "1"})
        self.recent.append(now)

    def give_token(self, request: Request) -> Response:
        """Client credentials by Basic or in the form."""
        form = dict(request.form_pairs())
        pair = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        if form.get("grant_type") != "client_credentials":
            return Response(400, rendered({"error": "unsupported_grant_type"}), JSON)
        if pair != (CLIENT_ID, CLIENT_SECRET):
            return Response(401, rendered({"error": "invalid_client"}), JSON)
        self.issued += 1
        token, seconds = f"sandbox-token-{self.issued}", self.settings.token_seconds
        self.tokens[token] = datetime.fromtimestamp(self.clock.now().timestamp() + seconds, self.clock.now().tzinfo)
        return Response(200, rendered({"access_token": token, "token_type": "Bearer", "expires_in": seconds}), JSON)

    def regenerate(self, key: str, new: str) -> str:
        """A new key with the old one's permissions; the old one is useless at once."""
        made = new or f"{key}-new"
        self.keys[made] = self.keys.pop(key)
        return made


def _basic(request: Request) -> tuple[str, str] | None:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    try:
        id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (id, secret) if kind.lower() == "basic" else None
