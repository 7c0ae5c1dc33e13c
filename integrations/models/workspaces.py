"""The portal's tenants and who may do what in them."""

from __future__ import annotations

import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from simple_history.models import HistoricalRecords


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(f"{value!r} is not a time zone. Use a name such as Europe/London or Australia/Sydney.")


def validate_addresses(value: str) -> None:
    for address in filter(None, (part.strip() for part in value.split(","))):
        validate_email(address)


class Workspace(models.Model):
    """Everything belongs to one workspace; no page or command crosses from one into another."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True, help_text="Short name for addresses and commands.")
    time_zone = models.CharField(
        max_length=60, default="UTC", validators=[validate_time_zone], help_text="Times on pages are shown in it."
    )
    notify = models.TextField(
        "notification addresses",
        blank=True,
        validators=[validate_addresses],
        help_text="E-mail addresses that hear of trouble and of imports that have ended, parted by commas.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def addresses(self) -> list[str]:
        return [part.strip() for part in self.notify.split(",") if part.strip()]


class Role(models.TextChoices):
    ADMIN = "admin", "Admin (configures and runs)"
    OPERATOR = "operator", "Operator (runs, retries, reads)"
    VIEWER = "viewer", "Viewer (reads)"


class Membership(models.Model):
    """A user's role in a workspace."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    history = HistoricalRecords()

    class Meta:
        ordering = ["workspace", "user"]
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="one_role_per_workspace")]

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace}: {self.role}"
