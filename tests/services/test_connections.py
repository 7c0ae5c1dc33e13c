from __future__ import annotations

from typing import Any

import pytest

from integrations.core.errors import ConfigError, PortalError
from integrations.models import Connection, Incident, Run
from integrations.sandbox import Control
from integrations.services.connections import (
    connection_disconnect,
    connection_missing,
    connection_save,
    connection_test,
    connection_used_by,
    credentials_rotate,
)
from integrations.services.incidents import incident_open
from integrations.vendors.accountsiq.sandbox.access import SECOND_ENTITY
from tests.factories import make_accelo, make_data_sync, make_expense_sync, make_ieatta, make_workspace, run_sync

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accelo(sandbox: Any) -> Connection:
    Control(sandbox.url, "accelo").seed("small")
    return make_accelo(make_workspace(), sandbox.url)


def test_a_test_shows_who_and_what_is_connected(accelo: Connection) -> None:
    accelo.state = Connection.State.NEW
    checked = connection_test(connection=accelo)
    accelo.refresh_from_db()
    assert accelo.state == Connection.State.CONNECTED and accelo.identity == checked.identity != ""
    assert accelo.facts and accelo.checked_at and accelo.account["time_zone"] == "Australia/Sydney"


def test_a_failed_test_says_why_and_keeps_what_was_known(accelo: Connection) -> None:
    connection_test(connection=accelo)
    connection_save(connection=accelo, credentials={"client_secret": "wrong"})
    with pytest.raises(ConfigError, match="client_secret"):
        connection_test(connection=accelo)
    accelo.refresh_from_db()
    assert accelo.state == Connection.State.SIGN_IN and "client_secret" in accelo.state_reason and accelo.identity


def test_a_passing_disturbance_does_not_sign_anybody_out(accelo: Connection, sandbox: Any, settings: Any) -> None:
    settings.PORTAL_HTTP_WAIT_SECONDS = 0.01
    sandbox.down()
    with pytest.raises(PortalError):
        connection_test(connection=accelo)
    accelo.refresh_from_db()
    assert accelo.state == Connection.State.CONNECTED and "could not be reached" in accelo.state_reason


def test_another_account_is_refused_unless_confirmed(accelo: Connection, sandbox: Any) -> None:
    connection_test(connection=accelo)
    Connection.objects.filter(pk=accelo.pk).update(identity="other.accelo.com")
    accelo.refresh_from_db()
    with pytest.raises(ConfigError, match="wrong account"):
        connection_test(connection=accelo)
    connection_test(connection=accelo, accept_other=True)


def test_a_successful_test_closes_the_connections_incident(accelo: Connection) -> None:
    subject = f"connection:{accelo.pk}"
    incident_open(workspace=accelo.workspace, subject=subject, kind="config", message="x", connection=accelo)
    connection_test(connection=accelo)
    assert not Incident.objects.filter(closed_at=None).exists()


def test_new_credentials_end_old_tokens_and_empty_ones_keep_what_is_stored(accelo: Connection) -> None:
    connection_test(connection=accelo)
    accelo.refresh_from_db()
    connection_save(connection=accelo, credentials={"client_secret": ""})
    accelo.refresh_from_db()
    assert accelo.tokens["access_token"] and accelo.credentials["client_secret"] == "sandbox-service-secret"
    connection_save(connection=accelo, credentials={"client_secret": "new"})
    accelo.refresh_from_db()
    assert accelo.tokens == {} and accelo.credentials["client_secret"] == "new"


def test_disconnecting_forgets_everything_and_revokes_the_token(accelo: Connection, sandbox: Any) -> None:
    connection_test(connection=accelo)
    accelo.refresh_from_db()
    assert connection_disconnect(connection=accelo) == ""
    accelo.refresh_from_db()
    assert (accelo.credentials, accelo.tokens, accelo.state) == ({}, {}, Connection.State.DISCONNECTED)
    assert any(call["path"].endswith("/revoke") for call in Control(sandbox.url, "accelo").calls())
    with pytest.raises(ConfigError, match="Fill in"):
        connection_test(connection=accelo)


def test_what_is_not_filled_in_is_named(sandbox: Any) -> None:
    connection = make_ieatta(make_workspace(), sandbox.url)
    assert connection_missing(connection) == []
    connection.credentials = {}
    assert len(connection_missing(connection)) == 2


def test_a_connection_knows_the_syncs_that_need_it(sandbox: Any) -> None:
    sync = make_expense_sync(sandbox.url)
    assert connection_used_by(sync.source) == connection_used_by(sync.target) == [sync]


def test_rotation_keeps_every_credential(accelo: Connection) -> None:
    before = dict(accelo.credentials)
    assert credentials_rotate() == 1
    assert Connection.objects.get().credentials == before


def test_the_account_of_a_good_run_is_the_connections_though_nobody_tested_it(sandbox: Any) -> None:
    Control(sandbox.url, "accountsiq").seed("small")
    sync = make_data_sync(sandbox.url)
    run_sync(sync)
    Connection.objects.filter(pk=sync.source_id).update(settings={**sync.source.settings, "entity": SECOND_ENTITY})
    held = run_sync(sync)
    assert held.status == Run.Status.HELD and "the setting entity was changed from HARBOUR_LANE" in held.message


def test_no_run_works_with_an_account_that_was_set_or_refused_since_the_last_good_test(sandbox: Any) -> None:
    Control(sandbox.url, "accountsiq").seed("small")
    Control(sandbox.url, "expensein").seed("small")
    sync = make_data_sync(sandbox.url)
    connection_test(connection=sync.source)
    assert run_sync(sync).status == Run.Status.DONE
    state = Control(sandbox.url, "expensein").act("state")
    Connection.objects.filter(pk=sync.source_id).update(settings={**sync.source.settings, "entity": SECOND_ENTITY})
    changed = Connection.objects.get(pk=sync.source_id)
    for words in ("the setting entity was changed", "the connection belongs to HARBOUR_LANE"):
        held = run_sync(sync)
        assert held.status == Run.Status.HELD and words in held.message
        assert Control(sandbox.url, "expensein").act("state") == state
        with pytest.raises(ConfigError, match="confirm that the account was moved"):
            connection_test(connection=changed)
    Connection.objects.filter(pk=sync.source_id).update(settings=sync.source.settings)
    assert run_sync(sync).status == Run.Status.DONE, "the right one again needs no test"
