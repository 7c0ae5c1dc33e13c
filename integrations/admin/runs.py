"""Runs: the list, the page of one with its live state, and its buttons. Items are in run_items.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.paginator import InfinitePaginator

from integrations import registry
from integrations.admin import run_items
from integrations.admin.base import ReadOnlyAdmin, SyncFilter, moment, tell_error
from integrations.admin.mapping_grid import import_again
from integrations.admin.run_streams import stream_rows
from integrations.admin.run_words import asked_by, duration
from integrations.admin.scope import place
from integrations.core.errors import PortalError
from integrations.core.plan import summary
from integrations.models import Link, Run, RunItem
from integrations.models.workspaces import Role
from integrations.services import jobs, lease, records, runs

SHOWN = ("read", "created", "updated", "unchanged", "linked", "skipped", "blocked", "conflicts", "failed", "unknown")
STOP_POLLING = 286
"""htmx ends its polling at this status."""
MOST_FOUND = 200
WRITES = ("created", "updated", "linked")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Newest first by id, 50 a page, never counted."""

    list_display = ["number", "sync", "kind", "standing", "result", "began", "took"]
    list_filter = [SyncFilter, "status", "kind"]
    list_select_related = ["sync"]
    ordering = ["-id"]
    paginator = InfinitePaginator
    show_full_result_count = False
    search_fields = ["id"]
    search_help_text = "Number of a run, or source id of a record"
    sortable_by = ()
    empty_title = "No runs yet"
    empty_words = "Open a sync and press Preview or Run now; scheduled runs are listed here too."

    @admin.display(description="Run")
    def number(self, obj: Run) -> str:
        return f"Run {obj.pk}"

    @admin.display(description="State")
    def standing(self, obj: Run) -> str:
        return format_html('<span class="po-badge" data-state="{}">{}</span>', obj.status, obj.get_status_display())

    @admin.display(description="Result")
    def result(self, obj: Run) -> str:
        return summary(dict.fromkeys(SHOWN, 0) | obj.counts) if obj.counts else ""

    @admin.display(description="Started")
    def began(self, obj: Run) -> str:
        return moment(obj.started_at)

    @admin.display(description="Took")
    def took(self, obj: Run) -> str:
        return duration(obj.seconds)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """A run's number, else the runs that had something to tell about this record."""
        term = search_term.strip()
        if not term:
            return queryset, False
        items = RunItem.objects.filter(source_id=term, run__workspace=place(request).current)
        found = list(items.order_by("-id").values_list("run_id", flat=True)[:MOST_FOUND])
        wanted = Q(pk__in=found)
        if term.isdecimal() and len(term) < 19:
            wanted |= Q(pk=int(term))
        return queryset.filter(wanted), False

    # --- addresses ------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.object_page("live", self.live),
            self.object_page("cancel", self.cancel, role=Role.OPERATOR, methods=("POST",)),
            self.object_page("apply", self.apply, role=Role.OPERATOR, methods=("POST",)),
            self.object_page("act", self.act, role=Role.OPERATOR, methods=("POST",)),
            self.object_page("items", self.items),
            self.object_page("export", self.export),
        ]
        return own + super().get_urls()

    # --- pages ----------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        self.check_view(request, run)
        context = {
            "title": f"{run.get_kind_display()} {run.pk} of {run.sync.name}",
            **live_context(run),
            **run_items.items_context(run, request.GET),
        }
        return self.show(request, "run/page.html", context)

    def live(self, request: HttpRequest, run: Run) -> HttpResponse:
        """The upper part of the page, asked for every two seconds until the run has ended."""
        answer = self.show(request, "run/live.html", live_context(run), STOP_POLLING if run.finished else None)
        newly_held = run.status == Run.Status.HELD and request.GET.get("seen", run.status) != run.status
        if run.finished or newly_held:
            answer["HX-Trigger"] = "run-done"
        return answer

    def items(self, request: HttpRequest, run: Run) -> HttpResponse:
        return self.show(request, "run/items.html", {"run": run, **run_items.items_context(run, request.GET)})

    def export(self, request: HttpRequest, run: Run) -> HttpResponseBase:
        return run_items.export(run, request.GET)

    # --- buttons --------------------------------------------------------------------------------------------------

    def address(self, run: Run) -> str:
        return reverse("admin:integrations_run_change", args=[run.pk])

    def cancel(self, request: HttpRequest, run: Run) -> HttpResponse:
        messages.info(request, runs.run_cancel(run=run))
        return HttpResponseRedirect(self.address(run))

    def apply(self, request: HttpRequest, run: Run) -> HttpResponse:
        try:
            made = runs.run_enqueue(sync=run.sync, kind=Run.Kind.APPLY, user=request.user, plan=run)
        except PortalError as error:
            tell_error(request, error)
            return HttpResponseRedirect(self.address(run))
        return HttpResponseRedirect(self.address(made))

    def act(self, request: HttpRequest, run: Run) -> HttpResponse:
        """POST `do`: retry or ignore for the ticked records; with `-all` for every failed one (retry: blocked too)."""
        do, _, every = request.POST.get("do", "").partition("-")
        keys = run_items.chosen(run, request.POST.getlist("item"), do=do, every=bool(every))
        if not keys:
            messages.warning(request, "No record was chosen. Tick records first.")
            return HttpResponseRedirect(self.address(run))
        if do == "retry" and registry.sync(run.sync.kind).once:
            return import_again(request, run.sync)
        if do == "retry":
            made = runs.run_retry(run=run, user=request.user, keys=keys)
            return HttpResponseRedirect(self.address(made))
        links = runs.keyed(Link.objects.filter(sync=run.sync), keys)
        number = records.records_ignore(links=links, who=request.user.get_username())
        if number:
            messages.success(request, f"{number} left out from now on. The record's page takes one up again.")
        else:
            messages.warning(request, "None of these can be left out: they are linked, or their outcome is not known.")
        return HttpResponseRedirect(self.address(run))


def live_context(run: Run) -> dict[str, Any]:
    total = run.progress.get("total")
    vanished = run.active and jobs.lease_is_over(run)
    kind = registry.sync(run.sync.kind)
    streams = stream_rows(run)
    return {
        "run": run,
        "counts": [(name, number, run_items.COUNT_FILTER.get(name, "")) for name, number in counts_of(run)],
        "percent": min(100, round(100 * run.read / total)) if total and not run.finished else None,
        "total": total,
        "stream": next((s.label for s in kind.streams if s.key == run.progress.get("stream")), ""),
        "vanished": vanished,
        "holder": lease.owner_words(run) if run.active and not vanished else "",
        "waiting_long": run.status == Run.Status.QUEUED and waited(run) > jobs.TAKEN_AFTER,
        "can_apply": can_apply(run),
        "nothing_to_apply": run.kind == Run.Kind.PREVIEW and run.finished and not plans_something(run),
        "applied": run.applications.order_by("-id").first() if run.kind == Run.Kind.PREVIEW else None,
        "streams": streams,
        "remarks": any(row.remarks or row.wrong for row in streams),
        "took": duration(run.seconds),
        "asked_by": asked_by(run),
        "calls": calls_of(run),
        "to_retry": run.finished and run.kind != Run.Kind.PREVIEW,
    }


def counts_of(run: Run) -> list[tuple[str, int]]:
    """What is known by now; while a run works, items are counted by page."""
    counts = dict(run.counts)
    if not run.finished:
        counts |= {"read": run.read, "unchanged": run.unchanged}
    return [(name, counts.get(name, 0)) for name in SHOWN if counts.get(name) or name in ("read", "unchanged")]


def can_apply(run: Run) -> bool:
    """Of an import not: it is started in its wizard, which knows of it then."""
    once = registry.sync(run.sync.kind).once
    return not once and plans_something(run) and not run.applications.exists()


def plans_something(run: Run) -> bool:
    """A finished preview with something to carry out."""
    done = run.status in (Run.Status.DONE, Run.Status.DONE_WITH_FAILURES)
    return run.kind == Run.Kind.PREVIEW and done and any(run.counts.get(name) for name in WRITES)


def calls_of(run: Run) -> list[tuple[str, int]]:
    """Vendor calls by the connections' names; receipts are fetched through a door of their own."""
    names = {row.key: row.name for row in (run.sync.source, run.sync.target)}
    return [(names.get(key, key), number) for key, number in run.calls.items()]


def waited(run: Run) -> timedelta:
    return timezone.now() - (run.queued_at or run.created_at)
