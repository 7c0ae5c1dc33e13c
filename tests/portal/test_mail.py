from __future__ import annotations

from django.core.mail import EmailMessage, send_mail

from tests.processes import Manage
from tests.smtp import MailServer


def test_mail_reaches_a_real_server_with_subject_and_attachment(smtp: MailServer) -> None:
    message = EmailMessage("Übersicht", "5 records need you", "portal@example.com", ["ada@example.com"])
    message.attach("rows.csv", "id\n1\n", "text/csv")
    message.send()
    arrived = smtp.messages[0]
    assert (arrived["Subject"], arrived["To"]) == ("Übersicht", "ada@example.com")
    assert next(arrived.iter_attachments()).get_filename() == "rows.csv"


def test_mail_of_a_child_process_goes_where_email_url_says(manage: Manage, smtp: MailServer) -> None:
    done = manage.run("sendtestemail", "ada@example.com", env={"EMAIL_URL": smtp.url})
    assert done.returncode == 0, done.stderr
    assert len(smtp.messages) == 1


def test_tests_send_nothing_unless_they_ask_for_a_server(mailoutbox: list[EmailMessage]) -> None:
    send_mail("Hello", "text", None, ["ada@example.com"])
    assert len(mailoutbox) == 1
