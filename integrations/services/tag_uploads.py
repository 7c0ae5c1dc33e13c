"""What a person asks of an upload of tags: begin, look, correct, preview, confirm, cancel, undo.

Carrying out is in services/tag_work.py. Errors are ConfigError, ValueError or Unreadable with words for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from integrations.core.errors import ConfigError
from integrations.core.tags import Rejected
from integrations.imports.corrections import rejected_lines
from integrations.imports.layout import Layout, headings_of
from integrations.imports.sheet import own_layout
from integrations.imports.table import Format, detect_format
from integrations.imports.xlsx import sheets
from integrations.models import StoredFile, TagList, TagUpload, TagUploadFile, Workspace
from integrations.services.files import file_store, opener
from integrations.services.jobs import (
    WAITING,
    job_cancel,
    job_close,
)
from integrations.services.tag_detect import FIRST_ROWS, detect_file, first_rows
from integrations.services.tag_lists import append_only, csv_bytes, own_lines, shape_at
from integrations.services.tag_standing import cancelled_words, refuse_another, supersede, upload_wake, withdraw

Status = TagUpload.Status
Step = TagUpload.Step
OPEN = [Status.DRAFT, Status.READY, Status.FAILED, Status.CANCELLED]
"""States in which an upload may be previewed (again); one that became a version is closed for good."""
CLOSED = "The upload is closed. Begin a new one."


@dataclass(frozen=True, slots=True)
class Look:
    """How a file is read, with its first rows as they stand there."""

    layout: Layout
    first_row: list[str]
    headings: tuple[str, ...]
    rows: list[list[str]]
    sheets: list[str]
    problems: list[str]


# --- beginning ----------------------------------------------------------------------------------------------------


def upload_create(
    *, tag_list: TagList, file: StoredFile, mode: str, user: Any = None, push: bool = True, absent: str = "remove",
    layout: Layout | None = None, origin: str = "file", follows: TagUpload | None = None,
) -> TagUpload:  # fmt: skip
    """An upload that waits to be looked at and previewed. Raises Unreadable for a file that is none, ConfigError for
    a mode that the list does not take."""
    refuse_replace(tag_list, mode)
    layout = layout or detect_file(tag_list, file, detect_format(opener(file), file.name))
    values = {"workspace_id": tag_list.workspace_id, "tag_list": tag_list, "mode": mode, "push": push}
    with transaction.atomic():
        upload = TagUpload.objects.create(
            **values, absent=absent, origin=origin, follows=follows, requested_by=user, layout=layout.to_json()
        )
        TagUploadFile.objects.create(upload=upload, file=file)
    return upload


def refuse_replace(tag_list: TagList, mode: str) -> None:
    reason = append_only(tag_list) if mode == TagUpload.Mode.REPLACE else ""
    if reason:
        raise ConfigError(f"{reason} Choose append.")


def upload_format(*, upload: TagUpload, format: Format, header: bool | None = None) -> None:
    """Read the file with another encoding, delimiter or sheet: its columns are found anew. `header`: whether its first
    row holds headings, None = find out."""
    upload_layout(upload=upload, layout=detect_file(upload.tag_list, original(upload), format, header))


def upload_look(upload: TagUpload, rows: int = 10) -> Look:
    layout, file = layout_of(upload), original(upload)
    first = first_rows(file, layout.format, max(rows + 1, FIRST_ROWS))
    width = max((len(cells) for cells in first), default=0)
    found = sheets(opener(file)) if layout.format.kind == "xlsx" else []
    shown = first[1 : rows + 1] if layout.header else first[:rows]
    return Look(layout, first[0] if first else [], headings_of(first, layout), shown, found, layout.check(width))


def layout_of(upload: TagUpload) -> Layout:
    return Layout.from_json(upload.layout)


def original(upload: TagUpload) -> StoredFile:
    return upload.files.select_related("file").order_by("position")[0].file


def upload_layout(*, upload: TagUpload, layout: Layout) -> None:
    """How the file is to be read, as a person corrected it. The preview is to be made again."""
    _change(upload, layout=layout.to_json())


def upload_settings(
    *, upload: TagUpload, mode: str | None = None, push: bool | None = None, absent: str | None = None
) -> None:
    if mode:
        refuse_replace(upload.tag_list, mode)
    given = {"mode": mode, "push": push, "absent": absent}
    _change(upload, **{name: value for name, value in given.items() if value is not None})


def _change(upload: TagUpload, **values: Any) -> None:
    rows = TagUpload.objects.filter(pk=upload.pk, status__in=OPEN, version=None)
    if not rows.update(status=Status.DRAFT, finished_at=None, message="", **values):
        raise ConfigError(CLOSED)
    upload.refresh_from_db()


# --- preview and confirmation -------------------------------------------------------------------------------------


def upload_preview(*, upload: TagUpload, user: Any = None, wake: bool = True) -> None:
    problems = upload_look(upload).problems
    if problems:
        raise ConfigError(" ".join(problems))
    _queue(upload, OPEN, wake, step=Step.PREVIEW, counts={}, progress={}, finished_at=None, sent_at=None)


def upload_confirm(*, upload: TagUpload, user: Any = None, good_only: bool = True, wake: bool = True) -> None:
    """`user`: whose upload it is from now on. Raises ConfigError when it may not be carried out, or when the list
    changed since its preview."""
    tag_list = TagList.objects.select_related("connection").get(pk=upload.tag_list_id)
    refuse_replace(tag_list, upload.mode)
    if not good_only and upload.counts.get("rejected"):
        raise ConfigError(
            f"{upload.counts['rejected']} row(s) were rejected, and with all or nothing none is taken. Correct them, "
            "or choose good rows only."
        )
    if tag_list.version != upload.base_version:
        raise ConfigError(f"{changed_since(tag_list, upload)} Make the preview again.")
    refuse_another(upload)
    who = {"requested_by": user} if user else {}
    with transaction.atomic():
        supersede(upload)
        _queue(upload, [Status.READY], wake, step=Step.APPLY, good_only=good_only, progress={}, **who)


def upload_now(*, upload: TagUpload, good_only: bool = True, wake: bool = True) -> None:
    """Carry an upload out without a preview that somebody looked at."""
    problems = upload_look(upload).problems
    if problems:
        raise ConfigError(" ".join(problems))
    refuse_replace(upload.tag_list, upload.mode)
    refuse_another(upload)
    version = TagList.objects.values_list("version", flat=True).get(pk=upload.tag_list_id)
    values = {"base_version": version, "base_digest": "", "good_only": good_only}
    with transaction.atomic():
        supersede(upload)
        _queue(upload, OPEN, wake, step=Step.APPLY, counts={}, progress={}, finished_at=None, **values)


def changed_since(tag_list: TagList, upload: TagUpload) -> str:
    """Who changed the list after the preview, for people."""
    newer = TagUpload.objects.filter(tag_list=tag_list, version__gt=upload.base_version).order_by("version").first()
    if newer is None:
        return "The list changed since the preview."
    who = newer.requested_by or "somebody"
    when = f"{newer.finished_at:%d %b %H:%M} UTC" if newer.finished_at else "just now"
    return f"The list changed since the preview: version {newer.version} by {who}, {when}."


def _queue(upload: TagUpload, states: Sequence[str], wake: bool, **values: Any) -> None:
    with transaction.atomic():
        rows = TagUpload.objects.filter(pk=upload.pk, status__in=states, version=None)
        if not rows.update(
            status=Status.QUEUED, queued_at=timezone.now(), holds=0, stalled=0, progress_mark="", message="",
            error_kind="", detail="", **values,
        ):  # fmt: skip
            upload.refresh_from_db()
            raise ConfigError(f"{upload} is {upload.get_status_display().lower()}; this cannot be done with it now.")
        upload.refresh_from_db()
        if wake:
            upload_wake(upload)


# --- corrections, undo, sending again -----------------------------------------------------------------------------


@transaction.atomic
def upload_correct(*, upload: TagUpload, file: StoredFile, user: Any = None) -> TagUpload:
    """Corrected rows for an upload: of the same one while it is not carried out, else of one that follows it."""
    if upload.status in (Status.DONE, Status.DONE_WITH_FAILURES):
        upload = _follow(upload, user)
    elif upload.status not in OPEN:
        raise ConfigError(f"{upload} is {upload.get_status_display().lower()}. Wait for it to end, then correct it.")
    last = upload.files.order_by("-position").values_list("position", flat=True)[0]
    TagUploadFile.objects.create(upload=upload, file=file, position=last + 1)
    _change(upload)
    return upload


def _follow(upload: TagUpload, user: Any) -> TagUpload:
    """A new upload of the same files, read in the same way."""
    made = upload_create(
        tag_list=upload.tag_list, file=original(upload), mode=upload.mode, user=user, push=upload.push,
        absent=upload.absent, layout=layout_of(upload), follows=upload,
    )  # fmt: skip
    for part in upload.files.filter(position__gt=0):
        TagUploadFile.objects.create(upload=made, file=part.file, position=part.position)
    return made


def upload_undo(*, upload: TagUpload, user: Any = None) -> TagUpload:
    """An upload that brings back the list as it was before this one."""
    if upload.version is None or upload.version > upload.tag_list.version:
        raise ConfigError("The upload changed nothing, so there is nothing to undo.")
    return _from_version(upload.tag_list, upload.version - 1, user, upload)


def list_resend(*, tag_list: TagList, user: Any = None) -> TagUpload:
    """An upload of the portal's present list, for where Ieatta's differs from it."""
    return _from_version(tag_list, tag_list.version, user, None)


def _from_version(tag_list: TagList, version: int, user: Any, follows: TagUpload | None) -> TagUpload:
    name = f"version-{version}.csv"
    file = file_store(workspace=tag_list.workspace, name=name, chunks=csv_bytes(own_lines(tag_list, version)))
    return upload_create(
        tag_list=tag_list, file=file, mode=TagUpload.Mode.REPLACE, user=user, origin=TagUpload.Origin.UNDO,
        layout=own_layout(shape_at(tag_list, version)), follows=follows,
    )  # fmt: skip


def upload_draw(
    *, tag_list: TagList, lines: Iterable[list[str]], mode: str, user: Any = None, push: bool = True,
    absent: str = "remove",
) -> TagUpload:  # fmt: skip
    """`lines`: in the portal's own form of one level, heading first."""
    file = file_store(workspace=tag_list.workspace, name="from-accelo.csv", chunks=csv_bytes(lines))
    return upload_create(
        tag_list=tag_list, file=file, mode=mode, user=user, push=push, absent=absent, origin=TagUpload.Origin.DRAWN
    )  # fmt: skip


def rejected_file(upload: TagUpload) -> Iterator[bytes]:
    """The rejected rows with their numbers and reasons, as CSV that can be corrected and uploaded again."""
    rows = upload.rejections.order_by("row", "id").values_list("row", "column", "reason", "cells", "path")
    rejections = (Rejected(row, column, reason, tuple(cells), path) for row, column, reason, cells, path in rows)
    return csv_bytes(rejected_lines(upload_headings(upload), rejections), mark=True)


def upload_headings(upload: TagUpload) -> tuple[str, ...]:
    layout = layout_of(upload)
    return headings_of(first_rows(original(upload), layout.format, FIRST_ROWS), layout)


# --- ending -------------------------------------------------------------------------------------------------------


def upload_cancel(*, upload: TagUpload) -> str:
    """Ask an upload to stop before it is sent, or close one that is not at work. Returns what happens, in words."""
    if upload.status in WAITING:
        words = cancelled_words(upload)
        withdraw(upload, words)
        return words
    return job_cancel(upload, "It stops unless its list is being sent already.")


def upload_try(*, upload: TagUpload) -> str:
    """Take up a held upload now instead of at its time. Returns what happens, in words."""
    with transaction.atomic():
        rows = TagUpload.objects.filter(pk=upload.pk, status=Status.HELD)
        if not rows.update(status=Status.QUEUED, resume_at=None, queued_at=timezone.now()):
            return "It is not held any more."
        upload_wake(upload)
    return "It is tried again as soon as a worker is free."


def upload_discard(*, upload: TagUpload) -> str:
    rows = TagUpload.objects.filter(pk=upload.pk, status__in=OPEN, version=None)
    if not rows.update(status=Status.CANCELLED):
        return "It is not open any more."
    job_close(upload, Status.CANCELLED, "Discarded; nothing was changed.")
    upload.changes.all().delete()
    return "Discarded; nothing was changed."


def uploads_waiting(workspace: Workspace) -> list[TagUpload]:
    """Newest of each list that waits for a person: ready, held or failed; with their files, for their names."""
    found: dict[int, TagUpload] = {}
    for upload in TagUpload.objects.filter(workspace=workspace).select_related("tag_list").order_by("-id")[:50]:
        found.setdefault(upload.tag_list_id, upload)
    waiting = [one for one in found.values() if one.status in (Status.READY, Status.HELD, Status.FAILED)]
    prefetch_related_objects(waiting, "files__file")
    return waiting
