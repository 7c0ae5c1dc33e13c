"""Sales, which Accelo's API calls prospects: read leniently, written strictly.

Source: Accelo API docs, _prospects.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from integrations.core.errors import RejectedError
from integrations.vendors.accelo.records.expenses import decimal_text
from integrations.vendors.accelo.records.values import (
    Wire,
    wire_decimal,
    wire_flag,
    wire_id,
    wire_ref,
    wire_text,
    wire_time,
)

SALE_FIELDS = (
    "id,title,value,success,comments,progress,weighting,standing,status,prospect_type,prospect_probability,manager,"
    "affiliation(company),date_created,date_due,date_modified"
)
"""What is asked for with `_fields`. The company is told only through the affiliation."""

VALUE_DECIMALS = 2
"""Accelo keeps the value of a sale with two decimals (sample of _prospects)."""
MAX_WEIGHTING = 5
MAX_PROGRESS = 100


@dataclass(frozen=True, slots=True)
class Sale:
    """`value` is in the deployment's currency, None when unset; `progress` in percent, though Accelo tells a share of
    one; `standing` the fixed word behind the status, lower case. Ids are '' when there is none. Times are unix seconds:
    `created` and `modified` 0 when Accelo sent none, `date_due` None when unset."""

    id: str
    title: str
    value: Decimal | None
    success: bool
    comments: str
    progress: int | None
    weighting: str
    standing: str
    status_id: str
    type_id: str
    probability_id: str
    manager_id: str
    affiliation: str
    company: str
    date_due: int | None
    created: int
    modified: int

    @classmethod
    def from_wire(cls, row: Wire) -> Sale:
        """Raises ProtocolError when the id is missing, or the value or progress is no number."""
        share = _optional(row, "progress")
        tie = row.get("affiliation")
        return cls(
            id=wire_id(row),
            title=wire_text(row.get("title")),
            value=_optional(row, "value"),
            success=wire_flag(row.get("success")),
            comments=wire_text(row.get("comments")),
            progress=None if share is None else round(share * 100),
            weighting=wire_text(row.get("weighting")),
            standing=wire_text(row.get("standing")).lower(),
            status_id=wire_ref(row.get("status")),
            type_id=wire_ref(row.get("prospect_type") or row.get("type")),
            probability_id=wire_ref(row.get("prospect_probability")),
            manager_id=wire_ref(row.get("manager")),
            affiliation=wire_ref(tie),
            company=wire_ref(tie.get("company")) if isinstance(tie, dict) else "",
            date_due=wire_time(row.get("date_due")),
            created=wire_time(row.get("date_created")) or 0,
            modified=wire_time(row.get("date_modified")) or 0,
        )


@dataclass(frozen=True, slots=True)
class SaleFields:
    """What is written when a sale is created; '' and None are not sent, and Accelo's own defaults then hold: the status
    of the lowest ordering, and no value. `staff_id`: the manager. `progress` in percent, `weighting` 0 to 5."""

    title: str
    affiliation_id: str
    type_id: str
    status_id: str = ""
    value: Decimal | None = None
    success: bool | None = None
    staff_id: str = ""
    date_due: datetime.date | None = None
    comments: str = ""
    probability_id: str = ""
    progress: int | None = None
    weighting: int | None = None

    def to_wire(self, date_text: Callable[[datetime.date], str]) -> dict[str, str]:
        """Raises RejectedError for a blank title, a value that Accelo would round, a number out of its range."""
        fields = {
            "title": filled(self.title, "sale"),
            "affiliation_id": self.affiliation_id,
            "type_id": self.type_id,
            "status_id": self.status_id,
            "value": "" if self.value is None else decimal_text(self.value, "value", VALUE_DECIMALS),
            "success": "" if self.success is None else ("no", "yes")[self.success],
            "staff_id": self.staff_id,
            "date_due": "" if self.date_due is None else date_text(self.date_due),
            "comments": self.comments,
            "probability_id": self.probability_id,
            "progress": _within(self.progress, MAX_PROGRESS, "progress"),
            "weighting": _within(self.weighting, MAX_WEIGHTING, "weighting"),
        }
        return {name: value for name, value in fields.items() if value}


def filled(title: str, what: str) -> str:
    if not title.strip():
        raise RejectedError(f"Accelo wants a title for every {what}. Give it one and try again.")
    return title


def _optional(row: Wire, name: str) -> Decimal | None:
    return None if row.get(name) in (None, "") else wire_decimal(row, name)


def _within(value: int | None, highest: int, what: str) -> str:
    if value is None:
        return ""
    if not 0 <= value <= highest:
        raise RejectedError(f"Accelo takes a {what} from 0 to {highest}, not {value}.")
    return str(value)
