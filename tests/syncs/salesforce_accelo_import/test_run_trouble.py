"""Lost answers, refusals and vendors that fail: nothing is doubled, nothing is lost."""

from collections.abc import Callable

import pytest

from integrations.models import Budget, Intent, Link, Run
from integrations.services.runs import run_enqueue, run_retry
from integrations.services.syncs import sync_create
from integrations.services.work import run_work
from integrations.syncs.base import Scope
from integrations.syncs.salesforce_accelo_import.driver import PAGE
from tests.crowd import Crowd
from tests.syncs.salesforce_accelo_import.accounts import Accounts

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Accounts]


def filled(accounts: Make, **options: object) -> Accounts:
    """Two sales and two tickets that look alike, with titles that are hard to find again."""
    world = accounts(**options)
    account = world.account("Harbour")
    world.person("Wilson", account, FirstName="Ava", Email="ava@harbour.example")
    for _ in range(2):
        world.sale("🚢 " * 30, account)
        world.ticket("It is broken 🚢", account)
    return world


def shape(world: Accounts) -> list[int]:
    return [len(world.table(name)) for name in ("companies", "contacts", "prospects", "issues")]


@pytest.mark.parametrize("path", ["companies", "contacts", "prospects", "issues"])
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_create_whose_answer_is_lost_is_found_again_or_sent_again(
    accounts: Make, path: str, nth: int, when: str
) -> None:
    world = filled(accounts)
    world.accelo.faults({"match": f"POST /api/v0/{path}", "nth": nth, "do": "reset", "when": when})
    world.run(scope=Scope(full=True))
    Budget.objects.all().delete()
    world.run(scope=Scope(full=True))
    assert shape(world) == [1, 1, 2, 2]
    assert not Intent.objects.filter(state__in=["sent", "unknown"]).exists()
    assert world.done().counts["unchanged"] == 6


def test_a_title_that_accelo_cut_is_found_again(accounts: Make) -> None:
    world = filled(accounts)
    world.accelo.act("settings", length_limits={"issues.title": 10})
    world.accelo.faults({"match": "POST /api/v0/issues", "nth": 2, "do": "reset", "when": "after"})
    world.run(scope=Scope(full=True))
    world.run(scope=Scope(full=True))
    assert shape(world) == [1, 1, 2, 2]
    assert {row["title"] for row in world.table("issues").values()} == {"It is brok"}


@pytest.mark.parametrize(("vendor", "match"), [("salesforce", "* /services/data/"), ("accelo", "* /api/")])
@pytest.mark.parametrize("do", [500, 429])
def test_an_import_comes_through_each_call_failing_once(accounts: Make, vendor: str, match: str, do: int) -> None:
    """Each attempt has another call fail; in the end all is there once."""
    world = filled(accounts)
    control = world.salesforce if vendor == "salesforce" else world.accelo
    run = run_enqueue(sync=world.sync, wake=False, scope=Scope(full=True))
    for nth in range(1, 30):
        control.faults({"match": match, "nth": nth, "do": "status", "status": do})
        run_work(run.pk, slice_seconds=None)
        run.refresh_from_db()
        Budget.objects.all().delete()
        if run.status == Run.Status.DONE and not run.counts["failed"]:
            break
        run = run_enqueue(sync=world.sync, wake=False, trigger="command", scope=Scope(full=True))
    control.faults()
    world.run(scope=Scope(full=True))
    assert shape(world) == [1, 1, 2, 2]


def test_a_refused_company_is_tried_again_with_all_that_waits_for_it(accounts: Make) -> None:
    world = filled(accounts)
    world.accelo.faults({"match": "POST /api/v0/companies", "nth": 1, "do": "status", "status": 400})
    run = world.run()
    assert (run.counts["failed"], run.counts["blocked"], shape(world)) == (1, 5, [0, 0, 0, 0])
    again = run_retry(run=run)
    run_work(again.pk, slice_seconds=None)
    again.refresh_from_db()
    assert (again.counts["created"], shape(world)) == (6, [1, 1, 2, 2]), again.message


def test_an_import_that_used_up_the_allowance_is_held_and_then_finished(accounts: Make) -> None:
    world = filled(accounts)
    world.accelo.act("settings", limit=14)
    held = world.run()
    assert held.status == Run.Status.HELD, held.message
    world.accelo.act("settings", limit=5000)
    Budget.objects.all().delete()
    world.accelo.shift(3700)
    finished = world.run(scope=Scope(full=True))
    assert (finished.status, shape(world)) == (Run.Status.DONE, [1, 1, 2, 2]), finished.message


def test_what_waited_is_tried_again_alone_with_the_company_that_it_needs(accounts: Make) -> None:
    world = accounts(default_user="")
    id = world.ticket("Case", world.account("Harbour"))
    waiting = world.done()
    world.sync.options |= {"default_user": "13"}
    world.sync.save()
    again = run_retry(run=waiting)
    run_work(again.pk, slice_seconds=None)
    again.refresh_from_db()
    assert again.counts["created"] == 2, again.message
    assert world.ticketed(id)["assignee"] == "13"


def test_a_removal_that_failed_is_tried_again_as_a_removal(accounts: Make) -> None:
    world = filled(accounts)
    run = world.done()
    world.accelo.faults({"match": "DELETE /api/v0/prospects", "do": "status", "status": 500, "times": -1})
    undone = world.undo(run)
    assert undone.counts["failed"] == 2, undone.message
    world.accelo.faults()
    again = run_retry(run=undone)
    run_work(again.pk, slice_seconds=None)
    again.refresh_from_db()
    assert (again.counts["updated"], world.table("prospects")) == (2, {}), again.message


def test_what_was_lost_on_an_earlier_page_is_sent_again_in_the_same_run(accounts: Make) -> None:
    world = accounts(missing_company="attach", attach_company="1")
    world.contact("Ava", "Wilson", world.company("Everybody else"))
    rows = [{"Subject": f"Case {number}", "Status": "New", "IsClosed": False} for number in range(PAGE + 1)]
    world.salesforce.act("bulk", object="Case", rows=rows)
    world.sale("Sale", world.account("Harbour"))
    faults = [{"match": f"POST /api/v0/{path}", "nth": 1, "do": "reset"} for path in ("issues", "prospects")]
    world.accelo.faults(*faults)
    run = world.run()
    assert (run.counts["created"], len(world.table("issues"))) == (PAGE + 2, PAGE + 1), run.message
    assert len(world.table("prospects")) == 1


def test_a_company_lost_on_an_earlier_page_is_sent_again_in_the_same_run(accounts: Make) -> None:
    world = accounts(search_window=0)
    names = [f"Company {number}" for number in range(PAGE + 1)]
    ids = world.salesforce.act("bulk", object="Account", rows=[{"Name": name} for name in names])
    rows = [{"Subject": "Case", "Status": "New", "AccountId": id, "IsClosed": False} for id in ids]
    world.salesforce.act("bulk", object="Case", rows=rows)
    world.accelo.faults({"match": "POST /api/v0/companies", "nth": 1, "do": "reset"})
    run = world.run()
    assert (run.counts["created"], run.counts["failed"]) == (2 * PAGE + 2, 0), run.message
    assert sorted(row["name"] for row in world.table("companies").values()) == sorted(names)


def test_a_company_that_the_other_sync_made_meanwhile_is_not_made_twice(accounts: Make) -> None:
    world = accounts()
    directory = sync_create(
        workspace=world.sync.workspace, key="directory", name="Directory", kind="salesforce_accelo",
        source=world.sync.source, target=world.sync.target, options={},
    )  # fmt: skip
    first, second = world.account("Harbour Trust"), world.account("Kestrel")
    for account in (first, second):
        world.sale("Sale", account, ContactId=world.person("Wilson", account))
    world.accelo.faults({"match": "POST /api/v0/companies", "do": "hang"})
    crowd = Crowd()
    try:
        process = crowd.start(lambda: str(world.run().status))
        world.accelo.wait_hanging()
        made = world.company("Kestrel")
        Link.objects.create(sync=directory, stream="companies", source_id=second, target_id=made, state="linked")
        world.accelo.release()
        assert process.result() == "done_with_failures"
    finally:
        crowd.disperse()
    assert sorted(row["name"] for row in world.table("companies").values()) == ["Harbour Trust", "Kestrel"]
    assert world.done(scope=Scope(full=True)).counts["failed"] == 0
    assert (len(world.table("companies")), len(world.table("prospects"))) == (2, 2)
