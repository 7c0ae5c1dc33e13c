from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Incident, Workspace
from integrations.services.incidents import incident_close, incident_open, incidents_repeat
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(notify="ops@acme.example, boss@acme.example")


def trouble(workspace: Workspace, message: str = "Accelo: sign in again.") -> Incident:
    return incident_open(workspace=workspace, subject="connection:1", kind="config", message=message)


def a_day_passes() -> None:
    Incident.objects.update(told_at=timezone.now() - timedelta(days=1, seconds=1))


def test_trouble_is_one_incident_and_one_mail_however_often_it_is_met(workspace: Workspace, smtp: Any) -> None:
    for _ in range(3):
        trouble(workspace)
    incident = Incident.objects.get()
    assert incident.seen == 3 and len(smtp.messages) == 1
    (mail,) = smtp.messages
    assert mail["To"] == "ops@acme.example, boss@acme.example" and "[Acme] Accelo: sign in again." in mail["Subject"]


def test_an_open_incident_is_told_again_each_day(workspace: Workspace, smtp: Any) -> None:
    trouble(workspace)
    incidents_repeat()
    assert len(smtp.messages) == 1
    a_day_passes()
    incidents_repeat()
    incidents_repeat()
    assert len(smtp.messages) == 2 and "(still open)" in smtp.messages[1]["Subject"]


def test_what_is_over_is_told_once_and_the_next_trouble_is_a_new_incident(workspace: Workspace, smtp: Any) -> None:
    trouble(workspace)
    for _ in range(2):
        incident_close(workspace=workspace, subject="connection:1")
    assert [str(mail["Subject"]).count("Healed") for mail in smtp.messages] == [0, 1]
    trouble(workspace)
    assert Incident.objects.count() == 2 and len(smtp.messages) == 3


def test_a_message_of_several_lines_makes_a_subject_of_one(workspace: Workspace, smtp: Any) -> None:
    trouble(workspace, "First line\nSecond line")
    assert smtp.messages[0]["Subject"].endswith("First line")
    assert "Second line" in smtp.messages[0].get_content()


def test_a_mail_server_that_refuses_fails_nothing(workspace: Workspace, smtp: Any) -> None:
    smtp.refuse = "451 Later"
    trouble(workspace)
    assert Incident.objects.filter(closed_at=None).exists()


def test_a_workspace_without_addresses_still_sees_its_incidents(smtp: Any) -> None:
    trouble(make_workspace("quiet"))
    assert Incident.objects.count() == 1 and smtp.messages == []


def test_workspaces_have_their_own_incidents(workspace: Workspace) -> None:
    other = make_workspace("other")
    trouble(workspace)
    trouble(other)
    incident_close(workspace=other, subject="connection:1")
    assert Incident.objects.get(closed_at=None).workspace == workspace
