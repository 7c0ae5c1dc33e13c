"""What a configuration file would make of what is stored. Nothing is saved here."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from integrations import registry
from integrations.models import Connection, Link, Mapping, Sync, Workspace
from integrations.services.config_feed_drafts import check_feeds, drafted_feeds
from integrations.services.config_names import name_defaults, source_named
from integrations.services.config_read import ConnectionSpec, WorkspaceSpec
from integrations.services.config_rows import Rows, RowSpec
from integrations.services.config_syncs import SyncSpec
from integrations.services.config_targets import LoadTargets
from integrations.services.config_values import Reading
from integrations.services.config_yaml import Node
from integrations.services.connections import connection_missing
from integrations.services.feeds import enabled_streams
from integrations.services.mapping_resolve import resolve
from integrations.services.mapping_rows import Identity, TextRow, identity_of
from integrations.services.mapping_words import kind_named, stored_target_kind, target_kind_or_none
from integrations.syncs.base import MappingKind


@dataclass(slots=True)
class ConnectionDraft:
    """`connection` holds the values that the file gives; `before` what is stored, None for a new one."""

    spec: ConnectionSpec | None
    connection: Connection
    before: Connection | None
    targets: LoadTargets


@dataclass(slots=True)
class SyncDraft:
    """`feeds`: how the streams are configured from now on, None = as stored or declared."""

    spec: SyncSpec | None
    before: Sync | None
    source: str
    target: str
    feeds: dict[str, dict[str, Any]] | None = None

    @property
    def key(self) -> str:
        return self.spec.key if self.spec else self.before.key if self.before else ""

    @property
    def kind(self) -> str:
        return self.spec.kind.key if self.spec else self.before.kind if self.before else ""

    @property
    def enabled(self) -> set[str]:
        """Streams that would run."""
        drafted = Sync(kind=self.kind)
        stored = self.before or drafted
        drafted.feeds = stored.feeds if self.feeds is None else self.feeds
        given = self.spec.streams if self.spec else None
        drafted.streams = stored.streams if given is None else given
        return set(enabled_streams(drafted))


@dataclass(slots=True)
class Drafts:
    """`mappings`: (sync key, kind, source key) -> rows in order: together they are one decision."""

    workspace: WorkspaceSpec
    stored: Workspace | None
    connections: dict[str, ConnectionDraft] = field(default_factory=dict)
    syncs: dict[str, SyncDraft] = field(default_factory=dict)
    mappings: dict[tuple[str, str, str], list[TextRow]] = field(default_factory=dict)
    labels: dict[tuple[str, str, str], str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class Drafting:
    """Builds the drafts in order: connections, syncs, mappings. Problems go to `reading`."""

    def __init__(self, reading: Reading, workspace: WorkspaceSpec) -> None:
        self.reading = reading
        self.drafts = Drafts(workspace, Workspace.objects.filter(slug=workspace.slug).first())
        for connection in Connection.objects.filter(workspace=self.drafts.stored) if self.drafts.stored else ():
            targets = LoadTargets(connection, changed=False)
            self.drafts.connections[connection.key] = ConnectionDraft(None, connection, connection, targets)
        syncs = Sync.objects.filter(workspace=self.drafts.stored).select_related("source", "target")
        for sync in syncs if self.drafts.stored else ():
            self.drafts.syncs[sync.key] = SyncDraft(None, sync, sync.source.key, sync.target.key)

    # --- connections ------------------------------------------------------------------------------------------

    def connection(self, spec: ConnectionSpec) -> None:
        stored = self.drafts.connections.get(spec.key)
        before = stored.before if stored else None
        if before and before.vendor != spec.vendor.key:
            words = f"{spec.key} is a connection to {before.vendor}; give the one to {spec.vendor.key} another key."
            self.reading.problems.at(spec.node, words)
            return
        connection = build_connection(spec, before)
        changed = before is None or credentials_differ(connection, before) or connection.settings != before.settings
        targets = LoadTargets(connection, changed=changed)
        self.drafts.connections[spec.key] = ConnectionDraft(spec, connection, before, targets)
        lacking = connection_missing(connection)
        if lacking and not before and not self._told(spec):
            self.reading.problems.at(spec.node, f"Give {', '.join(lacking)}: {spec.vendor.label} needs it.")

    def _told(self, spec: ConnectionSpec) -> bool:
        """Whether something is wrong inside this connection already: a value that is refused is missing too."""
        inside = spec.node.path + "."
        return any(problem.path.startswith(inside) for problem in self.reading.problems)

    # --- syncs ------------------------------------------------------------------------------------------------

    def sync(self, spec: SyncSpec) -> None:
        stored = self.drafts.syncs.get(spec.key)
        before = stored.before if stored else None
        if before and before.kind != spec.kind.key:
            words = f"{spec.key} is a sync of the kind {before.kind}; give this one another key."
            self.reading.problems.at(spec.node, words)
            return
        source = self._end(spec, "source", spec.source, spec.kind.source, before.source.key if before else "")
        target = self._end(spec, "target", spec.target, spec.kind.target, before.target.key if before else "")
        if spec.kind.once and before is None:  # where an import was opened already, its sync has a key of its own
            known, ends = self.drafts.syncs, (spec.kind.key, source, target)
            same = [key for key, one in known.items() if not one.spec and (one.kind, one.source, one.target) == ends]
            before = known.pop(same[0]).before if same else None
        feeds = drafted_feeds(spec, before)
        self.drafts.syncs[spec.key] = SyncDraft(spec, before, source, target, feeds)
        if feeds is not None:
            draft = self.drafts.connections.get(source)
            self.drafts.warnings += check_feeds(self.reading, spec, feeds, draft.targets if draft else None)
        if before and (source, target) != (before.source.key, before.target.key):
            if Link.objects.filter(sync=before).exists():
                words = "This sync has linked records of its present connections. Make a new sync for other ones."
                self.reading.problems.at(spec.node, words)

    def alone(self) -> None:
        """A second sync with the same records between the same two connections would create each of them twice.

        Asked when all syncs of the file are drafted, so that it may move a stream from one to another.
        """
        for first, second in combinations(self.drafts.syncs.values(), 2):
            if doubles(first, second) and (told := second.spec or first.spec):
                other = first if second.spec else second
                words = f"The sync {other.key} already carries these records between {other.source} and "
                words += f"{other.target}; a second one would create each of them twice. Change {other.key} instead."
                self.reading.problems.at(told.node, words)

    def _end(self, spec: SyncSpec, side: str, key: str, vendor: str, stored: str) -> str:
        """The key of the connection at one end: the one named, the stored one, the only one of its vendor."""
        fitting = [name for name, draft in self.drafts.connections.items() if draft.connection.vendor == vendor]
        if not key and (stored or len(fitting) == 1):
            return stored or fitting[0]
        if key in fitting:
            return key
        node = spec.node.get(side) or spec.node
        there = f"there are {', '.join(fitting)}" if fitting else f"there is none to {vendor} in this workspace"
        say = f"{key!r} is no connection to {vendor}" if key else f"Say which connection to {vendor} is the {side}"
        self.reading.problems.at(node, f"{say}; {there}.")
        return ""

    # --- mappings ---------------------------------------------------------------------------------------------

    def mappings(self, node: Node | None) -> None:
        """A list of {sync, kind, rows}, or a map from kind to rows where the workspace has one sync."""
        if node is None or node.value is None:
            return
        if node.is_map and "rows" not in node.value:
            for kind, rows in node.items():
                self.mapping(self._sync(None, node), Node(kind, rows.line, rows.path), rows)
            return
        for item in node.value if node.is_list else [node]:
            if not item.is_map:
                self.reading.problems.at(item, "This must be a map with sync, kind and rows.")
                continue
            self.reading.only(item, ("sync", "kind", "rows"))
            sync = self._sync(item.get("sync"), item)
            self.mapping(sync, item.get("kind"), item.get("rows") or Node(None, item.line, item.path))

    def sync_mappings(self, spec: SyncSpec) -> None:
        """Mappings written inside their sync."""
        node, draft = spec.node.get("mappings"), self.drafts.syncs.get(spec.key)
        if draft and draft.spec is spec and draft.target in self.drafts.connections:
            name_defaults(self.reading, spec, self.drafts.connections[draft.target].targets)
        if node is None or draft is None or draft.spec is not spec:
            return
        pairs = list(node.items()) if node.is_map and "rows" not in node.value else []
        for item in node.value if node.is_list else [] if pairs else [node]:
            self.reading.only(item, ("kind", "rows"))
            self.mapping(draft, item.get("kind"), item.get("rows") or Node(None, item.line, item.path))
        for kind, rows in pairs:
            self.mapping(draft, Node(kind, rows.line, rows.path), rows)

    def _sync(self, node: Node | None, where: Node) -> SyncDraft | None:
        syncs, text = self.drafts.syncs, self.reading.text(node)
        if text in syncs:
            return syncs[text]
        if not text and len(syncs) == 1:
            return next(iter(syncs.values()))
        there = f"there are {', '.join(syncs)}" if syncs else "this workspace has none"
        words = f"There is no sync {text!r}; {there}." if text else f"Say which sync these mappings are for; {there}."
        self.reading.problems.at(node or where, words)
        return None

    def mapping(self, sync: SyncDraft | None, kind: Node | None, rows: Node) -> None:
        if sync is None:
            return
        declared = self._kind(sync, kind, rows)
        source, target = (self.drafts.connections.get(key) for key in (sync.source, sync.target))
        if declared is None or source is None or target is None:
            return
        vendors = (source.connection.vendor, target.connection.vendor)
        stored = stored_identities(sync, declared)
        for row in Rows(self.reading, declared, vendors).parse(rows):
            self._row(sync, declared, row, target.targets, stored)
        if target.targets.failed and not target.targets.has(declared.target_kinds):
            words = f"Targets could not be looked up and stand as written. {target.targets.failed}"
            self.drafts.warnings += [words] if words not in self.drafts.warnings else []

    def _kind(self, sync: SyncDraft, node: Node | None, where: Node) -> MappingKind | None:
        kind = sync.spec.kind if sync.spec else registry.sync(sync.before.kind) if sync.before else None
        try:
            return kind_named(kind, self.reading.text(node)) if kind else None
        except ValueError as error:
            self.reading.problems.at(node or where, str(error))
            return None

    def _named(self, sync: SyncDraft, kind: MappingKind, row: RowSpec) -> RowSpec:
        """Of an import: people write names of what the source knows by ids."""
        source = self.drafts.connections[sync.source].before
        if source is None or not registry.sync(sync.kind).once:
            return row
        try:
            named = source_named(kind, source, row.source)
        except ValueError as error:
            self.reading.problems.at(row.node, str(error))
            return row
        if named.warning:
            self.drafts.warnings.append(f"Line {row.node.line}: {named.warning}")
        return replace(row, source=named.id or row.source, source_label=row.source_label or named.label)

    def _row(
        self, sync: SyncDraft, kind: MappingKind, row: RowSpec, targets: LoadTargets, stored: set[Identity]
    ) -> None:
        row = self._named(sync, kind, row)
        state = Mapping.State.IGNORED if row.ignore else Mapping.State.CONFIRMED
        word = target_kind_or_none(kind, row.kind) if row.kind else ""
        text = TextRow(
            kind, row.source[:500], row.qualifier, row.target, stored_target_kind(kind, word or ""), row.label, state
        )
        if row.target and text.identity not in stored:
            try:
                found = resolve(kind, row.target, row.kind, targets)
            except ValueError as error:
                self.reading.problems.at(row.node, str(error))
                return
            text = TextRow(
                kind, row.source[:500], row.qualifier, found.id[:255], found.kind, found.label or row.label, state
            )
        key = (sync.key, kind.key, text.identity[1])
        rows = self.drafts.mappings.setdefault(key, [])
        if row.source_label:
            self.drafts.labels[key] = row.source_label
        if any(one.identity == text.identity for one in rows):
            self.reading.problems.at(row.node, f"{row.source!r} is mapped to {row.target or 'nothing'!r} twice.")
        elif rows and (not kind.qualified or row.ignore or any(not one.target for one in rows)):
            self.reading.problems.at(row.node, f"{row.source!r} stands here twice; keep one row for it.")
        else:
            rows.append(text)


def doubles(one: SyncDraft, other: SyncDraft) -> bool:
    same = (one.kind, one.source, one.target) == (other.kind, other.source, other.target)
    return same and bool(one.source) and bool(one.enabled & other.enabled)


def build_connection(spec: ConnectionSpec, before: Connection | None) -> Connection:
    """The connection with the file's values, not saved."""
    connection = copy.copy(before) if before else Connection(key=spec.key, vendor=spec.vendor.key)
    connection.name = spec.name or (before.name if before else spec.vendor.label)
    merged = {**(before.settings if before else {}), **spec.settings}
    connection.settings = {name: value for name, value in merged.items() if value}
    given = {name: value for name, value in spec.credentials.items() if value}
    connection.credentials = {**(before.credentials if before else {}), **given}
    return connection


def credentials_differ(one: Connection, other: Connection) -> bool:
    return bool(one.credentials != other.credentials)


def stored_identities(sync: SyncDraft, kind: MappingKind) -> set[Identity]:
    rows: Any = Mapping.objects.filter(sync=sync.before, kind=kind.key) if sync.before else ()
    return {identity_of(row) for row in rows if row.state == Mapping.State.CONFIRMED}
