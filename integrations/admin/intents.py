"""Unknown outcomes: writes whose answer was lost and that the target could not tell. A person says what happened."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from unfold.paginator import InfinitePaginator

from integrations import registry
from integrations.admin.base import ReadOnlyAdmin, SyncFilter, moment, tell_error
from integrations.admin.run_items import value_words, why_address
from integrations.core.errors import PortalError
from integrations.models import Intent
from integrations.models.workspaces import Role
from integrations.services import records


@admin.register(Intent)
class IntentAdmin(ReadOnlyAdmin):
    """Only what waits for a person is listed: what is sent and not yet answered is the run's business."""

    workspace_path = "sync__workspace"
    list_display = ["record", "sync", "message", "sent"]
    empty_title = "No unknown outcomes"
    empty_words = "Every write was answered, or found again at the target."
    list_filter = [SyncFilter]
    list_select_related = ["sync"]
    ordering = ["-id"]
    paginator = InfinitePaginator
    show_full_result_count = False
    list_before_template = "admin/integrations/intent/about.html"

    @admin.display(description="Record")
    def record(self, obj: Intent) -> str:
        return str(obj)

    @admin.display(description="Sent")
    def sent(self, obj: Intent) -> str:
        return moment(obj.sent_at)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(state=Intent.State.UNKNOWN)

    def get_urls(self) -> list[URLPattern]:
        own = self.object_page("settle", self.settle, role=Role.OPERATOR, methods=("POST",))
        return [own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        intent = self.get_object(request, object_id)
        self.check_view(request, intent)
        labels = {rule.target: rule.target_label for rule in registry.sync(intent.sync.kind).fields}
        context = {
            "title": f"Unknown outcome: {intent}",
            "intent": intent,
            "wanted": [(labels.get(name, name), value_words(value)) for name, value in intent.wanted.items()],
            "why": why_address(intent.sync_id, intent),
            "waits": intent.state == Intent.State.UNKNOWN,
        }
        return self.show(request, "intent/page.html", context)

    def settle(self, request: HttpRequest, intent: Intent) -> HttpResponse:
        """POST `do`: done (with `target_id` or `other_id`) or not_done."""
        who = request.user.get_username()
        try:
            if request.POST.get("do") == "done":
                target = request.POST.get("other_id", "").strip() or request.POST.get("target_id", "")
                records.intent_is_done(intent=intent, target_id=target, who=who)
                messages.success(request, f"{intent} is linked with {target}. The next run compares the two.")
            else:
                records.intent_is_not_done(intent=intent, who=who)
                messages.success(request, f"{intent} counts as not created. The next run plans it again.")
        except PortalError as error:
            tell_error(request, error)
            return HttpResponseRedirect(reverse("admin:integrations_intent_change", args=[intent.pk]))
        return HttpResponseRedirect(reverse("admin:integrations_intent_changelist"))
