"""Custom fields of companies and contacts."""

import pytest

from integrations.core.errors import OutcomeUnknown
from integrations.vendors.accelo.client import AcceloClient
from tests.vendors.accelo.conftest import World


def test_fields_of_one_kind_of_object_are_listed(world: World, client: AcceloClient) -> None:
    options = {"field_type": "select", "options": ["Small", "Large"]}
    [size] = world.put("profile_fields", {"field_name": "Size", **options})
    world.put("profile_fields", {"field_name": "Diet", "link_type": "contact"})
    [field] = client.directory.profile_fields("companies")
    assert (field.id, field.name, field.type, field.options) == (size, "Size", "select", ("Small", "Large"))
    [candidate] = client.list_candidates("company_profile_field")
    assert (candidate.id, candidate.label, candidate.extra["options"]) == (size, "Size", "Small\nLarge")


def test_a_value_is_set_changed_and_seen_in_the_wide_list(world: World, client: AcceloClient) -> None:
    [field] = world.put("profile_fields", {"field_name": "Staff", "field_type": "integer"})
    made = client.directory.set_profile("companies", "3", field, "12", type="integer")
    assert (made.field_id, made.link_id, made.value) == (field, "3", "12")
    again = client.directory.set_profile("companies", "3", field, "13", made.id, type="integer")
    assert (again.id, again.value) == (made.id, "13")
    client.directory.set_profile("companies", "4", field, "1", type="integer")
    values = {one.link_id: one.value for one in client.directory.profile_values("companies")}
    assert values == {"3": "13", "4": "1"}
    assert list(client.directory.profile_values("contacts")) == []


def test_a_lost_first_setting_is_unknown_and_can_be_looked_up(world: World, client: AcceloClient) -> None:
    [field] = world.put("profile_fields", {"field_name": "Staff"})
    world.control.faults({"match": "POST /profiles", "do": "refuse", "when": "after"})
    with pytest.raises(OutcomeUnknown):
        client.directory.set_profile("companies", "3", field, "12")
    assert [one.value for one in client.directory.profile_values_of("companies", "3")] == ["12"]


def test_types_whose_writing_is_not_documented_are_not_written(client: AcceloClient) -> None:
    with pytest.raises(ValueError, match="multi_select"):
        client.directory.set_profile("companies", "3", "1", "a, b", type="multi_select")
