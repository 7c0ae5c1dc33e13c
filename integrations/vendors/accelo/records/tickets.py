"""Tickets, which Accelo's API calls issues: read leniently, written strictly.

Source: Accelo API docs, _issues.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from integrations.vendors.accelo.records.sales import filled
from integrations.vendors.accelo.records.values import Wire, wire_id, wire_ref, wire_text, wire_time

TICKET_FIELDS = (
    "id,title,custom_id,description,against_type,against_id,affiliation,standing,status,issue_type,issue_priority,"
    "class,resolution,assignee,date_submitted,date_opened,date_started,date_due,date_closed,date_modified"
)
"""What is asked for with `_fields`, so that all of `Ticket` comes back."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """`standing`: submitted, open, resolved, closed or inactive. Ids are '' when there is none. Times are unix seconds:
    `submitted` (when it was made) and `modified` 0 when Accelo sent none, the others None when unset."""

    id: str
    title: str
    custom_id: str
    description: str
    against_type: str
    against_id: str
    affiliation: str
    standing: str
    status_id: str
    type_id: str
    priority_id: str
    class_id: str
    resolution_id: str
    assignee_id: str
    date_opened: int | None
    date_started: int | None
    date_due: int | None
    date_closed: int | None
    submitted: int
    modified: int

    @property
    def company(self) -> str:
        """'' when the ticket is against something else."""
        return self.against_id if self.against_type == "company" else ""

    @classmethod
    def from_wire(cls, row: Wire) -> Ticket:
        """Raises ProtocolError when the id is missing. Older names of a type and a priority are taken too."""
        return cls(
            id=wire_id(row),
            title=wire_text(row.get("title")),
            custom_id=wire_text(row.get("custom_id")),
            description=wire_text(row.get("description")),
            against_type=wire_text(row.get("against_type")),
            against_id=wire_ref(row.get("against_id")),
            affiliation=wire_ref(row.get("affiliation")),
            standing=wire_text(row.get("standing")).lower(),
            status_id=wire_ref(row.get("status")),
            type_id=wire_ref(row.get("issue_type") or row.get("type")),
            priority_id=wire_ref(row.get("issue_priority") or row.get("priority")),
            class_id=wire_ref(row.get("class")),
            resolution_id=wire_ref(row.get("resolution")),
            assignee_id=wire_ref(row.get("assignee")),
            date_opened=wire_time(row.get("date_opened")),
            date_started=wire_time(row.get("date_started")),
            date_due=wire_time(row.get("date_due")),
            date_closed=wire_time(row.get("date_closed")),
            submitted=wire_time(row.get("date_submitted")) or 0,
            modified=wire_time(row.get("date_modified")) or 0,
        )


@dataclass(frozen=True, slots=True)
class TicketFields:
    """What is written when a ticket is created; '' and None are not sent. `assignee`: a staff id; Accelo informs that
    person. `against_type`: company, job, ... in the singular. Dates are days, written as the setting date_form says."""

    title: str
    type_id: str
    against_type: str
    against_id: str
    status_id: str = ""
    affiliation_id: str = ""
    description: str = ""
    assignee: str = ""
    priority_id: str = ""
    class_id: str = ""
    date_started: datetime.date | None = None
    date_due: datetime.date | None = None

    def to_wire(self, date_text: Callable[[datetime.date], str]) -> dict[str, str]:
        """Raises RejectedError for a blank title."""
        fields = {
            "title": filled(self.title, "ticket"),
            "type_id": self.type_id,
            "against_type": self.against_type,
            "against_id": self.against_id,
            "status_id": self.status_id,
            "affiliation_id": self.affiliation_id,
            "description": self.description,
            "assignee": self.assignee,
            "priority_id": self.priority_id,
            "class_id": self.class_id,
            "date_started": "" if self.date_started is None else date_text(self.date_started),
            "date_due": "" if self.date_due is None else date_text(self.date_due),
        }
        return {name: value for name, value in fields.items() if value}
