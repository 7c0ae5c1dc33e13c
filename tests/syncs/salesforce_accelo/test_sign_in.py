"""A person's sign-in that runs depend on: renewed by one worker, ended by Salesforce, leading to another org."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.core.errors import ConfigError
from integrations.models import Connection, Incident, Run, Sync
from integrations.services.connections import connection_save, connection_test
from integrations.services.runs import run_enqueue, runs_reap
from integrations.services.sign_in import sign_in_address, sign_in_finish
from integrations.services.work import run_work
from integrations.vendors.salesforce.ids import to18
from tests.crowd import Crowd
from tests.processes import wait_until
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts
from tests.vendors.salesforce.browser import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
WHO = "alex.morgan@acme.example"
BACK = "http://localhost/back"
VERIFIER = "v" * 64


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    crowd = Crowd()
    yield crowd
    crowd.disperse()


class SignedIn(Accounts):
    """The connection to Salesforce was made by a person in the browser; one company is linked. Its refresh tokens are
    good for one use."""

    def __init__(self, url: str) -> None:
        super().__init__(url, **BOTH)
        self.salesforce.act("settings", rotate_refresh_tokens=True)
        connection = self.connection
        connection.settings = {**connection.settings, "auth": "authorization_code"}
        connection.save()
        self.connect()
        self.id = self.account("Harbour Trust", Phone="1")
        assert self.run().status == Run.Status.DONE

    @property
    def connection(self) -> Connection:
        return Connection.objects.get(pk=self.sync.source_id)

    def connect(self, **more: Any) -> None:
        """What the Connect button does."""
        told = sign_in(self.address(), WHO)
        sign_in_finish(
            connection=self.connection, code=told["code"], redirect_uri=BACK, verifier=VERIFIER, **more
        )  # fmt: skip

    def connect_elsewhere(self) -> None:
        """The same person gives the same application access, for another portal."""
        told = sign_in(self.address(), WHO)
        other = Connection.objects.create(
            workspace=self.sync.workspace, key="elsewhere", name="Elsewhere", vendor="salesforce",
            settings=self.connection.settings, credentials=self.connection.credentials,
        )  # fmt: skip
        sign_in_finish(connection=other, code=told["code"], redirect_uri=BACK, verifier=VERIFIER)
        Connection.objects.filter(pk=other.pk).delete()

    def address(self) -> str:
        return sign_in_address(connection=self.connection, state="s", redirect_uri=BACK, verifier=VERIFIER)

    def asked(self) -> list[str]:
        """Paths called at Salesforce since the last run began, and at Accelo."""
        calls = [*self.salesforce.calls(), *self.accelo.calls()]
        return [call["path"].rpartition("/services/")[2] or call["path"] for call in calls]

    def run(self, **values: Any) -> Run:
        self.salesforce.clear_calls()
        return super().run(**values)

    def held_again(self) -> Run:
        """The run that waits for a repair is due once more."""
        self.salesforce.clear_calls()
        self.accelo.clear_calls()
        Run.objects.filter(status=Run.Status.HELD).update(resume_at=None, status=Run.Status.QUEUED)
        run = Run.objects.get(status=Run.Status.QUEUED)
        run_work(run.pk, slice_seconds=None)
        run.refresh_from_db()
        return run

    def other_org(self, id: str) -> None:
        """The application's tokens lead there from now on."""
        self.salesforce.act("other_org", id=id)


def open_incidents() -> list[str]:
    return list(Incident.objects.filter(closed_at=None).values_list("message", flat=True))


# --- one renewal ---------------------------------------------------------------------------------------------------


def test_runs_of_two_workers_whose_session_has_ended_renew_it_once(sandbox: Any, crowd: Crowd) -> None:
    """A second use of the same refresh token would end the grant."""
    accounts = SignedIn(sandbox.url)
    twin = Sync.objects.get(pk=accounts.sync.pk)
    twin.pk, twin.key, twin.name, twin.memory, twin.options = None, "twin", "Twin", {}, {}
    twin.save()
    before = accounts.connection.tokens
    runs = [run_enqueue(sync=sync, wake=False) for sync in (accounts.sync, twin)]
    accounts.salesforce.clear_calls()
    accounts.salesforce.act("expire_tokens")
    accounts.salesforce.faults({"match": "POST /oauth2/token", "do": "hang", "when": "before"})
    at_work = [crowd.start(lambda pk=run.pk: run_work(pk, slice_seconds=None)) for run in runs]
    accounts.salesforce.wait_hanging()
    wait_until("both were refused", lambda: refused_sessions(accounts) == 2, seconds=10)
    accounts.salesforce.faults()
    accounts.salesforce.release()
    assert [process.result() for process in at_work] == ["done", "done"]
    assert len([path for path in accounts.asked() if path == "oauth2/token"]) == 1
    after = accounts.connection.tokens
    assert after["refresh_token"] != before["refresh_token"] and after["access_token"] != before["access_token"]
    accounts.salesforce.act("expire_tokens")
    assert accounts.run().status == Run.Status.DONE, "the stored refresh token is the last one"


def refused_sessions(accounts: Accounts) -> int:
    return sum(call["status"] == 401 for call in accounts.salesforce.calls())


def test_saving_a_connection_leaves_what_a_worker_renewed_meanwhile(sandbox: Any) -> None:
    accounts = SignedIn(sandbox.url)
    being_edited = accounts.connection
    accounts.salesforce.act("expire_tokens")
    assert accounts.run().status == Run.Status.DONE
    being_edited.name = "Sales"
    connection_save(connection=being_edited, credentials={"client_secret": ""})
    accounts.salesforce.act("expire_tokens")
    assert accounts.run().status == Run.Status.DONE and accounts.connection.name == "Sales"
    stale = being_edited  # a page that was open since before the last renewal
    assert connection_test(connection=stale, accept_other=True).identity == accounts.connection.identity
    accounts.salesforce.act("expire_tokens")
    assert accounts.run().status == Run.Status.DONE


# --- ended sign-ins ------------------------------------------------------------------------------------------------


def sixth(accounts: SignedIn) -> None:
    for _ in range(5):
        accounts.connect_elsewhere()


def revoked(accounts: SignedIn) -> None:
    accounts.salesforce.act("revoke_grants")


def inactive(accounts: SignedIn) -> None:
    accounts.salesforce.act("user", username=WHO, active=False)
    accounts.salesforce.act("expire_tokens")


@pytest.mark.parametrize(
    ("end", "words", "again"),
    [
        (sixth, "the same user was connected elsewhere", []),
        (revoked, "was withdrawn", []),
        (inactive, "is not active", ["oauth2/token"]),
    ],
    ids=["sixth", "revoked", "inactive"],
)
def test_a_sign_in_that_has_ended_holds_the_run_and_is_told_once_until_somebody_connects_again(
    sandbox: Any, smtp: Any, end: Any, words: str, again: list[str]
) -> None:
    """`again`: what a run that was held for this asks the next time."""
    accounts = SignedIn(sandbox.url)
    accounts.sync.workspace.notify = "ops@acme.example"
    accounts.sync.workspace.save()
    accounts.edit("Account", accounts.id, Phone="2")
    end(accounts)
    run = accounts.run()
    assert (run.status, run.error_kind, words in run.message) == (Run.Status.HELD, "config", True), run.message
    assert len([path for path in accounts.asked() if path == "oauth2/token"]) == 1
    for _ in range(2):
        run = accounts.held_again()
        assert (run.status, words in run.message, accounts.asked()) == (Run.Status.HELD, True, again)
    (message,) = open_incidents()
    assert words in message and "onnect" in message
    assert accounts.connection.state == Connection.State.SIGN_IN and len(smtp.messages) == 1
    accounts.salesforce.act("user", username=WHO, active=True)
    accounts.connect()
    runs_reap()
    assert run_work(run.pk, slice_seconds=None) == Run.Status.DONE
    assert (open_incidents(), accounts.connection.state) == ([], Connection.State.CONNECTED)
    assert [row["phone"] for row in accounts.table("companies").values()] == ["2"]


def test_a_test_by_a_person_asks_again_though_runs_do_not(sandbox: Any) -> None:
    accounts = SignedIn(sandbox.url)
    accounts.salesforce.act("settings", immediately_expire_refresh_tokens=True)
    accounts.salesforce.act("expire_tokens")
    assert accounts.run().status == Run.Status.HELD
    accounts.salesforce.act("settings", immediately_expire_refresh_tokens=False)
    assert accounts.held_again().status == Run.Status.HELD and accounts.asked() == []
    assert connection_test(connection=accounts.connection).missing == ()
    assert accounts.run().status == Run.Status.DONE


# --- another org ---------------------------------------------------------------------------------------------------

ELSEWHERE = to18("00D000000000002")


def test_a_renewal_that_leads_to_another_org_holds_the_sync_and_nothing_is_read_or_written_there(sandbox: Any) -> None:
    accounts = SignedIn(sandbox.url)
    home = accounts.connection.identity
    accounts.put("companies", next(iter(accounts.table("companies"))), phone="2")
    accounts.other_org(ELSEWHERE)
    run = accounts.run()
    assert (run.status, run.error_kind) == (Run.Status.HELD, "config")
    assert f"{ELSEWHERE} instead of {home}" in run.message and accounts.writes() == ({}, [])
    assert [path for path in accounts.asked() if path == "oauth2/token"] == ["oauth2/token"]
    for _ in range(2):
        assert (accounts.held_again().status, accounts.asked()) == (Run.Status.HELD, ["oauth2/token"])
    assert [home in message for message in open_incidents()] == [True]
    with pytest.raises(ConfigError, match="another organisation"):
        connection_test(connection=accounts.connection)
    accounts.other_org(home)
    assert accounts.held_again().status == Run.Status.DONE, "the refresh tokens rotated meanwhile were kept"
    assert (open_incidents(), accounts.org("Account")[accounts.id]["Phone"]) == ([], "2")


@pytest.mark.parametrize("way", ["test", "connect"])
def test_a_person_may_say_that_the_org_was_moved(sandbox: Any, way: str) -> None:
    accounts = SignedIn(sandbox.url)
    accounts.edit("Account", accounts.id, Phone="2")
    accounts.other_org(ELSEWHERE)
    run = accounts.run()
    if way == "test":
        connection_test(connection=accounts.connection, accept_other=True)
    else:
        accounts.connect(accept_other=True)
    assert (accounts.connection.identity, accounts.connection.state) == (ELSEWHERE, Connection.State.CONNECTED)
    runs_reap()
    assert run_work(run.pk, slice_seconds=None) == Run.Status.DONE
    assert accounts.connection.tokens["org_id"] == ELSEWHERE and open_incidents() == []
