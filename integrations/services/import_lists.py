"""What both applications have to map, for an import: read anew while somebody prepares one."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django_q.tasks import async_task

from integrations.core.errors import PortalError
from integrations.models import Import, Sync
from integrations.services.import_survey import survey_read
from integrations.services.mappings import mappings_refresh

READ_AGAIN = timedelta(minutes=10)
"""Lists that are older are read again when somebody goes on with a draft, so that what came since is told."""
READING = timedelta(minutes=10)
"""After so long a worker that was asked to read them is not waited for any more."""


def import_read(draft: Import) -> dict[str, int]:
    """Ask both applications what there is to map, and suggest; then how much of it the conditions leave.

    Raises PortalError; what was read is kept.
    """
    began = timezone.now()
    counts = mappings_refresh(draft.sync)
    draft.read_at = began
    Import.objects.filter(pk=draft.pk).update(read_at=began)
    survey_read(draft.sync)
    return counts


def import_read_later(draft: Import) -> None:
    """Have a worker do it; `import_reading` tells how it goes."""
    with transaction.atomic():
        _remember(draft, {"asked": timezone.now().isoformat()})
        async_task("integrations.tasks.read_import", draft.pk, task_name=f"import-read-{draft.pk}")


def import_read_by_id(pk: int) -> str:
    """In the worker: `import_read` in one line of text; the vendor's trouble is kept for the page."""
    draft = Import.objects.filter(pk=pk).select_related("sync__source", "sync__target", "sync__workspace").first()
    if draft is None:
        return "the import is gone"
    try:
        counts = import_read(draft)
    except PortalError as error:
        _remember(draft, {"error": error.message})
        return error.message
    _remember(draft, {})
    return ", ".join(f"{name} {number}" for name, number in counts.items())


def import_reading(draft: Import) -> tuple[bool, str]:
    """Whether a worker is asked to read the lists, and what went wrong the last time that one did."""
    told = draft.sync.memory.get("reading", {})
    asked = parse_datetime(told["asked"]) if told.get("asked") else None
    return bool(asked and timezone.now() - asked < READING), told.get("error", "")


def import_outdated(draft: Import) -> bool:
    """Whether the lists are too old to go on with."""
    return draft.read_at is None or timezone.now() - draft.read_at > READ_AGAIN


def _remember(draft: Import, told: dict[str, str]) -> None:
    with transaction.atomic():
        sync = Sync.objects.select_for_update().get(pk=draft.sync_id)
        sync.memory = {**sync.memory, "reading": told}
        sync.save(update_fields=["memory"])
    draft.sync.memory = sync.memory
