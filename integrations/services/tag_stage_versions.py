"""The versions of a list: what stood at one, how two differ, and taking back one that was never confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from integrations.core.tags import TagRow
from integrations.models import Tag, TagList
from integrations.services.tag_stage_tables import Tables, first, rows_of

KINDS = ("added", "changed", "removed")
COLUMNS = "id, depth, path, name, gl_code, enabled"
DIFFERENT = "(n.gl_code <> o.gl_code OR n.enabled <> o.enabled)"


@dataclass(frozen=True, slots=True)
class VersionChange:
    """One tag that differs between two versions. `kind`: added, changed or removed. `id` orders and pages them."""

    id: int
    kind: str
    before: TagRow | None
    after: TagRow | None

    @property
    def path(self) -> str:
        return self._either().path

    @property
    def name(self) -> str:
        return self._either().name

    @property
    def depth(self) -> int:
        return self._either().depth

    def _either(self) -> TagRow:
        found = self.after or self.before
        if found is None:
            raise ValueError("a change of nothing")
        return found


def current(tag_list: TagList, version: int | None = None) -> QuerySet[Tag]:
    """The tags that stood at this version; without one, those that stand now."""
    at = tag_list.version if version is None else version
    ended = Q(until__isnull=True) | Q(until__gt=at)
    return Tag.objects.filter(ended, tag_list=tag_list, since__lte=at)


def unstore(tag_list: TagList, version: int) -> None:
    """Takes back this version, and later ones if there are: the rows are again as they were before it."""
    with transaction.atomic():
        Tag.objects.filter(tag_list=tag_list, since__gte=version).delete()
        Tag.objects.filter(tag_list=tag_list, until__gte=version).update(until=None)


def compare_versions(
    tag_list: TagList, a: int, b: int, kind: str | None = None, query: str = "", after: int = 0, limit: int = 50
) -> list[VersionChange]:
    """What changed from version `a` to version `b`, which may be the earlier one. Ordered by id.

    `query`: part of a path, a name or a GL code. `after`: the id of the last row of the page before.
    """
    where = ["key > %s"]
    values: list[Any] = [after]
    if kind:
        where.append("kind = %s")
        values.append(kind)
    if query:
        texts = ("path", "name", "old_code", "new_code")
        where.append(f"({' OR '.join(f'UPPER({text}) LIKE UPPER(%s) ESCAPE %s' for text in texts)})")
        values += [part for _ in texts for part in (f"%{like(query)}%", "!")]
    with Tables() as tables:
        found = f"SELECT * FROM ({between(tables, tag_list, a, b)}) c WHERE {' AND '.join(where)} ORDER BY key LIMIT %s"
        return version_changes(found, [*values, limit])


def compare_counts(tag_list: TagList, a: int, b: int) -> dict[str, int]:
    """How many tags were added, changed and removed from version `a` to version `b`."""
    with Tables() as tables:
        return change_counts(between(tables, tag_list, a, b))


def change_counts(differences: str) -> dict[str, int]:
    counted = ", ".join(f"count(*) FILTER (WHERE kind = '{kind}')" for kind in KINDS)
    return dict(zip(KINDS, first(f"SELECT {counted} FROM ({differences}) c"), strict=True))


def version_changes(query: str, values: Sequence[Any] = ()) -> list[VersionChange]:
    return [version_change(row) for row in rows_of(query, values)]


def between(tables: Tables, tag_list: TagList, a: int, b: int) -> str:
    """Rows that stood at both versions are left out before anything is joined."""
    old = tables.side("old", part(tag_list, f"{stands(a)} AND NOT ({stands(b)})"))
    return changes(old, tables.side("new", part(tag_list, f"{stands(b)} AND NOT ({stands(a)})")))


def changes(old: str, new: str) -> str:
    """Query: key, kind, depth, path, name, old_code, old_enabled, new_code, new_enabled. Both as after FROM."""
    kept = "o.gl_code AS old_code, o.enabled AS old_enabled, n.gl_code AS new_code, n.enabled AS new_enabled"
    return (
        f"SELECT n.id AS key, CASE WHEN o.id IS NULL THEN 'added' ELSE 'changed' END AS kind, n.depth, n.path, n.name,"
        f" {kept} FROM {new} n LEFT JOIN {old} o ON o.path = n.path WHERE o.id IS NULL OR {DIFFERENT} UNION ALL"
        f" SELECT o.id, 'removed', o.depth, o.path, o.name, {kept}"
        f" FROM {old} o LEFT JOIN {new} n ON n.path = o.path WHERE n.id IS NULL"
    )


def standing(tag_list: TagList, version: int) -> str:
    """Query: the list at a version."""
    return part(tag_list, stands(version))


def part(tag_list: TagList, where: str) -> str:
    return f"SELECT {COLUMNS} FROM integrations_tag WHERE tag_list_id = {int(tag_list.pk)} AND {where}"


def stands(version: int) -> str:
    return f"since <= {int(version)} AND (until IS NULL OR until > {int(version)})"


def like(text: str) -> str:
    for sign in "!%_":
        text = text.replace(sign, f"!{sign}")
    return text


def version_change(row: tuple[Any, ...]) -> VersionChange:
    key, kind, depth, path, name, old_code, old_enabled, new_code, new_enabled = row
    before = None if kind == "added" else TagRow(depth, path, name, old_code, bool(old_enabled))
    after = None if kind == "removed" else TagRow(depth, path, name, new_code, bool(new_enabled))
    return VersionChange(key, kind, before, after)
