"""Owners, stages, statuses, types and priorities that sales and tickets use, with counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from integrations.vendors.salesforce.client import SalesforceClient
from tests.vendors.salesforce.conftest import Org


def rows(org: Org, object: str) -> list[dict[str, Any]]:
    return [row for row in org.control.act("state", object=object)[object] if not row.get("IsDeleted")]


def test_owners_are_counted_for_sales_and_tickets_queues_and_gone_people_included(
    org: Org, client: SalesforceClient
) -> None:
    org.control.act("pipeline", opportunities=120, cases=90)
    sales = Counter(row["OwnerId"] for row in rows(org, "Opportunity"))
    tickets = Counter(row["OwnerId"] for row in rows(org, "Case"))
    owners = {one.id: one for one in client.list_candidates("owner")}
    assert {id: one.extra["sales"] for id, one in owners.items()} == {id: str(sales[id]) for id in sales | tickets}
    assert {id: one.extra["tickets"] for id, one in owners.items()} == {id: str(tickets[id]) for id in sales | tickets}
    assert {one.extra["type"] for id, one in owners.items() if id.startswith("00G")} == {"queue"}
    assert any(not one.active for one in owners.values())
    assert all(one.kind == "owner" and one.label for one in owners.values())


def test_stages_of_old_records_are_listed_beside_those_of_the_setup(org: Org, client: SalesforceClient) -> None:
    org.control.act("pipeline", opportunities=120, cases=90)
    found = Counter(row["StageName"] for row in rows(org, "Opportunity"))
    stages = {one.id: one for one in client.list_candidates("sale_stage")}
    setup = {one.id: one for one in client.list_candidates("opportunity_stage")}
    assert set(stages) == set(setup) | set(found)
    assert {id: one.extra["sales"] for id, one in stages.items()} == {id: str(found[id]) for id in stages}
    assert any(not stages[id].active for id in found if id not in setup)
    assert {one.extra["won"] for one in stages.values() if one.id in setup} == {"true", "false"}


def test_statuses_types_and_priorities_of_tickets_are_counted(org: Org, client: SalesforceClient) -> None:
    org.control.act("pipeline", opportunities=0, cases=90)
    cases = rows(org, "Case")
    for kind, field in (("ticket_status", "Status"), ("ticket_type", "Type"), ("ticket_priority", "Priority")):
        counts = Counter(row[field] for row in cases if row.get(field))
        told = {one.id: int(one.extra["tickets"]) for one in client.list_candidates(kind)}
        assert {id: n for id, n in told.items() if n} == dict(counts)


def test_under_conditions_only_what_meets_them_is_counted(org: Org, client: SalesforceClient) -> None:
    org.control.act("pipeline", opportunities=60, cases=40)
    told = client.survey({"sales": [{"field": "IsClosed", "operator": "is", "values": ["false"]}]})
    sales = [row for row in rows(org, "Opportunity") if not row["IsClosed"]]
    assert 0 < len(sales) < 60
    assert told["counts"] == {
        "sales": {
            kind: dict(Counter(row[field] for row in sales if row.get(field)))
            for kind, field in (("owner", "OwnerId"), ("sale_stage", "StageName"), ("sale_type", "Type"))
        }
    }, "nothing of tickets, which have no conditions"
    assert (told["hidden"], told["currencies"]) == ({"sales": [], "tickets": []}, [])
    nobody = client.survey({"tickets": [{"field": "Subject", "operator": "is", "values": ["No such subject"]}]})
    assert nobody["counts"]["tickets"] == {"owner": {}, "ticket_status": {}, "ticket_type": {}, "ticket_priority": {}}


def test_a_field_that_cannot_be_seen_is_told_and_not_counted(org: Org, client: SalesforceClient) -> None:
    org.control.act("pipeline", opportunities=10, cases=10)
    org.control.act("hide_fields", object="Case", fields=["Priority", "Origin"])
    told = client.survey({"tickets": [{"field": "IsClosed", "operator": "is", "values": ["false"]}]})
    assert told["hidden"]["tickets"] == ["Case.Priority"], "no application has a place for the origin"
    assert set(told["counts"]["tickets"]) == {"owner", "ticket_status", "ticket_type"}
