"""Sending a stored version to Ieatta, always read back. Resumed where it was cut off, never sent blindly.

The vendor only ever replaces the whole list, so the same list may be sent twice. What makes a repeat wrong is somebody
else's edit between the two: a list that is neither what was there before nor what was sent is left alone and told.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.core.errors import PortalError, ProtocolError, RejectedError
from integrations.core.tags import Difference, FoundTags, Shape, TagRow
from integrations.models import TagList, TagUpload
from integrations.services.clients import Clients
from integrations.services.jobs import pausing
from integrations.services.lease import kept
from integrations.services.tag_lease import UploadLease
from integrations.services.tag_lists import SHOWN, note_apart, shape_from, tag_rows
from integrations.services.tag_stage import current

SETTLE = 3.0
"""Seconds after which a list that differs is read once more: whether it is stored at once is not documented."""


def push(upload: TagUpload, lease: UploadLease, clients: Clients, fresh: bool) -> list[Difference]:
    """Make Ieatta's list equal to the upload's stored version. Returns what differs all the same.

    `fresh`: what Ieatta holds was compared with the base just now. Raises RejectedError when Ieatta refuses the list or
    when it was changed there before it was sent; nothing was changed then.
    """
    shape, wanted = shape_from(upload.shape), list(tag_rows(upload.tag_list, upload.version))
    client = clients.get("target")
    if not fresh:
        found = client.read_tags()
        differences = client.compare_tags(shape, wanted, found)
        if not differences:
            return []
        if found.digest() != upload.base_digest:
            if upload.sent_at:
                return differences
            raise changed_at_vendor()
    return _send(upload, lease, client, shape, wanted)


def changed_at_vendor() -> RejectedError:
    return RejectedError(
        "Ieatta's list was changed since the preview, outside the portal. Nothing was sent; make the preview again."
    )


def _send(upload: TagUpload, lease: UploadLease, client: Any, shape: Shape, wanted: list[TagRow]) -> list[Difference]:
    lease.beat()
    lease.begin("sending")
    upload.sent_at = timezone.now()
    TagUpload.objects.filter(pk=upload.pk).update(sent_at=upload.sent_at)
    trouble: PortalError | None = None
    try:
        with kept(lease):
            client.replace_tags(shape, wanted)
    except ProtocolError as error:  # an answer that nobody can read: the list itself tells what became of it
        trouble = error
    lease.begin("checking")
    found, differences = _read_back(client, lease, shape, wanted)
    if trouble and differences and found.digest() == upload.base_digest:
        raise trouble
    return differences


def _read_back(
    client: Any, lease: UploadLease, shape: Shape, wanted: list[TagRow]
) -> tuple[FoundTags, list[Difference]]:  # fmt: skip
    found = client.read_tags()
    differences = client.compare_tags(shape, wanted, found)
    if differences:
        pausing(lease)(SETTLE)
        found = client.read_tags()
        differences = client.compare_tags(shape, wanted, found)
    return found, differences


def confirm(upload: TagUpload, lease: UploadLease, differences: list[Difference]) -> None:
    """The stored version is the list from now on. Raises LeaseLost when another process has the upload now."""
    shape, tag_list = shape_from(upload.shape), upload.tag_list
    with transaction.atomic():
        lease.assure()
        TagList.objects.filter(pk=tag_list.pk).update(
            version=upload.version, levels=list(shape.levels), dependent=shape.dependent, gl_codes=shape.gl_codes,
            required=list(shape.required), tags=current(tag_list, upload.version).count(),
        )  # fmt: skip
        tag_list.refresh_from_db()
        if upload.push:
            note_apart(tag_list, differences)
        upload.differences = told(differences)
        upload.counts = {**upload.counts, "differences": len(differences)}
        TagUpload.objects.filter(pk=upload.pk).update(differences=upload.differences, counts=upload.counts)


def told(differences: list[Difference]) -> list[dict[str, str]]:
    """For the page: what the portal's list has, what was to be, what Ieatta has."""
    return [{"path": one.path, "wanted": one.wanted, "vendor": one.found} for one in differences[:SHOWN]]
