"""The sign-in addresses: token, revoke, introspect, userinfo and identity; pages.py has authorize.

Source: help pages 'OAuth 2.0 Web Server Flow', 'Refresh Token Flow', 'Authorization Errors', 'Identity URLs'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from integrations.vendors.emulator import Request, Response, json_response, not_known
from integrations.vendors.salesforce.sandbox.access import (
    App,
    Gate,
    Grant,
    OAuthRefused,
    Session,
    challenge_of,
    new_refresh_token,
    sign,
)
from integrations.vendors.salesforce.sandbox.pages import SignInPages

BAD_TOKEN = "Bad_OAuth_Token"


class OAuth:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._pages = SignInPages(gate)
        self._routes: Mapping[str, Callable[[Request], Response]] = {
            "token": self._token,
            "revoke": self._revoke,
            "introspect": self._introspect,
            "userinfo": self._userinfo,
        }
        self._grants: Mapping[str, Callable[[Request, dict[str, str]], dict[str, Any]]] = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
            "client_credentials": self._by_credentials,
        }

    def handle(self, name: str, request: Request) -> Response:
        """`name`: what follows /services/oauth2/."""
        if name.split("/")[0] == "authorize":
            return self._pages.handle(name, request)
        route = self._routes.get(name)
        if route is None:
            return not_known(f"/services/oauth2/{name}")
        try:
            return route(request)
        except OAuthRefused as refused:
            return json_response({"error": refused.error, "error_description": refused.description}, refused.status)

    def discovery(self, request: Request) -> Response:
        """/.well-known/openid-configuration"""
        start = f"{request.base}/services/oauth2"
        names = {"authorization": "authorize", "token": "token", "revocation": "revoke", "introspection": "introspect"}
        ends = {f"{name}_endpoint": f"{start}/{path}" for name, path in names.items()}
        return json_response({"issuer": request.base, **ends, "userinfo_endpoint": f"{start}/userinfo"})

    def identity(self, path: str, request: Request) -> Response:
        """/id/ORG/USER. Source: help page 'Identity URLs'."""
        session = self._bearer(request)
        if session is None:
            return _bad_token()
        if path.strip("/").split("/") != [self._gate.org_id, session.user_id]:
            return Response(404, b"", "text/html")
        return json_response(self._who(session, request))

    # Token

    def _token(self, request: Request) -> Response:
        form = dict(request.form_pairs())
        grant = self._grants.get(form.get("grant_type", ""))
        if request.method != "POST" or grant is None:
            raise OAuthRefused("unsupported_grant_type", "grant type not supported")
        answer = json_response(grant(request, form))
        answer.headers["Cache-Control"] = "no-cache, no-store"
        return answer

    def _by_code(self, request: Request, form: dict[str, str]) -> dict[str, Any]:
        gate = self._gate
        client_id, app = gate.client(request, form)
        code = gate.codes.pop(form.get("code", ""), None)
        if code is None or code.client_id != client_id:
            raise OAuthRefused("invalid_grant", "invalid authorization code")
        if code.expires_at <= gate.store.now():
            raise OAuthRefused("invalid_grant", "expired authorization code")
        if code.redirect_uri != form.get("redirect_uri"):
            raise OAuthRefused("redirect_uri_mismatch", "redirect_uri must match configuration")
        _check_verifier(code.challenge, form.get("code_verifier", ""))
        gate.check_user(code.user_id)
        grant = None
        if "refresh_token" in code.scope.split():
            grant = gate.grant(client_id, code.user_id, code.scope)
        return self._answer(request, client_id, app, code.user_id, code.scope, grant, show_refresh=True)

    def _by_refresh(self, request: Request, form: dict[str, str]) -> dict[str, Any]:
        gate = self._gate
        client_id, app = gate.client(request, form)
        grant = gate.refresh(form.get("refresh_token", ""), client_id)
        rotates = bool(gate.store.settings["rotate_refresh_tokens"])
        if rotates:
            grant.spent.add(grant.refresh_token)
            grant.refresh_token = new_refresh_token()
        return self._answer(request, client_id, app, grant.user_id, grant.scope, grant, show_refresh=rotates)

    def _by_credentials(self, request: Request, form: dict[str, str]) -> dict[str, Any]:
        """Runs as the application's user; no refresh token."""
        client_id, app = self._gate.client(request, form)
        users = self._gate.store.tables["User"].rows.values()
        first = next((user["Id"] for user in users if user.get("IsActive") and user["UserType"] == "Standard"), "")
        user_id = app.run_as or first
        self._gate.check_user(user_id)
        return self._answer(request, client_id, app, user_id, "api id", None, show_refresh=False)

    def _answer(
        self,
        request: Request,
        client_id: str,
        app: App,
        user_id: str,
        scope: str,
        grant: Grant | None,
        *,
        show_refresh: bool,
    ) -> dict[str, Any]:
        """No expires_in; `issued_at` is text of milliseconds; `signature` is over id and issued_at."""
        gate = self._gate
        identity = f"{request.base}/id/{gate.org_id}/{user_id}"
        issued_at = str(int(gate.store.clock.now().timestamp() * 1000))
        answer = {
            "access_token": gate.open_session(client_id, user_id, scope, grant),
            "signature": sign(identity + issued_at, app.secret),
            "scope": scope,
            "instance_url": request.base + gate.store.settings["instance_path"],
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued_at,
        }
        if show_refresh and grant is not None:
            answer["refresh_token"] = grant.refresh_token
        return answer

    # The rest

    def _revoke(self, request: Request) -> Response:
        """A refresh token ends its sessions too; an access token only itself. Errors are form-encoded."""
        token = dict(request.form_pairs() + request.query_pairs()).get("token", "")
        gate = self._gate
        grant = next((one for one in gate.grants if one.refresh_token == token), None)
        if grant is not None:
            gate.end_grant(grant)
        elif gate.sessions.pop(token, None) is None:
            words = f"error=invalid_token&error_description={quote('invalid token')}"
            return Response(400, words.encode(), "application/x-www-form-urlencoded")
        return Response(200, b"", "text/html")

    def _introspect(self, request: Request) -> Response:
        form = dict(request.form_pairs())
        gate, token = self._gate, form.get("token", "")
        client_id, _ = gate.client(request, form)
        session = gate.live(token)
        grant = next((one for one in gate.grants if one.refresh_token == token), None)
        held = session or grant
        if held is None or held.client_id != client_id:
            return json_response({"active": False})
        user = gate.user(held.user_id) or {}
        shown: dict[str, Any] = {
            "active": True,
            "scope": held.scope,
            "client_id": client_id,
            "username": user.get("Username"),
            "sub": f"{request.base}/id/{gate.org_id}/{held.user_id}",
            "token_type": "access_token" if session else "refresh_token",
        }
        if session:
            seconds = int(gate.store.settings["session_seconds"])
            issued = session.issued_at
            shown |= {"exp": session.last_used + seconds, "iat": issued, "nbf": issued}
        return json_response(shown)

    def _userinfo(self, request: Request) -> Response:
        session = self._bearer(request)
        if session is None:
            return _bad_token()
        who = self._who(session, request)
        names = {"sub": who["id"], "name": who["display_name"], "preferred_username": who["username"]}
        return json_response({**who, **names})

    def _bearer(self, request: Request) -> Session | None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        return self._gate.live(token.strip()) if kind.lower() == "bearer" else None

    def _who(self, session: Session, request: Request) -> dict[str, Any]:
        gate = self._gate
        user = gate.user(session.user_id) or {}
        start = request.base + gate.store.settings["instance_path"]
        return {
            "id": f"{request.base}/id/{gate.org_id}/{session.user_id}",
            "asserted_user": True,
            "user_id": session.user_id,
            "organization_id": gate.org_id,
            "username": user.get("Username"),
            "nick_name": user.get("Alias"),
            "display_name": user.get("Name"),
            "email": user.get("Email"),
            "email_verified": True,
            "first_name": user.get("FirstName"),
            "last_name": user.get("LastName"),
            "timezone": user.get("TimeZoneSidKey", "Europe/London"),
            "active": True,
            "status": {"created_date": None, "body": None},
            "user_type": "STANDARD",
            "locale": "en_US",
            "language": "en_US",
            "utcOffset": 0,
            "urls": {
                "rest": f"{start}/services/data/v{{version}}/",
                "sobjects": f"{start}/services/data/v{{version}}/sobjects/",
                "query": f"{start}/services/data/v{{version}}/query/",
                "profile": f"{start}/{session.user_id}",
            },
        }


def _check_verifier(challenge: str, verifier: str) -> None:
    """PKCE. Source: developer page 'OAuth web server flow', its error codes."""
    if challenge and not verifier:
        raise OAuthRefused("invalid_grant", "code verifier is missing")
    if verifier and not challenge:
        raise OAuthRefused("invalid_grant", "code verifier was not expected")
    if challenge and challenge_of(verifier) != challenge:
        raise OAuthRefused("invalid_request", "invalid code verifier")


def _bad_token() -> Response:
    return Response(403, BAD_TOKEN.encode(), "text/html")
