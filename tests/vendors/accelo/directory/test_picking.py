"""Companies and contacts as a person picks one."""

from __future__ import annotations

import pytest

from integrations.core.errors import ConfigError
from integrations.vendors.accelo.client import AcceloClient
from tests.vendors.accelo.conftest import World


def test_active_companies_with_these_words_come_first_those_that_begin_with_them(
    world: World, client: AcceloClient
) -> None:
    world.put(
        "companies",
        {"name": "The Zebra Works", "website": "zebra.example"},
        {"name": "Zebra Works"},
        {"name": "Zebra Works, old", "standing": "inactive"},
        {"name": "Zebra"},
    )
    found = client.search_records("company", "zebra works")
    assert [(one.label, one.code) for one in found] == [("Zebra Works", ""), ("The Zebra Works", "zebra.example")]
    assert len(world.calls("/companies")) == 1
    assert client.search_records("company", "nobody of this name") == []


def test_a_contact_is_picked_at_each_company_by_its_affiliation(world: World, client: AcceloClient) -> None:
    [kim] = world.put("contacts", {"firstname": "Kim", "surname": "Zadora"})
    [one] = world.put("companies", {"name": "Zebra Works"})
    first, second = world.put(
        "affiliations", {"contact": kim, "company": one, "email": "kim@zebra.example"}, {"contact": kim, "company": "1"}
    )
    found = client.search_records("contact", "zadora")
    assert {one.id for one in found} == {first, second}
    assert "Kim Zadora, Zebra Works" in {one.label for one in found}
    assert [one.id for one in client.search_records("contact", "kim@zebra.example")] == [first]


def test_one_is_found_by_its_id_and_an_unknown_id_is_nobody(world: World, client: AcceloClient) -> None:
    [kim] = world.put("contacts", {"firstname": "Kim", "surname": "Zadora"})
    [tie] = world.put("affiliations", {"contact": kim, "company": "1"})
    found = client.get_record("contact", tie)
    assert found and found.id == tie and found.label.startswith("Kim Zadora, ")
    company = client.get_record("company", "1")
    assert company and company.label
    assert client.get_record("company", "987654") is None and client.get_record("contact", "987654") is None


def test_what_cannot_be_picked_is_told(client: AcceloClient) -> None:
    with pytest.raises(ConfigError, match="nothing to pick of 'task'"):
        client.search_records("task", "zebra")
