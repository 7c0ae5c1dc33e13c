"""Rules of companies, contacts and affiliations: what each write takes, what is made and moved along with it.

Source: Accelo API docs, _companies, _contacts, _affiliations; former wiki, POST affiliations (the default affiliation).
Guesses, none of them documented: a deleted company takes its affiliations and addresses along; an e-mail and a mobile
number given with a new contact stay behind on it as leftovers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from integrations.vendors.accelo.sandbox.answers import Refused
from integrations.vendors.accelo.sandbox.params import Params
from integrations.vendors.accelo.sandbox.store import Row, Store

COMPANY = ("name", "website", "phone", "fax", "comments")
CONTACT = ("firstname", "middlename", "surname", "username", "title", "comments")
TIE = ("phone", "fax", "email", "position", "invoice_method")
ADDRESS_IDS = {"physical_address_id": "physical_address", "postal_address_id": "postal_address"}
PROFILE = re.compile(r"profile\.(\d+)$")


def create_company(store: Store, params: Params, staff_id: str) -> Row:
    row = {**_texts(store, "companies", params, COMPANY), **_status(store, "companies", params)}
    _check_company(store, row, new=True)
    if params.text("custom_id"):
        row["custom_id"] = params.text("custom_id")
    fields = {match.group(1): str(params.values[name]) for name in params.values if (match := PROFILE.match(name))}
    if any(store.find("profile_fields", field) is None for field in fields):
        raise Refused("invalid_request")
    company = store.insert("companies", row)
    for field, value in fields.items():
        set_value(store, "company", company["id"], field, value, staff_id)
    return company


def update_company(store: Store, row: Row, params: Params) -> Row:
    """Five fields; all others are silently left as they are."""
    changes = _texts(store, "companies", params, COMPANY)
    _check_company(store, {"id": row["id"], **changes}, new=False)
    return store.edit("companies", row["id"], changes)


def delete_company(store: Store, row: Row) -> None:
    for id in store.indexes["affiliations"].ids_with("company", [row["id"]]):
        delete_affiliation(store, store.tables["affiliations"][id])
    for id in store.indexes["addresses"].ids_with("against_id", [row["id"]]):
        if store.tables["addresses"][id]["against_type"] == "company":
            store.remove("addresses", id)
    store.remove("companies", row["id"])


def create_contact(store: Store, params: Params) -> Row:
    """Two objects: the person, and the affiliation with the company. `mobile` is not taken."""
    person = {**_texts(store, "contacts", params, CONTACT), **_status(store, "contacts", params)}
    if not str(person.get("firstname", "")).strip() or not str(person.get("surname", "")).strip():
        raise Refused("invalid_request")
    company = _existing(store, "companies", params.text("company_id"))
    tie = {**_tie(store, params), "company": company["id"]}
    _check_username(store, person, "")
    contact = store.insert("contacts", {**person, "email": tie.get("email", "")})
    settle(store, store.insert("affiliations", {**tie, "contact": contact["id"]}))
    return contact


def update_contact(store: Store, row: Row, params: Params) -> Row:
    """Neither e-mail nor phone, which belong to the affiliation."""
    changes = _texts(store, "contacts", params, CONTACT)
    if any(not changes.get(name, "x").strip() for name in ("firstname", "surname")):
        raise Refused("invalid_request")
    _check_username(store, changes, row["id"])
    return store.edit("contacts", row["id"], {**changes, **_status(store, "contacts", params)})


def deactivate_contact(store: Store, row: Row) -> None:
    inactive = status_with(store, "contact_statuses", "inactive")
    store.edit("contacts", row["id"], {"standing": "inactive", "contact_status": inactive["id"]})


def create_affiliation(store: Store, params: Params) -> Row:
    company = _existing(store, "companies", params.text("company_id"))
    contact = _existing(store, "contacts", params.text("contact_id"))
    row = {**_full_tie(store, params), "company": company["id"], "contact": contact["id"]}
    made = store.insert("affiliations", row)
    settle(store, made)
    touch_parents(store, made)
    return made


def update_affiliation(store: Store, row: Row, params: Params) -> Row:
    """Company and contact cannot be changed."""
    edited = store.edit("affiliations", row["id"], _full_tie(store, params))
    touch_parents(store, edited)
    return edited


def delete_affiliation(store: Store, row: Row) -> None:
    store.remove("affiliations", row["id"])
    for table, owner in _parents(row):
        parent = store.find(table, owner)
        if parent is not None and parent.get("default_affiliation") == row["id"]:
            parent["default_affiliation"] = None
    touch_parents(store, row)


def settle(store: Store, tie: Row) -> None:
    """The first affiliation of a person, and of a company, becomes its default."""
    for table, owner in _parents(tie):
        parent = store.find(table, owner)
        if parent is not None and not parent.get("default_affiliation"):
            parent["default_affiliation"] = tie["id"]


def touch_parents(store: Store, tie: Row) -> None:
    """Whether an affiliation's edit moves the dates of its company and contact is not documented: a switch."""
    if store.settings["touch_parents"]:
        touch(store, _parents(tie))


def touch(store: Store, owners: Iterable[tuple[str, str]]) -> None:
    for table, id in owners:
        if store.find(table, id) is not None:
            store.edit(table, id, {})


def set_value(store: Store, link_type: str, link_id: str, field_id: str, value: str, staff_id: str) -> Row:
    """A profile value set for the first time. The caller has made sure that the field exists."""
    field = store.tables["profile_fields"][field_id]
    copied = {"field_name": field["field_name"], "field_type": field["field_type"]}
    ties = {"field_id": field_id, "link_type": link_type, "link_id": link_id, "modified_by": staff_id}
    return store.insert("profile_values", {**copied, **ties, "value": value})


def status_with(store: Store, table: str, standing: str) -> Row:
    """The first status of that standing, in the administrator's order. Raises Refused."""
    rows = sorted(store.rows(table), key=lambda row: int(row["ordering"]))
    for row in rows:
        if row["standing"] == standing:
            return row
    raise Refused("invalid_request")


def kept(store: Store, table: str, name: str, text: str) -> str:
    """What the deployment makes of a text that the API sends: cut and rewritten as its switches say."""
    form = str(store.settings["store_as"].get(f"{table}.{name}", ""))
    limit = store.settings["length_limits"].get(f"{table}.{name}")
    return _rewritten(form, text)[: None if limit is None else int(limit)]


def _rewritten(form: str, text: str) -> str:
    word, _, rest = form.partition(":")
    if word == "digits":
        return re.sub(r"[^\d+]", "", text)
    if word == "append":
        return f"{text}{rest}" if text and not text.endswith(rest) else text
    if word == "plain":
        return "".join(char for char in text if ord(char) < 0x10000)
    return {"upper": text.upper, "lower": text.lower, "trim": text.strip}.get(word, lambda: text)()


def _texts(store: Store, table: str, params: Params, names: Iterable[str]) -> dict[str, str]:
    return {name: kept(store, table, name, params.text(name)) for name in names if name in params.values}


def _tie(store: Store, params: Params) -> dict[str, Any]:
    row: dict[str, Any] = _texts(store, "affiliations", params, TIE)
    if "communication" in params.values:
        row["communication"] = params.text("communication") in ("yes", "1")
    for name, key in ADDRESS_IDS.items():
        if params.text(name):
            row[key] = _existing(store, "addresses", params.text(name))["id"]
    return row


def _full_tie(store: Store, params: Params) -> dict[str, Any]:
    row = {**_tie(store, params), **_texts(store, "affiliations", params, ("mobile", "standing"))}
    return row | ({"affiliation_status": params.text("status_id")} if params.text("status_id") else {})


def _status(store: Store, table: str, params: Params) -> dict[str, Any]:
    """Status and standing of a write: the status wins, a standing alone only finds its first status."""
    key, name = ("status", "status_id") if table == "companies" else ("contact_status", "status")
    list_of = "company_statuses" if table == "companies" else "contact_statuses"
    if params.text(name):
        status = _existing(store, list_of, params.text(name))
    elif params.text("standing"):
        status = status_with(store, list_of, params.text("standing"))
    else:
        return {}
    return {key: status["id"], "standing": status["standing"]}


def _check_company(store: Store, row: Row, *, new: bool) -> None:
    if (new or "name" in row) and not str(row.get("name", "")).strip():
        raise Refused("invalid_request")
    if store.settings["unique_company_names"] and "name" in row:
        wanted = row["name"].strip().casefold()
        for other in store.tables["companies"].values():
            if other["id"] != row.get("id") and str(other["name"]).strip().casefold() == wanted:
                raise Refused("duplicate", "The name is already used by another company.")


def _check_username(store: Store, row: Row, id: str) -> None:
    name = row.get("username")
    if name and any(one.get("username") == name and one["id"] != id for one in store.tables["contacts"].values()):
        raise Refused("invalid_request")


def _existing(store: Store, table: str, id: str) -> Row:
    row = store.find(table, id)
    if row is None:
        raise Refused("invalid_request")
    return row


def _parents(tie: Row) -> list[tuple[str, str]]:
    return [("contacts", str(tie.get("contact"))), ("companies", str(tie.get("company")))]
