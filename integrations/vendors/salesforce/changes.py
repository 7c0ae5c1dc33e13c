"""Reading what changed: by (SystemModstamp, Id), deleted rows included, each version once.

SystemModstamp is whole-second and not unique: one import gives thousands of rows one stamp. A keyset over the pair
loses no row of a tie and never repeats one. Source: Salesforce object reference, System Fields; defects reported
against products that used the stamp alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from integrations.core.errors import PortalError, RejectedError, TransientError
from integrations.vendors.salesforce import soql
from integrations.vendors.salesforce.query import Queries, QueryPage, Row
from integrations.vendors.salesforce.rules import DEAD_CURSOR, QUERY_TIMEOUT
from integrations.vendors.salesforce.times import format_time, parse_time
from integrations.vendors.salesforce.wire import wire_id

ALWAYS = ("Id", "SystemModstamp", "LastModifiedDate", "LastModifiedById", "IsDeleted", "MasterRecordId")
UNMERGED = frozenset({"Opportunity"})
"""Objects whose records are never merged: they have no MasterRecordId."""
FIRST = datetime(1999, 1, 1, tzinfo=UTC)
"""No record of Salesforce is older."""
MARGIN = timedelta(seconds=5)
"""How far the vendor's clocks may be apart. A row stamped this long before a query began was not changed during it."""
SHORTEST = timedelta(seconds=1)
STEADY = 3
"""Windows that must have worked before longer ones are tried."""
Paired = tuple[tuple[datetime, str], Row]
RESUMES = 5
"""Times in a row that a cursor may die before one more row was read."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where changes were read. `id` '': from `stamp` on, inclusive; else from the row after this pair on.
    `stamp` None: from the beginning."""

    stamp: datetime | None = None
    id: str = ""

    @property
    def pair(self) -> tuple[datetime, str]:
        return (self.stamp or FIRST, self.id)


@dataclass(frozen=True, slots=True)
class ChangePage:
    """`rows` in order of (SystemModstamp, Id). `mark`: where to go on once these rows are recorded; a later call with
    it may bring the newest of them again. `total`: rows of the result that was being read."""

    rows: list[Row]
    mark: Mark
    server_time: datetime
    total: int


class ChangeReader:
    """One call of `read_changes`. Holds where it stands, so that it goes on by itself after a dead cursor or a query
    that took too long."""

    def __init__(
        self,
        queries: Queries,
        object: str,
        fields: Sequence[str],
        since: Mark,
        where: str,
        until: datetime | None,
        now: datetime,
    ) -> None:
        self._queries = queries
        self._select = f"SELECT {', '.join(columns(_always(object), fields))} FROM {soql.name(object)}"
        self._where = f"({where}) OR IsDeleted = true" if where else ""
        self._mark = since
        self._until = until
        self._future = now + timedelta(days=1)
        self._width: timedelta | None = None
        """Length of the time asked for at once; None: all of it."""
        self._steady = 0
        """Windows read since the last one that took too long."""
        self._early: set[tuple[datetime, str]] = set()
        """Pairs of rows already given that lie above the mark."""

    def pages(self) -> Iterator[ChangePage]:
        stuck = 0
        while True:
            upper, stood = self._upper(), self._mark
            try:
                yield from self._window(upper)
            except PortalError as error:
                stuck = stuck + 1 if self._mark == stood else 0
                self._recover(error, upper, stuck)
                continue
            if upper == self._until:
                return
            self._mark, stuck = Mark(upper), 0
            self._grow()

    def _window(self, upper: datetime | None) -> Iterator[ChangePage]:
        began: datetime | None = None
        for page in self._queries.pages(self._text(upper), deleted=True):
            rows = self._fresh(page)
            self._advance(rows, began)
            began = began or page.began
            yield ChangePage([row for _, row in rows], self._mark, page.server_time, page.total)

    def _fresh(self, page: QueryPage) -> list[Paired]:
        """The page's rows with their pairs, without those that were given before."""
        paired = [((parse_time(row.get("SystemModstamp")), wire_id(row.get("Id"))), row) for row in page.rows]
        return [(pair, row) for pair, row in paired if pair not in self._early]

    def _advance(self, rows: list[Paired], began: datetime | None) -> None:
        """Moves the mark to the last of these rows, by their place: how the vendor orders ids is its own affair.

        A page after the first may show a row as it was changed meanwhile: at its old place, with a new stamp. Such a
        stamp must not carry the mark over rows that come later, so only stamps from before the query count there.
        """
        sure = [n for n, (pair, _) in enumerate(rows) if began is None or pair[0] < began - MARGIN]
        if sure and rows[sure[-1]][0][0] >= self._mark.pair[0]:
            self._mark = Mark(*rows[sure[-1]][0])
        after = sure[-1] + 1 if sure else 0
        newer = {pair for pair, _ in rows if pair[0] > self._mark.pair[0]} | {pair for pair, _ in rows[after:]}
        self._early = {pair for pair in self._early if pair[0] > self._mark.pair[0] or not sure} | newer

    def _text(self, upper: datetime | None) -> str:
        bound = f"SystemModstamp < {format_time(upper)}" if upper else ""
        return f"{self._select}{soql.where_all(self._since(), bound, self._where)} ORDER BY SystemModstamp, Id"

    def _since(self) -> str:
        if self._mark.stamp is None:
            return ""
        stamp = format_time(self._mark.stamp)
        if not self._mark.id:
            return f"SystemModstamp >= {stamp}"
        return f"(SystemModstamp = {stamp} AND Id > {soql.quote(self._mark.id)}) OR SystemModstamp > {stamp}"

    def _upper(self) -> datetime | None:
        """Exclusive bound of the next window; `until` itself once that is near."""
        if self._width is None:
            return self._until
        upper = self._mark.pair[0] + self._width
        return self._until if upper >= (self._until or self._future) else upper.replace(microsecond=0)

    def _grow(self) -> None:
        """Longer windows again after some that worked: each that takes too long costs minutes."""
        self._steady += 1
        if self._width and self._steady >= STEADY:
            self._width, self._steady = self._width * 2, 0

    def _recover(self, error: PortalError, upper: datetime | None, stuck: int) -> None:
        """Prepares the next attempt, or raises `error` when none would help."""
        if isinstance(error, RejectedError) and error.code == DEAD_CURSOR:
            if stuck >= RESUMES:
                raise TransientError(error.message, error.detail, error.code) from error
            return
        if error.code != QUERY_TIMEOUT:
            raise error
        self._width, self._steady = ((upper or self._future) - self._mark.pair[0]) / 2, 0
        if self._width < SHORTEST:
            raise error


def _always(object: str) -> Sequence[str]:
    return [name for name in ALWAYS if name != "MasterRecordId"] if object in UNMERGED else ALWAYS


def columns(always: Sequence[str], fields: Sequence[str]) -> list[str]:
    """Checked field names, each once whatever its case, in order."""
    named: dict[str, str] = {}
    for field in (*always, *fields):
        named.setdefault(field.casefold(), soql.name(field))
    return list(named.values())
