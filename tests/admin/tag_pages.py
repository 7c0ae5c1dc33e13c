"""What the tests of tags share: an upload made through the pages, and its steps carried out here."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from integrations.models import TagList, TagUpload
from integrations.services.tag_lists import tag_rows
from integrations.services.tag_work import upload_work

BASE = "/admin/integrations"
FIRST = "Name,GL Code,Enabled\nHarbour refit,P-1042,yes\nPrinter fault,T-77,no\n=1+1,007,yes\n"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def begin(client: Client, tag_list: TagList, content: str | bytes, name: str = "t.csv", **how: str) -> TagUpload:
    data = {"mode": "replace", "absent": "remove", "keep": "on", **how}
    body = content.encode() if isinstance(content, str) else content
    answer = client.post(f"{BASE}/taglist/{tag_list.pk}/upload/", {**data, "file": SimpleUploadedFile(name, body)})
    assert answer.status_code == 302, text(answer)
    return TagUpload.objects.latest("pk")


def page(upload: TagUpload, name: str = "change") -> str:
    return f"{BASE}/tagupload/{upload.pk}/{name}/"


def previewed(client: Client, upload: TagUpload) -> TagUpload:
    client.post(page(upload, "preview"))
    upload_work(upload.pk)
    upload.refresh_from_db()
    return upload


def done(client: Client, upload: TagUpload) -> TagUpload:
    previewed(client, upload)
    client.post(page(upload, "confirm"))
    upload_work(upload.pk)
    upload.refresh_from_db()
    return upload


def names(tag_list: TagList) -> list[str]:
    tag_list.refresh_from_db()
    return [row.name for row in tag_rows(tag_list)]
