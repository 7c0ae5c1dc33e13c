"""The admin's pages, one module for each model file. Imported by Django when it looks for admin classes."""

from integrations.admin import (
    conflicts,
    connections,
    incidents,
    intents,
    mappings,
    queue,
    runs,
    sign_in,
    syncs,
    tag_lists,
    tag_uploads,
    tags,
    users,
    workspaces,
)

__all__ = [
    "conflicts",
    "connections",
    "incidents",
    "intents",
    "mappings",
    "queue",
    "runs",
    "sign_in",
    "syncs",
    "tag_lists",
    "tag_uploads",
    "tags",
    "users",
    "workspaces",
]
