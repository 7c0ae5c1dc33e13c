"""What conditions leave of the values that an import asks for, what is hidden, which currencies there are."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from integrations import registry
from integrations.admin.import_words import blank_words
from integrations.core.errors import ConfigError
from integrations.models import Import, Sync
from integrations.services.import_steps import steps_of
from integrations.services.import_survey import has_currencies, hidden_words, survey_read
from integrations.services.imports import import_open, import_read, import_sync
from integrations.services.mappings import mappings_refresh
from tests.importing import KIND, Org

pytestmark = pytest.mark.django_db
NEGOTIATED = [{"field": "StageName", "operator": "is", "values": ["Negotiation/Review"]}]


@pytest.fixture
def org(sandbox: Any) -> Org:
    return Org(sandbox.url)


def draft_of(org: Org, *kinds: str, **options: Any) -> Import:
    draft = import_open(sync=import_sync(org.workspace, registry.sync(KIND)), kinds=kinds)
    Sync.objects.filter(pk=draft.sync_id).update(options=options)
    draft.sync.refresh_from_db()
    import_read(draft)
    return draft


def owners(draft: Import) -> dict[str, int]:
    return {value.row.source_value: value.number for value in steps_of(draft)[0].values}


def test_an_owner_whose_records_are_all_excluded_is_not_asked_for(org: Org) -> None:
    org.fill(sales=4, tickets=0)
    _, lena = org.owners
    draft = draft_of(org, "sales", sales_where=NEGOTIATED)
    assert owners(draft) == {lena: 1}
    users, statuses = steps_of(draft)
    assert [value.row.source_value for value in users.undecided] == [lena]
    assert {value.row.source_value for value in statuses.undecided} == {"Negotiation/Review"}


def test_records_without_a_type_are_left_undecided_until_a_default_stands_in(org: Org) -> None:
    org.fill(sales=4, tickets=3)
    draft = draft_of(org, "sales", sales_where=NEGOTIATED)
    users, statuses = steps_of(draft)
    assert (users.blanks, [(one.kind.key, one.stream, one.number) for one in statuses.blanks]) == (
        [], [("sale_type", "sales", 1)]
    )  # fmt: skip
    assert statuses.left == len(statuses.undecided) + 1
    assert blank_words(statuses) == [
        "1 sale has no Salesforce opportunity type. Choose a “Default type of sales”, or it waits."
    ]
    org.salesforce.act("hide_fields", object="Opportunity", fields=["Type"])
    import_read(draft)
    assert steps_of(draft)[1].blanks[0].number == 1
    draft.sync.options |= {"default_sale_type": "1"}
    assert steps_of(draft)[1].blanks == []


def test_conditions_on_sales_leave_the_counts_of_tickets_alone(org: Org) -> None:
    org.salesforce.act("pipeline", opportunities=40, cases=30)
    draft = draft_of(
        org, "sales", "tickets", sales_where=[{"field": "IsClosed", "operator": "is", "values": ["false"]}]
    )
    sales = [row for row in org.rows("Opportunity") if not row["IsClosed"]]
    assert 0 < len(sales) < 40
    assert {id: n for id, n in owners(draft).items() if n} == dict(
        Counter(row["OwnerId"] for row in [*sales, *org.rows("Case")])
    )
    types = {
        value.row.source_value: value.number for value in steps_of(draft)[1].values if value.kind.key == "sale_type"
    }
    assert {id: n for id, n in types.items() if n} == dict(Counter(row["Type"] for row in sales if row.get("Type")))


def test_counts_for_other_conditions_or_older_lists_are_not_believed(org: Org) -> None:
    """Then all records count: nobody who owns something goes unasked."""
    org.fill(sales=4, tickets=0)
    draft = draft_of(org, "sales", sales_where=NEGOTIATED)
    draft.sync.options = {"sales_where": [{"field": "StageName", "operator": "is", "values": ["Prospecting"]}]}
    assert len(owners(draft)) == 2
    survey_read(draft.sync)
    assert list(owners(draft)) == [org.owners[0]]
    sam = org.user("Sam Carter")
    org.sale("Sam's", org.accounts[0], OwnerId=sam, StageName="Prospecting")
    mappings_refresh(draft.sync)
    assert sam in owners(draft)


def test_a_condition_that_salesforce_does_not_know_is_told_and_the_lists_are_kept(org: Org) -> None:
    org.fill(sales=2, tickets=0)
    with pytest.raises(ConfigError, match="no field 'Colour'"):
        draft_of(org, "sales", sales_where=[{"field": "Colour", "operator": "is", "values": ["Red"]}])
    assert sum(owners(org.newest).values()) == 2 and org.newest.read_at


def test_fields_that_cannot_be_seen_are_told_of_the_chosen_kinds_alone(org: Org) -> None:
    org.salesforce.act("hide_fields", object="Opportunity", fields=["Amount", "LeadSource"])
    org.salesforce.act("hide_fields", object="Case", fields=["Description", "Priority"])
    draft = draft_of(org, "sales")
    assert hidden_words(draft.sync, ["sales"]) == [
        "The Salesforce user cannot see Opportunity.Amount; sales arrive without it. Give it the permission or go on."
    ], "nothing of fields that an import has no place for"
    assert "Case.Description, Case.Priority; tickets arrive without them." in hidden_words(draft.sync, ["tickets"])[0]
    org.salesforce.act("unhide_fields", object="Opportunity", fields=["Amount"])
    import_read(draft)
    assert hidden_words(draft.sync, ["sales"]) == []


def test_several_currencies_are_known_of_sales_in_an_org_that_has_them(org: Org) -> None:
    draft = draft_of(org, "sales", "tickets")
    assert not has_currencies(draft.sync, ["sales", "tickets"])
    org.salesforce.act("settings", multi_currency=True)
    import_read(draft)
    assert has_currencies(draft.sync, ["sales"]) and not has_currencies(draft.sync, ["tickets"])
