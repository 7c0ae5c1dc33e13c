"""Changes that a vendor tells of: subscribing, and what a delivery may bring about."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.core.errors import ConfigError, PortalError
from integrations.models import Connection, Run, Sync
from integrations.sandbox import Control
from integrations.services.connections import connection_test
from integrations.services.hints import bring_forward, hints_listen, hints_stop, listens
from tests.factories import make_accelo, make_data_sync, make_ieatta, make_workspace
from tests.two_way import make_two_way

pytestmark = pytest.mark.django_db
BODY = b"id=77&resource_url=https%3A%2F%2Fplanet-express.api.accelo.com%2Fapi%2Fv0%2Fcompanies%2F77"


@pytest.fixture
def sync(db: None, two_way_kind: None, sandbox: Any) -> Sync:
    Control(sandbox.url, "accelo").seed("small")
    workspace = make_workspace()
    make_accelo(workspace, sandbox.url)
    return make_two_way(workspace)


@pytest.fixture
def accelo(sync: Sync) -> Connection:
    return sync.target


def subscriptions(sandbox: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = Control(sandbox.url, "accelo").act("webhooks")["subscriptions"]
    return found


def path(address: str) -> str:
    return "/" + address.split("/", 3)[3]


def deliver(address: str, connection: Connection, body: bytes = BODY, secret: str = "") -> int:
    connection.refresh_from_db()
    key = secret or connection.credentials["hook_secret"]
    signature = hmac.new(key.encode(), body, hashlib.sha1).hexdigest()
    answer = Client(enforce_csrf_checks=True).post(
        path(address), body, content_type="application/x-www-form-urlencoded", headers={"X-Hub-Signature": signature}
    )
    assert answer.content == b""
    return answer.status_code


def test_a_change_brings_the_next_run_forward_at_most_once_a_minute(
    sync: Sync, accelo: Connection, sandbox: Any
) -> None:
    assert hints_listen(connection=accelo) == 4
    made = subscriptions(sandbox)
    assert {one["event_id"] for one in made} == {"create_company", "update_company", "create_contact", "update_contact"}
    address = made[0]["trigger_url"]
    assert [deliver(address, accelo), deliver(address, accelo)] == [204, 204]
    assert Run.objects.get().trigger == "hint"
    Run.objects.update(status="done", finished_at=timezone.now())
    assert deliver(address, accelo) == 204 and Run.objects.count() == 1
    Run.objects.update(created_at=timezone.now() - timedelta(seconds=61))
    assert deliver(address, accelo) == 204 and Run.objects.count() == 2


def test_what_is_not_signed_with_the_secret_brings_nothing_about(sync: Sync, accelo: Connection, sandbox: Any) -> None:
    hints_listen(connection=accelo)
    address = subscriptions(sandbox)[0]["trigger_url"]
    assert deliver(address, accelo, secret="guessed") == 204
    assert Client().post(path(address), BODY, content_type="text/plain").status_code == 204
    assert deliver(address, accelo, body=b"x" * 70_000) == 413
    assert Client().get(path(address)).status_code == 405
    assert not Run.objects.exists()


def test_an_address_that_nobody_listens_at_says_that_it_is_gone(sync: Sync, accelo: Connection, sandbox: Any) -> None:
    hints_listen(connection=accelo)
    old = subscriptions(sandbox)[0]["trigger_url"]
    hints_listen(connection=accelo)
    new = subscriptions(sandbox)
    assert len(new) == 4 and old not in {one["trigger_url"] for one in new}
    assert deliver(old, accelo) == 410
    assert hints_stop(connection=accelo) == "" and subscriptions(sandbox) == []
    assert deliver(new[0]["trigger_url"], accelo, secret="any") == 410
    assert not Run.objects.exists()


def test_neither_the_address_nor_the_secret_can_be_read_from_the_database(accelo: Connection, sandbox: Any) -> None:
    hints_listen(connection=accelo)
    accelo.refresh_from_db()
    token = subscriptions(sandbox)[0]["trigger_url"].rstrip("/").rpartition("/")[2]
    assert token not in str(accelo.account) and accelo.credentials["hook_secret"] not in str(accelo.account)


def test_a_test_of_the_connection_keeps_what_is_subscribed(accelo: Connection) -> None:
    hints_listen(connection=accelo)
    connection_test(connection=accelo)
    accelo.refresh_from_db()
    assert listens(accelo) and len(accelo.account["hooks"]["ids"]) == 4


def test_a_subscription_that_fails_midway_leaves_none(accelo: Connection, sandbox: Any) -> None:
    Control(sandbox.url, "accelo").faults(
        {"match": "POST /webhooks/subscriptions", "do": "html", "nth": 3, "times": -1}
    )
    with pytest.raises(PortalError):
        hints_listen(connection=accelo)
    accelo.refresh_from_db()
    assert subscriptions(sandbox) == [] and not listens(accelo) and "hook_secret" not in accelo.credentials


def test_a_vendor_that_tells_nothing_is_not_listened_to(db: None) -> None:
    with pytest.raises(ConfigError, match="cannot tell the portal"):
        hints_listen(connection=make_ieatta(make_workspace(), "http://127.0.0.1:1"))


@pytest.mark.parametrize("values", [{"enabled": False}, {"schedule": ""}])
def test_a_sync_that_rests_is_not_woken(sync: Sync, values: dict[str, Any]) -> None:
    Sync.objects.filter(pk=sync.pk).update(**values)
    sync.refresh_from_db()
    assert bring_forward(sync) is None and not Run.objects.exists()


def test_what_is_held_stays_held(sync: Sync) -> None:
    Run.objects.create(workspace=sync.workspace, sync=sync, status="held", created_at=timezone.now())
    Run.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert bring_forward(sync) is None and Run.objects.get().status == "held"


def test_a_sync_that_goes_one_way_is_left_to_its_schedule(db: None) -> None:
    assert bring_forward(make_data_sync("http://127.0.0.1:1")) is None
