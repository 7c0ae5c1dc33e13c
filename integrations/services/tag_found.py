"""A list that was changed at Ieatta, outside the portal, becomes a version: an undo returns to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.core.errors import ConfigError
from integrations.core.tags import Shape, TagRow
from integrations.models import TagList, TagUpload
from integrations.services.clients import Clients
from integrations.services.tag_lists import list_compare, locked, note_apart, shape_json
from integrations.services.tag_shapes import PARENTS_UNKNOWN, found_shape, parents_unknown
from integrations.services.tag_stage import Stage, unstore
from integrations.services.tag_standing import refuse_another_at_work


def list_found(*, tag_list: TagList, user: Any = None) -> int:
    """Take Ieatta's present list for the portal's. How many tags differed. One call.

    Raises ConfigError while an upload is at work, or for a dependent list, and what the client raises.
    """
    refuse_another_at_work(tag_list)
    with Clients({"target": tag_list.connection}, lambda: None) as clients:
        client = clients.get("target")
        found = client.read_tags()
        differences = list_compare(tag_list, client, found)
    if parents_unknown(tag_list, found, differences):
        raise ConfigError(PARENTS_UNKNOWN)
    if differences:
        with Stage(tag_list) as stage, transaction.atomic():
            stage.base_found(found.rows)
            fresh = locked(tag_list)
            unstore(fresh, fresh.version + 1)
            shape = found_shape(tag_list, found)
            store_found(fresh, stage, shape, found.rows, len(differences), fresh.version + 1, user)
    tag_list.refresh_from_db()
    note_apart(tag_list, [])
    return len(differences)


def store_found(
    tag_list: TagList,
    stage: Stage,
    shape: Shape,
    rows: Sequence[TagRow],
    differing: int,
    version: int,
    user: Any = None,
) -> int:
    """In the caller's transaction. `stage` has the rows as its base."""
    stage.store_found(version)
    now = timezone.now()
    TagUpload.objects.create(
        workspace_id=tag_list.workspace_id, tag_list=tag_list, origin=TagUpload.Origin.FOUND,
        status=TagUpload.Status.DONE, step=TagUpload.Step.APPLY, version=version, base_version=version - 1,
        shape=shape_json(shape), queued_at=now, started_at=now, finished_at=now, requested_by=user,
        counts={"read": len(rows), "tags": len(rows)},
        message=found_words(tag_list, len(rows), differing),
    )  # fmt: skip
    TagList.objects.filter(pk=tag_list.pk).update(
        version=version, tags=len(rows), levels=list(shape.levels), dependent=shape.dependent,
        gl_codes=shape.gl_codes, required=list(shape.required),
    )  # fmt: skip
    return version


def found_words(tag_list: TagList, rows: int, differing: int) -> str:
    if not tag_list.version:
        return f"Read at Ieatta for the first time: {rows} tags."
    return f"Found at Ieatta: {differing} tag{'' if differing == 1 else 's'} differed from the portal's list."
