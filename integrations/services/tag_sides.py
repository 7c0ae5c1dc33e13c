"""What stands on both sides of a list of tags: the expense syncs that read it, the Accelo account its tags mean."""

from __future__ import annotations

from django.db.models import QuerySet

from integrations.core.tags import Shape
from integrations.models import Connection, Sync, TagList

EXPENSE_SYNC = "ieatta_accelo"
ACCELO = "accelo"


def expense_syncs(connection_id: int) -> QuerySet[Sync]:
    """Of an Ieatta connection, paused ones too, the oldest first."""
    return Sync.objects.filter(kind=EXPENSE_SYNC, source_id=connection_id).order_by("pk")


def accelo_connection(tag_list: TagList) -> Connection | None:
    """Where the list's expenses go: the target of the expense sync that reads its connection (the oldest of several),
    else the workspace's only Accelo connection, else None."""
    sync = expense_syncs(tag_list.connection_id).select_related("target").first()
    if sync:
        return sync.target
    rows = Connection.objects.filter(workspace_id=tag_list.workspace_id, vendor=ACCELO).order_by("pk")[:2]
    found = list(rows)
    return found[0] if len(found) == 1 else None


def levels_of(tag_list: TagList) -> Shape:
    """The list's shape as far as paths depend on it."""
    return Shape(tuple(tag_list.levels) or ("Tag",), tag_list.dependent)
