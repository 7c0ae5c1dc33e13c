"""What Accelo holds of a record that was imported, in one shape for all streams; and reading it by id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from integrations.core.records import Fields, Json
from integrations.syncs.salesforce_accelo_import.declared import COMPANIES, CONTACTS, SALES
from integrations.vendors.accelo.records import Company, Contact, Sale, Ticket

INACTIVE = "inactive"
RETIRING = frozenset({"standing", "status_id"})
"""Parts of a view that change when a record is set to inactive: Accelo chooses the status by the standing."""
UNTOLD = frozenset({"modified", "affiliation"})
"""Parts of a view that are not compared: when it was changed, and a contact's default place."""


def view(record: Company | Contact | Sale | Ticket) -> dict[str, Json]:
    """`modified`: unix seconds. A sum is decimal text."""
    if isinstance(record, Company):
        return _texts(record, "name", "website", "phone", "fax", "comments", "standing") | _at(record)
    if isinstance(record, Contact):
        held = _texts(record, "firstname", "surname", "title", "comments", "standing")
        return held | {"affiliation": record.default_affiliation} | _at(record)
    if isinstance(record, Sale):
        held = _texts(record, "title", "comments", "status_id", "type_id", "manager_id", "company")
        value = "" if record.value is None else f"{record.value:.2f}"
        more = {"value": value, "success": record.success, "progress": record.progress, "date_due": record.date_due}
        return held | more | {"tie": record.affiliation} | _at(record)
    held = _texts(record, "title", "description", "status_id", "type_id", "priority_id", "assignee_id", "company")
    return held | {"tie": record.affiliation, "standing": record.standing} | _at(record)


def _texts(record: Any, *names: str) -> dict[str, Json]:
    return {name: getattr(record, name) for name in names}


def _at(record: Any) -> dict[str, Json]:
    return {"modified": record.modified}


def fetch_views(client: Any, stream: str, ids: Iterable[str]) -> dict[str, dict[str, Json]]:
    """One request per 100; those that are gone are left out."""
    if stream == COMPANIES:
        found = client.directory.companies_by_id(ids)
    elif stream == CONTACTS:
        found = client.directory.contacts_by_id(ids)
    else:
        found = client.work.sales_by_id(ids) if stream == SALES else client.work.tickets_by_id(ids)
    return {id: view(one) for id, one in found.items()}


def edited(base: Fields, memo: Fields, now: Fields) -> bool:
    """Whether it is not as it was left, by its values or by when it was changed."""
    known = {name: value for name, value in base.items() if name in now and name not in UNTOLD}
    later = int(now.get("modified") or 0) > int(memo.get("modified") or now.get("modified") or 0)
    return later or any(now[name] != value for name, value in known.items())


def only_retired(base: Fields, now: Fields) -> bool:
    """Whether it was set to inactive since it was left, and nothing else was changed."""
    known = {name: value for name, value in base.items() if name in now and name not in UNTOLD | RETIRING}
    return (
        now.get("standing") == INACTIVE != base.get("standing")
        and "standing" in base
        and all(now[name] == value for name, value in known.items())
    )
