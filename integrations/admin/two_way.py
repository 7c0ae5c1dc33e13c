"""What the pages around a two-way sync say of it: where it stands, what waits for a person, what to do next."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from integrations import registry
from integrations.admin.conflict_list import Showing, Shown
from integrations.models import FieldConflict, Sync, Workspace
from integrations.services.agreement import agreement
from integrations.services.conflicts import conflicts_by_sync
from integrations.services.matching import matching_state
from integrations.services.two_way import is_two_way, names_of

MOST_OF_RECORD = 20


def conflicts_address(sync_id: int) -> str:
    """The list of a sync's open ones."""
    return f"{reverse('admin:integrations_fieldconflict_changelist')}?{urlencode({'sync': sync_id})}"


def side_needs(workspace: Workspace) -> list[tuple[str, str, str, str]]:
    """(state, text, address, action) of what the two-way syncs of a workspace ask a person."""
    found = []
    for sync_id, name, number in conflicts_by_sync(workspace):
        fields = "1 field is" if number == 1 else f"{number} fields are"
        text = f"{name}: {fields} held differently by both sides; say whose value counts."
        found.append(("conflict", text, conflicts_address(sync_id), "Choose"))
    for sync in Sync.objects.filter(workspace=workspace).order_by("name"):
        words = matching_words(sync) if is_two_way(registry.sync(sync.kind)) else ""
        if words:
            address = reverse("admin:integrations_sync_matching", args=[sync.pk])
            found.append(("held", f"{sync.name}: {words}", address, "Open the matching"))
    return found


def matching_words(sync: Sync) -> str:
    """What the first run still asks for; '' when nothing does."""
    state = matching_state(sync)
    source = names_of(sync).source
    if state.step == "needs_preview":
        return f"nothing is written to {source} before a preview of the matching is made and confirmed."
    if state.step == "to_decide" and state.preview:
        number = state.preview.undecided
        waiting = f"{number} record{'' if number == 1 else 's'} to decide, then " if number else ""
        return f"the matching is ready: {waiting}confirm it to go both ways."
    return ""


def standing_of(sync: Sync) -> dict[str, Any]:
    """For the sync's page; {} for a sync that goes one way."""
    if not is_two_way(registry.sync(sync.kind)):
        return {}
    return {"matching": matching_state(sync), "names": names_of(sync), "found": agreement(sync)}


def conflicts_of(sync: Sync, stream: str, source_id: str) -> list[Shown]:
    """One record's conflicts, newest first."""
    rows = FieldConflict.objects.filter(sync=sync, stream=stream, source_id=source_id).select_related("sync")
    showing = Showing()
    return [showing.shown(row) for row in rows.order_by("-pk")[:MOST_OF_RECORD]]
