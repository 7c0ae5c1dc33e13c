"""What a preview promised, and what became of it when it is applied."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from integrations.models import Intent, Run, RunItem
from integrations.services.ledger_intents import IntentLedger

BATCH = 500
TO_DO = ("create", "update", "replace", "link")
FELL_AWAY = (
    "Left alone: since the preview it changed, was done already, or no longer takes part. Make a new preview to see "
    "what would happen now."
)


class PlanLedger(IntentLedger):
    """The part of the engine's `Ledger` that knows of previews."""

    def promised(self, stream: str, ids: list[str]) -> dict[str, str] | None:
        if self.run.kind != Run.Kind.APPLY or self.run.plan_id is None:
            return None
        rows = RunItem.objects.filter(run_id=self.run.plan_id, stream=stream, source_id__in=ids)
        return dict(rows.values_list("source_id", "plan_hash"))

    def tell_fallen_away(self) -> None:
        """An item for each row of the plan that this run did not come to. What it made at the source has its item under
        the id it got there."""
        if self.run.plan_id is None:
            return
        same = {"run": self.run, "stream": OuterRef("stream"), "source_id": OuterRef("source_id")}
        met = RunItem.objects.filter(**same)
        made = Intent.objects.filter(**same, state=Intent.State.DONE)
        rows = RunItem.objects.filter(run_id=self.run.plan_id, status=RunItem.Status.PLANNED, action__in=TO_DO)
        rows = rows.filter(~Exists(met), ~Exists(made)).order_by("pk")
        while part := list(rows[:BATCH]):
            RunItem.objects.bulk_create([self._fallen_away(row) for row in part])
            self.beat()

    def _fallen_away(self, row: RunItem) -> RunItem:
        return RunItem(
            run=self.run,
            stream=row.stream,
            source_id=row.source_id,
            target_id=row.target_id,
            label=row.label,
            action="skip",
            status=RunItem.Status.SKIPPED,
            code="changed_since_preview",
            reason=FELL_AWAY,
        )
