"""Signing in: TokenGet and TokenRefresh of Integration 2.0, Login of 1.1. Tokens live in the connection's TokenStore.

How long a token of 2.0 lives is not public: only HasExpired ends it. One of 1.1 lives 20 minutes (vendor's wiki,
Authentication).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from integrations.core.errors import ConfigError, PortalError, ProtocolError
from integrations.vendors.accountsiq.addresses import endpoint, version_of
from integrations.vendors.accountsiq.answers import Head, Shape
from integrations.vendors.accountsiq.envelope import Params
from integrations.vendors.accountsiq.meaning import ADDRESS_HINT, REVOKED, REVOKED_WORDS, failure, plain
from integrations.vendors.base import Access

LIFETIME_1_1 = 20 * 60.0
FOR_EVER = 10 * 365 * 86_400.0
EARLY = 60.0
"""Seconds before its end that a token of 1.1 is renewed: a long list must not outlive it."""
_PAIR = frozenset({"AccessToken", "RefreshToken"})


class Ask(Protocol):
    """Sends one sign-in operation; the envelope and the wanted fields of its Result."""

    def __call__(self, shape: Shape, params: Params) -> tuple[Head, dict[str, str]]: ...


class SignIn:
    """`entity`, `version`: as configured, trimmed. `ask` sends sign-in operations."""

    def __init__(self, access: Access, ask: Ask) -> None:
        self._access = access
        self._ask = ask
        self._held: dict[str, Any] = {}
        self._given_up: ConfigError | None = None
        self.version = version_of(access.settings)
        self.entity = access.settings.get("entity", "").strip()
        for name in ("client_secret", "partner_key", "user_key"):
            access.http.add_secret(self._credential(name))

    def token(self) -> str:
        """The stored token, whoever fetched it; a new one when there is none for these settings."""
        if not self._usable(self._held):
            self._hold(self._access.tokens.load())
        if not self._usable(self._held):
            return self.renew(str(self._held.get("access_token", "")))
        return str(self._held["access_token"])

    def renew(self, stale: str, *, anew: bool = False) -> str:
        """A token other than `stale`: by TokenRefresh where that works, else (or with `anew`) by signing in.

        Raises ConfigError when AccountsIQ accepts neither; from then on at once: refused credentials are tried once.
        """

        def obtain(stored: dict[str, Any]) -> dict[str, Any]:
            return self._obtain({} if anew else stored)

        if self._given_up:
            raise self._given_up
        try:
            self._hold(self._access.tokens.renew(stale, obtain))
        except ConfigError as error:
            self._given_up = error
            raise
        return str(self._held["access_token"])

    def _obtain(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        if self.version == "1.1":
            return self._login()
        refresh = str(stored.get("refresh_token", "")) if stored.get("signed_in") == self._mark() else ""
        if refresh:
            self._access.http.add_secret(refresh)
            try:
                return self._pair("TokenRefresh", [*self._application(), ("refreshToken", refresh)])
            except PortalError:
                pass  # the secret itself may still be good; if not, signing in anew says what is wrong
        return self._pair("TokenGet", self._application())

    def _pair(self, operation: str, params: list[tuple[str, str]]) -> dict[str, Any]:
        """Raises ConfigError when no token came: the vendor's own sample takes a missing Result for a failure."""
        head, found = self._ask(Shape(operation, "", _PAIR), params)
        token = found.get("AccessToken", "").strip()
        if head.fault:
            raise failure(head, self.entity)
        if not token or head.status == "Failure":
            if head.present and head.status == "Success":
                raise ProtocolError("AccountsIQ took the sign-in but sent no access token.", code=operation)
            raise self._refused(head)
        return self._token(token, found.get("RefreshToken", "").strip(), FOR_EVER)

    def _login(self) -> dict[str, Any]:
        self._need(
            entity=self.entity, partner_key=self._credential("partner_key"), user_key=self._credential("user_key")
        )
        params = [
            ("companyID", self.entity),
            ("partnerKey", self._credential("partner_key")),
            ("userKey", self._credential("user_key")),
        ]
        head, _ = self._ask(Shape("Login", "", frozenset()), params)
        token = head.words.get("LoginResult", "")
        if head.fault:
            raise failure(head, self.entity)
        if not token:
            raise ConfigError(
                f"AccountsIQ refuses the keys for the entity {self.entity}. Check entity, partner key and user key "
                f"(Setup > Company Details & Settings > Integration). {ADDRESS_HINT}",
                code="Login",
            )
        return self._token(token, "", LIFETIME_1_1)

    def _refused(self, head: Head) -> ConfigError:
        said = (
            f" AccountsIQ says “{plain(head.message)}” ({head.code or 'no code'})." if head.message or head.code else ""
        )
        if head.code == REVOKED or "revoked" in head.message.lower():
            return ConfigError(REVOKED_WORDS + said, code=REVOKED)
        return ConfigError(
            f"AccountsIQ does not accept the client ID and secret.{said} Enter them again from the Developer Portal. "
            f"{ADDRESS_HINT}",
            code=head.code or "sign_in",
        )

    def _application(self) -> list[tuple[str, str]]:
        pair = {"client_id": self._credential("client_id"), "client_secret": self._credential("client_secret")}
        self._need(**pair)
        return [("clientId", pair["client_id"]), ("clientSecret", pair["client_secret"])]

    def _need(self, **values: str) -> None:
        lacking = ", ".join(name for name, value in values.items() if not value)
        if lacking:
            raise ConfigError(f"Fill in {lacking} of the AccountsIQ connection.", code="incomplete")

    def _credential(self, name: str) -> str:
        return self._access.credentials.get(name, "").strip()

    def _token(self, token: str, refresh: str, seconds: float) -> dict[str, Any]:
        self._access.http.add_secret(token)
        self._access.http.add_secret(refresh)
        return {
            "access_token": token,
            "refresh_token": refresh,
            "expires_at": self._access.now().timestamp() + seconds,
            "signed_in": self._mark(),
        }

    def _mark(self) -> str:
        """What a token is good for: it must not serve another address, application or (1.1) company."""
        who = self.entity if self.version == "1.1" else self._credential("client_id")
        return f"{self.version} {endpoint(self._access.settings)} {who}"

    def _usable(self, token: Mapping[str, Any]) -> bool:
        if not token.get("access_token") or token.get("signed_in") != self._mark():
            return False
        return float(token.get("expires_at") or 0.0) - EARLY > self._access.now().timestamp()

    def _hold(self, token: dict[str, Any]) -> None:
        for name in ("access_token", "refresh_token"):
            self._access.http.add_secret(str(token.get(name, "")))
        self._held = token
