"""Import Data: what can be imported, the wizard of a draft, the page of an import, and their buttons."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from unfold.paginator import InfinitePaginator

from integrations.admin import import_picks, import_undo, import_wizard
from integrations.admin.base import ReadOnlyAdmin, moment
from integrations.admin.import_confirm import confirm_context
from integrations.admin.import_standing import badge_of, live_context, run_of
from integrations.admin.import_tiles import hindered, tiles_of
from integrations.admin.import_wizard import STOP_POLLING, read_lists, tried
from integrations.admin.import_words import (
    confirm_address,
    first_open,
    heading_of,
    import_address,
    not_ready,
    what_words,
)
from integrations.admin.scope import place, working_kinds
from integrations.core.errors import ConfigError
from integrations.core.plan import summary
from integrations.models import Import
from integrations.models.workspaces import Role
from integrations.services import imports
from integrations.services.import_lists import import_outdated
from integrations.services.import_steps import steps_of

POST = ("POST",)
SHOWN = ("read", "created", "linked", "unchanged", "skipped", "blocked", "failed", "unknown")
DRAFT = Import.State.DRAFT


def page_context(row: Import) -> dict[str, Any]:
    """How it stands, and what an undo would do or did. `polls`: something of that moves."""
    context, undo = live_context(row), import_undo.undo_context(row)
    return {**context, "undo": undo, "polls": context["moves"] or undo.get("making", False)}


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    """Newest first by id, 50 a page, never counted. Admins prepare, start and discard; operators preview, cancel and
    try again what failed."""

    list_display = ["what", "standing", "result", "started", "by"]
    list_filter = ["state"]
    list_select_related = ["sync", "run__sync", "undo", "created_by", "changed_by", "started_by", "workspace"]
    ordering = ["-id"]
    paginator = InfinitePaginator
    show_full_result_count = False
    sortable_by = ()
    list_before_template = "admin/integrations/import/tiles.html"
    empty_title = "No imports yet"
    empty_words = "Press Start above; you see what would be done before anything is written."

    @admin.display(description="Import")
    def what(self, obj: Import) -> str:
        return self.two_lines(what_words(obj), f"Import {obj.pk}, {obj.sync.source} to {obj.sync.target}")

    @admin.display(description="State")
    def standing(self, obj: Import) -> str:
        return format_html('<span class="po-badge po-wrap" data-state="{}">{}</span>', *badge_of(obj))

    @admin.display(description="Result")
    def result(self, obj: Import) -> str:
        run = run_of(obj)
        if run and run.scope.get("undo"):
            return run.message
        return summary(dict.fromkeys(SHOWN, 0) | run.counts) if run and run.counts else ""

    @admin.display(description="Started")
    def started(self, obj: Import) -> str:
        took = f"ended {moment(obj.ended_at)}" if obj.started_at and obj.ended_at else ""
        return self.two_lines(moment(obj.started_at) or "Not started", took)

    @admin.display(description="By")
    def by(self, obj: Import) -> str:
        if obj.started_by or obj.started_at:
            return str(obj.started_by or "the command line")
        return self.two_lines(str(obj.changed_by or "the command line"), moment(obj.changed_at))

    def two_lines(self, text: str, below: str = "") -> str:
        return format_html('<span class="po-wrap">{} <span class="po-quiet po-sub">{}</span></span>', text, below)

    # --- addresses ------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.list_page("begin", self.begin, role=Role.ADMIN, methods=POST),
            self.object_page("step", partial(import_wizard.step_page, self)),
            self.object_page("step/save", partial(import_wizard.step_save, self), role=Role.ADMIN, methods=POST),
            self.object_page("reading", import_wizard.reading),
            self.object_page("find", import_picks.find, role=Role.ADMIN),
            self.object_page("read", import_wizard.read, role=Role.OPERATOR, methods=POST),
            self.object_page("confirm", self.confirm),
            self.object_page("confirm/live", self.confirm_live),
            self.object_page("preview", self.preview, role=Role.OPERATOR, methods=POST),
            self.object_page("start", self.start, role=Role.ADMIN, methods=POST),
            self.object_page("live", self.live),
            self.object_page("cancel", self.cancel, role=Role.OPERATOR, methods=POST),
            self.object_page("discard", self.discard, role=Role.ADMIN, methods=POST),
            self.object_page("retry", self.retry, role=Role.OPERATOR, methods=POST),
            self.object_page("undo/look", import_undo.look, role=Role.ADMIN, methods=POST),
            self.object_page("undo", import_undo.undo, role=Role.ADMIN, methods=POST),
        ]
        return own + super().get_urls()

    def reachable(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().reachable(request)
        return rows.select_related("sync__source", "sync__target", "run__sync", "preview__sync", "undo__sync")

    # --- pages ----------------------------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        workspace = place(request).current
        extra = {"title": "Import Data", "tiles": tiles_of(workspace) if workspace else []}
        return super().changelist_view(request, {**(extra_context or {}), **extra})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A draft: the step where somebody goes on. Else how it stands."""
        row = self.get_object(request, object_id)
        self.check_view(request, row)
        if row.state == DRAFT:
            return HttpResponseRedirect(first_open(row, steps_of(row)))
        return self.show(request, "import/page.html", {"title": heading_of(row), **page_context(row)})

    def live(self, request: HttpRequest, row: Import) -> HttpResponse:
        """The page's content, asked for every two seconds while the import, or a look at its undo, is at work."""
        context = page_context(row)
        return self.show(request, "import/live.html", context, None if context["polls"] else STOP_POLLING)

    def confirm(self, request: HttpRequest, row: Import) -> HttpResponse:
        if row.state != DRAFT:
            return HttpResponseRedirect(import_address(row))
        return self.show(request, "import/confirm.html", {"title": heading_of(row), **confirm_context(row)})

    def confirm_live(self, request: HttpRequest, row: Import) -> HttpResponse:
        """The page's content, asked for every two seconds while a preview is being made."""
        context = confirm_context(row)
        return self.show(request, "import/confirm_live.html", context, None if context["making"] else STOP_POLLING)

    # --- buttons --------------------------------------------------------------------------------------------------

    def begin(self, request: HttpRequest) -> HttpResponse:
        """Open the draft. POST `kind`, `stream` (several); `source`, `target` where there are several connections."""
        kind = next((one for one in working_kinds() if one.once and one.key == request.POST.get("kind")), None)
        workspace = place(request).current
        if workspace is None:
            raise Http404("There is no workspace.")
        made = None
        if kind is None:
            messages.error(request, "Choose what to import.")
        elif words := hindered(kind, workspace, request.POST.dict()):
            messages.error(request, words)
        else:
            given = [request.POST.get(name, "") for name in ("source", "target")]
            made = tried(request, lambda: self.opened(request, imports.import_sync(workspace, kind, *given)))
        return HttpResponseRedirect(import_address(made) if made else reverse("admin:integrations_import_changelist"))

    def opened(self, request: HttpRequest, sync: Any) -> Import:
        draft = imports.import_open(sync=sync, kinds=request.POST.getlist("stream"), user=request.user)
        if import_outdated(draft):
            read_lists(request, draft)
        return draft

    def preview(self, request: HttpRequest, row: Import) -> HttpResponse:
        if row.state == DRAFT and import_outdated(row):
            read_lists(request, row)
        tried(request, lambda: imports.import_preview(draft=row, user=request.user))
        return HttpResponseRedirect(confirm_address(row))

    def start(self, request: HttpRequest, row: Import) -> HttpResponse:
        def do() -> None:
            if row.state == DRAFT and (words := not_ready(row, steps_of(row))):
                raise ConfigError(words)
            imports.import_start(draft=row, user=request.user)

        tried(request, do)
        row.refresh_from_db()
        return HttpResponseRedirect(confirm_address(row) if row.state == DRAFT else import_address(row))

    def cancel(self, request: HttpRequest, row: Import) -> HttpResponse:
        """Of a run only: a draft is discarded, by an admin."""
        if row.state == DRAFT:
            messages.info(request, "It has not begun. An admin can discard it.")
        elif words := tried(request, lambda: imports.import_cancel(row=row, user=request.user)):
            messages.info(request, words)
        return HttpResponseRedirect(import_address(row))

    def discard(self, request: HttpRequest, row: Import) -> HttpResponse:
        def do() -> bool:
            imports.import_discard(draft=row, user=request.user)
            return True

        if tried(request, do):
            messages.success(request, "Discarded. What was decided about users and statuses stays for the next import.")
            return HttpResponseRedirect(reverse("admin:integrations_import_changelist"))
        return HttpResponseRedirect(import_address(row))

    def retry(self, request: HttpRequest, row: Import) -> HttpResponse:
        tried(request, lambda: imports.import_retry(done=row, user=request.user))
        return HttpResponseRedirect(import_address(row))
