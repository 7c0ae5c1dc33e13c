"""Cases: what customers ask for. The conversation is elsewhere (comments, e-mails) and is not read.

Source: Salesforce object reference, Case; recorded descriptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from integrations.core.records import Json
from integrations.vendors.salesforce.ids import QUEUE, has_prefix
from integrations.vendors.salesforce.records.values import Wire, flag, moment, optional_moment, parent_text, ref, text
from integrations.vendors.salesforce.wire import wire_id

CASE_NEEDED = ("CaseNumber", "Status", "OwnerId", "IsClosed", "CreatedDate", "SystemModstamp")
CASE_OPTIONAL = (
    "Subject", "Description", "Priority", "Origin", "Type", "Reason", "AccountId", "ContactId", "ParentId",
    "SuppliedName", "SuppliedEmail", "SuppliedPhone", "SuppliedCompany", "ClosedDate",
)  # fmt: skip
CASE_PARENTS = {"OwnerId": "Owner.Name", "AccountId": "Account.Name", "ContactId": "Contact.Name"}


@dataclass(frozen=True, slots=True)
class Case:
    """Text is '' where there is none, ids are.

    `number`: digits with leading zeros, what people call the case. `subject` may be ''. `status`: the API name, perhaps
    one that the org's list no longer has. `owner_type`: user or queue, told by the owner's id. `supplied_*`: what the
    sender of a web form or an e-mail gave, where no contact is known. `owner_name`, `account_name`, `contact_name`: ''
    also where the user of the connection may not see them. `modified`: SystemModstamp.
    """

    id: str
    number: str
    subject: str
    description: str
    status: str
    priority: str
    origin: str
    type: str
    reason: str
    account_id: str
    account_name: str
    contact_id: str
    contact_name: str
    parent_id: str
    owner_id: str
    owner_name: str
    supplied_name: str
    supplied_email: str
    supplied_phone: str
    supplied_company: str
    is_closed: bool
    is_deleted: bool
    created: datetime
    modified: datetime
    closed: datetime | None

    @property
    def owner_type(self) -> str:
        return "queue" if has_prefix(self.owner_id, QUEUE) else "user"

    @classmethod
    def from_wire(cls, row: Wire) -> Case:
        """Raises ProtocolError for a row without id or times."""
        return cls(
            id=wire_id(row.get("Id")),
            number=text(row, "CaseNumber"),
            subject=text(row, "Subject"),
            description=text(row, "Description"),
            status=text(row, "Status"),
            priority=text(row, "Priority"),
            origin=text(row, "Origin"),
            type=text(row, "Type"),
            reason=text(row, "Reason"),
            account_id=ref(row, "AccountId"),
            account_name=parent_text(row, "Account", "Name"),
            contact_id=ref(row, "ContactId"),
            contact_name=parent_text(row, "Contact", "Name"),
            parent_id=ref(row, "ParentId"),
            owner_id=ref(row, "OwnerId"),
            owner_name=parent_text(row, "Owner", "Name"),
            supplied_name=text(row, "SuppliedName"),
            supplied_email=text(row, "SuppliedEmail"),
            supplied_phone=text(row, "SuppliedPhone"),
            supplied_company=text(row, "SuppliedCompany"),
            is_closed=flag(row, "IsClosed"),
            is_deleted=flag(row, "IsDeleted"),
            created=moment(row, "CreatedDate"),
            modified=moment(row, "SystemModstamp"),
            closed=optional_moment(row, "ClosedDate"),
        )

    def as_fields(self) -> dict[str, Json]:
        """What a person may look at in the history; times as ISO text."""
        return {
            "number": self.number,
            "subject": self.subject,
            "description": self.description,
            "status": self.status,
            "priority": self.priority,
            "origin": self.origin,
            "type": self.type,
            "reason": self.reason,
            "account_id": self.account_id,
            "account_name": self.account_name,
            "contact_id": self.contact_id,
            "contact_name": self.contact_name,
            "owner_type": self.owner_type,
            "owner_id": self.owner_id,
            "owner_name": self.owner_name,
            "supplied_name": self.supplied_name,
            "supplied_email": self.supplied_email,
            "supplied_phone": self.supplied_phone,
            "supplied_company": self.supplied_company,
            "is_closed": self.is_closed,
            "created": self.created.isoformat(),
            "closed": self.closed.isoformat() if self.closed else "",
        }
