"""Follow-ups of a create that get lost: the expense is known by then, so nothing about it is an unknown outcome."""

from typing import Any

import pytest

from integrations.models import Intent, Link, Run
from integrations.sandbox import Control
from tests.factories import run_sync
from tests.syncs.scenarios import expense_state, prepare_expenses

pytestmark = pytest.mark.django_db(transaction=True)
ABSENT = '{"response": null, "meta": {"status": "invalid_request", "message": "It does not exist."}}'


def test_a_lost_status_step_of_an_expense_that_cannot_be_read_is_tried_again(sandbox: Any, settings: Any) -> None:
    settings.PORTAL_HTTP_WAIT_SECONDS = 0
    sync = prepare_expenses(sandbox.url)
    accelo = Control(sandbox.url, "accelo")
    accelo.faults(
        {"match": "* /auto", "do": "reset", "when": "before", "times": -1},
        {"match": r"GET /expenses/\d+\?", "do": "status", "status": 400, "body_text": ABSENT, "times": -1},
    )
    troubled = run_sync(sync)
    assert troubled.counts["unknown"] == 0 < troubled.counts["failed"]
    assert not Link.objects.filter(state=Link.State.UNKNOWN).exists()
    assert set(Intent.objects.values_list("state", flat=True)) == {Intent.State.DONE}
    accelo.faults()
    Link.objects.update(next_attempt_at=None)
    healed = run_sync(sync)
    assert healed.status == Run.Status.DONE, healed.message
    assert {row[7] for row in expense_state(sandbox.url)} == {"approved"}
    assert len(expense_state(sandbox.url)) == healed.counts["read"]
