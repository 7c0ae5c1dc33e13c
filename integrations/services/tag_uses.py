"""Which tags open expenses carry, as far as the portal has read them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from integrations.core.tags import Shape, paths_carried, split_path
from integrations.models import Link, TagList
from integrations.services.tag_sides import expense_syncs, levels_of

OPEN_REPORTS = ["OPEN", "SUBMITTED"]
"""States of a report whose expenses can still change their tags (Expensify Integration Server manual)."""


def open_uses(tag_list: TagList) -> dict[str, int] | None:
    """Path -> open expenses that carry the tag, read from the workspace's expense syncs; a tag above another one counts
    the expenses below it. None when no expense sync reads the list's connection. Two queries."""
    syncs = list(expense_syncs(tag_list.connection_id).values_list("pk", flat=True))
    if not syncs:
        return None
    rows = Link.objects.filter(sync__in=syncs, parent_state__in=OPEN_REPORTS).exclude(uses="")
    rows = rows.exclude(state=Link.State.VANISHED).order_by()
    return count_paths(rows.values_list("uses").annotate(number=Count("pk")), levels_of(tag_list))


def count_paths(uses: Iterable[tuple[str, int]], shape: Shape) -> dict[str, int]:
    """`uses`: (tag of an expense as a path, number of expenses)."""
    counts: dict[str, int] = {}
    for text, number in uses:
        for path in paths_carried(split_path(text), shape):
            counts[path] = counts.get(path, 0) + number
    return counts
