"""The demo's companies and contacts: compared by the workers and left to the visitor to decide."""

from __future__ import annotations

from integrations.management.demo import SHOWN_ONLY, WORKSPACE, Tell
from integrations.management.running import wait_until_ended
from integrations.models import Run, Sync
from integrations.services.runs import run_enqueue


def show_directory(tell: Tell) -> Run | None:
    """A preview of the first run. None when the sync is gone or somebody has run it already."""
    sync = Sync.objects.filter(workspace__slug=WORKSPACE, key=SHOWN_ONLY).first()
    if sync is None or Run.objects.filter(sync=sync).exists():
        return None
    tell(f"\nComparing Salesforce and Accelo for {sync.name} through the workers; nothing is written.")
    run = wait_until_ended(run_enqueue(sync=sync, kind=Run.Kind.PREVIEW, trigger="command"), tell)
    tell(f"  {run.message}. It waits for you under Syncs, {sync.name}, Matching.")
    return run
