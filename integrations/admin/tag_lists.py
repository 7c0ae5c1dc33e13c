"""What is done with a whole list of tags: upload, draw, export, send again, compare versions. Its rows: tags.py."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse

from integrations.admin import tag_draw, tag_export, tag_start, tag_versions
from integrations.admin.base import ReadOnlyAdmin, tell_error
from integrations.admin.tag_words import tags_address, upload_address
from integrations.core.errors import PortalError
from integrations.models import TagList
from integrations.models.workspaces import Role
from integrations.services import tag_uploads
from integrations.services.tag_found import list_found

READ, WRITE, POST = ("GET",), ("GET", "POST"), ("POST",)


@admin.register(TagList)
class TagListAdmin(ReadOnlyAdmin):
    """Has no list and no page of its own: the sidebar's Tags shows one list's rows."""

    list_select_related = ["connection"]

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, Any, str, tuple[str, ...]]] = [
            ("upload", tag_start.start_page, Role.ADMIN, WRITE),
            ("draw", tag_draw.draw_page, Role.ADMIN, WRITE),
            ("export", tag_export.export, Role.VIEWER, READ),
            ("versions", tag_versions.versions_page, Role.VIEWER, READ),
        ]
        own = [
            self.object_page("resend", self.resend, role=Role.ADMIN, methods=POST),
            self.object_page("take", self.take, role=Role.ADMIN, methods=POST),
        ]
        return own + [self.page_of(*page) for page in pages] + super().get_urls()

    def page_of(self, name: str, view: Any, role: str, methods: tuple[str, ...]) -> URLPattern:
        return self.object_page(name, lambda request, found: view(self, request, found), role=role, methods=methods)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self.check_view(request)
        return HttpResponseRedirect(reverse("admin:integrations_tag_changelist"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        self.check_view(request, found)
        return HttpResponseRedirect(tags_address(found))

    # --- where Ieatta's list differs ------------------------------------------------------------------------------

    def resend(self, request: HttpRequest, tag_list: TagList) -> HttpResponse:
        """An upload of the portal's list, with its own preview."""
        try:
            upload = tag_uploads.list_resend(tag_list=tag_list, user=request.user)
            tag_uploads.upload_preview(upload=upload, user=request.user)
        except PortalError as error:
            tell_error(request, error)
            return HttpResponseRedirect(tags_address(tag_list))
        return HttpResponseRedirect(upload_address(upload))

    def take(self, request: HttpRequest, tag_list: TagList) -> HttpResponse:
        """Ieatta's list becomes the portal's next version."""
        try:
            number = list_found(tag_list=tag_list, user=request.user)
        except PortalError as error:
            tell_error(request, error)
        else:
            words = "The portal's list is now the one that stands at Ieatta." if number else "The two lists are equal."
            messages.success(request, words)
        return HttpResponseRedirect(tags_address(tag_list))
