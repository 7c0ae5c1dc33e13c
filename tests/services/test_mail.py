"""The outbox, against a real mail server: once, never lost, and in plain words when not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from integrations.core.errors import ConfigError
from integrations.models import Message, MessageAttachment, Workspace
from integrations.services import mail
from integrations.services.mail import Attachment, post, send_again, send_due, send_test
from integrations.services.smtp import setup_trouble
from tests.factories import make_workspace
from tests.smtp import MailServer, free_port

pytestmark = pytest.mark.django_db(transaction=True)
TWO = ["ada@acme.example", "bob@acme.example"]


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


def ended(workspace: Workspace, **values: Any) -> Message:
    given: dict[str, Any] = {
        "kind": "import_ended", "key": "import:7", "subject": "Import 7 has ended", "text": "5,000 created.",
        "recipients": TWO, **values,
    }  # fmt: skip
    posted = post(workspace=workspace, **given)
    assert posted is not None
    posted.refresh_from_db()
    return posted


def waits_again(message: Message) -> Message:
    """Its next try is due now."""
    message.refresh_from_db()
    assert message.state == "waiting" and message.next_try > timezone.now()
    Message.objects.update(next_try=timezone.now())
    return message


# --- posting --------------------------------------------------------------------------------------------------------


def test_text_html_and_attachments_arrive_whole(workspace: Workspace, smtp: MailServer) -> None:
    text = "Zusammenfassung: 5 übernommen\n.\n..two dots\nfrom: me\n" + "long " * 400
    rows = Attachment("skipped – rows.csv", "text/csv", b"id,why\r\n1,\xc3\xbc\n.\n")
    message = ended(workspace, text=text, html="<p>5 <b>übernommen</b></p>", attachments=[rows])
    assert (message.state, message.delivered, message.tries) == ("sent", TWO, 1) and message.sent_at
    (arrived,) = smtp.messages
    assert (arrived["To"], arrived["Message-ID"]) == (", ".join(TWO), message.message_id)
    plain, html = arrived.get_body(("plain",)), arrived.get_body(("html",))
    assert plain and plain.get_content().replace("\r\n", "\n").rstrip() == text.rstrip()
    assert html and html.get_content().strip() == "<p>5 <b>übernommen</b></p>"
    (file,) = arrived.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("skipped – rows.csv", "text/csv")
    assert file.get_payload(decode=True).replace(b"\r\n", b"\n") == rows.data.replace(b"\r\n", b"\n")  # type: ignore[union-attr]


def test_the_same_news_is_posted_and_sent_once(workspace: Workspace, smtp: MailServer) -> None:
    first = ended(workspace)
    second = ended(workspace, text="another text", attachments=[Attachment("a", "text/csv", b"1")])
    assert second.pk == first.pk and len(smtp.messages) == 1 and not MessageAttachment.objects.exists()
    ended(make_workspace("other"))
    assert len(smtp.messages) == 2, "another workspace's import of the same number is other news"


def test_nothing_is_sent_before_the_commit_and_nothing_after_a_rollback(workspace: Workspace, smtp: MailServer) -> None:
    with transaction.atomic():
        ended(workspace)
        assert smtp.messages == []
    assert len(smtp.messages) == 1
    with transaction.atomic():
        ended(workspace, key="import:8")
        transaction.set_rollback(True)
    assert len(smtp.messages) == 1 and Message.objects.count() == 1 and send_due() == 0


def test_each_address_gets_it_once_and_what_is_none_is_told(workspace: Workspace, smtp: MailServer) -> None:
    message = ended(workspace, recipients=["ada@acme.example", " ADA@acme.example ", "", "no address"])
    assert message.delivered == ["ada@acme.example"] and message.state == "failed"
    assert message.error == "Refused for no address: It is not an e-mail address."
    assert post(workspace=workspace, kind="x", key="x", subject="x", text="x", recipients=["", " "]) is None
    nobody = ended(workspace, key="import:9", recipients=["nobody\nBcc: all@acme.example"])
    assert nobody.state == "failed" and len(smtp.messages) == 1


# --- trouble before the server has it -------------------------------------------------------------------------------


def test_what_is_put_off_is_sent_later_with_growing_pauses(workspace: Workspace, smtp: MailServer) -> None:
    smtp.refuse = "451 4.7.1 Busy, later"
    message = ended(workspace)
    assert "answered: 451 4.7.1 Busy, later" in message.error and smtp.messages == []
    for number in (2, 3):
        waits_again(message)
        assert send_due() == 0
        message.refresh_from_db()
        assert message.tries == number
        assert message.next_try - timezone.now() > timedelta(minutes=2 ** (number - 1), seconds=-5)
    assert mail.pause(100) == timedelta(hours=6)
    smtp.refuse = ""
    assert send_due() == 0, "not before its time"
    waits_again(message)
    assert send_due() == 1 and len(smtp.messages) == 1
    message.refresh_from_db()
    assert (message.state, message.error) == ("sent", "")


def test_a_server_that_cannot_be_reached_is_asked_once_a_round_until_it_heals(
    workspace: Workspace, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    first = ended(workspace)
    assert "cannot be reached: Connection refused" in first.error and "EMAIL_URL" in first.error
    second = ended(workspace, key="import:8")
    assert (second.state, second.tries) == ("waiting", 0), "the caller does not wait for a server in trouble"
    Message.objects.update(next_try=timezone.now())
    assert send_due() == 0 and Message.objects.filter(tries=2).count() == 1
    Message.objects.update(next_try=timezone.now())
    with MailServer(settings.EMAIL_PORT) as healed:
        assert send_due() == 2 and len(healed.messages) == 2


def test_it_is_given_up_after_three_days_and_a_person_can_send_it_again(workspace: Workspace, smtp: MailServer) -> None:
    smtp.refuse = "450 Later"
    message = ended(workspace)
    Message.objects.update(next_try=timezone.now(), give_up_at=timezone.now())
    send_due()
    message.refresh_from_db()
    assert message.state == "failed" and message.error.endswith("It is not tried any more.")
    smtp.refuse = ""
    assert send_due() == 0
    assert send_again(message=message, who="ada").state == "sent"
    assert len(smtp.messages) == 1 and Message.objects.get().again_by == "ada"
    with pytest.raises(ConfigError, match="sent meanwhile"):
        send_again(message=message, who="ada")


def test_a_refused_address_is_told_and_the_others_get_it_once(workspace: Workspace, smtp: MailServer) -> None:
    smtp.refuse_for = {TWO[0]: "550 5.1.1 No such user", TWO[1]: "450 Mailbox busy"}
    third = "cy@acme.example"
    message = ended(workspace, recipients=[*TWO, third])
    assert (message.state, message.delivered, list(message.refused)) == ("waiting", [third], [TWO[0]])
    del smtp.refuse_for[TWO[1]]
    waits_again(message)
    send_due()
    message.refresh_from_db()
    assert (message.state, message.delivered) == ("failed", [third, TWO[1]])
    assert f"Refused for {TWO[0]}:" in message.error and "550 5.1.1 No such user" in message.error
    assert len(smtp.messages) == 2 and send_due() == 0
    smtp.refuse_for = {}
    assert send_again(message=message, who="ada").delivered == [third, TWO[1], TWO[0]]
    assert [one["X-RcptTo"] for one in smtp.messages] == [third, TWO[1], TWO[0]]


def test_a_message_that_the_server_refuses_is_not_sent_again_by_itself(workspace: Workspace, smtp: MailServer) -> None:
    smtp.refuse = "554 5.7.1 Looks like spam"
    message = ended(workspace)
    assert message.state == "failed" and "554 5.7.1 Looks like spam" in message.error


def test_a_log_in_that_fails_is_told_without_the_password(workspace: Workspace, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "hush-hush-1"
    with MailServer(password="another") as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        message = ended(workspace)
        assert message.state == "waiting" and "check EMAIL_URL" in message.error
        assert "hush" not in message.error
    with MailServer(password="hush-hush-1") as server:
        settings.EMAIL_PORT = server.port
        waits_again(message)
        assert send_due() == 1


def test_an_answer_that_repeats_the_password_is_masked(workspace: Workspace, smtp: MailServer, settings: Any) -> None:
    settings.EMAIL_HOST_PASSWORD = "hush-hush-1"
    smtp.refuse = "451 bad credentials hush-hush-1"
    assert "hush" not in ended(workspace).error


# --- trouble after the server may have it ---------------------------------------------------------------------------


@pytest.mark.parametrize(("cut", "arrived"), [("before", 0), ("after", 1)])
def test_an_answer_that_is_lost_waits_for_a_person(
    workspace: Workspace, smtp: MailServer, cut: str, arrived: int
) -> None:
    smtp.cut = cut
    message = ended(workspace)
    assert message.state == "unknown" and "nobody knows" in message.error
    smtp.cut = ""
    assert send_due() == 0 and len(smtp.messages) == arrived
    assert send_again(message=message, who="ada").state == "sent"
    assert {one["Message-ID"] for one in smtp.messages} == {message.message_id}


# --- tests, and where mails go ----------------------------------------------------------------------------------------


def test_a_test_says_what_happened_and_is_tried_once(workspace: Workspace, smtp: MailServer) -> None:
    assert send_test(workspace=workspace, address="ada@acme.example").state == "sent"
    smtp.refuse = "451 Later"
    failed = send_test(workspace=workspace, address="ada@acme.example")
    assert failed.state == "failed" and "451 Later" in failed.error and send_due() == 0
    with pytest.raises(ConfigError, match="no e-mail address"):
        send_test(workspace=workspace, address="")


def test_without_a_mail_server_mails_are_files_and_that_is_told(
    workspace: Workspace, settings: Any, tmp_path: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    assert ended(workspace).state == "sent" and "Import 7 has ended" in next(tmp_path.iterdir()).read_text()
    assert "Set EMAIL_URL" in setup_trouble()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert setup_trouble() == ""


def test_attachments_of_old_mails_are_removed(workspace: Workspace, smtp: MailServer, settings: Any) -> None:
    message = ended(workspace, attachments=[Attachment("rows.csv", "text/csv", b"1")])
    send_due()
    assert bytes(MessageAttachment.objects.get().data) == b"1"
    long_ago = timezone.now() - timedelta(days=settings.PORTAL_UPLOAD_DAYS, seconds=1)
    Message.objects.filter(pk=message.pk).update(sent_at=long_ago)
    send_due()
    gone = MessageAttachment.objects.get()
    assert (bytes(gone.data), gone.size, gone.name) == (b"", 1, "rows.csv") and gone.removed_at
