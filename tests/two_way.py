"""A kind of sync whose fields go both ways, for tests of the pages and services around it. Its runs read nothing: the
rows that others would leave are made by `make_conflict`, `make_preview` and `make_item`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from django.utils import timezone

from integrations.core.records import Action, Fields, LinkView, Page
from integrations.models import Connection, FieldConflict, Link, Run, RunItem, Sync, Workspace
from integrations.services.syncs import sync_create
from integrations.syncs.base import Conduct, Context, Driver, FieldRule, Option, Stream
from integrations.syncs.base import Sync as SyncKind
from tests.factories import make_workspace


class Quiet:
    """A driver with nothing to read: its runs only begin and end."""

    conduct = Conduct()

    def prepare(self) -> None:
        return None

    def rules_version(self) -> str:
        return "1"

    def read(self, stream: str, cursor: Fields) -> Iterator[Page]:
        return iter(())

    def missing(self, stream: str, seen: Callable[[int], bool]) -> Iterator[tuple[LinkView, Action]]:
        return iter(())

    def close(self) -> None:
        return None


def open_driver(context: Context) -> Driver:
    return cast(Driver, Quiet())


def rule(target: str, label: str, **values: Any) -> FieldRule:
    stream, _, source = target.partition(".")
    given = {"winner": "source", "direction": "both", "directions": ("both", "to_target", "to_source", "off"), **values}
    return FieldRule(target, label, source, label, stream=stream, **given)


SYNC = SyncKind(
    key="two_way",
    label="Ieatta and Accelo in step",
    source="ieatta",
    target="accelo",
    streams=(Stream("companies", "Companies"), Stream("contacts", "Contacts")),
    open=open_driver,
    fields=(
        rule("companies.name", "Name"),
        rule("companies.phone", "Phone"),
        rule("companies.type", "Type", direction="to_target", directions=("to_target", "off"), note="Never sent back."),
        rule("companies.billing", "Billing address"),
        rule("contacts.email", "E-mail", winner="ask"),
    ),
    options=(
        Option("read_only", "Read-only", "bool", True),
        Option("two_way_start", "Start", "choice", "review", choices=(("review", "Review"), ("automatic", "At once"))),
        Option("companies_where", "Companies to take", "list", ()),
        Option("compare_hour", "Hour of the full comparison", "int", 3),
    ),
)


def make_two_way(workspace: Workspace | None = None, *, matched: bool = True, **options: Any) -> Sync:
    """Read-only is off; `matched`: a person has confirmed the matching."""
    workspace = workspace or make_workspace()
    sides = [
        Connection.objects.get_or_create(workspace=workspace, key=key, vendor=key, defaults={"name": key.title()})[0]
        for key in ("ieatta", "accelo")
    ]
    memory = {"matched": {"at": "2026-11-22T10:00:00+00:00", "who": "ada"}} if matched else {}
    return sync_create(
        workspace=workspace, key="step", name="In step", kind="two_way", source=sides[0], target=sides[1],
        options={"read_only": False, **options}, memory=memory,
    )  # fmt: skip


def make_conflict(sync: Sync, source_id: str = "001A", field: str = "companies.name", **values: Any) -> FieldConflict:
    """An open one, with the linked pair it belongs to."""
    stream, _, name = field.partition(".")
    held = {"source_value": "Harbour Trust", "target_value": "Harbour Trust Ltd", **values}
    Link.objects.get_or_create(
        sync=sync, stream=stream, source_id=source_id,
        defaults={"target_id": f"7{source_id}", "state": "linked", "fingerprint": "settled", "label": "Harbour Trust",
                  "base": {"source": {name: "Harbour"}, "target": {name: "Harbour"}}},
    )  # fmt: skip
    return FieldConflict.objects.create(
        sync=sync, stream=stream, source_id=source_id, target_id=f"7{source_id}", field=name,
        **{"label": "Harbour Trust", "field_label": name.title(), "code": "both_changed", "base_source": "Harbour",
           "rule": "Both sides changed it. This field waits for a person.", "base_target": "Harbour", **held},
    )  # fmt: skip


def make_decided(sync: Sync, source_id: str = "001A", field: str = "companies.name", **values: Any) -> FieldConflict:
    """Decided by rule: the source has won."""
    decided = {"state": "decided", "winner": "source", "value": "Harbour Trust", "decided_by": "rule"}
    return make_conflict(sync, source_id, field, **{**decided, "decided_at": timezone.now(), **values})


def make_preview(sync: Sync, **values: Any) -> Run:
    """A finished preview of everything."""
    now = timezone.now()
    scope: dict[str, Any] = {"streams": [], "source_ids": [], "since": None, "until": None, "full": True}
    return Run.objects.create(
        **{"workspace": sync.workspace, "sync": sync, "kind": "preview", "status": "done", "scope": scope,
           "started_at": now, "finished_at": now, **values},
    )  # fmt: skip


def make_item(run: Run, source_id: str, code: str, *candidates: str, **values: Any) -> RunItem:
    """Of a matching preview; candidates by id."""
    action = "blocked" if code in ("likely", "ambiguous") else "link" if code.startswith("matched") else "create"
    told = [{"id": id, "label": f"Company {id}", "reason": "same website"} for id in candidates]
    return RunItem.objects.create(
        **{"run": run, "stream": "companies", "source_id": source_id, "label": f"Record {source_id}", "code": code,
           "action": action, "status": "planned", "candidates": told, **values},
    )  # fmt: skip
