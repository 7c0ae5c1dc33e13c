"""Workspaces are apart: all admin addresses, all roles, and a foreign workspace."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.admin.addresses import COMMON, RIGHTS, Address, addresses, of_installation, of_workspaces
from tests.admin.world import MARK, fill
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ROLES = ("viewer", "operator", "admin")
LEVEL = {"viewer": 1, "operator": 2, "admin": 3, "superuser": 4}
READ_ONLY = (
    "fieldconflict",
    "import",
    "incident",
    "intent",
    "mapping",
    "message",
    "run",
    "tag",
    "taglist",
    "tagupload",
)


@pytest.fixture
def own() -> dict[str, Any]:
    return fill("own", "Own")


@pytest.fixture
def foreign() -> dict[str, Any]:
    return fill("foreign", MARK)


def client_of(role: str, rows: dict[str, Any]) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(make_user(f"a-{role}", rows["workspace"], role))
    return client


def body(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode("utf-8", "replace") + answer.get("Location", ""))


def test_every_address_is_covered() -> None:
    """A new address needs a line in addresses.py: which role may use it."""
    known = {one.name for one in addresses() if one.name in RIGHTS or one.name in COMMON or of_installation(one)}
    unknown = {one.name for one in addresses() if one.name and one.name not in known}
    assert unknown == set()
    assert set(RIGHTS) - {one.name for one in addresses()} == set()


@pytest.mark.parametrize("role", ROLES)
def test_a_foreign_object_is_not_there(role: str, own: dict[str, Any], foreign: dict[str, Any]) -> None:
    client = client_of(role, own)
    for address in of_workspaces():
        if not address.takes_object:
            continue
        url = address.at(foreign[address.model].pk)
        for answer in (client.get(url), client.post(url, {"post": "yes", "do": "retry"})):
            assert answer.status_code == 404, (role, url, answer.status_code)
            assert MARK not in body(answer), url


@pytest.mark.parametrize("role", ROLES)
def test_a_foreign_object_looks_like_a_missing_one(role: str, own: dict[str, Any], foreign: dict[str, Any]) -> None:
    client = client_of(role, own)
    for address in of_workspaces():
        if address.takes_object:
            here, nowhere = (client.get(address.at(pk)) for pk in (foreign[address.model].pk, 987654))
            assert here.status_code == nowhere.status_code == 404, address.route


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_a_foreign_row(role: str, own: dict[str, Any], foreign: dict[str, Any]) -> None:
    client = client_of(role, own)
    for address in of_workspaces():
        pk = own[address.model].pk if address.takes_object else ""
        for query in ("", "?q=ZULU", f"?sync={foreign['sync'].pk}", "?vendor=accelo"):
            answer = client.get(address.at(pk) + query)
            assert answer.status_code < 500, address.route
            assert MARK not in body(answer), (role, address.route, query)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_what_it_may(role: str, own: dict[str, Any]) -> None:
    client = client_of(role, own)
    for address in of_workspaces():
        method, least = RIGHTS[address.name]
        pk = own[address.model].pk if address.takes_object else ""
        url = address.at(pk) + record_query(address, own)
        answer = client.get(url) if method == "GET" else client.post(url, {"mapping": own["mapping"].pk})
        allowed = LEVEL[role] >= LEVEL[least]
        assert (answer.status_code != 403) == allowed, (role, address.name, answer.status_code)
        assert answer.status_code in (200, 286, 302, 403), (role, address.name, answer.status_code)


def record_query(address: Address, rows: dict[str, Any]) -> str:
    wanted = {"stream": rows["link"].stream, "id": rows["link"].source_id}
    return f"?{urlencode(wanted)}" if address.name == "integrations_sync_record" else ""


@pytest.mark.parametrize("role", ROLES)
def test_only_admins_write_settings(role: str, own: dict[str, Any]) -> None:
    client = client_of(role, own)
    for address in of_workspaces():
        if not address.name.endswith(("_add", "_change", "_delete")):
            continue
        pk = own[address.model].pk if address.takes_object else ""
        answer = client.post(address.at(pk), {"post": "yes"})
        if role != "admin":
            assert answer.status_code in (403, 405), (role, address.name, answer.status_code)


def test_what_only_reads_refuses_a_post(own: dict[str, Any]) -> None:
    client = client_of("admin", own)
    for address in of_workspaces():
        if address.model in READ_ONLY and address.name.endswith(("_add", "_delete")):
            pk = own[address.model].pk if address.takes_object else ""
            assert client.post(address.at(pk), {"post": "yes"}).status_code == 403, address.name


def test_what_a_button_does_is_not_done_by_a_link(own: dict[str, Any]) -> None:
    client = client_of("admin", own)
    for address in of_workspaces():
        if RIGHTS[address.name][0] == "POST":
            assert client.get(address.at(own[address.model].pk)).status_code == 405, address.name


@pytest.mark.parametrize("role", ROLES)
def test_the_installation_is_for_superusers(role: str, own: dict[str, Any]) -> None:
    client = client_of(role, own)
    for address in addresses():
        if of_installation(address):
            url = address.at(1)
            assert client.get(url).status_code in (302, 403, 404), url
            assert client.post(url, {"post": "yes"}).status_code in (302, 403, 404), url


def test_nobody_adds_a_schedule_or_sends_a_task_again(own: dict[str, Any]) -> None:
    client = Client()
    client.force_login(make_user("root", is_superuser=True))
    for address in addresses():
        if address.name.startswith("django_q_") and address.name.endswith(("_add", "_delete")):
            answer = client.post(address.at(1), {"post": "yes"})
            assert answer.status_code in (302, 403, 404), address.name
        if address.name.startswith("django_q_") and address.name.endswith("_changelist"):
            assert client.get(address.at("")).status_code == 200
            page = client.post(address.at(""), {"action": "resubmit_task", "_selected_action": "1"})
            assert page.status_code in (200, 302, 403)


@pytest.mark.parametrize("role", ROLES)
def test_common_pages_show_nothing_foreign(role: str, own: dict[str, Any], foreign: dict[str, Any]) -> None:
    client = client_of(role, own)
    pages = [
        "/admin/",
        "/admin/integrations/",
        f"/admin/search/?s={MARK.lower()}&extended=1",
        "/admin/password_change/",
    ]
    for app, model, field in [("integrations", "sync", "source"), ("integrations", "mapping", "sync")]:
        pages.append(f"/admin/autocomplete/?app_label={app}&model_name={model}&field_name={field}&term=")
    for url in pages:
        assert MARK not in body(client.get(url)).replace(MARK.lower(), ""), url


@pytest.mark.parametrize("role", ROLES)
def test_the_foreign_workspace_cannot_be_entered(role: str, own: dict[str, Any], foreign: dict[str, Any]) -> None:
    client = client_of(role, own)
    answer = client.post("/admin/integrations/workspace/switch/", {"workspace": foreign["workspace"].pk})
    assert answer.status_code == 404
    assert MARK not in body(client.get("/admin/integrations/sync/"))


def test_foreign_rows_in_forms_are_not_touched(own: dict[str, Any], foreign: dict[str, Any]) -> None:
    """Ids of another workspace's rows, sent with a form for an own object."""
    client = client_of("admin", own)
    sync = own["sync"].pk
    base = f"/admin/integrations/sync/{sync}"
    decide = client.post(
        f"{base}/mappings/decide/", {"kind": "category", "mapping": foreign["mapping"].pk, "do": "ignore"}
    )
    assert decide.status_code == 404
    client.post(f"{base}/mappings/confirm/", {"kind": "category", "row": foreign["mapping"].pk})
    client.post(f"{base}/records/act/", {"link": foreign["link"].pk, "do": "ignore"})
    client.post(f"/admin/integrations/run/{own['run'].pk}/act/", {"item": foreign["runitem"].pk, "do": "ignore"})
    add = {"name": "x", "source": foreign["connection"].pk, "target": foreign["target"].pk, "schedule": ""}
    assert client.post("/admin/integrations/sync/add/?kind=ieatta_accelo", add).status_code == 200
    for name in ("mapping", "link", "runitem", "sync"):
        before = stored(foreign[name])
        foreign[name].refresh_from_db()
        assert stored(foreign[name]) == before
    assert own["workspace"].syncs.count() == 1


def stored(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_somebody_without_a_workspace_sees_only_what_to_do(foreign: dict[str, Any]) -> None:
    client = Client()
    client.force_login(make_user("nobody"))
    assert "not a member of any workspace" in body(client.get("/admin/"))
    for address in of_workspaces():
        url = address.at(foreign[address.model].pk if address.takes_object else "")
        answer = client.get(url)
        assert answer.status_code in (302, 403, 404), url
        assert MARK not in body(answer)


def test_a_stranger_is_asked_to_sign_in(own: dict[str, Any]) -> None:
    for address in of_workspaces():
        answer = Client().get(address.at(own[address.model].pk if address.takes_object else ""))
        assert answer.status_code == 302 and "/admin/login/" in answer["Location"], address.route


def test_a_member_of_two_enters_the_one_whose_object_is_opened(own: dict[str, Any], foreign: dict[str, Any]) -> None:
    from integrations.models import Membership

    client = Client()
    user = make_user("both", own["workspace"], "admin")
    Membership.objects.create(workspace=foreign["workspace"], user=user, role="viewer")
    client.force_login(user)
    assert client.get(f"/admin/integrations/sync/{foreign['sync'].pk}/change/").status_code == 200
    assert MARK in body(client.get("/admin/integrations/sync/"))
    assert client.post(f"/admin/integrations/sync/{foreign['sync'].pk}/run/").status_code == 403
    client.post("/admin/integrations/workspace/switch/", {"workspace": own["workspace"].pk})
    assert f"{MARK} Ieatta" not in body(client.get("/admin/integrations/connection/"))
    assert client.post(f"/admin/integrations/sync/{own['sync'].pk}/run/").status_code == 302
