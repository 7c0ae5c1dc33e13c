"""The sign-in addresses: token, authorize with its approval page, revoke. Source: Accelo API docs, _authentication."""

from __future__ import annotations

import html
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from integrations.vendors.accelo.sandbox.access import App, Gate, Grant, scope_parts, staff_of
from integrations.vendors.accelo.sandbox.answers import OK_TEXT, Refused, oauth_error
from integrations.vendors.accelo.sandbox.params import Params, read_params
from integrations.vendors.emulator import Request, Response, not_known

EXPIRED = "Grant was not found (possibly expired)."
CODE_SECONDS = 600
DEFAULT_SCOPE = "read(all)"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Accelo sandbox: approve access</title></head>
<body><h1>Allow access to {deployment}?</h1><p>{client} asks for: {scope}</p>
<p><a id="approve" href="{approve}">Approve</a> <a id="deny" href="{deny}">Deny</a></p></body></html>"""
PIN_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Accelo sandbox: your PIN</title></head>
<body><p>Enter this PIN in the application: <strong id="pin">{pin}</strong></p></body></html>"""


class SignInPages:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._routes: Mapping[str, Callable[[Request, Params], Response]] = {
            "token": self._token,
            "authorize": self._authorize,
            "approval": self._approval,
            "revoke": self._revoke,
        }

    def handle(self, name: str, request: Request) -> Response:
        route = self._routes.get(name)
        if route is None:
            return not_known(f"/oauth2/v0/{name}")
        locked = self._gate.locked()
        if locked is not None:
            return locked
        try:
            return route(request, read_params(request))
        except Refused as refused:
            return oauth_error(refused.word, refused.message)

    def _token(self, request: Request, params: Params) -> Response:
        client_id, app = self._gate.client(request, params)
        grants: Mapping[str, Callable[[Params, str, App], Response]] = {
            "client_credentials": self._by_credentials,
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
        }
        grant = grants.get(params.text("grant_type"))
        if request.method != "POST" or grant is None:
            raise Refused("unsupported_grant_type", "The grant type is not supported.")
        return grant(params, client_id, app)

    def _by_credentials(self, params: Params, client_id: str, app: App) -> Response:
        """No refresh token for service applications."""
        if app.kind != "service":
            raise Refused("unauthorized_client", "This application cannot use client credentials.")
        scope = params.text("scope") or DEFAULT_SCOPE
        scope_parts(scope)
        return self._answer(client_id, app.staff_id, scope, params, refresh=False)

    def _by_code(self, params: Params, client_id: str, app: App) -> Response:
        grant = self._redeemed(params.text("code"), client_id)
        if grant.redirect_uri != params.text("redirect_uri"):
            raise Refused("invalid_grant", EXPIRED)
        return self._answer(client_id, grant.staff_id, grant.scope, params, refresh=True)

    def _by_refresh(self, params: Params, client_id: str, app: App) -> Response:
        grant = self._redeemed(params.text("refresh_token"), client_id)
        return self._answer(client_id, grant.staff_id, grant.scope, params, refresh=True)

    def _redeemed(self, code: str, client_id: str) -> Grant:
        """A code or refresh token serves once."""
        grant = self._gate.grants.get(code)
        if grant is None or grant.expires_at <= self._gate.store.now():
            raise Refused("invalid_grant", EXPIRED)
        if grant.client_id != client_id:
            raise Refused("unauthorized_client", "The grant was issued to another client.")
        del self._gate.grants[code]
        return grant

    def _answer(self, client_id: str, staff_id: str, scope: str, params: Params, refresh: bool) -> Response:
        gate, settings = self._gate, self._gate.store.settings
        sent = params.text("expires_in")
        seconds = int(sent) if sent.isdigit() else settings["token_seconds"]
        staff = staff_of(gate.store, staff_id)
        answer: dict[str, Any] = {
            "access_token": gate.issue(client_id, staff_id, scope, seconds),
            "token_type": "Bearer",
            "expires_in": str(seconds) if settings["expiry_as"] == "text" else seconds,
            "deployment": settings["deployment"],
            "deployment_name": settings["deployment_name"],
            "account_id": staff_id,
            "account_details": {"firstname": staff["firstname"], "surname": staff["surname"]},
        }
        if refresh:
            answer["refresh_token"] = self._grant(client_id, staff_id, scope, seconds=settings["token_seconds"] * 12)
        return Response(200, json.dumps(answer).encode())

    def _grant(self, client_id: str, staff_id: str, scope: str, seconds: int, redirect_uri: str = "") -> str:
        code = secrets.token_urlsafe(12) if redirect_uri or seconds > CODE_SECONDS else str(secrets.randbelow(10**6))
        expires_at = self._gate.store.now() + seconds
        self._gate.grants[code] = Grant(client_id, staff_id, scope, expires_at, redirect_uri)
        return code

    def _authorize(self, request: Request, params: Params) -> Response:
        """A page to approve or deny; a POST is sent on to it."""
        app = self._gate.apps.get(params.text("client_id"))
        if app is None or app.kind == "service" or params.text("response_type") != "code":
            raise Refused("invalid_request", "The authorization request is not valid.")
        scope = params.text("scope") or DEFAULT_SCOPE
        scope_parts(scope)
        query = {name: params.text(name) for name in ("client_id", "scope", "redirect_uri", "state")}
        if request.method == "POST":
            again = urlencode({**query, "response_type": "code"})
            return Response(302, headers={"Location": f"{request.base}/oauth2/v0/authorize?{again}"})
        links = {
            answer: html.escape(f"{request.base}/oauth2/v0/approval?{urlencode({**query, 'answer': answer})}")
            for answer in ("approve", "deny")
        }
        deployment = html.escape(str(self._gate.store.settings["deployment_name"]))
        page = PAGE.format(
            deployment=deployment, client=html.escape(query["client_id"]), scope=html.escape(scope), **links
        )
        return Response(200, page.encode(), "text/html; charset=utf-8")

    def _approval(self, request: Request, params: Params) -> Response:
        """Back to the application with a code or an error; without an address the code is shown as a PIN."""
        client_id, redirect_uri = params.text("client_id"), params.text("redirect_uri")
        app = self._gate.apps.get(client_id)
        if app is None:
            raise Refused("invalid_request", "The authorization request is not valid.")
        answer = {"error": "access_denied", "error_description": "The user denied the request."}
        if params.text("answer") == "approve":
            scope = params.text("scope") or DEFAULT_SCOPE
            code = self._grant(client_id, app.staff_id, scope, CODE_SECONDS, redirect_uri)
            answer = {"code": code}
        if not redirect_uri:
            page = PIN_PAGE.format(pin=html.escape(answer.get("code", "")))
            return Response(200, page.encode(), "text/html; charset=utf-8")
        mark = "&" if "?" in redirect_uri else "?"
        location = f"{redirect_uri}{mark}{urlencode({**answer, 'state': params.text('state')})}"
        return Response(302, headers={"Location": location})

    def _revoke(self, request: Request, params: Params) -> Response:
        """The token must belong to the calling client."""
        client_id, _ = self._gate.client(request, params)
        token = self._gate.tokens.get(params.text("token"))
        if token is None or token.client_id != client_id:
            raise Refused("invalid_grant", EXPIRED)
        del self._gate.tokens[params.text("token")]
        return Response(200, json.dumps({"status": "ok", "message": OK_TEXT}).encode())
