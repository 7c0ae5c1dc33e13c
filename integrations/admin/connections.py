"""Connections: the form, Test, Disconnect, and signing in through the vendor's page."""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from integrations import registry
from integrations.admin.base import PortalAdmin, moment, tell_error
from integrations.admin.connection_form import connection_form, fieldsets_of, vendor_or_none
from integrations.admin.home import calls_left
from integrations.admin.scope import place
from integrations.core.errors import PortalError
from integrations.models import Connection
from integrations.models.workspaces import Role
from integrations.services import hints, sign_in
from integrations.services.connections import (
    connection_disconnect,
    connection_save,
    connection_test,
    connection_used_by,
)
from integrations.services.two_way import is_two_way
from integrations.vendors.base import Vendor

SESSION_KEY = "sign_in"
SIGN_IN_SECONDS = 900


@admin.register(Connection)
class ConnectionAdmin(PortalAdmin):
    list_display = ["name", "application", "standing", "belongs_to", "since", "used_by"]
    empty_title = "No connections yet"
    empty_words = "A sync needs one on each side: where records come from, and where they go."
    ordering = ["name"]
    search_fields = ["name", "key"]
    add_form_template = "admin/integrations/connection/form.html"
    change_form_template = "admin/integrations/connection/form.html"
    warn_unsaved_form = True

    @admin.display(description="Application", ordering="vendor")
    def application(self, obj: Connection) -> str:
        return obj.get_vendor_display()

    @admin.display(description="State", ordering="state")
    def standing(self, obj: Connection) -> str:
        return format_html('<span class="po-badge" data-state="{}">{}</span>', obj.state, obj.get_state_display())

    @admin.display(description="Since", ordering="state_since")
    def since(self, obj: Connection) -> str:
        return moment(obj.state_since)

    @admin.display(description="Account", ordering="identity")
    def belongs_to(self, obj: Connection) -> str:
        return obj.identity

    @admin.display(description="Used by")
    def used_by(self, obj: Connection) -> str:
        return ", ".join(sync.name for sync in connection_used_by(obj)) or "–"

    # --- the form -------------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        vendor = self.vendor_of(request, obj)
        workspace: Any = obj.workspace if obj else place(request).current
        kwargs["form"] = connection_form(vendor, workspace)
        kwargs["fields"] = ["name", "key"]
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return fieldsets_of(self.vendor_of(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Without the right to change, the declared fields are left out of the page altogether."""
        return []

    def vendor_of(self, request: HttpRequest, obj: Connection | None) -> Any:
        vendor = vendor_or_none(obj.vendor if obj else request.GET.get("vendor", ""))
        if vendor is None:
            raise Http404("There is no such application.")
        return vendor

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First the application is chosen, then its form is shown."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        vendor = vendor_or_none(request.GET.get("vendor", ""))
        if vendor is None:
            context = {"title": "Add a connection", "vendors": registry.vendors()}
            return self.show(request, "connection/choose.html", context)
        extra = {**(extra_context or {}), "vendor": vendor, "redirect_uri": callback_address()}
        extra["title"] = f"Connect {vendor.label}"
        return super().add_view(request, form_url, extra)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        if not self.has_change_permission(request, found):
            if request.method != "GET":
                return super().change_view(request, object_id, form_url, extra_context)
            return self.show(request, "connection/page.html", {"title": str(found), **self.facts(found)})
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **self.facts(found)})

    def facts(self, connection: Connection) -> dict[str, Any]:
        vendor, used_by = registry.vendor(connection.vendor), connection_used_by(connection)
        return {
            "connection": connection,
            "vendor": vendor,
            "facts": connection.facts,
            "calls": calls_left(connection),
            "used_by": used_by,
            "by_browser": sign_in.signs_in_by_browser(connection),
            "has_credentials": bool(connection.credentials),
            "may_listen": hints.may_listen(connection) and any(is_two_way(registry.sync(s.kind)) for s in used_by),
            "listens": hints.listens(connection),
            "redirect_uri": callback_address(),
        }

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        """Saving tests first; what fails the test is saved as not connected, with the reason."""
        if not change:
            obj.workspace = form.workspace
            obj.vendor = form.vendor.key
        obj.settings = {**obj.settings, **form.given_settings()}
        given = form.given_credentials()
        give_reason(obj, credential_words(form.vendor, given))
        connection_save(connection=obj, credentials=given)
        give_reason(obj, None)
        if sign_in.signs_in_by_browser(obj) and not obj.tokens:
            messages.info(request, f"{obj.name} is saved. Press Connect to sign in at {form.vendor.label}.")
        else:
            self.test_and_tell(request, obj, "{} is saved, but the test failed: {}")

    def test_and_tell(
        self, request: HttpRequest, connection: Connection, failure: str, *, accept_other: bool = False
    ) -> None:
        """`failure`: the sentence of a failed test, with places for the name and the reason."""
        try:
            checked = connection_test(connection=connection, accept_other=accept_other)
        except PortalError as error:
            messages.error(request, failure.format(connection.name, error.message))
            return
        messages.success(request, f"Connected to {checked.identity}.")
        for sentence in checked.missing:
            messages.warning(request, sentence)

    def response_add(self, request: HttpRequest, obj: Connection, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponseRedirect(self.address(obj))

    def response_change(self, request: HttpRequest, obj: Connection) -> HttpResponse:
        return HttpResponseRedirect(self.address(obj))

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """The audit page tells what changed; here no value and no field of a secret is named."""
        return "Added." if add else "Changed."

    def address(self, connection: Connection) -> str:
        return reverse("admin:integrations_connection_change", args=[connection.pk])

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A connection that a sync uses stays."""
        return super().has_delete_permission(request, obj) and not (obj and connection_used_by(obj))

    # --- buttons --------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        return [
            self.object_page("test", self.test, role=Role.OPERATOR, methods=("POST",)),
            self.object_page("disconnect", self.disconnect, role=Role.ADMIN, methods=("POST",)),
            self.object_page("listen", self.listen, role=Role.ADMIN, methods=("POST",)),
            self.object_page("connect", self.connect, role=Role.ADMIN, methods=("POST",)),
            path("callback/", self.admin_site.admin_view(self.callback), name="integrations_connection_callback"),
            *super().get_urls(),
        ]

    def test(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        accept_other = bool(request.POST.get("accept_other")) and self.has_change_permission(request, connection)
        self.test_and_tell(request, connection, "The test of {} failed: {}", accept_other=accept_other)
        return HttpResponseRedirect(self.address(connection))

    def disconnect(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        give_reason(connection, "disconnected; credentials forgotten")
        remark = f"{hints.hints_stop(connection=connection)} {connection_disconnect(connection=connection)}".strip()
        messages.success(request, f"{connection.name} is disconnected; its credentials are forgotten. {remark}".strip())
        return HttpResponseRedirect(self.address(connection))

    def listen(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        """POST `on`: 1 to be told of changes, 0 no more."""
        try:
            if request.POST.get("on") == "1":
                hints.hints_listen(connection=connection)
                words = f"{registry.vendor(connection.vendor).label} tells the portal of changes from now on."
            else:
                words = f"The portal listens no more. {hints.hints_stop(connection=connection)}".strip()
            give_reason(connection, "listens for changes" if hints.listens(connection) else "listens no more")
            connection.save(update_fields=["account"])
            messages.success(request, words)
        except PortalError as error:
            tell_error(request, error)
        return HttpResponseRedirect(self.address(connection))

    def connect(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        """To the vendor's page, with a `state` that only this session and user can bring back.

        By a page with a link, as browsers do not let a form's answer lead to another site (form-action 'self').
        """
        state, verifier = secrets.token_urlsafe(32), sign_in.new_verifier()
        try:
            address = sign_in.sign_in_address(
                connection=connection, state=state, redirect_uri=callback_address(), verifier=verifier
            )
        except PortalError as error:
            tell_error(request, error)
            return HttpResponseRedirect(self.address(connection))
        request.session[SESSION_KEY] = {
            "state": state, "verifier": verifier, "connection": connection.pk, "user": request.user.pk,
            "until": timezone.now().timestamp() + SIGN_IN_SECONDS, "other": bool(request.POST.get("accept_other")),
        }  # fmt: skip
        context = {
            "title": f"To {registry.vendor(connection.vendor).label}",
            "address": address,
            "connection": connection,
        }
        return self.show(request, "connection/leave.html", context)

    def callback(self, request: HttpRequest) -> HttpResponse:
        """Back from the vendor. The state must be the one this session began with, once, and not too long ago."""
        begun = request.session.pop(SESSION_KEY, None)
        if not self.state_fits(request, begun):
            messages.error(request, "This sign-in was not begun here, or too long ago. Press Connect again.")
            return HttpResponseRedirect(reverse("admin:integrations_connection_changelist"))
        connection = self.get_object(request, str(begun["connection"]))
        if not self.has_change_permission(request, connection):
            raise Http404("There is no such connection.")
        self.finish(request, connection, verifier=begun.get("verifier", ""), accept_other=begun["other"])
        return HttpResponseRedirect(self.address(connection))

    def state_fits(self, request: HttpRequest, begun: Any) -> bool:
        if not begun or begun["user"] != request.user.pk or begun["until"] < timezone.now().timestamp():
            return False
        return hmac.compare_digest(begun["state"], request.GET.get("state", ""))

    def finish(self, request: HttpRequest, connection: Connection, *, verifier: str, accept_other: bool) -> None:
        code = request.GET.get("code", "")
        if not code:
            refusal = request.GET.get("error_description") or request.GET.get("error") or "no code came back"
            words = refusal[:200].rstrip(". ")
            messages.error(request, f"The sign-in was not approved ({words}). Press Connect to try again.")
            return
        try:
            checked = sign_in.sign_in_finish(
                connection=connection, code=code, redirect_uri=callback_address(), verifier=verifier,
                accept_other=accept_other,
            )  # fmt: skip
        except PortalError as error:
            tell_error(request, error)
            return
        messages.success(request, f"Connected to {checked.identity}.")
        for sentence in checked.missing:
            messages.warning(request, sentence)


def give_reason(connection: Connection, reason: str | None) -> None:
    """What the history rows of the following saves say; simple_history reads it from this attribute."""
    vars(connection)["_change_reason"] = reason


def credential_words(vendor: Vendor, given: dict[str, str]) -> str | None:
    """For the audit page: which credentials were filled in; their values are nowhere."""
    labels = [item.label for item in vendor.credentials if item.name in given]
    return f"filled in: {', '.join(labels)}"[:100] if labels else None


def callback_address() -> str:
    """The one address that vendors may send the browser back to; it stands in their application's settings."""
    return settings.PORTAL_URL.rstrip("/") + reverse("admin:integrations_connection_callback")
