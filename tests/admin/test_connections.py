"""The connection form, its buttons, and signing in through the vendor's page."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener, urlopen

import pytest
from django.test import Client

from integrations.models import Connection, Sync
from integrations.sandbox import Control
from integrations.vendors.accelo.sandbox import SERVICE_ID, SERVICE_SECRET
from integrations.vendors.accelo.sandbox.access import WEB_ID, WEB_SECRET
from integrations.vendors.salesforce.sandbox import CLIENT_ID as ORG_ID
from integrations.vendors.salesforce.sandbox import CLIENT_SECRET as ORG_SECRET
from tests.factories import make_accelo
from tests.two_way import make_two_way

pytestmark = pytest.mark.django_db
ADD = "/admin/integrations/connection/add/?vendor=accelo"
CALLBACK = "/admin/integrations/connection/callback/"


def form(url: str, **values: str) -> dict[str, str]:
    return {
        "name": "Books", "key": "", "setting_base_url": f"{url}/accelo", "setting_auth": "client_credentials",
        "setting_date_form": "unix", "setting_boolean_form": "yes_no", "credential_client_id": SERVICE_ID,
        "credential_client_secret": SERVICE_SECRET, **values,
    }  # fmt: skip


def made(client: Client, url: str, **values: str) -> Connection:
    answer = client.post(ADD, form(url, **values))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Connection.objects.get(key="books")


def text_of(client: Client, connection: Connection) -> str:
    return client.get(f"/admin/integrations/connection/{connection.pk}/change/").content.decode()


def test_saving_tests_and_shows_who_is_connected(admin_client: Client, sandbox: Any) -> None:
    connection = made(admin_client, sandbox.url)
    assert connection.state == Connection.State.CONNECTED
    assert connection.identity in text_of(admin_client, connection)


def test_a_failed_test_is_saved_as_not_connected_with_the_reason(admin_client: Client, sandbox: Any) -> None:
    connection = made(admin_client, sandbox.url, credential_client_secret="wrong-one")
    assert connection.state == Connection.State.SIGN_IN
    assert connection.state_reason
    shown = text_of(admin_client, connection)
    assert "Needs sign-in" in shown and "wrong-one" not in shown


def test_a_secret_is_never_shown_and_an_empty_field_keeps_it(admin_client: Client, sandbox: Any) -> None:
    connection = made(admin_client, sandbox.url)
    shown = text_of(admin_client, connection)
    assert SERVICE_SECRET not in shown and "stored; leave empty to keep" in shown
    change = f"/admin/integrations/connection/{connection.pk}/change/"
    admin_client.post(change, form(sandbox.url, name="Renamed", key="books", credential_client_secret=""))
    connection.refresh_from_db()
    assert connection.name == "Renamed"
    assert connection.credentials["client_secret"] == SERVICE_SECRET
    audit = admin_client.get("/admin/integrations/workspace/audit/?model=connection").content.decode()
    assert "Renamed" in audit and SERVICE_SECRET not in audit


def test_help_texts_are_shown_as_they_are_written(admin_client: Client) -> None:
    assert "https://&lt;deployment&gt;.api.accelo.com" in admin_client.get(ADD).content.decode()


def test_disconnecting_forgets_the_credentials(admin_client: Client, sandbox: Any) -> None:
    connection = made(admin_client, sandbox.url)
    admin_client.post(f"/admin/integrations/connection/{connection.pk}/disconnect/")
    connection.refresh_from_db()
    assert (connection.state, connection.credentials, connection.tokens) == ("disconnected", {}, {})


def test_an_operator_tests_but_does_not_accept_another_account(
    sign_in: Any, admin_client: Client, sandbox: Any
) -> None:
    connection = made(admin_client, sandbox.url)
    Connection.objects.filter(pk=connection.pk).update(identity="other.accelo.com")
    sign_in("operator").post(f"/admin/integrations/connection/{connection.pk}/test/", {"accept_other": "1"})
    connection.refresh_from_db()
    assert connection.identity == "other.accelo.com" and connection.state == Connection.State.SIGN_IN
    assert "moved or replaced on purpose" in text_of(admin_client, connection)
    admin_client.post(f"/admin/integrations/connection/{connection.pk}/test/", {"accept_other": "1"})
    connection.refresh_from_db()
    assert connection.identity != "other.accelo.com" and connection.state == Connection.State.CONNECTED


def browser_connection(client: Client, url: str) -> Connection:
    web = {"credential_client_id": WEB_ID, "credential_client_secret": WEB_SECRET}
    return made(client, url, setting_auth="authorization_code", **web)


def begin(client: Client, connection: Connection) -> dict[str, str]:
    """Press Connect; the query of the vendor's page that the portal leads to."""
    answer = client.post(f"/admin/integrations/connection/{connection.pk}/connect/")
    address = answer.context["address"]
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()} | {"address": address}


def test_connect_leads_to_the_vendor_and_back_to_our_own_page(
    admin_client: Client, sandbox: Any, settings: Any
) -> None:
    connection = browser_connection(admin_client, sandbox.url)
    assert connection.state == Connection.State.NEW
    asked = begin(admin_client, connection)
    assert asked["redirect_uri"] == settings.PORTAL_URL + CALLBACK
    assert len(asked["state"]) > 30


@pytest.mark.parametrize("state", ["", "guessed", None])
def test_a_callback_with_another_state_is_refused(admin_client: Client, sandbox: Any, state: str | None) -> None:
    connection = browser_connection(admin_client, sandbox.url)
    begin(admin_client, connection)
    query = {"code": "stolen"} | ({"state": state} if state is not None else {})
    answer = admin_client.get(CALLBACK, query, follow=True)
    assert "was not begun here" in answer.content.decode()
    connection.refresh_from_db()
    assert connection.tokens == {}


def test_a_state_works_once_and_only_in_its_own_session(admin_client: Client, sign_in: Any, sandbox: Any) -> None:
    connection = browser_connection(admin_client, sandbox.url)
    state = begin(admin_client, connection)["state"]
    stranger = sign_in("operator").get(CALLBACK, {"state": state, "code": "x"}, follow=True)
    assert "was not begun here" in stranger.content.decode()
    first = admin_client.get(CALLBACK, {"state": state, "error": "access_denied"}, follow=True)
    assert "was not approved (access_denied)" in first.content.decode()
    again = admin_client.get(CALLBACK, {"state": state, "code": "x"}, follow=True)
    assert "was not begun here" in again.content.decode()


def test_a_wrong_code_is_told_in_words(admin_client: Client, sandbox: Any) -> None:
    connection = browser_connection(admin_client, sandbox.url)
    state = begin(admin_client, connection)["state"]
    answer = admin_client.get(CALLBACK, {"state": state, "code": "made-up"}, follow=True)
    assert answer.status_code == 200
    connection.refresh_from_db()
    assert connection.state != Connection.State.CONNECTED


def approved(address: str) -> str:
    """Press Approve on the vendor's page; the address that it sends the browser back to."""
    with urlopen(address, timeout=10) as answer:
        page = answer.read().decode()
    link = re.search(r'id="approve" href="([^"]+)"', page)
    assert link
    with pytest.raises(HTTPError) as sent_back:
        build_opener(Stay).open(html.unescape(link[1]), timeout=10)
    with sent_back.value as answer:
        return str(answer.headers["Location"])


class Stay(HTTPRedirectHandler):
    """Does not follow: the answer's address is what the test wants."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def test_approving_at_the_vendor_connects(admin_client: Client, sandbox: Any, settings: Any) -> None:
    connection = browser_connection(admin_client, sandbox.url)
    address = approved(begin(admin_client, connection)["address"])
    assert address.startswith(settings.PORTAL_URL + CALLBACK)
    answer = admin_client.get(address.removeprefix(settings.PORTAL_URL), follow=True)
    connection.refresh_from_db()
    assert connection.state == Connection.State.CONNECTED, answer.content.decode()[:2000]
    assert connection.tokens["access_token"] not in answer.content.decode()


def salesforce_connection(client: Client, url: str) -> Connection:
    """Of the vendor that asks for a proof of who began the sign-in (PKCE)."""
    Control(url, "salesforce").act("settings", pkce_required=True)
    given = {
        "name": "Salesforce", "setting_login_url": f"{url}/salesforce", "setting_api_version": "66.0",
        "setting_auth": "authorization_code", "credential_client_id": ORG_ID, "credential_client_secret": ORG_SECRET,
        "setting_call_share": "50",
    }  # fmt: skip
    client.post("/admin/integrations/connection/add/?vendor=salesforce", given)
    return Connection.objects.get(vendor="salesforce", name="Salesforce")


def allowed(address: str) -> str:
    """Log in at Salesforce and press Allow; the address that it sends the browser back to."""
    with urlopen(address, timeout=10) as answer:
        page = answer.read().decode()
    ticket, user = (re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("ticket", "username"))
    assert ticket and user
    for step, more in (("login", {"username": html.unescape(user[1]), "pw": "x"}), ("consent", {"answer": "allow"})):
        form = urlencode({"ticket": html.unescape(ticket[1]), **more}).encode()
        url = address.partition("?")[0] + f"/{step}"
        try:
            build_opener(Stay).open(url, form, timeout=10).close()
        except HTTPError as sent_back:
            with sent_back:
                return str(sent_back.headers["Location"])
    raise AssertionError("Salesforce did not send the browser back.")


def test_a_sign_in_proves_that_it_was_begun_here(admin_client: Client, sandbox: Any, settings: Any) -> None:
    connection = salesforce_connection(admin_client, sandbox.url)
    asked = begin(admin_client, connection)
    verifier = admin_client.session["sign_in"]["verifier"]
    assert asked["code_challenge_method"] == "S256" and 43 <= len(verifier) <= 128 and verifier not in asked["address"]
    address = allowed(asked["address"])
    answer = admin_client.get(address.removeprefix(settings.PORTAL_URL), follow=True)
    connection.refresh_from_db()
    assert connection.state == Connection.State.CONNECTED, answer.content.decode()[:2000]


def test_a_code_without_the_proof_of_its_own_sign_in_is_worth_nothing(
    admin_client: Client, sandbox: Any, settings: Any
) -> None:
    connection = salesforce_connection(admin_client, sandbox.url)
    address = allowed(begin(admin_client, connection)["address"])
    code = parse_qs(urlsplit(address).query)["code"][0]
    state = begin(admin_client, connection)["state"]  # another sign-in, with a verifier of its own
    admin_client.get(CALLBACK, {"state": state, "code": code})
    connection.refresh_from_db()
    assert connection.state != Connection.State.CONNECTED and connection.tokens == {}


def test_listening_is_offered_where_a_sync_goes_both_ways(
    own: dict[str, Any], two_way_kind: None, sandbox: Any, admin_client: Client
) -> None:
    Control(sandbox.url, "accelo").seed("small")
    connection = make_accelo(own["workspace"], sandbox.url, key="books")
    page = f"/admin/integrations/connection/{connection.pk}/"
    assert "Listen for changes" not in admin_client.get(f"{page}change/").content.decode()
    Sync.objects.filter(pk=make_two_way(own["workspace"]).pk).update(target=connection)
    assert "Listen for changes" in admin_client.get(f"{page}change/").content.decode()
    answer = admin_client.post(f"{page}listen/", {"on": "1"}, follow=True).content.decode()
    assert "Accelo tells the portal of changes" in answer and "Listen no more" in answer
    assert len(Control(sandbox.url, "accelo").act("webhooks")["subscriptions"]) == 4
    admin_client.post(f"{page}disconnect/")
    connection.refresh_from_db()
    assert Control(sandbox.url, "accelo").act("webhooks")["subscriptions"] == [] and connection.credentials == {}
