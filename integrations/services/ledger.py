"""The durable side of a run: the engine's `Ledger` on the database.

Who finds that another process has the run now stops: `beat`, `page_done` and `intend` notice. What a vendor has already
done is recorded in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.utils import timezone

from integrations import registry
from integrations.core.errors import HeldForPerson, PortalError
from integrations.core.plan import (
    COUNTED,
    PLANNED_AS,
    Outcome,
    Tally,
    empty_counts,
)
from integrations.core.records import (
    Action,
    Fields,
    LinkView,
    Page,
)
from integrations.engine import Born, Glance, LeaseLost
from integrations.models import Cursor, Link, Run, RunItem
from integrations.services.bulk import FEW, plain_insert
from integrations.services.conflict_rows import conflicts_store
from integrations.services.ledger_plan import PlanLedger
from integrations.services.ledger_rows import (
    ITEM_COLUMNS,
    LINK_COLUMNS,
    ItemRow,
    LinkRow,
    item_row,
    link_view,
    settle_link,
)

STORED: dict[Any, tuple[list[str], list[str]]] = {
    Link: (["sync", "stream", "source_id"], LINK_COLUMNS),
    RunItem: (["run", "stream", "source_id"], ITEM_COLUMNS),
}
"""Unique key, and the columns that are overwritten where it is there already."""
WHOLE_LIST = ""
"""Source id of the item that tells of a list as a whole."""
UNFINISHED = ExpressionWrapper(~Q(pending={}), BooleanField())
"""Whether a link has follow-up work, told by the database, so that the JSON of 100,000 links need not be read."""


class RunLedger(PlanLedger):
    """The engine's `Ledger` for one run."""

    def __init__(self, run: Run, owner: str, **lease: Any) -> None:
        super().__init__(run, owner, **lease)
        self.tallies: dict[str, Any] = run.progress.get("streams", {})
        self.done: list[str] = list(run.progress.get("done", []))

    # --- reading ----------------------------------------------------------------------------------------------

    def cursor(self, stream: str) -> Fields:
        row = Cursor.objects.filter(sync_id=self.run.sync_id, stream=stream).first()
        return row.value if row else {}

    def glance(self, stream: str, ids: list[str], parents: Collection[str] = ()) -> dict[str, Glance]:
        """By source id; others may be among them. `parents`: of all these records, '' for none.

        By parent where there are far fewer of these, for the expenses of a page stand on a few reports: finding each by
        its own id takes the database five times as long. What is not found so is looked up by id.
        """
        found: dict[str, Glance] = {}
        if "" not in parents and 5 * len(parents) <= len(ids):
            found = self._glances(self.links_of(stream).filter(parent_id__in=parents), limit=2 * len(ids))
        others = [id for id in ids if id not in found]
        return found | self._glances(self.links_of(stream).filter(source_id__in=others), limit=len(others))

    @staticmethod
    def _glances(links: Any, limit: int) -> dict[str, Glance]:
        now = timezone.now()
        rows = links.annotate(unfinished=UNFINISHED)[:limit]
        columns = rows.values_list("source_id", "pk", "fingerprint", "state", "next_attempt_at", "unfinished")
        return {
            source: Glance(pk, fingerprint, state, due is None or due <= now, unfinished)
            for source, pk, fingerprint, state, due, unfinished in columns
        }

    def links(self, stream: str, ids: list[str]) -> dict[str, LinkView]:
        now = timezone.now()
        return {link.source_id: link_view(link, now) for link in self.links_of(stream).filter(source_id__in=ids)}

    def itemised(self, stream: str, ids: list[str]) -> set[str]:
        if self.run.attempt <= 1:
            return set()
        rows = RunItem.objects.filter(run=self.run, stream=stream, source_id__in=ids)
        return set(rows.values_list("source_id", flat=True))

    # --- outcomes ---------------------------------------------------------------------------------------------

    def record(self, outcomes: list[Outcome], born: Sequence[Born] = (), *, new: bool = False) -> None:
        if not outcomes and not born:
            return
        with transaction.atomic():
            self._close_all(self._link_stumbled(outcomes, born))
            if self.run.kind != Run.Kind.PREVIEW:
                self._store_links([one for one in outcomes if one.code != "changed_since_preview"], new)
                conflicts_store(self.run, outcomes)
            self._store_items([outcome for outcome in outcomes if outcome.status != "unchanged"])

    def _link_stumbled(self, outcomes: list[Outcome], born: Sequence[Born]) -> list[Born]:
        """A create whose follow-up failed gets its link before the failure is recorded. Gives the other creates."""
        well = {outcome.action.source_id for outcome in outcomes if outcome.written}
        for one in born:
            if one.record.external_id not in well:
                self.created(one)
        return [one for one in born if one.record.external_id in well]

    def _store_links(self, wanted: list[Outcome], new: bool) -> None:
        """`new`: those that are there already need not be asked for, unless one is."""
        now = timezone.now()
        if new and self._inserted(Link, lambda outcome: settle_link(self._new_link(outcome), outcome, now), wanted):
            return
        present = self._present(wanted)
        known, others = [], []
        for outcome in wanted:
            link = present.get((outcome.action.stream, outcome.source_id))
            if link:
                link.pk = None  # the database finds it by its unique key
                link.updated_at = now
                known.append(settle_link(link, outcome, now))
            else:
                others.append(outcome)
        self._upsert(known)
        self._insert(Link, lambda outcome: settle_link(self._new_link(outcome), outcome, now), others)

    def _present(self, wanted: list[Outcome]) -> dict[tuple[str, str], Link]:
        """The links that are there, by stream and source id; those that got another id go on under it."""
        by_stream: dict[str, list[str]] = {}
        for outcome in wanted:
            if outcome.written:
                self._moved(outcome.action.stream, outcome.action.source_id, outcome.written.source_id)
            by_stream.setdefault(outcome.action.stream, []).append(outcome.source_id)
        return {
            (link.stream, link.source_id): link
            for stream, ids in by_stream.items()
            for link in self.links_of(stream).filter(source_id__in=ids)
        }

    def _new_link(self, outcome: Outcome) -> LinkRow:
        return LinkRow(self.run.sync_id, outcome.action.stream, outcome.source_id)

    def _insert(self, model: Any, row: Callable[[Outcome], LinkRow | ItemRow], outcomes: list[Outcome]) -> None:
        """Rows that are new as far as is known; what turns out to be there already is overwritten."""
        if not self._inserted(model, row, outcomes):
            self._upsert([model(**asdict(row(outcome))) for outcome in outcomes])

    @staticmethod
    def _inserted(model: Any, row: Callable[[Outcome], LinkRow | ItemRow], outcomes: list[Outcome]) -> bool:
        """Not when they are few, and none of them when one is there already: an earlier attempt was here."""
        if len(outcomes) < FEW:
            return False
        try:
            with transaction.atomic():
                plain_insert(model, map(row, outcomes))
        except IntegrityError:
            return False
        return True

    @staticmethod
    def _upsert(rows: list[Any]) -> None:
        """One statement for old and new."""
        if rows:
            key, columns = STORED[type(rows[0])]
            type(rows[0]).objects.bulk_create(
                rows, batch_size=200, update_conflicts=True, unique_fields=key, update_fields=columns
            )

    def _store_items(self, outcomes: list[Outcome]) -> None:
        row = partial(item_row, self.run.pk)
        if self.run.attempt <= 1:
            self._insert(RunItem, row, outcomes)
        else:
            self._upsert([RunItem(**asdict(row(outcome))) for outcome in outcomes])

    # --- streams and pages ------------------------------------------------------------------------------------

    def is_done(self, stream: str) -> bool:
        return stream in self.done

    def stream_done(self, stream: str) -> None:
        with transaction.atomic():
            RunItem.objects.filter(run=self.run, stream=stream, source_id=WHOLE_LIST).delete()
            self.done.append(stream)
            self.extend(progress=self.progress())
        if self.lost:
            raise LeaseLost

    def stream_failed(self, stream: str, error: PortalError) -> None:
        """An item for the list as a whole; it goes when a later attempt of this run reads the list."""
        labels = {one.key: one.label for one in registry.sync(self.run.sync.kind).streams}
        action = Action("read", stream, WHOLE_LIST, f"List of {labels.get(stream, stream)}")
        held = isinstance(error, HeldForPerson)
        self._store_items(
            [
                Outcome(
                    action, "blocked" if held else "failed", reason=error.message, code=error.code or error.kind,
                    error_kind=error.kind, detail=error.detail,
                )
            ]
        )  # fmt: skip

    def standing(self) -> dict[str, Any]:
        """Records read so far, those of the page at hand included."""
        return {"read": sum(tally["read"] for tally in self.tallies.values()) + self.passed} if self.passed else {}

    def progress(self, page: Page | None = None) -> dict[str, Any]:
        here = {"stream": page.stream, "total": page.total} if page else {}
        return {"streams": self.tallies, "done": self.done, **here}

    def page_done(self, page: Page, tally: Tally, outcomes: list[Outcome], *, new: bool = False) -> None:
        """Outcomes, cursor, counters and lease in one transaction."""
        self.tallies[page.stream] = {
            "read": tally.read,
            "unchanged": tally.unchanged,
            "quiet": dict(tally.quiet),
        }
        with transaction.atomic():
            self.record(outcomes, new=new)
            if page.cursor is not None and self.run.kind == Run.Kind.RUN:
                Cursor.objects.update_or_create(
                    sync_id=self.run.sync_id,
                    stream=page.stream,
                    defaults={"value": dict(page.cursor)},
                )
            self.extend(
                progress=self.progress(page),
                read=sum(t["read"] for t in self.tallies.values()),
                unchanged=sum(t["unchanged"] for t in self.tallies.values()),
            )
        if self.lost:
            raise LeaseLost

    def counts(self) -> dict[str, int]:
        """The run's counts: items by status, plus what was counted without an item. Of a page that the run was stopped
        in, those that are settled were read."""
        counts = empty_counts() | {"read": self.passed}
        for tally in self.tallies.values():
            counts["read"] += tally["read"]
            counts["unchanged"] += tally["unchanged"]
            for status, number in tally["quiet"].items():
                counts[COUNTED[status]] += number
        rows = RunItem.objects.filter(run=self.run).order_by().values_list("status", "action").annotate(n=Count("pk"))
        for status, action, number in rows:
            name = PLANNED_AS.get(action) if status == RunItem.Status.PLANNED else COUNTED[status]
            if name:
                counts[name] += number
        return counts
