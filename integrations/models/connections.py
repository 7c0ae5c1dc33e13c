"""Connections to vendors, their call budgets, and the cached candidates for mappings."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from integrations import registry
from integrations.models.fields import EncryptedJSONField
from integrations.models.workspaces import Workspace


def vendor_choices() -> list[tuple[str, str]]:
    return registry.labels(registry.VENDORS, registry.vendor)


class Connection(models.Model):
    """Credentials and address for one account at one vendor.

    `credentials` and `tokens` are encrypted; `account` is what the last test learned (identity, time zone).
    `token_owner`/`token_until` are the lease under which one process at a time renews tokens.
    """

    class State(models.TextChoices):
        NEW = "new", "Not connected"
        CONNECTED = "connected", "Connected"
        SIGN_IN = "sign_in", "Needs sign-in"
        HELD = "held", "Held"
        DISCONNECTED = "disconnected", "Disconnected"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="connections")
    key = models.SlugField(max_length=60, help_text="Short name for commands and files, such as accelo.")
    name = models.CharField(max_length=120)
    vendor = models.CharField(max_length=40, choices=vendor_choices)
    settings = models.JSONField(default=dict, blank=True)
    credentials = EncryptedJSONField(default=dict, blank=True, editable=False)
    tokens = EncryptedJSONField(default=dict, blank=True, editable=False)
    state = models.CharField(max_length=20, choices=State.choices, default=State.NEW, editable=False)
    state_reason = models.TextField(blank=True, editable=False)
    state_since = models.DateTimeField(null=True, blank=True, editable=False)
    identity = models.CharField(max_length=250, blank=True, editable=False)
    account = models.JSONField(default=dict, blank=True, editable=False)
    facts = models.JSONField(default=dict, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    token_owner = models.CharField(max_length=40, blank=True, editable=False)
    token_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    history = HistoricalRecords(
        excluded_fields=["credentials", "tokens", "token_owner", "token_until", "account", "facts", "checked_at"]
    )

    class Meta:
        ordering = ["workspace", "name"]
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="connection_key_once")]

    def __str__(self) -> str:
        return self.name


class Budget(models.Model):
    """Call allowance at one vendor account, shared by all processes. `key` is the vendor key and account.

    `sent`: unix times of recent calls, for the documented windows. `remaining`/`reset_at`: what the vendor last
    said. `blocked_until`: no call before (after a 429).
    """

    key = models.CharField(max_length=250, unique=True)
    sent = models.JSONField(default=list)
    limit = models.IntegerField(null=True)
    remaining = models.IntegerField(null=True)
    reset_at = models.DateTimeField(null=True)
    blocked_until = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.key


class Reference(models.Model):
    """A candidate for mappings, cached from a vendor: an expense type, a project, a category."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="references")
    kind = models.CharField(max_length=40)
    external_id = models.CharField(max_length=500)
    label = models.CharField(max_length=500)
    code = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=254, blank=True)
    active = models.BooleanField(default=True)
    extra = models.JSONField(default=dict)
    label_key = models.CharField(max_length=500, editable=False)
    code_key = models.CharField(max_length=255, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind", "external_id"], name="reference_once"),
        ]
        indexes = [
            models.Index(fields=["connection", "kind", "label_key"], name="reference_by_label"),
            models.Index(fields=["connection", "kind", "code_key"], name="reference_by_code"),
        ]

    def __str__(self) -> str:
        return self.label
