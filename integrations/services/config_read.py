"""Workspace and connections of a configuration file, checked. What is stored plays no part here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import slugify

from integrations import registry
from integrations.models.workspaces import validate_addresses, validate_time_zone
from integrations.services.config_values import ENV, Reading, setting_value
from integrations.services.config_yaml import Node
from integrations.services.mapping_words import nearest, plain_word
from integrations.vendors.base import Setting, Vendor


@dataclass(slots=True)
class WorkspaceSpec:
    """None = not said."""

    slug: str
    name: str | None = None
    time_zone: str | None = None
    notify: str | None = None
    node: Node | None = None


@dataclass(slots=True)
class ConnectionSpec:
    """`settings` and `credentials` by declared name; '' takes a value back to its default. `from_env`: names whose
    value must not be shown because it came from the environment."""

    key: str
    vendor: Vendor
    node: Node
    name: str | None = None
    settings: dict[str, str] = field(default_factory=dict)
    credentials: dict[str, str] = field(default_factory=dict)
    from_env: set[str] = field(default_factory=set)


def read_workspace(reading: Reading, node: Node | None, root: Node) -> WorkspaceSpec:
    """A text is the slug, or a name from which the slug is made."""
    if node is None or node.value is None or node.is_list:
        reading.problems.at(node or root, "Say which workspace this is: workspace: acme.")
        return WorkspaceSpec("")
    if node.is_text:
        return _short_workspace(reading, node)
    reading.only(node, ("slug", "name", "time_zone", "notify"))
    name = reading.text(node.get("name")) or None
    text = reading.text(node.get("slug")) or slugify(name or "")
    if not text:
        reading.problems.at(node, "The workspace needs a slug, such as acme.")
    zone = reading.text(node.get("time_zone")) or None
    notify = _addresses(reading, node.get("notify"))
    for value, key, check in ((zone, "time_zone", validate_time_zone), (notify, "notify", validate_addresses)):
        _validated(reading, node.get(key), value, check)
    return WorkspaceSpec(reading.slug(node.get("slug") or node, text), name, zone, notify, node)


def _short_workspace(reading: Reading, node: Node) -> WorkspaceSpec:
    text = reading.text(node)
    slug = text if text == slugify(text) else slugify(text)
    if not slug:
        reading.problems.at(node, "The workspace needs a slug, such as acme.")
    return WorkspaceSpec(reading.slug(node, slug), text if text != slug else None, node=node)


def _addresses(reading: Reading, node: Node | None) -> str | None:
    if node is None:
        return None
    return ", ".join(reading.text(item) for item in node.value) if node.is_list else reading.text(node)


def _validated(reading: Reading, node: Node | None, value: str | None, check: Any) -> None:
    try:
        if node and value:
            check(value)
    except ValidationError as error:
        reading.problems.at(node, " ".join(error.messages))  # type: ignore[arg-type]


def read_connections(reading: Reading, node: Node | None) -> list[ConnectionSpec]:
    found: dict[str, ConnectionSpec] = {}
    for item in reading.items(node):
        spec = _read_connection(reading, item)
        if spec and spec.key in found:
            reading.problems.at(item, f"Two connections have the key {spec.key!r}; give each its own.")
        elif spec:
            found[spec.key] = spec
    return list(found.values())


def _read_connection(reading: Reading, node: Node) -> ConnectionSpec | None:
    reading.only(node, ("key", "vendor", "name", "settings", "credentials"))
    key = reading.text(node.get("key"))
    vendor = _vendor(reading, node, reading.text(node.get("vendor")) or key)
    if vendor is None:
        return None
    spec = ConnectionSpec(reading.slug(node, key or vendor.key), vendor, node, reading.text(node.get("name")) or None)
    for part in ("settings", "credentials"):
        values = node.get(part)
        if values and values.value is not None and not values.is_map:
            reading.problems.at(values, f"{part} must be a map from name to value, not {values.describe()}.")
        for name, value in values.items() if values else ():
            _read_value(reading, spec, name, value)
    return spec


def _vendor(reading: Reading, node: Node, text: str) -> Vendor | None:
    vendors = registry.vendors()
    for vendor in vendors:
        if plain_word(text) in (plain_word(vendor.key), plain_word(vendor.label)):
            return vendor
    keys = [vendor.key for vendor in vendors]
    where = node.get("vendor") or node.get("key") or node
    reading.problems.at(where, f"There is no vendor {text!r}; there are {', '.join(keys)}.{nearest(text, keys)}")
    return None


def _read_value(reading: Reading, spec: ConnectionSpec, name: str, node: Node) -> None:
    """A name decides whether it is a setting or a credential, wherever it stands: no name is both."""
    found = _declared(spec.vendor, name)
    if found is None:
        names = [item.name for item in (*spec.vendor.settings, *spec.vendor.credentials)]
        words = f"{spec.vendor.label} has no setting {name!r}; it has {', '.join(names)}.{nearest(name, names)}"
        reading.problems.at(node, words)
        return
    declared, values = found[0], spec.credentials if found[1] else spec.settings
    if declared.name in values:
        reading.problems.at(node, f"{declared.name} stands twice in this connection; keep one.")
    if node.is_text and node.value.strip().startswith(ENV):
        spec.from_env.add(declared.name)
    values[declared.name] = setting_value(reading, node, declared)


def _declared(vendor: Vendor, name: str) -> tuple[Setting, bool] | None:
    """The setting, and whether it is a credential."""
    for items, credential in ((vendor.settings, False), (vendor.credentials, True)):
        for item in items:
            if item.name == name:
                return item, credential
    return None
