"""The durable side of a run, method by method. What it promises as a whole: tests/syncs/test_crash.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.core.begun import Begun, Note, begun_of
from integrations.core.conflict import Held
from integrations.core.plan import Outcome, Tally
from integrations.core.records import Action, Page, Record, Written
from integrations.engine import Born, LeaseLost, Promise, Stopped
from integrations.models import Cursor, Intent, Link, Run, RunItem, Sync
from integrations.services.bulk import FEW
from integrations.services.ledger import RunLedger
from integrations.services.link_store import LinkStore
from integrations.services.runs import run_claim, run_enqueue
from tests.factories import make_expense_sync

pytestmark = pytest.mark.django_db(transaction=True)
STREAM = "expenses"


@pytest.fixture
def sync() -> Sync:
    return make_expense_sync("http://127.0.0.1:1")


@pytest.fixture
def ledger(sync: Sync) -> RunLedger:
    run = run_claim(run_enqueue(sync=sync, wake=False).pk, "me")
    assert run
    return RunLedger(run, "me")


def record(id: str = "1", **values: Any) -> Record:
    return Record(STREAM, id, "d" * 32, {"title": "Taxi"}, "Taxi, 60.00", **values)


def action(id: str = "1", kind: Any = "create", **values: Any) -> Action:
    return Action(kind, STREAM, id, "Taxi, 60.00", wanted={"title": "Taxi"}, **values)


def created(id: str, target: str) -> Outcome:
    return Outcome(action(id), "created", record(id), "f" * 64, Written(target))


def test_a_page_costs_the_same_number_of_queries_whatever_its_size(ledger: RunLedger) -> None:
    queries = []
    for ids in (range(24), range(100, 140)):  # SQLite takes a thousand values a statement
        names = [str(id) for id in ids]
        with CaptureQueriesContext(
            connection,
        ) as caught:
            ledger.glance(STREAM, names)
            ledger.links(STREAM, names)
            ledger.record([created(id, f"t{id}") for id in names])
            ledger.page_done(Page(STREAM, ()), Tally(), [])
        queries.append(len(caught))
    assert queries[0] == queries[1]
    assert Link.objects.count() == RunItem.objects.count() == 64


SQLITE_ROWS = 45
"""Of links, that SQLite takes in one statement."""


@pytest.mark.parametrize("number", [1, 200])
def test_what_a_batch_of_updates_sends_is_noted_in_few_statements_and_forgotten_once_it_is_recorded(
    ledger: RunLedger, number: int
) -> None:
    held = Begun(Held("1", "1"), Held("2", "1"), Held(None, "2"))
    updates = [
        action(str(n), "update", target_id=f"7{n}", extra={"note": Note(f"7{n}", {"phone": held})})
        for n in range(number)
    ]
    with CaptureQueriesContext(connection) as queries:
        ledger.intend([], updates)
    about_links = [query for query in queries if "integrations_link" in query["sql"]]
    assert len(about_links) <= 2 + number // SQLITE_ROWS
    links = list(Link.objects.all())
    assert [begun_of(link.memo, link.target_id) for link in links] == [{"phone": held}] * number
    ledger.record(
        [Outcome(one, "updated", record(one.source_id), "settled", Written(one.target_id, base={})) for one in updates]
    )
    assert list(Link.objects.values_list("memo", flat=True)) == [{}] * number


def intend(ledger: RunLedger, wanted: Action) -> int:
    return ledger.intend([Promise(wanted, {"after_id": "5"}, "hash")])[0]


def test_creates_that_go_together_are_settled_together_each_with_its_own_target(ledger: RunLedger) -> None:
    intents = ledger.intend([Promise(action(id), {}, "hash") for id in "123"])
    born = [Born(intent, record(id), action(id), Written(f"90{id}")) for intent, id in zip(intents, "123", strict=True)]
    ledger.record([created("1", "901"), created("2", "902"), Outcome(action("3"), "failed", record("3"))], born)
    assert list(Intent.objects.order_by("pk").values_list("state", "target_id")) == [
        ("done", "901"), ("done", "902"), ("done", "903"),
    ]  # fmt: skip
    assert list(Link.objects.order_by("source_id").values_list("target_id", "state")) == [
        ("901", "linked"), ("902", "linked"), ("903", "failed"),
    ]  # fmt: skip


def test_recording_a_record_twice_in_a_run_keeps_one_item_with_the_last_word(ledger: RunLedger) -> None:
    ledger.record([Outcome(action(), "unknown", record(), reason="lost")])
    ledger.record([created("1", "900")])
    assert RunItem.objects.get().status == "created" and Link.objects.get().target_id == "900"


def test_those_that_are_taken_for_new_keep_what_their_links_remember_where_one_is_there(ledger: RunLedger) -> None:
    link = Link.objects.create(sync=ledger.run.sync, stream="expenses", source_id="7", memo={"note": "kept"})
    names = [str(number) for number in range(FEW + 5)]
    ledger.record([created(id, f"t{id}") for id in names], new=True)
    assert Link.objects.filter(state="linked").count() == RunItem.objects.count() == len(names)
    link.refresh_from_db()
    assert (link.target_id, link.memo) == ("t7", {"note": "kept"})


def test_whoever_lost_the_lease_is_told_before_a_create_is_sent(ledger: RunLedger) -> None:
    Run.objects.update(owner="another")
    with pytest.raises(LeaseLost):
        intend(ledger, action())
    assert not Intent.objects.exists()
    with pytest.raises(LeaseLost):
        ledger.page_done(Page(STREAM, (), {"at": 1}), Tally(), [])
    with pytest.raises(LeaseLost):
        ledger.beat()


def test_what_a_vendor_has_done_is_recorded_even_by_one_who_lost_the_lease(ledger: RunLedger) -> None:
    intent = intend(ledger, action())
    Run.objects.update(owner="another")
    ledger.created(Born(intent, record(uses="P-1"), action(), Written("900")))
    assert Intent.objects.get().state == Intent.State.DONE and Link.objects.get().target_id == "900"
    assert Link.objects.get().uses == "P-1"


@pytest.mark.parametrize(("status", "why"), [("cancelling", "cancelled"), ("running", "drain")])
def test_a_run_is_stopped_between_two_records(ledger: RunLedger, status: str, why: str) -> None:
    Run.objects.update(status=status)
    ledger.draining = lambda: True
    with pytest.raises(Stopped) as stop:
        ledger.beat()
    assert stop.value.why == why


def test_a_cursor_is_stored_with_its_page_and_only_by_a_real_run(ledger: RunLedger) -> None:
    ledger.page_done(Page(STREAM, (), {"at": 1}), Tally(read=3), [])
    assert ledger.cursor(STREAM) == {"at": 1} and Run.objects.get().read == 3
    ledger.run.kind = Run.Kind.PREVIEW
    ledger.page_done(Page(STREAM, (), {"at": 2}), Tally(), [])
    assert Cursor.objects.get().value == {"at": 1}


def test_a_lost_answer_is_open_until_it_is_found_or_surely_absent(ledger: RunLedger) -> None:
    first, second = (intend(ledger, action(id)) for id in "12")
    for intent in (first, second):
        ledger.lost_answer(intent, "No answer came.")
    one, other = ledger.open_intents(STREAM)
    assert (one.pk, one.marker, Link.objects.filter(state="unknown").count()) == (first, {"after_id": "5"}, 2)
    ledger.intent_found(one, "900")
    ledger.intent_absent(other)
    found, absent = Link.objects.order_by("source_id")
    assert (found.state, found.target_id, found.pending) == ("linked", "900", {"settle": "created"})
    assert (absent.state, absent.target_id, absent.fingerprint) == ("failed", "", "")
    assert ledger.open_intents(STREAM) == []


def test_a_lost_answer_with_several_candidates_waits_for_a_person(ledger: RunLedger) -> None:
    ledger.lost_answer(intend(ledger, action()), "No answer came.")
    ledger.intent_undecided(ledger.open_intents(STREAM)[0], ["900", "901"])
    intent = Intent.objects.get()
    assert [row["id"] for row in intent.candidates] == ["900", "901"] and "Unknown outcomes" in intent.message


def test_a_replacement_remembers_what_is_still_to_be_deleted(ledger: RunLedger) -> None:
    replacing = action(kind="replace", target_id="800")
    ledger.created(Born(intend(ledger, replacing), record(), replacing, Written("900")))
    assert Intent.objects.get().replaces == "800"
    assert Link.objects.get().pending == {"delete": "800", "settle": "updated"}


def test_links_made_since_the_run_began_are_not_missing(ledger: RunLedger) -> None:
    ledger.record([created("1", "900")])
    Link.objects.update(parent_id="R1")
    store = LinkStore(ledger.run)
    assert list(store.missing(STREAM, ["R1"], lambda pk: False)) == []
    Link.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert [link.source_id for link in store.missing(STREAM, ["R1"], lambda pk: False)] == ["1"]
    assert list(store.missing(STREAM, ["R1"], lambda pk: True)) == []


def test_counts_are_those_of_the_items_and_of_what_was_quiet(ledger: RunLedger) -> None:
    ledger.record([created("1", "900"), Outcome(action("2", kind="blocked"), "blocked", record("2"))])
    ledger.page_done(Page(STREAM, ()), Tally(read=5, unchanged=2, quiet={"failed": 1}), [])
    ledger.beat(4)
    counts = ledger.counts()
    assert {name: number for name, number in counts.items() if number} == {
        "read": 9, "created": 1, "blocked": 1, "unchanged": 2, "failed": 1,
    }  # fmt: skip


def test_rows_of_a_plan_that_no_page_brought_are_told(ledger: RunLedger) -> None:
    plan = Run.objects.create(workspace=ledger.run.workspace, sync=ledger.run.sync, kind="preview", status="done")
    for id, kind in (("1", "create"), ("2", "update"), ("3", "skip")):
        RunItem.objects.create(run=plan, stream=STREAM, source_id=id, action=kind, status="planned", label=f"No {id}")
    ledger.run.kind, ledger.run.plan = Run.Kind.APPLY, plan
    ledger.record([created("1", "900")])
    ledger.tell_fallen_away()
    fell = RunItem.objects.filter(run=ledger.run).exclude(status="created").get()
    assert (fell.source_id, fell.label, fell.status, fell.code) == ("2", "No 2", "skipped", "changed_since_preview")
