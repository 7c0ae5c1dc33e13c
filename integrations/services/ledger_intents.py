"""Creates that are about to be sent, and what became of them: the intents of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from integrations.core.begun import noted
from integrations.core.records import Action, IntentView
from integrations.engine import Born, LeaseLost, Promise
from integrations.models import Intent, Link
from integrations.services.bulk import keys_reserve, rows_insert
from integrations.services.lease import JobLease
from integrations.services.ledger_rows import intent_view

OPEN_INTENTS = [Intent.State.SENT, Intent.State.UNKNOWN]


def intent_pair(source_id: str, marker: Mapping[str, Any], found: str) -> tuple[str, str]:
    """Source and target id of the pair that a create made. A marker with `target` says that the create was for the
    source, so that what was found is the source's record."""
    return (found, str(marker["target"])) if marker.get("target") else (source_id, found)


class IntentLedger(JobLease):
    """The part of the engine's `Ledger` that knows of intents."""

    def links_of(self, stream: str) -> Any:
        return Link.objects.filter(sync_id=self.run.sync_id, stream=stream)

    def intend(self, promises: list[Promise], updates: Sequence[Action] = ()) -> list[int]:
        with transaction.atomic():
            self.extend()
            if self.lost:
                raise LeaseLost
            self._store_notes(updates)
            return self._store_intents([self._intent(one) for one in promises])

    def note(self, updates: Sequence[Action]) -> None:
        """Not when another process has the run: it has noted anew."""
        if updates and not self.lost:
            with transaction.atomic():
                self._store_notes(updates)

    def _store_notes(self, updates: Sequence[Action]) -> None:
        """Two statements for a stream. The pair is linked by this at the latest: once something was written to it,
        nothing may take it for a new one. It is looked at again, whatever becomes of the write."""
        for stream in {action.stream for action in updates}:
            wanted = {action.source_id: action for action in updates if action.stream == stream}
            there = {link.source_id: link for link in self.links_of(stream).filter(source_id__in=wanted)}
            links = [there.get(id) or self._linked_by(action) for id, action in wanted.items()]
            for link in links:
                action = wanted[link.source_id]
                link.pk, link.fingerprint, link.memo = None, "", noted(link.memo, action)
                if not link.target_id:
                    link.target_id, link.state = action.target_id, Link.State.LINKED
            Link.objects.bulk_create(
                links, batch_size=200, update_conflicts=True, unique_fields=["sync", "stream", "source_id"],
                update_fields=["target_id", "state", "memo", "fingerprint", "updated_at"],
            )  # fmt: skip

    def _linked_by(self, action: Action) -> Link:
        return Link(
            sync_id=self.run.sync_id, stream=action.stream, source_id=action.source_id, label=action.label[:300]
        )

    @staticmethod
    def _store_intents(intents: list[Intent]) -> list[int]:
        keys = keys_reserve(Intent, len(intents))
        if keys is None:
            return [intent.pk for intent in Intent.objects.bulk_create(intents)]
        for intent, key in zip(intents, keys, strict=True):
            intent.pk = key
        rows_insert(intents)
        return keys

    def _intent(self, promise: Promise) -> Intent:
        action = promise.action
        return Intent(
            sync_id=self.run.sync_id,
            run=self.run,
            stream=action.stream,
            source_id=action.source_id,
            label=action.label[:300],
            content_hash=promise.hash,
            wanted=dict(action.wanted),
            marker=dict(promise.marker),
            replaces=action.target_id if action.kind == "replace" else "",
            sent_at=timezone.now(),
        )

    def created(self, born: Born) -> None:
        record, action, written = born.record, born.action, born.written
        pending = {**written.pending, "settle": "created"}
        if action.kind == "replace":
            pending = {"delete": action.target_id, **written.pending, "settle": "updated"}
        with transaction.atomic():
            self._close(born.intent, Intent.State.DONE, target_id=written.target_id)
            source_id = self._moved(record.stream, record.external_id, written.source_id)
            self._mark(
                record.stream, source_id, target_id=written.target_id, state=Link.State.LINKED, fingerprint="",
                label=record.label[:300], parent_id=record.parent_id, parent_state=record.parent_state, pending=pending,
                memo=dict(written.memo), uses=record.uses,
            )  # fmt: skip

    def _moved(self, stream: str, source_id: str, new: str) -> str:
        """The id under which the record's link stands from now on, where the write made the record at the source."""
        if not new or new == source_id:
            return source_id
        links = self.links_of(stream)
        if links.filter(source_id=new).exists():
            links.filter(source_id=source_id).delete()
        else:
            links.filter(source_id=source_id).update(source_id=new)
        return new

    def _mark(self, stream: str, source_id: str, **values: Any) -> None:
        """Store these values in the record's link, made when there is none."""
        self.links_of(stream).update_or_create(
            sync_id=self.run.sync_id, stream=stream, source_id=source_id, defaults=values
        )

    def not_sent(self, intent: int, message: str) -> None:
        self._close(intent, Intent.State.NOT_DONE, message=message)

    def _close(self, intent: int, state: str, **values: Any) -> None:
        Intent.objects.filter(pk=intent).update(state=state, settled_at=timezone.now(), **values)

    @staticmethod
    def _close_all(born: Sequence[Born]) -> None:
        """Done, each with its own target: one statement, which the ORM would write as a long list of cases."""
        if not born:
            return
        told = [value for one in born for value in (one.intent, one.written.target_id)]
        values = ", ".join(["(%s, %s)"] * len(born))
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {Intent._meta.db_table} SET state = %s, settled_at = %s, target_id = told.column2 "
                f"FROM (VALUES {values}) AS told WHERE id = told.column1",
                [Intent.State.DONE.value, connection.ops.adapt_datetimefield_value(timezone.now()), *told],
            )

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
            source_id, target_id = intent_pair(intent.source_id, intent.marker, target_id)
            source_id = self._moved(intent.stream, intent.source_id, source_id)
            self._mark(
                intent.stream, source_id, target_id=target_id, state=Link.State.LINKED, fingerprint="",
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
