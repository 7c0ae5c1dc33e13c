"""The first page: each sync's state, what needs a person, workers, calls left; first steps while there is little."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from integrations import registry
from integrations.admin.scope import place, scheduled
from integrations.admin.tag_words import upload_need
from integrations.admin.two_way import side_needs
from integrations.models import Budget, Connection, Incident, Intent, Link, Mapping, Run, Sync, Workspace
from integrations.models.jobs import ACTIVE
from integrations.services import syncs, workers
from integrations.services.connections import budget_key
from integrations.services.feeds import Held, enabled_streams, held_streams, is_configured
from integrations.services.mail_watch import needing_a_person
from integrations.services.smtp import setup_trouble
from integrations.services.tag_uploads import uploads_waiting

NEED_A_PERSON = {
    Link.State.BLOCKED: ("blocked", "wait for a mapping or a correction"),
    Link.State.FAILED: ("failed", "were refused; they are tried again with growing pauses"),
}


@dataclass(frozen=True)
class Need:
    """One thing that waits for a person, with the page where it is settled. `held`: a list that can be accepted."""

    state: str
    text: str
    link: str
    action: str
    held: Held | None = None
    sync: Sync | None = None


@dataclass(frozen=True)
class SyncCard:
    sync: Sync
    state: str
    words: str
    last: Run | None
    now: Run | None
    next_at: datetime | None


@dataclass(frozen=True)
class Calls:
    """`left`: in words. `full`: share used, in percent; None when unknown."""

    connection: Connection
    left: str
    full: int | None


@dataclass(frozen=True)
class Step:
    title: str
    text: str
    link: str
    action: str
    done: bool


def home_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    context["title"] = "Home"
    workspace = place(request).current
    if workspace is None:
        return context
    connections = list(Connection.objects.filter(workspace=workspace))
    rows = list(scheduled(Sync.objects.filter(workspace=workspace)).select_related("source", "target"))
    context.update(
        cards=[sync_card(sync) for sync in rows],
        needs=[*held_needs(rows), *needs(workspace, connections)],
        calls=[calls_left(row) for row in connections if row.state != Connection.State.DISCONNECTED],
        workers=workers.workers_fresh(),
        trouble=workers.workers_trouble(),
        mail_trouble=setup_trouble(),
        waiting=workers.queue_waiting(),
        steps=first_steps(workspace, connections, rows),
    )
    return context


def sync_card(sync: Sync) -> SyncCard:
    runs = Run.objects.filter(sync=sync).select_related("sync")
    now = runs.filter(status__in=[*ACTIVE, Run.Status.QUEUED, Run.Status.HELD]).order_by("-id").first()
    last = runs.filter(finished_at__isnull=False).exclude(kind=Run.Kind.PREVIEW).order_by("-id").first()
    following = syncs.next_times(sync, 1) if sync.enabled and enabled_streams(sync) else []
    state, words = sync_state(sync, now, last)
    return SyncCard(sync, state, words, last, now, following[0] if following else None)


def sync_state(sync: Sync, now: Run | None, last: Run | None) -> tuple[str, str]:
    if now:
        return now.status, now.get_status_display()
    if not enabled_streams(sync):
        return "paused", "Nothing is enabled"
    if not sync.enabled:
        return "paused", "Paused"
    if last is None:
        return "new", "Has not run yet"
    return last.status, last.get_status_display()


def held_needs(rows: list[Sync]) -> list[Need]:
    """Lists that shrank so much that a run did not believe them."""
    return [
        Need("held", "", reverse("admin:integrations_sync_change", args=[sync.pk]), "", one, sync)
        for sync in rows
        for one in held_streams(sync)
    ]


def needs(workspace: Workspace, connections: list[Connection]) -> list[Need]:
    found = [*connection_needs(connections), *record_needs(workspace), *upload_needs(workspace)]
    found += [Need(*told) for told in side_needs(workspace)]
    unknown = Intent.objects.filter(sync__workspace=workspace, state=Intent.State.UNKNOWN).count()
    if unknown:
        link = reverse("admin:integrations_intent_changelist")
        found.append(Need("unknown", f"{unknown} sent without an answer", link, "Say what happened"))
    found += mail_needs(workspace)
    incidents = Incident.objects.filter(workspace=workspace, closed_at=None).count()
    if incidents:
        link = reverse("admin:integrations_incident_changelist")
        text = "1 open incident" if incidents == 1 else f"{incidents} open incidents"
        found.append(Need("failed", text, link, "See incidents"))
    return found


def mail_needs(workspace: Workspace) -> list[Need]:
    number = needing_a_person(workspace)
    text = "1 e-mail was not sent, or perhaps not" if number == 1 else f"{number} e-mails were not sent, or perhaps not"
    link = reverse("admin:integrations_message_changelist")
    return [Need("failed", text, link, "See e-mails")] if number else []


def connection_needs(connections: list[Connection]) -> list[Need]:
    return [
        Need(row.state, f"{row.name}: {row.state_reason or row.get_state_display()}", connection_link(row), "Open")
        for row in connections
        if row.state in (Connection.State.SIGN_IN, Connection.State.HELD)
    ]


def connection_link(connection: Connection) -> str:
    return reverse("admin:integrations_connection_change", args=[connection.pk])


def record_needs(workspace: Workspace) -> list[Need]:
    """Blocked and failed records of each sync, as they stand now."""
    states = list(NEED_A_PERSON)
    rows = Link.objects.filter(sync__workspace=workspace, state__in=states)
    counted = rows.values_list("sync_id", "sync__name", "state").annotate(n=Count("pk")).order_by("sync__name", "state")
    return [record_need(*row) for row in counted]


def record_need(sync_id: int, name: str, state: str, number: int) -> Need:
    word, what = NEED_A_PERSON[Link.State(state)]
    link = reverse("admin:integrations_sync_records", args=[sync_id]) + f"?state={state}"
    return Need(word, f"{name}: {number} {word}; they {what}.", link, "See which")


def upload_needs(workspace: Workspace) -> list[Need]:
    """Uploads of tags that wait for a decision, or cannot go on by themselves."""
    return [Need(one.status, *upload_need(one)) for one in uploads_waiting(workspace)]


def calls_left(connection: Connection) -> Calls:
    vendor = registry.vendor(connection.vendor)
    budget = Budget.objects.filter(key=budget_key(connection)).first()
    if budget is None:
        return Calls(connection, "No calls yet", None)
    if budget.blocked_until and budget.blocked_until > timezone.now():
        return Calls(connection, f"None until {timezone.localtime(budget.blocked_until):%H:%M}", 100)
    if budget.remaining is not None and budget.limit:
        return Calls(connection, f"{budget.remaining:,} of {budget.limit:,}", used(budget.limit, budget.remaining))
    if vendor.windows:
        window = max(vendor.windows, key=lambda w: w.seconds)
        recent = sum(moment > timezone.now().timestamp() - window.seconds for moment in budget.sent)
        free = max(0, window.calls - recent)
        return Calls(connection, f"{free} of {window.calls} in {window.seconds:g} seconds", used(window.calls, free))
    return Calls(connection, "No limit told", None)


def used(limit: int, remaining: int) -> int:
    return max(0, min(100, round(100 * (limit - remaining) / limit)))


def first_steps(workspace: Workspace, connections: list[Connection], rows: list[Sync]) -> list[Step]:
    """Connect → set up → map → preview → run; [] once a run has been done."""
    runs = Run.objects.filter(workspace=workspace, finished_at__isnull=False)
    if runs.exclude(kind=Run.Kind.PREVIEW).exists():
        return []
    sync = rows[0] if rows else None
    connected = sum(row.state == Connection.State.CONNECTED for row in connections) >= 2
    previewed = runs.filter(kind=Run.Kind.PREVIEW).exists()
    add_connection = reverse("admin:integrations_connection_add")
    sync_page = reverse("admin:integrations_sync_change", args=[sync.pk]) if sync else ""
    return [
        Step("Connect", "Sign in to the two applications.", add_connection, "Add a connection", connected),
        Step("Set up a sync", "Choose what goes where, and how often.", reverse("admin:integrations_sync_add"),
             "Add a sync", sync is not None),
        map_step(sync),
        Step("Preview", "See what would be written. Nothing is sent.", sync_page, "Open the sync", previewed),
        Step("Run", "Carry it out; later runs come by themselves.", sync_page, "Open the sync", False),
    ]  # fmt: skip


def map_step(sync: Sync | None) -> Step:
    """What is said before the first preview: values of one side and the other, or what is carried at all."""
    if sync and is_configured(registry.sync(sync.kind)):
        page = reverse("admin:integrations_sync_configure", args=[sync.pk])
        return Step("Configure", "Say what is carried, from where.", page, "Configure data sync", bool(sync.feeds))
    page = reverse("admin:integrations_sync_mappings", args=[sync.pk]) if sync else ""
    mapped = bool(sync) and Mapping.objects.filter(sync=sync, state=Mapping.State.CONFIRMED).exists()
    return Step("Map", "Say which value becomes which. Suggestions help.", page, "Open mappings", mapped)
