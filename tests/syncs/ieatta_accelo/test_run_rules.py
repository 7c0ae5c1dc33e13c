"""A changed rule that comes to the same values: nothing is asked of Accelo and nothing is told."""

from typing import Any

import pytest

from integrations.models import Link
from integrations.sandbox import Control
from tests.factories import make_mapping, run_sync
from tests.syncs.scenarios import prepare_expenses

pytestmark = pytest.mark.django_db(transaction=True)


def expense_calls(url: str) -> list[str]:
    return [call["path"] for call in Control(url, "accelo").calls() if "/expenses" in call["path"]]


def test_another_mapping_row_does_not_read_the_expenses_again(sandbox: Any) -> None:
    sync = prepare_expenses(sandbox.url)
    first = run_sync(sync)
    before = set(Link.objects.values_list("fingerprint", flat=True))
    make_mapping(sync, "category", "Meals", "2")
    Control(sandbox.url, "accelo").clear_calls()
    second = run_sync(sync)
    assert second.counts["unchanged"] == second.counts["read"] == first.counts["created"]
    assert not second.items.exists()
    assert expense_calls(sandbox.url) == []
    assert before.isdisjoint(Link.objects.values_list("fingerprint", flat=True))
    assert not run_sync(sync).items.exists()


def test_a_mapping_row_that_changes_the_type_reads_and_updates_them(sandbox: Any) -> None:
    sync = prepare_expenses(sandbox.url)
    Control(sandbox.url, "accelo").act("put", table="expense_types", rows=[{"id": "3", "title": "Trips"}])
    run_sync(sync)
    sync.mappings.filter(kind="category").update(target_id="3")
    sync.source.references.all().delete()
    sync.target.account = {}
    sync.target.save(update_fields=["account"])
    second = run_sync(sync)
    assert second.counts["updated"] == second.counts["read"] > 0
