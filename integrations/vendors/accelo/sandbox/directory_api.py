"""The resource addresses of companies, contacts, affiliations, addresses, profile fields and webhooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from integrations.vendors.accelo.sandbox import addresses, moves, people
from integrations.vendors.accelo.sandbox.access import Token, staff_of
from integrations.vendors.accelo.sandbox.answers import NOTHING, Refused, envelope
from integrations.vendors.accelo.sandbox.hooks import EVENTS, Hooks, Subscription
from integrations.vendors.accelo.sandbox.params import Params
from integrations.vendors.accelo.sandbox.store import Row

if TYPE_CHECKING:
    from integrations.vendors.accelo.sandbox.api import Api

Match = Mapping[str, str]
Handler = Callable[["Api", Token, Params, Match], Any]

KINDS = {"companies": "company", "contacts": "contact"}
STATUS = {"companies": ("company_statuses", "status"), "contacts": ("contact_statuses", "contact_status")}


def _create(api: Api, token: Token, params: Params, match: Match) -> Any:
    makers: Mapping[str, Callable[[], Row]] = {
        "companies": lambda: people.create_company(api.store, params, token.staff_id),
        "contacts": lambda: people.create_contact(api.store, params),
        "affiliations": lambda: people.create_affiliation(api.store, params),
        "addresses": lambda: addresses.create(
            api.store, params, params.text("against_type"), params.text("against_id")
        ),
    }
    return _made(api, match["table"], makers[match["table"]](), params)


def _create_address_of(api: Api, token: Token, params: Params, match: Match) -> Any:
    return _made(api, "addresses", addresses.create(api.store, params, KINDS[match["owner"]], match["id"]), params)


def _made(api: Api, table: str, row: Row, params: Params) -> Any:
    shown = api.show(table, row, params)
    return envelope(api.shuffler, shown, params.values, status=api.store.settings["created_status"])


def _update(api: Api, token: Token, params: Params, match: Match) -> Any:
    table = match["table"]
    update = {
        "companies": people.update_company,
        "contacts": people.update_contact,
        "affiliations": people.update_affiliation,
        "addresses": addresses.update,
    }[table]
    return api.show(table, update(api.store, api.one(table, match["id"]), params), params)


def _delete(api: Api, token: Token, params: Params, match: Match) -> Any:
    delete = {
        "companies": people.delete_company,
        "contacts": people.deactivate_contact,
        "affiliations": people.delete_affiliation,
    }[match["table"]]
    delete(api.store, api.one(match["table"], match["id"]))
    return NOTHING


def _latest(api: Api, token: Token, params: Params, match: Match) -> Any:
    """`recent`: newest first; `newest`: last changed first. An order of one's own is ignored."""
    key = "id" if match["which"] == "recent" else "date_modified"
    return api.listed(match["table"], params, order=f"order_by_desc({key})")


def _ties_of(api: Api, match: Match) -> list[Row]:
    api.one("companies", match["id"])
    ids = api.store.indexes["affiliations"].ids_with("company", [match["id"]])
    return [api.store.tables["affiliations"][id] for id in ids]


def _contacts(api: Api, token: Token, params: Params, match: Match) -> Any:
    return api.listed("contacts", params, among={str(tie["contact"]) for tie in _ties_of(api, match)})


def _count_contacts(api: Api, token: Token, params: Params, match: Match) -> Any:
    among = {str(tie["contact"]) for tie in _ties_of(api, match)}
    return {"count": str(sum(1 for _ in api.selected("contacts", params, among=among)))}


def _contact(api: Api, token: Token, params: Params, match: Match) -> Any:
    """The person of the company's default affiliation."""
    tie = api.one("affiliations", str(api.one("companies", match["id"]).get("default_affiliation")))
    return api.show("contacts", api.one("contacts", str(tie["contact"])), params)


def _status(api: Api, token: Token, params: Params, match: Match) -> Any:
    table, key = STATUS[match["owner"]]
    return api.show(table, api.one(table, str(api.one(match["owner"], match["id"])[key])), params)


def _addresses(api: Api, token: Token, params: Params, match: Match) -> Any:
    api.one(match["owner"], match["id"])
    return api.listed("addresses", params, among=addresses.of(api.store, KINDS[match["owner"]], match["id"]))


def _progressions(api: Api, token: Token, params: Params, match: Match) -> Any:
    return moves.progressions(api.store, match["owner"], api.one(match["owner"], match["id"]))


def _progress(api: Api, token: Token, params: Params, match: Match) -> Any:
    table = match["owner"]
    row = moves.progress(api.store, table, api.one(table, match["id"]), match["move"], token.staff_id)
    return api.show(table, row, params)


# Profile fields


def _profile_fields(api: Api, token: Token, params: Params, match: Match) -> Any:
    kind = KINDS[match["owner"]]
    return api.listed("profile_fields", params, lambda row: row["link_type"] == kind)


def _profile_values(api: Api, token: Token, params: Params, match: Match) -> Any:
    kind = KINDS[match["owner"]]
    return api.listed("profile_values", params, lambda row: row["link_type"] == kind)


def _profile_values_of(api: Api, token: Token, params: Params, match: Match) -> Any:
    api.one(match["owner"], match["id"])
    kind, among = KINDS[match["owner"]], api.store.indexes["profile_values"].ids_with("link_id", [match["id"]])
    return api.listed("profile_values", params, lambda row: row["link_type"] == kind, among=among)


def _given(params: Params) -> str:
    for name in ("value", "value_int", "value_date"):
        if name in params.values:
            return params.text(name)
    raise Refused("invalid_request")


def _set_profile(api: Api, token: Token, params: Params, match: Match) -> Any:
    """The first setting; a second one for the same field is taken as a change."""
    kind, store = KINDS[match["owner"]], api.store
    api.one(match["owner"], match["id"])
    if api.one("profile_fields", match["field"])["link_type"] != kind:
        raise Refused("invalid_request")
    for id in store.indexes["profile_values"].ids_with("link_id", [match["id"]]):
        row = store.tables["profile_values"][id]
        if (row["link_type"], row["field_id"]) == (kind, match["field"]):
            return api.show("profile_values", _changed(api, token, row, params), params)
    made = people.set_value(store, kind, match["id"], match["field"], _given(params), token.staff_id)
    return _made(api, "profile_values", made, params)


def _change_profile(api: Api, token: Token, params: Params, match: Match) -> Any:
    row = api.one("profile_values", match["value"])
    if (row["link_type"], row["link_id"]) != (KINDS[match["owner"]], match["id"]):
        raise Refused("invalid_request")
    return api.show("profile_values", _changed(api, token, row, params), params)


def _changed(api: Api, token: Token, row: Row, params: Params) -> Row:
    return api.store.edit("profile_values", row["id"], {"value": _given(params), "modified_by": token.staff_id})


# Webhooks


def _subscriptions(api: Api, token: Token, params: Params, match: Match) -> Any:
    """Those of the token's user, beside that user."""
    own = [one for one in api.hooks.subscriptions.values() if one.user_id == token.staff_id]
    users = [_user(api, token)] if own else []
    return {"subscriptions": [_shown(api, one) for one in own], "subscriptions_users": users}


def _types(api: Api, token: Token, params: Params, match: Match) -> Any:
    rows = [{"event_id": id, "trigger_table": kind, "trigger_type": what} for id, (kind, what) in EVENTS.items()]
    return {"types": rows}


def _subscribe(api: Api, token: Token, params: Params, match: Match) -> Any:
    """Answered with 201 and `ok_created`, as the former wiki shows it."""
    url, event = params.text("trigger_url"), params.text("event_id")
    if event not in EVENTS or not url.startswith(("http://", "https://")):
        raise Refused("invalid_request")
    made = api.hooks.subscribe(event, url, params.text("content_type"), params.text("secret"), token.staff_id)
    return envelope(
        api.shuffler, {"subscription": {**_shown(api, made), "user": _user(api, token)}}, params.values, status=201
    )


def _unsubscribe(api: Api, token: Token, params: Params, match: Match) -> Any:
    _own(api.hooks, token, match["subscription"])
    api.hooks.unsubscribe(match["subscription"])
    return NOTHING


def _dispatch(api: Api, token: Token, params: Params, match: Match) -> Any:
    """Synchronous, to this subscriber only."""
    return {"status": api.hooks.deliver(_own(api.hooks, token, match["subscription"]), params.text("object_id"))}


def _trigger(api: Api, token: Token, params: Params, match: Match) -> Any:
    """Queued, to all subscribers of the event."""
    api.hooks.trigger(_own(api.hooks, token, match["subscription"]).event_id, params.text("object_id"))
    return {}


def _own(hooks: Hooks, token: Token, id: str) -> Subscription:
    found = hooks.subscriptions.get(id)
    if found is None or found.user_id != token.staff_id:
        raise Refused("invalid_request")
    return found


def _shown(api: Api, one: Subscription) -> dict[str, Any]:
    kind, what = EVENTS[one.event_id]
    return {
        "subscription_id": one.subscription_id,
        "event_id": one.event_id,
        "trigger_url": one.trigger_url,
        "content_type": one.content_type,
        "trigger_table": kind,
        "trigger_type": what,
        "user_id": int(one.user_id),
        "user_deployment": api.store.settings["deployment"],
    }


def _user(api: Api, token: Token) -> dict[str, Any]:
    staff = staff_of(api.store, token.staff_id)
    return {"id": int(token.staff_id), "name": f"{staff['firstname']} {staff['surname']}", "email": staff["email"]}


OWNER = "(?P<owner>companies|contacts)"
TABLE = "(?P<table>companies|contacts|affiliations|addresses)"
HOOK = "webhooks/subscriptions"
ONE_HOOK = f"{HOOK}/(?P<subscription>[0-9a-f]+)"

LINES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", TABLE, _create),
    ("PUT", f"{TABLE}/{{id}}", _update),
    ("DELETE", "(?P<table>companies|contacts|affiliations)/{id}", _delete),
    ("GET", "(?P<table>companies|contacts|jobs)/(?P<which>recent|newest)", _latest),
    ("GET", "companies/{id}/contacts", _contacts),
    ("GET", "companies/{id}/contacts/count", _count_contacts),
    ("GET", "companies/{id}/contact", _contact),
    ("GET", f"{OWNER}/{{id}}/status", _status),
    ("GET", f"{OWNER}/{{id}}/addresses", _addresses),
    ("POST", f"{OWNER}/{{id}}/addresses", _create_address_of),
    ("GET", f"{OWNER}/{{id}}/progressions", _progressions),
    ("POST", rf"{OWNER}/{{id}}/progressions/(?P<move>\d+)/auto", _progress),
    ("PUT", rf"{OWNER}/{{id}}/progressions/(?P<move>\d+)/auto", _progress),
    ("GET", f"{OWNER}/profiles/fields", _profile_fields),
    ("GET", f"{OWNER}/profiles/values", _profile_values),
    ("GET", f"{OWNER}/{{id}}/profiles/values", _profile_values_of),
    ("POST", rf"{OWNER}/{{id}}/profiles/fields/(?P<field>\d+)", _set_profile),
    ("PUT", rf"{OWNER}/{{id}}/profiles/values/(?P<value>\d+)", _change_profile),
    ("GET", HOOK, _subscriptions),
    ("GET", f"{HOOK}/types", _types),
    ("POST", HOOK, _subscribe),
    ("DELETE", ONE_HOOK, _unsubscribe),
    ("POST", f"{ONE_HOOK}/dispatch", _dispatch),
    ("POST", f"{ONE_HOOK}/trigger", _trigger),
)
