"""Open trouble of one connection or sync."""

from __future__ import annotations

from django.db import models

from integrations.models.connections import Connection
from integrations.models.syncs import Sync
from integrations.models.workspaces import Workspace


class Incident(models.Model):
    """One open incident per subject and kind: opened once, told once, repeated daily, closed when healed.

    `subject` names it inside the workspace (`sync:3:failed`, `connection:2:sign_in`, `workers`).
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="incidents")
    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, null=True, blank=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, blank=True)
    subject = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    message = models.TextField()
    opened_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()
    seen = models.PositiveIntegerField(default=1)
    told_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "subject"], condition=models.Q(closed_at__isnull=True), name="one_open_incident"
            )
        ]

    def __str__(self) -> str:
        return self.message[:80]
