"""The mapping grid of one sync: a tab for each kind, unmapped values first, suggestions, a type-ahead for targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from integrations import registry
from integrations.admin.base import tell_error
from integrations.core.errors import PortalError
from integrations.models import Import, Mapping, Sync
from integrations.services import imports, mappings, runs, workers
from integrations.services.references import read_at
from integrations.syncs.base import MappingKind, Scope

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

PAGE = 100
MOST_FREED = 200
"""Rows that a "run them now" button names; for more, everything is run."""
UNDECIDED = [Mapping.State.OPEN, Mapping.State.SUGGESTED]
FILTERS = (
    ("", "All"),
    ("todo", "To do"),
    ("suggested", "Suggested"),
    ("confirmed", "Confirmed"),
    ("ignored", "Left out"),
)
UNMAPPED_FIRST = Case(
    When(state__in=UNDECIDED, waiting__gt=0, then=Value(0)),
    When(state=Mapping.State.SUGGESTED, then=Value(1)),
    When(state=Mapping.State.OPEN, then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)


@dataclass(frozen=True)
class Tab:
    kind: MappingKind
    todo: int
    waiting: int


# --- the page -----------------------------------------------------------------------------------------------------


def grid_page(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    kind = kind_or_404(sync, request.GET.get("kind", ""))
    if not {"page", "q", "freed"} & set(request.GET):
        mappings.mappings_collect(sync)
        mappings.mappings_suggest(sync)
    rows = filtered(Mapping.objects.filter(sync=sync, kind=kind.key), request.GET, kind)
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "title": f"Mappings of {sync.name}",
        "sync": sync,
        "kind": kind,
        "tabs": tabs(sync),
        "rows": shown,
        "q": request.GET.get("q", ""),
        "state": request.GET.get("state", ""),
        "filters": FILTERS,
        "suggested": Mapping.objects.filter(sync=sync, kind=kind.key, state=Mapping.State.SUGGESTED).count(),
        "read": lists_read(sync, kind),
        "several": several(sync, kind),
        "freed": freed_words(request),
        "target_kinds": kind.target_kinds,
    }
    return page.show(request, "mapping/grid.html", context)


def kind_or_404(sync: Sync, key: str) -> MappingKind:
    kinds = registry.sync(sync.kind).mapping_kinds
    if not key and kinds:
        return kinds[0]
    found = next((kind for kind in kinds if kind.key == key), None)
    if found is None:
        raise Http404("There is no such mapping.")
    return found


def filtered(rows: QuerySet[Mapping], given: Any, kind: MappingKind) -> QuerySet[Mapping]:
    """What needs a decision first. Rows of one source value stand together where it may have several."""
    state, text = given.get("state", ""), given.get("q", "").strip()
    if state == "todo":
        rows = rows.filter(state__in=UNDECIDED)
    elif state:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(
            Q(source_key__contains=text.casefold()) | Q(source_label__icontains=text) | Q(target_label__icontains=text)
        )
    places = ("source_label", "position") if kind.qualified else ("position", "source_label")
    return rows.order_by(UNMAPPED_FIRST, "-waiting", *places, "pk")


def several(sync: Sync, kind: MappingKind) -> set[str]:
    """Source keys that have more than one row without a qualifier: the target's own tax tells which one holds."""
    if not kind.qualified:
        return set()
    rows = Mapping.objects.filter(sync=sync, kind=kind.key, qualifier="").order_by()
    counted = rows.values("source_key").annotate(n=Count("pk")).filter(n__gt=1)
    return set(counted.values_list("source_key", flat=True))


def tabs(sync: Sync) -> list[Tab]:
    rows = Mapping.objects.filter(sync=sync, state__in=UNDECIDED).order_by()
    counted = rows.values("kind").annotate(todo=Count("pk"), waiting=Count("pk", filter=Q(waiting__gt=0)))
    numbers = {row["kind"]: (row["todo"], row["waiting"]) for row in counted}
    return [Tab(kind, *numbers.get(kind.key, (0, 0))) for kind in registry.sync(sync.kind).mapping_kinds]


def lists_read(sync: Sync, kind: MappingKind) -> Any:
    """When the oldest of this kind's candidate lists was read; None when one never was or none is needed."""
    times = [read_at(sync.target, target) for target in kind.target_kinds]
    return min(times) if times and all(times) else None  # type: ignore[type-var]


def freed_words(request: HttpRequest) -> dict[str, Any] | None:
    number = request.GET.get("freed", "")
    return {"number": int(number), "rows": request.GET.get("rows", "")} if number.isdecimal() and int(number) else None


def candidates_answer(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """JSON for the type-ahead: {"results": [{"id", "kind", "label", "hint"}]}; targets of this sync's account only."""
    kind = kind_or_404(sync, request.GET.get("kind", ""))
    found = mappings.candidates(sync, kind.key, request.GET.get("q", "")[:200], 20)
    many = len(kind.target_kinds) > 1
    results = [
        {
            "id": one.id,
            "kind": one.kind if many else "",
            "label": one.label,
            "hint": " · ".join(filter(None, (one.code, one.email, one.kind.replace("_", " ") if many else ""))),
        }
        for one in found
    ]
    return JsonResponse({"results": results})


# --- buttons ------------------------------------------------------------------------------------------------------


def decide(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """POST `do`: save, ignore, reopen (with `mapping`) or add (with `kind`, `source`, `qualifier`)."""
    kind = kind_or_404(sync, request.POST.get("kind", ""))
    try:
        if request.POST.get("do") == "add":
            add_row(sync, kind, request)
            return to_grid(sync, request)
        row = row_or_404(sync, request.POST.get("mapping", ""))
        freed = carry_out(row, request)
    except ValueError as error:
        messages.error(request, str(error))
        return to_grid(sync, request)
    messages.success(request, f"{row}: saved.")
    return to_grid(sync, request, freed=freed if row.state not in UNDECIDED else 0, rows=[row])


def carry_out(row: Mapping, request: HttpRequest) -> int:
    do = request.POST.get("do", "save")
    if do == "ignore":
        return mappings.mapping_ignore(row, request.user)
    if do == "reopen":
        return mappings.mapping_reopen(row, request.user)
    target = request.POST.get("target_id", "")
    if not target and request.POST.get("target_text"):
        raise ValueError("Choose a target from the list that opens while you type.")
    return mappings.mapping_decide(row, target, request.POST.get("target_kind", ""), request.user)


def add_row(sync: Sync, kind: MappingKind, request: HttpRequest) -> None:
    values = {
        "kind": kind.key, "source": request.POST.get("source", ""), "qualifier": request.POST.get("qualifier", ""),
        "target": request.POST.get("target_id", ""), "target_kind": request.POST.get("target_kind", ""),
        "state": Mapping.State.CONFIRMED,
    }  # fmt: skip
    done = mappings.row_apply(sync, values)
    messages.success(request, "The row is added." if done == "changed" else "This row is there already.")


def confirm(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """Confirm the ticked suggestions, or all of the kind with `all`."""
    kind = kind_or_404(sync, request.POST.get("kind", ""))
    rows = Mapping.objects.filter(sync=sync, kind=kind.key, state=Mapping.State.SUGGESTED)
    if not request.POST.get("all"):
        rows = rows.filter(pk__in=[pk for pk in request.POST.getlist("row") if pk.isdecimal()])
    chosen = list(rows.select_related("sync"))
    freed = mappings.mappings_confirm(chosen, request.user)
    messages.success(request, f"{len(chosen)} confirmed." if chosen else "Nothing was ticked that has a suggestion.")
    return to_grid(sync, request, freed=freed, rows=chosen)


def refresh(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """Read both accounts' lists anew: by a worker where there is one, else here."""
    if workers.workers_fresh():
        mappings.mappings_refresh_later(sync)
        messages.info(request, "A worker reads the lists now. Open this page again in a moment.")
        return to_grid(sync, request)
    try:
        counts = mappings.mappings_refresh(sync)
    except PortalError as error:
        tell_error(request, error)
        return to_grid(sync, request)
    messages.success(request, f"The lists are read. {counts['new']} new values, {counts['suggested']} suggestions.")
    return to_grid(sync, request)


def run_freed(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """Run the records that the given rows free; everything when they are too many to name."""
    if registry.sync(sync.kind).once:
        return import_again(request, sync)
    pks = [pk for pk in request.POST.get("rows", "").split(",") if pk.isdecimal()]
    rows = Mapping.objects.filter(sync=sync, pk__in=pks)
    ids = dict.fromkeys(id for row in rows for id in mappings.waiting_ids(sync, row.kind, row.source_value))
    run = runs.run_enqueue(sync=sync, trigger="retry", user=request.user, scope=Scope(source_ids=tuple(ids)))
    return HttpResponseRedirect(reverse("admin:integrations_run_change", args=[run.pk]))


def import_again(request: HttpRequest, sync: Sync) -> HttpResponse:
    """What failed or waits of an import is run as a part of it, so that its page and its e-mail tell of it."""
    newest = Import.objects.filter(sync=sync, state=Import.State.ENDED).first()
    try:
        if newest:
            imports.import_retry(done=newest, user=request.user)
    except PortalError as error:
        tell_error(request, error)
    name, args = ("change", [newest.pk]) if newest else ("changelist", [])
    return HttpResponseRedirect(reverse(f"admin:integrations_import_{name}", args=args))


def row_or_404(sync: Sync, pk: str) -> Mapping:
    row = Mapping.objects.filter(sync=sync, pk=pk).select_related("sync").first() if pk.isdecimal() else None
    if row is None:
        raise Http404("There is no such mapping.")
    return row


def to_grid(sync: Sync, request: HttpRequest, *, freed: int = 0, rows: list[Mapping] | None = None) -> HttpResponse:
    """Back to the same tab, filter and page, with what was freed."""
    kept = {name: request.POST[name] for name in ("kind", "q", "state", "page") if request.POST.get(name)}
    if freed and rows:
        kept["freed"] = str(freed)
        kept["rows"] = ",".join(str(row.pk) for row in rows) if len(rows) <= MOST_FREED else ""
    return HttpResponseRedirect(f"{reverse('admin:integrations_sync_mappings', args=[sync.pk])}?{urlencode(kept)}")
