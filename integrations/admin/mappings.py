"""Mappings: the sidebar's entry leads to the grid of a sync; single rows have no page of their own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from integrations.admin.base import ReadOnlyAdmin
from integrations.admin.scope import place, scheduled
from integrations.models import Mapping, Sync


@admin.register(Mapping)
class MappingAdmin(ReadOnlyAdmin):
    workspace_path = "sync__workspace"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The only sync's grid, or the choice of a sync. Those of imports are decided about in their wizard."""
        self.check_view(request)
        rows = list(scheduled(Sync.objects.filter(workspace=place(request).current)))
        if len(rows) == 1:
            return HttpResponseRedirect(self.grid(rows[0]))
        context = {"title": "Mappings", "choices": [(row, self.grid(row)) for row in rows]}
        return self.show(request, "mapping/choose.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        self.check_view(request)
        return HttpResponseRedirect(f"{self.grid(found.sync)}?kind={found.kind}")

    def grid(self, sync: Sync) -> str:
        return reverse("admin:integrations_sync_mappings", args=[sync.pk])
