"""What the page of an upload shows: where it stands, and what follows from that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.admin.run_words import duration
from integrations.admin.tag_changes import carried_out, changes_context, still_used
from integrations.admin.tag_words import (
    BUSY,
    CLOSED,
    STEPS,
    WIZARD,
    counts_of,
    file_name,
    number_of_changes,
    tags_address,
    versions_address,
    who,
)
from integrations.models import Tag, TagUpload
from integrations.services.jobs import lease_is_over
from integrations.services.lease import owner_words
from integrations.services.tag_ends import summary
from integrations.services.tag_lists import shape_from, shape_of, shape_words
from integrations.services.tag_stage import current

Status = TagUpload.Status
LATE = timedelta(minutes=2)
"""A queued upload waits no longer where a worker runs."""


def live_context(upload: TagUpload) -> dict[str, Any]:
    """The upper part of the page."""
    vanished = upload.active and lease_is_over(upload)
    done, of = (upload.progress.get(name) or 0 for name in ("done", "of"))
    return {
        "upload": upload,
        "file_name": file_name(upload),
        "by": who(upload),
        "busy": upload.status in BUSY,
        "moves": upload.status in BUSY and upload.status != Status.HELD,
        "counts": counts_of(upload) if upload.status in (Status.READY, *CLOSED) else [],
        "percent": min(100, round(100 * done / of)) if of else None,
        "doing": STEPS.get(upload.progress.get("step", ""), "") if upload.active else "",
        "rows_read": 0 if of else done,
        "vanished": vanished,
        "holder": owner_words(upload) if upload.active and not vanished else "",
        "late": upload.status == Status.QUEUED and timezone.now() - (upload.queued_at or upload.created_at) > LATE,
        "remarks": remarks_of(upload),
        "took": duration(upload.seconds),
        "calls": sum(upload.calls.values()),
        "wizard": WIZARD,
        "tags_address": tags_address(upload.tag_list),
        "step": step_of(upload),
    }


def remarks_of(upload: TagUpload) -> str:
    """Its message without the counts that are shown beside it."""
    return upload.message.removeprefix(f"{summary(upload.counts)}.").strip()


def step_of(upload: TagUpload) -> int:
    """Of the wizard, from 1."""
    if upload.status == Status.DRAFT:
        return 2
    return 4 if upload.step == TagUpload.Step.APPLY else 3


def rest_context(upload: TagUpload, given: Any) -> dict[str, Any]:
    """What stands below: the preview with its decision, or what was done. Nothing while it is at work."""
    if upload.status in BUSY:
        return {}
    context: dict[str, Any] = {"is_open": upload.status not in CLOSED, "may_undo": False}
    if upload.status == Status.READY:
        context |= decision_of(upload)
    if upload.status in CLOSED and upload.version:
        context |= {
            "may_undo": upload.origin != TagUpload.Origin.FOUND,
            "differences": side_by_side(upload),
            "undone_by": upload.followed_by.filter(origin=TagUpload.Origin.UNDO).order_by("-id").first(),
            "version_before": upload.version - 1,
            "compare": versions_address(upload.tag_list, upload.version - 1, upload.version),
        }
    would = upload.status == Status.READY and bool(number_of_changes(upload.counts))
    has_lists = would or carried_out(upload) or upload.rejections.exists()
    return context | {"has_lists": has_lists} | (changes_context(upload, given) if has_lists else {})


def decision_of(upload: TagUpload) -> dict[str, Any]:
    counts = upload.counts
    tags, expenses = still_used(upload) if counts.get("removed") or counts.get("disabled") else (0, 0)
    return {
        "changes": number_of_changes(counts) or bool(reshaped(upload)) or is_sent_anyway(upload),
        "brings_targets": upload.layout.get("target_column") is not None,
        "tags_after": counts.get("tags", 0),
        "used_tags": tags,
        "used_expenses": expenses,
        "reshaped": reshaped(upload),
        "stale": upload.base_version < upload.tag_list.version,
    }


def is_sent_anyway(upload: TagUpload) -> bool:
    """Where Ieatta's list differs and does not tell which tag belongs to which parent, the file was compared with the
    portal's list alone."""
    return bool(upload.push and upload.counts.get("drifted") and upload.tag_list.dependent)


def reshaped(upload: TagUpload) -> dict[str, str]:
    """The list's levels before and after, where the upload changes them."""
    if not upload.shape or not upload.tag_list.version:
        return {}
    before, after = shape_of(upload.tag_list), shape_from(upload.shape)
    same = (before.levels, before.dependent) == (after.levels, after.dependent)
    return {} if same else {"before": shape_words(before), "after": shape_words(after)}


def side_by_side(upload: TagUpload) -> list[dict[str, str]]:
    """Where Ieatta's list, read back, is not the one that was sent: before, intended, found."""
    told: list[dict[str, str]] = upload.differences
    rows = current(upload.tag_list, (upload.version or 1) - 1).filter(path__in=[one["path"] for one in told])
    before = {row.path: tag_words(row) for row in rows} if told else {}
    return [{"before": before.get(one["path"], "not there"), **one} for one in told]


def tag_words(tag: Tag) -> str:
    code = f"GL code {tag.gl_code}, " if tag.gl_code else ""
    return f"{code}{'enabled' if tag.enabled else 'disabled'}"
