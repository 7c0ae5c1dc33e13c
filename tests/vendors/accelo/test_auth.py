"""Signing in: renewal, revocation, lock-out, scopes, and the browser's way."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from integrations.core.errors import ConfigError, RejectedError, TransientError
from integrations.http import Guard, Http
from integrations.vendors.accelo.client import AcceloClient
from integrations.vendors.accelo.sandbox import WEB_ID, WEB_SECRET
from integrations.vendors.base import Access
from tests.vendors.accelo.conftest import World
from tests.vendors.accelo.test_client import TAXI

UNAUTHORIZED = '{"response": null, "meta": {"status": "invalid_client", "message": "No."}}'


def test_a_revoked_token_is_renewed_once_and_the_call_repeated(world: World, client: AcceloClient) -> None:
    client.highest_expense_id()
    world.control.act("revoke_tokens")
    client.create_expense(TAXI, None)
    assert (len(world.rows("expenses")), world.tokens.renewals) == (1, 2)


def test_a_token_that_is_refused_again_is_for_a_person(world: World, client: AcceloClient) -> None:
    fault = {"match": "GET /expenses", "do": "status", "status": 401, "times": -1, "body_text": UNAUTHORIZED}
    world.control.faults(fault)
    with pytest.raises(ConfigError, match="client_secret"):
        client.highest_expense_id()
    assert len(world.calls("/expenses")) == 2


def test_a_wrong_secret_is_tried_once(world: World) -> None:
    with pytest.raises(ConfigError, match="client_id and client_secret"):
        world.client(secret="wrong").check()
    assert len(world.control.calls()) == 1


@pytest.mark.parametrize("in_meta", [True, False])
def test_a_lock_out_is_waited_for(world: World, in_meta: bool) -> None:
    world.control.act("settings", lockout_limit=1, lockout_meta=in_meta)
    for _ in range(2):
        with pytest.raises(ConfigError):
            world.client(secret="wrong").check()
    with pytest.raises(TransientError, match="locked") as caught:
        world.client().check()
    assert caught.value.retry_after == 302
    world.control.shift(600)
    world.client().check()


@pytest.mark.parametrize("word", ["invalid_permission", "invalid_scope"])
def test_the_first_write_with_a_read_only_scope_says_what_to_do(world: World, word: str) -> None:
    world.control.act("settings", scope_error=word)
    with pytest.raises(ConfigError, match=r"read\(all\),write\(all\)"):
        world.client(scope="read(all)").create_expense(TAXI, None)


def test_one_forbidden_write_rejects_only_that_record(world: World, client: AcceloClient, expense: str) -> None:
    body = '{"response": null, "meta": {"status": "invalid_permission", "message": "Not your expense."}}'
    world.control.faults({"match": "PUT /expenses", "do": "status", "status": 403, "body_text": body})
    with pytest.raises(RejectedError, match="Not your expense"):
        client.update_expense(expense, {"title": "New"})


def web_access(world: World) -> Access:
    access = world.access(auth="authorization_code")
    return Access(
        settings=access.settings,
        credentials={"client_id": WEB_ID, "client_secret": WEB_SECRET},
        http=access.http,
        tokens=access.tokens,
        now=access.now,
    )


def approve(address: str) -> str:
    """Opens the approval page as a browser would and returns the address its Approve link leads back to."""
    with urlopen(address) as page:  # noqa: S310
        text: str = page.read().decode()
    return text.partition('id="approve" href="')[2].partition('"')[0].replace("&amp;", "&")


def code_from(world: World, client: AcceloClient, redirect_uri: str) -> str:
    page = approve(client.authorize_url("s-1", redirect_uri))
    with Http(guard=Guard(frozenset({"127.0.0.1"})), classify=lambda reply: None) as browser:
        reply = browser.request("GET", page, repeatable=True, follow=False)
    query = parse_qs(urlsplit(reply.headers["location"]).query)
    assert query["state"] == ["s-1"]
    return query["code"][0]


def test_signing_in_with_the_browser_renewing_and_revoking(world: World) -> None:
    client = AcceloClient(web_access(world))
    redirect_uri = "https://portal.example/back?from=accelo"
    world.tokens.stored = client.exchange_code(code_from(world, client, redirect_uri), redirect_uri)
    assert client.check().missing == ()
    first = dict(world.tokens.stored)
    world.control.act("revoke_tokens")
    assert client.check().identity == "acme"
    assert world.tokens.stored["refresh_token"] != first["refresh_token"]
    client.revoke()
    client.revoke()
    world.control.act("revoke_tokens", refresh=True)
    with pytest.raises(ConfigError, match="Connect again"):
        client.check()


def test_a_different_redirect_address_is_refused_at_the_token_call(world: World) -> None:
    client = AcceloClient(web_access(world))
    code = code_from(world, client, "https://portal.example/back")
    with pytest.raises(ConfigError, match="Connect again"):
        client.exchange_code(code, "https://portal.example/other")


def test_without_a_sign_in_the_button_is_named(world: World) -> None:
    with pytest.raises(ConfigError, match="Connect"):
        AcceloClient(web_access(world)).check()


def test_a_lost_answer_to_a_renewal_is_tried_again_later(world: World) -> None:
    client = AcceloClient(web_access(world))
    redirect_uri = "https://portal.example/back"
    token = client.exchange_code(code_from(world, client, redirect_uri), redirect_uri)
    world.tokens.stored = token | {"expires_at": datetime.now(UTC).timestamp()}
    world.control.faults({"match": "POST /oauth2/v0/token", "do": "reset"})
    with pytest.raises(TransientError):
        client.check()
    assert client.check().identity == "acme"


@pytest.mark.parametrize(
    ("scope", "complete"),
    [("read(all),write(all)", True), ("read(all) write(expenses)", True), ("read(all),write(jobs)", False)],
)
def test_a_scope_is_enough_when_expenses_may_be_written(world: World, scope: str, complete: bool) -> None:
    assert (world.client(scope=scope).check().missing == ()) is complete
