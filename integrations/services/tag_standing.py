"""Where an upload stands among others: one at work, one that waits to be carried out, taken back when given up."""

from __future__ import annotations

from django.db import transaction
from django_q.tasks import async_task

from integrations.core.errors import ConfigError
from integrations.models import TagList, TagUpload
from integrations.models.jobs import ACTIVE
from integrations.services.jobs import STALLED_LIMIT, WAITING, job_close, job_take_back, jobs_reap, lease_is_over
from integrations.services.lease import owner_words
from integrations.services.tag_stage import unstore

Status, Step = TagUpload.Status, TagUpload.Step


def refuse_another(upload: TagUpload) -> None:
    """Raises ConfigError while another upload of this list is being worked on."""
    refuse_another_at_work(upload.tag_list, upload.pk)


def refuse_another_at_work(tag_list: TagList, own: int | None = None) -> None:
    other = upload_active(tag_list)
    if other and other.pk != own:
        who = f" It was asked for by {other.requested_by}." if other.requested_by else ""
        raise ConfigError(f"{owner_words(other)}{who} Wait for it to end; nothing is lost.")


def supersede(upload: TagUpload) -> None:
    """Uploads of the list that wait to be carried out give way to the one just confirmed."""
    waiting = TagUpload.objects.filter(tag_list=upload.tag_list_id, status__in=WAITING, step=Step.APPLY)
    for other in waiting.exclude(pk=upload.pk):
        withdraw(other, f"Upload {upload.pk} was confirmed later and took its place.")


def withdraw(upload: TagUpload, message: str) -> None:
    """Close an upload that is not at work; what it prepared is taken back."""
    with transaction.atomic():
        mine = TagUpload.objects.filter(pk=upload.pk, status=upload.status, owner=upload.owner)
        if mine.update(status=Status.CANCELLED):
            take_back(upload)
            job_close(upload, Status.CANCELLED, message)


def take_back(upload: TagUpload) -> None:
    """Undo what was stored for a version that was not confirmed. A confirmed one stays, and stays the upload's."""
    confirmed = TagList.objects.values_list("version", flat=True).get(pk=upload.tag_list_id)
    if upload.version is not None and upload.version > confirmed:
        unstore(upload.tag_list, upload.version)
        TagUpload.objects.filter(pk=upload.pk).update(version=None)
        upload.version = None


def upload_wake(upload: TagUpload) -> None:
    async_task("integrations.tasks.tag_upload", upload.pk, task_name=f"upload-{upload.pk}")


def upload_active(tag_list: TagList) -> TagUpload | None:
    """The upload of this list that is being worked on; one whose process is gone is put back into the queue first."""
    upload = TagUpload.objects.filter(tag_list=tag_list, status__in=ACTIVE).select_related("tag_list").first()
    if upload and lease_is_over(upload):
        upload_revive(upload)
        upload.refresh_from_db()
        return upload if upload.active else None
    return upload


def upload_revive(upload: TagUpload) -> bool:
    """Take an upload from a process that vanished."""
    mark = f"{upload.step}:{upload.version}:{bool(upload.sent_at)}"
    cancelling = upload.status == Status.CANCELLING and upload.sent_at is None
    with transaction.atomic():
        if not job_take_back(upload, mark, "Its worker vanished; another one goes on."):
            return False
        if cancelling:
            withdraw(upload, "Cancelled; its worker had vanished.")
        elif upload.stalled >= STALLED_LIMIT:
            withdraw(upload, f"{STALLED_LIMIT} workers in a row died at this upload. Look at their memory and logs.")
        else:
            upload_wake(upload)
    return True


def cancelled_words(upload: TagUpload) -> str:
    """Whether Ieatta may hold the list that was given up."""
    if upload.sent_at is None:
        return "Cancelled; nothing was sent."
    return "Cancelled. Its list had been sent already: the next preview tells what Ieatta holds."


def uploads_reap() -> str:
    """What the watch does each minute for uploads."""
    rows = TagUpload.objects.select_related("tag_list")
    revived, woken = jobs_reap(rows, upload_revive, upload_wake)
    return f"{revived} uploads revived, {woken} woken"
