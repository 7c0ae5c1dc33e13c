"""Taking back what an import created."""

from collections.abc import Callable

import pytest

from integrations.models import Run
from tests.syncs.salesforce_accelo_import.accounts import Accounts

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Accounts]


def prepared(accounts: Make, **options: object) -> tuple[Accounts, str, str, str, str]:
    """A world with an account, its contact, a sale and a ticket."""
    world = accounts(**options)
    account = world.account("Harbour")
    person = world.person("Wilson", account, FirstName="Ava")
    return world, account, person, world.sale("Sale", account, Amount=5), world.ticket("Case", account)


def test_what_nobody_edited_is_removed_in_reverse_and_a_later_import_makes_it_anew(accounts: Make) -> None:
    world, account, person, _, _ = prepared(accounts)
    run = world.done()
    contact = world.target("contacts", person)
    undone = world.undo(run)
    assert (undone.status, undone.counts["updated"], undone.counts["skipped"]) == ("done", 3, 1), undone.message
    assert (world.table("prospects"), world.table("issues")) == ({}, {})
    assert world.table("contacts")[contact]["standing"] == "inactive"
    assert world.told(undone)[account] == ("skipped", "not_removable")
    assert [call.split("/")[-2] for call in world.writes()] == ["issues", "prospects", "contacts"]
    assert world.undo(run).counts["updated"] == 0
    again = world.done()
    assert again.counts["created"] == 3
    assert world.undo(run).counts["updated"] == 0


def test_what_a_person_edited_since_is_kept_and_its_contact_with_it(accounts: Make) -> None:
    world, _, person, sale, ticket = prepared(accounts)
    run = world.done()
    world.edit("prospects", world.target("sales", sale), title="Ours now")
    undone = world.undo(run)
    assert world.told(undone)[sale] == ("skipped", "kept_edited")
    assert world.told(undone)[ticket][0] == "updated"
    assert world.told(undone)[person] == ("skipped", "kept_used")
    assert world.sold(sale)["title"] == "Ours now"
    assert world.done().counts["created"] == 1


def test_a_preview_of_an_undo_says_what_would_go_and_applying_it_does_just_that(accounts: Make) -> None:
    world, _, _, sale, ticket = prepared(accounts)
    run = world.done()
    plan = world.undo(run, kind=Run.Kind.PREVIEW)
    assert (plan.counts["updated"], world.writes()) == (3, [])
    world.edit("issues", world.target("tickets", ticket), title="Ours now")
    undone = world.undo(run, kind=Run.Kind.APPLY, plan=plan)
    assert world.told(undone)[ticket] == ("skipped", "changed_since_preview")
    assert world.told(undone)[sale][0] == "updated"


def test_what_accelo_does_not_let_go_stays_and_says_so(accounts: Make) -> None:
    world, _, _, sale, _ = prepared(accounts)
    run = world.done()
    world.accelo.act("settings", sales_deletable=False)
    undone = world.undo(run)
    assert world.told(undone)[sale] == ("skipped", "not_permitted")
    assert undone.items.get(source_id=sale).reason.startswith("Accelo does not let it go, so it is kept. ")
    assert (undone.status, world.sold(sale)["title"]) == (Run.Status.DONE, "Sale")
    world.accelo.act("settings", sales_deletable=True)
    assert world.told(world.undo(run))[sale][0] == "updated"


def test_a_contact_that_peoples_own_records_hang_on_is_kept(accounts: Make) -> None:
    world, _, person, sale, ticket = prepared(accounts)
    run = world.done()
    place = world.sold(sale)["affiliation"]
    own = {"title": "A person's own", "affiliation": place, "prospect_type": "1", "status": "1", "manager": "12"}
    world.accelo.act("put", table="prospects", rows=[{"id": "990", **own}])
    plan = world.undo(run, kind=Run.Kind.PREVIEW)
    undone = world.undo(run)
    for one in (plan, undone):
        assert world.told(one)[person][1] == "kept_used", world.told(one)
    assert set(world.table("prospects")) == {"990"} and world.told(undone)[ticket][0] == "updated"


def test_only_the_runs_that_are_named_are_taken_back(accounts: Make) -> None:
    world, account, _, _, _ = prepared(accounts)
    first = world.done()
    later = world.ticket("Later", account)
    second = world.done()
    assert world.undo(second).counts["updated"] == 1
    assert (len(world.table("issues")), len(world.table("prospects"))) == (1, 1)
    assert world.undo(first).counts["updated"] == 3
    assert later not in world.told(world.undo(first))


def test_another_undo_looks_anew_at_what_the_first_one_kept_and_at_nothing_else(accounts: Make) -> None:
    world, account, person, sale, ticket = prepared(accounts)
    run = world.done()
    id = world.target("sales", sale)
    world.edit("prospects", id, title="Ours now")
    assert world.told(world.undo(run))[ticket][0] == "updated"
    again = world.undo(run)
    assert world.told(again) == {
        sale: ("skipped", "kept_edited"), person: ("skipped", "kept_used"), account: ("skipped", "not_removable"),
    }  # fmt: skip
    world.accelo.act("remove", table="prospects", ids=[id])
    last = world.undo(run)
    assert (world.told(last)[sale][0], world.told(last)[person][0], last.counts["updated"]) == ("updated", "updated", 2)
    assert set(world.told(world.undo(run))) == {account}


def test_a_refused_one_is_taken_by_another_undo_once_accelo_permits_it(accounts: Make) -> None:
    world, _, _, sale, _ = prepared(accounts)
    run = world.done()
    world.accelo.act("settings", sales_deletable=False)
    first = world.undo(run)
    assert first.message.startswith("1 taken back, "), first.message
    assert "1 belongs to a sale or ticket that stays" in first.message and "1 not permitted by Accelo" in first.message
    world.accelo.act("settings", sales_deletable=True)
    second = world.undo(run)
    assert (world.told(second)[sale][0], world.table("prospects")) == ("updated", {})
    assert second.message == "2 taken back, 1 company is never removed"
