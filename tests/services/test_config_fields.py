"""Field rules of a configuration file: what goes both ways."""

from __future__ import annotations

import pytest

from integrations.models import FieldRule, Sync, Workspace
from integrations.services.config import config_dump
from tests.services.test_config import BASE, errors_of, load

pytestmark = pytest.mark.django_db

DUMPED = {
    "ACME_IEATTA_PARTNER_USER_ID": "user", "ACME_IEATTA_PARTNER_USER_SECRET": "hush-ieatta-secret",
    "ACME_ACCELO_CLIENT_ID": "abc", "ACME_ACCELO_CLIENT_SECRET": "hush-accelo-secret",
}  # fmt: skip
TWO_WAY = BASE.replace("  - key: expenses\n    kind: ieatta-accelo\n", "  - key: step\n    kind: two_way\n")


@pytest.mark.parametrize(
    "fields",
    [
        "- {target: companies.name, direction: to_target, winner: newest, blank: keep}",
        "companies.name: {direction: Ieatta → Accelo, winner: the later change wins, blank: leave blanks as they are}",
    ],
)
def test_fields_that_go_both_ways_are_set_by_key_or_by_what_people_read(two_way_kind: None, fields: str) -> None:
    text = f"{TWO_WAY}    fields:\n      {fields}\n"
    load(text)
    rule = FieldRule.objects.get()
    assert (rule.direction, rule.winner, rule.blank) == ("to_target", "newest", "keep")
    assert load(text).changes == [] and load(config_dump(Workspace.objects.get()), **DUMPED).changes == []


def test_a_lone_word_is_the_winner_or_the_direction_of_a_field(two_way_kind: None) -> None:
    load(f"{TWO_WAY}    fields: {{companies.name: Accelo, companies.phone: off, E-mail: source}}\n")
    assert {rule.target: (rule.direction, rule.winner) for rule in FieldRule.objects.all()} == {
        "companies.name": ("both", "target"),
        "companies.phone": ("off", "source"),
        "contacts.email": ("both", "source"),
    }


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("[{target: companies.name, winner: latest}]", "must be one of source, target, newest, ask, not 'latest'"),
        ("[{target: companies.type, direction: both}]", "must be one of to_target, off, not 'both'"),
        ("[{target: companies.name, blank: empty}]", "must be one of fill, keep, source, not 'empty'"),
        ("[{target: companies.name, policy: off}]", "'policy' is not known here"),
    ],
)
def test_what_a_field_cannot_be_is_refused_with_what_it_can(two_way_kind: None, fields: str, words: str) -> None:
    assert words in errors_of(f"{TWO_WAY}    fields: {fields}\n")[0]["message"]


def test_turning_read_only_off_by_a_file_asks_for_the_matching_again(two_way_kind: None) -> None:
    load(f"{TWO_WAY}    options: {{read_only: yes}}\n")
    sync = Sync.objects.get()
    sync.memory = {"matched": {"at": "2026-11-22T10:00:00+00:00", "who": "ada"}, "kept": 1}
    sync.save()
    load(f"{TWO_WAY}    options: {{read_only: no}}\n")
    sync.refresh_from_db()
    assert sync.memory == {"kept": 1}


@pytest.mark.parametrize(
    "where",
    ["[{field: Industry, operator: is, values: [Banking, Retail]}]", "Industry is Banking; Retail"],
)
def test_conditions_are_a_list_of_maps_or_lines(two_way_kind: None, where: str) -> None:
    text = f"{TWO_WAY}    options: {{companies_where: {where}}}\n"
    load(text)
    rows = [{"field": "Industry", "operator": "is", "values": ["Banking", "Retail"]}]
    assert Sync.objects.get().options["companies_where"] == rows
    assert load(text).changes == [] and load(config_dump(Workspace.objects.get()), **DUMPED).changes == []
    wrong = f"{TWO_WAY}    options: {{companies_where: [{{field: Industry, operator: like, values: [x]}}]}}\n"
    assert "starts_with" in errors_of(wrong)[0]["message"]
