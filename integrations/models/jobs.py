"""What all work in the background has in common: who holds it, how far it is, how it ended."""

from __future__ import annotations

from django.conf import settings
from django.db import models

ACTIVE = ["running", "cancelling"]


class Job(models.Model):
    """`owner` and `lease_until` say which process holds it. `resume_at`: a held one is taken up again then; `holds`:
    times in a row that it was. `stalled`: times in a row that a worker died without progress.

    A subclass has `status`, a `workspace`, and a constraint that lets one of a kind be ACTIVE at a time.
    """

    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    resume_at = models.DateTimeField(null=True, blank=True)
    owner = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    stalled = models.PositiveIntegerField(default=0)
    holds = models.PositiveIntegerField(default=0)
    progress_mark = models.CharField(max_length=60, blank=True)
    progress = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    calls = models.JSONField(default=dict)
    seconds = models.FloatField(default=0)
    message = models.TextField(blank=True)
    error_kind = models.CharField(max_length=20, blank=True)
    detail = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def active(self) -> bool:
        return self.status in ACTIVE  # type: ignore[attr-defined]

    @property
    def finished(self) -> bool:
        return self.finished_at is not None
