"""Runs that find an expense's project by what the list of tags says."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Link, Tag, TagList
from integrations.services.tag_targets import tag_target_set
from integrations.services.tag_uses import open_uses
from tests.factories import make_mapping
from tests.syncs.ieatta_accelo.accounts import JOB, OTHER_JOB, TICKET, Accounts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accounts(sandbox: Any) -> Accounts:
    return Accounts(sandbox.url)


def upload(accounts: Accounts, *tags: tuple[str, str]) -> TagList:
    """The list as an upload leaves it: (name, GL code)."""
    source = accounts.sync.source
    made = TagList.objects.create(workspace=source.workspace, connection=source, levels=["Project"], version=1)
    Tag.objects.bulk_create(
        [Tag(tag_list=made, path=name, name=name, gl_code=code, since=1) for name, code in tags]
    )  # fmt: skip
    return made


def against(accounts: Accounts, id: str) -> tuple[str, str]:
    row = accounts.of(id)
    return row["against_type"], row["against_id"]


def test_a_tags_own_target_frees_a_blocked_expense_and_wins_over_a_mapping(accounts: Accounts) -> None:
    id = accounts.expense(tag="Harbour")
    tags = upload(accounts, ("Harbour", ""))
    assert accounts.item(accounts.run(), id).code == "unmapped_tag"
    assert not accounts.run().items.exists()
    make_mapping(accounts.sync, "tag", "Harbour", TICKET, target_kind="issue")
    tag_target_set(tag_list=tags, path="Harbour", target=f"job:{OTHER_JOB}")
    run = accounts.run()
    assert run.counts["created"] == 1 and against(accounts, id) == ("job", OTHER_JOB)
    why = {row["field"]: row["because"] for row in accounts.item(run, id).why}
    assert "by the tag's own target, chosen by hand" in why["Against"]
    assert not accounts.run().items.exists()


def test_another_target_replaces_the_expense_and_taking_it_back_leaves_the_mapping(accounts: Accounts) -> None:
    accounts.ieatta.act("put", table="reports", rows=[{"reportID": "R00OPENREPORT", "state": "SUBMITTED"}])
    report = accounts.report("R00OPENREPORT", "SUBMITTED")
    id = accounts.expense(tag="Harbour", reportID=report)
    tags = upload(accounts, ("Harbour", ""))
    make_mapping(accounts.sync, "tag", "Harbour", TICKET, target_kind="issue")
    accounts.run()
    assert against(accounts, id) == ("issue", TICKET)
    tag_target_set(tag_list=tags, path="Harbour", target=f"job:{OTHER_JOB}")
    accounts.run()
    assert against(accounts, id) == ("job", OTHER_JOB)
    tag_target_set(tag_list=tags, path="Harbour", target="")
    accounts.run()
    assert against(accounts, id) == ("issue", TICKET) and len(accounts.held) == 1


def test_the_lists_gl_code_finds_the_project_of_an_expense_that_does_not_tell_it(accounts: Accounts) -> None:
    id = accounts.expense(tag="Harbour")
    upload(accounts, ("Harbour", "P-1"))
    accounts.run()
    assert against(accounts, id) == ("job", JOB), "Accelo's lists were read by this very run"
    assert not accounts.run().items.exists()


def test_settled_expenses_of_an_older_portal_learn_their_tag_without_a_write(accounts: Accounts) -> None:
    accounts.report("R00OPENREPORT", "SUBMITTED")
    ids = [accounts.expense(1), accounts.expense(2, reportID="R00OPENREPORT")]
    tags = upload(accounts, ("P-1", ""))
    accounts.run()
    assert open_uses(tags) == {"P-1": 1}
    for id in ids:
        link = accounts.link(id)
        Link.objects.filter(pk=link.pk).update(uses="", fingerprint=link.fingerprint[:32] + "0" * 32)
    accounts.accelo.clear_calls()
    run = accounts.run()
    assert (run.counts["unchanged"], run.items.count(), accounts.writes()) == (2, 0, [])
    assert open_uses(tags) == {"P-1": 1} and {accounts.link(id).uses for id in ids} == {"P-1"}
    accounts.change(ids[1], tag="T-1")
    accounts.run()
    assert open_uses(tags) == {"T-1": 1}
