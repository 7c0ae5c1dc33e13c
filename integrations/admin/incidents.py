"""Open troubles, and those that healed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from unfold.paginator import InfinitePaginator

from integrations.admin.base import ReadOnlyAdmin, SyncFilter, moment
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
    list_display = ["state", "message", "sync", "connection", "opened", "last_seen", "times", "healed"]
    empty_title = "No incidents"
    empty_words = "Trouble of a connection or a sync is listed here until it has healed, and told by e-mail."
    list_display_links = ["message"]
    list_filter = [OpenFilter, SyncFilter]
    list_select_related = ["sync", "connection"]
    ordering = ["-id"]
    paginator = InfinitePaginator
    show_full_result_count = False

    @admin.display(description="State")
    def state(self, obj: Incident) -> str:
        state, words = ("done", "Healed") if obj.closed_at else ("failed", "Open")
        return format_html('<span class="po-badge" data-state="{}">{}</span>', state, words)

    @admin.display(description="Opened")
    def opened(self, obj: Incident) -> str:
        return moment(obj.opened_at)

    @admin.display(description="Last seen")
    def last_seen(self, obj: Incident) -> str:
        return moment(obj.last_seen_at)

    @admin.display(description="Times")
    def times(self, obj: Incident) -> int:
        return obj.seen

    @admin.display(description="Healed")
    def healed(self, obj: Incident) -> str:
        return moment(obj.closed_at)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        self.check_view(request, found)
        return self.show(request, "incident/page.html", {"title": "Incident", "incident": found})
