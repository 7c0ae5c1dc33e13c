"""Writing a workspace as the YAML that `config_load` takes. Credentials are written as `env:` placeholders."""

from __future__ import annotations

import re
from typing import Any

import yaml

from integrations import registry
from integrations.models import Connection, FieldRule, Mapping, Sync, Workspace
from integrations.services.config_apply import effective_options
from integrations.services.feeds import is_configured, stored_feeds
from integrations.services.mappings import field_rules
from integrations.syncs.base import FieldRule as DeclaredRule


def config_dump(workspace: Workspace) -> str:
    """The workspace's connections, syncs and decided mappings; suggestions and undecided values are left out.

    Loading it where it was written, with the credentials in the environment, changes nothing.
    """
    syncs = list(workspace.syncs.select_related("source", "target").order_by("key"))
    data = {
        "workspace": {
            "slug": workspace.slug, "name": workspace.name, "time_zone": workspace.time_zone,
            "notify": workspace.notify,
        },
        "connections": [_connection(workspace, one) for one in workspace.connections.order_by("key")],
        "syncs": [_sync(sync) for sync in syncs],
        "mappings": [part for sync in syncs for part in _mappings(sync)],
    }  # fmt: skip
    head = f"# Workspace {workspace.slug}. Load it with: manage.py config load FILE\n"
    names = [name for item in data["connections"] for name in item.get("credentials", {}).values()]  # type: ignore[attr-defined]
    if names:
        head += f"# Credentials are read from the environment: {', '.join(name[4:] for name in names)}\n"
    return head + yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Every text that could be read as something else is quoted; repeated parts are written out."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def env_name(*parts: str) -> str:
    """ACME_ACCELO_CLIENT_SECRET"""
    return re.sub(r"\W|_", "_", "_".join(parts), flags=re.ASCII).upper()


def _connection(workspace: Workspace, connection: Connection) -> dict[str, Any]:
    names = [item.name for item in registry.vendor(connection.vendor).credentials]
    credentials = {
        name: f"env:{env_name(workspace.slug, connection.key, name)}"
        for name in names
        if connection.credentials.get(name)
    }
    known = {item.name for item in registry.vendor(connection.vendor).settings}
    settings = {name: str(value) for name, value in connection.settings.items() if value and name in known}
    head = {"key": connection.key, "vendor": connection.vendor, "name": connection.name, "settings": settings}
    return head | ({"credentials": credentials} if credentials else {})


def _sync(sync: Sync) -> dict[str, Any]:
    data = {
        "key": sync.key, "kind": sync.kind, "source": sync.source.key, "target": sync.target.key, "name": sync.name,
        "enabled": sync.enabled, "schedule": sync.schedule, "options": effective_options(sync, sync.options),
    }  # fmt: skip
    data["streams"] = _streams(sync)
    fields = _fields(sync)
    return data | ({"fields": fields} if fields else {})


def _fields(sync: Sync) -> list[dict[str, str]]:
    """Of the rules that an admin set: what holds."""
    chosen = FieldRule.objects.filter(sync=sync).order_by("target").values_list("target", flat=True)
    now = field_rules(sync)
    return [_field(now[target]) for target in chosen if target in now]


def _field(rule: DeclaredRule) -> dict[str, str]:
    if rule.winner is None:
        return {"target": rule.target, "source": rule.source, "policy": rule.policy}
    return {"target": rule.target, "direction": rule.direction, "winner": rule.winner, "blank": rule.blank}


def _streams(sync: Sync) -> list[Any]:
    """Keys; where streams are configured all of them with what holds."""
    kind = registry.sync(sync.kind)
    if not is_configured(kind):
        return sync.streams or [stream.key for stream in kind.streams]
    rows = [{"key": key, **feed} for key, feed in stored_feeds(kind, sync.feeds).items()]
    return [{name: value for name, value in row.items() if name != "choice" or value} for row in rows]


def _mappings(sync: Sync) -> list[dict[str, Any]]:
    parts = []
    decided = Mapping.objects.filter(sync=sync, state__in=[Mapping.State.CONFIRMED, Mapping.State.IGNORED])
    for kind in registry.sync(sync.kind).mapping_kinds:
        rows = [_row(row) for row in decided.filter(kind=kind.key).order_by("source_key", "position", "pk")]
        if rows:
            parts.append({"sync": sync.key, "kind": kind.key, "rows": rows})
    return parts


def _row(row: Mapping) -> dict[str, Any]:
    data: dict[str, Any] = {"source": row.source_value}
    if row.qualifier:
        data["qualifier"] = row.qualifier
    if row.state == Mapping.State.IGNORED:
        return {**data, "ignore": True}
    data["target"] = row.target_id
    if row.target_kind:
        data["target_kind"] = row.target_kind
    if row.target_label:
        data["target_label"] = row.target_label
    return data
