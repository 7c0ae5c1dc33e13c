"""E-mails: the list, the page of one, sending again, the test, and what Home says."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from integrations.models import Message
from integrations.services.mail import Attachment, post
from tests.smtp import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/integrations/message/"
UNSAFE = "<script>alert(1)</script>"


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def posted(own: dict[str, Any], smtp: MailServer) -> Message:
    """One that the mail server refused."""
    Message.objects.all().delete()
    smtp.refuse = "554 No thanks"
    rows = Attachment("rows, skipped.csv", "text/html", UNSAFE.encode())
    message = post(
        workspace=own["workspace"], kind="import_ended", key="7", subject="Import 7 has ended", text="5 created",
        html=f'<p title="x">5 created</p>{UNSAFE}', recipients=["ada@acme.example"], attachments=[rows],
    )  # fmt: skip
    assert message is not None
    message.refresh_from_db()
    return message


def test_the_list_tells_what_was_not_sent_and_home_leads_there(admin_client: Client, posted: Message) -> None:
    shown = text(admin_client.get(LIST))
    for words in ("Import 7 has ended", "Not sent", "554 No thanks", "ada@acme.example", "Import ended"):
        assert words in shown, words
    assert "Import 7 has ended" not in text(admin_client.get(f"{LIST}?state__exact=sent"))
    assert "1 e-mail was not sent" in text(admin_client.get("/admin/"))


def test_one_is_shown_in_a_frame_that_runs_nothing(admin_client: Client, posted: Message) -> None:
    shown = text(admin_client.get(f"{LIST}{posted.pk}/change/"))
    assert 'sandbox="" srcdoc="&lt;p title=&quot;x&quot;&gt;5 created' in shown and UNSAFE not in shown
    assert posted.message_id.strip("<>") in shown and "Send again" in shown


def test_an_attachment_is_downloaded_never_shown(admin_client: Client, posted: Message) -> None:
    answer = admin_client.get(f"{LIST}{posted.pk}/attachment/?n=1")
    assert answer.content == UNSAFE.encode() and answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''rows%2C%20skipped.csv"
    for number in ("2", "0", "x", "99999999999999999999"):
        assert "no such attachment" in text(admin_client.get(f"{LIST}{posted.pk}/attachment/?n={number}"))


def test_a_person_sends_it_again_and_is_told_what_happened(
    admin_client: Client, posted: Message, smtp: MailServer
) -> None:
    again = f"{LIST}{posted.pk}/again/"
    assert "554 No thanks" in text(admin_client.post(again, follow=True))
    smtp.refuse = ""
    shown = text(admin_client.post(again, follow=True))
    assert "The mail server took it for ada@acme.example." in shown and "a-admin" in shown
    assert "sent meanwhile" in text(admin_client.post(again, follow=True))
    assert len(smtp.messages) == 1 and "e-mail was not sent" not in text(admin_client.get("/admin/"))


def test_a_test_goes_to_the_one_who_asks_and_tells_what_happened(
    admin_client: Client, posted: Message, smtp: MailServer
) -> None:
    assert "554 No thanks" in text(admin_client.post(f"{LIST}test/", follow=True))
    smtp.refuse = ""
    assert "took it for a-admin@acme.example" in text(admin_client.post(f"{LIST}test/", follow=True))
    assert smtp.messages[0]["To"] == "a-admin@acme.example"


def test_a_portal_without_a_mail_server_says_so_on_home(admin_client: Client, settings: Any, tmp_path: Any) -> None:
    assert "E-mail is not set up" not in text(admin_client.get("/admin/"))
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", str(tmp_path)
    assert "Set EMAIL_URL to your mail server." in text(admin_client.get("/admin/"))
    assert "Done, but: E-mail is not set up" in text(admin_client.post(f"{LIST}test/", follow=True))
