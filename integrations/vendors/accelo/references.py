"""What an admin may choose from in a mapping: expense types, taxes, staff, projects, tickets, retainers; statuses of
companies and contacts, custom fields of companies; what sales and tickets choose from (types, statuses, priorities).

Source: Accelo API docs, one section per object. No list says which statuses go with which type: each object has one
list of statuses for all of its types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from integrations.core.errors import ConfigError
from integrations.vendors.accelo.records import ProfileField, wire_flag, wire_id, wire_ref, wire_text, wire_time
from integrations.vendors.accelo.transport import Row, Transport
from integrations.vendors.base import Candidate

GONE = frozenset({"inactive", "cancelled", "lockout"})
"""Standings in which nothing should be mapped to an object. A completed project or closed ticket may still get a
late expense, so it stays a candidate; its standing is in `extra`."""
STATUS_FIELDS = "title,standing,start,color,ordering"
GROUPED = ("standing", "parent", "ordering")


@dataclass(frozen=True, slots=True)
class Source:
    """Where one kind is read. `dated`: its list takes a filter on date_modified."""

    path: str
    fields: str
    build: Callable[[Row], Candidate]
    dated: bool = False


def _expense_type(row: Row) -> Candidate:
    extra = {"standing": _standing(row)}
    if "tax_id" in row:
        extra["tax_id"] = wire_text(row["tax_id"])
    return Candidate("expense_type", wire_id(row), _title(row), active=_is_active(row), extra=extra)


def _tax(row: Row) -> Candidate:
    rate = {"rate": wire_text(row.get("rate"))}
    return Candidate("tax", wire_id(row), _title(row), active=_is_active(row), extra=rate)


def _staff(row: Row) -> Candidate:
    name = f"{wire_text(row.get('firstname'))} {wire_text(row.get('surname'))}".strip()
    email = wire_text(row.get("email")).strip()
    return Candidate("staff", wire_id(row), name or email, email=email, active=_is_active(row))


def _status(kind: str) -> Callable[[Row], Candidate]:
    """A status of one kind of object; its standing is the fixed word behind the freely chosen title."""

    def build(row: Row) -> Candidate:
        extra = {"standing": _standing(row), "start": "yes" if wire_flag(row.get("start")) else "no"}
        return Candidate(kind, wire_id(row), _title(row), extra=extra | _told(row, "color", "ordering"))

    return build


def _choice(kind: str, *names: str) -> Callable[[Row], Candidate]:
    """A value of a list; `names`: what goes to its extra. A `parent` is the id of the one above it, '' = none."""

    def build(row: Row) -> Candidate:
        return Candidate(kind, wire_id(row), _title(row), active=_is_active(row), extra=_told(row, *names))

    return build


def _told(row: Row, *names: str) -> dict[str, str]:
    """As text; an unset parent is '', though Accelo says "0"."""
    return {name: wire_ref(row[name]) if name == "parent" else wire_text(row[name]) for name in names if name in row}


def _profile_field(row: Row) -> Candidate:
    field = ProfileField.from_wire(row)
    extra = {"type": field.type, "options": "\n".join(field.options)}
    return Candidate("company_profile_field", field.id, field.name.strip(), extra=extra)


def _work(kind: str) -> Callable[[Row], Candidate]:
    def build(row: Row) -> Candidate:
        code = wire_text(row.get("custom_id")).strip()
        extra = {"standing": _standing(row)}
        return Candidate(kind, wire_id(row), _title(row), code=code, active=_is_active(row), extra=extra)

    return build


SOURCES: Mapping[str, Source] = {
    "expense_type": Source("expenses/types", "title,standing,tax_id", _expense_type),
    "tax": Source("taxes", "title,standing,rate", _tax),
    "staff": Source("staff", "firstname,surname,email,standing", _staff),
    "job": Source("jobs", "title,custom_id,standing,date_modified", _work("job"), dated=True),
    "issue": Source("issues", "title,custom_id,standing,date_modified", _work("issue"), dated=True),
    "contract": Source("contracts", "title,standing", _work("contract")),
    "company_status": Source("companies/statuses", STATUS_FIELDS, _status("company_status")),
    "contact_status": Source("contacts/statuses", STATUS_FIELDS, _status("contact_status")),
    "sale_type": Source("prospects/types", "title,parent,standing,ordering", _choice("sale_type", *GROUPED)),
    "sale_status": Source("prospects/statuses", STATUS_FIELDS, _status("sale_status")),
    "sale_probability": Source(
        "prospects/probabilities", "title,value,ordering", _choice("sale_probability", "value", "ordering")
    ),
    "ticket_type": Source("issues/types", "title,parent,standing,ordering", _choice("ticket_type", *GROUPED)),
    "ticket_status": Source("issues/statuses", STATUS_FIELDS, _status("ticket_status")),
    "ticket_priority": Source("issues/priorities", "title,color,factor", _choice("ticket_priority", "color", "factor")),
    "ticket_class": Source("issues/classes", "title,parent,standing", _choice("ticket_class", *GROUPED)),
    "ticket_resolution": Source("issues/resolutions", "title,parent,standing", _choice("ticket_resolution", *GROUPED)),
    "company_profile_field": Source("companies/profiles/fields", "field_name,field_type,options", _profile_field),
}
KINDS = tuple(SOURCES)


def list_candidates(calls: Transport, kind: str, modified_after: datetime | None) -> Iterator[Candidate]:
    """All of one kind, one request per 100. `modified_after` (aware) narrows jobs and issues; others come whole.

    Raises ConfigError for an unknown kind, and with what is missing when the user may not read the list.
    """
    source = SOURCES.get(kind)
    if source is None:
        raise ConfigError(f"Accelo has no list of {kind!r}. Known are {', '.join(KINDS)}.")
    since = int(modified_after.timestamp()) if modified_after and source.dated else None
    rows = calls.pages(source.path, _since_filter(since), source.fields)
    if kind == "expense_type":
        rows = _with_taxes(calls, rows)
    for row in rows:
        if since is None or (wire_time(row.get("date_modified")) or since) >= since:
            yield source.build(row)


def _since_filter(since: int | None) -> str:
    """The vendor's filter is strictly greater and keeps whole seconds, so one second less is asked for."""
    return "" if since is None else f"date_modified_after({since - 1})"


def _with_taxes(calls: Transport, rows: Iterator[Row]) -> Iterator[Row]:
    """Expense types with their `tax_id`.

    The docs list tax_id with a type and as a filter, but their sample lacks it. Where the list leaves it out,
    it is found by asking for the types of each tax; types that appear below two taxes (the filter was ignored)
    get none. Where nothing is found for any type, the deployment does not tell: the types stay without `tax_id`.
    """
    types = list(rows)
    if not types or any("tax_id" in row for row in types):
        yield from types
        return
    found: dict[str, list[str]] = {}
    for tax in calls.pages("taxes"):
        for row in calls.pages("expenses/types", f"tax_id({wire_id(tax)})"):
            found.setdefault(wire_id(row), []).append(wire_id(tax))
    told = {id: taxes[0] for id, taxes in found.items() if len(taxes) == 1}
    for row in types:
        yield {**row, "tax_id": told.get(wire_id(row), "")} if told else row


def _title(row: Row) -> str:
    return wire_text(row.get("title")).strip()


def _standing(row: Row) -> str:
    return wire_text(row.get("standing")).lower()


def _is_active(row: Row) -> bool:
    return _standing(row) not in GONE
