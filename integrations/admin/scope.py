"""Which workspace a request is about, and what its user may do there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from integrations import registry
from integrations.models import Membership, Sync, Workspace
from integrations.models.workspaces import Role
from integrations.services.feeds import is_configured
from integrations.services.two_way import is_two_way
from integrations.syncs.base import Sync as SyncKind

SESSION_KEY = "workspace"
LEVEL: dict[str, int] = {Role.VIEWER: 1, Role.OPERATOR: 2, Role.ADMIN: 3}


@dataclass
class Place:
    """`workspaces`: those the user may enter, by name. `current`: the chosen one, None when there is none to choose.
    `roles`: workspace id -> role; a superuser is admin everywhere."""

    workspaces: list[Workspace]
    current: Workspace | None
    roles: dict[int, str] = field(default_factory=dict)


def place(request: HttpRequest) -> Place:
    """Found once a request; times on its pages are then shown in the workspace's zone."""
    found: Place | None = getattr(request, "_portal_place", None)
    if found is None:
        found = _find(request)
        request._portal_place = found  # type: ignore[attr-defined]
        _show_times_of(found.current)
    return found


def _find(request: HttpRequest) -> Place:
    user: Any = request.user
    if not user.is_authenticated:
        return Place([], None)
    if user.is_superuser:
        workspaces = list(Workspace.objects.all())
        roles = {workspace.pk: str(Role.ADMIN) for workspace in workspaces}
    else:
        rows = Membership.objects.filter(user=user).select_related("workspace").order_by("workspace__name")
        workspaces = [row.workspace for row in rows]
        roles = {row.workspace_id: row.role for row in rows}
    chosen = request.session.get(SESSION_KEY)
    current = next((w for w in workspaces if w.pk == chosen), workspaces[0] if workspaces else None)
    return Place(workspaces, current, roles)


def _show_times_of(workspace: Workspace | None) -> None:
    if workspace is None:
        timezone.deactivate()
    else:
        timezone.activate(workspace.zone)


def enter(request: HttpRequest, workspace: Workspace) -> None:
    """Make it the current workspace of this request and of those that follow. The caller knows that it may."""
    here = place(request)
    if here.current is None or here.current.pk != workspace.pk:
        here.current = workspace
        _show_times_of(workspace)
        request.session[SESSION_KEY] = workspace.pk


def may(request: HttpRequest, role: str | None, workspace: Workspace | None = None) -> bool:
    """Whether the user has at least this role in the workspace (default: the current one). None: nobody has it."""
    here = place(request)
    workspace = workspace or here.current
    if role is None or workspace is None:
        return False
    return LEVEL.get(here.roles.get(workspace.pk, ""), 0) >= LEVEL[role]


def header(request: HttpRequest) -> dict[str, Any]:
    """For every admin page: the workspaces to choose from, and what the user may do in the chosen one."""
    here = place(request)
    return {
        "workspace": here.current,
        "workspaces": here.workspaces,
        "may_operate": may(request, Role.OPERATOR),
        "may_configure": may(request, Role.ADMIN),
        "kinds_with": KindsWith(),
    }


class KindsWith:
    """Keys of the kinds of syncs that have a page of this name: what is not declared needs none."""

    @property
    def feeds(self) -> list[str]:
        return [kind.key for kind in working_kinds() if is_configured(kind)]

    @property
    def once(self) -> list[str]:
        return [kind.key for kind in working_kinds() if kind.once]

    @property
    def mappings(self) -> list[str]:
        return [kind.key for kind in working_kinds() if kind.mapping_kinds]

    @property
    def fields(self) -> list[str]:
        return [kind.key for kind in working_kinds() if kind.fields]

    @property
    def two_ways(self) -> list[str]:
        return [kind.key for kind in working_kinds() if is_two_way(kind)]


def scheduled(rows: QuerySet[Sync]) -> QuerySet[Sync]:
    """Without the syncs of imports, which people start on Import Data: they are on no page of syncs."""
    return rows.exclude(kind__in=KindsWith().once)


def working_kinds() -> list[SyncKind]:
    """Without those whose folder cannot be imported: the other pages must work."""
    found = []
    for key in registry.keys(registry.SYNCS):
        with suppress(Exception):  # whatever is wrong in that folder; the system check names it
            found.append(registry.sync(key))
    return found


def in_a_workspace(request: HttpRequest) -> bool:
    return place(request).current is not None


def is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
