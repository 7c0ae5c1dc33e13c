"""The durable side of a run: the engine's `Ledger` on the database.

Who finds that another process has the run now stops: `beat`, `page_done` and `intend` notice. What a vendor has already
done is recorded in any case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.utils import timezone

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
    IntentView,
    LinkView,
    Page,
    Record,
    Written,
)
from integrations.engine import Glance, LeaseLost
from integrations.models import Cursor, Intent, Link, Run, RunItem
from integrations.services.lease import RunLease
from integrations.services.ledger_rows import (
    ITEM_COLUMNS,
    LINK_COLUMNS,
    build_item,
    intent_view,
    link_view,
    settle_link,
)

OPEN_INTENTS = [Intent.State.SENT, Intent.State.UNKNOWN]
UNFINISHED = ExpressionWrapper(~Q(pending={}), BooleanField())
"""Whether a link has follow-up work, told by the database, so that the JSON of 100,000 links need not be read."""


class RunLedger(RunLease):
    """The engine's `Ledger` for one run."""

    def __init__(self, run: Run, owner: str, **lease: Any) -> None:
        super().__init__(run, owner, **lease)
        self.tallies: dict[str, Any] = run.progress.get("streams", {})

    # --- reading ----------------------------------------------------------------------------------------------

    def links_of(self, stream: str) -> Any:
        return Link.objects.filter(sync_id=self.run.sync_id, stream=stream)

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

    def promised(self, stream: str, ids: list[str]) -> dict[str, str] | None:
        if self.run.kind != Run.Kind.APPLY or self.run.plan_id is None:
            return None
        rows = RunItem.objects.filter(run_id=self.run.plan_id, stream=stream, source_id__in=ids)
        return dict(rows.values_list("source_id", "plan_hash"))

    # --- intents ----------------------------------------------------------------------------------------------

    def intend(self, action: Action, marker: Fields, content_hash: str) -> int:
        with transaction.atomic():
            self.extend()
            if self.lost:
                raise LeaseLost
            intent = Intent.objects.create(
                sync_id=self.run.sync_id,
                run=self.run,
                stream=action.stream,
                source_id=action.source_id,
                label=action.label[:300],
                content_hash=content_hash,
                wanted=dict(action.wanted),
                marker=dict(marker),
                replaces=action.target_id if action.kind == "replace" else "",
                sent_at=timezone.now(),
            )
        return intent.pk

    def created(self, intent: int, record: Record, action: Action, written: Written) -> None:
        pending = {**written.pending, "settle": "created"}
        if action.kind == "replace":
            pending = {"delete": action.target_id, **written.pending, "settle": "updated"}
        with transaction.atomic():
            self._close(intent, Intent.State.DONE, target_id=written.target_id)
            self._mark(
                record.stream, record.external_id, target_id=written.target_id, state=Link.State.LINKED, fingerprint="",
                label=record.label[:300], parent_id=record.parent_id, parent_state=record.parent_state, pending=pending,
                memo=dict(written.memo),
            )  # fmt: skip

    def _mark(self, stream: str, source_id: str, **values: Any) -> None:
        """Store these values in the record's link, made when there is none."""
        self.links_of(stream).update_or_create(
            sync_id=self.run.sync_id, stream=stream, source_id=source_id, defaults=values
        )

    def not_sent(self, intent: int, message: str) -> None:
        self._close(intent, Intent.State.NOT_DONE, message=message)

    def _close(self, intent: int, state: str, **values: Any) -> None:
        Intent.objects.filter(pk=intent).update(state=state, settled_at=timezone.now(), **values)

    def lost_answer(self, intent: int, message: str) -> None:
        with transaction.atomic():
            Intent.objects.filter(pk=intent).update(state=Intent.State.UNKNOWN, message=message)
            row = Intent.objects.get(pk=intent)
            self._mark(row.stream, row.source_id, state=Link.State.UNKNOWN, reason=message, label=row.label)

    def open_intents(self, stream: str) -> list[IntentView]:
        rows = Intent.objects.filter(sync_id=self.run.sync_id, stream=stream, state__in=OPEN_INTENTS)
        return [intent_view(row) for row in rows.order_by("pk")]

    def intent_found(self, intent: IntentView, target_id: str) -> None:
        with transaction.atomic():
            self._close(
                intent.pk,
                Intent.State.DONE,
                target_id=target_id,
                settled_by="look-up at the target",
            )
            pending = {"settle": "updated", "delete": intent.replaces} if intent.replaces else {"settle": "created"}
            self._mark(
                intent.stream, intent.source_id, target_id=target_id, state=Link.State.LINKED, fingerprint="",
                reason="", label=intent.label, pending=pending,
            )  # fmt: skip

    def intent_absent(self, intent: IntentView) -> None:
        """It was surely not done: the record is planned again like any other."""
        with transaction.atomic():
            self._close(intent.pk, Intent.State.NOT_DONE, settled_by="look-up at the target")
            link = self.links_of(intent.stream).filter(source_id=intent.source_id, state=Link.State.UNKNOWN)
            link.filter(target_id="").update(state=Link.State.FAILED, fingerprint="", next_attempt_at=None)
            link.exclude(target_id="").update(state=Link.State.LINKED, fingerprint="", next_attempt_at=None)

    def intent_undecided(self, intent: IntentView, ids: Iterable[str]) -> None:
        candidates = [{"id": id, "label": id} for id in ids]
        message = "Several records at the target could be this one. Say on the page Unknown outcomes which it is."
        with transaction.atomic():
            Intent.objects.filter(pk=intent.pk).update(
                state=Intent.State.UNKNOWN, candidates=candidates, message=message
            )
            self._mark(intent.stream, intent.source_id, state=Link.State.UNKNOWN, reason=message, label=intent.label)

    # --- outcomes ---------------------------------------------------------------------------------------------

    def record(self, outcomes: list[Outcome]) -> None:
        if not outcomes:
            return
        with transaction.atomic():
            if self.run.kind != Run.Kind.PREVIEW:
                self._store_links(outcomes)
            self._store_items([outcome for outcome in outcomes if outcome.status != "unchanged"])

    def _store_links(self, outcomes: list[Outcome]) -> None:
        wanted = [o for o in outcomes if o.code != "changed_since_preview"]
        by_stream: dict[str, list[str]] = {}
        for outcome in wanted:
            by_stream.setdefault(outcome.action.stream, []).append(outcome.action.source_id)
        present = {
            (link.stream, link.source_id): link
            for stream, ids in by_stream.items()
            for link in self.links_of(stream).filter(source_id__in=ids)
        }
        links: list[Link] = []
        for outcome in wanted:
            link = present.get((outcome.action.stream, outcome.action.source_id)) or self._new_link(outcome)
            link.pk = None  # the database finds it by its unique key: one statement for old and new
            links.append(settle_link(link, outcome))
        Link.objects.bulk_create(
            links,
            batch_size=200,
            update_conflicts=True,
            unique_fields=["sync", "stream", "source_id"],
            update_fields=LINK_COLUMNS,
        )

    def _new_link(self, outcome: Outcome) -> Link:
        return Link(
            sync_id=self.run.sync_id,
            stream=outcome.action.stream,
            source_id=outcome.action.source_id,
        )

    def _store_items(self, outcomes: list[Outcome]) -> None:
        RunItem.objects.bulk_create(
            [build_item(self.run, outcome) for outcome in outcomes],
            batch_size=200,
            update_conflicts=True,
            unique_fields=["run", "stream", "source_id"],
            update_fields=ITEM_COLUMNS,
        )

    # --- pages ------------------------------------------------------------------------------------------------

    def page_done(self, page: Page, tally: Tally) -> None:
        """Cursor, counters and lease in one transaction."""
        self.tallies[page.stream] = {
            "read": tally.read,
            "unchanged": tally.unchanged,
            "quiet": dict(tally.quiet),
        }
        with transaction.atomic():
            if page.cursor is not None and self.run.kind == Run.Kind.RUN:
                Cursor.objects.update_or_create(
                    sync_id=self.run.sync_id,
                    stream=page.stream,
                    defaults={"value": dict(page.cursor)},
                )
            progress = {
                "streams": self.tallies,
                "stream": page.stream,
                "total": page.total,
            }
            self.extend(
                progress=progress,
                read=sum(t["read"] for t in self.tallies.values()),
                unchanged=sum(t["unchanged"] for t in self.tallies.values()),
            )
        if self.lost:
            raise LeaseLost

    def counts(self) -> dict[str, int]:
        """The run's counts: items by status, plus what was counted without an item."""
        counts = empty_counts()
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
