"""Previewing and carrying out an upload of tags from a command: here, or by waiting for the workers."""

from __future__ import annotations

import time
from typing import Any

from django.utils import timezone

from integrations.management.cli import Refused
from integrations.management.draining import draining
from integrations.management.running import POLL, Tell
from integrations.models import TagUpload
from integrations.services import tag_standing, tag_uploads
from integrations.services.jobs import WAITING
from integrations.services.lease import owner_words
from integrations.services.tag_work import upload_work


def preview(upload: TagUpload, options: dict[str, Any], tell: Tell) -> TagUpload:
    wait_for_others(upload, options["wait"], tell)
    tag_uploads.upload_preview(upload=upload, wake=options["queue"])
    return _work(upload, options, tell)


def carry_out(upload: TagUpload, options: dict[str, Any], tell: Tell) -> TagUpload:
    """An upload that was previewed, or a new one straight away."""
    finish_left(upload, tell)
    wait_for_others(upload, options["wait"], tell)
    good_only = not options["all_or_nothing"]
    if upload.status == TagUpload.Status.READY:
        tag_uploads.upload_confirm(upload=upload, good_only=good_only, wake=options["queue"])
    else:
        tag_uploads.upload_now(upload=upload, good_only=good_only, wake=options["queue"])
    return _work(upload, options, tell)


def _work(upload: TagUpload, options: dict[str, Any], tell: Tell) -> TagUpload:
    if options["queue"]:
        return wait_until_ended(upload, tell) if options["wait"] else upload
    with draining():
        taken = upload_work(upload.pk) != "not taken"
    upload.refresh_from_db()
    if not taken and upload.status == TagUpload.Status.QUEUED:
        tag_uploads.upload_cancel(upload=upload)
        raise Refused("", f"Another upload of this list was faster. {upload} was cancelled; start it again.")
    return upload


def left_half_way(upload: TagUpload) -> bool:
    """Whether it was being carried out by a process that is gone, or waits to go on."""
    tag_standing.upload_active(upload.tag_list)
    upload.refresh_from_db()
    return upload.step == TagUpload.Step.APPLY and upload.status in WAITING


def resume(upload: TagUpload, options: dict[str, Any], tell: Tell) -> TagUpload:
    TagUpload.objects.filter(pk=upload.pk, status=TagUpload.Status.HELD).update(resume_at=timezone.now())
    return _work(upload, options, tell)


def finish_left(upload: TagUpload, tell: Tell) -> None:
    """An upload that a process left half carried out is finished first: its list may stand at Ieatta already."""
    tag_standing.upload_active(upload.tag_list)
    left = TagUpload.objects.filter(tag_list=upload.tag_list, status__in=WAITING, version__isnull=False)
    for other in left.exclude(pk=upload.pk):
        tell(f"{other} was cut off; it is finished first.")
        TagUpload.objects.filter(pk=other.pk, status=TagUpload.Status.HELD).update(resume_at=timezone.now())
        with draining():
            upload_work(other.pk)


def wait_for_others(upload: TagUpload, wait: bool, tell: Tell) -> None:
    told = 0
    while active := tag_standing.upload_active(upload.tag_list):
        if not wait:
            tag_uploads.upload_discard(upload=upload)
            raise Refused("", f"{owner_words(active)} Wait for it (--wait), or cancel it.")
        if told != active.pk:
            tell(f"{owner_words(active)} Waiting for it to end.")
            told = active.pk
        time.sleep(POLL)


def wait_until_ended(upload: TagUpload, tell: Tell) -> TagUpload:
    last = ""
    while not upload.finished and upload.status not in (TagUpload.Status.HELD, TagUpload.Status.READY):
        line = f"{upload}: {upload.get_status_display()} {upload.progress.get('step', '')}".rstrip()
        if line != last:
            tell(line)
            last = line
        time.sleep(POLL)
        upload.refresh_from_db()
    return upload
