"""What an org has set up: people, queues, stages of sales, statuses of cases, currencies.

Records of sales and cases store the API name of a stage or status; its label may be renamed or translated.
Source: Salesforce object reference, User, Group, OpportunityStage, CaseStatus, CurrencyType.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from integrations.core.errors import ProtocolError
from integrations.vendors.salesforce.records.values import Wire, decimal, flag, text, whole
from integrations.vendors.salesforce.wire import wire_id

USER_FIELDS = ("Id", "Name", "FirstName", "LastName", "Email", "Username", "IsActive", "UserType")
QUEUE_FIELDS = ("Id", "Name", "Email")
STAGE_FIELDS = ("ApiName", "MasterLabel", "IsActive", "IsClosed", "IsWon", "DefaultProbability", "SortOrder")
STATUS_FIELDS = ("ApiName", "MasterLabel", "IsClosed", "IsDefault", "SortOrder")
CURRENCY_FIELDS = ("IsoCode", "ConversionRate", "DecimalPlaces", "IsActive", "IsCorporate")
PERSON = "Standard"
"""The type of people with a licence of their own; others are machines, guests, partners, customers."""


@dataclass(frozen=True, slots=True)
class User:
    """`first_name` is '' for machine users and some people. `active`: inactive users still own old records. `type`:
    Standard, AutomatedProcess, CsnOnly, PowerPartner, ..."""

    id: str
    name: str
    first_name: str
    last_name: str
    email: str
    username: str
    active: bool
    type: str

    @property
    def is_person(self) -> bool:
        return self.type == PERSON

    @classmethod
    def from_wire(cls, row: Wire) -> User:
        """Raises ProtocolError when the id is missing."""
        return cls(
            id=wire_id(row.get("Id")),
            name=text(row, "Name"),
            first_name=text(row, "FirstName"),
            last_name=text(row, "LastName"),
            email=text(row, "Email").strip(),
            username=text(row, "Username"),
            active=flag(row, "IsActive"),
            type=text(row, "UserType"),
        )


@dataclass(frozen=True, slots=True)
class Queue:
    """Something that owns cases until a person takes them."""

    id: str
    name: str
    email: str

    @classmethod
    def from_wire(cls, row: Wire) -> Queue:
        """Raises ProtocolError when the id is missing."""
        return cls(wire_id(row.get("Id")), text(row, "Name"), text(row, "Email").strip())


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of sales. `name`: the API name. `probability`: the default, percent."""

    name: str
    label: str
    active: bool
    closed: bool
    won: bool
    probability: int | None
    order: int

    @classmethod
    def from_wire(cls, row: Wire) -> Stage:
        name = _name(row)
        return cls(
            name=name,
            label=text(row, "MasterLabel") or name,
            active=flag(row, "IsActive"),
            closed=flag(row, "IsClosed"),
            won=flag(row, "IsWon"),
            probability=whole(row, "DefaultProbability"),
            order=whole(row, "SortOrder") or 0,
        )


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """A status of cases. `name`: the API name. Salesforce does not say of a status that it is no longer used."""

    name: str
    label: str
    closed: bool
    default: bool
    order: int

    @classmethod
    def from_wire(cls, row: Wire) -> CaseStatus:
        name = _name(row)
        return cls(
            name=name,
            label=text(row, "MasterLabel") or name,
            closed=flag(row, "IsClosed"),
            default=flag(row, "IsDefault"),
            order=whole(row, "SortOrder") or 0,
        )


@dataclass(frozen=True, slots=True)
class Currency:
    """`rate`: how many of this currency one of the corporate currency is worth, as the org set it; None if unset."""

    code: str
    rate: Decimal | None
    places: int
    active: bool
    corporate: bool

    @classmethod
    def from_wire(cls, row: Wire) -> Currency:
        places = whole(row, "DecimalPlaces")
        return cls(
            code=text(row, "IsoCode"),
            rate=decimal(row, "ConversionRate"),
            places=2 if places is None else places,
            active=flag(row, "IsActive"),
            corporate=flag(row, "IsCorporate"),
        )


def _name(row: Wire) -> str:
    """Raises ProtocolError when there is none: records could not be told apart by it."""
    name = text(row, "ApiName")
    if not name:
        raise ProtocolError("Salesforce sent a stage or status without its name.", repr(dict(row))[:200])
    return name
