"""Expenses, their receipts, status moves and retainer periods, read leniently and written strictly.

Source: Accelo API docs, _expenses, _progressions and _contracts.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from integrations.core.errors import RejectedError
from integrations.vendors.accelo.records.values import (
    Wire,
    wire_decimal,
    wire_flag,
    wire_id,
    wire_ref,
    wire_text,
    wire_time,
)

EXPENSE_FIELDS = (
    "id,title,unit_cost,price,quantity,standing,date_incurred,against_type,against_id,type_id,"
    "billable,reimbursable,submitter_id,resource"
)
"""What is asked for with `_fields`, so that all of `Expense` comes back."""

PERIOD_FIELDS = "id,date_commenced,date_expires,standing"

DECIMALS = 4
"""Accelo keeps prices and quantities of expenses with four decimals (samples of _expenses)."""


@dataclass(frozen=True, slots=True)
class Expense:
    """`standing` is submitted, approved, declined or invoiced; `date_incurred` unix seconds, None when unset;
    `unit_cost` and `price` are for one piece; ids are '' when there is none (`resource_id`: no receipt)."""

    id: str
    title: str
    unit_cost: Decimal
    price: Decimal | None
    quantity: Decimal
    standing: str
    date_incurred: int | None
    against_type: str
    against_id: str
    type_id: str
    billable: bool
    reimbursable: bool
    submitter_id: str
    resource_id: str

    @classmethod
    def from_wire(cls, row: Wire) -> Expense:
        """Raises ProtocolError when the id or an amount is missing or unreadable."""
        return cls(
            id=wire_id(row),
            title=wire_text(row.get("title")),
            unit_cost=wire_decimal(row, "unit_cost"),
            price=None if row.get("price") in (None, "") else wire_decimal(row, "price"),
            quantity=wire_decimal(row, "quantity"),
            standing=wire_text(row.get("standing")).lower(),
            date_incurred=wire_time(row.get("date_incurred")),
            against_type=wire_text(row.get("against_type")),
            against_id=wire_ref(row.get("against_id")),
            type_id=wire_ref(row.get("type_id") or row.get("expense_type") or row.get("type")),
            billable=wire_flag(row.get("billable")),
            reimbursable=wire_flag(row.get("reimbursable")),
            submitter_id=wire_ref(row.get("submitter_id") or row.get("submitter")),
            resource_id=wire_ref(row.get("resource")),
        )


@dataclass(frozen=True, slots=True)
class ExpenseFields:
    """What is written when an expense is created. `submitter_id` is sent only when given: Accelo documents no
    writable submitter, so what came of it must be read from the answer."""

    title: str
    quantity: Decimal
    unit_cost: Decimal
    price: Decimal
    date_incurred: datetime.date
    type_id: str
    against_type: str
    against_id: str
    billable: bool
    reimbursable: bool
    submitter_id: str = ""

    def to_wire(self, date_text: Callable[[datetime.date], str], flag_text: Callable[[bool], str]) -> dict[str, str]:
        """Form fields; how dates and booleans are written is a setting of the connection.

        Raises RejectedError when an amount has more decimals than Accelo keeps.
        """
        fields = {
            "title": self.title,
            "quantity": decimal_text(self.quantity, "quantity"),
            "unit_cost": decimal_text(self.unit_cost, "purchase price"),
            "price": decimal_text(self.price, "sale price"),
            "date_incurred": date_text(self.date_incurred),
            "type_id": self.type_id,
            "against_type": self.against_type,
            "against_id": self.against_id,
            "billable": flag_text(self.billable),
            "reimbursable": flag_text(self.reimbursable),
        }
        return fields | ({"submitter_id": self.submitter_id} if self.submitter_id else {})


@dataclass(frozen=True, slots=True)
class Progression:
    """One move that is open to the signed-in user now; `standing` is where it leads."""

    id: str
    title: str
    status_id: str
    standing: str

    @classmethod
    def from_wire(cls, row: Wire) -> Progression:
        """The parts of the status stand nested under `status` (field table of _progressions) or flat (its sample)."""
        status = row.get("status")
        inner: Wire = status if isinstance(status, Mapping) else row
        nested = isinstance(status, Mapping)
        return cls(
            id=wire_id(row),
            title=wire_text(row.get("title")),
            status_id=wire_ref(status if nested else status or row.get("status_id")),
            standing=wire_text(inner.get("standing")).lower(),
        )


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a retainer; times in unix seconds, None when unset; `standing` is opened or closed."""

    id: str
    date_commenced: int | None
    date_expires: int | None
    standing: str

    @classmethod
    def from_wire(cls, row: Wire) -> Period:
        return cls(
            id=wire_id(row),
            date_commenced=wire_time(row.get("date_commenced")),
            date_expires=wire_time(row.get("date_expires")),
            standing=wire_text(row.get("standing")).lower(),
        )


@dataclass(frozen=True, slots=True)
class Attachment:
    """A receipt to be sent with an expense."""

    filename: str
    content: bytes
    mimetype: str


def decimal_text(value: Decimal, what: str, places: int = DECIMALS) -> str:
    """Plain decimal text without an exponent. Raises RejectedError rather than let Accelo round."""
    exponent = value.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -places:
        raise RejectedError(f"The {what} {value} has more than {places} decimals, which Accelo cannot keep.")
    return format(value, "f")
