"""How the first run of a two-way sync is previewed, decided and confirmed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.core.errors import ConfigError
from integrations.models import FieldConflict, FieldRule, Link, Run, Sync
from integrations.sandbox import Control
from integrations.services.conflicts import conflict_restore
from integrations.services.matching import (
    matching_confirm,
    matching_forget,
    matching_preview,
    matching_start,
    matching_state,
)
from integrations.services.matching_decide import (
    match_create,
    match_leave_out,
    match_link,
    match_reset,
    matches_decide,
)
from integrations.services.work import run_work
from tests.factories import make_directory_sync
from tests.two_way import make_item, make_preview, make_two_way

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def sync(db: None, two_way_kind: None) -> Sync:
    return make_two_way(matched=False)


@pytest.fixture
def preview(sync: Sync) -> Run:
    """Two exact, two likely (of one candidate each), one ambiguous, one new on each side."""
    run = make_preview(sync)
    make_item(run, "001", "matched_website", target_id="71")
    make_item(run, "002", "matched_name", target_id="72")
    make_item(run, "003", "likely", "73", "79")
    make_item(run, "004", "likely", "74")
    make_item(run, "005", "ambiguous", "75", "76")
    make_item(run, "006", "new_in_salesforce")
    make_item(run, "accelo:77", "new_in_accelo", "006", target_id="77")
    return run


def undecided(sync: Sync) -> int:
    found = matching_preview(sync)
    assert found
    return found.undecided


def links(sync: Sync) -> dict[str, tuple[str, str, str]]:
    rows = Link.objects.filter(sync=sync).order_by("source_id")
    return {row.source_id: (row.target_id, row.state, row.code) for row in rows}


def test_the_steps_follow_one_another(sync: Sync) -> None:
    assert matching_state(sync).step == "needs_preview"
    run = matching_start(sync=sync)
    assert matching_start(sync=sync) == run and run.scope["full"]
    assert matching_state(sync).step == "running"
    Run.objects.filter(pk=run.pk).update(status="done", started_at=timezone.now(), finished_at=timezone.now())
    state = matching_state(sync)
    assert state.step == "to_decide" and state.preview and state.preview.undecided == 0
    made = matching_confirm(sync=sync, who="ada")
    assert made.kind == "run" and made.scope["full"]
    state = matching_state(sync)
    assert (state.step, state.who) == ("confirmed", "ada") and state.at
    assert sync.history.first().history_change_reason == "matching confirmed by ada"


def test_a_read_only_sync_and_one_that_begins_by_itself_need_no_person(sync: Sync) -> None:
    sync.options = {"read_only": True}
    assert matching_state(sync).step == "read_only"
    sync.options = {"read_only": False, "two_way_start": "automatic"}
    assert matching_state(sync).step == "by_itself"


def test_nothing_is_confirmed_without_a_finished_preview_of_everything(sync: Sync) -> None:
    make_preview(sync, scope={"streams": ["companies"], "source_ids": [], "full": True})
    make_preview(sync, scope={"streams": [], "source_ids": ["001"], "full": False})
    make_preview(sync, status="failed", message="Accelo did not answer.")
    with pytest.raises(ConfigError, match="no finished preview"):
        matching_confirm(sync=sync, who="ada")
    assert "Accelo did not answer." in matching_state(sync).why


def change_rule(sync: Sync) -> None:
    FieldRule.objects.create(sync=sync, target="companies.name", winner="ask")


def change_options(sync: Sync) -> None:
    sync.options = {**sync.options, "compare_hour": 5}
    sync.save()


@pytest.mark.parametrize("change", [change_rule, change_options])
def test_a_preview_older_than_the_settings_is_not_confirmed(sync: Sync, preview: Run, change: Any) -> None:
    sync.options = {**sync.options, "compare_hour": 3}
    sync.save()  # at its default, as before
    assert matching_state(sync).step == "to_decide"
    change(sync)
    with pytest.raises(ConfigError, match="changed after this preview"):
        matching_confirm(sync=sync, who="ada")
    later = timezone.now() + timedelta(seconds=1)
    make_preview(sync, started_at=later, finished_at=later)
    assert matching_confirm(sync=sync, who="ada").pk


def test_turning_read_only_off_again_asks_for_the_matching_again(sync: Sync, preview: Run) -> None:
    matching_confirm(sync=sync, who="ada")
    matching_forget(sync)
    sync.refresh_from_db()
    assert matching_state(sync).step == "to_decide" and "matched" not in sync.memory


def test_a_preview_is_counted_by_what_became_of_its_records(sync: Sync, preview: Run) -> None:
    found = matching_preview(sync)
    assert found and found.undecided == 3
    assert found.number("likely") == 2 and ("companies", "ambiguous", 1) in found.counts


def test_each_decision_is_an_edit_of_the_link(sync: Sync, preview: Run) -> None:
    values = {"sync": sync, "stream": "companies", "who": "ada"}
    match_link(source_id="003", target_id="79", **values)
    match_create(source_id="004", **values)
    match_leave_out(source_id="005", **values)
    assert links(sync) == {
        "003": ("79", "linked", "chosen"), "004": ("", "blocked", "create"), "005": ("", "ignored", "ignored"),
    }  # fmt: skip
    assert Link.objects.get(source_id="004").memo == {"create": True} and undecided(sync) == 0
    match_link(source_id="004", target_id="74", **values)
    assert links(sync)["004"] == ("74", "linked", "chosen") and Link.objects.get(source_id="004").memo == {}
    for source_id in ("003", "004", "005"):
        match_reset(sync=sync, stream="companies", source_id=source_id)
    assert links(sync) == {} and undecided(sync) == 3


def test_a_record_that_only_the_target_has_is_linked_under_the_id_of_the_source(sync: Sync, preview: Run) -> None:
    values = {"sync": sync, "stream": "companies", "who": "ada"}
    match_leave_out(source_id="accelo:77", **values)
    match_link(source_id="accelo:77", target_id="006", **values)
    assert links(sync) == {"006": ("77", "linked", "chosen")}
    match_reset(sync=sync, stream="companies", source_id="accelo:77")
    match_create(source_id="accelo:77", **values)
    match_link(source_id="006", target_id="77", **values)
    assert links(sync) == {"006": ("77", "linked", "chosen")}


def test_a_counterpart_that_is_linked_already_is_refused(sync: Sync, preview: Run) -> None:
    Link.objects.create(sync=sync, stream="companies", source_id="001", target_id="73", state="linked", label="Bay Ltd")
    with pytest.raises(ConfigError, match="73 is linked already, with Bay Ltd"):
        match_link(sync=sync, stream="companies", source_id="003", target_id="73", who="ada")
    with pytest.raises(ConfigError, match="Bay Ltd is linked already, with 73"):
        match_create(sync=sync, stream="companies", source_id="001", who="ada")
    assert list(links(sync)) == ["001"]


def test_a_record_of_the_target_that_is_linked_by_now_is_not_created_anew(sync: Sync, preview: Run) -> None:
    where = {"sync": sync, "stream": "companies"}
    Link.objects.create(**where, source_id="001", target_id="77", state="linked", label="Bay Ltd", base={"source": {}})
    for decide in (match_create, match_leave_out):
        with pytest.raises(ConfigError, match="Bay Ltd is linked already, with 77"):
            decide(**where, source_id="accelo:77", who="ada")
    Link.objects.create(**where, source_id="accelo:78", state="unknown")
    with pytest.raises(ConfigError, match="no answer came"):
        match_link(**where, source_id="006", target_id="78", who="ada")
    assert set(links(sync)) == {"001", "accelo:78"}


def test_nothing_is_decided_while_a_run_is_at_work(sync: Sync, preview: Run) -> None:
    Run.objects.create(workspace=sync.workspace, sync=sync, status="running")
    with pytest.raises(ConfigError, match="at work"):
        match_create(sync=sync, stream="companies", source_id="003", who="ada")
    with pytest.raises(ConfigError, match="at work"):
        matches_decide(run=preview, do="link", who="ada")
    assert links(sync) == {}


def test_likely_ones_are_linked_with_their_first_candidate_in_one_go(sync: Sync, preview: Run) -> None:
    make_item(preview, "008", "likely", "73")  # the same counterpart as of 003
    match_leave_out(sync=sync, stream="companies", source_id="004", who="bob")
    decided = matches_decide(run=preview, do="link", who="ada", codes=("likely", "ambiguous"))
    assert (decided.done, decided.left) == (1, 1) and "73 is linked already" in decided.refused[0][1]
    assert links(sync) == {"003": ("73", "linked", "chosen"), "004": ("", "ignored", "ignored")}
    assert sync.history.first().history_change_reason == "matching: 1 linked with their candidate by ada"


def test_many_are_decided_in_few_queries(sync: Sync, preview: Run, django_assert_max_num_queries: Any) -> None:
    for number in range(200):
        make_item(preview, f"accelo:{1000 + number}", "new_in_accelo", target_id=str(1000 + number))
    with django_assert_max_num_queries(20):
        assert matches_decide(run=preview, do="leave_out", who="ada", codes=("new_in_accelo",)).done == 201
    assert matches_decide(run=preview, do="reset", who="ada", codes=("new_in_accelo",)).done == 201
    assert links(sync) == {}


def test_what_a_person_decides_is_what_the_runs_do(sandbox: Any) -> None:
    for key in ("salesforce", "accelo"):
        Control(sandbox.url, key).seed("small")
    sync = make_directory_sync(sandbox.url, read_only=False)
    run = matching_start(sync=sync)
    run_work(run.pk, slice_seconds=None)
    found = matching_preview(sync)
    assert found and found.undecided == found.number("likely") > 0
    assert matches_decide(run=run, do="link", who="ada", codes=("likely",)).done == found.undecided
    run_work(matching_confirm(sync=sync, who="ada").pk, slice_seconds=None)
    assert not Link.objects.filter(sync=sync).exclude(state="linked").exists()
    decided = FieldConflict.objects.filter(sync=sync, state="decided", field="email").first()
    assert decided and decided.winner == "source"
    conflict_restore(conflict=decided, who="ada")
    run_work(Run.objects.get(sync=sync, trigger="conflict").pk, slice_seconds=None)
    decided.refresh_from_db()
    assert decided.state == "settled"
    contact = Control(sandbox.url, "salesforce").act("state")["Contact"]
    rows = contact.values() if isinstance(contact, dict) else contact
    assert {row["Email"] for row in rows if row["Id"] == decided.source_id} == {decided.target_value}
