"""Syncs: the page of one, its settings, its field rules; Preview, Run now, Pause."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html

from integrations import registry
from integrations.admin import agreement, mapping_grid, mapping_sheets, matching, record_list, record_page
from integrations.admin import feeds as feed_pages
from integrations.admin.base import PortalAdmin, moment, tell_error
from integrations.admin.field_rules import field_page
from integrations.admin.home import Need, held_needs, needs, sync_card
from integrations.admin.run_words import asked_by
from integrations.admin.schedule_words import is_schedule, schedule_words
from integrations.admin.scope import place, scheduled, working_kinds
from integrations.admin.sync_form import ScopeForm, fieldsets_of, sync_form
from integrations.admin.two_way import conflicts_address, standing_of
from integrations.admin.waiting import value_needs
from integrations.core.errors import PortalError
from integrations.models import Connection, Link, Mapping, Run, Sync
from integrations.models.workspaces import Role
from integrations.services import lease, runs, syncs
from integrations.services.feeds import enabled_streams, feed_words, is_configured
from integrations.services.matching import matching_forget
from integrations.syncs.base import Sync as SyncKind

READ, WRITE = ("GET",), ("GET", "POST")


@admin.register(Sync)
class SyncAdmin(PortalAdmin):
    list_display = ["name", "what", "standing", "rhythm", "next_run"]
    ordering = ["name"]
    search_fields = ["name", "key"]
    list_select_related = ["source", "target", "workspace"]
    change_form_template = "admin/integrations/sync/form.html"
    add_form_template = "admin/integrations/sync/form.html"
    warn_unsaved_form = True
    empty_title = "No syncs yet"
    empty_words = "A sync carries records from one connection to another."

    @admin.display(description="What")
    def what(self, obj: Sync) -> str:
        return obj.get_kind_display()

    @admin.display(description="State")
    def standing(self, obj: Sync) -> str:
        card = sync_card(obj)
        return format_html('<span class="po-badge" data-state="{}">{}</span>', card.state, card.words)

    @admin.display(description="Rhythm")
    def rhythm(self, obj: Sync) -> str:
        return schedule_words(obj.schedule)

    @admin.display(description="Next run")
    def next_run(self, obj: Sync) -> str:
        times = syncs.next_times(obj, 1) if obj.enabled and enabled_streams(obj) else []
        return moment(times[0]) if times else "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return scheduled(super().get_queryset(request))

    # --- addresses ------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.list_page("times", self.times),
            self.object_page("settings", self.settings_page, role=Role.ADMIN, methods=WRITE),
            self.object_page("run", self.run, role=Role.OPERATOR, methods=("POST",)),
            self.object_page("preview", self.preview, role=Role.OPERATOR, methods=("POST",)),
            self.object_page("pause", self.pause, role=Role.OPERATOR, methods=("POST",)),
        ]
        pages: list[tuple[str, Any, str, tuple[str, ...]]] = [
            ("configure", feed_pages.configure_page, Role.VIEWER, READ),
            ("configure/save", feed_pages.save, Role.ADMIN, ("POST",)),
            ("configure/part", feed_pages.part, Role.ADMIN, ("POST",)),
            ("accept", feed_pages.accept, Role.OPERATOR, ("POST",)),
            ("fields", field_page, Role.VIEWER, READ),
            ("fields/save", field_page, Role.ADMIN, ("POST",)),
            ("mappings", mapping_grid.grid_page, Role.VIEWER, READ),
            ("mappings/candidates", mapping_grid.candidates_answer, Role.VIEWER, READ),
            ("mappings/decide", mapping_grid.decide, Role.ADMIN, ("POST",)),
            ("mappings/confirm", mapping_grid.confirm, Role.ADMIN, ("POST",)),
            ("mappings/refresh", mapping_grid.refresh, Role.ADMIN, ("POST",)),
            ("mappings/free", mapping_grid.run_freed, Role.OPERATOR, ("POST",)),
            ("mappings/export", mapping_sheets.export, Role.VIEWER, READ),
            ("mappings/import", mapping_sheets.import_page, Role.ADMIN, WRITE),
            ("records", record_list.records_page, Role.VIEWER, READ),
            ("records/act", record_list.act, Role.OPERATOR, ("POST",)),
            ("record", record_page.why_page, Role.VIEWER, READ),
            ("matching", matching.matching_page, Role.VIEWER, READ),
            ("matching/live", matching.matching_live, Role.VIEWER, READ),
            ("matching/start", matching.start, Role.OPERATOR, ("POST",)),
            ("matching/decide", matching.decide, Role.OPERATOR, ("POST",)),
            ("matching/confirm", matching.confirm, Role.ADMIN, ("POST",)),
            ("agreement", agreement.agreement_page, Role.VIEWER, READ),
            ("agreement/start", agreement.start, Role.OPERATOR, ("POST",)),
        ]
        return own + [self.page_of(*page) for page in pages] + super().get_urls()

    def page_of(self, name: str, view: Any, role: str, methods: tuple[str, ...]) -> URLPattern:
        return self.object_page(name, lambda request, sync: view(self, request, sync), role=role, methods=methods)

    # --- the form -------------------------------------------------------------------------------------------------

    def kind_of(self, request: HttpRequest, obj: Sync | None) -> SyncKind:
        known = registry.keys(registry.SYNCS)
        key = obj.kind if obj else request.GET.get("kind", known[0] if len(known) == 1 else "")
        if key not in known or (obj is None and registry.sync(key).once):
            raise Http404("There is no such sync.")
        return registry.sync(key)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        workspace: Any = obj.workspace if obj else place(request).current
        kwargs["form"] = sync_form(self.kind_of(request, obj), workspace)
        kwargs["fields"] = ["name", "key", "source", "target", "schedule"]
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return fieldsets_of(self.kind_of(request, obj), new=obj is None)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First the kind is chosen; what it lacks to be set up is said before the form is."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if not request.GET.get("kind") and len(registry.SYNCS) > 1:
            kinds = [kind for kind in working_kinds() if not kind.once]
            return self.show(request, "sync/choose.html", {"title": "Add a sync", "kinds": kinds})
        kind = self.kind_of(request, None)
        lacking = lacking_vendors(kind, place(request).current)
        if lacking:
            return self.show(request, "sync/lacking.html", {"title": kind.label, "kind": kind, "lacking": lacking})
        return super().add_view(request, form_url, {**(extra_context or {}), "title": kind.label, "kind": kind})

    def save_model(self, request: HttpRequest, obj: Sync, form: Any, change: bool) -> None:
        obj.options, obj.streams = form.given_options(), form.given_streams()
        if change:
            with transaction.atomic():
                obj.save()
                syncs.schedule_install(obj)
                if form.opened:
                    matching_forget(obj)
            return
        made = syncs.sync_create(
            workspace=form.workspace, kind=form.kind.key, name=obj.name, key=obj.key, source=obj.source,
            target=obj.target, schedule=obj.schedule, options=obj.options, streams=obj.streams,
            enabled=form.cleaned_data["begin"] and not is_configured(form.kind),
        )  # fmt: skip
        obj.pk, obj.kind, obj.workspace, obj._state.adding = made.pk, made.kind, made.workspace, False

    def response_add(self, request: HttpRequest, obj: Sync, post_url_continue: str | None = None) -> HttpResponse:
        if is_configured(registry.sync(obj.kind)):
            words = "is set up and sends nothing yet. Say what it carries, then press Save & Sync."
            messages.success(request, f"{obj.name} {words}")
            return HttpResponseRedirect(feed_pages.configure_address(obj))
        messages.success(request, f"{obj.name} is set up. Next: map its values, then preview it.")
        return HttpResponseRedirect(self.address(obj))

    def response_change(self, request: HttpRequest, obj: Sync) -> HttpResponse:
        """Turning read-only off begins with a look at how the records are paired."""
        standing = standing_of(obj)
        if standing and standing["matching"].step == "needs_preview":
            source = standing["names"].source
            words = f"Nothing is written to {source} yet. Next: make a preview of the matching, look at it, confirm it."
            messages.success(request, f"Saved. {words}")
            return HttpResponseRedirect(matching.matching_address(obj))
        messages.success(request, "Saved. The next run works by these settings.")
        return HttpResponseRedirect(self.address(obj))

    def address(self, sync: Sync) -> str:
        return feed_pages.sync_address(sync)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A sync that has linked records stays: without its links a new one would create everything twice."""
        return super().has_delete_permission(request, obj) and not (obj and Link.objects.filter(sync=obj).exists())

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Its previews and mappings go with it; they need no right of their own."""
        return [str(obj) for obj in objs], {"syncs": len(objs)}, set(), []

    # --- pages ----------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The sync's own page; the form is on `settings/`."""
        sync = self.get_object(request, object_id)
        self.check_view(request, sync)
        kind = registry.sync(sync.kind)
        if kind.once:
            return to_imports()
        enabled = enabled_streams(sync, kind)
        open_rows = Mapping.objects.filter(sync=sync, state__in=[Mapping.State.OPEN, Mapping.State.SUGGESTED])
        context = {
            "title": sync.name,
            "sync": sync,
            "kind": kind,
            "card": sync_card(sync),
            "times": syncs.next_times(sync) if sync.enabled and enabled else [],
            "configured": is_configured(kind),
            "carried": [(one.label, feed_words(one, sync.feeds.get(one.key))) for one in kind.streams if one.sources],
            "nothing": not enabled,
            "rhythm": schedule_words(sync.schedule),
            "recent": [
                (run, asked_by(run))
                for run in Run.objects.filter(sync=sync).select_related("requested_by").order_by("-id")[:8]
            ],
            "needs": [
                *held_needs([sync]),
                *value_needs(sync),
                *filter(partial(about, sync), needs(sync.workspace, [sync.source, sync.target])),
            ],
            "unmapped": open_rows.count(),
            "scope_form": ScopeForm(),
            "linked": Link.objects.filter(sync=sync, state=Link.State.LINKED).count(),
            **standing_of(sync),
        }
        return self.show(request, "sync/page.html", context)

    def settings_page(self, request: HttpRequest, sync: Sync) -> HttpResponse:
        if registry.sync(sync.kind).once:
            return to_imports()
        return super().change_view(request, str(sync.pk), "", {"sync": sync, "title": f"Settings of {sync.name}"})

    def times(self, request: HttpRequest) -> HttpResponse:
        """A piece of the form: what the schedule means, and the next five times in the workspace's zone."""
        cron = " ".join(request.GET.get("schedule", "").split())
        valid = not cron or is_schedule(cron)
        moments = syncs.next_times(Sync(schedule=cron), 5) if cron and valid else []
        context = {"words": schedule_words(cron), "valid": valid, "times": moments}
        return self.show(request, "sync/times.html", context)

    # --- buttons --------------------------------------------------------------------------------------------------

    def run(self, request: HttpRequest, sync: Sync) -> HttpResponse:
        return self.ask(request, sync, Run.Kind.RUN)

    def preview(self, request: HttpRequest, sync: Sync) -> HttpResponse:
        return self.ask(request, sync, Run.Kind.PREVIEW)

    def ask(self, request: HttpRequest, sync: Sync, kind: str) -> HttpResponse:
        if registry.sync(sync.kind).once:
            return to_imports()
        form = ScopeForm(request.POST)
        if not form.is_valid():
            messages.error(request, "The dates could not be read. Write them as 2026-07-31.")
            return HttpResponseRedirect(self.address(sync))
        active = runs.run_active(sync)
        try:
            run = runs.run_enqueue(sync=sync, kind=kind, user=request.user, scope=form.scope())
        except PortalError as error:
            tell_error(request, error)
            return HttpResponseRedirect(self.address(sync))
        if active:
            messages.info(request, f"{lease.owner_words(active)} This one begins when it has ended.")
        return HttpResponseRedirect(reverse("admin:integrations_run_change", args=[run.pk]))

    def pause(self, request: HttpRequest, sync: Sync) -> HttpResponse:
        """Operators may: stopping what goes wrong must not wait for an admin."""
        if registry.sync(sync.kind).once:
            return to_imports()
        paused = request.POST.get("paused") == "1"
        syncs.sync_pause(sync=sync, paused=paused)
        words = "is paused; Run now still works." if paused else "runs by its schedule again."
        messages.success(request, f"{sync.name} {words}")
        return HttpResponseRedirect(self.address(sync))


def to_imports() -> HttpResponse:
    """What people do with an import they do in its wizard and on its page."""
    return HttpResponseRedirect(reverse("admin:integrations_import_changelist"))


def about(sync: Sync, need: Need) -> bool:
    """A workspace's needs, narrowed to one sync: its records, its connections."""
    own = reverse("admin:integrations_sync_records", args=[sync.pk])
    exact = (conflicts_address(sync.pk), matching.matching_address(sync))
    return need.link in exact or need.link.startswith((own, reverse("admin:integrations_connection_changelist")))


def lacking_vendors(kind: SyncKind, workspace: Any) -> list[Any]:
    """Vendors that have no connection yet."""
    present = set(Connection.objects.filter(workspace=workspace).values_list("vendor", flat=True))
    return [registry.vendor(key) for key in (kind.source, kind.target) if key not in present]
