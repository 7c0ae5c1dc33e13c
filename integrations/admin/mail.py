"""E-mails that the portal sent, owes, or could not send; sending again, and a test."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from unfold.paginator import InfinitePaginator

from integrations.admin.base import ReadOnlyAdmin, moment, tell_error
from integrations.admin.scope import may, place
from integrations.core.errors import PortalError
from integrations.models import Message
from integrations.models.workspaces import Role
from integrations.services import mail
from integrations.services.smtp import setup_trouble

KINDS = {"incident": "Trouble", "import_ended": "Import ended", "test": "Test"}
BADGES = {"waiting": "queued", "sending": "running", "sent": "done"}
"""State -> the look of its badge, where that is not the state itself."""


def kind_words(kind: str) -> str:
    return KINDS.get(kind, kind.replace("_", " ").capitalize())


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ["state_badge", "subject", "kind_shown", "to", "created", "sent", "tries", "trouble"]
    list_display_links = ["subject"]
    list_filter = ["state"]
    ordering = ["-id"]
    paginator = InfinitePaginator
    show_full_result_count = False
    list_before_template = "admin/integrations/message/about.html"
    empty_title = "No e-mails yet"
    empty_words = "What the portal tells by e-mail is listed here: whether it was sent, to whom, and why not."

    @admin.display(description="State", ordering="state")
    def state_badge(self, obj: Message) -> str:
        return format_html(
            '<span class="po-badge" data-state="{}">{}</span>',
            BADGES.get(obj.state, obj.state),
            obj.get_state_display(),
        )

    @admin.display(description="About")
    def kind_shown(self, obj: Message) -> str:
        return kind_words(obj.kind)

    @admin.display(description="To")
    def to(self, obj: Message) -> str:
        return ", ".join(obj.recipients)

    @admin.display(description="Created")
    def created(self, obj: Message) -> str:
        return moment(obj.created_at)

    @admin.display(description="Sent")
    def sent(self, obj: Message) -> str:
        return moment(obj.sent_at)

    @admin.display(description="Trouble")
    def trouble(self, obj: Message) -> str:
        return obj.error[:160]

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.list_page("test", self.test, role=Role.ADMIN, methods=("POST",)),
            self.object_page("again", self.again, role=Role.OPERATOR, methods=("POST",)),
            self.object_page("attachment", self.attachment),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_test = may(request, Role.ADMIN)
        extra = {
            "setup_trouble": setup_trouble(),
            "may_test": may_test,
            "to_me": getattr(request.user, "email", ""),
        }
        return super().changelist_view(request, {**(extra_context or {}), **extra})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        self.check_view(request, found)
        context = {
            "title": "E-mail",
            "email": found,
            "badge": BADGES.get(found.state, found.state),
            "about": kind_words(found.kind),
            "attachments": found.attachments.defer("data"),
            "may_send_again": found.state in (Message.State.FAILED, Message.State.UNKNOWN)
            and may(request, Role.OPERATOR, found.workspace),
        }
        return self.show(request, "message/page.html", context)

    def attachment(self, request: HttpRequest, message: Message) -> HttpResponseBase:
        """`?n=`: which one, from 1. Always as a download, whatever it is."""
        number = request.GET.get("n", "1")
        rows = message.attachments.filter(position=int(number), removed_at=None) if number.isdecimal() else None
        found = rows.first() if rows is not None else None
        if found is None:
            return self.show(request, "message/gone.html", {"title": "E-mail", "email": message})
        answer = HttpResponse(bytes(found.data), content_type="application/octet-stream")
        answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
        return answer

    def again(self, request: HttpRequest, message: Message) -> HttpResponse:
        try:
            tell_outcome(request, mail.send_again(message=message, who=request.user.get_username()))
        except PortalError as error:
            tell_error(request, error)
        return HttpResponseRedirect(reverse("admin:integrations_message_change", args=[message.pk]))

    def test(self, request: HttpRequest) -> HttpResponse:
        """A test e-mail to the user who asks; what happened is told at once."""
        workspace = place(request).current
        if workspace is None:
            raise Http404("There is no workspace.")
        try:
            tell_outcome(request, mail.send_test(workspace=workspace, address=getattr(request.user, "email", "")))
        except PortalError as error:
            tell_error(request, error)
        return HttpResponseRedirect(reverse("admin:integrations_message_changelist"))


def tell_outcome(request: HttpRequest, message: Message) -> None:
    if message.state != Message.State.SENT:
        messages.error(request, message.error or "It is being sent. Look again in a minute.")
    elif trouble := setup_trouble():
        messages.warning(request, f"Done, but: {trouble}")
    else:
        messages.success(request, f"The mail server took it for {', '.join(message.delivered)}.")
