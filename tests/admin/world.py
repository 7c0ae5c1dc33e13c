"""Two workspaces with one row of everything, for the tests of the admin. The other one's texts all hold a mark."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.utils import timezone

from integrations.models import (
    Connection,
    FieldRule,
    Incident,
    Intent,
    Link,
    Mapping,
    Membership,
    Reference,
    Run,
    RunItem,
    Sync,
)
from tests.factories import make_user, make_workspace

MARK = "ZULUFOREIGN"


def fill(slug: str, mark: str) -> dict[str, Any]:
    """One row of every model, by model name; texts begin with `mark`."""
    workspace = make_workspace(slug, name=f"{mark} Ltd", notify=f"{mark}@example.com")
    source = Connection.objects.create(workspace=workspace, key="ieatta", name=f"{mark} Ieatta", vendor="ieatta")
    target = Connection.objects.create(workspace=workspace, key="accelo", name=f"{mark} Accelo", vendor="accelo")
    sync = Sync.objects.create(
        workspace=workspace, key="expenses", name=f"{mark} expenses", kind="ieatta_accelo", source=source, target=target
    )
    rows = {"workspace": workspace, "connection": source, "sync": sync, "target": target}
    return rows | fill_sync(sync, mark)


def fill_sync(sync: Sync, mark: str) -> dict[str, Model]:
    now = timezone.now()
    run = Run.objects.create(
        workspace=sync.workspace, sync=sync, status="done", message=f"{mark} 1 read", finished_at=now, started_at=now
    )
    common = {"stream": "expenses", "source_id": f"{mark}1", "label": f"{mark} taxi"}
    member = Membership.objects.create(workspace=sync.workspace, user=make_user(f"{mark}-member"), role="admin")
    Reference.objects.create(
        connection=sync.target, kind="expense_type", external_id=f"{mark}9", label=f"{mark} type", label_key="type"
    )
    return {
        "run": run,
        "runitem": RunItem.objects.create(run=run, action="create", status="failed", reason=f"{mark} why", **common),
        "link": Link.objects.create(sync=sync, state="blocked", reason=f"{mark} blocked", **common),
        "intent": Intent.objects.create(
            sync=sync, run=run, content_hash="x", state="unknown", sent_at=now, message=f"{mark} lost", **common
        ),
        "incident": Incident.objects.create(
            workspace=sync.workspace, sync=sync, subject="s", kind="x", message=f"{mark} broke", last_seen_at=now
        ),
        "mapping": Mapping.objects.create(
            sync=sync, kind="category", source_value=f"{mark} meals", source_key=f"{mark} meals".casefold(),
            source_label=f"{mark} meals",
        ),
        "fieldrule": FieldRule.objects.create(sync=sync, target="title", source="merchant"),
        "membership": member,
    }  # fmt: skip
