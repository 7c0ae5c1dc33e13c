"""Open troubles, and those that healed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.paginator import InfinitePaginator

from integrations.admin.base import ReadOnlyAdmin, SyncFilter
from integrations.models import Incident


class OpenFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("closed", "Healed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("open", "closed"):
            return queryset.filter(closed_at__isnull=self.value() == "open")
        return queryset


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    list_display = ["state", "message", "sync", "connection", "opened_at", "last_seen_at", "seen", "closed_at"]
    list_display_links = ["message"]
    list_filter = [OpenFilter, SyncFilter]
    list_select_related = ["sync", "connection"]
    ordering = ["-id"]
    paginator = InfinitePaginator
    show_full_result_count = False

    @admin.display(description="State")
    def state(self, obj: Incident) -> str:
        return "Healed" if obj.closed_at else "Open"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        self.check_view(request, found)
        return self.show(request, "incident/page.html", {"title": "Incident", "incident": found})
