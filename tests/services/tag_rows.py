"""Lists of tags and Accelo's candidates for the tests of what tags stand for, as rows."""

from __future__ import annotations

from typing import Any

from integrations.core.tags import join_path
from integrations.models import Connection, Link, Sync, Tag, TagList
from integrations.services.references import build_reference
from integrations.vendors.base import Candidate

NOWHERE = "http://127.0.0.1:9"


def make_list(connection: Connection, *tags: str | tuple[str, str], levels: tuple[str, ...] = ("Tag",)) -> TagList:
    """A confirmed list of one level, or a dependent one. `tags`: paths, with their GL codes where they have one."""
    made = TagList.objects.create(
        workspace=connection.workspace, connection=connection, levels=list(levels), dependent=len(levels) > 1, version=1
    )
    for one in tags:
        path, code = one if isinstance(one, tuple) else (one, "")
        add_tag(made, path, gl_code=code)
    return made


def add_tag(tag_list: TagList, path: str, **values: Any) -> Tag:
    names = path.split(":")
    shown = {"depth": len(names), "name": names[-1], "since": 1, **values}
    return Tag.objects.create(tag_list=tag_list, path=path, **shown)


def know(connection: Connection, *candidates: Candidate) -> None:
    for candidate in candidates:
        build_reference(connection, candidate).save()


def work(kind: str, id: str, label: str, code: str = "", standing: str = "active", **more: Any) -> Candidate:
    return Candidate(kind, id, label, code, extra={"standing": standing}, **more)


def open_expense(sync: Sync, number: int, *names: str, **values: Any) -> Link:
    given = {"state": "linked", "parent_state": "OPEN", "uses": join_path(names), **values}
    return Link.objects.create(sync=sync, stream="expenses", source_id=str(number), **given)
