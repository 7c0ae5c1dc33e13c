"""Reading sales (opportunities) and tickets (cases): all of them, what changed, and some by id.

Fields that the user of the connection may not see are left out of the query, since one unknown name would refuse the
whole of it. Source: Salesforce REST guide, Query; object reference, Opportunity, Case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from integrations.core.errors import ConfigError
from integrations.vendors.salesforce import soql
from integrations.vendors.salesforce.changes import ChangeReader, Mark
from integrations.vendors.salesforce.describe import Describe
from integrations.vendors.salesforce.ids import to18
from integrations.vendors.salesforce.listing import ASKED, Listing
from integrations.vendors.salesforce.query import Queries, Row
from integrations.vendors.salesforce.records import (
    CASE_NEEDED,
    CASE_OPTIONAL,
    CASE_PARENTS,
    OPPORTUNITY_NEEDED,
    OPPORTUNITY_OPTIONAL,
    OPPORTUNITY_PARENTS,
    Case,
    Opportunity,
)

R = TypeVar("R", Opportunity, Case)


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """`needed`: fields without which nothing makes sense. `parents`: by look-up field, what is read of the record it
    leads to. `rare`: fields whose absence says nothing, since not every org has them."""

    object: str
    words: str
    needed: tuple[str, ...]
    optional: tuple[str, ...]
    parents: Mapping[str, str]
    build: Callable[[Row], R]
    rare: frozenset[str] = field(default_factory=frozenset)

    def fields(self, describe: Describe) -> list[str]:
        """What is asked for. Raises ConfigError when a needed field is hidden."""
        hidden = [name for name in self.needed if not describe.has(name)]
        if hidden:
            raise ConfigError(
                f"The Salesforce user does not see these fields of {self.words}: {', '.join(hidden)}. Make them "
                "visible in Salesforce (field-level security)."
            )
        own: list[str] = [*self.needed, *(name for name in self.optional if describe.has(name))]
        return ["Id", *own, *(path for name, path in self.parents.items() if describe.has(name))]

    def hidden(self, describe: Describe) -> list[str]:
        """Fields that the org should have and the user does not see: they come empty."""
        return [name for name in self.optional if name not in self.rare and not describe.has(name)]


OPPORTUNITIES: Kind[Opportunity] = Kind(
    "Opportunity",
    "opportunities",
    OPPORTUNITY_NEEDED,
    OPPORTUNITY_OPTIONAL,
    OPPORTUNITY_PARENTS,
    Opportunity.from_wire,
    frozenset({"CurrencyIsoCode", "ContactId", "LastStageChangeDate"}),
)
CASES: Kind[Case] = Kind("Case", "cases", CASE_NEEDED, CASE_OPTIONAL, CASE_PARENTS, Case.from_wire)


@dataclass(frozen=True, slots=True)
class RecordPage(Generic[R]):
    """`records` in the vendor's order of Id. `total`: how many there were when the reading began. `began`: the vendor's
    clock at that moment; what changed since is read from there, less an overlap for late commits."""

    records: list[R]
    total: int
    began: datetime


@dataclass(frozen=True, slots=True)
class ChangedPage(Generic[R]):
    """`records` by (SystemModstamp, Id), deleted ones among them. `mark`: where to go on once they are recorded."""

    records: list[R]
    mark: Mark
    server_time: datetime
    total: int


class Pipeline:
    def __init__(self, queries: Queries, listing: Listing, now: Callable[[], datetime]) -> None:
        self._queries = queries
        self._listing = listing
        self._now = now

    def read(self, kind: Kind[R], describe: Describe, where: str, after_id: str) -> Iterator[RecordPage[R]]:
        """See SalesforceClient.read_records."""
        total, began = -1, None
        for page in self._listing.pages(_select(kind, describe), where, after_id):
            total, began = (page.total if total < 0 else total), began or page.began
            yield RecordPage(list(map(kind.build, page.rows)), total, began)

    def changed(
        self, kind: Kind[R], describe: Describe, since: Mark, where: str, until: datetime | None
    ) -> Iterator[ChangedPage[R]]:
        """See SalesforceClient.read_changed_records."""
        fields = kind.fields(describe)
        reader = ChangeReader(self._queries, kind.object, fields, since, where, until, self._now())
        for page in reader.pages():
            yield ChangedPage(list(map(kind.build, page.rows)), page.mark, page.server_time, page.total)

    def fetch(self, kind: Kind[R], describe: Describe, ids: Sequence[str]) -> dict[str, R]:
        """See SalesforceClient.fetch_records."""
        wanted, select = list(dict.fromkeys(map(to18, ids))), _select(kind, describe)
        found: dict[str, R] = {}
        for start in range(0, len(wanted), ASKED):
            condition = soql.where_all(f"Id IN {soql.in_list(wanted[start : start + ASKED])}")
            found |= {one.id: one for one in map(kind.build, self._queries.rows(f"{select}{condition}"))}
        return found


def _select(kind: Kind[R], describe: Describe) -> str:
    return f"SELECT {', '.join(map(soql.name, kind.fields(describe)))} FROM {kind.object}"


def is_multi_currency(describe: Describe) -> bool:
    """Whether sums of this object carry their currency."""
    return describe.has("CurrencyIsoCode")
