"""Tags as they stand now, list by list, and the page of one: what it stands for in Accelo, and its history."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, reverse
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from unfold.paginator import InfinitePaginator

from integrations.admin.base import ReadOnlyAdmin, tell_error
from integrations.admin.scope import enter, place
from integrations.admin.tag_filters import DECIDED, EnabledFilter, LevelFilter, ListFilter, TagChanges, TargetFilter
from integrations.admin.tag_history import history_of
from integrations.admin.tag_words import (
    BUSY,
    TARGET_KINDS,
    file_name,
    level_words,
    parent_words,
    tags_address,
    target_words,
    who,
)
from integrations.core.errors import PortalError
from integrations.models import Tag, TagList, TagTarget, TagUpload
from integrations.models.workspaces import Role
from integrations.services.tag_lists import lists_of, shape_of, shape_words
from integrations.services.tag_stage import current
from integrations.services.tag_targets import suggestions, tag_target_set

MOST_SORTED = 60_000
"""Longer lists are shown in the order in which they came: sorting them would take a second for each page."""


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin):
    """Fifty a page, never counted: a list may hold a million."""

    workspace_path = "tag_list__workspace"
    list_display = ["tag", "level", "gl_code", "is_enabled", "stands_for"]
    list_filter = [ListFilter, LevelFilter, EnabledFilter, TargetFilter]
    list_before_template = "admin/integrations/tag/head.html"
    paginator = InfinitePaginator
    show_full_result_count = False
    search_fields = ["path"]
    search_help_text = "Part of a name, GL code or path"
    sortable_by = ()
    empty_title = "No tags yet"
    empty_words = "Upload a file, or draw the list from Accelo's projects."

    @admin.display(description="Tag")
    def tag(self, obj: Tag) -> str:
        above = parent_words(obj.path, obj.depth)
        below = format_html('<span class="po-quiet po-sub">{}</span>', above) if above else ""
        return format_html('<span class="po-tag" data-depth="{}">{}{}</span>', min(obj.depth, 5), obj.name, below)

    @admin.display(description="Level")
    def level(self, obj: Tag) -> str:
        return level_words(shape_of(obj.tag_list), obj.depth)

    @admin.display(description="Enabled")
    def is_enabled(self, obj: Tag) -> str:
        return "Yes" if obj.enabled else "No"

    @admin.display(description="Accelo target")
    def stands_for(self, obj: Any) -> str:
        if obj.target is None:
            return ""
        ground = obj.target.get_ground_display()
        words = target_words(obj.target)
        return format_html('<span class="po-wrap">{} <span class="po-quiet po-sub">{}</span></span>', words, ground)

    # --- rows -----------------------------------------------------------------------------------------------------

    def lists(self, request: HttpRequest) -> list[TagList]:
        """The current workspace's, once a request."""
        here = place(request).current
        known = getattr(request, "_portal_tag_lists", None)
        if known is None or known[0] != here:
            found = list(lists_of(here).select_related("connection", "workspace")) if here else []
            known = (here, found)
            request._portal_tag_lists = known  # type: ignore[attr-defined]
        return list(known[1])

    def shown_list(self, request: HttpRequest) -> TagList | None:
        """`list` in the address, else the first; None when the workspace has no Ieatta connection."""
        asked = request.GET.get("list", "")
        found = self.lists(request)
        return next((row for row in found if str(row.pk) == asked), found[0] if found else None)

    def list_links(self, request: HttpRequest) -> list[tuple[TagList, str]]:
        """Where there is a choice."""
        found = self.lists(request)
        return [(row, tags_address(row)) for row in found] if len(found) > 1 else []

    def enter_list(self, request: HttpRequest) -> None:
        """The list that the address names may belong to another workspace of the user's. Raises Http404."""
        asked = request.GET.get("list", "")
        if not asked:
            return
        rows = TagList.objects.filter(workspace__in=place(request).workspaces).select_related("workspace")
        found = rows.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
        if found is None:
            raise Http404("There is no such list of tags.")
        enter(request, found.workspace)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        tag_list = self.shown_list(request)
        return current(tag_list).select_related("tag_list") if tag_list else Tag.objects.none()

    def get_ordering(self, request: HttpRequest) -> list[str]:
        tag_list = self.shown_list(request)
        if tag_list is None or tag_list.tags > MOST_SORTED:
            return ["id"]
        return ["path", "id"] if tag_list.dependent else ["depth", "path", "id"]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        term = search_term.strip()
        wanted = Q(path__icontains=term) | Q(name__icontains=term) | Q(gl_code__icontains=term)
        return (queryset.filter(wanted) if term else queryset), False

    def get_list_display(self, request: HttpRequest) -> list[str]:
        tag_list = self.shown_list(request)
        single = tag_list is None or shape_of(tag_list).single
        return [name for name in self.list_display if name != "level" or not single]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return TagChanges

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self.enter_list(request)
        extra = head_context(self.shown_list(request)) | {"lists": self.list_links(request)} | (extra_context or {})
        answer: HttpResponse = super().changelist_view(request, {"title": "Tags", **extra})
        return answer

    # --- the page of one ------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.object_page("target", self.set_target, role=Role.ADMIN, methods=("POST",)),
            self.object_page("suggestions", self.suggest),
        ]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        self.check_view(request, row)
        tag_list: TagList = row.tag_list
        stands = current(tag_list).filter(path=row.path).first()
        shape = shape_of(tag_list)
        target = TagTarget.objects.filter(tag_list=tag_list, path=row.path).first()
        context = {
            "title": row.name,
            "tag": stands or row,
            "tag_list": tag_list,
            "stands": stands is not None,
            "above": parent_words(row.path, row.depth),
            "level": level_words(shape, row.depth) if not shape.single else "",
            "target": target,
            "target_words": target_words(target) if target else "",
            "decided": target is not None and target.ground in DECIDED,
            "tags_address": tags_address(tag_list),
            "events": history_of(tag_list, row.path),
        }
        return self.show(request, "tag/page.html", context)

    def set_target(self, request: HttpRequest, tag: Tag) -> HttpResponse:
        """POST `do`: save with `target_kind` and `target_id`, or remove."""
        kind, key = (request.POST.get(name, "") for name in ("target_kind", "target_id"))
        wanted = f"{kind}:{key}" if kind and key and request.POST.get("do") != "remove" else ""
        try:
            if not wanted and request.POST.get("do") != "remove":
                raise ValueError("Choose a project, ticket or retainer from the list that opens while you type.")
            tag_target_set(tag_list=tag.tag_list, path=tag.path, target=wanted, user=request.user)
        except PortalError as error:
            tell_error(request, error)
        except ValueError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "Saved. Expenses with this tag follow it from the next run on.")
        return HttpResponseRedirect(reverse("admin:integrations_tag_change", args=[tag.pk]))

    def suggest(self, request: HttpRequest, tag: Tag) -> JsonResponse:
        """JSON for the type-ahead: {"results": [{"id", "kind", "label", "hint"}]}."""
        found = suggestions(tag.tag_list, tag.path, request.GET.get("q", "")[:200])
        results = [
            {
                "id": one.id,
                "kind": one.kind,
                "label": one.label,
                "hint": " · ".join(filter(None, (one.code, TARGET_KINDS.get(one.kind, one.kind)))),
            }
            for one in found
        ]
        return JsonResponse({"results": results})


def head_context(tag_list: TagList | None) -> dict[str, Any]:
    """What stands above the rows of a list."""
    if tag_list is None:
        return {"tag_list": None}
    uploads = TagUpload.objects.filter(tag_list=tag_list).select_related("requested_by")
    latest = uploads.filter(version=tag_list.version).first()
    return {
        "tag_list": tag_list,
        "shape": shape_words(shape_of(tag_list)),
        "latest": latest,
        "latest_by": who(latest) if latest else "",
        "latest_file": file_name(latest) if latest else "",
        "at_work": uploads.filter(status__in=[*BUSY, TagUpload.Status.READY]).order_by("-id").first(),
        "apart": tag_list.apart,
        "apart_at": parse_datetime(tag_list.apart.get("at", "")),
    }
