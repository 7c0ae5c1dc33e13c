"""django-q2 entry points: each takes an id, calls one service."""

from __future__ import annotations

from integrations.services import import_lists, mappings, runs, tag_work, watch, work, workers


def run_sync(run_id: int) -> str:
    """Work on one queued run for a slice of time. A no-op when it is finished or another worker has it."""
    return work.run_work(run_id)


def tag_upload(upload_id: int) -> str:
    """Do the next step of one queued upload of tags. A no-op when it is finished or another worker has it."""
    return tag_work.upload_work(upload_id)


def sync_due(sync_id: int, due: str = "") -> str:
    """A schedule came due: queue a run for that moment, once."""
    return runs.run_due(sync_id, due)


def reap() -> str:
    """Every minute: revive runs whose worker vanished, take up held ones, raise silence alarms."""
    return watch.watch()


def canary(name: str) -> str:
    """Prove that this cluster's workers still take tasks."""
    return workers.canary_touch(name)


def refresh_mappings(sync_id: int) -> str:
    """Read what can be mapped at both vendors, and suggest."""
    return mappings.refresh_by_id(sync_id)


def read_import(import_id: int) -> str:
    """Read what an import can map at both vendors, and suggest."""
    return import_lists.import_read_by_id(import_id)
