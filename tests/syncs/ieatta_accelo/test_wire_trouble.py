"""Trouble that has a name: credentials, permissions, addresses, allowances, files. Who is flagged, who is told, how it
heals."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Connection, Incident, Run
from integrations.services.connections import connection_save, connection_test
from integrations.vendors.accelo.sandbox import SERVICE_ID, SERVICE_SECRET
from integrations.vendors.ieatta.sandbox.state import SECRET
from tests.syncs.ieatta_accelo.accounts import Accounts
from tests.syncs.ieatta_accelo.wire import (
    UNDISTURBED,
    assert_recovers,
    assert_told,
    busy_accounts,
    configure,
    said,
    strike,
)

pytestmark = pytest.mark.django_db(transaction=True)
SIGN_IN = Connection.State.SIGN_IN


@pytest.fixture(autouse=True)
def impatient(settings: Any) -> None:
    settings.PORTAL_HTTP_READ_SECONDS = 0.2
    settings.PORTAL_HTTP_WAIT_SECONDS = 0.01


@pytest.fixture
def accounts(sandbox: Any) -> Accounts:
    accounts = busy_accounts(sandbox.url)
    workspace = accounts.sync.workspace
    workspace.notify = "ops@acme.example"
    workspace.save()
    return accounts


def flagged() -> dict[str, str]:
    """Connections that are not connected, and why."""
    rows = Connection.objects.exclude(state=Connection.State.CONNECTED)
    return dict(rows.values_list("key", "state_reason"))


def assert_needs_a_person(run: Run, key: str, *words: str) -> None:
    assert (run.status, run.error_kind) == (Run.Status.HELD, "config"), run.message
    assert list(flagged()) == [key]
    assert Connection.objects.get(key=key).state == SIGN_IN
    for word in words:
        assert word in run.message
    incident = Incident.objects.get(closed_at=None)
    assert incident.connection and incident.connection.key == key and run.message in incident.message
    assert_told(run)


def subjects(smtp: Any) -> list[str]:
    return [str(message["Subject"]) for message in smtp.messages]


# --- credentials ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["revoked", "expired"])
def test_an_accelo_token_that_ended_is_renewed_once_in_the_middle_of_a_run(accounts: Accounts, when: str) -> None:
    connection_test(connection=Connection.objects.get(key="accelo"))
    if when == "revoked":
        accounts.accelo.act("revoke_tokens")
    else:
        accounts.accelo.shift(31 * 86_400)
    accounts.accelo.clear_calls()
    run = accounts.run()
    assert run.status == Run.Status.DONE
    assert sum("oauth2" in call["path"] for call in accounts.accelo.calls()) == 1
    accounts.accelo.shift(0)
    assert_recovers(accounts)


def test_a_revoked_secret_at_accelo_is_told_once_and_heals_when_it_is_entered_anew(
    accounts: Accounts, smtp: Any
) -> None:
    accounts.accelo.act("apps", **{SERVICE_ID: {"secret": "made-anew", "kind": "service"}})
    run = accounts.run()
    assert_needs_a_person(run, "accelo", "credentials", "client_secret")
    again = accounts.next_hour()
    assert again.pk == run.pk and again.attempt == 2, "no runs pile up"
    assert len(subjects(smtp)) == 1 and "credentials" in subjects(smtp)[0]
    target = Connection.objects.get(key="accelo")
    connection_save(connection=target, credentials={"client_secret": "made-anew"})
    connection_test(connection=target)
    assert not Incident.objects.filter(closed_at=None).exists()
    assert "Healed" in subjects(smtp)[-1] and len(smtp.messages) == 2
    run.refresh_from_db()
    assert run.resume_at and run.resume_at <= run.created_at.now(run.resume_at.tzinfo), "it goes on at once"
    assert_recovers(accounts)
    assert len(smtp.messages) == 2
    assert Run.objects.filter(status=Run.Status.HELD).count() == 0


@pytest.mark.parametrize("how", ["body401", "http401", "body500"])
def test_a_regenerated_ieatta_secret_is_recognised_however_it_is_answered(
    accounts: Accounts, smtp: Any, how: str
) -> None:
    accounts.ieatta.act("settings", auth_error=how)
    new = accounts.ieatta.act("regenerate_secret")["partner_user_secret"]
    run = accounts.run()
    assert_needs_a_person(run, "ieatta", "secret")
    assert accounts.accelo.calls() == []
    accounts.next_hour()
    assert len(smtp.messages) == 1
    source = Connection.objects.get(key="ieatta")
    connection_save(connection=source, credentials={"partner_user_secret": new})
    assert_recovers(accounts)
    assert len(smtp.messages) == 2


def test_credentials_that_were_taken_away_stop_the_run_before_any_call(accounts: Accounts) -> None:
    Connection.objects.filter(key="ieatta").update(credentials={})
    run = accounts.run()
    assert (run.status, run.error_kind) == (Run.Status.HELD, "config") and "partner user id" in run.message
    assert accounts.ieatta.calls() == accounts.accelo.calls() == []


# --- permissions, addresses, options -------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["invalid_permission", "invalid_scope"])
def test_a_scope_for_reading_only_says_which_scope_to_set(accounts: Accounts, word: str) -> None:
    accounts.accelo.act("settings", scope_error=word)
    configure(accounts, "accelo", scope="read(all)")
    run = accounts.run()
    assert_needs_a_person(run, "accelo", "reading only", "write(all)")
    configure(accounts, "accelo", scope="")
    assert_recovers(accounts)


def test_a_user_who_may_not_see_the_projects_is_told_so(accounts: Accounts) -> None:
    accounts.accelo.act("settings", refused_lists=["jobs"])
    run = accounts.run()
    assert_needs_a_person(run, "accelo", "may not")
    accounts.accelo.act("settings", refused_lists=[])
    assert_recovers(accounts)


@pytest.mark.parametrize("address", ["/acm", "/receipts", "/acme/api/v1", "?"])
def test_a_wrong_base_address_of_accelo_says_what_belongs_there(accounts: Accounts, address: str) -> None:
    right = Connection.objects.get(key="accelo").settings["base_url"]
    configure(accounts, "accelo", base_url=f"{right}{address}")
    run = accounts.run()
    assert_needs_a_person(run, "accelo", "base_url", "api.accelo.com")
    configure(accounts, "accelo", base_url=right)
    assert_recovers(accounts)


@pytest.mark.parametrize("address", ["/nowhere", ""])
def test_a_wrong_base_address_of_ieatta_says_which_setting_to_check(accounts: Accounts, address: str) -> None:
    right = Connection.objects.get(key="ieatta").settings["base_url"]
    configure(accounts, "ieatta", base_url=f"{accounts.url}{address}/x")
    run = accounts.run()
    assert_needs_a_person(run, "ieatta", "base_url")
    configure(accounts, "ieatta", base_url=right)
    assert_recovers(accounts)


def test_a_private_address_that_the_installation_does_not_allow_is_not_called(
    accounts: Accounts, settings: Any
) -> None:
    settings.PORTAL_ALLOWED_PRIVATE_HOSTS = []
    run = accounts.run()
    assert_needs_a_person(run, "ieatta", "https://", "PORTAL_ALLOWED_PRIVATE_HOSTS")
    assert accounts.ieatta.calls() == []


def test_a_wrong_option_of_the_sync_is_laid_at_no_connection(accounts: Accounts) -> None:
    accounts.sync.options = {"default_against": "nonsense"}
    accounts.sync.save()
    run = accounts.run()
    assert (run.status, run.error_kind) == (Run.Status.HELD, "config")
    assert flagged() == {}
    incident = Incident.objects.get(closed_at=None)
    assert incident.connection is None and incident.subject == f"sync:{accounts.sync.pk}:run"
    accounts.sync.options = {}
    accounts.sync.save()
    assert_recovers(accounts)


def test_a_quiet_run_does_not_heal_a_connection_that_it_never_asked(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url)
    accounts.expense()
    accounts.run()
    Connection.objects.filter(key="accelo").update(state=Connection.State.DISCONNECTED)
    assert accounts.run().status == Run.Status.DONE
    assert Connection.objects.get(key="accelo").state == Connection.State.DISCONNECTED


# --- allowances ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("retry_after", [True, False], ids=["Retry-After", "X-RateLimit-Reset only"])
def test_an_exhausted_hour_at_accelo_holds_the_run_until_its_end(accounts: Accounts, retry_after: bool) -> None:
    accounts.accelo.act("settings", limit=4, window_seconds=900, retry_after_on_429=retry_after)
    run = accounts.run()
    assert (run.status, run.error_kind) == (Run.Status.HELD, "budget")
    assert "allow" in run.message and list(flagged()) == ["accelo"]
    assert Connection.objects.get(key="accelo").state == Connection.State.HELD
    assert run.resume_at is not None
    seconds = (run.resume_at - run.created_at).total_seconds()
    assert 800 < seconds < 920
    assert not Incident.objects.exists(), "nobody has to do anything"
    accounts.accelo.act("settings", limit=5000)
    assert_recovers(accounts)


@pytest.mark.parametrize("how", ["http", "body"])
def test_a_rate_limit_at_ieatta_is_a_pause_of_ten_seconds(accounts: Accounts, how: str) -> None:
    accounts.ieatta.act("settings", rate_as=how, windows=[[0, 10.0]])
    run = accounts.run()
    assert (run.status, run.error_kind) == (Run.Status.HELD, "transient") and "pause" in run.message
    assert run.resume_at and 9 <= (run.resume_at - run.created_at).total_seconds() <= 15
    accounts.ieatta.act("settings", windows=[])
    assert_recovers(accounts)


# --- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("switches", "words"),
    [
        ({"never_ready": True}, "not finished the export"),
        ({"never_ready": True, "not_ready_as": "404"}, "does not know the export file"),
        ({"truncate": 9}, "cut short"),
        ({"truncate": 400}, "cut short"),
    ],
    ids=["never ready", "never found", "without its end mark", "half a line"],
)
def test_an_export_file_that_is_not_whole_is_not_used_at_all(
    accounts: Accounts, switches: dict[str, Any], words: str
) -> None:
    before = accounts.held
    accounts.ieatta.act("settings", **switches)
    run = accounts.run()
    assert (run.status, run.error_kind) == (Run.Status.HELD, "transient") and words in run.message
    assert accounts.held == before and accounts.accelo.calls() == []
    accounts.ieatta.act("settings", never_ready=False, not_ready_as="empty", truncate=0)
    assert_recovers(accounts)


# --- nobody answers ------------------------------------------------------------------------------------------------


def test_vendors_that_cannot_be_reached_hold_the_run_and_are_told_when_it_lasts(
    accounts: Accounts, sandbox: Any, smtp: Any
) -> None:
    sandbox.down()
    run = accounts.run()
    assert (run.status, run.error_kind) == (Run.Status.HELD, "transient")
    assert "could not be reached" in run.message and "Nothing was sent" in run.message
    assert not smtp.messages, "a short disturbance bothers nobody"
    for _ in range(3):
        accounts.next_hour()
    assert len(smtp.messages) == 1 and Incident.objects.filter(closed_at=None).count() == 1
    sandbox.up()
    assert_recovers(accounts)
    assert Run.objects.filter(status=Run.Status.DONE).count() == 3, "one run covered the gap"
    assert "Healed" in subjects(smtp)[-1]


def test_alike_expenses_whose_answers_were_lost_are_told_apart(accounts: Accounts) -> None:
    for number in (6, 7):
        accounts.expense(number, comment="Same", tag="P-1", reportID="R00ABCDEFGH2")
    strike(accounts, "create", "reset after the work", times=4)
    run = accounts.run()
    assert run.status == Run.Status.HELD
    accounts.accelo.faults()
    accounts.next_hour()
    assert sum(row["title"] == "Same" for row in accounts.held) == 2
    assert len(accounts.held) == len(UNDISTURBED) + 2
    accounts.assert_settled()


def test_no_message_ever_holds_a_secret(accounts: Accounts) -> None:
    for call, fault in (("order", "page with 200"), ("token", "500"), ("create", "cut-off body")):
        strike(accounts, call, fault)
        run = accounts.run()
        for text in said(run):
            assert SECRET not in text and SERVICE_SECRET not in text
