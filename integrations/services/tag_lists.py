"""The list of tags of each Ieatta connection: its shape, what may be done with it, its content as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from integrations import registry
from integrations.core.errors import ConfigError
from integrations.core.tags import Difference, FoundTags, Shape, TagRow
from integrations.imports.sheet import tag_lines
from integrations.models import Connection, TagList, TagTarget, TagUpload, Workspace
from integrations.services.tag_stage import current

SHOWN = 200
"""Differences that are kept for the page."""
LINES = 2000


def tag_list_of(connection: Connection) -> TagList:
    found, _ = TagList.objects.get_or_create(
        connection=connection,
        defaults={"workspace_id": connection.workspace_id, "levels": ["Tag"], "required": [False]},
    )
    return found


def lists_of(workspace: Workspace) -> Any:
    """One for each Ieatta connection; made on first look."""
    rows = TagList.objects.filter(workspace=workspace).select_related("connection", "workspace")
    vendors = [vendor.key for vendor in registry.vendors() if vendor.accounting]
    missing = workspace.connections.filter(vendor__in=vendors, tag_list=None)
    for connection in missing:
        tag_list_of(connection)
    return rows.order_by("connection__name", "pk")


def choose_list(workspace: Workspace, key: str = "") -> TagList:
    """The list of the connection `key`, or the only one. Raises ConfigError naming what there is."""
    rows = list(lists_of(workspace))
    known = ", ".join(row.connection.key for row in rows)
    if not rows:
        raise ConfigError(f"The workspace {workspace.slug} has no Ieatta connection. Connect Ieatta first.")
    chosen = [row for row in rows if key in ("", row.connection.key)]
    if not chosen:
        raise ConfigError(f"There is no Ieatta connection {key!r}; there are {known}.")
    if len(chosen) > 1:
        raise ConfigError(f"The workspace has several Ieatta connections: {known}. Name one (--connection).")
    return chosen[0]


# --- shape --------------------------------------------------------------------------------------------------------


def shape_of(tag_list: TagList) -> Shape:
    levels = tuple(tag_list.levels) or ("Tag",)
    required = tuple(tag_list.required[: len(levels)]) + (False,) * (len(levels) - len(tag_list.required))
    return Shape(levels, tag_list.dependent, tag_list.gl_codes, required)


def shape_json(shape: Shape) -> dict[str, Any]:
    return {**asdict(shape), "levels": list(shape.levels), "required": list(shape.required)}


def shape_from(value: dict[str, Any]) -> Shape:
    return Shape(tuple(value["levels"]), value["dependent"], value["gl_codes"], tuple(value["required"]))


def shape_words(shape: Shape) -> str:
    if shape.single:
        return "one level"
    return f"{' > '.join(shape.levels)}, {'dependent' if shape.dependent else 'independent'}"


def known_version(tag_list: TagList, version: int) -> int:
    """Raises ValueError naming the newest."""
    if not 0 <= version <= tag_list.version:
        raise ValueError(f"There is no version {version} of this list; the newest is {tag_list.version}.")
    return version


def shape_at(tag_list: TagList, version: int) -> Shape:
    """Of the list as it was at that version."""
    upload = TagUpload.objects.filter(tag_list=tag_list, version=version).first()
    return shape_from(upload.shape) if upload and upload.shape else Shape()


# --- what may be done ---------------------------------------------------------------------------------------------


def append_only(tag_list: TagList) -> str:
    """Why tags can only be appended, '' when the list may be replaced too."""
    connection = tag_list.connection
    accounting = registry.vendor(connection.vendor).accounting
    name = accounting(connection.settings, connection.account) if accounting else ""
    if not name:
        return ""
    return (
        f"{connection.name} is connected to {name}, which brings tags of its own: replacing the list would take them "
        "away. Tags can only be appended."
    )


def colons_of(tag_list: TagList) -> Any:
    return tag_list.connection.settings.get("colons") or "escape"


# --- the list as a file -------------------------------------------------------------------------------------------


def tag_rows(tag_list: TagList, version: int | None = None) -> Iterator[TagRow]:
    rows = current(tag_list, version).order_by("id").values_list("depth", "path", "name", "gl_code", "enabled")
    return (TagRow(*row) for row in rows.iterator(chunk_size=LINES))


def targets_of(tag_list: TagList) -> dict[str, str]:
    """path -> "job:42" of the targets that were decided."""
    decided = [TagTarget.Ground.HAND, TagTarget.Ground.DRAWN]
    rows = TagTarget.objects.filter(tag_list=tag_list, ground__in=decided)
    return {path: f"{kind}:{id}" for path, kind, id in rows.values_list("path", "kind", "external_id")}


def own_lines(tag_list: TagList, version: int | None = None) -> Iterator[list[str]]:
    """The list in the portal's own form, heading first; it imports back as no change."""
    shape = shape_of(tag_list) if version is None else shape_at(tag_list, version)
    return tag_lines(shape, tag_rows(tag_list, version), targets_of(tag_list))


def csv_bytes(lines: Iterable[list[str]], mark: bool = False) -> Iterator[bytes]:
    """`mark`: begin with the mark by which spreadsheets know UTF-8."""
    held, count = io.StringIO("\ufeff" if mark else "", newline=""), 0
    held.seek(0, io.SEEK_END)
    writer = csv.writer(held)
    for line in lines:
        writer.writerow(line)
        count += 1
        if count % LINES == 0:
            yield held.getvalue().encode()
            held.seek(0)
            held.truncate()
    yield held.getvalue().encode()


# --- what Ieatta holds --------------------------------------------------------------------------------------------


def list_compare(tag_list: TagList, client: Any, found: FoundTags) -> list[Difference]:
    return client.compare_tags(shape_of(tag_list), tag_rows(tag_list), found)


def note_apart(tag_list: TagList, differences: list[Difference]) -> None:
    """Remember for the page where Ieatta's list differs from the portal's."""
    rows = [{"path": one.path, "portal": one.wanted, "vendor": one.found} for one in differences[:SHOWN]]
    apart = {"at": timezone.now().isoformat(), "total": len(differences), "rows": rows} if differences else {}
    if bool(apart) or tag_list.apart:
        tag_list.apart = apart
        TagList.objects.filter(pk=tag_list.pk).update(apart=apart)


def locked(tag_list: TagList) -> TagList:
    """Fresh, and nobody else's until the caller's transaction ends."""
    return TagList.objects.select_for_update(of=("self",)).select_related("connection").get(pk=tag_list.pk)
