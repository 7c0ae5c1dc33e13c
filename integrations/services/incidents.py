"""Trouble that a person should hear of: opened once, told once, repeated daily, closed when healed."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from integrations.models import Connection, Incident, Sync, Workspace
from integrations.services import mail

REPEAT = timedelta(days=1)


def incident_open(
    *, workspace: Workspace, subject: str, kind: str, message: str,
    sync: Sync | None = None, connection: Connection | None = None, tell: bool = True,
) -> Incident:  # fmt: skip
    """Open the incident, or note that it was seen again; tell the workspace at most once a day.

    `tell`: by e-mail too, which is of no use when e-mail itself is the trouble.
    """
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
    if tell:
        incident_tell(incident)
    return incident


def incident_tell(incident: Incident) -> None:
    """One process tells: it claims `told_at` by a conditional update, in one transaction with the e-mail."""
    now = timezone.now()
    rows = Incident.objects.filter(pk=incident.pk, closed_at=None, told_at=incident.told_at)
    due = incident.told_at is None or incident.told_at <= now - REPEAT
    if not due:
        return
    again = "" if incident.told_at is None else " (still open)"
    with transaction.atomic():
        if rows.update(told_at=now):
            subject = f"{incident.message.splitlines()[0][:120]}{again}"
            _post(incident, f"{now:%Y-%m-%dT%H:%M:%S.%f}", subject, incident.message)


def incident_close(*, workspace: Workspace, subject: str) -> None:
    """Close what is open under this subject, and say so where its opening was told."""
    now = timezone.now()
    for incident in Incident.objects.filter(workspace=workspace, subject=subject, closed_at=None):
        with transaction.atomic():
            closed = Incident.objects.filter(pk=incident.pk, closed_at=None).update(closed_at=now)
            if closed and incident.told_at:
                subject = f"Healed: {incident.message.splitlines()[0][:110]}"
                _post(incident, "healed", subject, f"It is over: {incident.message}")


def incidents_repeat() -> None:
    for incident in Incident.objects.filter(closed_at=None, told_at__lte=timezone.now() - REPEAT):
        incident_tell(incident)


def _post(incident: Incident, which: str, subject: str, text: str) -> None:
    """`which` of the e-mails about this incident it is. Nobody is told where the workspace has no addresses."""
    workspace = incident.workspace
    mail.post(
        workspace=workspace, kind="incident", key=f"incident:{incident.pk}:{which}",
        subject=f"[{workspace.name}] {subject}",
        text=f"{text}\n\nWorkspace: {workspace.name}\n{settings.PORTAL_URL}\n", recipients=workspace.addresses,
    )  # fmt: skip
