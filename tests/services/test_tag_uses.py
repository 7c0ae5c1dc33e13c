"""How many open expenses carry a tag."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Sync
from integrations.services.tag_uses import open_uses
from tests.factories import make_expense_sync, make_ieatta, make_workspace
from tests.services.tag_rows import NOWHERE, make_list, open_expense

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync() -> Sync:
    return make_expense_sync(NOWHERE)


def test_only_expenses_on_open_reports_count_whatever_became_of_them(sync: Sync) -> None:
    states: list[dict[str, Any]] = [
        {}, {"parent_state": "SUBMITTED", "state": "blocked"}, {"state": "failed"}, {"state": "ignored"},
        {"state": "vanished"}, {"parent_state": "APPROVED"}, {"uses": ""},
    ]  # fmt: skip
    for number, values in enumerate(states):
        open_expense(sync, number, "P-1", **values)
    assert open_uses(make_list(sync.source, "P-1")) == {"P-1": 4}


def test_an_expense_counts_for_the_tags_above_its_own(sync: Sync) -> None:
    for number, names in enumerate([("Acme", "Refit"), ("Acme", "Refit"), ("Acme", "Au:dit"), ("Acme",), ("acme",)]):
        open_expense(sync, number, *names)
    tags = make_list(sync.source, levels=("Client", "Project"))
    assert open_uses(tags) == {"Acme": 4, "Acme:Refit": 2, "Acme:Au\\:dit": 1, "acme": 1}
    tags.dependent = False
    assert open_uses(tags) == {"Acme": 4, ":Refit": 2, ":Au\\:dit": 1, "acme": 1}


def test_without_an_expense_sync_it_is_not_known(sync: Sync) -> None:
    other = make_ieatta(sync.workspace, NOWHERE, key="second")
    beta = make_expense_sync(NOWHERE, make_workspace("beta"))
    open_expense(beta, 1, "P-1")
    assert open_uses(make_list(other, "P-1")) is None
    assert open_uses(make_list(sync.source, "P-1")) == {}


def test_two_queries_for_any_number_of_expenses(sync: Sync, django_assert_num_queries: Any) -> None:
    for number in range(20):
        open_expense(sync, number, f"P-{number}")
    tags = make_list(sync.source)
    with django_assert_num_queries(2):
        uses = open_uses(tags)
    assert uses and len(uses) == 20
