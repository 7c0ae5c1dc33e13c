"""Carrying out what was asked of an upload: read its files, compare, store, send, read back."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

import structlog
from django.db import transaction

from integrations.core.errors import PortalError, RejectedError
from integrations.core.tags import FoundTags, Shape
from integrations.engine import Interrupted
from integrations.imports.layout import signature
from integrations.imports.table import Unreadable
from integrations.models import TagChange, TagList, TagUpload
from integrations.services import workers
from integrations.services.clients import Clients
from integrations.services.files import FileGone
from integrations.services.jobs import job_account, job_claim
from integrations.services.lease import owner_name
from integrations.services.tag_ends import conclude
from integrations.services.tag_found import store_found
from integrations.services.tag_lease import UploadLease
from integrations.services.tag_lists import list_compare, locked, note_apart, shape_json, shape_of
from integrations.services.tag_match import targets_match
from integrations.services.tag_push import changed_at_vendor, confirm, push
from integrations.services.tag_read import FileReader
from integrations.services.tag_shapes import (
    PARENTS_UNKNOWN,
    UNSENT,
    found_shape,
    parents_unknown,
    refuse_dependent,
    refuse_size,
    result_shape,
)
from integrations.services.tag_stage import Stage, unstore
from integrations.services.tag_standing import upload_wake
from integrations.services.tag_targets import targets_from_file
from integrations.services.tag_uploads import refuse_replace
from integrations.services.tag_uses import open_uses

log = logging.getLogger(__name__)
OUR_FAULT = "The portal itself failed. Nothing is lost: try again, and report this upload's number if it fails again."
LAYOUTS = 50
"""Kinds of files whose reading is remembered for a list."""
CHANGES = ("added", "changed", "removed", "disabled")
Status, Step = TagUpload.Status, TagUpload.Step


@dataclass(slots=True)
class Base:
    """What the file is compared with. `drifted`: tags in which Ieatta's list is not the portal's; `known`: it could be
    taken over; `unsent`: the portal's was never sent."""

    shape: Shape
    found: FoundTags | None = None
    drifted: int = 0
    known: bool = True
    unsent: bool = False
    digest: str = ""


def upload_work(upload_id: int) -> str:
    """Claim an upload and do its next step; a no-op when it is finished or somebody else has it. Returns its state."""
    owner = owner_name()
    if not job_claim(TagUpload, upload_id, owner):
        return "not taken"
    rows = TagUpload.objects.select_related("tag_list__connection", "tag_list__workspace", "workspace", "requested_by")
    upload = rows.get(pk=upload_id)
    with structlog.contextvars.bound_contextvars(upload=upload.pk, workspace=upload.workspace.slug):
        return upload_execute(upload, owner)


def upload_execute(upload: TagUpload, owner: str) -> str:
    lease = UploadLease(upload, owner, draining=workers.draining)
    began = time.monotonic()
    with Clients({"target": upload.tag_list.connection}, lease.renew) as clients:
        error = outcome_of(upload, lease, clients)
        job_account(upload, clients.calls(), time.monotonic() - began)
        conclude(upload, lease, clients, error)
    for waiting in TagUpload.objects.filter(tag_list=upload.tag_list_id, status=Status.QUEUED).exclude(pk=upload.pk):
        upload_wake(waiting)  # it could not be taken while this one was at work
    return upload.status


def outcome_of(upload: TagUpload, lease: UploadLease, clients: Clients) -> Exception | None:
    """Do the step; what ended it before its end is returned."""
    try:
        (preview if upload.step == Step.PREVIEW else apply)(upload, lease, clients)
    except (Unreadable, FileGone) as error:
        return RejectedError(str(error))
    except (Interrupted, PortalError) as error:
        return error
    except Exception as error:
        log.exception("An upload failed by our own fault")
        return PortalError(OUR_FAULT, f"{type(error).__name__}: {error}")
    return None


# --- the two steps ------------------------------------------------------------------------------------------------


def preview(upload: TagUpload, lease: UploadLease, clients: Clients) -> None:
    """Everything but writing. What would be done with each tag is kept for the page."""
    TagChange.objects.filter(upload=upload).delete()
    base = read_base(upload, lease, clients)
    with Stage(upload.tag_list) as stage:
        take_file(upload, stage, lease, base)
        if any(upload.counts[name] for name in CHANGES):
            lease.begin("comparing")
            stage.keep_plan(upload, upload.mode, upload.absent, open_uses(upload.tag_list))
    upload.base_version, upload.base_digest = upload.tag_list.version, base.digest
    save(upload, "base_version", "base_digest", "counts", "shape")


def apply(upload: TagUpload, lease: UploadLease, clients: Clients) -> None:
    """Store the list that results as a version, send it, confirm it. Goes on where a process that died left it."""
    fresh = upload.version is None
    if fresh:
        store(upload, lease, clients)
    if upload.version is None:
        return
    differences = push(upload, lease, clients, fresh) if upload.push else []
    confirm(upload, lease, differences)
    targets_match(upload.tag_list, lease.renew)


def store(upload: TagUpload, lease: UploadLease, clients: Clients) -> None:
    """`version` stays None when nothing changes."""
    refuse_replace(upload.tag_list, upload.mode)
    base = read_base(upload, lease, clients)
    if upload.base_digest and base.digest != upload.base_digest:
        raise changed_at_vendor()
    with Stage(upload.tag_list) as stage:
        reader = take_file(upload, stage, lease, base)
        if upload.counts["rejected"] and not upload.good_only:
            words = f"{upload.counts['rejected']} row(s) were rejected, and with all or nothing none is taken."
            raise RejectedError(f"{words} Correct them.")
        lease.beat()
        lease.begin("storing")
        upload.base_digest = base.digest
        save(upload, "counts", "shape", "base_digest")
        with transaction.atomic():
            lease.assure()
            store_version(upload, stage, base)
            set_targets(upload, stage)
            remember_layout(upload, reader)
    if upload.push and upload.version is None:
        note_apart(upload.tag_list, [])


def changes_anything(upload: TagUpload, base: Base) -> bool:
    """Against what the base holds; a list that cannot be taken over is sent in any case."""
    counted = any(upload.counts[name] for name in CHANGES)
    return counted or not base.known or upload.shape != shape_json(base.shape)


def store_version(upload: TagUpload, stage: Stage, base: Base) -> None:
    """The list as found at Ieatta where it was changed there, then the upload's version, if it is another."""
    changed = changes_anything(upload, base)
    if not changed and not base.drifted:
        return
    tag_list = locked(upload.tag_list)
    if tag_list.version != upload.base_version:
        raise RejectedError("The list changed since the preview. Nothing was sent; make the preview again.")
    unstore(tag_list, tag_list.version + 1)  # left by an upload that was given up
    version = tag_list.version
    if base.found and base.drifted and base.known:
        version = store_found(upload.tag_list, stage, base.shape, base.found.rows, base.drifted, version + 1)
        upload.base_version = version
        save(upload, "base_version")
    if changed:
        upload.version = version + 1
        stage.store(upload.version, upload.mode, upload.absent)
        save(upload, "version")
    upload.tag_list.refresh_from_db()


# --- what both do -------------------------------------------------------------------------------------------------


def read_base(upload: TagUpload, lease: UploadLease, clients: Clients) -> Base:
    """The portal's list; where the upload is to be sent, Ieatta's, should it be another."""
    tag_list = upload.tag_list
    if not upload.push:
        return Base(shape_of(tag_list))
    lease.begin("asking")
    client = clients.get("target")
    found: FoundTags = client.read_tags()
    differences = list_compare(tag_list, client, found)
    known = not parents_unknown(tag_list, found, differences)
    note_apart(tag_list, differences if tag_list.version else [])
    is_news = (differences and known) or not tag_list.version
    shape = found_shape(tag_list, found) if is_news else shape_of(tag_list)
    unsent = TagUpload.objects.filter(tag_list=tag_list, version=tag_list.version, push=False).exists()
    return Base(shape, found, len(differences), known, unsent, found.digest())


def take_file(upload: TagUpload, stage: Stage, lease: UploadLease, base: Base) -> FileReader:
    """Stage the file's tags over the base and count; `counts` and `shape` of the upload are set. Raises RejectedError
    for a list that cannot be."""
    reader = FileReader(upload, lease)
    refuse_dependent(upload.tag_list, reader.layout.shape)
    if upload.mode == TagUpload.Mode.APPEND and not base.known:
        raise RejectedError(PARENTS_UNKNOWN)
    if upload.mode == TagUpload.Mode.APPEND and base.drifted and base.unsent:
        raise RejectedError(UNSENT)
    if base.found and base.drifted and base.known:
        stage.base_found(base.found.rows)
    lease.begin("reading")
    stage.load(reader.tags(), lambda: lease.beat(reader.rows))
    reader.clashes(list(stage.settle()))
    stage.keep(reader.kept)
    count(upload, stage, reader, base)
    return reader


def count(upload: TagUpload, stage: Stage, reader: FileReader, base: Base) -> None:
    counts = stage.counts(upload.mode, upload.absent, **reader.columns)
    before = counts["unchanged"] + counts["changed"] + counts["removed"] + counts["disabled"]
    tags = before - counts["removed"] + counts["added"]
    told = {"read": reader.rows, "rejected": reader.rejected, "repeated": stage.repeats, "tags": tags}
    first = not upload.tag_list.version
    drift = {"there": len(base.found.rows)} if first and base.found else {"drifted": base.drifted}
    drift["unsent"] = base.drifted if base.unsent else 0
    upload.counts = {**counts, **told, **drift}
    refuse_size(tags, upload.origin == TagUpload.Origin.UNDO, upload.push)
    upload.shape = shape_json(result_shape(upload, reader.layout.shape, base.shape, before == 0))


def set_targets(upload: TagUpload, stage: Stage) -> None:
    drawn = upload.origin == TagUpload.Origin.DRAWN  # the upload itself is the history of thousands of targets
    told = targets_from_file(upload.tag_list, stage.targets(), user=None if drawn else upload.requested_by)
    upload.counts.update(targets=told.changed, unknown_targets=told.unknown)
    save(upload, "counts")


def remember_layout(upload: TagUpload, reader: FileReader) -> None:
    """How files with these headings are read, for the next one."""
    if upload.origin != TagUpload.Origin.FILE or not reader.layout.header:
        return
    with transaction.atomic():
        tag_list = locked(upload.tag_list)
        known = {**tag_list.layouts, signature(reader.headings): upload.layout}
        kept = dict(list(known.items())[-LAYOUTS:])
        TagList.objects.filter(pk=tag_list.pk).update(layouts=kept)


def save(upload: TagUpload, *names: str) -> None:
    TagUpload.objects.filter(pk=upload.pk).update(**{name: getattr(upload, name) for name in names})
