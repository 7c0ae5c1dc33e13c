"""Rules of sales and tickets: what each write takes, what it moves, what it sets going besides.

Source: Accelo API docs, _prospects, _issues. A status given with a write runs no progression and leaves no history.
Guesses: the signed-in user manages a sale that names nobody; a ticket without status gets the first one, as a sale
does; value_weighted; the dates of a ticket that is made closed. Switches: README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.vendors.accelo.sandbox.answers import Refused
from integrations.vendors.accelo.sandbox.expenses import given_date, given_moment
from integrations.vendors.accelo.sandbox.params import Params
from integrations.vendors.accelo.sandbox.people import kept, status_with
from integrations.vendors.accelo.sandbox.store import Row, Store

Writer = Callable[[Store, str], Row]

AGAINST = {
    "company": "companies",
    "contact": "contacts",
    "contract": "contracts",
    "issue": "issues",
    "job": "jobs",
    "prospect": "prospects",
}
"""What a ticket may be against -> table."""
STATUSES = {"prospects": "prospect_statuses", "issues": "issue_statuses"}
REACHED = {"submitted": 0, "open": 1, "resolved": 2, "closed": 3}
STAGES = (("date_opened", "opened_by"), ("date_resolved", "resolved_by"), ("date_closed", "closed_by"))


def create_sale(store: Store, params: Params, staff_id: str) -> Row:
    _need(params, "title", "affiliation_id", "type_id")
    row = {
        "manager": staff_id,
        "prospect_type": _existing(store, "prospect_types", params.text("type_id"))["id"],
        **first_status(store, "prospects"),
        **_written(store, "prospects", params, new=True),
    }
    return store.insert("prospects", {**row, **_weighed(row)})


def update_sale(store: Store, row: Row, params: Params, staff_id: str) -> Row:
    changes = _written(store, "prospects", params, new=False)
    return store.edit("prospects", row["id"], {**changes, **_weighed({**row, **changes})})


def delete_sale(store: Store, row: Row) -> None:
    """Not every edition of the docs has this: a switch."""
    if not store.settings["sales_deletable"]:
        raise Refused("invalid_request")
    store.remove("prospects", row["id"])


def create_ticket(store: Store, params: Params, staff_id: str) -> Row:
    _need(params, "title", "type_id", "against_type", "against_id")
    now = store.now()
    row = {
        "date_submitted": now,
        "submitted_by": staff_id,
        "issue_type": _existing(store, "issue_types", params.text("type_id"))["id"],
        **first_status(store, "issues"),
        **_written(store, "issues", params, new=True),
    }
    reached = REACHED.get(row["standing"], 0)
    for date, person in STAGES[:reached]:
        row |= {date: now, person: staff_id}
    made = store.insert("issues", row)
    _inform(store, made, "")
    return made


def update_ticket(store: Store, row: Row, params: Params, staff_id: str) -> Row:
    before = str(row.get("assignee") or "")
    edited = store.edit("issues", row["id"], _written(store, "issues", params, new=False))
    _inform(store, edited, before)
    return edited


def delete_ticket(store: Store, row: Row) -> None:
    store.remove("issues", row["id"])


def by_person(store: Store, table: str, row: Mapping[str, Any]) -> Row:
    """A row that a person typed: the company of a sale follows from its affiliation, a standing from its status."""
    typed = dict(row)
    if table == "prospects" and typed.get("affiliation"):
        typed = {**place(store.find("affiliations", str(typed["affiliation"])) or {}), **typed}
    status = store.find(STATUSES[table], str(typed.get("status")))
    return typed if status is None else {"standing": status["standing"], **typed}


def place(tie: Row) -> Row:
    """Where a sale belongs: company and contact of its affiliation."""
    return {"company": tie.get("company"), "contact": tie.get("contact")}


def first_status(store: Store, table: str) -> Row:
    status = min(store.rows(STATUSES[table]), key=lambda row: int(row["ordering"]), default=None)
    return {"status": "0", "standing": ""} if status is None else _as_status(status)


def _written(store: Store, table: str, params: Params, *, new: bool) -> Row:
    """Row values of the names that this object takes; others are silently left out, as are those of the switch."""
    hidden = set(store.settings["fields_not_taken"])
    names = [name for name in WRITERS[table] if name in params.values and f"{table}.{name}" not in hidden]
    row: Row = {}
    for name in names:
        row |= WRITERS[table][name](store, params.text(name))
    if table == "issues":
        row |= _against(store, params)
    return row | _status(store, table, params, new)


def _status(store: Store, table: str, params: Params, new: bool) -> Row:
    """Of a ticket a standing wins over a status; it finds the first status that has it."""
    if table == "issues" and params.text("standing"):
        return _as_status(status_with(store, STATUSES[table], params.text("standing")))
    if not params.text("status_id"):
        return {}
    status = _existing(store, STATUSES[table], params.text("status_id"))
    if new and not status["start"]:
        how = store.settings["other_start_statuses"]
        if how == "refused":
            raise Refused("invalid_request")
        if how == "ignored":
            return {}
    return _as_status(status)


def _as_status(status: Row) -> Row:
    return {"status": status["id"], "standing": status["standing"]}


def _against(store: Store, params: Params) -> Row:
    """Type and id go together."""
    kind, id = params.text("against_type"), params.text("against_id")
    if not kind and not id:
        return {}
    if kind not in AGAINST:
        raise Refused("invalid_request")
    return {"against_type": kind, "against_id": _existing(store, AGAINST[kind], id)["id"]}


def _inform(store: Store, ticket: Row, before: str) -> None:
    """A person to whom a ticket is newly assigned is informed of it."""
    assignee = str(ticket.get("assignee") or "")
    if assignee and assignee != before:
        told = {"what": "assignee informed", "against_type": "issue", "against_id": ticket["id"]}
        store.insert("effects", {**told, "staff_id": assignee, "date_created": store.now()})


def _weighed(row: Row) -> Row:
    share = Decimal(str(row.get("progress") or 0)) * Decimal(str(row.get("weighting") or 0)) * 20
    return {"value_weighted": int(share)}


def _need(params: Params, *names: str) -> None:
    if any(not params.text(name).strip() for name in names):
        raise Refused("invalid_request")


def _existing(store: Store, table: str, id: str) -> Row:
    row = store.find(table, id)
    if row is None:
        raise Refused("invalid_request")
    return row


def _text(table: str, name: str, *, filled: bool = False) -> Writer:
    def write(store: Store, text: str) -> Row:
        if filled and not text.strip():
            raise Refused("invalid_request")
        return {name: kept(store, table, name, text)}

    return write


def _ref(key: str, table: str) -> Writer:
    """Empty clears it."""

    def write(store: Store, text: str) -> Row:
        return {key: _existing(store, table, text)["id"] if text and text != "0" else None}

    return write


def _whole(key: str, highest: int, *, percent: bool = False) -> Writer:
    """A whole number from 0; a percentage is kept as a share of one."""

    def write(store: Store, text: str) -> Row:
        if not text.isdecimal() or int(text) > highest:
            raise Refused("invalid_request")
        return {key: f"{Decimal(text) / 100:.4f}" if percent else int(text)}

    return write


def _value(store: Store, text: str) -> Row:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Refused("invalid_request") from None
    if not value.is_finite():
        raise Refused("invalid_request")
    return {"value": f"{value:.2f}"}


def _success(store: Store, text: str) -> Row:
    if text not in ("yes", "no"):
        raise Refused("invalid_request")
    return {"success": text == "yes"}


def _place(store: Store, text: str) -> Row:
    tie = _existing(store, "affiliations", text)
    return {"affiliation": tie["id"], **place(tie)}


def _moment(store: Store, text: str) -> Row:
    return {"date_due": given_moment(store, text) if text else None}


def _day(key: str) -> Writer:
    """Which form a ticket's days are taken in is not documented: as the switch for expenses says."""

    def write(store: Store, text: str) -> Row:
        if not text:
            return {key: None}
        taken = given_date(store, text)
        return {} if taken is None else {key: taken}

    return write


WRITERS: Mapping[str, Mapping[str, Writer]] = {
    "prospects": {
        "title": _text("prospects", "title", filled=True),
        "comments": _text("prospects", "comments"),
        "value": _value,
        "success": _success,
        "affiliation_id": _place,
        "staff_id": _ref("manager", "staff"),
        "date_due": _moment,
        "weighting": _whole("weighting", 5),
        "progress": _whole("progress", 100, percent=True),
        "probability_id": _ref("prospect_probability", "prospect_probabilities"),
    },
    "issues": {
        "title": _text("issues", "title", filled=True),
        "description": _text("issues", "description"),
        "affiliation_id": _ref("affiliation", "affiliations"),
        "class_id": _ref("class", "issue_classes"),
        "priority_id": _ref("issue_priority", "issue_priorities"),
        "assignee": _ref("assignee", "staff"),
        "date_started": _day("date_started"),
        "date_due": _day("date_due"),
        "resolution_id": _ref("resolution", "issue_resolutions"),
        "resolution_detail": _text("issues", "resolution_detail"),
        "contract_id": _ref("contract", "contracts"),
    },
}
"""Field as it is written -> what becomes of it."""
