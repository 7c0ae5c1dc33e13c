"""Signing in at Salesforce: tokens by the browser (with PKCE) or by client credentials, their renewal and revocation.

Tokens live in the connection's TokenStore, shared by all processes; only one of them renews at a time. Salesforce
names no end of an access token: it is used until a call says that the session has expired.
Source: Salesforce help, OAuth 2.0 Web Server Flow, Refresh Token Flow, Client Credentials Flow.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

from integrations.core.errors import ConfigError, OutcomeUnknown, PortalError, RejectedError, TransientError
from integrations.core.records import fingerprint
from integrations.http import Reply
from integrations.vendors.base import Access
from integrations.vendors.salesforce.addresses import WRONG_ADDRESS, Addresses
from integrations.vendors.salesforce.ids import ORGANIZATION, USER, has_prefix, is_id, to18
from integrations.vendors.salesforce.rules import CONNECT_AGAIN
from integrations.vendors.salesforce.wire import decode

SCOPE = "api refresh_token id"
"""Without refresh_token none is issued, and the sign-in ends with the session."""
FINAL = frozenset({"invalid_grant", "inactive_user", "inactive_org"})
"""Words after which only a person can help; the session is over too."""
ENDED = frozenset({"invalid_token", "invalid_grant", "unsupported_token_type"})
"""Words for a token that has ended for good. No run presents it again: some set-ups withdraw the whole grant then."""
NO_LASTING = (
    "Salesforce gave no lasting permission, so this sign-in ends with its session. Add the scope 'Perform requests at "
    "any time (refresh_token, offline_access)' to the application in Salesforce and connect again."
)
OWN_DOMAIN_ONLY = "Signing in by client credentials works only on the org's own domain. Set login_url to https://NAME.my.salesforce.com."


class SignIn:
    """The bearer token for API calls and what came with it."""

    def __init__(self, access: Access, addresses: Addresses) -> None:
        self._access = access
        self._addresses = addresses
        self._held: dict[str, Any] = {}
        self._told: Mapping[str, str] = {}
        """Why a person must act, as this process was told; it asks again when something else is stored."""
        self.by_browser = (access.settings.get("auth", "") or "authorization_code") == "authorization_code"
        if not self.by_browser and addresses.is_shared:
            raise ConfigError(OWN_DOMAIN_ONLY, f"login_url is {addresses.login}", "wrong_address")
        for name in ("client_secret", "refresh_token"):
            access.http.add_secret(access.credentials.get(name, ""))

    @property
    def instance(self) -> str:
        """Where the org's data is, of the token last given out."""
        return self._addresses.instance(str(self._held.get("instance_url", "")))

    @property
    def identity_url(self) -> str:
        return str(self._held.get("identity_url", ""))

    @property
    def org_id(self) -> str:
        return str(self._held.get("org_id", ""))

    @property
    def lasts(self) -> bool:
        """Whether the token can be renewed without a person."""
        return not self.by_browser or bool(self._refresh_token(self._held))

    def token(self) -> str:
        """The stored token, or a new one when there is none for this application and log-in address."""
        if not self._usable(self._held):
            self._hold(self._access.tokens.load())
        if not self._usable(self._held):
            return self.renew(str(self._held.get("access_token", "")))
        return str(self._held["access_token"])

    def renew(self, stale: str) -> str:
        """A token other than `stale`. Raises ConfigError when a person must sign in again or correct credentials."""
        self._hold(self._access.tokens.renew(stale, self._obtain))
        if not self._held.get("access_token"):
            self._told = self._held["refused"]
            raise _refusal(self._told)
        return str(self._held["access_token"])

    def authorize_url(self, state: str, redirect_uri: str, verifier: str) -> str:
        """Where the browser is sent; Salesforce calls `redirect_uri` back with `code` and `state`, or with `error`.

        `verifier`: a secret of 43 to 128 characters that `exchange_code` must be given again (PKCE, S256).
        """
        query = {
            "response_type": "code",
            "client_id": self._access.credentials.get("client_id", ""),
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": state,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._addresses.oauth('authorize')}?{urlencode(query)}"

    def exchange_code(self, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        """The token for a code that Salesforce's approval page gave; the caller stores it."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        return self._token_from(form, repeatable=False)

    def revoke(self) -> None:
        """Ends the stored grant at Salesforce: its refresh token, else its access token. One that has already ended,
        or none at all, is no failure."""
        stored = self._access.tokens.load()
        token = str(stored.get("refresh_token") or stored.get("access_token") or "")
        self._held = {}
        if not token:
            return
        self._access.http.add_secret(token)
        try:
            self._post("revoke", {"token": token}, repeatable=True)
        except ConfigError as error:
            if error.code not in ENDED:
                raise

    def _obtain(self, stored: dict[str, Any]) -> dict[str, Any]:
        """The new token. Where a person must act, one without access token and with `refused`: every process is to know
        of it, so that nobody presents a dead session again."""
        if self._told and stored.get("refused") == self._told:
            return {"access_token": "", "refused": dict(self._told)}
        try:
            fresh = self._granted(stored)
        except ConfigError as error:
            if error.code not in FINAL:
                raise
            return _refused(error, self._grant_of(stored))
        if not stored.get("org_id") or not self._is_ours(stored) or fresh["org_id"] == stored["org_id"]:
            return {**fresh, "refused": {}}
        other = ConfigError(
            f"This sign-in leads to another organisation now: {fresh['org_id']} instead of {stored['org_id']}. "
            "Nothing was read or written there. If it was moved on purpose, test or connect again and say so.",
            code="other_org",
        )
        # A refresh token that was rotated is the only one that still works, whatever the org.
        rotated = {name: fresh[name] for name in ("refresh_token",) if name in fresh}
        return {**rotated, **_refused(other, "")}

    def _granted(self, stored: dict[str, Any]) -> dict[str, Any]:
        if not self.by_browser:
            return self._token_from({"grant_type": "client_credentials"}, repeatable=True)
        refresh = self._refresh_token(stored)
        if not refresh:
            raise ConfigError(f"Nobody is signed in at Salesforce. {CONNECT_AGAIN}", "no refresh token", "no_grant")
        before = stored.get("refused") or {}
        if before.get("code") in ENDED and before.get("grant") == self._grant_of(stored):
            raise _refusal(before)
        self._access.http.add_secret(refresh)
        form = {"grant_type": "refresh_token", "refresh_token": refresh}
        return {"refresh_token": refresh} | self._token_from(form, repeatable=False)

    def _grant_of(self, stored: Mapping[str, Any]) -> str:
        """Tells one refresh token from another without holding it."""
        client_id = self._access.credentials.get("client_id", "")
        return fingerprint((self._addresses.login, client_id, self._refresh_token(stored)))

    def _refresh_token(self, stored: Mapping[str, Any]) -> str:
        """The stored one, which a rotation may have renewed, else the one that was configured."""
        own = str(stored.get("refresh_token", "")) if self._is_ours(stored) else ""
        return own or self._access.credentials.get("refresh_token", "").strip()

    def _token_from(self, form: Mapping[str, str], *, repeatable: bool) -> dict[str, Any]:
        """access_token, instance_url, org_id, user_id, issued_at (epoch milliseconds as text), refresh_token when one
        was given, and what it was asked for. No expiry: Salesforce names none."""
        answer = decode(self._post("token", form, repeatable=repeatable).content)
        if not isinstance(answer, Mapping) or not answer.get("access_token"):
            raise ConfigError(WRONG_ADDRESS, "the token answer has no access_token", "wrong_address")
        identity_url = str(answer.get("id", ""))
        org_id, user_id = _ids_of(identity_url)
        token = {
            "access_token": str(answer["access_token"]),
            "instance_url": self._addresses.instance(str(answer.get("instance_url", ""))),
            "identity_url": identity_url,
            "org_id": org_id,
            "user_id": user_id,
            "issued_at": str(answer.get("issued_at", "")),
            "client_id": self._access.credentials.get("client_id", ""),
            "login": self._addresses.login,
        }
        if answer.get("refresh_token"):
            token["refresh_token"] = str(answer["refresh_token"])
        self._mask(token)
        return token

    def _post(self, path: str, form: Mapping[str, str], *, repeatable: bool) -> Reply:
        """Sign-in calls do not count against the org's calls, so they are not paced."""
        credentials = self._access.credentials
        signed = {"client_id": credentials.get("client_id", ""), "client_secret": credentials.get("client_secret", "")}
        try:
            return self._access.http.request(
                "POST",
                self._addresses.oauth(path),
                repeatable=repeatable,
                form={**form, **(signed if path == "token" else {})},
                headers={"Accept": "application/json"},
                follow=False,
                paced=False,
            )
        except PortalError as error:
            raise _for_sign_in(error) from error

    def _usable(self, token: Mapping[str, Any]) -> bool:
        return bool(token.get("access_token") and token.get("instance_url")) and self._is_ours(token)

    def _is_ours(self, token: Mapping[str, Any]) -> bool:
        """Got for the application and the log-in address that the connection names now."""
        client_id = self._access.credentials.get("client_id", "")
        login = self._addresses.login
        return bool(token.get("client_id", client_id) == client_id and token.get("login", login) == login)

    def _hold(self, token: dict[str, Any]) -> None:
        self._mask(token)
        self._held = token

    def _mask(self, token: Mapping[str, Any]) -> None:
        for name in ("access_token", "refresh_token"):
            if token.get(name):
                self._access.http.add_secret(str(token[name]))


def _refused(error: ConfigError, grant: str) -> dict[str, Any]:
    """What is stored instead of a token. `grant`: which refresh token was refused, '' = none was."""
    told = {"code": error.code, "message": error.message, "detail": error.detail, "grant": grant}
    return {"access_token": "", "refused": told}


def _refusal(told: Mapping[str, str]) -> ConfigError:
    return ConfigError(told["message"], told["detail"], told["code"])


def _challenge(verifier: str) -> str:
    """Source: RFC 7636, 4.2."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _ids_of(identity_url: str) -> tuple[str, str]:
    """Org id and user id, 18 characters, of `https://.../id/ORG/USER`. Raises ConfigError when they are not there."""
    parts = urlsplit(identity_url).path.rstrip("/").split("/")[-2:]
    if len(parts) == 2 and all(map(is_id, parts)) and has_prefix(parts[0], ORGANIZATION) and has_prefix(parts[1], USER):
        return to18(parts[0]), to18(parts[1])
    raise ConfigError(WRONG_ADDRESS, f"the token answer names no org: {identity_url[:200]!r}", "wrong_address")


def _for_sign_in(error: PortalError) -> PortalError:
    """The same trouble, as it reads at a sign-in: there is no record that could be refused, nothing is created, and
    an unreadable answer comes from a wrong address."""
    if isinstance(error, RejectedError):
        message = f"{error.message} That was the sign-in: check login_url and client_id."
        return ConfigError(message, error.detail, error.code)
    if error.code == "unreadable":
        return ConfigError(WRONG_ADDRESS, error.detail, "wrong_address")
    if isinstance(error, OutcomeUnknown):
        message = "Salesforce did not answer the sign-in. It is tried again; if it stays so, press Connect."
        return TransientError(message, error.detail, error.code)
    return error
