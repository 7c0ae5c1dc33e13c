"""The demo's imports: urgent tickets carried over by the workers, and an import of sales for the visitor to prepare."""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model

from integrations import registry
from integrations.management.demo import ADMIN, OBVIOUS, WORKSPACE, Tell
from integrations.management.running import POLL, wait_until_ended
from integrations.models import Import, Mapping, Message, Sync, Workspace
from integrations.services.config import sync_load
from integrations.services.import_lists import import_read
from integrations.services.import_steps import steps_of
from integrations.services.imports import import_change, import_open, import_start, import_sync
from integrations.services.mappings import mappings_confirm

FILE = Path(__file__).resolve().parent / "demo_import.yaml"
KIND = "salesforce_accelo_import"
ENDING_SECONDS = 10.0


def show_import(tell: Tell) -> Import | None:
    """The one that was carried out. None when somebody has opened an import already."""
    workspace = Workspace.objects.get(slug=WORKSPACE)
    if Import.objects.filter(workspace=workspace).exists():
        return None
    tell("\nImporting urgent tickets from Salesforce into Accelo through the workers.")
    sync = import_sync(workspace, registry.sync(KIND), "salesforce", "accelo")
    done = carried_out(sync, tell)
    said = done.run.message if done.run else ""
    if done.state != Import.State.ENDED:
        tell(f"  It has not ended yet: {said} It goes on by itself; see Import Data.")
        return done
    tell(f"  {said}. {told_by_mail(done)}".rstrip())
    tell(f"  {left_open(sync, done)}")
    return done


def carried_out(sync: Sync, tell: Tell) -> Import:
    """The mapping file and the obvious suggestions decide; what they leave open waits, and nothing else does."""
    user = get_user_model().objects.get(username=ADMIN)
    draft = import_open(sync=sync, kinds=["tickets"], user=user)
    import_read(draft)
    tell(f"Decided by {FILE.relative_to(settings.BASE_DIR)} and by equal e-mail addresses.")
    sync_load(sync, FILE.read_text(encoding="utf-8"))
    mappings_confirm(
        Mapping.objects.filter(sync=sync, kind="user", state=Mapping.State.SUGGESTED, confidence__gte=OBVIOUS)
    )
    wait_until_ended(import_start(draft=draft, user=user), tell)
    deadline = time.monotonic() + ENDING_SECONDS
    while draft.state == Import.State.RUNNING and time.monotonic() < deadline:
        time.sleep(POLL / 5)  # the worker ends it, and owes its e-mail, right after its run
        draft.refresh_from_db()
    return draft


def told_by_mail(done: Import) -> str:
    message = Message.objects.filter(workspace=done.workspace, kind="import_ended").last()
    to = ", ".join(message.recipients) if message else ""
    return f"An e-mail to {to} tells it, with what was not imported and why; it is under E-mails too." if to else ""


def left_open(sync: Sync, done: Import) -> str:
    """A draft for sales. All tickets take part from now on: the next import brings the others."""
    sync.refresh_from_db()
    sync.options = {name: value for name, value in sync.options.items() if name != "tickets_where"}
    sync.save(update_fields=["options"])
    draft = import_open(sync=sync, kinds=["sales"], user=done.created_by)
    import_change(draft, read_at=done.read_at)
    steps = [f"{step.step.label}: {len(step.undecided)} of {len(step.values)} undecided" for step in steps_of(draft)]
    return f"An import of sales waits for you under Import Data ({', '.join(steps).lower()})."
