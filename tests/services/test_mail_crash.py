"""Processes that die while they send, or meet: an e-mail comes once. Real processes and a real mail server."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from integrations.models import Message, Workspace
from integrations.services.mail import send, send_due
from tests.crowd import Crowd
from tests.factories import make_workspace
from tests.killing import in_a_process
from tests.services.test_mail import ended
from tests.smtp import MailServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    crowd = Crowd()
    yield crowd
    crowd.disperse()


def killed_at_update(number: int, pk: int) -> None:
    """A process that sends, killed right before its n-th change in the database: claim, handing over, result."""

    def job() -> None:
        seen = 0

        def watch(execute: Any, sql: str, *rest: Any) -> Any:
            nonlocal seen
            seen += sql.startswith("UPDATE")
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, *rest)

        with connection.execute_wrapper(watch):
            send(pk)

    child = in_a_process(job)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


@pytest.mark.parametrize(("number", "state"), [(1, "sent"), (2, "sent"), (3, "unknown")])
def test_it_comes_once_however_the_process_that_sends_it_dies(
    workspace: Workspace, smtp: MailServer, number: int, state: str
) -> None:
    """Killed before the claim, before the end of the message, and between the server's 250 and the mark."""
    message = ended(workspace, at_once=False)
    killed_at_update(number, message.pk)
    assert len(smtp.messages) == (number == 3)
    send_due()
    send_due()
    message.refresh_from_db()
    assert message.state == state and len(smtp.messages) == 1


@pytest.mark.parametrize(("where", "state", "arrived"), [("recipient", "sent", 1), ("before", "unknown", 0)])
def test_a_process_killed_while_the_server_has_not_answered(
    workspace: Workspace, smtp: MailServer, crowd: Crowd, where: str, state: str, arrived: int
) -> None:
    message = ended(workspace, at_once=False)
    smtp.hang = where
    process = crowd.start(lambda: str(send(message.pk)))
    smtp.wait_hanging()
    send_due()
    assert not smtp.messages, "nobody takes it from a process that lives"
    process.kill()
    smtp.release()
    send_due()
    message.refresh_from_db()
    assert message.state == state and len(smtp.messages) == arrived


def test_a_process_that_was_too_slow_does_not_finish_what_another_one_sent(
    workspace: Workspace, smtp: MailServer, crowd: Crowd
) -> None:
    message = ended(workspace, at_once=False)
    smtp.hang = "recipient"
    process = crowd.start(lambda: send(message.pk) is None)
    smtp.wait_hanging()
    smtp.hang = ""
    Message.objects.update(lease_until=timezone.now())
    assert send_due() == 1
    smtp.release()
    assert process.result() is True
    message.refresh_from_db()
    assert message.state == "sent" and len(smtp.messages) == 1


def test_workers_that_look_at_the_same_moment_send_each_once(
    workspace: Workspace, smtp: MailServer, crowd: Crowd
) -> None:
    for number in range(12):
        ended(workspace, key=f"import:{number}", subject=f"Import {number}", at_once=False)
    assert sum(crowd.at_once(send_due, send_due, send_due)) == 12
    assert sorted(str(one["Subject"]) for one in smtp.messages) == sorted(f"Import {n}" for n in range(12))


def test_two_that_post_the_same_news_at_once_post_one(workspace: Workspace, smtp: MailServer, crowd: Crowd) -> None:
    keys = crowd.at_once(*[lambda: ended(workspace).pk] * 3)
    assert len(set(keys)) == 1 and len(smtp.messages) == 1
