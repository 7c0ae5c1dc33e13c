"""Opportunities: sales that are under way, won or lost.

Source: Salesforce object reference, Opportunity; recorded descriptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from integrations.core.records import Json
from integrations.vendors.salesforce.records.values import (
    Wire,
    day,
    decimal,
    flag,
    moment,
    optional_moment,
    parent_text,
    ref,
    text,
    whole,
)
from integrations.vendors.salesforce.wire import wire_id

OPPORTUNITY_NEEDED = ("Name", "StageName", "OwnerId", "IsClosed", "IsWon", "CreatedDate", "SystemModstamp")
OPPORTUNITY_OPTIONAL = (
    "CloseDate", "Amount", "CurrencyIsoCode", "Probability", "Type", "LeadSource", "NextStep", "Description",
    "AccountId", "ContactId", "LastStageChangeDate",
)  # fmt: skip
OPPORTUNITY_PARENTS = {"OwnerId": "Owner.Name", "AccountId": "Account.Name"}


@dataclass(frozen=True, slots=True)
class Opportunity:
    """Text is '' where there is none, ids are.

    `stage`: the API name, which no renaming or translation of the label changes; it may be one that the org's list no
    longer has. `amount`: to the cent, None for none. `currency`: ISO code, '' in an org with one currency, where
    nothing says which. `probability`: percent. `closes`: a calendar date, expected or, once closed, when it was.
    `owner_name`, `account_name`: '' also where the user of the connection may not see them. `contact_id` is '' in orgs
    whose interface does not offer the field. `modified`: SystemModstamp.
    """

    id: str
    name: str
    stage: str
    closes: date | None
    amount: Decimal | None
    currency: str
    probability: int | None
    type: str
    lead_source: str
    next_step: str
    description: str
    account_id: str
    account_name: str
    contact_id: str
    owner_id: str
    owner_name: str
    is_closed: bool
    is_won: bool
    is_deleted: bool
    created: datetime
    modified: datetime
    stage_changed: datetime | None

    @property
    def owner_type(self) -> str:
        """Queues cannot own opportunities."""
        return "user"

    @classmethod
    def from_wire(cls, row: Wire) -> Opportunity:
        """Raises ProtocolError for a row without id or times, and for a sum or date that cannot be read."""
        return cls(
            id=wire_id(row.get("Id")),
            name=text(row, "Name"),
            stage=text(row, "StageName"),
            closes=day(row, "CloseDate"),
            amount=decimal(row, "Amount"),
            currency=text(row, "CurrencyIsoCode"),
            probability=whole(row, "Probability"),
            type=text(row, "Type"),
            lead_source=text(row, "LeadSource"),
            next_step=text(row, "NextStep"),
            description=text(row, "Description"),
            account_id=ref(row, "AccountId"),
            account_name=parent_text(row, "Account", "Name"),
            contact_id=ref(row, "ContactId"),
            owner_id=ref(row, "OwnerId"),
            owner_name=parent_text(row, "Owner", "Name"),
            is_closed=flag(row, "IsClosed"),
            is_won=flag(row, "IsWon"),
            is_deleted=flag(row, "IsDeleted"),
            created=moment(row, "CreatedDate"),
            modified=moment(row, "SystemModstamp"),
            stage_changed=optional_moment(row, "LastStageChangeDate"),
        )

    def as_fields(self) -> dict[str, Json]:
        """What a person may look at in the history; sums as decimal text, dates as ISO text."""
        return {
            "name": self.name,
            "stage": self.stage,
            "closes": self.closes.isoformat() if self.closes else "",
            "amount": "" if self.amount is None else f"{self.amount:f}",
            "currency": self.currency,
            "probability": "" if self.probability is None else str(self.probability),
            "type": self.type,
            "lead_source": self.lead_source,
            "next_step": self.next_step,
            "description": self.description,
            "account_id": self.account_id,
            "account_name": self.account_name,
            "contact_id": self.contact_id,
            "owner_id": self.owner_id,
            "owner_name": self.owner_name,
            "is_closed": self.is_closed,
            "is_won": self.is_won,
            "created": self.created.isoformat(),
        }
