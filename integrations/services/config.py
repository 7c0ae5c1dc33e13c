"""A workspace's configuration as one YAML file: loading it as a whole or not at all, and writing what loading takes.

config_yaml.py    the file with line numbers      config_values.py   checked values
config_read.py    workspace, connections          config_syncs.py    syncs
config_feeds.py   their configured streams        config_filters.py  and the filters of these
config_rows.py    mapping rows as people write    config_targets.py  what their targets mean
config_drafts.py  compared with what is stored    config_feed_drafts.py  the streams of these
config_apply.py   stored                          config_dump.py     written
config_one_sync.py  files with options and mappings of one sync only
config_names.py   what is called by name in them and known by id
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from integrations.core.errors import PortalError
from integrations.models import Connection, Sync, Workspace
from integrations.services.config_apply import apply_connection, apply_mappings, apply_sync, apply_workspace
from integrations.services.config_drafts import Drafting, Drafts
from integrations.services.config_dump import config_dump
from integrations.services.config_one_sync import read_table, sync_root
from integrations.services.config_read import read_connections, read_workspace
from integrations.services.config_syncs import read_syncs
from integrations.services.config_values import Reading
from integrations.services.config_yaml import Node, read_yaml
from integrations.services.import_picks import picks_settled

__all__ = ["ConfigRefused", "Loaded", "config_dump", "config_load", "sync_load"]

TOP = ("workspace", "connections", "syncs", "mappings")


class ConfigRefused(Exception):
    """The file was not loaded and nothing was changed. `errors`: all of [{"where", "message"}], by line."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{error['where']}: {error['message']}" for error in errors))
        self.errors = errors


@dataclass(slots=True)
class Loaded:
    """`changes`: [{"where", "change"}], empty when all stood so already. `connections`: those the file names."""

    workspace: Workspace
    changes: list[dict[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)


def config_load(text: str, *, environ: Mapping[str, str] | None = None) -> Loaded:
    """Make the workspace agree with the file, in one transaction. What the file does not name stays as it is.

    `environ`: where `env:NAME` values are read from (default: the process's own environment). The vendors are called
    only to look up targets that are written by name and not cached; never inside the transaction.
    Raises ConfigRefused with every error of the file.
    """
    return config_store(config_check(text, environ))


def sync_load(sync: Sync, text: str, *, table: bool = False, environ: Mapping[str, str] | None = None) -> Loaded:
    """The same for a file that holds nothing but options and mappings of this sync, as `options` and `mappings` or as
    the mappings alone. `table`: it is a CSV file with the columns of an export of mappings."""
    reading = Reading(environ)
    root = read_table(text, reading.problems) if table else read_yaml(text, reading.problems)
    if root is None or reading.problems:
        raise ConfigRefused(reading.problems.errors() or [{"where": "", "message": "The file is empty."}])
    drafts = draft_all(reading, sync_root(sync, root))
    for draft in drafts.syncs.values():
        if draft.spec:
            draft.spec.options = _settled(sync, draft.spec.options)
    return config_store(drafts)


def _settled(sync: Sync, options: dict[str, Any]) -> dict[str, Any]:
    try:
        return picks_settled(sync, options)
    except PortalError as error:
        raise ConfigRefused([{"where": "options", "message": error.message}]) from None


def config_store(drafts: Drafts) -> Loaded:
    """What was checked, in one transaction."""
    changes: list[dict[str, str]] = []

    def note(where: str, change: str) -> None:
        changes.append({"where": where, "change": change})

    with transaction.atomic():
        workspace = apply_workspace(drafts, note)
        connections = {
            key: apply_connection(workspace, draft, note) for key, draft in drafts.connections.items()
        }  # fmt: skip
        for key, draft in drafts.connections.items():
            draft.targets.store(connections[key])
        syncs = {key: draft.before for key, draft in drafts.syncs.items() if draft.before}
        named = [draft for draft in drafts.syncs.values() if draft.spec]
        syncs |= {draft.key: apply_sync(workspace, draft, connections, note) for draft in named}
        apply_mappings(drafts, syncs, note)
    tested = [connections[key] for key, draft in drafts.connections.items() if draft.spec]
    return Loaded(workspace, changes, drafts.warnings, tested)


def config_check(text: str, environ: Mapping[str, str] | None = None) -> Drafts:
    """The whole file checked against itself and what is stored. Raises ConfigRefused."""
    reading = Reading(environ)
    root = read_yaml(text, reading.problems)
    if root is not None and not root.is_map:
        reading.problems.at(root, "The file must be a map with workspace, connections, syncs and mappings.")
    if root is None or not root.is_map:
        raise ConfigRefused(reading.problems.errors())
    return draft_all(reading, root)


def draft_all(reading: Reading, root: Node) -> Drafts:
    """Raises ConfigRefused with all that is wrong."""
    reading.only(root, TOP)
    drafting = Drafting(reading, read_workspace(reading, root.get("workspace"), root))
    for connection in read_connections(reading, root.get("connections")):
        drafting.connection(connection)
    syncs = read_syncs(reading, root.get("syncs"))
    for sync in syncs:
        drafting.sync(sync)
    drafting.alone()
    drafting.mappings(root.get("mappings"))
    for sync in syncs:
        drafting.sync_mappings(sync)
    if reading.problems:
        raise ConfigRefused(reading.problems.errors())
    return drafting.drafts
