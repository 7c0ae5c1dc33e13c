"""Storing the drafts of a configuration file: only what differs, each change told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations import registry
from integrations.models import Connection, FieldRule, Mapping, Sync, Workspace
from integrations.services.conditions import condition_text
from integrations.services.config_drafts import ConnectionDraft, Drafts, SyncDraft
from integrations.services.config_fields import FieldSpec
from integrations.services.connections import connection_save
from integrations.services.feeds import feed_words, stored_feeds
from integrations.services.mapping_rows import TextRow, identity_of, new_row, row_fill
from integrations.services.mappings import DECIDED, field_rules
from integrations.services.matching import matching_forget
from integrations.services.syncs import schedule_install, sync_create

Note = Callable[[str, str], None]
"""Called with where and what for each change."""


def apply_workspace(drafts: Drafts, note: Note) -> Workspace:
    spec, workspace = drafts.workspace, drafts.stored
    if workspace is None:
        workspace = Workspace(slug=spec.slug, name=spec.name or spec.slug.replace("-", " ").capitalize())
        note("workspace", "created")
    before = (workspace.name, workspace.time_zone, workspace.notify)
    workspace.name = spec.name if spec.name and spec.node and spec.node.is_map else workspace.name
    workspace.time_zone = spec.time_zone or workspace.time_zone
    workspace.notify = workspace.notify if spec.notify is None else spec.notify
    after = (workspace.name, workspace.time_zone, workspace.notify)
    if workspace.pk:
        for name, old, new in zip(("name", "time_zone", "notify"), before, after, strict=True):
            if old != new:
                note(f"workspace.{name}", f"{shown(old)} → {shown(new)}")
    if not workspace.pk or before != after:
        workspace.save()
    return workspace


def shown(value: Any) -> str:
    """A value for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "; and ".join(condition_text(row) for row in value)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "(all)"
    return str(value) if value not in ("", None) else "(none)"


# --- connections --------------------------------------------------------------------------------------------------


def apply_connection(workspace: Workspace, draft: ConnectionDraft, note: Note) -> Connection:
    """New settings of address or way of signing in end the old tokens, as new credentials do."""
    spec = draft.spec
    if spec is None:
        return draft.connection
    where = f"connections.{spec.key}"
    before = draft.before
    credentials = {name: value for name, value in spec.credentials.items() if value}
    if before is None:
        connection = draft.connection
        connection.workspace, connection.credentials = workspace, {}
        connection_save(connection=connection, credentials=credentials)
        note(where, "created")
        return connection
    changed = [name for name, value in credentials.items() if before.credentials.get(name) != value]
    settings = differences(before.settings, draft.connection.settings)
    for name in changed:
        note(f"{where}.credentials.{name}", "changed")
    for name, (old, new) in settings.items():
        hidden = name in spec.from_env
        note(f"{where}.settings.{name}", "changed" if hidden else f"{shown(old)} → {shown(new)}")
    if before.name != draft.connection.name:
        note(f"{where}.name", f"{before.name} → {draft.connection.name}")
    if changed or settings or before.name != draft.connection.name:
        before.name, before.settings = draft.connection.name, draft.connection.settings
        if any(name.endswith("_url") or name == "auth" for name in settings):
            before.tokens = {}
        connection_save(connection=before, credentials=credentials)
    return before


def differences(old: dict[str, Any], new: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (old.get(name), new.get(name)) for name in {**old, **new} if old.get(name) != new.get(name)}


# --- syncs --------------------------------------------------------------------------------------------------------


def apply_sync(workspace: Workspace, draft: SyncDraft, connections: dict[str, Connection], note: Note) -> Sync:
    spec = draft.spec
    if spec is None:
        raise ValueError("Only what the file names is applied.")
    where = f"syncs.{spec.key}"
    values: dict[str, Any] = {"source": connections[draft.source], "target": connections[draft.target]}
    values |= {"name": spec.name, "enabled": spec.enabled, "schedule": spec.schedule, "streams": spec.streams}
    values["feeds"] = draft.feeds
    given = {name: value for name, value in values.items() if value is not None}
    if draft.before is None:
        given.setdefault("name", spec.kind.label)
        sync = sync_create(workspace=workspace, key=spec.key, kind=spec.kind.key, options=spec.options, **given)
        note(where, "created")
    else:
        sync = _change_sync(draft.before, {**given, "options": {**draft.before.options, **spec.options}}, where, note)
    for field in spec.fields:
        _apply_field(sync, field, f"{where}.fields", note if draft.before else _quiet)
    return sync


def _quiet(where: str, change: str) -> None:
    """The parts of something new are not told one by one."""


def _change_sync(sync: Sync, values: dict[str, Any], where: str, note: Note) -> Sync:
    declared = {name: value for name, value in values.items() if name not in ("options", "feeds")}
    changed = {name: value for name, value in declared.items() if getattr(sync, name) != value}
    for name, value in changed.items():
        note(f"{where}.{name}", f"{shown(getattr(sync, name))} → {shown(value)}")
    if "feeds" in values and _feeds_differ(sync, values["feeds"], where, note):
        changed["feeds"] = values["feeds"]
    options = differences(effective_options(sync, sync.options), effective_options(sync, values["options"]))
    for name, (old, new) in options.items():
        note(f"{where}.options.{name}", f"{shown(old)} → {shown(new)}")
    if changed or options:
        for name, value in {**changed, "options": values["options"]}.items():
            setattr(sync, name, value)
        sync.save()
        schedule_install(sync)
        if options.get("read_only") == (True, False):
            matching_forget(sync)
    return sync


def _feeds_differ(sync: Sync, feeds: dict[str, Any], where: str, note: Note) -> bool:
    """Each changed stream is told as people read it on the Configure page."""
    kind = registry.sync(sync.kind)
    streams = {stream.key: stream for stream in kind.streams}
    differing = differences(stored_feeds(kind, sync.feeds), feeds)
    for key, (old, new) in differing.items():
        words = [feed_words(streams[key], one) for one in (old, new)]
        note(f"{where}.streams.{key}", " → ".join(words) if words[0] != words[1] else "changed")
    return bool(differing)


def effective_options(sync: Sync, options: dict[str, Any]) -> dict[str, Any]:
    """With declared defaults; lists as JSON has them."""
    declared = registry.sync(sync.kind).options
    values = {option.name: options.get(option.name, option.default) for option in declared}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _apply_field(sync: Sync, field: FieldSpec, where: str, note: Note) -> None:
    present = field_rules(sync)[field.rule.target]
    names = ("direction", "winner", "blank") if field.rule.winner else ("source", "policy")
    before = {name: getattr(present, name) for name in names}
    after = {name: getattr(field, name) or value for name, value in before.items()}
    if before == after:
        return
    FieldRule.objects.update_or_create(sync=sync, target=field.rule.target, defaults=after)
    note(f"{where}.{field.rule.target}", f"{', '.join(before.values())} → {', '.join(after.values())}")


# --- mappings -----------------------------------------------------------------------------------------------------


def apply_mappings(drafts: Drafts, syncs: dict[str, Sync], note: Note) -> None:
    """The file's rows for a value become all its rows; values that the file does not name keep theirs.

    A value's rows are one decision (a category with a type for each tax), so they are replaced together. Values that a
    file leaves out were often decided on the page since the file was written: dropping them would undo that work.
    """
    for (key, kind, source_key), rows in drafts.mappings.items():
        sync = syncs[key]
        stored = list(Mapping.objects.filter(sync=sync, kind=kind, source_key=source_key).order_by("position", "pk"))
        label = drafts.labels.get((key, kind, source_key), "")
        before = decision(stored)
        if before != decision_of(rows) or (label and any(row.source_label != label for row in stored)):
            now = ", ".join(row.label or row.target or "left out" for row in rows)
            note(f"mappings.{key}.{kind}.{rows[0].source}", f"{_words(stored)} → {now}")
            _replace(sync, stored, rows, label)


def decision(stored: list[Mapping]) -> list[tuple[str, ...]]:
    """What is decided, in order; undecided rows decide nothing."""
    decided = [row for row in stored if row.state in DECIDED]
    return [(*identity_of(row), row.state) for row in decided]


def decision_of(rows: list[TextRow]) -> list[tuple[str, ...]]:
    return [(*row.identity, row.state) for row in rows]


def _words(stored: list[Mapping]) -> str:
    decided = [row for row in stored if row.state in DECIDED]
    return ", ".join(row.target_label or row.target_id or "left out" for row in decided) or "not mapped"


def _replace(sync: Sync, stored: list[Mapping], rows: list[TextRow], label: str) -> None:
    """Rows that stay are kept, others are filled with what is new or deleted."""
    fitting = {identity_of(row): row for row in stored}
    kept = [fitting.pop(row.identity, None) for row in rows]
    spare = list(fitting.values())
    for left in spare[sum(one is None for one in kept) :]:
        left.delete()
    for position, (row, present) in enumerate(zip(rows, kept, strict=True)):
        mapping = present or (spare.pop(0) if spare else new_row(sync, row))
        moved = len(rows) > 1 and mapping.position != position
        mapping.position = position if len(rows) > 1 else mapping.position
        mapping.source_label = label or mapping.source_label or row.source
        if not row_fill(mapping, row) and (moved or label):
            mapping.save()
