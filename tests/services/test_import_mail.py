"""The e-mail at the end of an import, as it arrives at a real mail server."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Import, Link, Message, Run, RunItem, Workspace
from integrations.services import import_mail
from integrations.services.import_mail import duration
from integrations.services.imports import imports_settle
from tests.factories import make_user, make_workspace
from tests.smtp import MailServer
from tests.syncs.salesforce_accelo_import.accounts import make_import_sync

pytestmark = pytest.mark.django_db(transaction=True)
BEGAN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
COUNTS = {"read": 10, "created": 4, "linked": 1, "unchanged": 2, "skipped": 1, "blocked": 1, "failed": 1}


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(notify="ops@acme.example, Ada@acme.example", time_zone="Australia/Sydney")


def ended(workspace: Workspace, **values: Any) -> tuple[Import, Run]:
    """An import that a person started; its run is over, and nobody was told yet."""
    ada = make_user("ada", workspace)
    sync = make_import_sync("http://127.0.0.1:9", workspace)
    given = {
        "status": "done_with_failures", "counts": COUNTS, "started_at": BEGAN, "message": "10 read.",
        "finished_at": BEGAN + timedelta(minutes=65), "requested_by": ada, **values,
    }  # fmt: skip
    run = Run.objects.create(workspace=workspace, sync=sync, **given)
    row = Import.objects.create(
        workspace=workspace, sync=sync, kinds=["sales", "tickets"], state="running", run=run, runs=[run.pk],
        started_by=ada, started_at=BEGAN,
    )  # fmt: skip
    return row, run


def item(run: Run, id: str, status: str, reason: str, **values: Any) -> None:
    given = {"stream": "sales", "action": "blocked", "label": f"Sale {id}", **values}
    RunItem.objects.create(run=run, source_id=id, status=status, reason=reason, **given)


def texts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain and html
    return plain.get_content(), html.get_content()


def table(message: EmailMessage) -> list[list[str]]:
    (file,) = message.iter_attachments()
    assert file.get_content_type() == "text/csv"
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig").replace("\r\n", "\n"), newline="")))


def test_it_tells_counts_duration_and_where_to_look(workspace: Workspace, smtp: MailServer, settings: Any) -> None:
    settings.PORTAL_URL = "https://portal.example/"
    _, run = ended(workspace)
    assert imports_settle() == 1 and imports_settle() == 0
    (message,) = smtp.messages
    assert message["X-RcptTo"] == "ada@acme.example, ops@acme.example", "each address once, whatever its case"
    assert message["Subject"] == "[Acme] Import of sales and tickets: done, with failed records"
    url = f"https://portal.example/admin/integrations/run/{run.pk}/change/"
    for text in texts(message):
        assert url in text and "1 h 5 min" in text and "22 November 2026, 21:00 AEDT" in text
        for number, words in ((10, "read"), (4, "created"), (2, "imported before"), (1, "waiting for a decision")):
            assert f'{number}</b></td><td style="padding:2px 0">{words}' in text or f"{number} {words}" in text
        assert "conflict" not in text, "what did not happen is not told"


def test_the_list_has_every_record_with_its_reason_and_no_formula(workspace: Workspace, smtp: MailServer) -> None:
    row, run = ended(workspace)
    item(run, "006A", "failed", '=HYPERLINK("http://evil.example")', label="+SUM(1)", code="rejected")
    item(run, "006B", "blocked", "Map the owner\nSam, please.", label="Ünïcode 🚢", code="unmapped_user")
    item(run, "006C", "created", "")
    stays = {"sync": row.sync, "stream": "tickets", "source_id": "500A", "label": "@cmd", "reason": "Left out."}
    Link.objects.create(**stays, state="skipped", code="left_out_user")
    Link.objects.create(**{**stays, "stream": "sales", "source_id": "006A"}, state="failed")
    Link.objects.create(**{**stays, "source_id": "500B"}, state="linked", target_id="7")
    imports_settle()
    (message,) = smtp.messages
    assert table(message) == [
        ["kind", "id", "name", "result", "reason", "code"],
        ["sales", "006B", "Ünïcode 🚢", "Blocked", "Map the owner\nSam, please.", "unmapped_user"],
        ["sales", "006A", "'+SUM(1)", "Failed", '\'=HYPERLINK("http://evil.example")', "rejected"],
        ["tickets", "500A", "'@cmd", "Skipped since an earlier run", "Left out.", "left_out_user"],
    ]
    for text in texts(message):
        assert "What was not imported is attached as a CSV file: 3 records" in text
        assert "Sales: 1 has an owner that is not mapped." in text
        assert "Tickets: 1 belongs to an owner that is left out." in text and "unmapped_user" not in text


def test_a_list_too_long_for_an_e_mail_is_left_on_the_page(
    workspace: Workspace, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_mail, "MOST_BYTES", 100)
    _, run = ended(workspace)
    item(run, "006A", "failed", "Accelo refuses it. " * 20)
    imports_settle()
    (message,) = smtp.messages
    assert not list(message.iter_attachments()) and "1 record was not imported" in texts(message)[0]


def test_nothing_left_means_no_list(workspace: Workspace, smtp: MailServer) -> None:
    ended(workspace, status="done", counts={"read": 4, "created": 4})
    imports_settle()
    (message,) = smtp.messages
    assert not list(message.iter_attachments()) and "not imported" not in "".join(texts(message))


@pytest.mark.parametrize(("status", "words"), [("cancelled", "cancelled"), ("failed", "failed")])
def test_other_ends_are_told_too(workspace: Workspace, smtp: MailServer, status: str, words: str) -> None:
    ended(workspace, status=status, counts={}, started_at=None, message="Accelo <answered> oddly & stopped.")
    imports_settle()
    (message,) = smtp.messages
    plain, html = texts(message)
    assert str(message["Subject"]).endswith(f": {words}") and "Nothing was read." in plain
    assert "<answered> oddly & stopped" in plain and "&lt;answered&gt; oddly &amp; stopped" in html


def test_without_a_mail_server_it_is_owed_and_the_import_has_ended_all_the_same(
    workspace: Workspace, smtp: MailServer
) -> None:
    smtp.refuse = "451 Later"
    row, run = ended(workspace)
    imports_settle()
    row.refresh_from_db()
    owed = Message.objects.get(key=f"import:{row.pk}:{run.pk}")
    assert (row.state, owed.state) == ("ended", "waiting") and "451" in owed.error


def test_undoing_is_told_as_such_without_what_waits(workspace: Workspace, smtp: MailServer) -> None:
    row, run = ended(workspace, status="done")
    undo = Run.objects.create(
        workspace=workspace, sync=row.sync, status="done", finished_at=timezone.now(), counts={"updated": 3}
    )
    Import.objects.update(state="undoing", undo=undo)
    item(undo, "006A", "skipped", "It was edited in Accelo since.")
    Link.objects.create(sync=row.sync, stream="sales", source_id="006B", state="blocked")
    imports_settle()
    (message,) = smtp.messages
    assert str(message["Subject"]) == "[Acme] Undoing the import of sales and tickets: done"
    assert [line[1] for line in table(message)[1:]] == ["006A"]
    plain = texts(message)[0]
    assert "What was not taken back is attached" in plain and "3 taken back" in plain


@pytest.mark.parametrize(("seconds", "words"), [(0, "0 s"), (59.9, "59 s"), (61, "1 min 1 s"), (7320, "2 h 2 min")])
def test_a_duration_in_words(seconds: float, words: str) -> None:
    assert duration(Run(started_at=BEGAN, finished_at=BEGAN + timedelta(seconds=seconds))) == words
