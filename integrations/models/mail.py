"""E-mails on their way: what is written here in a transaction is sent once, later, by whoever claims it."""

from __future__ import annotations

from django.db import models

from integrations.models.workspaces import Workspace


class Message(models.Model):
    """`key` is unique in the workspace: the same news is posted once, however often its job is carried out.

    `owner` and `lease_until`: which process sends it now. `handed_at`: the moment from which the mail server may have
    it, stored before its end is sent; None while it certainly does not. `delivered`: addresses that the server took it
    for. `refused`: address -> why it will never be taken. `error`: the last trouble, in plain words without secrets;
    `error_kind`: server (nobody gets anything), recipient, refused or unknown. `message_id` never changes, so that a
    mail program recognises a repeat.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not sent"
        UNKNOWN = "unknown", "Perhaps sent"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    message_id = models.CharField(max_length=255)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    recipients = models.JSONField(default=list)
    delivered = models.JSONField(default=list, blank=True)
    refused = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField()
    give_up_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True)
    handed_at = models.DateTimeField(null=True, blank=True)
    owner = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    error_kind = models.CharField(max_length=10, blank=True)
    again_by = models.CharField("sent again by", max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "e-mail"
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="one_message_per_key")]
        indexes = [models.Index(fields=["state", "next_try"], name="message_due")]

    def __str__(self) -> str:
        return self.subject[:80]

    @property
    def left(self) -> list[str]:
        """Addresses that neither have it nor were refused."""
        return [one for one in self.recipients if one not in self.delivered and one not in self.refused]


class MessageAttachment(models.Model):
    """`size` in bytes. The content is removed some time after the e-mail was sent; name and size stay."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    data = models.BinaryField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["message", "position"], name="message_attachment_once")]

    def __str__(self) -> str:
        return self.name
