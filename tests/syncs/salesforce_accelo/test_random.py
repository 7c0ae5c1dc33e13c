"""Whatever people, networks and workers do: in the end both sides agree, nothing is lost, doubled or echoed.

PORTAL_TEST_RANDOM is how many seeds are tried, 250 steps each.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from integrations.models import Budget, Cursor, Intent, Link, Run
from integrations.services.feeds import held_streams, stream_accept
from integrations.services.runs import run_enqueue, runs_reap
from integrations.services.work import run_work
from integrations.syncs.base import Scope
from tests.killing import killed_while_hanging
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts
from tests.syncs.salesforce_accelo.people import People

pytestmark = pytest.mark.django_db(transaction=True)
SEEDS = int(os.environ.get("PORTAL_TEST_RANDOM", "8"))
STEPS, BETWEEN_RUNS = 250, 12
TROUBLE = ("none", "none", "wire", "wire", "kill", "kill", "refuse")
CALLS = {"salesforce": "* /services/data/", "accelo": "* /api/"}
DEEDS: tuple[dict[str, Any], ...] = (
    {"do": "reset"}, {"do": "status", "status": 500}, {"do": "status", "status": 503}, {"do": "html", "status": 503},
    {"do": "cut"}, {"do": "empty"}, {"do": "status", "status": 429}, {"do": "refuse"},
)  # fmt: skip
RULES = [{"object": "Account", "field": "Website", "regex": "site[0-9]*[05][.]", "message": "No website may end so."}]
UPPER = [{"object": "Account", "field": "Fax", "how": "upper", "value": ""},
         {"object": "Contact", "field": "Title", "how": "upper", "value": ""}]  # fmt: skip


@pytest.fixture(autouse=True)
def impatient(settings: Any) -> None:
    settings.PORTAL_HTTP_READ_SECONDS = 1
    settings.PORTAL_HTTP_WAIT_SECONDS = 0.01


class Story:
    """One seed: people act, runs come in between, each with its own trouble."""

    def __init__(self, url: str, seed: int, read_only: bool) -> None:
        self.accounts = Accounts(url, **({} if read_only else BOTH))
        self.people, self.read_only = People(self.accounts, seed), read_only
        self.dice = self.people.dice
        self.polls_see_addresses = bool(seed % 2)
        self.accounts.accelo.act(
            "settings", touch_parents=self.polls_see_addresses, addresses_tell_owner=seed % 2 == 0,
            store_as={"companies.phone": "digits"} if seed % 2 else {},
        )  # fmt: skip
        self.automations = UPPER if seed % 3 == 0 else []
        self.accounts.salesforce.act("rules", automations=self.automations)
        self.log: list[str] = []
        self.kills = 0
        self.wrote_back: list[str] = []

    def told(self) -> str:
        return "\n".join(self.log[-40:])

    def play(self) -> None:
        for _ in range(8):
            self.people.make_source()
            self.people.make_target()
        self.run("none")
        for step in range(1, STEPS + 1):
            self.people.act()
            if step % BETWEEN_RUNS == 0:
                self.run(self.dice.choice(TROUBLE if self.kills < 2 else ("none",)))

    def run(self, trouble: str) -> None:
        Budget.objects.all().delete()
        vendor = self.dice.choice(sorted(CALLS))
        control = getattr(self.accounts, vendor)
        strike = {
            "match": CALLS[vendor],
            "nth": self.dice.randrange(1, 14),
            "when": self.dice.choice(["before", "after"]),
        }
        self.kills = self.kills + 1 if trouble == "kill" else 0
        if trouble == "kill":
            control.faults({**strike, "do": "hang"})
            run = run_enqueue(sync=self.accounts.sync, wake=False)
            killed_while_hanging(control, lambda: run_work(run.pk, slice_seconds=None))
            runs_reap()
            run.refresh_from_db()
        else:
            if trouble == "wire":
                control.faults({**strike, **self.dice.choice(DEEDS), "times": self.dice.choice([1, 6])})
            if trouble == "refuse":
                self.accounts.salesforce.act("rules", validations=RULES, automations=self.automations)
            run = self.accounts.run()
            control.faults()
            self.accounts.salesforce.act("rules", automations=self.automations)
        self.people.agree()
        self.wrote_back += self.accounts.writes()[0]
        self.log.append(f"{run} {trouble} {strike}: {run.status} {run.message}")
        assert run.error_kind != "internal", f"{run.detail}\n{self.told()}"
        assert not run.items.filter(error_kind="internal").exists(), self.told()
        if run.status == Run.Status.DONE:
            self.people.deleted["salesforce"] = 0

    def settle(self) -> None:
        """All is well again. What polls can see they carry over; then everything is compared, until all is quiet."""
        self.until_quiet()
        self.assert_agreed()
        run = self.accounts.run(scope=Scope(full=True))
        if self.polls_see_addresses:
            assert self.accounts.writes() == ({}, []), f"polls missed {list(run.items.values())}\n{self.told()}"
        self.polls_see_addresses = True
        self.until_quiet()
        self.assert_agreed()
        run = self.accounts.run(scope=Scope(full=True))
        assert self.accounts.writes() == ({}, []), f"{list(run.items.values())}\n{self.told()}"
        self.accounts.assert_quiet()

    def until_quiet(self) -> None:
        """As many runs as it takes, as if the minutes were over after which they look again."""
        for _ in range(8):
            Budget.objects.all().delete()
            Link.objects.filter(state="failed").update(next_attempt_at=None)
            minutes_pass(self.accounts.sync)
            for held in held_streams(self.accounts.sync):  # deletions that trouble kept waiting, all at once
                stream_accept(sync=self.accounts.sync, stream=held.stream)
            run = self.accounts.run()
            self.wrote_back += self.accounts.writes()[0]
            self.log.append(f"{run}: {run.status} {run.message}")
            if run.status == Run.Status.DONE and self.accounts.writes() == ({}, []) and not run.items.exists():
                return
        raise AssertionError(f"it is never quiet\n{self.told()}")

    def assert_agreed(self) -> None:
        found = self.people.apart(self.read_only) + self.people.doubled()
        found = [one for one in found if self.polls_see_addresses or not {"billing:", "mailing:"} & set(one.split())]
        assert not found, "\n".join([*found, self.told()])


def minutes_pass(sync: Any) -> None:
    for cursor in Cursor.objects.filter(sync=sync):
        cursor.value = {
            name: {**feed, **({"due": 0.0} if "due" in feed else {})} for name, feed in cursor.value.items()
        }
        cursor.save()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_after_any_story_both_sides_agree_and_nothing_is_lost_or_doubled(sandbox: Any, seed: int) -> None:
    read_only = seed % 4 == 3
    story = Story(sandbox.url, seed, read_only)
    story.play()
    story.settle()
    assert not Intent.objects.filter(state__in=["sent", "unknown"]).exists(), story.told()
    assert not Link.objects.filter(state__in=["failed", "unknown"]).exists(), story.told()
    assert not (read_only and story.wrote_back), story.wrote_back
