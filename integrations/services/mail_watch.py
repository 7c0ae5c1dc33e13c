"""Notices that e-mails do not get out: one incident in each workspace that it concerns, closed when one got out."""

from __future__ import annotations

from integrations.models import Incident, Message, Workspace
from integrations.services.incidents import incident_close, incident_open

SUBJECT = "mail"


def mail_check() -> int:
    """Open and close the incidents. Not told by e-mail, for obvious reasons. Returns how many workspaces wait."""
    troubled = dict(_troubled())
    for workspace_id, error in troubled.items():
        message = f"E-mails cannot be sent. {error} They wait and are tried again; see E-mails."
        workspace = Workspace.objects.get(pk=workspace_id)
        incident_open(workspace=workspace, subject=SUBJECT, kind="mail", message=message, tell=False)
    for incident in Incident.objects.filter(subject=SUBJECT, closed_at=None).exclude(workspace__in=troubled):
        incident_close(workspace=incident.workspace, subject=SUBJECT)
    return len(troubled)


def _troubled() -> list[tuple[int, str]]:
    """(workspace, last error): something waits because of the server, or the last that was tried did not get out."""
    rows = Message.objects.filter(error_kind="server").order_by("tried_at", "pk")
    waiting = list(rows.filter(state=Message.State.WAITING).values_list("workspace_id", "error"))
    given_up = rows.filter(state=Message.State.FAILED).exclude(kind="test")
    return waiting + [
        (one.workspace_id, one.error)
        for one in given_up.only("workspace_id", "error", "tried_at")
        if not Message.objects.filter(workspace=one.workspace_id, sent_at__gt=one.tried_at).exists()
    ]


def needing_a_person(workspace: Workspace) -> int:
    """How many e-mails were not sent, or perhaps not; tests aside."""
    states = [Message.State.FAILED, Message.State.UNKNOWN]
    return Message.objects.filter(workspace=workspace, state__in=states).exclude(kind="test").count()
