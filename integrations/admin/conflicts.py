"""Conflicts: fields that both sides hold differently. The list with its bulk decisions, the page of one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, reverse

from integrations.admin.base import ReadOnlyAdmin, back, tell_error
from integrations.admin.conflict_list import Showing, export, filtered, list_context
from integrations.admin.scope import may, place
from integrations.core.conflict import Side
from integrations.core.errors import PortalError
from integrations.models import FieldConflict, Sync
from integrations.models.workspaces import Role
from integrations.services.conflicts import conflict_restore, conflicts_choose, conflicts_open

POST = ("POST",)
NOTHING_TICKED = "No conflict was chosen. Tick some that are open first."
MOST_EARLIER = 20


def open_badge(request: HttpRequest) -> str:
    """For the menu: how many wait for a person in the current workspace, '' for none."""
    current = place(request).current
    number = conflicts_open(current) if current else 0
    return str(number) if number else ""


@admin.register(FieldConflict)
class FieldConflictAdmin(ReadOnlyAdmin):
    """Newest first by id, 50 a page, never counted."""

    workspace_path = "sync__workspace"
    list_select_related = ["sync"]
    ordering = ["-id"]

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.list_page("act", self.act, role=Role.OPERATOR, methods=POST),
            self.list_page("export", self.export),
            self.object_page("decide", self.decide, role=Role.OPERATOR, methods=POST),
        ]
        return own + super().get_urls()

    # --- pages ----------------------------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self.check_view(request)
        syncs = list(Sync.objects.filter(workspace=place(request).current).select_related("workspace"))
        context = {"title": "Conflicts", **list_context(self.get_queryset(request), syncs, request.GET)}
        return self.show(request, "conflict/list.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        conflict = self.get_object(request, object_id)
        self.check_view(request, conflict)
        earlier = FieldConflict.objects.filter(
            sync=conflict.sync, stream=conflict.stream, source_id=conflict.source_id, field=conflict.field
        ).exclude(pk=conflict.pk)
        showing = Showing()
        context = {
            "title": str(conflict),
            "sync": conflict.sync,
            "one": showing.shown(conflict),
            "earlier": [showing.shown(row) for row in earlier.select_related("sync").order_by("-pk")[:MOST_EARLIER]],
        }
        return self.show(request, "conflict/page.html", context)

    def export(self, request: HttpRequest) -> HttpResponseBase:
        return export(self.get_queryset(request), request.GET)

    # --- buttons --------------------------------------------------------------------------------------------------

    def act(self, request: HttpRequest) -> HttpResponse:
        """POST `do` (source or target) for the ticked `conflict`s, or with `every` for all that the filter in `kept`
        leaves; `one` ("source:12") for a row's own button; `restore` (an id)."""
        own, given = self.get_queryset(request), request.POST
        if given.get("restore", "").isdecimal():
            return self.restored(request, own.filter(pk=given["restore"]).first())
        do, _, one = given.get("one", "").partition(":")
        picked = [one] if one else given.getlist("conflict")
        rows = own.filter(pk__in=[pk for pk in picked if pk.isdecimal()])
        if given.get("every") and not one:
            rows = filtered(own, {name: given.get(f"kept_{name}", "") for name in ("sync", "field", "q")})
        return self.chosen(request, rows, do or given.get("do", ""))

    def decide(self, request: HttpRequest, conflict: FieldConflict) -> HttpResponse:
        """POST `do`: source, target or restore."""
        if request.POST.get("do") == "restore":
            return self.restored(request, conflict)
        return self.chosen(request, FieldConflict.objects.filter(pk=conflict.pk), request.POST.get("do", ""))

    def chosen(self, request: HttpRequest, rows: Any, given: str) -> HttpResponse:
        """`given`: the side whose values are to be used."""
        side: Side | None = "source" if given == "source" else "target" if given == "target" else None
        first = rows.select_related("sync__workspace").first() if side else None
        if side is None or first is None:
            messages.warning(request, NOTHING_TICKED)
            return back(request, list_address())
        remember = bool(request.POST.get("remember")) and may(request, Role.ADMIN, first.sync.workspace)
        who = request.user.get_username()
        try:
            number = conflicts_choose(rows=rows, side=side, who=who, user=request.user, remember=remember)
            tell_chosen(request, number, remember)
        except PortalError as error:
            tell_error(request, error)
        return back(request, list_address())

    def restored(self, request: HttpRequest, conflict: FieldConflict | None) -> HttpResponse:
        try:
            if conflict:
                conflict_restore(conflict=conflict, who=request.user.get_username(), user=request.user)
                messages.success(request, f"The other value of {conflict} comes back with the run that is asked for.")
        except PortalError as error:
            tell_error(request, error)
        return back(request, list_address())


def tell_chosen(request: HttpRequest, number: int, remember: bool) -> None:
    if not number:
        messages.warning(request, NOTHING_TICKED)
        return
    fields = "1 field is" if number == 1 else f"{number} fields are"
    rule = " From now on this is the rule for these fields." if remember else ""
    messages.success(request, f"{fields} decided; a run that carries it out is asked for.{rule}")


def list_address(sync: Sync | None = None) -> str:
    address = reverse("admin:integrations_fieldconflict_changelist")
    return f"{address}?sync={sync.pk}" if sync else address
