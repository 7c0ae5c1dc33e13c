"""What the page of an upload tells of where it stands: at work, held, previewed, done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.models import Reference, TagList, TagUpload
from tests.admin.tag_pages import FIRST, begin, done, page, previewed, text

pytestmark = pytest.mark.django_db


def test_a_held_upload_tells_why_and_is_tried_at_once_by_an_operator(
    sign_in: Any, admin_client: Client, tag_list: TagList
) -> None:
    upload = begin(admin_client, tag_list, FIRST)
    values = {
        "status": "held",
        "message": "Ieatta does not answer. It is tried again at 10:30.",
        "error_kind": "transient",
    }
    TagUpload.objects.filter(pk=upload.pk).update(resume_at=timezone.now() + timedelta(hours=1), **values)
    operator, viewer = sign_in("operator"), sign_in("viewer")
    assert "Try now" in text(operator.get(page(upload))) and "Try now" not in text(viewer.get(page(upload)))
    assert "It is tried again at 10:30." in text(operator.get(page(upload)))
    answer = operator.post(page(upload, "try"), follow=True)
    upload.refresh_from_db()
    assert upload.status == TagUpload.Status.QUEUED and upload.resume_at is None
    assert "as soon as a worker is free" in text(answer)


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        ({}, "It begins as soon as a worker is free"),
        ({"step": "asking", "done": 0, "of": 0}, "Reading the present list at Ieatta"),
        ({"step": "reading", "done": 12000, "of": 0}, "Reading the file: 12,000 rows read"),
        ({"step": "comparing", "done": 0, "of": 0}, "Comparing with the present list"),
        ({"step": "sending", "done": 0, "of": 0}, "Sending to Ieatta"),
        ({"step": "checking", "done": 0, "of": 0}, "Reading back from Ieatta"),
    ],
)
def test_an_upload_at_work_tells_what_it_does(
    admin_client: Client, tag_list: TagList, progress: dict[str, Any], words: str
) -> None:
    upload = begin(admin_client, tag_list, FIRST)
    TagUpload.objects.filter(pk=upload.pk).update(status="running", progress=progress)
    assert words in text(admin_client.get(page(upload, "live")))


def test_a_remark_is_told_beside_the_counts(admin_client: Client, tag_list: TagList) -> None:
    upload = previewed(admin_client, begin(admin_client, tag_list, "Harbour,1\nRefit,2\n"))
    answer = admin_client.get(page(upload))
    assert answer.context["remarks"] == "The file has no headings that are known: its first row was taken as a tag."
    assert "2 added." in upload.message and "2 added." not in text(answer)
    quiet = previewed(admin_client, begin(admin_client, tag_list, FIRST))
    assert admin_client.get(page(quiet)).context["remarks"] == ""


def test_the_result_tells_of_targets_that_the_file_brought(
    admin_client: Client, own: dict[str, Any], tag_list: TagList
) -> None:
    Reference.objects.create(
        connection=own["target"], kind="job", external_id="42", label="Harbour", label_key="harbour"
    )
    content = "Name,Accelo target\nHarbour,job:42\nRefit,job:43\nAudit,\n"
    upload = done(admin_client, begin(admin_client, tag_list, content))
    counts = {words: number for _, words, number in admin_client.get(page(upload)).context["counts"]}
    assert counts["given an Accelo target"] == 1 and counts["with a target that Accelo does not have"] == 1
    shown = text(admin_client.get("/admin/integrations/workspace/audit/?model=tagtarget"))
    assert "Harbour → Harbour" in shown and "a-admin" in shown


def test_a_list_whose_parents_ieatta_does_not_tell_is_sent_although_the_portal_sees_no_change(
    admin_client: Client, tag_list: TagList
) -> None:
    """Sent again after somebody edited it at Ieatta: a flat list would be compared with what stands there."""
    upload = begin(admin_client, tag_list, FIRST)
    counts = {"added": 0, "changed": 0, "removed": 0, "unchanged": 3, "drifted": 2, "tags": 3}
    TagUpload.objects.filter(pk=upload.pk).update(status="ready", counts=counts, push=True)
    for dependent, button in ((True, "Upload 3 tags to Ieatta"), (False, "Close it as done")):
        TagList.objects.filter(pk=tag_list.pk).update(dependent=dependent)
        assert button in text(admin_client.get(page(upload)))
