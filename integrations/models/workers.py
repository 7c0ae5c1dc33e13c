"""Heartbeats of the worker watchdogs: the queue's own statistics do not leave their process."""

from __future__ import annotations

from django.db import models


class WorkerBeat(models.Model):
    """One running (or once running) `runworker`. It writes `beat_at` every 10 seconds, from its own clock.

    `canary_sent_at` / `canary_at`: when its latest trial task was queued, and when one was last carried out by its own
    cluster. `restarts` counts clusters started anew since `started_at`; `note` says why the last one was.
    """

    class State(models.TextChoices):
        STARTING = "starting", "Starting"
        RUNNING = "running", "Running"
        DRAINING = "draining", "Finishing its work"
        STOPPED = "stopped", "Stopped"

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, default="worker")
    host = models.CharField(max_length=80)
    pid = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.STARTING)
    version = models.CharField(max_length=40, blank=True)
    processes = models.PositiveIntegerField(default=0)
    restarts = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_index=True)
    canary_sent_at = models.DateTimeField(null=True, blank=True)
    canary_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-beat_at"]

    def __str__(self) -> str:
        return self.name
