"""The mapping file: what it may say, what is refused, and that it changes what is sent."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from integrations.core.errors import ConfigError, ProtocolError
from integrations.vendors.base import Window
from integrations.vendors.expensein import build_vendor
from integrations.vendors.expensein.mapping_file import load_mapping, read_mapping
from integrations.vendors.expensein.records import Item
from tests.vendors.expensein.conftest import World

REFUSED = {
    "lists: {keyz: [data]}": "lists.keyz is not known; known here are keys, paging",
    "objects: {merchants: {path: /merchants}}": "objects.merchants is not known",
    "objects: {projects: {fields: {title: x}}}": "objects.projects.fields.title is not known",
    "objects: {projects: {path: projects}}": "objects.projects.path must be a path that begins with /",
    "objects: {projects: {path: /projects/}}": "objects.projects.path must be",
    "objects: {projects: {path: 'https://other.example'}}": "objects.projects.path must be",
    "objects: {projects: {fields: {id: null}}}": "objects.projects.fields.id must be a text",
    "objects: {projects: {fields: {reference: name}}}": "objects.projects.fields names name for two different fields",
    "objects: {projects: {fields: {deleted: no}}}": "objects.projects.fields.deleted must be a text, or null",
    "objects: {projects: {created_for: mileage}}": "objects.projects.created_for must be purchase or all",
    "update: {method: DELETE}": "update.method must be PUT or PATCH or POST, not 'DELETE'",
    "update: PATCH": "update must hold keys with values",
    "lists: {paging: {per_page: 0}}": "lists.paging.per_page must be a whole number, 1 or more",
    "lists: {paging: {enabled: 'on'}}": "lists.paging.enabled must be true or false",
    "calls_per_second: fast": "calls_per_second must be a whole number",
    "authorization: 'ApiKey x'": "authorization must be one word",
    "applies_to: {all: purchase}": "applies_to.all must be a list of words",
    "rate_scale: permille": "rate_scale must be percent or fraction",
    "- a\n- b": "the file must hold keys",
    "lists: [": "not valid YAML \\(line 1\\)",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_wrong_file_is_refused_by_its_name_and_key(text: str) -> None:
    with pytest.raises(ConfigError, match=f"^own.yaml:? .*{REFUSED[text]}"):
        read_mapping(text, "own.yaml")


def test_a_file_names_only_what_differs(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("objects: {projects: {fields: {reference: number}}}\nlists: {keys: [rows]}\n")
    mapping = load_mapping({"PORTAL_EXPENSEIN_MAPPING": str(own)})
    assert mapping.objects["projects"].fields.reference == "number"
    assert mapping.objects["projects"].fields.name == "name"
    assert mapping.list_keys == ("rows",)
    assert read_mapping("# nothing yet") == read_mapping() == load_mapping({})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="gone.yaml, which PORTAL_EXPENSEIN_MAPPING names, cannot be read"):
        load_mapping({"PORTAL_EXPENSEIN_MAPPING": str(tmp_path / "gone.yaml")})


def test_the_vendor_keeps_the_calls_per_second_of_the_file() -> None:
    assert build_vendor(read_mapping()).windows == (Window(5, 1.0),)
    assert build_vendor(read_mapping("calls_per_second: 2")).windows == (Window(2, 1.0),)
    assert build_vendor(read_mapping("calls_per_second: 0")).windows == ()


# What the file changes on the wire

FULL = "update: {method: PATCH, body: full}"


@pytest.mark.parametrize("listed", [True, False])
def test_whole_records_are_sent_where_the_account_wants_them(world: World, listed: bool) -> None:
    world.settings(update_method="PATCH", update_body="full")
    (id,) = world.put("categories", {"name": "Travel", "reference": "7400", "appliesTo": ["time"], "fixedAmount": 2.50})
    client = world.client(FULL)
    current = json.loads(json.dumps(next(iter(client.list_records("categories"))).raw)) if listed else None
    client.update_record("categories", id, {"name": "Fares"}, current)
    row = world.row("categories", id)
    assert (row["name"], row["reference"], row["appliesTo"], row["fixedAmount"]) == ("Fares", "7400", ["time"], 2.5)
    assert world.sent()[-1] == f"PATCH /1.0/categories/{id}"
    assert json.loads(world.control.act("writes")[0]["body"])["fixedAmount"] == 2.5


def test_records_are_only_kept_whole_where_updates_need_them(world: World) -> None:
    world.control.seed("small")
    assert next(iter(world.client().list_records("suppliers"))).raw == {}
    assert next(iter(world.client(FULL).list_records("suppliers"))).raw["name"] == "Lane End Motors"


PAGES = "lists: {paging: {enabled: true, per_page: 3}}"


@pytest.mark.parametrize("count", [0, 2, 3, 7])
def test_pages_are_read_until_one_is_short(world: World, count: int) -> None:
    world.settings(paging=True)
    world.control.act("bulk", table="suppliers", count=count)
    assert len(list(world.client(PAGES).list_records("suppliers"))) == count
    assert len(world.sent()) == count // 3 + 1


def test_a_record_that_moves_on_to_the_next_page_meanwhile_is_given_once(world: World) -> None:
    pages = ([{"id": "1"}, {"id": "2"}, {"id": "3"}], [{"id": "3"}])
    answers = [{"match": f"page={n}&", "do": "status", "status": 200, "body_text": json.dumps(rows)}
               for n, rows in enumerate(pages, 1)]  # fmt: skip
    world.control.faults(*answers)
    assert [item.id for item in world.client(PAGES).list_records("suppliers")] == ["1", "2", "3"]


@pytest.mark.parametrize("count", [3, 7])
def test_an_account_that_knows_no_pages_is_not_asked_for_ever(world: World, count: int) -> None:
    world.control.act("bulk", table="suppliers", count=count)
    with pytest.raises(ProtocolError, match="lists.paging"):
        list(world.client(PAGES).list_records("suppliers"))
    assert len(world.sent()) <= 2


@pytest.mark.parametrize("key", ["data", "items", "results"])
def test_lists_below_a_known_key_are_found(world: World, key: str) -> None:
    world.control.seed("small")
    world.settings(wrap=key)
    client = world.client()
    assert [item.reference for item in client.list_records("categories")] == ["7400", ""]
    assert client.check().facts["Users"] == "2"


OTHER_NAMES = """
objects:
  tax_rates:
    path: /vat-codes
    fields: {id: key, name: title, reference: vatCode, rate: fraction, deleted: null}
"""


def test_other_paths_and_field_names_need_no_other_code(world: World) -> None:
    names = {"id": "key", "name": "title", "reference": "vatCode", "rate": "fraction"}
    world.settings(paths={"tax_rates": "vat-codes"}, names=names)
    client = world.client(OTHER_NAMES + "rate_scale: fraction\n")
    made = client.create_record("tax_rates", {"name": "Standard", "reference": "T1", "rate": "13.5"})
    assert world.rows("tax_rates")[0]["rate"] == 0.135
    client.update_record("tax_rates", made.id, {"name": "Usual"})
    found = list(client.list_records("tax_rates"))
    assert found == [Item(made.id, "Usual", "T1", rate=Decimal("13.5"))]
    with pytest.raises(ConfigError, match="/taxrates"):
        list(world.client().list_records("tax_rates"))
