"""The one base class of all admin pages: rows of the user's workspaces only, permissions by role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import reduce
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.admin import ModelAdmin

from integrations.admin.scope import enter, may, place
from integrations.core.errors import PortalError
from integrations.models import Sync, Workspace
from integrations.models.workspaces import Role

PAGE_TEMPLATES = "admin/integrations"
ObjectView = Callable[[HttpRequest, Any], HttpResponseBase]
ListView = Callable[[HttpRequest], HttpResponseBase]


class PortalAdmin(ModelAdmin):
    """A model declares its way to the workspace (`workspace_path`, "" for the workspace itself) and which role may
    view, add, change and delete; None = nobody. Another workspace's object answers 404, like one that is not there.

    Lists show the current workspace. An object of another workspace of the same user can be opened by its address;
    that workspace is the current one from then on.
    """

    workspace_path = "workspace"
    view_role: str | None = Role.VIEWER
    add_role: str | None = Role.ADMIN
    change_role: str | None = Role.ADMIN
    delete_role: str | None = Role.ADMIN
    list_per_page = 50
    actions = None
    list_filter_sheet = False
    empty_title = ""
    empty_words = ""
    show_facets = admin.ShowFacets.NEVER

    # --- rows -------------------------------------------------------------------------------------------------

    def lookup(self) -> str:
        return self.workspace_path or "pk"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        current = place(request).current
        return rows.filter(**{self.lookup(): current.pk}) if current else rows.none()

    def reachable(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of every workspace the user belongs to."""
        rows = super().get_queryset(request)
        return rows.filter(**{f"{self.lookup()}__in": [workspace.pk for workspace in place(request).workspaces]})

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Raises Http404; enters the object's workspace."""
        name = from_field or self.opts.pk.name
        try:
            found = self.reachable(request).get(**{name: object_id})
        except (self.model.DoesNotExist, ValidationError, ValueError, OverflowError) as error:
            raise Http404(f"There is no such {self.opts.verbose_name}.") from error
        enter(request, self.workspace_of(found))
        return found

    def workspace_of(self, obj: Any) -> Workspace:
        parts = self.workspace_path.split("__") if self.workspace_path else []
        return reduce(getattr, parts, obj)

    # --- permissions ------------------------------------------------------------------------------------------

    def allows(self, request: HttpRequest, role: str | None, obj: Any = None) -> bool:
        return may(request, role, self.workspace_of(obj) if obj is not None and obj.pk else None)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request, self.view_role)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.view_role, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, self.add_role)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.change_role, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.delete_role, obj)

    def check_view(self, request: HttpRequest, obj: Any = None) -> None:
        """For pages that are only looked at. Raises PermissionDenied."""
        if not self.has_view_permission(request, obj) or request.method not in ("GET", "HEAD"):
            raise PermissionDenied

    # --- forms ------------------------------------------------------------------------------------------------

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices of a related field are rows of the current workspace."""
        related = self.admin_site._registry.get(db_field.remote_field.model)
        if isinstance(related, PortalAdmin):
            kwargs.setdefault("queryset", related.get_queryset(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the small buttons that open other forms in windows of their own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        plain = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().changeform_view(request, object_id, form_url, {**plain, **(extra_context or {})})

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The audit page, narrowed to this object."""
        found = self.get_object(request, object_id)
        self.check_view(request, found)
        return HttpResponseRedirect(f"{audit_address()}?model={self.opts.model_name}&object={found.pk}")

    # --- pages of our own -------------------------------------------------------------------------------------

    def object_page(
        self, name: str, view: ObjectView, *, role: str = Role.VIEWER, methods: tuple[str, ...] = ("GET",)
    ) -> URLPattern:
        """`<id>/<name>/`, served by `view(request, object)` to users with the role in the object's workspace."""

        def wrapped(request: HttpRequest, object_id: str) -> HttpResponseBase:
            found = self.get_object(request, object_id)
            return self._guarded(request, role, methods, lambda: view(request, found), found)

        return path(f"<int:object_id>/{name}/", self.admin_site.admin_view(wrapped), name=self.page_name(name))

    def list_page(
        self, name: str, view: ListView, *, role: str = Role.VIEWER, methods: tuple[str, ...] = ("GET",)
    ) -> URLPattern:
        """`<name>/`, served by `view(request)` to users with the role in the current workspace."""

        def wrapped(request: HttpRequest) -> HttpResponseBase:
            return self._guarded(request, role, methods, lambda: view(request))

        return path(f"{name}/", self.admin_site.admin_view(wrapped), name=self.page_name(name))

    def _guarded(
        self,
        request: HttpRequest,
        role: str,
        methods: tuple[str, ...],
        answer: Callable[[], HttpResponseBase],
        found: Any = None,
    ) -> HttpResponseBase:
        if not self.allows(request, role, found):
            raise PermissionDenied
        allowed = (*methods, "HEAD") if "GET" in methods else methods
        return answer() if request.method in allowed else HttpResponseNotAllowed(list(methods))

    def page_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name.replace('/', '_').replace('-', '_')}"

    def page_address(self, name: str, *args: Any) -> str:
        return reverse(f"admin:{self.page_name(name)}", args=args)

    def show(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int | None = None
    ) -> TemplateResponse:
        """One of our own pages; `template` is named below templates/admin/integrations/."""
        whole = {**self.admin_site.each_context(request), **context}
        return TemplateResponse(request, f"{PAGE_TEMPLATES}/{template}", whole, status=status)


class ReadOnlyAdmin(PortalAdmin):
    """History and what the portal alone writes: looked at, never edited."""

    add_role = change_role = delete_role = None


class SyncFilter(admin.SimpleListFilter):
    """Syncs of the current workspace only; the stock filter would list everybody's."""

    title = "sync"
    parameter_name = "sync"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        current = place(request).current
        rows = Sync.objects.filter(workspace=current) if current else Sync.objects.none()
        return [(str(row.pk), row.name) for row in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        value = self.value()
        return queryset.filter(sync_id=int(value)) if value and value.isdecimal() else queryset


def moment(value: datetime | None) -> str:
    """As on the portal's own pages, in the workspace's zone; '' for none."""
    return date_format(timezone.localtime(value), "j M Y H:i") if value else ""


def audit_address() -> str:
    return reverse("admin:integrations_workspace_audit")


def tell_error(request: HttpRequest, error: PortalError) -> None:
    messages.error(request, error.message)


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To the page that the form named, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(wanted if safe else otherwise)
