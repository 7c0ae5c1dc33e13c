"""The matching of a two-way sync: preview how the records are paired, decide what is doubtful, confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from integrations import registry
from integrations.admin.base import back, tell_error
from integrations.admin.matching_list import ALL_OF, Tab, apply_posted, items_context, tabs_of
from integrations.core.errors import PortalError
from integrations.models import Run, Sync
from integrations.services.matching import (
    MatchingState,
    began,
    matching_confirm,
    matching_preview,
    matching_start,
    matching_state,
)
from integrations.services.matching_book import Do
from integrations.services.matching_decide import DONE_WORDS, Decided, matches_decide
from integrations.services.two_way import is_two_way, names_of

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

STOP_POLLING = 286
"""htmx ends its polling at this status."""
ONE_WAY = "This sync goes one way: each record of the source gets a counterpart, and there is nothing to confirm."


def matching_address(sync: Sync) -> str:
    return reverse("admin:integrations_sync_matching", args=[sync.pk])


def one_way(request: HttpRequest, sync: Sync) -> HttpResponse | None:
    """Back to the sync's page, when it is no two-way one."""
    if is_two_way(registry.sync(sync.kind)):
        return None
    messages.info(request, ONE_WAY)
    return HttpResponseRedirect(reverse("admin:integrations_sync_change", args=[sync.pk]))


# --- pages --------------------------------------------------------------------------------------------------------


def matching_page(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """`group` names the tab, `stream` narrows it; keyset pages by `after`."""
    context = {"title": f"Matching of {sync.name}", **standing(sync)}
    preview = context["preview"]
    if context["decides"]:
        tabs = tabs_of(sync, preview)
        chosen = next((tab for tab in tabs if tab.key == request.GET.get("group")), tabs[0] if tabs else None)
        context |= {"tabs": tabs, "tab": chosen, **items_context(sync, preview, chosen, request.GET)}
    return one_way(request, sync) or page.show(request, "sync/matching.html", context)


def matching_live(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """The upper part of the page, asked for every two seconds while a preview is being made; then the whole page."""
    context = standing(sync)
    over = context["state"].making is None
    answer = page.show(request, "sync/matching_live.html", context, STOP_POLLING if over else None)
    if over:
        answer["HX-Refresh"] = "true"
    return answer


def standing(sync: Sync) -> dict[str, Any]:
    """`decides`: there is a preview to decide about; one from before the confirmation is history."""
    state = matching_state(sync)
    making, preview = state.making, state.preview
    total = making.progress.get("total") if making else None
    return {
        "sync": sync,
        "names": names_of(sync),
        "state": state,
        "preview": preview,
        "steps": steps_of(state),
        "percent": min(100, round(100 * making.read / total)) if making and total else None,
        "decides": preview is not None and not (state.at and began(preview.run) <= state.at),
    }


def steps_of(state: MatchingState) -> list[tuple[str, bool, bool]]:
    """(words, done, current) of the three steps."""
    at = {"needs_preview": 0, "running": 0, "to_decide": 1, "confirmed": 3}.get(state.step)
    if at is None:
        return []
    if state.preview and state.step == "to_decide" and not state.preview.undecided:
        at = 2
    return [(words, number < at, number == at) for number, words in enumerate(("Preview", "Decide", "Confirm"))]


# --- buttons ------------------------------------------------------------------------------------------------------


def start(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    if answer := one_way(request, sync):
        return answer
    try:
        matching_start(sync=sync, user=request.user)
    except PortalError as error:
        tell_error(request, error)
    return HttpResponseRedirect(matching_address(sync))


def confirm(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    if answer := one_way(request, sync):
        return answer
    try:
        run = matching_confirm(sync=sync, who=request.user.get_username(), user=request.user)
    except PortalError as error:
        tell_error(request, error)
        return HttpResponseRedirect(matching_address(sync))
    messages.success(request, f"{sync.name} goes both ways from now on; this run begins with it.")
    return HttpResponseRedirect(reverse("admin:integrations_run_change", args=[run.pk]))


def decide(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """POST `bulk` (link, create, leave_out, reset) for all of a `group`, else what is chosen for each record."""
    if answer := one_way(request, sync):
        return answer
    preview, bulk = matching_preview(sync), request.POST.get("bulk") in DONE_WORDS
    if preview is None and bulk:
        messages.warning(request, "There is no preview to decide about. Make one first.")
        return HttpResponseRedirect(matching_address(sync))
    try:
        if preview and bulk:
            tell_many(request, *decide_group(request, sync, preview.run))
        else:
            tell(request, apply_posted(sync, request.POST, request.user.get_username()))
    except PortalError as error:
        tell_error(request, error)
    return back(request, matching_address(sync))


def decide_group(request: HttpRequest, sync: Sync, run: Run) -> tuple[Do, Decided]:
    """All records of the tab, those of other pages included; what was decided one by one stays."""
    do: Do = request.POST["bulk"]  # type: ignore[assignment]  # the caller knows that it is one
    tabs = {tab.key: tab for tab in tabs_of(sync, matching_preview(sync))}
    tab = tabs.get(request.POST.get("group", ""), Tab("", "", ALL_OF, 0))
    who, stream = request.user.get_username(), request.POST.get("stream", "")
    return do, matches_decide(run=run, do=do, who=who, codes=tab.codes, stream=stream, items=None if tab.codes else [])


def tell_many(request: HttpRequest, do: Do, decided: Decided) -> None:
    records = "1 record is" if decided.done == 1 else f"{decided.done} records are"
    tell(request, decided, f"{records} {DONE_WORDS[do]}.")


def tell(request: HttpRequest, decided: Decided, words: str = "") -> None:
    if decided.done:
        messages.success(request, words or f"Saved: {decided.done} decided. The next run carries it out.")
    elif not decided.left:
        messages.info(request, "Nothing changed.")
    for _, why in decided.refused[:3]:
        messages.error(request, why)
    if decided.left > 3:
        messages.error(request, f"{decided.left - 3} more could not be decided for reasons like these.")
