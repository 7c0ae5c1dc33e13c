"""The admin's pages, one module for each model file. Imported by Django when it looks for admin classes."""

from integrations.admin import (
    conflicts,
    connections,
    imports,
    incidents,
    intents,
    mail,
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
    "imports",
    "incidents",
    "intents",
    "mail",
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
