"""Syncs and what they keep for ever: cursors, links, intents."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from integrations import registry
from integrations.models.connections import Connection
from integrations.models.workspaces import Workspace


def sync_choices() -> list[tuple[str, str]]:
    return registry.labels(registry.SYNCS, registry.sync)


class Sync(models.Model):
    """One configured integration between two connections.

    `schedule`: five-field cron in UTC; `offset_minutes` moves it so that not all syncs start at once.
    `memory`: small values the sync remembers between runs. `next_at`: when the schedule is due next.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="syncs")
    key = models.SlugField(max_length=60, help_text="Short name for commands and files, such as expenses.")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=60, choices=sync_choices)
    source = models.ForeignKey(Connection, on_delete=models.RESTRICT, related_name="syncs_from")
    target = models.ForeignKey(Connection, on_delete=models.RESTRICT, related_name="syncs_to")
    enabled = models.BooleanField(default=True, help_text="A paused sync is not run by its schedule.")
    schedule = models.CharField(max_length=60, blank=True, help_text="Five-field cron in UTC; empty = by hand only.")
    offset_minutes = models.PositiveSmallIntegerField(default=0, editable=False)
    options = models.JSONField(default=dict, blank=True)
    streams = models.JSONField(default=list, blank=True, help_text="Streams that run; empty = all.")
    feeds = models.JSONField(
        default=dict, blank=True, help_text="By stream that is configured: enabled, source, choice, filter."
    )
    memory = models.JSONField(default=dict, blank=True, editable=False)
    next_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    history = HistoricalRecords(excluded_fields=["memory", "next_at"])

    class Meta:
        ordering = ["workspace", "name"]
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="sync_key_once")]

    def __str__(self) -> str:
        return self.name


class Cursor(models.Model):
    """Where a stream stands: committed together with the page it belongs to."""

    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="cursors")
    stream = models.CharField(max_length=60)
    value = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sync", "stream"], name="cursor_once")]

    def __str__(self) -> str:
        return f"{self.sync}: {self.stream}"


class Link(models.Model):
    """The lasting pair of external ids, and where its record stands.

    Also remembers records that have no target yet (blocked, failed), so that an unchanged one makes no noise.
    `fingerprint`: source digest and rules version at the last settled outcome, '' = not settled.
    """

    class State(models.TextChoices):
        LINKED = "linked", "Linked"
        BLOCKED = "blocked", "Blocked"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Outcome unknown"
        VANISHED = "vanished", "Vanished at the source"
        SKIPPED = "skipped", "Skipped"
        IGNORED = "ignored", "Ignored by a person"

    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="links")
    stream = models.CharField(max_length=60)
    source_id = models.CharField(max_length=255)
    target_id = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    code = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    label = models.CharField(max_length=300, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    parent_id = models.CharField(max_length=255, blank=True)
    parent_state = models.CharField(max_length=20, blank=True)
    base = models.JSONField(default=dict)
    pending = models.JSONField(default=dict)
    memo = models.JSONField(default=dict)
    uses = models.TextField(blank=True, help_text="A value that lists elsewhere know: the tag of an expense.")
    needs = models.JSONField(default=dict, help_text="The unmapped value a blocked record waits for.")
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sync", "stream", "source_id"], name="link_source_once")]
        indexes = [
            models.Index(fields=["sync", "stream", "target_id"], name="link_by_target"),
            models.Index(fields=["sync", "stream", "parent_id"], name="link_by_parent"),
            models.Index(
                fields=["sync", "state"],
                name="link_not_linked",
                condition=~models.Q(state="linked"),
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.source_id


class Intent(models.Model):
    """A create, recorded and committed before it is sent. A lost answer leaves it unknown until it is settled."""

    class State(models.TextChoices):
        SENT = "sent", "Sent"
        UNKNOWN = "unknown", "Outcome unknown"
        DONE = "done", "Done"
        NOT_DONE = "not_done", "Not carried out"

    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="intents")
    run = models.ForeignKey("Run", on_delete=models.SET_NULL, null=True, related_name="intents")
    stream = models.CharField(max_length=60)
    source_id = models.CharField(max_length=255)
    label = models.CharField(max_length=300, blank=True)
    content_hash = models.CharField(max_length=64)
    wanted = models.JSONField(default=dict)
    marker = models.JSONField(default=dict)
    replaces = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.SENT)
    target_id = models.CharField(max_length=255, blank=True)
    candidates = models.JSONField(default=list)
    message = models.TextField(blank=True)
    sent_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sync", "stream", "source_id"],
                condition=models.Q(state__in=["sent", "unknown"]),
                name="one_open_intent",
            )
        ]
        indexes = [
            models.Index(
                fields=["sync", "state"], name="intent_open", condition=models.Q(state__in=["sent", "unknown"])
            )
        ]

    def __str__(self) -> str:
        return self.label or self.source_id
