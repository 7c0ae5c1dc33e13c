"""What notices that nothing happens: dead workers, runs that never came, runs nobody took.

Called each minute by a worker, and by the web process at most once a minute, so that workers that are all dead are
noticed by somebody.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone

from integrations.models import Run, TagUpload, WorkerBeat, Workspace
from integrations.services import incidents, mail, workers
from integrations.services.files import files_expire
from integrations.services.imports import imports_settle
from integrations.services.mail_watch import mail_check
from integrations.services.runs import runs_reap
from integrations.services.syncs import silence_check
from integrations.services.tag_standing import uploads_reap

log = logging.getLogger(__name__)
EVERY = 60.0
GRACE = timedelta(minutes=2)
_lock = threading.Lock()
_next = 0.0


def watch() -> str:
    """Everything once. A few quick queries when all is well."""
    reaped = f"{runs_reap()}, {uploads_reap()}"
    files_expire()
    imports_settle()
    silent = silence_check()
    missing = workers_check()
    incidents.incidents_repeat()
    mail.send_due()
    mail_check()
    return f"{reaped}, {silent} silent" + (", no worker" if missing else "")


def watch_from_web() -> None:
    """At most once a minute in each web process; trouble with it must not spoil the page that was asked for."""
    global _next
    with _lock:
        if time.monotonic() < _next:
            return
        _next = time.monotonic() + EVERY
    try:
        watch()
    except DatabaseError:
        log.exception("The watch over workers could not look into the database")


def workers_check() -> bool:
    """Open an incident in each workspace that waits for workers while there are none; close it when they are back."""
    missing = bool(workers.workers_trouble()) and _overdue()
    for workspace in Workspace.objects.filter(syncs__enabled=True).distinct():
        if missing:
            message = workers.workers_trouble()
            incidents.incident_open(workspace=workspace, subject="workers", kind="silence", message=message)
        else:
            incidents.incident_close(workspace=workspace, subject="workers")
    return missing


def _overdue() -> bool:
    """Somebody has waited for a worker for two minutes: the last one stopped beating then, or a run is not taken."""
    limit = timezone.now() - GRACE
    last = WorkerBeat.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()
    runs, uploads = Run.objects.all(), TagUpload.objects.all()
    waiting = any(jobs.filter(status="queued", queued_at__lt=limit).exists() for jobs in (runs, uploads))
    return waiting or (last is not None and last < limit)
