"""Imports: a draft that people prepare in steps, then one run after another until it has ended."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from integrations import registry
from integrations.models.runs import Run
from integrations.models.syncs import Sync
from integrations.models.workspaces import Workspace


class Import(models.Model):
    """One import of records of `kinds` (streams of its sync). Links, mappings and options belong to the sync, which all
    imports between the same two connections share: none creates what another one created.

    `seen`: step -> the values that were there when somebody finished the step, {mapping kind: [source key]}; a value
    that is not among them opens the step again. `run`: the last run, `runs`: the numbers of all that wrote, `preview`:
    the last look at what it would do, `undo`: the run that takes back what can be taken back.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Being prepared"
        RUNNING = "running", "Running"
        ENDED = "ended", "Ended"
        UNDOING = "undoing", "Being undone"
        DISCARDED = "discarded", "Discarded"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="imports")
    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="imports")
    kinds = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    seen = models.JSONField(default=dict)
    runs = models.JSONField(default=list)
    preview = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="imports")
    undo = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="undone_imports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    read_at = models.DateTimeField(null=True, help_text="When both applications were last asked what can be mapped.")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    history = HistoricalRecords(
        excluded_fields=[
            "seen", "runs", "preview", "run", "undo", "created_by", "changed_by", "started_by", "changed_at", "read_at",
            "started_at", "ended_at",
        ]
    )  # fmt: skip

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sync"], condition=models.Q(state__in=["draft", "running", "undoing"]), name="one_open_import"
            )
        ]

    def __str__(self) -> str:
        return f"Import {self.pk}"

    @property
    def streams(self) -> tuple[str, ...]:
        """What was chosen and what goes along with it, in the sync's own order."""
        kind = registry.sync(self.sync.kind)
        keys = (stream.key for stream in kind.streams)
        return tuple(key for key in keys if key in self.kinds or key not in kind.chosen_streams)
