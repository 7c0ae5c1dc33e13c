"""Writing to accounts whose API is not as assumed: other methods, whole records, names, short answers."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.core.records import Action, LinkView
from integrations.syncs.accountsiq_expensein.rows import Laid, Present
from integrations.syncs.accountsiq_expensein.rules import plan_record
from integrations.syncs.accountsiq_expensein.write import Writer
from tests.syncs.accountsiq_expensein.conftest import World
from tests.syncs.accountsiq_expensein.test_rules import as_record

VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "PUT with what changes": ("update: {method: PUT, body: partial}", {}),
    "PATCH with what changes": ("update: {method: PATCH, body: partial}", {"update_method": "PATCH"}),
    "PUT with whole records": ("update: {method: PUT, body: full}", {"update_body": "full"}),
    "lists under a key": ("lists: {keys: [rows]}", {"wrap": "rows"}),
    "pages": ("lists: {paging: {enabled: true, per_page: 2}}", {"paging": True, "page_size": 2}),
    "numbers as ids": ("", {"numeric_ids": True}),
    "answers with ids only": ("", {"answer": "id"}),
    "another path and field": (
        "objects: {categories: {path: /ledgers, fields: {reference: nominal}}}",
        {"paths": {"categories": "ledgers"}, "names": {"reference": "nominal"}},
    ),
}
PERSONAL = {"description": "Ours", "isReportable": False, "appliesTo": ["mileage"], "fixedAmount": 12.5}


def put(world: World, **names: str) -> None:
    rows = [{"Code": code.strip("_"), "Description": name} for code, name in names.items()]
    world.accountsiq.act("put", table="gl_accounts", rows=rows)


def held(world: World) -> dict[str, dict[str, Any]]:
    rows = world.expensein.act("state", table="categories")["categories"]
    return {row["reference"]: row for row in (rows.values() if isinstance(rows, dict) else rows)}


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_of_the_mapping_file_creates_renames_and_swaps_and_keeps_other_fields(
    world: World, variant: str
) -> None:
    mapping, settings = VARIANTS[variant]
    world.expensein.act("settings", **settings)
    put(world, _1="One", _2="Two", _3="Three")
    assert [action.kind for action in world.sync("categories", mapping)] == ["create"] * 3
    assert all(row["appliesTo"] == ["purchase"] for row in held(world).values())
    ids = {code: row["id"] for code, row in held(world).items()}
    world.expensein.act("put", table="categories", rows=[{"id": id, **PERSONAL} for id in ids.values()])
    put(world, _1="Two", _2="One", _3="Drei")
    world.sync("categories", mapping)
    after = held(world)
    assert {code: row["name"] for code, row in after.items()} == {"1": "Two", "2": "One", "3": "Drei"}
    assert {code: row["id"] for code, row in after.items()} == ids
    assert all({name: row[name] for name in PERSONAL} == PERSONAL for row in after.values())
    assert [action.kind for action in world.sync("categories", mapping)] == ["none"] * 3


def test_a_tax_rate_that_is_sent_whole_keeps_its_rate(world: World) -> None:
    mapping = "update: {method: PUT, body: full}"
    world.expensein.act("settings", update_body="full")
    tax = {"Code": "T1", "Description": "Standard", "Rate": "20"}
    world.accountsiq.act("put", table="tax_codes", rows=[tax])
    world.sync("tax_rates", mapping)
    world.accountsiq.act("put", table="tax_codes", rows=[{**tax, "Description": "Standard 21", "Rate": "21"}])
    world.sync("tax_rates", mapping)
    rows = world.expensein.act("state", table="tax_rates")["tax_rates"]
    row = next(iter(rows.values() if isinstance(rows, dict) else rows))
    assert (row["name"], row["rate"]) == ("Standard 21", 20)


def rename(present: Present, name: str) -> Action:
    laid = Laid("1", "1", name, name, how="reference", present=present)
    return plan_record(as_record(laid), None, None, ("purchase",))


def stored_in_its_own_way(world: World) -> tuple[Writer, str]:
    """A writer to an account that answers every update with the name in capitals, and the id of its one record."""
    id = world.expensein.act("put", table="categories", rows=[{"name": "OLD", "reference": "1"}])["ids"][0]
    answer = f'{{"id": "{id}", "name": "TRAVEL", "reference": "1"}}'
    world.expensein.faults(
        {"match": "PUT /1.0/", "do": "status", "status": 200, "body_text": answer, "times": -1, "when": "after"}
    )
    from integrations.vendors.expensein import VENDOR

    return Writer(world.client(VENDOR, base_url=f"{world.url}/expensein/1.0"), lambda _: None), id


def test_a_value_that_expensein_stores_in_its_own_way_is_told_and_not_sent_again(world: World) -> None:
    writer, id = stored_in_its_own_way(world)
    written = writer.update(rename(Present(id, "OLD", "1"), "Travel"))
    assert written.notes == ("ExpenseIn stored 'TRAVEL' for 'Travel'.",)
    link = LinkView("1", id, memo=written.memo)
    laid = Laid("1", "1", "Travel", "Travel", how="reference", present=Present(id, "TRAVEL", "1"))
    record = as_record(laid)
    assert record.digest == written.digest, "the next run does not even look at it"
    assert plan_record(record, link, None, None).kind == "none"
    edited = Laid("1", "1", "Travel", "Travel", how="reference", present=Present(id, "Edited", "1"))
    assert plan_record(as_record(edited), link, None, None).kind == "update"
