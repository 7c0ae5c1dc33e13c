"""Reading what an org has set up: people, queues, stages, statuses, currencies.

Source: Salesforce object reference, User, Group, OpportunityStage, CaseStatus, CurrencyType.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from integrations.core.errors import ConfigError
from integrations.vendors.salesforce.listing import Listing
from integrations.vendors.salesforce.query import Queries, Row
from integrations.vendors.salesforce.records import (
    CURRENCY_FIELDS,
    QUEUE_FIELDS,
    STAGE_FIELDS,
    STATUS_FIELDS,
    USER_FIELDS,
    CaseStatus,
    Currency,
    Queue,
    Stage,
    User,
)
from integrations.vendors.salesforce.soql import where_all

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source(Generic[T]):
    """Where one kind is read, in which order."""

    object: str
    fields: Sequence[str]
    build: Callable[[Row], T]
    where: str = ""
    order: str = "Id"

    def read(self, queries: Queries, condition: str = "") -> Iterator[T]:
        """All of them, one request per 2,000."""
        chosen = where_all(self.where, condition)
        rows = queries.rows(f"SELECT {', '.join(self.fields)} FROM {self.object}{chosen} ORDER BY {self.order}")
        return map(self.build, rows)


USERS = Source("User", USER_FIELDS, User.from_wire)
QUEUES = Source("Group", QUEUE_FIELDS, Queue.from_wire, where="Type = 'Queue'")
STAGES = Source("OpportunityStage", STAGE_FIELDS, Stage.from_wire, order="SortOrder")
STATUSES = Source("CaseStatus", STATUS_FIELDS, CaseStatus.from_wire, order="SortOrder")
CURRENCIES = Source("CurrencyType", CURRENCY_FIELDS, Currency.from_wire, order="IsoCode")


def fetch_users(listing: Listing, ids: Sequence[str]) -> dict[str, User]:
    """By 18-character id, whatever they are: inactive ones and machines too. One request per 2,000; those that the user
    of the connection may not see are left out."""
    rows = listing.retrieve("User", ids, USER_FIELDS) if ids else {}
    return {id: User.from_wire(row) for id, row in rows.items()}


def list_currencies(queries: Queries) -> list[Currency]:
    """[] in an org with one currency: the list exists only where there are several."""
    try:
        return list(CURRENCIES.read(queries))
    except ConfigError as error:
        if error.code != "INVALID_TYPE":
            raise
        return []
