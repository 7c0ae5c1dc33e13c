"""Reading Ieatta: one export of the window, then the reports that the window cannot show any more.

The vendor has no change feed and pages reports, not expenses (Expensify Integration Server manual, report exporter).
A quiet hour is one export and one download. Raises what the client raises; a run that was cut off reads again, which
is harmless: records are known by id and fingerprint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from integrations.core.errors import ConfigError, PortalError
from integrations.core.records import Page, Record
from integrations.syncs.base import Context
from integrations.syncs.ieatta_accelo.declared import STREAM
from integrations.syncs.ieatta_accelo.options import Options
from integrations.syncs.ieatta_accelo.source import build_record, report_key
from integrations.vendors.ieatta.envelope import GONE, NOT_FOUND
from integrations.vendors.ieatta.records import Expense, Report

PAGE = 2000
BATCH = 100
"""Reports named in one export."""
YEAR = 365
"""The exporter takes a span of at most one year, and wants an end date for a start more than a year ago."""
RECHECKED = 2000
"""At most so many approved reports outside the window are looked at again each day, in turn."""
UNFINISHED = ("OPEN", "SUBMITTED")


class Reader:
    """Reads one run's records; `reports` are the ids of all reports that were returned."""

    def __init__(self, context: Context, options: Options) -> None:
        self.context = context
        self.options = options
        self.today = context.now().date()
        self.reports: set[str] = set()
        self.wanted_ids = frozenset(context.scope.source_ids)
        self.found_ids: set[str] = set()

    def pages(self) -> Iterator[Page]:
        """Pages of at most 2,000 records; the last one, perhaps empty, carries the time of reading."""
        page: dict[str, Record] = {}
        before: frozenset[str] = frozenset()
        for record in self._records():
            if record.external_id in page or record.external_id in before:
                continue
            page[record.external_id] = record
            if len(page) == PAGE:
                yield Page(STREAM, tuple(page.values()))
                page, before = {}, frozenset(page)
        yield Page(STREAM, tuple(page.values()), {"read_at": self.context.now().isoformat()})

    def _records(self) -> Iterator[Record]:
        start, end = self.span()
        yield from self._export(self.context.source.read_window(start=start, end=end))
        if not self.reports:
            self._check_policy()
        if self.context.scope.since or self.context.scope.until:
            return
        yield from self._named(UNFINISHED)
        yield from self._older_wanted()
        yield from self._recheck()

    def _check_policy(self) -> None:
        """No report at all: a quiet account, or a wrong policy_id, which an export answers with an empty file."""
        try:
            self.context.source.get_policy(["categories"])
        except ConfigError as error:
            if error.code in (GONE, NOT_FOUND):
                raise
        except PortalError:
            return

    def _export(self, rows: Iterable[Report | Expense]) -> Iterator[Record]:
        """Records of one export. A report that an earlier export of this run brought whole is passed over."""
        earlier = frozenset(self.reports)
        key, known = "", False
        for row in rows:
            if isinstance(row, Report):
                key, known = report_key(row), row.id in earlier
                self.reports.add(row.id)
            elif not known and (not self.wanted_ids or row.id in self.wanted_ids):
                if self.wanted_ids:
                    self.found_ids.add(row.id)
                yield build_record(row, key)

    # --- which spans and reports ------------------------------------------------------------------------------

    def span(self) -> tuple[date, date | None]:
        """What is exported by date: the window, the asked-for days, or a year. One day is added on each side, because
        the vendor's time zone is not documented. The client cuts longer spans into years."""
        scope = self.context.scope
        if scope.since or scope.until:
            until = min(scope.until or self.today, self.today)
            since = scope.since or until - timedelta(days=YEAR)
            return since - timedelta(days=1), until + timedelta(days=1)
        days = YEAR - 2 if scope.full else self.options.window_days
        return self.today - timedelta(days=days + 1), None

    def _named(self, states: tuple[str, ...]) -> Iterator[Record]:
        """Reports known to be in these states that the exports so far did not bring."""
        yield from self._by_id([id for id in self.context.store.parents(STREAM, states) if id not in self.reports])

    def _by_id(self, ids: list[str]) -> Iterator[Record]:
        for start in range(0, len(ids), BATCH):
            yield from self._export(self.context.source.read_window(start=None, report_ids=ids[start : start + BATCH]))

    def _older_wanted(self) -> Iterator[Record]:
        """Named records that are older than the window are looked for a year back."""
        if self.wanted_ids - self.found_ids and not self.context.scope.full:
            start = self.today - timedelta(days=YEAR - 1)
            yield from self._export(self.context.source.read_window(start=start, end=self.span()[0]))

    def _recheck(self) -> Iterator[Record]:
        """Once a day: approved reports outside the window, since no filter catches their payment or unapproval."""
        store, today = self.context.store, self.today.isoformat()
        if self.wanted_ids or store.recall("rechecked_on") == today:
            return
        ids = [id for id in store.parents(STREAM, ("APPROVED",)) if id not in self.reports]
        turn = in_turn(ids, store.recall("rechecked_to") or "")
        yield from self._by_id(turn)
        if not self.context.dry:
            store.remember("rechecked_on", today)
            store.remember("rechecked_to", turn[-1] if turn else "")


def in_turn(ids: list[str], after: str, limit: int = RECHECKED) -> list[str]:
    """The next `limit` ids behind `after`, beginning again at the front; `after` unknown = from the front."""
    start = ids.index(after) + 1 if after in ids else 0
    return (ids[start:] + ids[:start])[:limit]
