"""Status moves of companies and contacts, from whichever standing they are offered in.

Source: Accelo API docs, _progressions; the moves themselves are this deployment's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.vendors.accelo.sandbox.answers import Refused
from integrations.vendors.accelo.sandbox.store import Row, Store


@dataclass(frozen=True, slots=True)
class Move:
    """`status`: the id of the status it leads to."""

    title: str
    offered: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """`key`: where a row keeps its status; `kind`: its singular, for the history."""

    kind: str
    key: str
    statuses: str
    moves: Mapping[str, Move]


LADDERS: Mapping[str, Ladder] = {
    "companies": Ladder(
        "company",
        "status",
        "company_statuses",
        {
            "11": Move("Win as client", ("potential", "inactive"), "3"),
            "12": Move("Deactivate", ("potential", "active"), "4"),
            "13": Move("Back to prospect", ("active", "inactive"), "2"),
        },
    ),
    "contacts": Ladder(
        "contact",
        "contact_status",
        "contact_statuses",
        {
            "21": Move("Activate", ("potential", "inactive"), "2"),
            "22": Move("Deactivate", ("potential", "active"), "3"),
        },
    ),
}


def progressions(store: Store, table: str, row: Row) -> list[dict[str, Any]]:
    """The moves open now, ascending by id; none when the token's user has no permission."""
    if not store.settings["progressions_allowed"]:
        return []
    moves = LADDERS[table].moves
    return [_shown(store, table, id) for id in moves if row["standing"] in moves[id].offered]


def progress(store: Store, table: str, row: Row, id: str, staff_id: str) -> Row:
    """Raises Refused when the move is not open."""
    if id not in {move["id"] for move in progressions(store, table, row)}:
        raise Refused("invalid_request")
    ladder = LADDERS[table]
    status = store.tables[ladder.statuses][ladder.moves[id].status]
    history = {"to_id": status["id"], "to_title": status["title"], "modified_by": staff_id}
    store.insert("history", {**history, "against_type": ladder.kind, "against_id": row["id"]})
    return store.edit(table, row["id"], {ladder.key: status["id"], "standing": status["standing"]})


def _shown(store: Store, table: str, id: str) -> dict[str, Any]:
    """The docs' table nests the status, their sample shows its parts flat: a switch."""
    ladder = LADDERS[table]
    status = store.tables[ladder.statuses][ladder.moves[id].status]
    parts = {name: status[name] for name in ("title", "color", "standing")}
    if store.settings["progression_shape"] == "flat":
        return {**parts, "id": id, "title": ladder.moves[id].title, "status": status["id"]}
    return {"id": id, "title": ladder.moves[id].title, "status": {"id": status["id"], **parts}}
