"""Trouble that a person should hear of: opened once, told once, repeated daily, closed when healed."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from integrations.models import Connection, Incident, Sync, Workspace

log = logging.getLogger(__name__)
REPEAT = timedelta(days=1)


def incident_open(
    *, workspace: Workspace, subject: str, kind: str, message: str,
    sync: Sync | None = None, connection: Connection | None = None,
) -> Incident:  # fmt: skip
    """Open the incident, or note that it was seen again; tell the workspace at most once a day."""
    now = timezone.now()
    values = {
        "kind": kind,
        "message": message,
        "sync": sync,
        "connection": connection,
        "last_seen_at": now,
    }
    try:
        with transaction.atomic():
            incident, new = Incident.objects.get_or_create(
                workspace=workspace, subject=subject, closed_at=None, defaults=values
            )
    except IntegrityError:  # another process opened it at the same moment
        incident, new = (
            Incident.objects.get(workspace=workspace, subject=subject, closed_at=None),
            False,
        )
    if not new:
        Incident.objects.filter(pk=incident.pk).update(last_seen_at=now, seen=F("seen") + 1, message=message)
        incident.message = message
    incident_tell(incident)
    return incident


def incident_tell(incident: Incident) -> None:
    """One process sends: it claims `told_at` by a conditional update first."""
    now = timezone.now()
    rows = Incident.objects.filter(pk=incident.pk, closed_at=None, told_at=incident.told_at)
    due = incident.told_at is None or incident.told_at <= now - REPEAT
    if not due or not rows.update(told_at=now) or not incident.workspace.addresses:
        return
    again = "" if incident.told_at is None else " (still open)"
    _send(
        incident.workspace,
        f"{incident.message.splitlines()[0][:120]}{again}",
        incident.message,
    )


def incident_close(*, workspace: Workspace, subject: str) -> None:
    """Close what is open under this subject, and say so where its opening was told."""
    now = timezone.now()
    for incident in Incident.objects.filter(workspace=workspace, subject=subject, closed_at=None):
        closed = Incident.objects.filter(pk=incident.pk, closed_at=None).update(closed_at=now)
        if closed and incident.told_at and workspace.addresses:
            _send(
                workspace,
                f"Healed: {incident.message.splitlines()[0][:110]}",
                f"It is over: {incident.message}",
            )


def incidents_repeat() -> None:
    for incident in Incident.objects.filter(closed_at=None, told_at__lte=timezone.now() - REPEAT):
        incident_tell(incident)


def _send(workspace: Workspace, subject: str, text: str) -> None:
    """A mail server that fails must not fail the run; the incident is on the page in any case."""
    body = f"{text}\n\nWorkspace: {workspace.name}\n{settings.PORTAL_URL}\n"
    try:
        send_mail(
            f"[{workspace.name}] {subject}",
            body,
            settings.DEFAULT_FROM_EMAIL,
            workspace.addresses,
        )
    except OSError:
        log.exception("The notification could not be sent", extra={"workspace": workspace.slug})
