"""The pages of conflicts: the list, one, the buttons, the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integrations.admin.conflict_list import PAGE
from integrations.admin.conflict_words import compare
from integrations.models import FieldConflict, FieldRule, Run, Sync
from tests.admin.world import MARK, fill
from tests.two_way import make_conflict, make_decided, make_two_way

pytestmark = pytest.mark.django_db
LIST = "/admin/integrations/fieldconflict/"
HERE = {"street": "12 Harbour Street\nLevel 3", "city": "Sydney", "state": "NSW", "country": "Australia"}
THERE = {"street": "12 Harbour St\nLevel 3", "city": "Sydney", "state": "", "country": "Australia"}


@pytest.fixture
def sync(own: dict[str, Any], two_way_kind: None) -> Sync:
    """In the own workspace, whose other sync has a conflict too; that one is forgotten."""
    FieldConflict.objects.all().delete()
    return make_two_way(own["workspace"])


def html(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def words(lines: Any) -> list[str]:
    return ["".join(f"[{piece.text}]" if piece.differs else piece.text for piece in line) for line in lines]


@pytest.mark.parametrize(
    ("one", "other", "left", "right"),
    [
        ("Harbour Trust", "Harbour Trust Ltd", ["Harbour Trust"], ["Harbour Trust[ Ltd]"]),
        ("a@b.example", "", ["[a@b.example]"], ["[(blank)]"]),
        ("same", "same", ["same"], ["same"]),
        (None, None, ["(blank)"], ["(blank)"]),
        ({}, {"city": "Sydney"}, ["[(blank)]"], ["[Sydney]"]),
        ({}, {}, ["(blank)"], ["(blank)"]),
        (HERE, THERE, ["12 Harbour [Street]", "Level 3", "Sydney", "[NSW]", "Australia"],
         ["12 Harbour [St]", "Level 3", "Sydney", "[(blank)]", "Australia"]),
    ],
)  # fmt: skip
def test_values_are_compared_line_by_line_and_word_by_word(
    one: Any, other: Any, left: list[str], right: list[str]
) -> None:
    assert [words(side) for side in compare(one, other)] == [left, right]


def test_the_list_shows_both_values_and_what_is_asked(sync: Sync, admin_client: Client) -> None:
    make_conflict(sync, field="companies.billing", source_value=HERE, target_value=THERE, field_label="Billing address")
    make_decided(sync, "002")
    page = html(admin_client.get(LIST))
    assert "12 Harbour <mark>Street</mark>" in page and "<mark>(blank)</mark>" in page
    assert "Companies: Billing address" in page and "Use Ieatta’s values" in page and "Use this" in page
    assert "Restore the other value" not in page
    page = html(admin_client.get(f"{LIST}?state=all"))
    assert "Restore the other value" in page and "Ieatta’s value, by rule" in page
    assert '<span class="po-hidden"> waiting</span>' in page  # the number beside the menu's entry
    assert "12 Harbour" not in html(admin_client.get(f"{LIST}?field=companies.name&state=all"))


def test_pages_go_on_after_the_last_row(sync: Sync, admin_client: Client) -> None:
    rows = [make_conflict(sync, f"00{number}", label=f"Record {number}.") for number in range(PAGE + 1)]
    page = html(admin_client.get(LIST))
    assert "Record 50." in page and "Record 0." not in page
    page = html(admin_client.get(f"{LIST}?before={rows[1].pk}"))
    assert "Record 0." in page and "Record 1." not in page


def test_an_operator_decides_but_makes_no_rule(sync: Sync, sign_in: Callable[[str], Client]) -> None:
    row, other = make_conflict(sync, "001"), make_conflict(sync, "002")
    client = sign_in("operator")
    assert "Remember as rule" not in html(client.get(LIST))
    client.post(f"{LIST}act/", {"one": f"target:{row.pk}", "conflict": other.pk, "remember": "on"})
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.winner, row.decided_by, other.state) == ("chosen", "target", "a-operator", "open")
    assert not FieldRule.objects.filter(sync=sync).exists()


def test_ticked_ones_are_decided_together_and_remembered(sync: Sync, admin_client: Client) -> None:
    rows = [make_conflict(sync, f"00{number}") for number in range(3)]
    ticked = {"do": "target", "conflict": [rows[0].pk, rows[1].pk], "remember": "on", "next": f"{LIST}?field="}
    answer = admin_client.post(f"{LIST}act/", ticked, follow=True)
    assert "2 fields are decided" in html(answer)
    assert list(FieldConflict.objects.order_by("pk").values_list("state", flat=True)) == ["chosen", "chosen", "open"]
    assert FieldRule.objects.get(sync=sync).winner == "target"
    assert Run.objects.get(trigger="conflict").scope["source_ids"] == ["000", "001"]


def test_all_that_the_filter_leaves_are_decided(sync: Sync, admin_client: Client) -> None:
    names = [make_conflict(sync, f"00{number}") for number in range(2)]
    phone = make_conflict(sync, "001", "companies.phone")
    admin_client.post(f"{LIST}act/", {"do": "source", "every": "on", "kept_field": "companies.name"})
    assert {FieldConflict.objects.get(pk=row.pk).state for row in names} == {"chosen"}
    assert FieldConflict.objects.get(pk=phone.pk).state == "open"


def test_what_cannot_be_used_says_why_in_place_of_a_button(
    own: dict[str, Any], two_way_kind: None, admin_client: Client
) -> None:
    row = make_conflict(make_two_way(own["workspace"], read_only=True))
    page = html(admin_client.get(f"{LIST}{row.pk}/change/"))
    assert (
        "Ieatta is read-only in this sync" in page and "Use Ieatta’s value" in page and "Use Accelo’s value" not in page
    )
    answer = admin_client.post(f"{LIST}{row.pk}/decide/", {"do": "target"}, follow=True)
    assert "Ieatta is read-only" in html(answer)
    row.refresh_from_db()
    assert row.state == "open"


def test_a_losing_value_is_restored_from_the_page_of_one(sync: Sync, admin_client: Client) -> None:
    row = make_decided(sync)
    page = html(admin_client.get(f"{LIST}{row.pk}/change/"))
    assert "Restore Accelo’s value" in page
    answer = admin_client.post(f"{LIST}{row.pk}/decide/", {"do": "restore"}, follow=True)
    assert "comes back with the run" in html(answer)
    row.refresh_from_db()
    assert (row.state, row.value) == ("chosen", "Harbour Trust Ltd")


def test_a_record_tells_of_its_conflicts_and_of_what_each_side_held(sync: Sync, admin_client: Client) -> None:
    row = make_conflict(sync)
    page = html(admin_client.get(f"/admin/integrations/sync/{sync.pk}/record/?stream=companies&id=001A"))
    assert f"{LIST}{row.pk}/change/" in page and "<dt>Name</dt><dd>Harbour</dd>" in page


def test_the_file_runs_nothing_in_a_spreadsheet(sync: Sync, admin_client: Client) -> None:
    make_conflict(sync, source_value='=HYPERLINK("x")', target_value={"street": "1 A St\nLevel 2", "city": "Perth"})
    answer = admin_client.get(f"{LIST}export/?sync={sync.pk}")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert rows[0]["source"].startswith("'=") and rows[0]["target"] == "1 A St, Level 2, Perth"
    assert (rows[0]["record"], rows[0]["state"], rows[0]["base"]) == ("Harbour Trust", "open", "Harbour")


def test_conflicts_of_another_workspace_are_neither_shown_nor_decided(sync: Sync, admin_client: Client) -> None:
    foreign = make_conflict(make_two_way(fill("foreign", MARK)["workspace"]), label=f"{MARK} trust")
    assert MARK not in html(admin_client.get(f"{LIST}?state=all"))
    for given in (
        {"do": "source", "conflict": foreign.pk},
        {"one": f"source:{foreign.pk}"},
        {"do": "source", "every": "1"},
    ):
        admin_client.post(f"{LIST}act/", given)
    admin_client.post(f"{LIST}act/", {"restore": foreign.pk})
    foreign.refresh_from_db()
    assert foreign.state == "open" and not Run.objects.filter(trigger="conflict").exists()
