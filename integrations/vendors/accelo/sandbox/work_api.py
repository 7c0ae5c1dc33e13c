"""The resource addresses of sales and tickets. Their progressions, collections, custom fields and tasks: 501."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from integrations.vendors.accelo.sandbox import work
from integrations.vendors.accelo.sandbox.access import Token
from integrations.vendors.accelo.sandbox.answers import NOTHING, Refused, envelope
from integrations.vendors.accelo.sandbox.params import Params
from integrations.vendors.accelo.sandbox.specs_work import LISTS_ONLY, PATHS

if TYPE_CHECKING:
    from integrations.vendors.accelo.sandbox.api import Api

Match = Mapping[str, str]
Handler = Callable[["Api", Token, Params, Match], Any]

CREATE = {"prospects": work.create_sale, "issues": work.create_ticket}
UPDATE = {"prospects": work.update_sale, "issues": work.update_ticket}
DELETE = {"prospects": work.delete_sale, "issues": work.delete_ticket}


def _create(api: Api, token: Token, params: Params, match: Match) -> Any:
    table = match["table"]
    shown = api.show(table, CREATE[table](api.store, params, token.staff_id), params)
    return envelope(api.shuffler, shown, params.values, status=api.store.settings["created_status"])


def _update(api: Api, token: Token, params: Params, match: Match) -> Any:
    table = match["table"]
    row = UPDATE[table](api.store, api.one(table, match["id"]), params, token.staff_id)
    return api.show(table, row, params)


def _delete(api: Api, token: Token, params: Params, match: Match) -> Any:
    DELETE[match["table"]](api.store, api.one(match["table"], match["id"]))
    return NOTHING


def _status(api: Api, token: Token, params: Params, match: Match) -> Any:
    table = work.STATUSES["prospects"]
    return api.show(table, api.one(table, str(api.one("prospects", match["id"])["status"])), params)


def _types(api: Api, token: Token, params: Params, match: Match) -> Any:
    """Inactive ones are hidden by a default filter, whose place any other filter takes."""
    filtered = bool(params.values.get("_filters"))
    return api.listed(PATHS[match["list"]], params, lambda row: filtered or row["standing"] != "inactive")


def _recent(api: Api, token: Token, params: Params, match: Match) -> Any:
    """Newest first; an order of one's own is ignored."""
    return api.listed("issues", params, order="order_by_desc(date_submitted)")


def _undocumented(api: Api, token: Token, params: Params, match: Match) -> Any:
    raise Refused("invalid_request")


TABLE = "(?P<table>prospects|issues)"

LINES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", TABLE, _create),
    ("PUT", f"{TABLE}/{{id}}", _update),
    ("DELETE", f"{TABLE}/{{id}}", _delete),
    ("GET", "prospects/{id}/status", _status),
    ("GET", "(?P<list>(?:prospects|issues)/types)", _types),
    ("GET", "issues/recent", _recent),
    ("GET", f"(?:{LISTS_ONLY})/(?:count|{{id}})", _undocumented),
)
