"""Fields that both sides claimed: what each held, which rule decided, and what a person chose."""

from __future__ import annotations

from django.db import models

from integrations.models.runs import Run
from integrations.models.syncs import Sync


class FieldConflict(models.Model):
    """One field of one pair. Values are text, or a mapping of an address's parts.

    `winner`: source or target, "" while open. `value`: what was, or is to be, held by both. `code`: both_changed,
    first (they differed when they were linked), one_way (changed where it is not carried over from), loop, cut_off
    (edited after a run was cut off that was about to write there).
    """

    class State(models.TextChoices):
        OPEN = "open", "Waits for a person"
        CHOSEN = "chosen", "Chosen, waits for a run"
        DECIDED = "decided", "Decided by rule"
        SETTLED = "settled", "Settled"
        OUTDATED = "outdated", "Out of date"

    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="conflicts")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="conflicts")
    stream = models.CharField(max_length=60)
    source_id = models.CharField(max_length=255)
    target_id = models.CharField(max_length=255, blank=True)
    label = models.CharField(max_length=300, blank=True)
    field = models.CharField(max_length=60)
    field_label = models.CharField(max_length=120)
    code = models.CharField(max_length=20)
    rule = models.TextField()
    base_source = models.JSONField(null=True)
    base_target = models.JSONField(null=True)
    source_value = models.JSONField(null=True)
    target_value = models.JSONField(null=True)
    source_at = models.DateTimeField(null=True)
    target_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    winner = models.CharField(max_length=10, blank=True)
    value = models.JSONField(null=True)
    seen_source = models.JSONField(null=True, help_text="What each side held when the person chose.")
    seen_target = models.JSONField(null=True)
    remark = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sync", "stream", "source_id", "field"],
                condition=models.Q(state__in=["open", "chosen"]),
                name="one_open_conflict",
            )
        ]
        indexes = [
            models.Index(fields=["sync", "state", "-id"], name="conflict_by_state"),
            models.Index(fields=["sync", "stream", "source_id", "-id"], name="conflict_by_record"),
        ]

    def __str__(self) -> str:
        return f"{self.label or self.source_id}: {self.field_label}"
