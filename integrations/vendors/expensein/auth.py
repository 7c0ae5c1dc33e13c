"""How a call is authorised: the API key (documented), or a bearer token by client credentials (assumed, optional)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from integrations.core.errors import ConfigError, ProtocolError, RejectedError
from integrations.core.records import fingerprint
from integrations.vendors.base import Access
from integrations.vendors.expensein.mapping import ApiMapping
from integrations.vendors.expensein.wire import parse_base_url

EARLY_SECONDS = 60.0
DEFAULT_LIFETIME = 3600.0
"""Seconds, where the token's answer names no lifetime."""
_HEADER = re.compile(r"\A\s*authorization\s*:\s*", re.I)


def parse_key(pasted: str, scheme: str) -> str:
    """The key alone, also of a pasted "ApiKey xyz" or a whole header line."""
    text = _HEADER.sub("", pasted).strip()
    return re.sub(rf"\A{re.escape(scheme)}\s+", "", text, flags=re.I).strip()


def budget_key(settings: Mapping[str, str], credentials: Mapping[str, str]) -> str:
    """Host, and a digest of what signs in: connections with the same key share the calls."""
    try:
        host = urlsplit(parse_base_url(settings.get("base_url", ""))).netloc.lower()
    except ConfigError:
        host = settings.get("base_url", "")
    by_token = settings.get("auth") == "client_credentials"
    own = credentials.get("client_id", "") if by_token else parse_key(credentials.get("api_key", ""), "ApiKey")
    return f"{host} {fingerprint([own.strip()])[:16]}"


class SignIn:
    """The Authorization header. Raises ConfigError when the connection's credentials are not filled in."""

    def __init__(self, access: Access, mapping: ApiMapping) -> None:
        self._access = access
        self._scheme = mapping.authorization
        self._key = parse_key(access.credentials.get("api_key", ""), mapping.authorization)
        self._held: dict[str, Any] = {}
        self.by_token = access.settings.get("auth") == "client_credentials"
        for secret in (self._key, access.credentials.get("client_secret", "")):
            access.http.add_secret(secret)

    def header(self) -> str:
        if self.by_token:
            return f"Bearer {self._token()}"
        if not self._key:
            raise ConfigError("Enter the API key of ExpenseIn (Admin > Integrations > ExpenseIn API).", "", "no_key")
        return f"{self._scheme} {self._key}"

    def renewed(self) -> str:
        """The header with a new token, after the present one was refused."""
        return f"Bearer {self._renew()}"

    def _token(self) -> str:
        if not self._usable(self._held):
            self._hold(self._access.tokens.load())
        return str(self._held["access_token"]) if self._usable(self._held) else self._renew()

    def _renew(self) -> str:
        self._hold(self._access.tokens.renew(str(self._held.get("access_token", "")), self._obtain))
        return str(self._held["access_token"])

    def _obtain(self, stored: dict[str, Any]) -> dict[str, Any]:
        settings, credentials = self._access.settings, self._access.credentials
        client = (credentials.get("client_id", "").strip(), credentials.get("client_secret", "").strip())
        url = settings.get("token_url", "").strip()
        if not url or not all(client):
            raise ConfigError("Enter the token address, client id and client secret of ExpenseIn.", "", "no_client")
        form = {"grant_type": "client_credentials", "scope": settings.get("scope", "").strip() or None}
        answer = self._ask(url, form, client)
        return {
            "access_token": str(answer["access_token"]),
            "expires_at": self._access.now().timestamp() + _seconds(answer.get("expires_in")),
            "client": self._client(),
        }

    def _ask(self, url: str, form: Mapping[str, str | None], client: tuple[str, str]) -> Mapping[str, Any]:
        try:
            reply = self._access.http.request("POST", url, repeatable=True, form=form, auth=client, follow=False)
            answer = reply.json()
        except (RejectedError, ProtocolError, ConfigError) as error:
            message = "ExpenseIn gave no token. Check the token address, client id, client secret and scope."
            raise ConfigError(message, error.detail or error.message, "no_token") from error
        if not isinstance(answer, dict) or not answer.get("access_token"):
            raise ConfigError("The answer of the token address holds no token. Check token_url.", "", "no_token")
        return answer

    def _usable(self, token: Mapping[str, Any]) -> bool:
        """Not about to expire, and got for what the connection names now."""
        fresh = _seconds(token.get("expires_at"), 0.0) - EARLY_SECONDS > self._access.now().timestamp()
        return bool(token.get("access_token")) and fresh and token.get("client") == self._client()

    def _client(self) -> str:
        """A digest of whom the token is for."""
        settings, credentials = self._access.settings, self._access.credentials
        return fingerprint([settings.get("token_url", ""), settings.get("scope", ""), credentials.get("client_id", "")])

    def _hold(self, token: dict[str, Any]) -> None:
        self._access.http.add_secret(str(token.get("access_token", "")))
        self._held = token


def _seconds(value: Any, otherwise: float = DEFAULT_LIFETIME) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return otherwise
