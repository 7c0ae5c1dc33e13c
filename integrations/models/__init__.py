"""The portal's tables. Constraints stand in the database; no logic in `save()`, no signals."""

from integrations.models.conflicts import FieldConflict
from integrations.models.connections import Budget, Connection, Reference
from integrations.models.files import FilePiece, StoredFile
from integrations.models.imports import Import
from integrations.models.incidents import Incident
from integrations.models.mail import Message, MessageAttachment
from integrations.models.mappings import FieldRule, Mapping
from integrations.models.runs import Run, RunItem
from integrations.models.syncs import Cursor, Intent, Link, Sync
from integrations.models.tags import Tag, TagChange, TagList, TagRejection, TagTarget, TagUpload, TagUploadFile
from integrations.models.workers import WorkerBeat
from integrations.models.workspaces import Membership, Workspace

__all__ = [
    "Budget",
    "Connection",
    "Cursor",
    "FieldConflict",
    "FieldRule",
    "FilePiece",
    "Import",
    "Incident",
    "Intent",
    "Link",
    "Mapping",
    "Membership",
    "Message",
    "MessageAttachment",
    "Reference",
    "Run",
    "RunItem",
    "StoredFile",
    "Sync",
    "Tag",
    "TagChange",
    "TagList",
    "TagRejection",
    "TagTarget",
    "TagUpload",
    "TagUploadFile",
    "WorkerBeat",
    "Workspace",
]
