"""What can be imported: a tile for each kind of import, with what hinders it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from integrations import registry
from integrations.admin.scope import working_kinds
from integrations.models import Connection, Import, Workspace
from integrations.services.import_standing import OPEN
from integrations.syncs.base import Stream
from integrations.syncs.base import Sync as SyncKind

USABLE = [Connection.State.CONNECTED, Connection.State.HELD]


@dataclass(frozen=True)
class Trouble:
    """Why nothing can be imported, and where that is mended."""

    words: str
    link: str
    action: str


@dataclass(frozen=True)
class Tile:
    """`open`: imports that are being prepared or at work. `sources`, `targets`: connections to choose from, where
    there are several."""

    kind: SyncKind
    title: str
    streams: list[Stream]
    trouble: Trouble | None
    open: list[Import] = field(default_factory=list)
    sources: list[Connection] = field(default_factory=list)
    targets: list[Connection] = field(default_factory=list)

    @property
    def draft(self) -> Import | None:
        return next((one for one in self.open if one.state == Import.State.DRAFT), None)

    @property
    def working(self) -> bool:
        """Nothing else can be begun: the only accounts have an import at work."""
        return not (self.sources or self.targets) and any(one.state != Import.State.DRAFT for one in self.open)

    @property
    def ticked(self) -> list[str]:
        return list(self.draft.kinds) if self.draft else [stream.key for stream in self.streams]


def tiles_of(workspace: Workspace) -> list[Tile]:
    rows = list(Connection.objects.filter(workspace=workspace).order_by("name"))
    return [tile_of(kind, workspace, rows) for kind in working_kinds() if kind.once]


def tile_of(kind: SyncKind, workspace: Workspace, rows: list[Connection]) -> Tile:
    sources, targets = ([row for row in rows if row.vendor == key] for key in (kind.source, kind.target))
    trouble = trouble_of(kind.source, sources) or trouble_of(kind.target, targets)
    streams = [stream for stream in kind.streams if stream.key in kind.chosen_streams]
    begun = Import.objects.filter(workspace=workspace, sync__kind=kind.key, state__in=OPEN)
    return Tile(
        kind, registry.vendor(kind.source).label, streams, trouble, list(begun.select_related("sync", "changed_by")),
        several(sources), several(targets),
    )  # fmt: skip


def trouble_of(vendor: str, rows: list[Connection]) -> Trouble | None:
    label = registry.vendor(vendor).label
    if not rows:
        link = f"{reverse('admin:integrations_connection_add')}?vendor={vendor}"
        return Trouble(f"{label} is not connected yet.", link, f"Connect {label}")
    if any(row.state in USABLE for row in rows):
        return None
    row = rows[0]
    why = row.state_reason or f"it is {row.get_state_display().lower()}"
    link = reverse("admin:integrations_connection_change", args=[row.pk])
    return Trouble(f"{row.name} cannot be used: {why}", link, "Open the connection")


def several(rows: list[Connection]) -> list[Connection]:
    usable = [row for row in rows if row.state in USABLE]
    return usable if len(rows) > 1 else []


def hindered(kind: SyncKind, workspace: Workspace, given: dict[str, Any]) -> str:
    """Why this import cannot be prepared now, in words; '' when it can."""
    rows = Connection.objects.filter(workspace=workspace)
    for side, vendor in (("source", kind.source), ("target", kind.target)):
        own = rows.filter(vendor=vendor, key=given[side]) if given.get(side) else rows.filter(vendor=vendor)
        if trouble := trouble_of(vendor, list(own)):
            return trouble.words
    return ""
