"""What an admin does with mappings: collect, suggest, decide, carry them out and back as text."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import transaction

from integrations import tasks
from integrations.models import Link, Mapping, Reference, Sync
from integrations.sandbox import Control
from integrations.services import mappings
from integrations.services.mapping_decide import kind_of
from integrations.services.mapping_suggest import suggestions_find, suggestions_store
from integrations.services.references import build_reference
from integrations.vendors.base import Candidate
from tests.crowd import Crowd
from tests.factories import make_expense_sync, make_workspace

pytestmark = pytest.mark.django_db

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def sync() -> Sync:
    return make_expense_sync(NOWHERE)


def know(sync: Sync, side: str, *candidates: Candidate) -> None:
    connection = sync.source if side == "source" else sync.target
    for candidate in candidates:
        build_reference(connection, candidate).save()


def block(sync: Sync, source_id: str, kind: str, value: str, word: str = "source") -> Link:
    needs = {"kind": kind, word: value}
    return Link.objects.create(sync=sync, stream="expenses", source_id=source_id, state="blocked", needs=needs)


def row(sync: Sync, value: str, kind: str = "category") -> Mapping:
    return Mapping.objects.get(sync=sync, kind=kind, source_key=value.casefold())


def add(sync: Sync, kind: str, value: str, **values: Any) -> Mapping:
    return Mapping.objects.create(sync=sync, kind=kind, source_value=value, source_key=value.casefold(), **values)


def test_collecting_makes_a_row_for_each_known_and_each_needed_value(sync: Sync) -> None:
    know(sync, "source", Candidate("category", "Meals", "Meals"), Candidate("category", "Old", "Old", active=False))
    block(sync, "e1", "category", "Gifts")
    block(sync, "e2", "category", "gifts ", "value")
    assert mappings.mappings_collect(sync) == 2
    assert (row(sync, "Meals").state, row(sync, "Meals").waiting) == ("open", 0)
    assert (row(sync, "Gifts").state, row(sync, "Gifts").waiting) == ("open", 2)
    assert mappings.mappings_collect(sync) == 0


def test_collecting_leaves_decisions_alone_and_counts_what_waits(sync: Sync) -> None:
    add(sync, "category", "Gifts", target_id="9", state="confirmed", waiting=7)
    block(sync, "e1", "category", "Gifts")
    before = Mapping.history.count()
    mappings.mappings_collect(sync)
    found = row(sync, "Gifts")
    assert (found.target_id, found.state, found.waiting) == ("9", "confirmed", 1)
    assert Mapping.history.count() == before


@pytest.mark.parametrize(
    ("source", "target", "confidence", "ground"),
    [
        (
            Candidate("tag", "Website", "Website", code="W-1"),
            Candidate("job", "1", "New site", code="w-1"),
            100,
            "same code",
        ),
        (Candidate("tag", "W-1", "W-1"), Candidate("job", "1", "New site", code="W-1"), 100, "same code"),
        (Candidate("tag", "Acme:Website", "Acme:Website"), Candidate("issue", "1", "website"), 95, "equal name"),
        (
            Candidate("tag", "Web site for Acme", "Web site for Acme"),
            Candidate("job", "1", "Acme web site"),
            70,
            "similar",
        ),
        (
            Candidate("person", "a@x.y", "a@x.y", email="a@x.y"),
            Candidate("staff", "1", "Ava", email="A@x.y"),
            100,
            "same e-mail",
        ),
    ],
)
def test_a_suggestion_has_a_confidence_and_its_ground(
    sync: Sync, source: Candidate, target: Candidate, confidence: int, ground: str
) -> None:
    know(sync, "source", source)
    know(sync, "target", target)
    mappings.mappings_collect(sync)
    assert mappings.mappings_suggest(sync) == 1
    found = row(sync, source.id, source.kind)
    assert (found.state, found.target_id) == ("suggested", "1")
    assert found.target_kind == ("" if target.kind == "staff" else target.kind)
    assert found.confidence is not None and found.ground.startswith(ground)
    assert found.confidence == confidence if confidence >= 95 else 70 <= found.confidence < 95


def test_two_that_fit_equally_well_and_the_dissimilar_are_no_suggestion(sync: Sync) -> None:
    know(sync, "source", Candidate("category", "Meals", "Meals"), Candidate("category", "Parking", "Parking"))
    know(sync, "target", Candidate("expense_type", "1", "Meals"), Candidate("expense_type", "2", "meals"))
    mappings.mappings_collect(sync)
    assert mappings.mappings_suggest(sync, "category") == 0


def test_a_suggestion_that_no_longer_fits_is_taken_back(sync: Sync) -> None:
    add(sync, "category", "Meals", target_id="5", state="suggested", confidence=95, ground="equal name: meals")
    assert mappings.mappings_suggest(sync) == 0
    assert (row(sync, "Meals").state, row(sync, "Meals").target_id) == ("open", "")


def test_a_decision_made_while_suggestions_are_thought_over_stands(sync: Sync) -> None:
    know(sync, "source", Candidate("category", "Meals", "Meals"), Candidate("category", "Gifts", "Gifts"))
    know(sync, "target", Candidate("expense_type", "1", "Meals"), Candidate("expense_type", "2", "Gifts"))
    mappings.mappings_collect(sync)
    kind = kind_of(sync, "category")
    found = suggestions_find(sync, kind)
    mappings.mapping_decide(row(sync, "Meals"), "2")
    assert suggestions_store(sync, kind, found) == 1
    assert (row(sync, "Meals").state, row(sync, "Meals").target_id) == ("confirmed", "2")
    assert (row(sync, "Gifts").state, row(sync, "Gifts").target_id) == ("suggested", "2")


def test_what_another_row_of_the_value_has_is_not_suggested_again(sync: Sync) -> None:
    know(sync, "source", Candidate("category", "Meals", "Meals"))
    know(sync, "target", Candidate("expense_type", "1", "Meals"))
    add(sync, "category", "Meals", target_id="1", state="confirmed")
    second = add(sync, "category", "Meals")
    assert mappings.mappings_suggest(sync) == 0
    second.refresh_from_db()
    assert (second.state, second.target_id) == ("open", "")


@pytest.mark.django_db(transaction=True)
def test_collecting_waits_for_one_who_adds_a_row_for_the_same_value(sync: Sync) -> None:
    know(sync, "source", Candidate("category", "Meals", "Meals"))

    def decide() -> str:
        with transaction.atomic():
            changed = mappings.row_apply(sync, {"kind": "category", "source": "Meals", "state": "ignored"})
            time.sleep(0.4)
        return changed

    def collect() -> int:
        time.sleep(0.2)
        return mappings.mappings_collect(sync)

    crowd = Crowd()
    try:
        assert crowd.at_once(decide, collect) == ["changed", 0]
    finally:
        crowd.disperse()
    assert Mapping.objects.filter(sync=sync, kind="category").count() == 1


def test_deciding_tells_how_many_records_it_frees(sync: Sync) -> None:
    know(sync, "target", Candidate("expense_type", "12", "Food"))
    for number in range(3):
        block(sync, f"e{number}", "category", "Meals")
    mappings.mappings_collect(sync)
    assert mappings.mapping_decide(row(sync, "Meals"), "12", "expense_type") == 3
    found = row(sync, "Meals")
    assert (found.state, found.target_id, found.target_kind, found.target_label) == ("confirmed", "12", "", "Food")
    assert mappings.confirmed_rows(sync).first("category", "meals").target == "12"  # type: ignore[union-attr]
    assert sorted(mappings.waiting_ids(sync, "category", "MEALS")) == ["e0", "e1", "e2"]
    assert mappings.waiting_for(sync, "category", "Meals") == 3


def test_a_decision_remembers_who_made_it(sync: Sync, django_user_model: Any) -> None:
    user = django_user_model.objects.create_user("ava")
    mappings.mapping_decide(add(sync, "category", "Meals"), "12", user=user)
    assert row(sync, "Meals").history.first().history_user == user


def test_a_tag_takes_the_kind_of_its_target(sync: Sync) -> None:
    know(sync, "target", Candidate("issue", "7", "Printer"))
    mappings.mapping_decide(add(sync, "tag", "T-7"), "7")
    assert row(sync, "T-7", "tag").target_kind == "issue"


@pytest.mark.parametrize(
    ("kind", "target", "target_kind", "words"),
    [
        ("category", " ", "", "Choose the Accelo expense type"),
        ("category", "1", "planet", "no kind of"),
        ("status", "thrown", "", "submitted, approved, declined"),
        ("category", "2", "", "already mapped"),
    ],
)
def test_an_impossible_decision_is_refused_in_words(
    sync: Sync, kind: str, target: str, target_kind: str, words: str
) -> None:
    add(sync, "category", "Meals", target_id="2", state="confirmed")
    with pytest.raises(ValueError, match=words):
        mappings.mapping_decide(add(sync, kind, "Meals"), target, target_kind)


def test_confirming_in_bulk_counts_each_record_once(sync: Sync) -> None:
    block(sync, "e1", "category", "Meals")
    add(sync, "category", "Meals", target_id="1", state="suggested")
    add(sync, "category", "Meals", target_id="2", state="suggested")
    add(sync, "category", "Hotel")
    assert mappings.mappings_confirm(Mapping.objects.filter(sync=sync, kind="category")) == 1
    assert sorted(Mapping.objects.filter(kind="category").values_list("state", flat=True)) == [
        "confirmed", "confirmed", "open",
    ]  # fmt: skip


def test_leaving_out_and_reopening(sync: Sync) -> None:
    block(sync, "e1", "category", "Own")
    found = add(sync, "category", "Own", target_id="1", state="suggested", confidence=80)
    assert mappings.mapping_ignore(found) == 1
    assert (row(sync, "Own").state, row(sync, "Own").target_id, row(sync, "Own").confidence) == ("ignored", "", None)
    mappings.mapping_reopen(found)
    assert row(sync, "Own").state == "open"


def test_candidates_are_found_by_name_code_and_address_in_the_own_workspace_only(sync: Sync) -> None:
    know(
        sync, "target", Candidate("job", "1", "Ärger im Büro", code="A-1"), Candidate("issue", "2", "Has a-1 inside"),
        Candidate("job", "3", "Closed A-1", active=False), Candidate("staff", "4", "Ava", email="ava@acme.example"),
    )  # fmt: skip
    other = make_expense_sync(NOWHERE, make_workspace("beta"))
    know(other, "target", Candidate("job", "9", "Of another workspace A-1"))
    assert [one.id for one in mappings.candidates(sync, "tag", "a-1")] == ["1", "2"]
    assert [one.id for one in mappings.candidates(sync, "tag", "ÄRGER")] == ["1"]
    assert [one.id for one in mappings.candidates(sync, "person", "acme.ex")] == ["4"]
    assert [one.id for one in mappings.candidates(sync, "tag", "", limit=1)] == ["2"]
    assert [one.id for one in mappings.candidates(sync, "status", "decl")] == ["declined"]


def test_an_exported_row_imports_as_no_change(sync: Sync) -> None:
    add(sync, "category", "Meals", target_id="12", target_label="Food", state="confirmed", qualifier="GST")
    add(sync, "tag", "P-1", target_id="42", target_kind="job", state="confirmed")
    add(sync, "tag", "P-2", state="ignored")
    add(sync, "tag", "P-3")
    add(sync, "tag", "P-4", target_id="1", target_kind="issue", state="suggested", confidence=80)
    before = Mapping.history.count()
    dumped = [mappings.row_dump(one) for one in Mapping.objects.filter(sync=sync)]
    named = mappings.rows_named(sync, dumped)
    assert {mappings.row_apply(sync, one, named) for one in dumped} == {"unchanged"}
    assert Mapping.history.count() == before
    assert list(dumped[0]) == list(mappings.COLUMNS)


def apply(sync: Sync, **values: Any) -> str:
    return mappings.row_apply(sync, values)


def test_a_row_of_a_file_fills_the_open_row(sync: Sync) -> None:
    know(sync, "target", Candidate("expense_type", "12", "Food"))
    add(sync, "category", "Meals", waiting=4)
    assert apply(sync, kind="Categories", source="meals", target="12") == "changed"
    assert apply(sync, kind="category", source="Meals", target="Food", state="Confirmed") == "unchanged"
    found = row(sync, "Meals")
    assert (found.source_value, found.target_id, found.target_label, found.waiting) == ("Meals", "12", "Food", 4)


def test_another_target_takes_the_place_of_the_one_that_the_file_no_longer_has(sync: Sync) -> None:
    for target in ("1", "2"):
        add(sync, "category", "Meals", target_id=target, state="confirmed")
    rows = [{"kind": "category", "source": "Meals", "target": target} for target in ("3", "2")]
    named = mappings.rows_named(sync, rows)
    assert [mappings.row_apply(sync, one, named) for one in rows] == ["changed", "unchanged"]
    assert sorted(Mapping.objects.filter(kind="category").values_list("target_id", flat=True)) == ["2", "3"]


def test_a_tag_has_one_target_so_a_new_one_replaces_it(sync: Sync) -> None:
    add(sync, "tag", "P-1", target_id="1", target_kind="job", state="confirmed")
    apply(sync, kind="tag", source="P-1", target="7", target_kind="Ticket")
    found = row(sync, "P-1", "tag")
    assert (found.target_kind, found.target_id) == ("issue", "7")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "category", "source": " "}, "source is empty"),
        ({"kind": "categry", "source": "x"}, "Did you mean 'category'"),
        ({"kind": "category", "source": "x", "state": "maybe"}, "state 'maybe' is not known"),
        ({"kind": "category", "source": "x", "state": "confirmed"}, "target is empty"),
        ({"kind": "tag", "source": "x", "target": "1", "qualifier": "GST"}, "no qualifier"),
        ({"kind": "tag", "source": "x", "target": "1", "target_kind": "planet"}, "no kind of"),
        ({"kind": "category", "source": "x", "target": "Fod"}, "Did you mean 'Food'"),
        ({"kind": "status", "source": "OPEN", "target": "declind"}, "Did you mean 'declined'"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_in_words(sync: Sync, values: dict[str, str], words: str) -> None:
    know(sync, "target", Candidate("expense_type", "12", "Food"))
    with pytest.raises(ValueError, match=words):
        mappings.row_apply(sync, values)


@pytest.mark.django_db(transaction=True)
def test_refreshing_reads_both_vendors_and_suggests(sandbox: Any) -> None:
    for key in ("ieatta", "accelo"):
        Control(sandbox.url, key).seed("small")
    Control(sandbox.url, "ieatta").act("settings", windows=[])
    sync = make_expense_sync(sandbox.url)
    counts = mappings.mappings_refresh(sync)
    assert counts["ieatta.category"] == 11 and counts["accelo.expense_type"] == 16
    assert counts["suggested"] > 50
    travel = row(sync, "Travel")
    assert (travel.state, travel.target_label, travel.confidence) == ("suggested", "Travel", 95)
    assert Reference.objects.filter(connection=sync.target, kind="staff").exists()


@pytest.mark.django_db(transaction=True)
def test_the_task_tells_a_vendor_s_trouble_instead_of_failing(sandbox: Any) -> None:
    sync = make_expense_sync(sandbox.url)
    sync.source.credentials = {"partner_user_id": "nobody", "partner_user_secret": "wrong"}
    sync.source.save()
    assert "Ieatta" in tasks.refresh_mappings(sync.pk)
    assert tasks.refresh_mappings(0) == "the sync is gone"
