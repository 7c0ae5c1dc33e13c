from collections import Counter
from typing import Any

import pytest

from integrations.core.errors import ProtocolError, RejectedError
from integrations.vendors.emulator import Request, Response
from integrations.vendors.salesforce.client import SalesforceClient
from tests.vendors.salesforce.conftest import Org, Shaped
from tests.vendors.salesforce.scripted import error, query_of, result


def counted(org: Org, object: str, field: str) -> dict[str, int]:
    rows: list[dict[str, Any]] = org.control.act("state", object=object)[object]
    return dict(Counter(row.get(field, "") for row in rows if not row["IsDeleted"]))


def test_owners_stages_and_statuses_are_counted_in_one_call_each(org: Org, client: SalesforceClient) -> None:
    org.control.act("pipeline", opportunities=700, cases=700)
    client.check()
    org.control.clear_calls()
    for object, field in (
        ("Opportunity", "OwnerId"),
        ("Opportunity", "StageName"),
        ("Opportunity", "Type"),
        ("Case", "OwnerId"),
        ("Case", "Status"),
        ("Case", "AccountId"),
    ):
        assert client.count_by(object, field) == counted(org, object, field)
    assert len(org.control.calls()) == 6
    assert {"Verbal Agreement", "Closed Won"} < set(client.count_by("Opportunity", "StageName"))
    open_only = client.count_by("Opportunity", "StageName", "IsClosed = false")
    assert "Closed Won" not in open_only


def test_more_than_two_thousand_values_are_counted_in_parts(org: Org, client: SalesforceClient) -> None:
    org.control.act("pipeline", opportunities=4_500)
    org.control.clear_calls()
    assert client.count_by("Opportunity", "Name") == counted(org, "Opportunity", "Name")
    assert len(org.calls("/query")) == 3


def test_what_cannot_be_grouped_is_refused_in_words(org: Org, client: SalesforceClient) -> None:
    with pytest.raises(Exception, match="can not be grouped"):
        client.count_by("Opportunity", "Amount")


def test_fewer_groups_are_asked_for_when_an_answer_does_not_hold_them(shaped: Shaped) -> None:
    """Salesforce does not promise 2,000 to an answer."""
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(query_of(request).rpartition(" ")[2])
        if int(asked[-1]) > 600:
            return error(400, "EXCEEDED_ID_LIMIT", "Aggregate query does not support queryMore()")
        return result([{"StageName": None, "n": 2}, {"StageName": "New", "n": 3}])

    assert shaped.answers(answer).count_by("Opportunity", "StageName") == {"": 2, "New": 3}
    assert asked == ["2000", "1000", "500"]
    with pytest.raises(RejectedError):
        shaped.answers(lambda request: error(400, "EXCEEDED_ID_LIMIT")).count_by("Opportunity", "StageName")


def test_the_same_groups_again_end_the_counting(shaped: Shaped) -> None:
    rows = [{"OwnerId": f"{number:018d}", "n": 1} for number in range(2_000)]
    with pytest.raises(ProtocolError, match="again and again"):
        shaped.answers(lambda request: result(rows)).count_by("Opportunity", "OwnerId")
