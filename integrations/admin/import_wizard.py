"""The steps of an import's wizard before the last: shown, stored, left for the next one; reading the lists for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from integrations.admin import import_choices
from integrations.admin.base import tell_error
from integrations.admin.import_values import step_context
from integrations.admin.import_words import bar, confirm_address, first_open, heading_of, import_address, step_address
from integrations.core.errors import PortalError
from integrations.models import Import
from integrations.services import imports, workers
from integrations.services.import_lists import import_read, import_read_later, import_reading
from integrations.services.import_steps import StepState, step_finish, steps_of
from integrations.services.import_survey import conditions_of

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

STOP_POLLING = 286
"""htmx ends its polling at this status."""


def tried(request: HttpRequest, do: Callable[[], Any]) -> Any:
    """What it gives, or None when it was refused, which is told."""
    try:
        return do()
    except PortalError as error:
        tell_error(request, error)
    return None


# --- pages ----------------------------------------------------------------------------------------------------------


def step_page(page: PortalAdmin, request: HttpRequest, row: Import) -> HttpResponse:
    """`step` names it; `show` and `q` narrow, `page` from 1."""
    if row.state != Import.State.DRAFT:
        return HttpResponseRedirect(import_address(row))
    steps = steps_of(row)
    if not steps:
        return HttpResponseRedirect(confirm_address(row))
    return shown(page, request, row, steps, step_or_404(steps, request.GET.get("step", "")))


def shown(
    page: PortalAdmin, request: HttpRequest, row: Import, steps: list[StepState], state: StepState, form: Any = None
) -> HttpResponse:
    """`form`: the options as posted, when they cannot be read. The last step asks for them."""
    last = state is steps[-1]
    form = (form or import_choices.options_form(row)) if last else None
    main, more = import_choices.fields_apart(row, form)
    reads, trouble = import_reading(row)
    context = {
        "title": heading_of(row),
        "import": row,
        "bar": bar(row, steps, state.step.key),
        "reading": reads,
        "trouble": trouble,
        "form": form,
        "main_fields": main,
        "more_fields": more,
        **step_context(row, state, request.GET),
    }
    return page.show(request, "import/step.html", context)


def reading(request: HttpRequest, row: Import) -> HttpResponse:
    """Asked for every two seconds by a step whose lists are read for the first time; then the page is shown anew."""
    if import_reading(row)[0]:
        return HttpResponse()
    answer = HttpResponse(status=STOP_POLLING)
    answer["HX-Refresh"] = "true"
    return answer


def step_or_404(steps: list[StepState], key: str) -> StepState:
    found = next((state for state in steps if key in ("", state.step.key)), None)
    if found is None:
        raise Http404("There is no such step.")
    return found


# --- buttons --------------------------------------------------------------------------------------------------------


def read(request: HttpRequest, row: Import) -> HttpResponse:
    read_lists(request, row)
    return HttpResponseRedirect(step_address(row, request.POST.get("step", "")))


def read_lists(request: HttpRequest, draft: Import) -> None:
    """By a worker where there is one, else here."""
    if workers.workers_fresh():
        import_read_later(draft)
    else:
        tried(request, lambda: import_read(draft))


def step_save(page: PortalAdmin, request: HttpRequest, row: Import) -> HttpResponse:
    """POST the choices of the page; `do`: save, finish, or what a row's button says."""
    if row.state != Import.State.DRAFT:
        return HttpResponseRedirect(import_address(row))
    steps = steps_of(row)
    if not steps:
        return HttpResponseRedirect(confirm_address(row))
    state = step_or_404(steps, request.POST.get("step", ""))
    form = import_choices.options_form(row, request.POST) if state is steps[-1] else None
    if form is not None and not form.is_valid():
        messages.error(request, "An option below must be corrected; nothing was saved.")
        return shown(page, request, row, steps, state, form)
    told, conditions = import_choices.decide(request, row, state), conditions_of(row.sync)
    if form is not None and import_choices.store_options(row, form):
        told.done += 1
    tell(request, row, told)
    if conditions != conditions_of(row.sync):
        read_lists(request, row)
    if request.POST.get("do") == "finish" and not told.wrong:
        return finish(request, row, state)
    kept = {name: request.POST.get(name, "") for name in ("show", "q", "page")}
    return HttpResponseRedirect(step_address(row, state.step.key, **kept))


def tell(request: HttpRequest, row: Import, told: import_choices.Told) -> None:
    if told.done:
        imports.import_decided(row, request.user)
        messages.success(request, "Saved." if told.done == 1 else f"Saved: {told.done} decided.")
    for words in told.wrong[:5]:
        messages.error(request, words)


def finish(request: HttpRequest, row: Import, state: StepState) -> HttpResponse:
    """On to the next step that is not done; after the last one the preview is made."""
    step_finish(draft=row, step=state.step, user=request.user)
    onward = first_open(row, steps_of(row))
    if onward == confirm_address(row) and row.preview is None:
        tried(request, lambda: imports.import_preview(draft=row, user=request.user))
    return HttpResponseRedirect(onward)
