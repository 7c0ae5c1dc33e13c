"""Signing in at Accelo: tokens by client credentials or by the browser, their renewal and revocation.

Tokens live in the connection's TokenStore, shared by all processes; only one of them renews at a time.
Source: Accelo API docs, _authentication.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from integrations.core.errors import ConfigError, OutcomeUnknown, RejectedError, TransientError
from integrations.http import Reply
from integrations.vendors.accelo.wire import WRONG_ADDRESS, Addresses, decode
from integrations.vendors.base import Access

DEFAULT_SCOPE = "read(all),write(all)"
"""Always sent: without a scope Accelo grants read(all), which fails only at the first write."""
EARLY_SECONDS = 60
DEFAULT_LIFETIME = 2_592_000
"""30 days, Accelo's default when an answer names no lifetime."""
EXAMPLE = "https://<deployment>.api.accelo.com"
CONNECT_AGAIN = "The sign-in at Accelo has ended. Press Connect to sign in again."


class SignIn:
    """The bearer token for API calls. `scope`: what is asked for; `granted`: what the present token may do."""

    def __init__(self, access: Access, addresses: Addresses) -> None:
        self._access = access
        self._addresses = addresses
        self._held: dict[str, Any] = {}
        self.by_browser = access.settings.get("auth", "") == "authorization_code"
        self.scope = access.settings.get("scope", "").strip() or DEFAULT_SCOPE
        access.http.add_secret(access.credentials.get("client_secret", ""))

    @property
    def granted(self) -> str:
        return str(self._held.get("scope") or self.scope)

    def may_write(self, resource: str) -> bool:
        """Whether `resource` (expenses, companies, ...) may be written, as far as the scope tells."""
        parts = (part.split(",") for part in re.findall(r"write\(([^)]*)\)", self.granted))
        return any({"all", resource} & {name.strip() for name in part} for part in parts)

    def token(self) -> str:
        """A token that is good for another minute at least, renewed when need be."""
        if not self._usable(self._held):
            self._hold(self._access.tokens.load())
        if not self._usable(self._held):
            return self.renew(str(self._held.get("access_token", "")))
        return str(self._held["access_token"])

    def renew(self, stale: str) -> str:
        """A token other than `stale`. Raises ConfigError when a person must sign in again or correct credentials."""
        self._hold(self._access.tokens.renew(stale, self._obtain))
        return str(self._held["access_token"])

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Where the browser is sent; Accelo calls `redirect_uri` back with `code` and `state`, or with `error`."""
        query = {
            "client_id": self._access.credentials.get("client_id", ""),
            "response_type": "code",
            "scope": self.scope,
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{self._addresses.oauth('authorize')}?{urlencode(query)}"

    def exchange_code(self, code: str, redirect_uri: str) -> dict[str, Any]:
        """The token for a code that Accelo's approval page gave; the caller stores it."""
        return self._token_from(
            {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}, repeatable=False
        )

    def revoke(self) -> None:
        """Ends the stored token at Accelo. One that has already ended, or none at all, is no failure."""
        token = str(self._access.tokens.load().get("access_token", ""))
        if not token:
            return
        try:
            self._post("revoke", {"token": token}, repeatable=True)
        except ConfigError as error:
            if error.code != "invalid_grant":
                raise
        self._held = {}

    def _obtain(self, stored: dict[str, Any]) -> dict[str, Any]:
        if not self.by_browser:
            return self._token_from({"grant_type": "client_credentials", "scope": self.scope}, repeatable=True)
        refresh = str(stored.get("refresh_token", ""))
        if not refresh:
            raise ConfigError(CONNECT_AGAIN, "no refresh token is stored", "no_refresh_token")
        self._access.http.add_secret(refresh)
        fresh = self._token_from({"grant_type": "refresh_token", "refresh_token": refresh}, repeatable=False)
        kept = {name: stored[name] for name in ("scope", "asked_scope") if name in stored}
        return {"refresh_token": refresh} | fresh | kept

    def _token_from(self, form: Mapping[str, str], *, repeatable: bool) -> dict[str, Any]:
        """access_token, expires_at (unix seconds), refresh_token when given, and what it was asked for."""
        answer = decode(self._post("token", form, repeatable=repeatable))
        if not isinstance(answer, Mapping) or not answer.get("access_token"):
            raise ConfigError(WRONG_ADDRESS, "the token answer has no access_token", "wrong_address")
        token: dict[str, Any] = {
            "access_token": str(answer["access_token"]),
            "expires_at": self._access.now().timestamp() + _lifetime(answer.get("expires_in")),
            "scope": str(answer.get("scope") or self.scope),
            "asked_scope": self.scope,
            "client_id": self._access.credentials.get("client_id", ""),
        }
        if answer.get("refresh_token"):
            token["refresh_token"] = str(answer["refresh_token"])
        self._mask(token)
        return token

    def _post(self, path: str, form: Mapping[str, str], *, repeatable: bool) -> Reply:
        """Sign-in calls do not count against the hourly allowance, so they are not paced."""
        credentials = self._access.credentials
        try:
            return self._access.http.request(
                "POST",
                self._addresses.oauth(path),
                repeatable=repeatable,
                form=form,
                headers={"Accept": "application/json"},
                auth=(credentials.get("client_id", ""), credentials.get("client_secret", "")),
                follow=False,
                paced=False,
            )
        except RejectedError as error:
            message = f"{error.message} That was the sign-in: check base_url, like {EXAMPLE}, and client_id."
            raise ConfigError(message, error.detail, error.code) from error
        except OutcomeUnknown as error:
            raise TransientError(
                "Accelo did not answer the sign-in. It is tried again; if it stays so, press Connect.",
                error.detail,
                error.code,
            ) from error
        except TransientError as error:
            if error.code == "unreadable":
                raise ConfigError(WRONG_ADDRESS, error.detail, "wrong_address") from error
            raise

    def _usable(self, token: Mapping[str, Any]) -> bool:
        """Not about to expire, and got for the application and scope that the connection names now."""
        if not token.get("access_token") or _number(token.get("expires_at")) - EARLY_SECONDS <= self._now():
            return False
        client_id = self._access.credentials.get("client_id", "")
        same_client = token.get("client_id", client_id) == client_id
        return same_client and (self.by_browser or token.get("asked_scope", self.scope) == self.scope)

    def _now(self) -> float:
        return self._access.now().timestamp()

    def _hold(self, token: dict[str, Any]) -> None:
        self._mask(token)
        self._held = token

    def _mask(self, token: Mapping[str, Any]) -> None:
        for name in ("access_token", "refresh_token"):
            if token.get(name):
                self._access.http.add_secret(str(token[name]))


def _lifetime(value: Any) -> float:
    """Seconds; Accelo prints `expires_in` once as text and once as a number."""
    return _number(value) or DEFAULT_LIFETIME


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0
