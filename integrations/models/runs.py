"""Runs and their items: what happened, and why. Read-only history once closed."""

from __future__ import annotations

from django.db import models

from integrations.models.jobs import ACTIVE, Job
from integrations.models.syncs import Sync
from integrations.models.workspaces import Workspace


class Run(Job):
    """One run of a sync. `due_at` is the scheduled moment (unique for a sync, so that two schedulers make one run)."""

    class Kind(models.TextChoices):
        RUN = "run", "Run"
        PREVIEW = "preview", "Preview"
        APPLY = "apply", "Apply a preview"

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting for a worker"
        RUNNING = "running", "Running"
        CANCELLING = "cancelling", "Cancelling"
        HELD = "held", "Held"
        DONE = "done", "Done"
        DONE_WITH_FAILURES = "done_with_failures", "Done, with failed records"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="runs")
    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.RUN)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.QUEUED)
    trigger = models.CharField(max_length=20, default="manual")
    plan = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="applications")
    scope = models.JSONField(default=dict)
    due_at = models.DateTimeField(null=True, blank=True)
    read = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["sync"], condition=models.Q(status__in=ACTIVE), name="one_running_run"),
            models.UniqueConstraint(
                fields=["sync"], condition=models.Q(status__in=["queued", "held"], kind="run"), name="one_waiting_run"
            ),
            models.UniqueConstraint(
                fields=["sync", "due_at"], condition=models.Q(due_at__isnull=False), name="one_run_per_due_time"
            ),
        ]
        indexes = [models.Index(fields=["workspace", "-id"], name="run_by_workspace")]

    def __str__(self) -> str:
        return f"Run {self.pk}"


class RunItem(models.Model):
    """What one run did, or would do, with one record. Never one for an unchanged record.

    `changes`: field -> [before, after]. `why`: [{"field", "value", "because"}]. `calls`: the masked request log.
    `plan_hash`: what a preview promised; an apply refuses the row when it would now be another.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        CREATED = "created", "Created"
        UPDATED = "updated", "Updated"
        LINKED = "linked", "Linked"
        SKIPPED = "skipped", "Skipped"
        BLOCKED = "blocked", "Blocked"
        CONFLICT = "conflict", "Conflict"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Outcome unknown"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="items")
    stream = models.CharField(max_length=60)
    source_id = models.CharField(max_length=255)
    target_id = models.CharField(max_length=255, blank=True)
    label = models.CharField(max_length=300, blank=True)
    action = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=Status.choices)
    code = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    changes = models.JSONField(default=dict)
    source = models.JSONField(default=dict)
    why = models.JSONField(default=list)
    candidates = models.JSONField(default=list)
    calls = models.JSONField(default=list)
    error_kind = models.CharField(max_length=20, blank=True)
    detail = models.TextField(blank=True)
    plan_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "stream", "source_id"], name="one_item_per_record_and_run")
        ]
        indexes = [
            models.Index(fields=["run", "status", "id"], name="item_by_status"),
            models.Index(fields=["source_id", "-id"], name="item_by_source"),
            models.Index(fields=["created_at", "id"], name="item_by_time"),
        ]

    def __str__(self) -> str:
        return self.label or self.source_id
