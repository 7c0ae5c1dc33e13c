"""One authenticated call to the Salesforce REST API: bearer token, version, renewal once, allowance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from integrations.core.errors import BudgetExhausted, ConfigError, OutcomeUnknown, ProtocolError
from integrations.http import Reply
from integrations.vendors.base import Access
from integrations.vendors.salesforce.addresses import Addresses, below
from integrations.vendors.salesforce.allowance import LOOK_AGAIN, Allowance, parse_share
from integrations.vendors.salesforce.auth import SignIn
from integrations.vendors.salesforce.rules import EXPIRED

READ_SECONDS = 130.0
"""Wait for an answer: queries run up to two minutes, a description of a large object takes long too."""
TOTAL_SECONDS = 170.0
CALLER = "client=IntegrationsPortal"
"""Labels the portal's calls in the org's event log (Sforce-Call-Options)."""


class Transport:
    """`allowance`: what Salesforce last said of the org's calls."""

    def __init__(self, access: Access, addresses: Addresses, sign_in: SignIn) -> None:
        self._http = access.http
        self._addresses = addresses
        self._sign_in = sign_in
        self.allowance = Allowance(parse_share(access.settings.get("call_share", "")), access.http.pacer)

    def path(self, name: str) -> str:
        """A resource below the host, as composite requests name it."""
        return self._addresses.data_path(name)

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Literal["any", "json"] = "json",
    ) -> Reply:
        """`path`: a resource below the version, or an address that Salesforce named (it begins with a slash or with
        a scheme). With a condition in `headers` the reply may be 304 without a body (`expect="any"`)."""
        return self._call("GET", path, repeatable=True, params=params, headers=headers or {}, expect=expect)

    def send(
        self,
        method: Literal["POST", "PATCH"],
        path: str,
        json: Any,
        *,
        repeatable: bool,
        headers: Mapping[str, str] | None = None,
        expect: Literal["any", "json"] = "json",
    ) -> Reply:
        """Raises OutcomeUnknown where one that is not repeatable may have been carried out."""
        return self._call(method, path, repeatable=repeatable, json=json, headers=headers or {}, expect=expect)

    def anonymous(self, path: str) -> Reply:
        """Without a token, at the org's instance; it is no call of the org's allowance."""
        url = f"{self._sign_in.instance}/services/{path}"
        return self._http.request("GET", url, repeatable=True, follow=False, expect="json", paced=False)

    def _call(self, method: str, path: str, *, headers: Mapping[str, str], **kwargs: Any) -> Reply:
        """Renews an expired token once and repeats; a second refusal is for a person. What was refused for its token
        was not carried out, so a create may be repeated too."""
        token = self._sign_in.token()
        try:
            reply = self._send(method, path, token, headers, kwargs)
        except ConfigError as error:
            if error.code != EXPIRED:
                raise
            reply = self._send(method, path, self._sign_in.renew(token), headers, kwargs)
        self.allowance.observe(reply)
        return reply

    def _send(self, method: str, path: str, token: str, headers: Mapping[str, str], kwargs: Mapping[str, Any]) -> Reply:
        sent = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "Sforce-Call-Options": CALLER,
            **headers,
        }
        try:
            return self._http.request(
                method, self._url(path), headers=sent, follow=False, read=READ_SECONDS, total=TOTAL_SECONDS, **kwargs
            )
        except BudgetExhausted as error:
            # Salesforce's own word; the pacer raises this kind too, when the share is used up
            if error.code == "daily_limit":
                self.allowance.refused(error.retry_after or LOOK_AGAIN)
            raise

    def _url(self, path: str) -> str:
        if path.startswith(("http://", "https://")):
            return path
        if path.startswith("/"):
            return below(self._sign_in.instance, path)
        return self._addresses.data(self._sign_in.instance, path)


def as_object(reply: Reply) -> Mapping[str, Any]:
    """Raises ProtocolError when something else came."""
    body = reply.json(decimals=True)
    if isinstance(body, Mapping):
        return body
    raise ProtocolError("Salesforce sent no object where its documentation promises one.", repr(body)[:200])


def as_list(reply: Reply) -> list[Any]:
    """Raises ProtocolError when something else came."""
    body = reply.json(decimals=True)
    if isinstance(body, list):
        return body
    raise ProtocolError("Salesforce sent no list where its documentation promises one.", repr(body)[:200])


def lost(error: ProtocolError) -> OutcomeUnknown:
    """An answer to a create that makes no sense: the records may be there."""
    return OutcomeUnknown(
        "Salesforce answered unreadably to something new; look there before it is sent again.", error.detail, error.code
    )
