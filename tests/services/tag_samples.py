"""Staged tags to start from, and lists as short texts."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.core.tags import Staged, join_path, level_path
from integrations.models import TagList
from integrations.services.tag_stage import Stage, current
from tests.factories import make_ieatta, make_workspace


def make_tag_list() -> TagList:
    workspace = make_workspace()
    return TagList.objects.create(workspace=workspace, connection=make_ieatta(workspace, "http://127.0.0.1:1"))


def one(row: int, name: str, code: str = "", enabled: bool = True, target: str = "") -> Staged:
    return Staged(row, 1, level_path(1, name), name, code, enabled, target)


def below(row: int, *names: str, code: str = "", target: str = "") -> Staged:
    """A tag in dependent levels."""
    return Staged(row, len(names), join_path(names), names[-1], code, True, target)


def listed(*tags: str) -> list[Staged]:
    """`Name`, `Name=code`, and `-` before a disabled one; rows from 2."""
    parts = [(text.removeprefix("-").partition("="), text[0] != "-") for text in tags]
    return [one(row, name, code, enabled) for row, ((name, _, code), enabled) in enumerate(parts, start=2)]


def stored(tag_list: TagList, version: int | None = None) -> list[str]:
    """As `listed` takes them, by path."""
    rows = current(tag_list, version).order_by("path")
    return sorted(f"{'' if row.enabled else '-'}{row.path}{'=' if row.gl_code else ''}{row.gl_code}" for row in rows)


def upload(tag_list: TagList, rows: Iterable[Staged], mode: str = "replace", absent: str = "remove") -> dict[str, int]:
    """What an upload does to the list; its counts."""
    with Stage(tag_list) as stage:
        stage.load(rows)
        assert list(stage.settle()) == []
        counts = stage.counts(mode, absent)
        version = tag_list.version + 1
        stage.store(version, mode, absent)
    TagList.objects.filter(pk=tag_list.pk).update(version=version)
    tag_list.refresh_from_db()
    return counts


def told(counts: dict[str, int]) -> str:
    return " ".join(f"{name}={number}" for name, number in counts.items() if number)
