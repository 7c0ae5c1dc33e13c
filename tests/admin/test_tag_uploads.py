"""Uploads of tags in the admin. The vendor takes no part: these uploads stay in the portal."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from integrations.models import Connection, Tag, TagChange, TagList, TagUpload
from integrations.services.tag_lists import tag_list_of
from integrations.services.tag_work import upload_work
from tests.admin.tag_pages import BASE, FIRST, begin, done, names, page, previewed, text
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_file_is_looked_at_previewed_and_confirmed(admin_client: Client, tag_list: TagList) -> None:
    upload = begin(admin_client, tag_list, FIRST)
    shown = text(admin_client.get(page(upload, "columns")))
    assert "Harbour refit" in shown and "GL Code" in shown
    file = admin_client.get(page(upload, "file"))
    assert b"".join(file.streaming_content) == FIRST.encode() and "attachment" in file["Content-Disposition"]
    previewed(admin_client, upload)
    shown = text(admin_client.get(page(upload)))
    assert "Store 3 tags in the portal" in shown and "Printer fault" in shown and not Tag.objects.exists()
    admin_client.post(page(upload, "confirm"))
    upload_work(upload.pk)
    shown = text(admin_client.get(f"{BASE}/tag/?list={tag_list.pk}"))
    assert "=1+1" in shown and "T-77" in shown and "3, one level" in shown


@pytest.mark.parametrize(
    ("name", "content"), [("t.csv", b""), ("t.pdf", b"%PDF-1.7\n\x00\x00"), ("t.csv", b"\x00\x01" * 40)]
)
def test_a_file_that_is_none_is_refused_in_words(
    admin_client: Client, tag_list: TagList, name: str, content: bytes
) -> None:
    data = {"mode": "replace", "absent": "remove", "file": SimpleUploadedFile(name, content)}
    answer = admin_client.post(f"{BASE}/taglist/{tag_list.pk}/upload/", data)
    assert answer.status_code == 200 and answer.context["wrong"] and not TagUpload.objects.exists()


def test_rejected_rows_are_downloaded_corrected_and_uploaded_into_the_same_upload(
    admin_client: Client, tag_list: TagList
) -> None:
    upload = previewed(admin_client, begin(admin_client, tag_list, "Name,Enabled\nHarbour,yes\nRefit,perhaps\n"))
    shown = text(admin_client.get(page(upload) + "?kind=rejected"))
    assert "perhaps" in shown and "All or nothing" in shown
    rejected = b"".join(admin_client.get(page(upload, "rejected")).streaming_content).decode("utf-8-sig")
    corrected = rejected.replace("perhaps", "no")
    admin_client.post(page(upload, "correct"), {"file": SimpleUploadedFile("c.csv", corrected.encode())})
    upload_work(upload.pk)
    upload.refresh_from_db()
    assert upload.counts["rejected"] == 0 and upload.counts["added"] == 2
    assert TagUpload.objects.count() == 1
    admin_client.post(page(upload, "confirm"))
    upload_work(upload.pk)
    assert names(tag_list) == ["Harbour", "Refit"]


def test_all_or_nothing_is_refused_while_rows_are_rejected(admin_client: Client, tag_list: TagList) -> None:
    upload = previewed(admin_client, begin(admin_client, tag_list, "Name,Enabled\nHarbour,yes\nRefit,perhaps\n"))
    answer = admin_client.post(page(upload, "confirm"), {"rows": "all"}, follow=True)
    upload.refresh_from_db()
    assert "Correct them" in text(answer) and upload.status == TagUpload.Status.READY


def test_a_preview_that_was_overtaken_is_not_carried_out(admin_client: Client, tag_list: TagList) -> None:
    late = previewed(admin_client, begin(admin_client, tag_list, "Name\nLate\n"))
    done(admin_client, begin(admin_client, tag_list, FIRST))
    shown = text(admin_client.get(page(late)))
    assert "The list was changed after this preview was made" in shown
    answer = admin_client.post(page(late, "confirm"), follow=True)
    assert "Make the preview again" in text(answer) and "Late" not in names(tag_list)


def test_tags_that_open_expenses_carry_come_first_and_are_warned_about(admin_client: Client, tag_list: TagList) -> None:
    done(admin_client, begin(admin_client, tag_list, "Name\n" + "".join(f"Tag {n}\n" for n in range(60))))
    upload = previewed(admin_client, begin(admin_client, tag_list, "Name\nTag 0\n"))
    TagChange.objects.filter(upload=upload, name="Tag 59").update(used=3)
    shown = text(admin_client.get(page(upload) + "?kind=removed"))
    assert "1 of the tags that go is still used by 3 open expenses" in shown
    assert shown.index("Tag 59") < shown.index("Tag 1<")


def test_lists_of_a_preview_are_paged_without_loss_or_repeat(admin_client: Client, tag_list: TagList) -> None:
    many = "Name\n" + "".join(f"T{n:03}\n" for n in range(121))
    done(admin_client, begin(admin_client, tag_list, many))
    upload = previewed(admin_client, begin(admin_client, tag_list, "Name\nT120\n"))
    TagChange.objects.filter(upload=upload, name__in=["T007", "T090"]).update(used=2)
    found: list[str] = []
    query = "kind=removed"
    while query:
        context = admin_client.get(f"{page(upload, 'changes')}?{query}").context
        found += [line.name for line in context["shown"].lines]
        query = context["shown"].next
    assert len(found) == 120 and len(set(found)) == 120 and found[:2] == ["T007", "T090"]
    narrowed = admin_client.get(page(upload, "changes") + "?kind=removed&q=t09").context["shown"].lines
    assert [line.name for line in narrowed] == ["T090", *(f"T09{n}" for n in range(1, 10))]


def test_an_operator_sees_all_and_decides_nothing(sign_in: Any, admin_client: Client, tag_list: TagList) -> None:
    upload = previewed(admin_client, begin(admin_client, tag_list, FIRST))
    operator = sign_in("operator")
    shown = text(operator.get(page(upload)))
    assert "Harbour refit" in shown and "Store 3 tags" not in shown and "An admin of the workspace decides" in shown
    assert operator.post(page(upload, "confirm")).status_code == 403
    assert operator.get(f"{BASE}/taglist/{tag_list.pk}/upload/").status_code == 403
    upload.refresh_from_db()
    assert upload.status == TagUpload.Status.READY


def test_home_asks_for_the_waiting_uploads_at_once(
    own: dict[str, Any], admin_client: Client, tag_list: TagList, django_assert_max_num_queries: Any
) -> None:
    previewed(admin_client, begin(admin_client, tag_list, FIRST))
    with CaptureQueriesContext(connection) as one:
        admin_client.get("/admin/")
    most = len(one)
    for number in range(3):
        other = Connection.objects.create(
            workspace=own["workspace"], key=f"c{number}", name=f"C{number}", vendor="ieatta", state="disconnected"
        )
        previewed(admin_client, begin(admin_client, tag_list_of(other), FIRST, f"file-{number}.csv"))
    with django_assert_max_num_queries(most):
        assert "file-2.csv" in text(admin_client.get("/admin/"))


def test_home_tells_of_an_upload_that_waits_for_a_decision(admin_client: Client, tag_list: TagList) -> None:
    upload = previewed(admin_client, begin(admin_client, tag_list, FIRST))
    assert page(upload) in text(admin_client.get("/admin/"))
    done(admin_client, upload)
    assert page(upload) not in text(admin_client.get("/admin/"))


def test_uploads_are_found_by_the_name_of_their_file(admin_client: Client, tag_list: TagList) -> None:
    begin(admin_client, tag_list, FIRST, "march.csv")
    begin(admin_client, tag_list, FIRST, "april.csv")
    shown = text(admin_client.get(f"{BASE}/tagupload/?q=MAR"))
    assert "march.csv" in shown and "april.csv" not in shown


def test_the_file_of_another_workspace_is_not_there(tag_list: TagList, admin_client: Client) -> None:
    upload = begin(admin_client, tag_list, FIRST)
    stranger = Client()
    stranger.force_login(make_user("stranger"))
    for name in ("file", "rejected", "columns", "changes"):
        assert stranger.get(page(upload, name)).status_code == 404


def test_a_list_found_at_ieatta_is_shown_and_has_no_file(admin_client: Client, tag_list: TagList) -> None:
    found = TagUpload.objects.create(
        workspace=tag_list.workspace, tag_list=tag_list, origin="found", status="done", step="apply", version=1,
        counts={"read": 3, "differences": 0}, message="Found at Ieatta: 3 tag(s) differed.",
    )  # fmt: skip
    TagList.objects.filter(pk=tag_list.pk).update(version=1)
    Tag.objects.create(tag_list=tag_list, path="Harbour", name="Harbour", since=1)
    shown = text(admin_client.get(page(found)))
    assert "3 tag(s) differed" in shown and "somebody at Ieatta" in shown and ">Undo<" not in shown
    assert "Added <span>1</span>" in shown and "Harbour" in shown
    assert admin_client.get(page(found, "file")).status_code == 404
    assert admin_client.get(page(found, "rejected")).status_code == 404


def test_only_what_is_at_work_is_asked_for_again_and_can_be_cancelled(
    sign_in: Any, admin_client: Client, tag_list: TagList
) -> None:
    upload = begin(admin_client, tag_list, FIRST)
    assert "every 2s" not in text(admin_client.get(page(upload)))
    admin_client.post(page(upload, "preview"))
    assert "every 2s" in text(admin_client.get(page(upload)))
    assert admin_client.get(page(upload, "live")).status_code == 200
    sign_in("operator").post(page(upload, "cancel"))
    over = admin_client.get(page(upload, "live") + "?seen=queued")
    assert over.status_code == 286 and over["HX-Trigger"] == "upload-moved" and "Cancelled" in text(over)
