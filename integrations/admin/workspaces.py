"""Workspaces and their members; choosing the current workspace; the address of the audit page."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from integrations.admin.audit import audit_page
from integrations.admin.base import PortalAdmin, back
from integrations.admin.scope import enter, is_superuser, place
from integrations.models import Membership, Workspace
from integrations.models.workspaces import Role


@admin.register(Workspace)
class WorkspaceAdmin(PortalAdmin):
    """A workspace admin edits the own workspace; superusers add workspaces. None is deleted by a click."""

    workspace_path = ""
    delete_role = None
    list_display = ["name", "slug", "time_zone", "notify"]
    fields = ["name", "slug", "time_zone", "notify"]
    prepopulated_fields = {"slug": ["name"]}
    change_form_outer_after_template = "admin/integrations/workspace/members.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        """A superuser lists all workspaces."""
        return self.reachable(request) if is_superuser(request) else super().get_queryset(request)

    def workspace_of(self, obj: Workspace) -> Workspace:
        return obj

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request) or super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The short name stands in commands and files: only superusers change it."""
        return [] if is_superuser(request) else ["slug"]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "notify":
            kwargs["widget"] = UnfoldAdminTextareaWidget(attrs={"rows": 2})
        if db_field.name == "time_zone":
            zones = sorted(available_timezones())
            kwargs["widget"] = UnfoldAdminSelectWidget(choices=[(zone, zone) for zone in zones])
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("switch/", self.admin_site.admin_view(self.switch), name="integrations_workspace_switch"),
            self.list_page("audit", lambda request: audit_page(self, request)),
        ]
        return own + super().get_urls()

    def switch(self, request: HttpRequest) -> HttpResponse:
        """POST `workspace`: make it the current one. One that the user does not belong to is not found."""
        if request.method != "POST":
            return redirect("admin:index")
        wanted = request.POST.get("workspace", "")
        for workspace in place(request).workspaces:
            if str(workspace.pk) == wanted:
                enter(request, workspace)
                return back(request, reverse("admin:index"))
        raise Http404("There is no such workspace.")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        members = Membership.objects.filter(workspace=found).select_related("user").order_by("user__username")
        extra = {
            **(extra_context or {}),
            "members": members,
            "add_member": reverse("admin:integrations_membership_add"),
        }
        return super().change_view(request, object_id, form_url, extra)


class MemberForm(forms.ModelForm):
    """Members are added by their exact user name, so that nobody can look through the users of other workspaces."""

    username = forms.CharField(
        label="User name",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text="Exactly as the person signs in. New people get their user from the person who runs the portal.",
    )
    workspace: Workspace | None = None

    class Meta:
        model = Membership
        fields = ["role"]
        widgets = {"role": UnfoldAdminSelectWidget()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["username"].initial = self.instance.user.get_username()
            self.fields["username"].disabled = True

    def clean_role(self) -> str:
        role = str(self.cleaned_data["role"])
        if self.instance.pk and role != Role.ADMIN and is_last_admin(Membership.objects.get(pk=self.instance.pk)):
            raise forms.ValidationError("A workspace keeps at least one admin. Make somebody else admin first.")
        return role

    def clean_username(self) -> str:
        if self.instance.pk:
            return self.instance.user.get_username()
        name = self.cleaned_data["username"].strip()
        user = get_user_model().objects.filter(username__iexact=name, is_active=True).first()
        if user is None:
            raise forms.ValidationError("There is no user of this name. Check the spelling, or have the user made.")
        if Membership.objects.filter(workspace=self.workspace, user=user).exists():
            raise forms.ValidationError(f"{name} is a member already. Change the role on the workspace's page.")
        self.instance.user = user
        return name


def is_last_admin(member: Membership) -> bool:
    others = Membership.objects.filter(workspace=member.workspace, role=Role.ADMIN).exclude(pk=member.pk)
    return member.role == Role.ADMIN and not others.exists()


@admin.register(Membership)
class MembershipAdmin(PortalAdmin):
    form = MemberForm
    list_display = ["user", "role"]
    fields = ["username", "role"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.workspace = obj.workspace if obj else place(request).current
        return form

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        if not change:
            obj.workspace = form.workspace
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A workspace keeps at least one admin."""
        return super().has_delete_permission(request, obj) and not (obj and is_last_admin(obj))

    def response_add(self, request: HttpRequest, obj: Membership, post_url_continue: str | None = None) -> HttpResponse:
        return redirect("admin:integrations_workspace_change", obj.workspace_id)

    response_post_save_change = response_add
