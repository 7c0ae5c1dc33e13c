"""The durable side of a run: the engine's `Ledger` on the database.

A run belongs to the process whose name stands in `Run.owner` while `lease_until` lies ahead. Whoever finds the row
changed stops: `beat`, `page_done` and `intend` notice. What a vendor has already done is recorded in any case.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta
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
    next_pause,
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
from integrations.engine import Glance, LeaseLost, Stopped
from integrations.models import Cursor, Intent, Link, Run, RunItem
from integrations.models.runs import ACTIVE

LEASE = timedelta(seconds=60)
RENEW_EVERY = 5.0
LOOK_EVERY = 1.0
OPEN_INTENTS = [Intent.State.SENT, Intent.State.UNKNOWN]
UNFINISHED = ExpressionWrapper(~Q(pending={}), BooleanField())
"""Whether a link has follow-up work, told by the database, so that the JSON of 100,000 links need not be read."""


class RunLedger:
    """`draining()` tells that the process must end; `deadline`: monotonic seconds at which the slice ends."""

    def __init__(
        self,
        run: Run,
        owner: str,
        *,
        draining: Callable[[], bool] = lambda: False,
        deadline: float | None = None,
    ) -> None:
        self.run = run
        self.owner = owner
        self.draining = draining
        self.deadline = deadline
        self.renewed = time.monotonic()
        self.looked = 0.0
        self.lost = False
        self.stream = ""
        self.tallies: dict[str, Any] = run.progress.get("streams", {})

    # --- lease ------------------------------------------------------------------------------------------------

    def mine(self) -> Any:
        return Run.objects.filter(pk=self.run.pk, owner=self.owner, status__in=ACTIVE)

    def renew(self) -> None:
        """For pauses and calls: keep the lease, never raise (a vendor's answer may be on its way)."""
        if not self.lost and time.monotonic() - self.renewed >= RENEW_EVERY:
            self._extend()

    def _extend(self, **more: Any) -> None:
        self.renewed = time.monotonic()
        self.lost = not self.mine().update(lease_until=timezone.now() + LEASE, **more)

    def beat(self) -> None:
        self.renew()
        if self.lost:
            raise LeaseLost
        now = time.monotonic()
        if now - self.looked < LOOK_EVERY:
            return
        self.looked = now
        status = Run.objects.filter(pk=self.run.pk, owner=self.owner).values_list("status", flat=True).first()
        if status is None:
            raise LeaseLost
        if status == Run.Status.CANCELLING:
            raise Stopped("cancelled")
        if self.draining():
            raise Stopped("drain")
        if self.deadline is not None and now > self.deadline:
            raise Stopped("slice")

    # --- reading ----------------------------------------------------------------------------------------------

    def links_of(self, stream: str) -> Any:
        return Link.objects.filter(sync_id=self.run.sync_id, stream=stream)

    def cursor(self, stream: str) -> Fields:
        self.stream = stream
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
            self._extend()
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
            pending = {
                "delete": action.target_id,
                **written.pending,
                "settle": "updated",
            }
        with transaction.atomic():
            self._close(intent, Intent.State.DONE, target_id=written.target_id)
            values = {
                "target_id": written.target_id,
                "state": Link.State.LINKED,
                "fingerprint": "",
                "label": record.label[:300],
                "parent_id": record.parent_id,
                "parent_state": record.parent_state,
                "pending": pending,
                "memo": dict(written.memo),
            }
            self.links_of(record.stream).update_or_create(
                sync_id=self.run.sync_id,
                stream=record.stream,
                source_id=record.external_id,
                defaults=values,
            )

    def not_sent(self, intent: int, message: str) -> None:
        self._close(intent, Intent.State.NOT_DONE, message=message)

    def _close(self, intent: int, state: str, **values: Any) -> None:
        Intent.objects.filter(pk=intent).update(state=state, settled_at=timezone.now(), **values)

    def lost_answer(self, intent: int, message: str) -> None:
        with transaction.atomic():
            Intent.objects.filter(pk=intent).update(state=Intent.State.UNKNOWN, message=message)
            row = Intent.objects.get(pk=intent)
            self.links_of(row.stream).update_or_create(
                sync_id=self.run.sync_id,
                stream=row.stream,
                source_id=row.source_id,
                defaults={
                    "state": Link.State.UNKNOWN,
                    "reason": message,
                    "label": row.label,
                },
            )

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
            self.links_of(intent.stream).update_or_create(
                sync_id=self.run.sync_id,
                stream=intent.stream,
                source_id=intent.source_id,
                defaults={
                    "target_id": target_id,
                    "state": Link.State.LINKED,
                    "fingerprint": "",
                    "reason": "",
                    "label": intent.label[:300],
                    "pending": pending,
                },
            )

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
            self.links_of(intent.stream).update_or_create(
                sync_id=self.run.sync_id,
                stream=intent.stream,
                source_id=intent.source_id,
                defaults={
                    "state": Link.State.UNKNOWN,
                    "reason": message,
                    "label": intent.label[:300],
                },
            )

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
            self._extend(
                progress=progress,
                read=sum(t["read"] for t in self.tallies.values()),
                unchanged=sum(t["unchanged"] for t in self.tallies.values()),
            )
        if self.lost:
            raise LeaseLost

    def stream_done(self, stream: str) -> None:
        self.beat()

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


LINK_COLUMNS = [
    "target_id", "state", "code", "reason", "label", "fingerprint", "parent_id", "parent_state", "base", "pending",
    "memo", "needs", "attempts", "next_attempt_at", "updated_at",
]  # fmt: skip
ITEM_COLUMNS = [
    "target_id", "label", "action", "status", "code", "reason", "changes", "source", "why", "candidates", "calls",
    "error_kind", "detail", "plan_hash",
]  # fmt: skip

LINK_STATE = {
    "created": Link.State.LINKED, "updated": Link.State.LINKED, "linked": Link.State.LINKED,
    "unchanged": Link.State.LINKED, "blocked": Link.State.BLOCKED, "conflict": Link.State.BLOCKED,
    "failed": Link.State.FAILED, "unknown": Link.State.UNKNOWN,
}  # fmt: skip


def settle_link(link: Link, outcome: Outcome) -> Link:
    """The link as it stands after this outcome (not saved)."""
    action, record = outcome.action, outcome.record
    link.updated_at = timezone.now()
    if record:
        link.label, link.parent_id, link.parent_state = (
            record.label[:300],
            record.parent_id,
            record.parent_state,
        )
    link.code, link.reason = outcome.code, outcome.reason
    link.state = LINK_STATE.get(outcome.status) or skipped_state(link, outcome)
    link.fingerprint = outcome.fingerprint
    link.needs = dict(action.extra.get("needs", {})) if outcome.status == "blocked" else {}
    if outcome.written:
        settle_written(link, outcome.written, action)
    elif outcome.status in ("failed", "unknown"):
        link.attempts += 1
        link.next_attempt_at = timezone.now() + timedelta(seconds=next_pause(link.attempts - 1))
    return link


def skipped_state(link: Link, outcome: Outcome) -> str:
    """A skipped record that has a target stays linked; one that vanished is marked so."""
    if outcome.code == "vanished":
        return Link.State.VANISHED
    return Link.State.LINKED if link.target_id else Link.State.SKIPPED


def settle_written(link: Link, written: Written, action: Action) -> None:
    link.target_id = written.target_id
    link.base = dict(action.wanted)
    link.pending = {key: value for key, value in written.pending.items() if key != "settle"}
    link.memo = {**link.memo, **written.memo}
    link.attempts = link.attempts + 1 if link.pending else 0
    pause = timedelta(seconds=next_pause(link.attempts))
    link.next_attempt_at = timezone.now() + pause if link.pending else None


def build_item(run: Run, outcome: Outcome) -> RunItem:
    action = outcome.action
    return RunItem(
        run=run,
        stream=action.stream,
        source_id=action.source_id,
        target_id=outcome.written.target_id if outcome.written else action.target_id,
        label=action.label[:300],
        action=action.kind,
        status=outcome.status,
        code=outcome.code[:40],
        reason=outcome.reason,
        changes={name: list(pair) for name, pair in action.changes.items()},
        source=dict(outcome.record.fields) if outcome.record else {},
        why=[asdict(why) for why in action.why],
        candidates=[dict(candidate) for candidate in action.candidates],
        calls=[as_json(call) for call in outcome.calls],
        error_kind=outcome.error_kind,
        detail=outcome.detail[:4000],
        plan_hash=outcome.plan_hash,
    )


def as_json(call: object) -> Any:
    return asdict(call) if is_dataclass(call) and not isinstance(call, type) else call


def link_view(link: Link, now: datetime) -> LinkView:
    return LinkView(
        source_id=link.source_id,
        target_id=link.target_id,
        fingerprint=link.fingerprint,
        state=link.state,
        reason=link.reason,
        base=link.base,
        pending=link.pending,
        memo=link.memo,
        attempts=link.attempts,
        due=link.next_attempt_at is None or link.next_attempt_at <= now,
        pk=link.pk,
    )


def intent_view(row: Intent) -> IntentView:
    return IntentView(
        pk=row.pk,
        stream=row.stream,
        source_id=row.source_id,
        wanted=row.wanted,
        marker=row.marker,
        label=row.label,
        replaces=row.replaces,
        sent_at=row.sent_at,
    )


class LinkStore:
    """`LinkQueries` of syncs/base.py for one sync. `since`: links made after this run began are not missing."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def rows(self, stream: str) -> Any:
        return Link.objects.filter(sync_id=self.run.sync_id, stream=stream)

    def parents(self, stream: str, states: Iterable[str]) -> list[str]:
        waiting = Q(state__in=[Link.State.BLOCKED, Link.State.FAILED])
        rows = self.rows(stream).filter(Q(parent_state__in=list(states)) | waiting).exclude(parent_id="")
        return list(rows.order_by("parent_id").values_list("parent_id", flat=True).distinct())

    def is_linked(self, stream: str, target_ids: Iterable[str]) -> set[str]:
        rows = self.rows(stream).filter(target_id__in=list(target_ids))
        return set(rows.values_list("target_id", flat=True))

    def missing(self, stream: str, parent_ids: Iterable[str], seen: Callable[[int], bool]) -> Iterator[LinkView]:
        now = timezone.now()
        parents = list(parent_ids)
        for start in range(0, len(parents), 500):
            rows = self.rows(stream).filter(parent_id__in=parents[start : start + 500])
            rows = rows.filter(~Q(state=Link.State.VANISHED), created_at__lt=self.run.started_at)
            for pk in [pk for pk in rows.values_list("pk", flat=True) if not seen(pk)]:
                yield link_view(Link.objects.get(pk=pk), now)

    def recall(self, key: str) -> Any:
        return self.run.sync.memory.get(key)

    def remember(self, key: str, value: Any) -> None:
        sync = self.run.sync
        if sync.memory.get(key) != value:
            sync.memory[key] = value
            type(sync).objects.filter(pk=sync.pk).update(memory=sync.memory)
