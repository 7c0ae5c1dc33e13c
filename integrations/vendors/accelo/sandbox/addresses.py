"""Rules of addresses. Source: Accelo API docs, _addresses. They have no dates and cannot be deleted.

Guesses: `overwrite` rewrites the owner's address of the same title; the first postal address of a company becomes its
postal address; a state or country that is not known is left out (a switch refuses it instead).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from integrations.vendors.accelo.sandbox.answers import Refused
from integrations.vendors.accelo.sandbox.params import Params
from integrations.vendors.accelo.sandbox.people import kept, touch
from integrations.vendors.accelo.sandbox.store import Row, Store

OWNERS = {"company": "companies", "contact": "contacts"}
TEXTS = ("title", "street1", "street2", "city", "zipcode")


def create(store: Store, params: Params, against_type: str, against_id: str) -> Row:
    table = OWNERS.get(against_type)
    if table is None or store.find(table, against_id) is None:
        raise Refused("invalid_request")
    row = {**_written(store, params, None), "against_type": against_type, "against_id": against_id}
    same = _same_title(store, row) if params.text("overwrite") in ("1", "yes") else None
    made = store.edit("addresses", same["id"], row) if same else store.insert("addresses", row)
    settle(store, made)
    return made


def update(store: Store, row: Row, params: Params) -> Row:
    edited = store.edit("addresses", row["id"], _written(store, params, row))
    settle(store, edited)
    return edited


def settle(store: Store, row: Row) -> None:
    """What an address moves at its owner."""
    table = OWNERS.get(row["against_type"], "")
    owner = store.find(table, str(row["against_id"])) if table else None
    if owner is not None and table == "companies" and row["postal"] and not owner.get("postal_address"):
        owner["postal_address"] = row["id"]
    if store.settings["touch_parents"] and table:
        touch(store, [(table, str(row["against_id"]))])


def of(store: Store, against_type: str, against_id: str) -> list[str]:
    ids = store.indexes["addresses"].ids_with("against_id", [against_id])
    return [id for id in ids if store.tables["addresses"][id]["against_type"] == against_type]


def by_names(store: Store, row: Mapping[str, Any]) -> Row:
    """A row that a person typed: `state` and `country` by name become their ids."""
    typed = dict(row)
    if "country" in typed:
        typed["country_id"] = _country(store, str(typed.pop("country") or ""))
    if "state" in typed:
        typed["state_id"] = _state(store, str(typed.pop("state") or ""), typed.get("country_id"))
    return typed


def _written(store: Store, params: Params, present: Row | None) -> Row:
    values = params.values
    row: Row = {name: kept(store, "addresses", name, params.text(name)) for name in TEXTS if name in values}
    if "postcode" in values:
        row["zipcode"] = kept(store, "addresses", "zipcode", params.text("postcode"))
    for name in ("postal", "physical"):
        if name in values:
            row[name] = params.text(name) in ("yes", "1")
    if "country" in values or "country_id" in values:
        id = params.text("country_id")
        row["country_id"] = _known(store, "countries", id) if id else _country(store, params.text("country"))
    if "state" in values or "state_id" in values:
        id, country = params.text("state_id"), row.get("country_id", (present or {}).get("country_id"))
        row["state_id"] = _known(store, "states", id) if id else _state(store, params.text("state"), country)
    return row


def _known(store: Store, table: str, id: str) -> str:
    if store.find(table, id) is None:
        raise Refused("invalid_request")
    return id


def _country(store: Store, name: str) -> str | None:
    return _found(store, name, store.rows("countries"), ("title", "suffix"))


def _state(store: Store, name: str, country_id: Any) -> str | None:
    rows = [row for row in store.rows("states") if country_id is None or row["country_id"] == str(country_id)]
    return _found(store, name, rows, ("title", "abbreviation"))


def _found(store: Store, name: str, rows: Iterable[Row], keys: tuple[str, ...]) -> str | None:
    wanted = name.strip().casefold()
    for row in rows:
        if wanted and wanted in {str(row.get(key)).casefold() for key in keys}:
            return str(row["id"])
    if wanted and store.settings["unknown_place_as"] == "refused":
        raise Refused("invalid_request")
    return None


def _same_title(store: Store, row: Row) -> Row | None:
    for id in of(store, row["against_type"], row["against_id"]):
        if store.tables["addresses"][id]["title"] == row.get("title", ""):
            return store.tables["addresses"][id]
    return None
