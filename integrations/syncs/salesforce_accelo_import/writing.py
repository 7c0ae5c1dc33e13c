"""Carrying out one action at Accelo: one call for a record, and looking for it when the answer was lost."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.core.errors import OutcomeUnknown, RejectedError
from integrations.core.records import Action, Fields, Found, IntentView, Json, Written
from integrations.syncs.base import Context
from integrations.syncs.salesforce_accelo_import.declared import COMPANIES, CONTACTS, DIRECTORY, SALES
from integrations.syncs.salesforce_accelo_import.placing import Place
from integrations.syncs.salesforce_accelo_import.rules import LABELS
from integrations.syncs.salesforce_accelo_import.shape import linked_digest, one_line
from integrations.syncs.salesforce_accelo_import.target import view
from integrations.vendors.accelo.records import SaleFields, TicketFields
from integrations.vendors.accelo.work import Lost

CONTACT_FIELDS = ("firstname", "surname", "email", "phone", "fax", "position")
NO_NAME = "-"
"""Accelo wants a contact's first name and surname filled."""
ORIGIN = re.compile(r"Salesforce (?:opportunity|case)[^\n]*?\((\w{18})\)")
"""How the comments or description of what was imported begin (rules.build_text)."""
HELD = {"status_id": "status_id", "type_id": "type_id", "priority_id": "priority_id", "value": "value"}
"""Wanted field -> what Accelo holds of it; who it is assigned to is called otherwise for each kind."""


class Writer:
    """One run's hand at Accelo. `highest`: stream -> the newest id before the next create. `later`: statuses by stream
    that Accelo refuses at creation: they are set afterwards."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.client: Any = context.target
        self.highest: dict[str, int] = {}
        self.later: set[tuple[str, str]] = set()

    # --- creating -----------------------------------------------------------------------------------------------

    def marker(self, action: Action) -> dict[str, Json]:
        """The newest id, asked once a run and then kept from the answers; and where it goes, by Accelo's ids."""
        if action.stream not in self.highest:
            self.highest[action.stream] = int(self._newest(action.stream))
        marker = {"after": str(self.highest[action.stream])}
        place = action.extra.get("place")
        if isinstance(place, Place):
            return marker | {"company": place.company.id, "affiliation": place.contact.id}
        return marker

    def _newest(self, stream: str) -> str:
        if stream in (COMPANIES, CONTACTS):
            return str(self.client.directory.highest_id(stream))
        return str(self.client.work.highest_sale_id() if stream == SALES else self.client.work.highest_ticket_id())

    def create(self, action: Action) -> Written:
        """Raises OutcomeUnknown when no readable answer came."""
        try:
            made = self._create(action)
        except OutcomeUnknown:
            self.highest.pop(action.stream, None)  # it may have been made: the next marker must lie above it
            raise
        self.highest[action.stream] = max(self.highest.get(action.stream, 0), int(made.id))
        held = view(made)
        memo = self.memo(action, held)
        digest = linked_digest(action.source_id)
        return Written(made.id, held, differing(action, held), memo=memo, base=held, digest=digest)

    def memo(self, action: Action, held: Fields) -> dict[str, Json]:
        """What is remembered of a record that was made: by which run, and when it was last changed then."""
        memo: dict[str, Json] = {"import": self.context.run, "modified": held.get("modified", 0)}
        if action.stream == CONTACTS:
            memo["affiliation"] = held.get("affiliation", "")
        if action.stream in (COMPANIES, CONTACTS):
            return memo | {"name": action.label}
        kind, _, id = str(action.wanted.get("contact", "")).partition(" ")
        return memo | {"contact": id if kind == "contact" else ""}

    def _create(self, action: Action) -> Any:
        wanted = action.wanted
        if action.stream == COMPANIES:
            fields = {name: str(wanted[name]) for name in ("name", "website", "phone", "fax") if wanted.get(name)}
            return self.client.directory.create_company(fields)
        if action.stream == CONTACTS:
            fields = {name: str(wanted[name]) for name in CONTACT_FIELDS if wanted.get(name)}
            names = {"firstname": NO_NAME, "surname": NO_NAME}
            return self.client.directory.create_contact(action.extra["company"].id, names | fields)
        return self._create_work(action)

    def _create_work(self, action: Action) -> Any:
        """Whether a status that is not for new records is refused or ignored is not documented: refused, it is left
        out, and the first one to be refused tells for all."""
        wanted, place = action.wanted, action.extra["place"]
        sale = action.stream == SALES
        fields: Any = sale_fields(wanted, place) if sale else ticket_fields(wanted, place)
        create = self.client.work.create_sale if sale else self.client.work.create_ticket
        status = (action.stream, fields.status_id)
        if status not in self.later:
            try:
                return create(fields)
            except RejectedError as error:
                if error.code != "invalid_request" or self.starts(*status):
                    raise
        made = create(replace(fields, status_id=""))
        self.later.add(status)
        return made

    def starts(self, stream: str, status: str) -> bool:
        """Whether Accelo allows the status for new records, as far as is known."""
        found = self.context.references.get("target", "sale_status" if stream == SALES else "ticket_status", status)
        return found is None or found.extra.get("start") != "no"

    def finish(self, action: Action, written: Written) -> Written:
        """Repeatable: the status, where Accelo did not take it at creation; and the sync of companies and contacts is
        told what was made."""
        if action.stream in (COMPANIES, CONTACTS):
            self.adopt(action, written.target_id)
            return written
        return self._with_status(action, written)

    def adopt(self, action: Action, target_id: str) -> None:
        self.context.store.adopt(DIRECTORY, action.stream, action.source_id, target_id, action.label)

    def _with_status(self, action: Action, written: Written) -> Written:
        wanted = action.wanted.get("status_id")
        if not wanted or written.actual.get("status_id") == wanted:
            return written
        held = self.set_status(action.stream, written.target_id, str(wanted))
        memo = {**written.memo, "modified": held["modified"]}
        return replace(written, actual=held, base=held, memo=memo, notes=differing(action, held))

    def set_status(self, stream: str, id: str, status: str) -> dict[str, Json]:
        """What Accelo holds then."""
        work = self.client.work
        return view((work.set_sale_status if stream == SALES else work.set_ticket_status)(id, status))

    # --- lost answers -------------------------------------------------------------------------------------------

    def find(self, intent: IntentView) -> Found:
        """Records made since the marker that could be it and are nobody's counterpart."""
        ids = [one.id for one in self._find(intent, str(intent.marker.get("after", "0")))]
        linked = self.context.store.is_linked(intent.stream, ids) if ids else set()
        if intent.stream in (COMPANIES, CONTACTS) and ids:
            linked |= self.context.store.taken(DIRECTORY, intent.stream, ids)
        return Found(tuple(id for id in ids if id not in linked))

    def _find(self, intent: IntentView, after: str) -> Any:
        wanted, directory, work = intent.wanted, self.client.directory, self.client.work
        if intent.stream == COMPANIES:
            return directory.find_companies(str(wanted.get("name", "")), after)
        if intent.stream == CONTACTS:
            return directory.find_contacts(str(wanted.get("email", "")), str(wanted.get("surname") or NO_NAME), after)
        lost = Lost(str(wanted["title"]), after, reference=intent.source_id)
        if intent.stream == SALES:
            sales = work.find_sales(lost, str(intent.marker["affiliation"]))
            return [one for one in sales if not names_another(one.comments, intent.source_id)]
        tickets = work.find_tickets(lost, "company", str(intent.marker["company"]))
        return [one for one in tickets if not names_another(one.description, intent.source_id)]


def names_another(text: str, source_id: str) -> bool:
    """Whether it says itself that it came from another record of Salesforce."""
    found = ORIGIN.match(text)
    return bool(found and found[1] != source_id)


def sale_fields(wanted: Fields, place: Place) -> SaleFields:
    return SaleFields(
        title=str(wanted["title"]),
        affiliation_id=place.contact.id,
        type_id=str(wanted["type_id"]),
        status_id=str(wanted["status_id"]),
        value=Decimal(wanted["value"]) if wanted["value"] else None,
        success=bool(wanted["success"]),
        staff_id=str(wanted["staff_id"]),
        date_due=date.fromisoformat(wanted["date_due"]) if wanted["date_due"] else None,
        comments=str(wanted["comments"]),
        progress=int(wanted["progress"]) if wanted["progress"] else None,
    )


def ticket_fields(wanted: Fields, place: Place) -> TicketFields:
    return TicketFields(
        title=str(wanted["title"]),
        type_id=str(wanted["type_id"]),
        against_type="company",
        against_id=place.company.id,
        status_id=str(wanted["status_id"]),
        affiliation_id=place.contact.id,
        description=str(wanted["description"]),
        assignee=str(wanted["staff_id"]),
        priority_id=str(wanted["priority_id"]),
    )


def differing(action: Action, held: Fields) -> tuple[str, ...]:
    """Remarks on what Accelo made something else of."""
    if action.stream in (COMPANIES, CONTACTS):
        return ()
    staff = "manager_id" if action.stream == SALES else "assignee_id"
    names = {**HELD, "staff_id": staff}
    off = [
        f"Accelo has {LABELS[name].lower()} {held.get(theirs) or 'none'} instead of {action.wanted[name]}. Check it "
        "there."
        for name, theirs in names.items()
        if action.wanted.get(name) and held.get(theirs) != action.wanted[name]
    ]
    if one_line(str(held["title"])) != action.wanted["title"]:
        off.append(f"Accelo made the title “{held['title']}” of it.")
    return tuple(off)
