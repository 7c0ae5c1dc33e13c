"""Two workspaces with one row of everything, for the tests of the admin. The other one's texts all hold a mark."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.utils import timezone

from integrations.models import (
    Connection,
    FieldConflict,
    FieldRule,
    Import,
    Incident,
    Intent,
    Link,
    Mapping,
    Membership,
    Message,
    Reference,
    Run,
    RunItem,
    Sync,
    Tag,
    TagChange,
    TagList,
    TagRejection,
    TagTarget,
    TagUpload,
)
from integrations.services.files import file_store
from integrations.services.tag_lists import tag_list_of
from integrations.services.tag_uploads import upload_create
from tests.factories import make_user, make_workspace

MARK = "ZULUFOREIGN"


def fill(slug: str, mark: str) -> dict[str, Any]:
    """One row of every model, by model name; texts begin with `mark`."""
    workspace = make_workspace(slug, name=f"{mark} Ltd", notify=f"{mark}@example.com")
    source = Connection.objects.create(workspace=workspace, key="ieatta", name=f"{mark} Ieatta", vendor="ieatta")
    target = Connection.objects.create(workspace=workspace, key="accelo", name=f"{mark} Accelo", vendor="accelo")
    sync = Sync.objects.create(
        workspace=workspace, key="expenses", name=f"{mark} expenses", kind="ieatta_accelo", source=source, target=target
    )
    now = timezone.now()
    message = Message.objects.create(
        workspace=workspace, kind="test", key="1", message_id=f"<{mark}@x>", subject=f"{mark} news", state="failed",
        text=f"{mark} text", html=f"<p>{mark}</p>", recipients=[f"{mark}@example.com"], error=f"{mark} refused",
        next_try=now, give_up_at=now,
    )  # fmt: skip
    rows = {"workspace": workspace, "connection": source, "sync": sync, "target": target, "message": message}
    return rows | fill_sync(sync, mark) | fill_tags(tag_list_of(source), mark)


def fill_sync(sync: Sync, mark: str) -> dict[str, Model]:
    now = timezone.now()
    run = Run.objects.create(
        workspace=sync.workspace, sync=sync, status="done", message=f"{mark} 1 read", finished_at=now, started_at=now
    )
    common = {"stream": "expenses", "source_id": f"{mark}1", "label": f"{mark} taxi"}
    member = Membership.objects.create(workspace=sync.workspace, user=make_user(f"{mark}-member"), role="admin")
    Reference.objects.create(
        connection=sync.target, kind="expense_type", external_id=f"{mark}9", label=f"{mark} type", label_key="type"
    )
    return {
        "run": run,
        "runitem": RunItem.objects.create(run=run, action="create", status="failed", reason=f"{mark} why", **common),
        "link": Link.objects.create(sync=sync, state="blocked", reason=f"{mark} blocked", **common),
        "intent": Intent.objects.create(
            sync=sync, run=run, content_hash="x", state="unknown", sent_at=now, message=f"{mark} lost", **common
        ),
        "incident": Incident.objects.create(
            workspace=sync.workspace, sync=sync, subject="s", kind="x", message=f"{mark} broke", last_seen_at=now
        ),
        "import": Import.objects.create(workspace=sync.workspace, sync=sync, kinds=[f"{mark} sales"]),
        "mapping": Mapping.objects.create(
            sync=sync, kind="category", source_value=f"{mark} meals", source_key=f"{mark} meals".casefold(),
            source_label=f"{mark} meals",
        ),
        "fieldconflict": FieldConflict.objects.create(
            sync=sync, field="title", field_label=f"{mark} title", rule=f"{mark} rule", source_value=f"{mark} here",
            target_value=f"{mark} there", **common,
        ),
        "fieldrule": FieldRule.objects.create(sync=sync, target="title", source="merchant"),
        "membership": member,
    }  # fmt: skip


def fill_tags(tag_list: TagList, mark: str) -> dict[str, Model]:
    """One tag with a target, and an upload that waits for a decision with one change and one rejected row."""
    row = {"path": f"{mark} tag", "portal": f"{mark} here", "vendor": f"{mark} there"}
    apart = {"at": "2026-11-01T10:00:00+00:00", "total": 1, "rows": [row]}
    TagList.objects.filter(pk=tag_list.pk).update(version=1, tags=1, apart=apart)
    tag_list.refresh_from_db()
    tag = Tag.objects.create(tag_list=tag_list, path=f"{mark} tag", name=f"{mark} tag", since=1)
    TagTarget.objects.create(
        tag_list=tag_list, path=tag.path, kind="job", external_id=f"{mark}1", label=f"{mark} job", ground="hand"
    )
    content = f"Name\n{mark} tag\n".encode()
    file = file_store(workspace=tag_list.workspace, name=f"{mark}.csv", chunks=[content])
    upload = upload_create(tag_list=tag_list, file=file, mode="append")
    TagUpload.objects.filter(pk=upload.pk).update(
        status="ready", base_version=1, counts={"added": 1, "rejected": 1, "tags": 2}, message=f"{mark} 1 added"
    )
    upload.refresh_from_db()
    TagChange.objects.create(upload=upload, kind="added", path=f"{mark} new", name=f"{mark} new")
    TagRejection.objects.create(upload=upload, row=2, reason=f"{mark} wrong", cells=[f"{mark} cell"])
    return {"taglist": tag_list, "tag": tag, "tagupload": upload}
