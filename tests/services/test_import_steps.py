"""What the steps of an import show, against counts made from Salesforce's own rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from integrations import registry
from integrations.models import Import, Mapping
from integrations.services.import_steps import StepState, step_finish, steps_of
from integrations.services.imports import import_open, import_read, import_sync
from integrations.services.mappings import mapping_decide
from tests.importing import KIND, Org

pytestmark = pytest.mark.django_db


@pytest.fixture
def org(sandbox: Any) -> Org:
    return Org(sandbox.url)


def draft_of(org: Org, *kinds: str) -> Import:
    draft = import_open(sync=import_sync(org.workspace, registry.sync(KIND)), kinds=kinds)
    import_read(draft)
    return draft


def shown(state: StepState, kind: str = "user") -> dict[str, int]:
    return {value.row.source_value: value.number for value in state.values if value.kind.key == kind and value.number}


def counted(rows: list[dict[str, Any]], field: str) -> dict[str, int]:
    return dict(Counter(row[field] for row in rows if row.get(field)))


def test_every_owner_and_value_is_there_with_its_count(org: Org) -> None:
    org.salesforce.act("pipeline", opportunities=60, cases=45)
    sales, tickets = org.rows("Opportunity"), org.rows("Case")
    users, statuses = steps_of(draft_of(org, "sales", "tickets"))
    assert shown(users) == counted(sales + tickets, "OwnerId"), "those who left and queues too"
    assert shown(statuses, "sale_status") == counted(sales, "StageName"), "also stages that the setup has no more"
    assert shown(statuses, "ticket_status") == counted(tickets, "Status")
    assert shown(statuses, "ticket_priority") == counted(tickets, "Priority")
    assert {value.active for value in users.values} == {True, False}
    assert "queue" in {value.extra["type"] for value in users.values}
    numbers = [value.number for value in users.values]
    assert numbers == sorted(numbers, reverse=True) and not users.done


def test_only_what_the_chosen_kinds_need_is_asked(org: Org) -> None:
    org.salesforce.act("pipeline", opportunities=30, cases=45)
    users, statuses = steps_of(draft_of(org, "sales"))
    assert {value.row.source_value: value.number for value in users.values} == counted(
        org.rows("Opportunity"), "OwnerId"
    ), "nobody who owns only tickets"
    assert {value.kind.key for value in statuses.values} == {"sale_status", "sale_type"}


def test_a_step_is_done_when_all_is_decided_and_opens_again_for_who_came_since(org: Org) -> None:
    org.fill(sales=4, tickets=0)
    draft = draft_of(org, "sales")
    for row in Mapping.objects.filter(kind="user", source_value__in=org.owners[:1]):
        mapping_decide(row, "12")
    users = steps_of(draft)[0]
    assert [value.row.source_value for value in users.undecided] == org.owners[1:] and not users.done
    mapping_decide(Mapping.objects.get(kind="user", source_value=org.owners[1]), "13")
    step_finish(draft=draft, step=users.step)
    assert steps_of(draft)[0].done and not steps_of(draft)[1].finished
    sam = org.user("Sam Carter")
    org.sale("Sam's", org.accounts[0], OwnerId=sam)
    import_read(draft)
    again = steps_of(draft)[0]
    assert [value.row.source_value for value in again.news] == [sam] and not again.done
    draft.sync.options = {"default_user": "11"}
    step_finish(draft=draft, step=users.step)
    again = steps_of(draft)[0]
    assert again.done and [value.covered for value in again.values] == [True] * 3


def test_who_has_nothing_left_to_import_is_asked_for_no_more(org: Org) -> None:
    org.fill(sales=2, tickets=0)
    draft = draft_of(org, "sales")
    for row in org.rows("Opportunity"):
        org.put("Opportunity", Id=row["Id"], OwnerId=org.owners[0])
    import_read(draft)
    assert shown(steps_of(draft)[0]) == {org.owners[0]: 2}
