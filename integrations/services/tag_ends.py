"""How a step of an upload ends: ready, done, held until something heals, stopped, failed."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.core.errors import ConfigError, PortalError, TransientError
from integrations.engine import LeaseLost, Stopped
from integrations.models import Connection, TagUpload
from integrations.services import incidents
from integrations.services.clients import Clients
from integrations.services.connections import connection_state, remember_account
from integrations.services.jobs import HOLD_STEPS
from integrations.services.lease import JobLease
from integrations.services.run_ends import healed
from integrations.services.tag_standing import cancelled_words, take_back, upload_wake

log = logging.getLogger(__name__)
Status, Step = TagUpload.Status, TagUpload.Step
WORDS = {
    "added": "added", "changed": "changed", "removed": "removed", "disabled": "disabled", "unchanged": "unchanged",
    "rejected": "rejected", "repeated": "repeated",
}  # fmt: skip


def conclude(upload: TagUpload, lease: JobLease, clients: Clients, error: Exception | None) -> None:
    match error:
        case None:
            finish(upload, lease, clients)
        case LeaseLost():
            log.warning("Another process took the upload over")
        case Stopped():
            stopped(upload, lease, error.why)
        case TransientError():
            hold(upload, lease, clients, error)
        case ConfigError() if clients.last:
            refuse(upload, lease, clients, error)
        case PortalError():
            fail(upload, lease, error)


def summary(counts: dict[str, int]) -> str:
    """ "3 added, 1 removed, 97 unchanged"."""
    parts = [f"{counts[name]:,} {word}" for name, word in WORDS.items() if counts.get(name)]
    return ", ".join(parts) or "nothing to change"


def tags_words(number: int) -> str:
    return "1 tag" if number == 1 else f"{number:,} tags"


def remarks(upload: TagUpload) -> list[str]:
    """What a person should know besides the numbers."""
    found = []
    if upload.origin == TagUpload.Origin.FILE and upload.layout.get("header") is False:
        found.append("The file has no headings that are known: its first row was taken as a tag.")
    if upload.counts.get("there") and upload.step == Step.APPLY:
        found.append(f"{tags_words(upload.counts['there'])} that Ieatta had before: kept as version 1.")
    if upload.counts.get("unsent"):
        number = tags_words(upload.counts["unsent"])
        found.append(f"The portal's list had not been sent: it differed from Ieatta's in {number}.")
    elif upload.counts.get("drifted"):
        number = tags_words(upload.counts["drifted"])
        found.append(f"Ieatta's list was changed outside the portal: {number} differed from the portal's.")
    if upload.counts.get("unknown_targets"):
        found.append(f"{upload.counts['unknown_targets']} Accelo target(s) are not known and were left out.")
    return found


def finish(upload: TagUpload, lease: JobLease, clients: Clients) -> None:
    if clients.calls():
        remember_account(upload.tag_list.connection)
        healed(upload.tag_list.connection)
    words = [f"{summary(upload.counts)}.", *remarks(upload)]
    if upload.step == Step.PREVIEW:
        return end(upload, lease, Status.READY, " ".join(words), finished_at=None)
    trouble = upload.counts.get("differences", 0)
    if trouble:
        words.append(f"Ieatta's list was read back: {tags_words(trouble)} differ from what was sent.")
    status = Status.DONE_WITH_FAILURES if trouble or upload.counts.get("rejected") else Status.DONE
    end(upload, lease, status, " ".join(words))
    upload.changes.all().delete()
    if trouble:
        tell(upload, "rejected", words[-1])
    else:
        incidents.incident_close(workspace=upload.workspace, subject=subject(upload))
    return None


def stopped(upload: TagUpload, lease: JobLease, why: str) -> None:
    if why == "cancelled":
        return give_up(upload, lease, Status.CANCELLED, cancelled_words(upload))
    with transaction.atomic():
        values = {"queued_at": timezone.now(), "finished_at": None}
        end(upload, lease, Status.QUEUED, "Its worker was asked to end; another goes on.", **values)
        upload_wake(upload)
    return None


def hold(upload: TagUpload, lease: JobLease, clients: Clients, error: TransientError) -> None:
    """It goes on by itself when Ieatta can be expected to answer again."""
    step = HOLD_STEPS[min(upload.holds, len(HOLD_STEPS) - 1)]
    resume = timezone.now() + timedelta(seconds=max(error.retry_after or step, 1))
    message = f"{error.message} It is tried again at {resume.astimezone(upload.workspace.zone):%H:%M}."
    wait(upload, lease, resume, error, message)
    if error.kind == "budget":
        connection_state(connection=upload.tag_list.connection, state=Connection.State.HELD, reason=message)
    elif upload.holds >= 3:
        tell(upload, "transient", message)


def refuse(upload: TagUpload, lease: JobLease, clients: Clients, error: ConfigError) -> None:
    """A person must repair the connection; then it goes on by itself."""
    wait(upload, lease, timezone.now() + timedelta(hours=1), error, error.message)
    connection = upload.tag_list.connection
    connection_state(connection=connection, state=Connection.State.SIGN_IN, reason=error.message)
    incidents.incident_open(
        workspace=upload.workspace, subject=f"connection:{connection.pk}", kind="config",
        message=f"{connection.name}: {error.message}", connection=connection,
    )  # fmt: skip


def wait(upload: TagUpload, lease: JobLease, resume: Any, error: PortalError, message: str) -> None:
    upload.holds += 1
    values = {"resume_at": resume, "error_kind": error.kind, "detail": error.detail[:4000], "holds": upload.holds}
    end(upload, lease, Status.HELD, message, finished_at=None, **values)


def fail(upload: TagUpload, lease: JobLease, error: PortalError) -> None:
    give_up(upload, lease, Status.FAILED, error.message, error_kind=error.kind, detail=error.detail[:4000])
    if upload.step == Step.APPLY and error.kind == "internal":
        tell(upload, error.kind, error.message)


def give_up(upload: TagUpload, lease: JobLease, status: str, message: str, **values: Any) -> None:
    with transaction.atomic():
        if lease.mine().exists():
            upload.tag_list.refresh_from_db()
            take_back(upload)
        end(upload, lease, status, message, **values)


def end(upload: TagUpload, lease: JobLease, status: str, message: str, **values: Any) -> None:
    """Give the upload up, in this state; nothing happens when another process has it now."""
    closed = {"finished_at": timezone.now(), "owner": "", "lease_until": None, "counts": upload.counts, **values}
    if lease.mine().update(status=status, message=message, **closed):
        upload.refresh_from_db()


def tell(upload: TagUpload, kind: str, message: str) -> None:
    incidents.incident_open(
        workspace=upload.workspace, subject=subject(upload), kind=kind, message=f"{upload} of tags: {message}",
        connection=upload.tag_list.connection,
    )  # fmt: skip


def subject(upload: TagUpload) -> str:
    return f"tags:{upload.tag_list_id}"
