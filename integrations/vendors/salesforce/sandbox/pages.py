"""The pages of the authorize address that a person clicks through: log in, then Allow or Deny. No scripts."""

from __future__ import annotations

import html
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

from integrations.vendors.emulator import Request, Response
from integrations.vendors.salesforce.sandbox.access import DEFAULT_SCOPE, Code, Gate, OAuthRefused
from integrations.vendors.salesforce.sandbox.store import Row

_SHELL = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 3rem auto; padding: 0 1rem; }}
label, input, button {{ display: block; width: 100%; box-sizing: border-box; font: inherit; }}
input {{ padding: .5rem; margin: .25rem 0 1rem; }}
button {{ padding: .6rem; margin-top: .75rem; cursor: pointer; }}
[role=alert] {{ border-left: .3rem solid; padding-left: .75rem; }}
</style></head>
<body><main><h1>{title}</h1>{body}</main></body></html>"""
_LOG_IN = """<p>This is a sandbox: any password will do.</p>{alert}
<form method="post" action="{action}"><input type="hidden" name="ticket" value="{ticket}">
<label for="username">Username</label>
<input id="username" name="username" value="{username}" autocomplete="username" list="users" required>
<datalist id="users">{users}</datalist>
<label for="password">Password</label>
<input id="password" name="pw" type="password" autocomplete="current-password" required>
<button id="log-in" type="submit">Log In</button></form>"""
_ALERT = '<p role="alert">Please check your username and password. If you still can\'t log in, contact your admin.</p>'
_CONSENT = """<p><strong>{app}</strong> is asking to:</p><ul>{scopes}</ul><p>You are {user} of {org}.</p>
<form method="post" action="{action}"><input type="hidden" name="ticket" value="{ticket}">
<button id="allow" type="submit" name="answer" value="allow">Allow</button>
<button id="deny" type="submit" name="answer" value="deny">Deny</button></form>"""
_SCOPES = {
    "api": "Manage user data via APIs",
    "refresh_token": "Perform requests at any time",
    "offline_access": "Perform requests at any time",
    "id": "Access the identity URL service",
    "full": "Full access",
    "openid": "Access unique user identifiers",
}
DENIED = {"error": "access_denied", "error_description": "end-user denied authorization"}
LOCAL_HOSTS = ("localhost", "127.0.0.1")


class SignInPages:
    """`_waiting`: authorize requests by ticket, with the user once logged in."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._waiting: dict[str, dict[str, str]] = {}

    def handle(self, name: str, request: Request) -> Response:
        steps = {"authorize": self._authorize, "authorize/login": self._log_in, "authorize/consent": self._consent}
        step = steps.get(name)
        if step is None:
            return Response(404, b"", "text/html")
        try:
            return step(request)
        except OAuthRefused as refused:
            words = f"error={refused.error}&error_description={refused.description}"
            return _page("We can't authorize you", f'<p role="alert">{html.escape(words)}</p>', 400)

    def _authorize(self, request: Request) -> Response:
        """GET, or POST with a form; wrong application or address is told here, all else goes back to the caller."""
        asked = dict(request.query_pairs() + (request.form_pairs() if request.method == "POST" else []))
        app = self._gate.app(asked.get("client_id", ""))
        if not self._may_return_to(asked.get("redirect_uri", ""), app.redirect_uris):
            raise OAuthRefused("redirect_uri_mismatch", "redirect_uri must match configuration")
        error = self._wrong(asked)
        if error:
            return _back(asked, error)
        ticket = secrets.token_urlsafe(16)
        self._waiting[ticket] = asked
        return self._log_in_page(request, ticket, asked.get("login_hint", ""))

    def _wrong(self, asked: dict[str, str]) -> dict[str, str]:
        if asked.get("response_type") != "code":
            return {"error": "unsupported_response_type", "error_description": "response type must be code"}
        if asked.get("code_challenge_method", "S256") != "S256":
            return {"error": "invalid_request", "error_description": "invalid code challenge method"}
        if self._gate.store.settings["pkce_required"] and not asked.get("code_challenge"):
            return {"error": "invalid_request", "error_description": "missing required code challenge"}
        return {}

    def _may_return_to(self, uri: str, registered: tuple[str, ...]) -> bool:
        """Registered exactly; any local address too, for the demo, unless `strict_redirects`."""
        local = urlsplit(uri).scheme == "http" and urlsplit(uri).hostname in LOCAL_HOSTS
        return uri in registered or (local and not self._gate.store.settings["strict_redirects"])

    def _log_in(self, request: Request) -> Response:
        form = dict(request.form_pairs())
        asked, name = self._ticket(form), form.get("username", "").strip()
        user = self._user(name)
        if user is None or not form.get("pw"):
            return self._log_in_page(request, form["ticket"], name, alert=_ALERT)
        asked["user_id"] = user["Id"]
        return self._consent_page(request, form["ticket"], asked, user)

    def _consent(self, request: Request) -> Response:
        form = dict(request.form_pairs())
        asked = self._ticket(form)
        if "user_id" not in asked:
            return self._log_in_page(request, form["ticket"], "")
        del self._waiting[form["ticket"]]
        return _back(asked, {"code": self._code(asked)} if form.get("answer") == "allow" else DENIED)

    def _code(self, asked: dict[str, str]) -> str:
        code = "aPrx" + secrets.token_urlsafe(48)
        store = self._gate.store
        self._gate.codes[code] = Code(
            client_id=asked["client_id"],
            user_id=asked["user_id"],
            scope=asked.get("scope", "").replace("offline_access", "refresh_token") or DEFAULT_SCOPE,
            redirect_uri=asked["redirect_uri"],
            challenge=asked.get("code_challenge", ""),
            expires_at=store.now() + int(store.settings["code_seconds"]),
        )
        return code

    def _ticket(self, form: dict[str, str]) -> dict[str, str]:
        asked = self._waiting.get(form.get("ticket", ""))
        if asked is None:
            raise OAuthRefused("invalid_request", "this page has expired: start again from the application")
        return asked

    def _user(self, username: str) -> Row | None:
        users = self._gate.store.tables["User"].rows.values()
        return next((one for one in users if one["Username"] == username.lower() and one.get("IsActive")), None)

    def _log_in_page(self, request: Request, ticket: str, username: str, alert: str = "") -> Response:
        users = self._gate.store.tables["User"].rows.values()
        known = [one["Username"] for one in users if one.get("IsActive") and one["UserType"] == "Standard"]
        body = _LOG_IN.format(
            alert=alert,
            action=html.escape(f"{request.base}/services/oauth2/authorize/login"),
            ticket=html.escape(ticket),
            username=html.escape(username or (known[0] if known else "")),
            users="".join(f'<option value="{html.escape(name)}"></option>' for name in known),
        )
        return _page("Log in to Salesforce (sandbox)", body)

    def _consent_page(self, request: Request, ticket: str, asked: dict[str, str], user: Row) -> Response:
        scopes = (asked.get("scope") or DEFAULT_SCOPE).split()
        body = _CONSENT.format(
            app=html.escape(self._gate.apps[asked["client_id"]].name),
            scopes="".join(f"<li>{html.escape(_SCOPES.get(scope, scope))}</li>" for scope in scopes),
            user=html.escape(user["Name"]),
            org=html.escape(str(self._gate.store.settings["org_name"])),
            action=html.escape(f"{request.base}/services/oauth2/authorize/consent"),
            ticket=html.escape(ticket),
        )
        return _page("Allow access?", body)


def _page(title: str, body: str, status: int = 200) -> Response:
    page = _SHELL.format(title=html.escape(title), body=body)
    return Response(status, page.encode(), "text/html; charset=utf-8")


def _back(asked: dict[str, str], answer: dict[str, Any]) -> Response:
    """To the application's address, with the state that it sent."""
    state = {"state": asked["state"]} if "state" in asked else {}
    uri = asked["redirect_uri"]
    return Response(302, headers={"Location": f"{uri}{'&' if '?' in uri else '?'}{urlencode({**answer, **state})}"})
