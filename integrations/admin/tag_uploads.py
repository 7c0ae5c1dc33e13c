"""Uploads of tags: the list, the page of one in each of its states, and its buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.utils.html import format_html
from unfold.paginator import InfinitePaginator

from integrations.admin import tag_wizard
from integrations.admin.base import ReadOnlyAdmin, moment, tell_error
from integrations.admin.tag_changes import changes_context
from integrations.admin.tag_standing import live_context, rest_context
from integrations.admin.tag_words import BUSY, counts_words, file_name, heading_of, upload_address, who
from integrations.core.errors import PortalError
from integrations.imports.table import Unreadable
from integrations.models import StoredFile, TagUpload
from integrations.models.workspaces import Role
from integrations.services import tag_uploads
from integrations.services.files import file_open, file_store

STOP_POLLING = 286
"""htmx ends its polling at this status."""
POST = ("POST",)
COUNTED_IN = [TagUpload.Status.READY, TagUpload.Status.DONE, TagUpload.Status.DONE_WITH_FAILURES]
"""States in which the counts tell what would be or was done."""


@admin.register(TagUpload)
class TagUploadAdmin(ReadOnlyAdmin):
    """Newest first by id, 50 a page, never counted."""

    list_display = ["file", "standing", "result", "at", "version"]
    list_filter = ["status", "mode"]
    list_select_related = ["tag_list__connection", "requested_by"]
    ordering = ["-id"]
    paginator = InfinitePaginator
    show_full_result_count = False
    search_fields = ["files__file__name"]
    search_help_text = "Part of a file's name"
    sortable_by = ()
    empty_title = "No uploads yet"
    empty_words = "Open Tags and press Upload; you see what a file would do before anything is sent."

    @admin.display(description="Upload")
    def file(self, obj: TagUpload) -> str:
        mode = "" if obj.origin == TagUpload.Origin.FOUND else f", {obj.get_mode_display().lower()}"
        return self.two_lines(file_name(obj), f"Upload {obj.pk}, {obj.tag_list.connection.name}{mode}")

    @admin.display(description="State")
    def standing(self, obj: TagUpload) -> str:
        words = obj.get_status_display()
        return format_html('<span class="po-badge po-wrap" data-state="{}">{}</span>', obj.status, words)

    @admin.display(description="Result")
    def result(self, obj: TagUpload) -> str:
        return self.two_lines((obj.status in COUNTED_IN and counts_words(obj)) or obj.message)

    @admin.display(description="Made")
    def at(self, obj: TagUpload) -> str:
        return self.two_lines(moment(obj.created_at), who(obj))

    def two_lines(self, text: str, below: str = "") -> str:
        return format_html('<span class="po-wrap">{} <span class="po-quiet po-sub">{}</span></span>', text, below)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("files__file")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Without the doubles that a join with several files would give."""
        term = search_term.strip()
        found = TagUpload.objects.filter(files__file__name__icontains=term).values("pk")
        return (queryset.filter(pk__in=found) if term else queryset), False

    # --- addresses ------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.object_page("columns", self.columns, role=Role.ADMIN),
            self.object_page("columns/save", self.columns_save, role=Role.ADMIN, methods=POST),
            self.object_page("preview", self.preview, role=Role.OPERATOR, methods=POST),
            self.object_page("confirm", self.confirm, role=Role.ADMIN, methods=POST),
            self.object_page("correct", self.correct, role=Role.ADMIN, methods=POST),
            self.object_page("try", self.try_now, role=Role.OPERATOR, methods=POST),
            self.object_page("cancel", self.cancel, role=Role.OPERATOR, methods=POST),
            self.object_page("discard", self.discard, role=Role.ADMIN, methods=POST),
            self.object_page("undo", self.undo, role=Role.ADMIN, methods=POST),
            self.object_page("live", self.live),
            self.object_page("rest", self.rest),
            self.object_page("changes", self.changes),
            self.object_page("rejected", self.rejected),
            self.object_page("file", self.download),
        ]
        return own + super().get_urls()

    # --- pages ----------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        upload = self.get_object(request, object_id)
        self.check_view(request, upload)
        context = {"title": heading_of(upload), **live_context(upload), **rest_context(upload, request.GET)}
        return self.show(request, "tagupload/page.html", context)

    def columns(self, request: HttpRequest, upload: TagUpload) -> HttpResponse:
        return tag_wizard.columns_page(self, request, upload)

    def columns_save(self, request: HttpRequest, upload: TagUpload) -> HttpResponse:
        return tag_wizard.columns_save(self, request, upload)

    def live(self, request: HttpRequest, upload: TagUpload) -> HttpResponse:
        """The upper part of the page, asked for every two seconds while the upload is at work."""
        over = upload.status not in BUSY
        answer = self.show(request, "tagupload/live.html", live_context(upload), STOP_POLLING if over else None)
        if over or upload.status != request.GET.get("seen", upload.status):
            answer["HX-Trigger"] = "upload-moved"
        return answer

    def rest(self, request: HttpRequest, upload: TagUpload) -> HttpResponse:
        return self.show(request, "tagupload/rest.html", live_context(upload) | rest_context(upload, request.GET))

    def changes(self, request: HttpRequest, upload: TagUpload) -> HttpResponse:
        return self.show(request, "tagupload/changes.html", changes_context(upload, request.GET))

    def rejected(self, request: HttpRequest, upload: TagUpload) -> HttpResponseBase:
        """The original columns, row number and reason: to be corrected and uploaded again."""
        self.file_or_404(upload)
        try:
            content = tag_uploads.rejected_file(upload)
        except (Unreadable, ValueError) as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(upload_address(upload))
        answer = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="rejected-rows-{upload.pk}.csv"'
        return answer

    def download(self, request: HttpRequest, upload: TagUpload) -> HttpResponseBase:
        """The file as it came; never shown inside the portal."""
        file = self.file_or_404(upload)
        try:
            content = file_open(file)
        except ValueError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(upload_address(upload))
        return FileResponse(content, as_attachment=True, filename=file.name, content_type="application/octet-stream")

    def file_or_404(self, upload: TagUpload) -> StoredFile:
        """A list that was found at Ieatta came without one."""
        if not upload.files.exists():
            raise Http404("There is no file.")
        return tag_uploads.original(upload)

    # --- buttons --------------------------------------------------------------------------------------------------

    def tried(self, request: HttpRequest, do: Callable[[], Any]) -> Any:
        """What it gives, or None when it was refused; both are told."""
        made = None
        try:
            made = do()
        except PortalError as error:
            tell_error(request, error)
        except (Unreadable, ValueError) as error:
            messages.error(request, str(error))
        if isinstance(made, str):
            messages.info(request, made)
        return made

    def back_to(self, upload: TagUpload) -> HttpResponse:
        return HttpResponseRedirect(upload_address(upload))

    def preview(self, request: HttpRequest, upload: TagUpload) -> HttpResponse:
        self.tried(request, lambda: tag_uploads.upload_preview(upload=upload, user=request.user))
        return self.back_to(upload)

    def confirm(self, request: HttpRequest, upload: TagUpload) -> HttpResponse:
        """POST `rows`: good (only the good ones are taken) or all (nothing is done while one is rejected)."""
        good = request.POST.get("rows") != "all"
        self.tried(request, lambda: tag_uploads.upload_confirm(upload=upload, user=request.user, good_only=good))
        return self.back_to(upload)

    def correct(self, request: HttpRequest, upload: TagUpload) -> HttpResponse:
        """POST a file with corrected rows; the preview is made again at once."""

        def do() -> TagUpload:
            given = request.FILES.get("file")
            if given is None:
                raise ValueError("Choose the file with the corrected rows first.")
            file = file_store(workspace=upload.workspace, name=given.name or "", chunks=given.chunks())
            return tag_uploads.upload_correct(upload=upload, file=file, user=request.user)

        made = self.tried(request, do)
        return self.preview(request, made) if made else self.back_to(upload)

    def undo(self, request: HttpRequest, upload: TagUpload) -> HttpResponse:
        made = self.tried(request, lambda: tag_uploads.upload_undo(upload=upload, user=request.user))
        return self.preview(request, made) if made else self.back_to(upload)

    def try_now(self, request: HttpRequest, upload: TagUpload) -> HttpResponse:
        self.tried(request, lambda: tag_uploads.upload_try(upload=upload))
        return self.back_to(upload)

    def cancel(self, request: HttpRequest, upload: TagUpload) -> HttpResponse:
        self.tried(request, lambda: tag_uploads.upload_cancel(upload=upload))
        return self.back_to(upload)

    def discard(self, request: HttpRequest, upload: TagUpload) -> HttpResponse:
        self.tried(request, lambda: tag_uploads.upload_discard(upload=upload))
        return self.back_to(upload)
