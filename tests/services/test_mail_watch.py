from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Incident, Message
from integrations.services.incidents import incident_open
from integrations.services.mail_watch import needing_a_person
from integrations.services.watch import watch
from tests.factories import make_workspace
from tests.smtp import MailServer

pytestmark = pytest.mark.django_db(transaction=True)


def troubled() -> list[str]:
    return list(Incident.objects.filter(closed_at=None, subject="mail").values_list("workspace__slug", flat=True))


def test_mail_that_fails_is_an_incident_until_one_got_out_and_nothing_is_lost(smtp: MailServer) -> None:
    workspace = make_workspace(notify="ops@acme.example")
    make_workspace("quiet", notify="quiet@acme.example")
    smtp.refuse = "451 Later"
    incident_open(workspace=workspace, subject="sync:1", kind="x", message="Accelo: sign in again.")
    watch()
    watch()
    assert troubled() == ["acme"]
    incident = Incident.objects.get(subject="mail")
    assert "451 Later" in incident.message and incident.told_at is None
    assert Message.objects.count() == 1, "trouble with e-mail is not told by e-mail"
    smtp.refuse = ""
    Message.objects.update(next_try=timezone.now())
    watch()
    assert troubled() == []
    assert [str(one["Subject"]) for one in smtp.messages] == ["[Acme] Accelo: sign in again."]


def test_what_was_given_up_stays_an_incident_and_waits_for_a_person(smtp: MailServer) -> None:
    workspace = make_workspace(notify="ops@acme.example")
    smtp.refuse = "451 Later"
    incident_open(workspace=workspace, subject="sync:1", kind="x", message="First")
    Message.objects.update(next_try=timezone.now(), give_up_at=timezone.now())
    watch()
    assert troubled() == ["acme"] and needing_a_person(workspace) == 1
    smtp.refuse = ""
    incident_open(workspace=workspace, subject="sync:2", kind="x", message="Second")
    watch()
    assert troubled() == [] and needing_a_person(workspace) == 1


def test_one_full_mailbox_is_not_trouble_of_the_server(smtp: MailServer) -> None:
    smtp.refuse_for = {"ops@acme.example": "452 Mailbox full"}
    workspace: Any = make_workspace(notify="ops@acme.example")
    incident_open(workspace=workspace, subject="sync:1", kind="x", message="First")
    watch()
    assert troubled() == [] and Message.objects.get().state == "waiting"
