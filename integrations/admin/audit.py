"""Who changed which setting, when, from what to what. Secrets are not in the history, so they cannot be shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime

from integrations.admin.scope import place
from integrations.models import Connection, FieldRule, Import, Mapping, Membership, Sync, TagTarget, Workspace

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

PAGE = 50
SCANNED = 1000
"""Most rows that one page looks through: much of what is stored of a connection tells a person nothing."""
KINDS: dict[str, tuple[type[Any], str, str]] = {
    "workspace": (Workspace, "id", "Workspace"),
    "membership": (Membership, "workspace", "Member"),
    "connection": (Connection, "workspace", "Connection"),
    "sync": (Sync, "workspace", "Sync"),
    "mapping": (Mapping, "sync__workspace", "Mapping"),
    "fieldrule": (FieldRule, "sync__workspace", "Field rule"),
    "tagtarget": (TagTarget, "tag_list__workspace", "Tag's target"),
    "import": (Import, "workspace", "Import"),
}
"""Name in addresses -> model, way from its history row to the workspace, word for people."""
WORDS = {"+": "added", "~": "changed", "-": "removed"}
NOISE = {"state_since", "updated_at", "created_at", "source_key", "id", "workspace", "sync", "position"}


IN_THE_NAME = {
    "mapping": {"kind", "source_value", "source_label", "target_kind"},
    "tagtarget": {"path", "tag_list"},
}
"""Fields that an entry's name tells already."""
LABELLED = {"mapping": ("target label", {"target id"}), "tagtarget": ("label", {"kind", "external id"})}
"""A field in words, and those that tell nothing more where it is told."""


@dataclass(frozen=True)
class Change:
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    when: datetime
    who: str
    what: str
    name: str
    word: str
    changes: list[Change]
    reason: str = ""

    @property
    def tells(self) -> bool:
        return self.word != WORDS["~"] or bool(self.changes or self.reason)


def audit_page(page: PortalAdmin, request: HttpRequest) -> HttpResponse:
    """Newest first, 50 a page, by `before` (a moment). Narrowed by `model` and `object`."""
    model = request.GET.get("model", "")
    object_id = request.GET.get("object", "")
    before = parse_moment(request.GET.get("before", ""))
    workspace = place(request).current
    assert workspace is not None  # the page's role check needs one
    entries, more = page_of(newest(workspace, model, object_id, before))
    context = {
        "title": "Audit",
        "entries": entries,
        "more": more.isoformat() if more else "",
        "kinds": [(name, words) for name, (_, _, words) in KINDS.items()],
        "model": model,
        "object_no": object_id,
    }
    return page.show(request, "workspace/audit.html", context)


def page_of(rows: Iterator[tuple[str, Any]]) -> tuple[list[Entry], datetime | None]:
    """The first entries that tell something, and the moment before which the next page begins, if there is one."""
    found: list[Entry] = []
    for scanned, (kind, row) in enumerate(rows, start=1):
        one = entry(row, kind)
        if one.tells and len(found) == PAGE:
            return found, found[-1].when
        if one.tells:
            found.append(one)
        if scanned == SCANNED:
            return found, one.when
    return found, None


def parse_moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None


def newest(workspace: Workspace, model: str, object_id: str, before: datetime | None) -> Iterator[tuple[str, Any]]:
    """(kind, history row) of all kinds together, newest first."""
    kinds = [model] if model in KINDS else list(KINDS)
    streams = [stream(kind, workspace, object_id if model in KINDS else "", before) for kind in kinds]
    return merge(*streams, key=lambda pair: pair[1].history_date, reverse=True)


def stream(kind: str, workspace: Workspace, object_id: str, before: datetime | None) -> Iterator[tuple[str, Any]]:
    model, way, _ = KINDS[kind]
    rows = model.history.filter(**{way: workspace.pk}).select_related("history_user")
    if object_id.isdecimal():
        rows = rows.filter(id=int(object_id))
    if before:
        rows = rows.filter(history_date__lt=before)
    rows = rows.order_by("-history_date", "-history_id")
    return ((kind, row) for row in rows.iterator(chunk_size=PAGE))


def entry(row: Any, kind: str) -> Entry:
    who = row.history_user.get_username() if row.history_user else "the portal"
    changes = told(changes_of(row), kind)
    reason = row.history_change_reason or ""
    return Entry(row.history_date, who, KINDS[kind][2], name_of(row), WORDS[row.history_type], changes, reason)


def name_of(row: Any) -> str:
    try:
        return str(row.instance)
    except Exception:  # noqa: BLE001 what it pointed to is gone: a name is still shown
        return f"no. {row.id}"


def told(changes: list[Change], kind: str) -> list[Change]:
    """Without what the name says; an id is told only where no label is."""
    hidden = {name.replace("_", " ") for name in IN_THE_NAME.get(kind, ())}
    label, ids = LABELLED.get(kind, ("", set()))
    if any(change.field == label for change in changes):
        hidden |= ids
    return [change for change in changes if change.field not in hidden]


def changes_of(row: Any) -> list[Change]:
    previous = row.prev_record if row.history_type == "~" else None
    if previous is None:
        return [] if row.history_type == "-" else first_values(row)
    delta = row.diff_against(previous, foreign_keys_are_objs=False)
    found: list[Change] = []
    for change in delta.changes:
        if change.field not in NOISE:
            found.extend(field_changes(change.field, change.old, change.new))
    return found


def first_values(row: Any) -> list[Change]:
    names = [field.name for field in row.tracked_fields if field.name not in NOISE]
    values = [(name, getattr(row, name, None)) for name in names]
    return [
        change
        for name, value in values
        if value not in (None, "", {}, [])
        for change in field_changes(name, None, value)
    ]


def field_changes(name: str, old: Any, new: Any) -> list[Change]:
    """Settings and options are told one by one."""
    if isinstance(old or {}, dict) and isinstance(new or {}, dict) and (old or new):
        one, other = old or {}, new or {}
        keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
        return [Change(f"{name}: {key}", words(one.get(key)), words(other.get(key))) for key in keys]
    return [Change(name.replace("_", " "), words(old), words(new))]


def words(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
