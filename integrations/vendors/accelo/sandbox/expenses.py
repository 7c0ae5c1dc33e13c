"""Rules of expenses: what a create needs, what an update takes, receipts, notes, progressions.

Source: Accelo API docs, _expenses, _progressions; former wiki, Create Expense (the message about engagements).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from integrations.vendors.accelo.sandbox.answers import Refused
from integrations.vendors.accelo.sandbox.params import Params, Upload
from integrations.vendors.accelo.sandbox.specs import AGAINST_TABLES
from integrations.vendors.accelo.sandbox.store import Row, Store

REQUIRED = ("title", "against_type", "against_id", "unit_cost", "quantity", "type_id")
WRONG_ENGAGEMENT = "Engagement must be an issue or job"
MANAGERS = {"job": "manager", "issue": "assignee"}


@dataclass(frozen=True, slots=True)
class Move:
    """A progression: from which standings it is offered and where it leads."""

    title: str
    offered: tuple[str, ...]
    standing: str
    status_title: str
    color: str


MOVES: Mapping[str, Move] = {
    "1": Move("Approve", ("submitted", "declined"), "approved", "Approved", "green"),
    "2": Move("Decline", ("submitted", "approved"), "declined", "Declined", "red"),
    "3": Move("Submit again", ("declined", "approved"), "submitted", "Submitted", "blue"),
}
STATUS_IDS = {"submitted": "1", "approved": "2", "declined": "3"}


def create(store: Store, params: Params, staff_id: str) -> Row:
    """A new expense, its note for the approver and its receipt. Raises Refused."""
    if any(not params.text(name).strip() for name in REQUIRED):
        raise Refused("invalid_request")
    _check_against(store, params.text("against_type"), params.text("against_id"))
    receipt = params.files.get("file")
    if receipt is not None and params.text("resource_id"):
        raise Refused("invalid_request")
    given = {name: params.values[name] for name in (*WRITERS, "price") if name in params.values}
    row: Row = {
        "against_type": params.text("against_type"),
        "against_id": params.text("against_id"),
        "date_incurred": store.now(),
        "billable": False,
        "reimbursable": False,
        "standing": store.settings["first_standing"],
        "submitter_id": _submitter(store, params, staff_id),
        "approver_id": _manager(store, params) or staff_id,
        **_written(store, given),
    }
    row.setdefault("price", row["unit_cost"])
    if receipt is not None:
        row["resource_id"] = _keep(store, receipt, staff_id)
    row["activity_id"] = _note(store, row, staff_id)
    return store.insert("expenses", row)


def update(store: Store, row: Row, params: Params, staff_id: str) -> Row:
    """Only the documented fields; all others are silently left as they are."""
    _check_open(store, row)
    given = {name: value for name, value in params.values.items() if name in WRITERS}
    return store.edit("expenses", row["id"], _written(store, given))


def delete(store: Store, row: Row) -> None:
    _check_open(store, row)
    store.remove("expenses", row["id"])


def progressions(store: Store, row: Row) -> list[dict[str, Any]]:
    """The moves open now, ascending by id; none when the token's user has no permission."""
    if not store.settings["progressions_allowed"]:
        return []
    return [_shown(store, id, move) for id, move in MOVES.items() if row["standing"] in move.offered]


def progress(store: Store, row: Row, id: str, staff_id: str) -> Row:
    """Raises Refused when the move is not open."""
    if id not in {move["id"] for move in progressions(store, row)}:
        raise Refused("invalid_request")
    move = MOVES[id]
    history = {"to_id": STATUS_IDS[move.standing], "to_title": move.status_title, "modified_by": staff_id}
    store.insert("history", {**history, "against_type": "expense", "against_id": row["id"]})
    return store.edit("expenses", row["id"], {"standing": move.standing})


def _shown(store: Store, id: str, move: Move) -> dict[str, Any]:
    """The docs' table nests the status, their sample shows its parts flat: a switch."""
    parts = {"title": move.status_title, "color": move.color, "standing": move.standing}
    if store.settings["progression_shape"] == "flat":
        return {**parts, "id": id, "title": move.title, "status": STATUS_IDS[move.standing]}
    return {"id": id, "title": move.title, "status": {"id": STATUS_IDS[move.standing], **parts}}


def _check_open(store: Store, row: Row) -> None:
    if row["standing"] in store.settings["locked_standings"]:
        raise Refused("invalid_request", f"The expense is {row['standing']} and cannot be changed.")


def _check_against(store: Store, kind: str, id: str) -> None:
    settings = store.settings
    permitted = {"job", "issue"} | ({"contract_period"} if settings["retainer_periods"] else set())
    if kind not in permitted:
        raise Refused("invalid_request", WRONG_ENGAGEMENT)
    if settings["engagement_check"] and store.find(AGAINST_TABLES[kind], id) is None:
        raise Refused("invalid_request")


def _submitter(store: Store, params: Params, staff_id: str) -> str:
    """The token's user; that another can be named is documented nowhere, hence a switch."""
    wished = params.text("submitter_id")
    return wished if wished and store.settings["submitter_writable"] else staff_id


def _manager(store: Store, params: Params) -> str:
    kind = params.text("against_type")
    owner = store.find(AGAINST_TABLES[kind], params.text("against_id")) or {}
    return str(owner.get(MANAGERS.get(kind, "")) or "")


def _keep(store: Store, receipt: Upload, staff_id: str) -> str:
    row = {"title": receipt.filename, "mimetype": receipt.mimetype, "filesize": len(receipt.content)}
    id = str(store.insert("resources", {**row, "owner_type": "staff", "owner_id": staff_id})["id"])
    store.files[id] = receipt.content
    return id


def _note(store: Store, row: Row, staff_id: str) -> str:
    note = {
        "subject": f"Expense submitted: {row['title']}",
        "against_type": row["against_type"],
        "against_id": row["against_id"],
        "owner_id": staff_id,
    }
    return str(store.insert("activities", note)["id"])


def _written(store: Store, given: Mapping[str, Any]) -> Row:
    """Row values of wire values. A form that the deployment does not take is left out, as its default then holds."""
    row: Row = {}
    for name, value in given.items():
        kept = (WRITERS | {"price": _amount})[name](store, str(value))
        if kept is not None:
            row[name] = kept
    return row


def _title(store: Store, text: str) -> str:
    if not text.strip():
        raise Refused("invalid_request")
    return text


def _amount(store: Store, text: str) -> str:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Refused("invalid_request") from None
    if not value.is_finite():
        raise Refused("invalid_request")
    return f"{value:.4f}"


def _type(store: Store, text: str) -> str:
    if store.find("expense_types", text) is None:
        raise Refused("invalid_request")
    return text


def _resource(store: Store, text: str) -> str:
    if store.find("resources", text) is None:
        raise Refused("invalid_request")
    return text


def _flag(store: Store, text: str) -> bool | None:
    forms = {"yes_no": {"yes": True, "no": False}, "one_zero": {"1": True, "0": False}}
    both = forms["yes_no"] | forms["one_zero"]
    if text not in both:
        raise Refused("invalid_request")
    taken = both if store.settings["accepts_booleans"] == "both" else forms[store.settings["accepts_booleans"]]
    return taken.get(text)


def given_date(store: Store, text: str) -> int | None:
    """None for a form that the deployment does not take."""
    form = "unix" if text.removeprefix("-").isdigit() else "iso"
    return given_moment(store, text) if store.settings["accepts_dates"] in ("both", form) else None


def given_moment(store: Store, text: str) -> int:
    """Unix seconds, or ISO 8601 text: a day is its local midnight in the deployment's zone."""
    if text.removeprefix("-").isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("invalid_request") from None
    zone = ZoneInfo(store.settings["time_zone"])
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


WRITERS: dict[str, Callable[[Store, str], Any]] = {
    "title": _title,
    "quantity": _amount,
    "unit_cost": _amount,
    "date_incurred": given_date,
    "type_id": _type,
    "billable": _flag,
    "reimbursable": _flag,
    "resource_id": _resource,
}
"""What both create and update take of an expense; price only at creation."""
