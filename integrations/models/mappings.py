"""Mappings (value to value, decided by a person) and field rules."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from integrations.models.syncs import Sync


class Mapping(models.Model):
    """One source value and the target value a person chose for it, or a suggestion that waits for a decision.

    `waiting`: blocked records that need this value. `source_key` is compared trimmed and case-folded.
    """

    class State(models.TextChoices):
        OPEN = "open", "Not mapped"
        SUGGESTED = "suggested", "Suggested"
        CONFIRMED = "confirmed", "Confirmed"
        IGNORED = "ignored", "Leave out"

    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="mappings")
    kind = models.CharField(max_length=40)
    source_value = models.CharField(max_length=500)
    source_key = models.CharField(max_length=500, editable=False)
    source_label = models.CharField(max_length=500, blank=True)
    qualifier = models.CharField(max_length=255, blank=True)
    target_kind = models.CharField(max_length=40, blank=True)
    target_id = models.CharField(max_length=255, blank=True)
    target_label = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    ground = models.CharField(max_length=200, blank=True)
    waiting = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)
    history = HistoricalRecords(excluded_fields=["waiting", "confidence", "ground"])

    class Meta:
        ordering = ["kind", "position", "source_value"]
        constraints = [
            models.UniqueConstraint(
                fields=["sync", "kind", "source_key", "qualifier", "target_kind", "target_id"], name="mapping_once"
            )
        ]
        indexes = [models.Index(fields=["sync", "kind", "state"], name="mapping_by_state")]

    def __str__(self) -> str:
        return f"{self.source_label or self.source_value} → {self.target_label or self.target_id or '(not mapped)'}"


class FieldRule(models.Model):
    """An admin's choice for one row of a sync's field table; rows not stored stand at the sync's default."""

    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="field_rules")
    target = models.CharField(max_length=60)
    source = models.CharField(max_length=60, blank=True)
    policy = models.CharField(max_length=20, default="overwrite")
    winner = models.CharField(max_length=10, blank=True, help_text="Of a two-way sync; empty = the sync's default.")
    direction = models.CharField(max_length=10, blank=True)
    blank = models.CharField(max_length=10, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["sync", "target"]
        constraints = [models.UniqueConstraint(fields=["sync", "target"], name="field_rule_once")]

    def __str__(self) -> str:
        return f"{self.target} ← {self.source}"
