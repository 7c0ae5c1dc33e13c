"""Signing in: the browser's way with PKCE, renewal, rotation, several processes, revocation, client credentials."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from integrations.core.errors import ConfigError, PortalError, TransientError
from integrations.vendors.salesforce.addresses import Addresses
from integrations.vendors.salesforce.auth import SignIn
from integrations.vendors.salesforce.client import SalesforceClient
from tests.vendors.salesforce.browser import sign_in
from tests.vendors.salesforce.conftest import Org, Tokens

BACK = "http://localhost/back"
VERIFIER = "v" * 64
WHO = "alex.morgan@acme.example"
BROWSER = {"auth": "authorization_code"}


def connect(org: Org, client: SalesforceClient, **more: str) -> dict[str, Any]:
    """What the Connect button ends with; the token is stored."""
    told = sign_in(client.authorize_url("s-1", BACK, VERIFIER), WHO)
    assert told["state"] == "s-1"
    org.tokens.stored = client.exchange_code(told["code"], more.get("back", BACK), more.get("verifier", VERIFIER))
    return org.tokens.stored


def token_calls(org: Org) -> int:
    return len(org.calls("/oauth2/token"))


def test_signing_in_with_the_browser_brings_all_that_is_stored(org: Org) -> None:
    client = org.client(**BROWSER)
    token = connect(org, client)
    assert client.check().missing == ()
    assert client.org_id == token["org_id"] == client.check().identity
    assert token["refresh_token"]
    assert token["issued_at"].isdigit()
    assert "expires_at" not in token
    assert (token["client_id"], token["instance_url"]) == (org.credentials["client_id"], org.url)
    assert token_calls(org) == 1


def test_a_person_who_denies_comes_back_with_the_reason(org: Org) -> None:
    told = sign_in(org.client(**BROWSER).authorize_url("s-1", BACK, VERIFIER), WHO, "deny")
    assert (told["error"], told["state"]) == ("access_denied", "s-1")


@pytest.mark.parametrize("wrong", [{"verifier": "w" * 64}, {"verifier": ""}, {"back": "http://localhost/other"}])
def test_a_code_is_good_only_for_who_asked_for_it(org: Org, wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        connect(org, org.client(**BROWSER), **wrong)


def test_an_expired_session_is_renewed_once_and_the_call_repeated(org: Org) -> None:
    client = org.client(**BROWSER)
    first = dict(connect(org, client))
    org.control.act("expire_tokens")
    client.create_records("Account", [{"Name": "Renewed"}])
    assert org.tokens.renewals == 1
    assert org.tokens.stored["access_token"] != first["access_token"]
    assert client.count("Account", "Name = 'Renewed'") == 1


def test_a_renewal_stores_the_new_instance_and_the_new_refresh_token(org: Org) -> None:
    org.switch(rotate_refresh_tokens=True)
    client = org.client(**BROWSER)
    first = dict(connect(org, client))
    org.switch(instance_path="/moved")
    org.control.act("expire_tokens")
    assert client.count("Account") > 0
    assert org.tokens.stored["refresh_token"] != first["refresh_token"]
    assert org.tokens.stored["instance_url"] == org.url + "/moved"
    org.control.act("expire_tokens")
    assert org.client(**BROWSER).count("Account") > 0


def test_two_workers_renew_once(org: Org) -> None:
    """With rotation on, a second renewal with the old refresh token would end the whole grant."""
    org.switch(rotate_refresh_tokens=True)
    org.tokens = Locked()
    first, second = org.client(**BROWSER), org.client(**BROWSER)
    connect(org, first)
    for client in (first, second):
        client.count("Account")
    org.control.act("expire_tokens")
    asked = [threading.Thread(target=client.count, args=("Account",)) for client in (first, second)]
    for thread in asked:
        thread.start()
    for thread in asked:
        thread.join()
    assert (org.tokens.renewals, token_calls(org)) == (1, 2)
    assert first.count("Account") == second.count("Account")


class Locked(Tokens):
    """Shared by two threads as by two processes."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def renew(self, stale: str, obtain: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        with self._lock:
            return super().renew(stale, obtain)


def test_a_refused_refresh_token_is_never_presented_again(org: Org) -> None:
    client = org.client(**BROWSER)
    connect(org, client)
    org.switch(immediately_expire_refresh_tokens=True)
    org.control.act("expire_tokens")
    for _ in range(3):
        with pytest.raises(ConfigError, match="Press Connect"):
            client.count("Account")
    assert token_calls(org) == 2


def test_an_inactive_user_is_named(org: Org) -> None:
    client = org.client(**BROWSER)
    connect(org, client)
    org.control.act("user", username=WHO, active=False)
    with pytest.raises(ConfigError, match="not active"):
        client.count("Account")


def test_a_lost_answer_to_a_renewal_is_tried_again_later(org: Org) -> None:
    client = org.client(**BROWSER)
    connect(org, client)
    org.control.act("expire_tokens")
    org.control.faults({"match": "POST /oauth2/token", "do": "reset"})
    with pytest.raises(TransientError):
        client.count("Account")
    assert client.count("Account") > 0


def test_a_revoked_grant_asks_for_a_new_sign_in(org: Org) -> None:
    client = org.client(**BROWSER)
    connect(org, client)
    client.revoke()
    client.revoke()
    with pytest.raises(ConfigError, match="Press Connect"):
        client.count("Account")


def test_the_sixth_sign_in_ends_the_first(org: Org) -> None:
    client = org.client(**BROWSER)
    first = dict(connect(org, client))
    for _ in range(5):
        connect(org, client)
    org.tokens.stored = first
    with pytest.raises(ConfigError, match="Press Connect"):
        org.client(**BROWSER).count("Account")


def test_a_configured_refresh_token_signs_in_without_a_browser(org: Org) -> None:
    brought = connect(org, org.client(**BROWSER))["refresh_token"]
    org.tokens.stored = {}
    client = org.client({"refresh_token": brought}, **BROWSER)
    assert client.check().missing == ()
    assert org.tokens.stored["refresh_token"] == brought


def test_without_a_sign_in_the_button_is_named(org: Org) -> None:
    with pytest.raises(ConfigError, match="Press Connect"):
        org.client(**BROWSER).check()
    assert org.control.calls() == []


def test_a_token_of_another_application_or_address_is_not_used(org: Org) -> None:
    connect(org, org.client(**BROWSER))
    with pytest.raises(ConfigError, match="Nobody is signed in"):
        org.client({"client_id": "another"}, **BROWSER).count("Account")
    assert token_calls(org) == 1


def test_a_sign_in_that_does_not_last_is_told(org: Org) -> None:
    client = org.client(**BROWSER)
    connect(org, client)
    del org.tokens.stored["refresh_token"]
    assert any("refresh_token" in words for words in org.client(**BROWSER).check().missing)


# Client credentials


def test_client_credentials_sign_in_by_themselves(org: Org) -> None:
    client = org.client()
    assert client.check().missing == ()
    org.control.act("expire_tokens")
    assert client.count("Account") > 0
    assert org.tokens.renewals == 2


@pytest.mark.parametrize("login_url", ["", "https://test.salesforce.com"])
def test_client_credentials_need_the_own_domain(org: Org, login_url: str) -> None:
    with pytest.raises(ConfigError, match="NAME.my.salesforce.com"):
        org.client(login_url=login_url)


@pytest.mark.parametrize(
    ("credentials", "words"),
    [({"client_secret": "wrong"}, "client_secret"), ({"client_id": "unknown"}, "client_id")],
)
def test_wrong_credentials_are_tried_once(org: Org, credentials: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        org.client(credentials).check()
    assert len(org.control.calls()) == 1


# What the token answer says


@pytest.mark.parametrize("answer", ["<html>Welcome</html>", '{"hello": "world"}', "hello", '{"access_token": "x"}'])
def test_another_answer_than_a_token_is_a_wrong_log_in_address(org: Org, answer: str) -> None:
    fault = {"match": "POST /oauth2/token", "do": "status", "status": 200, "times": -1, "body_text": answer}
    org.control.faults(fault)
    with pytest.raises(PortalError) as caught:
        org.client().check()
    assert caught.value.kind in ("config", "protocol")
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize("login_url", ["https://acme.my.salesforce.invalid", "{}/elsewhere/at/all"])
def test_a_log_in_address_where_nothing_answers_is_named(org: Org, login_url: str) -> None:
    with pytest.raises(ConfigError, match="login_url"):
        org.client(login_url=login_url.format(org.sandbox.url)).check()


def test_no_secret_shows_in_the_log(org: Org) -> None:
    access = org.access(**BROWSER)
    client = SalesforceClient(access)
    token = connect(org, client)
    client.check()
    org.control.act("expire_tokens")
    client.count("Account")
    log = repr(access.http.drain_log())
    for secret in (token["access_token"], token["refresh_token"], org.credentials["client_secret"], VERIFIER):
        assert secret not in log


def test_the_challenge_is_the_one_of_the_standard(org: Org) -> None:
    """The pair of RFC 7636, appendix B."""
    access = org.access(**BROWSER)
    sign_in = SignIn(access, Addresses.parse(access.settings))
    url = sign_in.authorize_url("s", BACK, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256" in url
